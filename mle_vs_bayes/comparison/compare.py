"""The facade: one call from data to maximum likelihood, MAP and posterior side by side."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import intervals as interval_kinds
from ..data.dataset import Dataset
from ..density.density import Density
from ..density.model_density import ModelDensity
from ..errors import DataError, UsageError
from ..estimators import Settings, chosen
from ..estimators.unconstrained_mode import SCALE
from ..fit import priors as prior_choice
from ..fit.fit import Fit, Progress, fit
from ..fit.replicates.data_checks import completed
from ..fit.row_table import Context
from ..fit.simulated import simulated
from ..fit.subsets import nested
from ..intervals.interval import check_level
from ..machine_code import one_machine_code
from ..model.model import Model
from ..program import file
from ..rows import MODEL_SCALE
from ..sampling import tree_groups
from ..sampling.plan import Plan
from ..threads import single_thread
from . import sources
from .comparison import Comparison, InterruptedComparison

if TYPE_CHECKING:
    import pandas
    import pymc

    from ..fit.prediction.new_rows import FittedTable
    from ..program.program_density import ProgramDensity


@one_machine_code()
@single_thread()
def compare(
    model: "str | Path | Model | pymc.Model | ProgramDensity",
    data: "pandas.DataFrame | Mapping[str, Any] | Dataset | str | Path | None" = None,
    *,
    columns: Mapping[str, str] | None = None,
    formula: str | Sequence[str] | None = None,
    link: str | None = None,
    fix: Mapping[str, float] | None = None,
    order: Sequence[str] | None = None,
    nodes: int | None = None,
    drop_missing: bool = False,
    simulate: int | None = None,
    truth: Mapping[str, float] | None = None,
    priors: prior_choice.Given | None = None,
    prior_power: float = 1.0,
    estimators: Sequence[str] = (),
    intervals: Sequence[str] = (),
    scale: str = MODEL_SCALE,
    level: float = 0.95,
    n: Sequence[int | str] | None = None,
    seed: int = 0,
    chains: int = 4,
    draws: int = 1000,
    tune: int | None = None,
    starts: int | None = None,
    allow_joint: bool = False,
    groups: Sequence[str] = ("prior", "log_prior"),
    progress: Progress = lambda step: None,
    progressbar: bool = False,
    check: sources.Check = lambda program, table: None,
) -> Comparison:
    """Fit one model by maximum likelihood, MAP and posterior sampling, and put the answers side by side.

    Parameters
    ----------
    model : str, Path, Model, pymc.Model or what `from_statsmodels` returns
        A name of the catalogue (``mle-vs-bayes models``), a `Model` of your own, a PyMC model with its data inside, or
        ``path/to/model.py`` (``path/to/model.py:function``), whose function ``model`` takes the data and returns one.
    data : DataFrame, mapping of arrays, Dataset, or str or Path
        A frame or dictionary of columns; a file (CSV, TSV, Parquet, JSON) or ``example:NAME``.
    columns : mapping, optional
        Role → column name, e.g. ``{"y": "hours", "event": "failed"}``.
    formula : str or sequence of str, optional
        For the family's location: ``"y ~ x1 + C(x2)"``; further ones have another parameter on their left side:
        ``["y ~ x1", "sigma ~ x2"]``.
    link : str, optional
        Of the location, in the place of the family's default: identity, log, logit, probit, cloglog, loglog, inverse
        or sqrt, as the family takes it.
    fix : mapping, optional
        Values at which parameters or coefficients are held: ``{"nu": 5}``, ``{"beta[x]": 0}``.
    order : sequence of str, optional
        The classes of the outcome, the lowest or the base first; of two the one that is a success last.
    nodes : int, optional
        Of the quadrature over effects of groups, along each; else doubled until that changes nothing.
    drop_missing : bool
        Drop rows with missing values instead of refusing them.
    simulate, truth : int, mapping, optional
        Instead of data: draw this many units from the model at these parameters (typical values where not given);
        of a ``model.py`` under the covariates of ``data``, or those of its ``design``.
    priors : mapping, optional
        Parameter → `Prior` or text, e.g. ``{"shape": "Gamma(alpha=2, beta=1)"}``, in place of the defaults.
    prior_power : float
        Power to which all priors together are raised: 2 counts them twice, 0.5 half; for models of the catalogue.
    estimators : sequence of str
        Any of ``mle``, ``reml``, ``map``, ``posterior``, ``exact``; ``mle``, ``map`` and ``posterior`` when empty.
    intervals : sequence of str
        Kinds of interval by their name in rows (``profile``, ``bootstrap``, …), or ``all``; each
        estimator without one of them keeps its default, and the screen says so. The MAP's ``profile`` is its
        ``profile_penalised``.
    scale : str
        ``unconstrained`` adds, beside the MAP, the mode of the density of logarithms and log odds, Jacobian and all:
        rows of the estimator ``map`` whose ``scale`` says so, with an interval that is symmetric on that scale.
    level : float
        Of every interval, inside (0, 1).
    n : sequence of int or "all", optional
        Fit nested random subsets of these sizes, too: convergence on your own data.
    seed : int
        Everything random follows from it.
    chains, draws, tune : int
        Of the sampler; as many steps of tuning as it takes unless given, 200 where the posterior is standardised at its
        mode first, as it is of up to 60 parameters, else 1000.
    starts : int, optional
        Of each optimiser, from points around the model's own start; 3 for maximum likelihood and 2 for the MAP.
    allow_joint : bool
        Insist on the joint mode of latent variables and what governs them as MLE and MAP.
    groups : sequence of str
        Of the DataTree, beside the draws: ``prior`` and ``log_prior``, and the costly ``log_likelihood``,
        ``posterior_predictive`` and ``prior_predictive``; ``page`` stands for what the page of `save` draws.
    check : callable
        Called with the density of all data and their table before anything is fitted; what it raises ends the
        comparison.

    Returns
    -------
    Comparison

    Raises
    ------
    UsageError, DataError, ModelError
        One sentence each: what was wrong, the value seen, what to do.
    InterruptedComparison
        Ctrl-C, which it is one kind of; its ``comparison`` holds the estimators that were done by then.
    """
    _check(level, chains, draws, 1 if tune is None else tune, seed, 1 if starts is None else starts)
    names = chosen(tuple(estimators))
    plan = Plan(size=1, draws=draws, tune=tune, chains=chains)
    settings = Settings(seed, plan, progressbar, tree_groups.chosen(groups), starts)
    context = Context(level, seed, kinds=_kinds(intervals, names), scale=_scale(scale, names))
    grammar = {"formula": formula, "link": link, "fix": fix, "order": order, "nodes": nodes}
    of_data = {"columns": columns, "formula": formula, "drop_missing": drop_missing}
    asked = sources.Asked(n, simulate, truth, seed, allow_joint)
    if not isinstance(model, Model) and file.is_program(model):
        sources.check_options({**of_data, **grammar, "priors": priors, "prior_power": prior_power != 1})
        return _program_compared(model, data, asked, names, settings, context, progress, check)
    chosen_model = sources.catalogue_model(model, allow_joint, roles=columns or (), **grammar)
    sources.check_source(data, simulate, truth, of_data)
    variant = prior_choice.variant(priors or {}, prior_power)
    whole, table, used, truths = _whole(chosen_model, data, asked, of_data, priors or {}, prior_power)
    check(whole, table)
    context = replace(context, variant=variant, truth=truths)
    return _compared(whole.model, _subsets(whole, n, seed), names, settings, context, progress, used, table)


def _whole(
    model: Model,
    data: Any,
    asked: sources.Asked,
    of_data: Mapping[str, Any],
    priors: prior_choice.Given,
    prior_power: float,
) -> tuple[ModelDensity, "FittedTable | None", dict[str, str], dict[str, float]]:
    """The density of all data, their table, the columns used, and the truth that data were drawn at."""
    data = data if asked.simulate is not None or isinstance(data, Dataset) else sources.frame_of(data)
    model, dataset, used, truths = _read(model, data, of_data, asked.simulate, asked.truth or {}, asked.seed)
    resolved = prior_choice.resolve(model, priors, dataset)
    table = sources.table(data, of_data["formula"], used)
    return ModelDensity(model, dataset, resolved, prior_power), table, used, truths


def _read(
    model: Model,
    data: Any,
    of_data: Mapping[str, Any],
    simulate: int | None,
    truth: Mapping[str, float],
    seed: int,
) -> tuple[Model, Dataset, dict[str, str], dict[str, float]]:
    """The model, its data as they were read or drawn, the columns used, and the truth that they were drawn at."""
    if simulate is not None:
        dataset, truths = simulated(model, simulate, truth, seed)
        return model, dataset, {}, truths
    return *prepared(model, data, of_data["columns"] or {}, of_data["formula"], of_data["drop_missing"]), {}


def _compared(
    model: Model,
    densities: Iterable[Density],
    names: tuple[str, ...],
    settings: Settings,
    context: Context,
    progress: Progress,
    used: dict[str, str],
    table: "FittedTable | None" = None,
) -> Comparison:
    """All fits, smallest first; after Ctrl-C those that were done, inside the interrupt."""
    fits: list[Fit] = []
    interrupted = False
    try:
        for density in densities:
            fits.append(fit(density, names, settings, context, progress))
            if interrupted := fits[-1].interrupted:
                break
    except KeyboardInterrupt:
        if not fits:
            raise
        interrupted = True
    comparison = Comparison(model, tuple(fits), context.level, context.seed, used)
    comparison.source = table
    if interrupted:
        raise InterruptedComparison(comparison)
    return comparison


def _program_compared(
    model: Any,
    data: Any,
    asked: sources.Asked,
    names: tuple[str, ...],
    settings: Settings,
    context: Context,
    progress: Progress,
    check: sources.Check,
) -> Comparison:
    """The fits of a user's program; where data were drawn from it, with the truth that they were drawn at."""
    densities, truths = sources.densities(model, data, asked, progress)
    check(densities[-1], None)
    context = replace(context, truth=truths)
    return _compared(densities[-1].model, densities, names, settings, context, progress, {})


