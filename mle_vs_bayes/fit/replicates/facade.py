"""`fit_replicates`: the rows that fitting each data set alone would give, as one problem."""

from collections.abc import Callable, Collection, Mapping, Sequence

from ... import intervals as interval_kinds
from ... import models
from ...errors import UsageError
from ...estimators import chosen
from ...intervals.credible import OF_DRAWS
from ...intervals.interval import RESAMPLES, check_level
from ...model.model import Model
from ...sampling.batch_posterior import Posteriors
from ...sampling.pilot import pilot
from ...sampling.plan import Plan
from ...sampling.single import of_parameters
from ...threads import single_thread
from .. import priors as prior_choice
from ..row_table import Context
from ..sampled import Functional
from ..settled import settled_for
from .batch_fit import BatchFit, starts
from .data_checks import Table, complete
from .result import Replicates
from .stacking import by_shape, sorted_out, stacked

Truth = Mapping[str, float]
ESTIMATORS = ("mle", "map", "posterior", "exact", "mle_exact", "posterior_exact")
MEMORY = 512 * 2**20
"""Bytes that one batch of draws may take."""
PILOT = 512
"""Data sets that a pilot looks at."""


@single_thread()
def fit_replicates(
    model: str | Model,
    datasets: Sequence[Table],
    estimators: Sequence[str] = ESTIMATORS[:3],
    *,
    priors: prior_choice.Given | None = None,
    intervals: Sequence[str] = (),
    level: float = 0.95,
    truth: Truth | Sequence[Truth] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
    plan: Plan | None = None,
    keep: Collection[int] = (),
    functionals: Mapping[str, Functional] | None = None,
    memory: int = MEMORY,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Replicates:
    """Fit many data sets of one model: the rows that fitting each alone would give.

    Parameters
    ----------
    model : str or Model
        A name of the catalogue, or a model of your own.
    datasets : sequence of Dataset, mapping or DataFrame
        Of any sizes, with arrays or columns by role; those of one shape are fitted together.
    estimators : sequence of str
        Any of ``mle``, ``map``, ``posterior``, ``exact`` (both of ``mle_exact`` and ``posterior_exact``).
    priors, intervals, level
        As of `compare`. Priors that follow the data follow each data set's own; give numbers in a study of coverage.
    truth : mapping or sequence of mappings, optional
        By label, for the rows; one for all data sets or one each.
    resamples : int
        Refits of each data set's bootstrap.
    seed : int
        Everything random follows from it: on one machine, rows repeat to the last bit, in one process or several,
        whether the model's compiled code is in PyTensor's cache or not (`machine_code`).
    plan : Plan, optional
        How to sample; where none is given a pilot decides, whose own decisions follow from data and seed
        (`Replicates.plan` says what it was).
    keep : collection of int
        Places in ``datasets`` whose draws are kept, beside those that something is wrong with.
    functionals : mapping, optional
        Name → function of one posterior's draws ``(chains, draws, quantities)`` and the data set's place.
    memory : int
        Bytes that a batch of draws may take at most.
    progress : callable
        Called with the number of data sets done and their total.

    Returns
    -------
    Replicates
        A data set that cannot be fitted has rows with its reason and touches no other.

    Raises
    ------
    UsageError, DataError, ModelError
        A wrong request, a data set without a column that the model needs, or a model whose two likelihoods differ.
    """
    check_level(level)
    _check_places(seed, keep, len(datasets))
    chosen_model = models.get(model) if isinstance(model, str) else model
    kinds = _kinds(tuple(intervals), _names(estimators))
    context = Context(level, seed, prior_choice.variant(priors or {}), None, kinds, resamples=resamples)
    datasets = complete(chosen_model, datasets)
    chosen_model = chosen_model.suited(datasets[0]) if datasets else chosen_model
    members, refused = sorted_out(chosen_model, datasets, priors or {})
    groups = by_shape(chosen_model, members)
    chosen_model = settled_for(chosen_model, groups)
    job = BatchFit(
        model=chosen_model,
        names=_names(estimators),
        context=context,
        truths=_truths(truth, len(datasets)),
        plan=plan,
        keep=keep,
        functionals=functionals or {},
        memory=memory,
    )
    job.refuse(refused, datasets)
    done = len(refused)
    for group in groups:
        job.fit(group)
        done += len(group)
        progress(done, len(datasets))
    return job.result(datasets, members)


@single_thread()
def plan_replicates(
    model: str | Model,
    datasets: Sequence[Table],
    *,
    priors: prior_choice.Given | None = None,
    seed: int = 0,
    target: int = 400,
    memory: int = MEMORY,
    cores: int = 2,
) -> Plan:
    """The plan that a pilot on (some of) these data sets finds cheapest; the same for the same data and seed."""
    chosen_model = models.get(model) if isinstance(model, str) else model
    members, _ = sorted_out(chosen_model, complete(chosen_model, datasets[:PILOT]), priors or {})
    if not members or not of_parameters(chosen_model):
        return Plan(target=target, cores=cores)
    group = max(by_shape(chosen_model, members), key=len)
    stack = stacked(chosen_model, group)
    return pilot(Posteriors(stack, starts(stack, group)), memory, cores, target, seed)


def _names(estimators: Sequence[str]) -> tuple[str, ...]:
    unknown = [name for name in estimators if name not in ESTIMATORS]
    if unknown:
        raise UsageError(f'there is no estimator "{unknown[0]}"; choose from {", ".join(ESTIMATORS)}.')
    if not estimators:
        raise UsageError(f"no estimator is asked for; choose from {', '.join(ESTIMATORS)}.")
    return tuple(name for name in ESTIMATORS if name in estimators)


def _check_places(seed: int, keep: Collection[int], count: int) -> None:
    if seed < 0 or seed != int(seed):
        raise UsageError(f"seed is {seed}; it must be a whole number, 0 or above.")
    if outside := [place for place in keep if not 0 <= place < count]:
        raise UsageError(f"draws of data set {outside[0]} are to be kept, but there are {count}; the first is 0.")


def _kinds(names: tuple[str, ...], estimators: tuple[str, ...]) -> tuple[str, ...]:
    kinds = interval_kinds.chosen(names)
    interval_kinds.notes(chosen(estimators), names)
    others = [name for name in interval_kinds.of("posterior", kinds) if name not in OF_DRAWS]
    if others:
        raise UsageError(
            f"the interval {others[0]} is not made of many posteriors at once; take {' or '.join(OF_DRAWS)}."
        )
    return kinds


def _truths(truth: Truth | Sequence[Truth] | None, count: int) -> Sequence[Truth]:
    if truth is None or isinstance(truth, Mapping):
        return [truth or {}] * count
    if len(truth) != count:
        raise UsageError(f"there are {len(truth)} truths for {count} data sets; give one for all, or one each.")
    return truth
