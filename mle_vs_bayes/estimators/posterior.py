"""The full posterior: PyMC sampling (NUTS through nutpie), kept as an ArviZ ``DataTree``."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..concerns import Concern
from ..density.density import Density
from ..model.moments import concerns
from ..quiet import quiet
from ..sampling import single, tree_groups
from ..sampling.draws import by_label, places_apart, stacked
from ..sampling.plan import Gate, Plan
from ..sampling.pymc_nuts import Run, Sampler
from .draws_summary import diagnostics, effective, existing, heavy_tails, measures, of_concern, summary
from .estimate import Estimate, missing

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]
NAME = "posterior"
_ACCEPT_LATENT = 0.9
"""Acceptance rate aimed at, for smaller steps than PyMC's, where latent variables bend the posterior. Measured on
28 rows in six groups: 2 divergences in 24,000 transitions instead of 8 in 8,000."""
_MATRICES = 4e9
"""Chains × tuning steps × f³ up to which a metric of f × f is learned: in 100 dimensions some 2 s of the usual 4,000
steps, in 343 it took 280 s (measured)."""

ALONE = Plan(size=1, draws=1000, tune=None)
"""Of one posterior that is looked at by itself."""


def fit(
    program: Density,
    plan: Plan,
    seed: int,
    groups: tuple[str, ...] = (),
    top: Callable[[], Estimate] | None = None,
    progress: bool = False,
) -> Estimate:
    """Draws from the posterior, their mean and covariance.

    The tree holds posterior (with derived quantities), sample_stats, observed_data and
    constant_data; ``groups`` names what else it shall hold, of `groups.GROUPS`. What was sampled beside
    the parameters, the model's latent variables, is judged with them and then kept in the group ``latent``.
    Where chains stay in different modes they are started again at the MAP, which ``top`` finds. ``progress`` shows
    PyMC's bar.
    """
    began = time.perf_counter()
    try:
        tree = _completed(program, _drawn(program, plan, seed, progress))
        tree, modes = _in_one_mode(program, plan, seed, progress, tree, top)
    except (RuntimeError, ValueError, FloatingPointError) as error:
        seconds = time.perf_counter() - began
        return missing(NAME, program.layout.labels, "failed", f"the sampler stopped: {error}", seconds=seconds)
    notes = tree_groups.add(program, tree, groups, seed)
    draws = stacked(tree, program.layout.slices).reshape(-1, program.layout.size)
    latent = program.latent_names(str(name) for name in tree["posterior"].data_vars)
    judged = measures(tree, (*program.quantity_names, *latent))
    heavy = heavy_tails(tree, program)
    table = existing(summary(tree, program.quantity_names), program, heavy)
    apart = bool(modes) and _apart(program, tree) is not None
    _set_apart(latent, tree)
    lacking = program.missing_moments[: program.layout.size]
    mean = np.where([bool(each.mean) for each in lacking], np.nan, draws.mean(axis=0))
    spread = np.where([bool(each.deviation) for each in lacking], np.nan, 1.0)
    moments = (*concerns(program.quantity_labels, program.missing_moments), *of_concern(heavy))
    return Estimate(
        estimator=NAME,
        labels=program.layout.labels,
        point=mean,
        covariance=np.atleast_2d(np.cov(draws, rowvar=False)) * np.outer(spread, spread),
        log_likelihood=_log_likelihood(program, mean),
        concerns=(*moments, *modes, *diagnostics(tree, judged, apart), *notes),
        iterations=plan.draws * plan.chains,
        results=table,
        tree=tree,
        seconds=time.perf_counter() - began,
    )


def _log_likelihood(program: Density, mean: Array) -> float | None:
    """The log-likelihood at the mean of all parameters, where that and a likelihood of them alone exist."""
    if np.isnan(mean).any() or not program.model.marginal:
        return None
    return program.log_likelihood(mean)


def _drawn(program: Density, plan: Plan, seed: int, progress: bool, start: Array | None = None) -> "xarray.DataTree":
    """Draws by the first of the density's samplers that can; what nutpie cannot compile or start from, PyMC may."""
    standardised = _standardised(program, plan, seed, progress) if start is None else None
    if standardised is not None:
        return standardised
    from numba.core.errors import NumbaError

    *others, last = [_BY[name] for name in program.samplers]
    for sampler in others:
        try:
            with quiet():
                return sampler(program, plan, seed, progress, start)
        except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError, NumbaError):
            continue
    return last(program, plan, seed, progress, start)


def _by_nutpie(
    program: Density, plan: Plan, seed: int, progress: bool, start: Array | None = None
) -> "xarray.DataTree":
    """Draws; where what is sampled is not standardised and hardly mixes, those of a metric that knows correlations.

    A diagonal metric, PyMC's, needs many steps along the ridge of raw covariates, an intercept and its group's effects.
    Measured: 1,475 effective draws in place of 253 on 62 summers in Kilpisjärvi. The second run may take as many
    gradients as the first, of a density that is compiled already, and is not made where its matrices would cost more.
    The draws that are kept are those of one run.
    """
    sampler = Sampler(program.sampled_model, _start(program, start), still=start is not None)
    first = _run(sampler, program, plan, seed, progress)
    assert first is not None  # which may take as many gradients as it likes
    costly = plan.chains * (plan.tune or single.LEARNING) * sampler.dimension**3 > _MATRICES
    if program.standardised or costly or start is not None:
        return first.tree
    seen = _completed(program, first.tree)
    before = effective(seen, program)
    if before >= Gate.of_chains(plan.chains).effective or _apart(program, seen):
        return first.tree
    try:
        second = _run(sampler, program, plan, seed, progress, most=first.gradients, adaptation="low_rank")
    except (RuntimeError, ValueError, FloatingPointError):
        return first.tree
    better = second is not None and effective(_completed(program, second.tree), program) > before
    return second.tree if second is not None and better else first.tree