def _subsets(whole: ModelDensity, n: Sequence[int | str] | None, seed: int) -> Iterator[Density]:
    """One density per size asked for, smallest first, all under the resolved priors of the ``whole`` data."""
    model, data = whole.model, whole.data
    for subset in nested(data, n, seed, least=model.least_rows(data), unit=model.unit):
        priors = whole.priors
        if subset is not data:
            priors = prior_choice.of_subset(priors, model, data.coords, subset)
        yield whole.on(_usable(model, subset), priors)


def prepared(
    model: Model,
    data: Any,
    columns: Mapping[str, str],
    formula: str | Sequence[str] | None,
    drop_missing: bool,
) -> tuple[Model, Dataset, dict[str, str]]:
    """The model, with the groups of its formula, the data that it reads, and which columns those are."""
    if isinstance(data, Dataset) and formula is None:
        return model.suited(data := completed(model, data)), data, {}
    from ..data.prepare import prepare

    prepared = prepare(sources.frame_of(data), model, columns=columns, formula=formula, drop_missing=drop_missing)
    used = dict(prepared.columns)
    used = {**used, "dropped rows": str(prepared.dropped)} if prepared.dropped else used
    return prepared.model, prepared.data, used


def _usable(model: Model, data: Dataset) -> Dataset:
    """A subset may be of no use where all of the data are: its values may be all the same."""
    if reason := model.unusable(data):
        raise DataError(f"at n = {data.size}, {reason}; use other or more rows.")
    return data


def _check(level: float, chains: int, draws: int, tune: int, seed: int, starts: int) -> None:
    check_level(level)
    numbers = (("chains", chains, 1), ("draws", draws, 4), ("tune", tune, 1), ("seed", seed, 0), ("starts", starts, 1))
    for name, value, least in numbers:
        if value < least or value != np.floor(value):
            raise UsageError(f"{name} is {value}; it must be a whole number, {least} or above.")


def _kinds(intervals: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """The kinds of interval asked for, each of which one of the estimators has."""
    kinds = interval_kinds.chosen(intervals)
    interval_kinds.notes(names, intervals)
    return kinds


def _scale(scale: str, names: Sequence[str]) -> str:
    """The scale asked for, which needs a MAP to stand beside."""
    if scale not in (MODEL_SCALE, SCALE):
        raise UsageError(f'there is no scale "{scale}"; choose {MODEL_SCALE} or {SCALE}.')
    if scale == SCALE and "map" not in names:
        raise UsageError(f"the scale is {scale}, which is for the MAP, and no MAP is fitted; add the estimator map.")
    return scale