def _run(sampler: Sampler, program: Density, plan: Plan, seed: int, progress: bool, **options: Any) -> Run | None:
    return sampler.run(
        seed,
        plan.chains,
        draws=plan.draws,
        tune=plan.tune or single.LEARNING,
        cores=min(plan.chains, os.cpu_count() or 1),
        target_accept=_accept(program),
        progress_bar=progress,
        **options,
    )


def _in_one_mode(
    program: Density,
    plan: Plan,
    seed: int,
    progress: bool,
    tree: "xarray.DataTree",
    top: Callable[[], Estimate] | None,
) -> "tuple[xarray.DataTree, tuple[Concern, ...]]":
    """The draws, or where their chains stay in different modes those of chains started at the MAP; and what was seen.

    No longer run would bring such chains together. The MAP is the highest mode, and not always the one with most of
    the posterior, so that the concern stays when chains that start there agree.
    """
    seen = _apart(program, tree)
    if seen is None:
        return tree, ()
    mode = None if top is None else top()
    if mode is None or not mode.converged or not np.all(np.isfinite(mode.point)):
        return tree, (Concern("modes", seen),)
    try:
        again = _completed(program, _drawn(program, plan, seed, progress, mode.point))
    except (RuntimeError, ValueError, FloatingPointError):
        return tree, (Concern("modes", seen),)
    if _apart(program, again) is not None:
        return tree, (Concern("modes", seen),)
    return again, (
        Concern("modes", f"{seen}; started again at the MAP, all stay there, and the draws are of that mode"),
    )


def _apart(program: Density, tree: "xarray.DataTree") -> str | None:
    draws = by_label(tree)
    names = set(program.quantity_labels)
    return places_apart({label: values for label, values in draws.items() if label in names})


def _completed(program: Density, tree: "xarray.DataTree") -> "xarray.DataTree":
    """The tree with derived quantities, and without texts, of which netCDF cannot hold None; once is enough."""
    texts = [name for name, values in tree["sample_stats"].data_vars.items() if values.dtype == object]
    tree["sample_stats"] = tree["sample_stats"].to_dataset().drop_vars(texts)
    _add_functions(program, tree)
    return tree


def _standardised(program: Density, plan: Plan, seed: int, progress: bool) -> "xarray.DataTree | None":
    """Draws in coordinates standardised at the mode, for those that can be (`single.suited`)."""
    return single.drawn(program, replace(plan, cores=os.cpu_count() or 1), seed, progress)


def _by_pymc(program: Density, plan: Plan, seed: int, progress: bool, start: Array | None = None) -> "xarray.DataTree":
    import pymc

    still: dict[str, Any] = {} if start is None else {"init": "adapt_diag"}
    return pymc.sample(
        model=program.sampled_model,
        draws=plan.draws,
        tune=plan.tune or single.LEARNING,
        chains=plan.chains,
        cores=min(plan.chains, os.cpu_count() or 1),
        random_seed=seed,
        initvals=_start(program, start),
        target_accept=_accept(program),
        nuts_sampler="pymc",
        **still,
        compile_kwargs={"mode": program.search_mode},
        progressbar=progress,
        quiet=not progress,
        compute_convergence_checks=False,
    )


_BY = {"nutpie": _by_nutpie, "pymc": _by_pymc}


def _start(program: Density, start: Array | None) -> dict[str, Array]:
    """Values of the free variables by name at ``start`` ``(p,)``, the program's own unless given."""
    begin = program.layout.split(program.start if start is None else start)
    return {str(name): np.asarray(value) for name, value in begin.items()}


def _accept(program: Density) -> float:
    return _ACCEPT_LATENT if program.model.has_latent else ALONE.accept


def _add_functions(program: Density, tree: "xarray.DataTree") -> None:
    """Derived quantities beside the parameters, so that every plot and table has them."""
    posterior = tree["posterior"].to_dataset()
    for function in program.model.functions:
        if function.name in posterior:  # a deterministic of the model's own, which was sampled with it
            continue
        values = function.of({name: posterior[name].to_numpy() for name in program.layout.slices})
        posterior[function.name] = (("chain", "draw", *function.dims), values)
    tree["posterior"] = posterior


def _set_apart(latent: list[str], tree: "xarray.DataTree") -> None:
    """These variables, which are no parameter and no derived quantity, out of the posterior into ``latent``."""
    if latent:
        posterior = tree["posterior"].to_dataset()
        tree["latent"] = posterior[latent]
        rest = posterior.drop_vars(latent)
        used = {dim for variable in rest.data_vars.values() for dim in variable.dims}
        tree["posterior"] = rest.drop_dims([dim for dim in rest.dims if dim not in used])
