"""Groups of the DataTree beyond the draws themselves: what ArviZ's checks and plots need."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import optional_parts
from ..compile_cache import MODE
from ..concerns import Concern
from ..density.density import Density
from ..density.pymc_model import build_priors
from ..errors import UsageError
from ..model import jeffreys
from ..quiet import quiet
from .draws import stacked

if TYPE_CHECKING:
    import xarray

PRIOR_DRAWS = 1000
PAGE, PAGE_ROWS = "page", 2000
"""The groups that a comparison's page draws, and rows up to which it draws what has a value per row and draw."""
PREDICTIVE_LIMIT = 12_500_000
"""Predictive and log-likelihood values kept at most (100 MB of each): more are thinned, with a concern."""


@dataclass(frozen=True)
class GroupsRequest:
    """A tree to be completed; predictive groups take every ``step``-th draw of each chain."""

    program: Density
    tree: "xarray.DataTree"
    seed: int
    step: int


def chosen(groups: Iterable[str]) -> tuple[str, ...]:
    """The named groups.

    Raises
    ------
    UsageError
        A group that is not in `GROUPS` and not `PAGE`.
    """
    chosen = tuple(groups)
    if unknown := [group for group in chosen if group not in (*GROUPS, PAGE)]:
        raise UsageError(f'there is no group "{unknown[0]}" of draws; choose from {", ".join(GROUPS)}.')
    return chosen


def thinning(program: Density, tree: "xarray.DataTree") -> int:
    """Every how many-th draw to keep, so that one value per draw and row stays within `PREDICTIVE_LIMIT`."""
    sizes = tree["posterior"].sizes
    return max(1, -(-sizes["draw"] * sizes["chain"] * program.data.n // PREDICTIVE_LIMIT))


def add(program: Density, tree: "xarray.DataTree", groups: tuple[str, ...], seed: int) -> list[Concern]:
    """Add the named groups to the tree; concerns say what could not be added in full.

    Without a likelihood of the parameters alone there is no group of it.
    """
    groups = tuple(dict.fromkeys(name for group in groups for name in _named(group, program.data.n)))
    groups = groups if program.model.marginal else tuple(name for name in groups if name != "log_likelihood")
    step = thinning(program, tree)
    job = GroupsRequest(program, tree, seed, step)
    flat = [name for name, prior in program.priors.items() if not prior.proper or program.prior_power != 1]
    notes = []
    for group in groups:
        if group in _OF_THE_PRIOR and flat:
            notes.append(Concern("no_prior_draws", f"{group}: prior of {', '.join(flat)}"))
        else:
            notes += _added(job, group)
    if step > 1 and _THINNED.intersection(groups):
        notes.append(Concern("thinned", f"one draw in {step} of each chain"))
    return notes


def _named(group: str, n: int) -> tuple[str, ...]:
    """A group by its name, or those that a page of ``n`` rows draws."""
    if group != PAGE:
        return (group,)
    return tuple(GROUPS) if n <= PAGE_ROWS else _CHEAP


def _added(job: GroupsRequest, group: str) -> list[Concern]:
    """Add one group; a user's program may have variables that nobody can draw from, and then lacks the group."""
    failures = job.program.pymc_failures
    try:
        optional_parts.make(f"the group {group} of the DataTree", lambda: GROUPS[group](job), None, passing=failures)
    except failures as error:
        return [Concern("no_predictive_draws", f"{group}: {str(error).partition(chr(10))[0] or type(error).__name__}")]
    return []


def _add_log_prior(job: GroupsRequest) -> None:
    if not job.program.prior_by_parameter:
        job.tree["log_prior"] = _log_prior_of_draws(job)
        return
    from pymc.stats import compute_log_prior

    program = job.program
    names = [str(name) for name in program.layout.slices]
    # A model without the likelihood: PyMC copies it, and with it the data.
    priors = build_priors(program.model, program.layout, program.data, program.priors)
    compute_log_prior(job.tree, var_names=names, model=priors, progressbar=False)
    if jeffreys.asked(job.program.priors):  # a Potential, which PyMC leaves out
        values = _log_prior_of_draws(job)["total"]
        job.tree["log_prior"] = job.tree["log_prior"].to_dataset().assign({jeffreys.NAME: values})


def _log_prior_of_draws(job: GroupsRequest) -> "xarray.Dataset":
    """The log prior density of all parameters together at each draw."""
    import xarray

    theta = stacked(job.tree, job.program.layout.slices)
    values = job.program.log_prior_of_draws(theta.reshape(-1, theta.shape[-1])).reshape(theta.shape[:-1])
    coords = {name: job.tree["posterior"][name] for name in ("chain", "draw")}
    return xarray.Dataset({"total": (("chain", "draw"), values)}, coords=coords)


def _add_prior(job: GroupsRequest) -> None:
    job.tree["prior"] = _prior_draws(job, "prior", [str(name) for name in job.program.layout.slices])


def _add_prior_predictive(job: GroupsRequest) -> None:
    job.tree["prior_predictive"] = _prior_draws(job, "prior_predictive", _observed(job))


def _observed(job: GroupsRequest) -> list[str]:
    observed = [str(rv.name) for rv in job.program.sampled_model.observed_RVs]
    if not observed:
        raise NotImplementedError("the likelihood is a Potential, which says nothing of how data arise")
    return observed


def _prior_draws(job: GroupsRequest, group: str, names: list[str]) -> "xarray.Dataset":
    """Draws of one group; PyMC draws values that shall rise in any order, so of those only the rising ones are kept.

    Of other supports that leave out a part of the prior only draws inside are kept, too.
    """
    import pymc

    restricted = [p for p in job.program.layout.parameters if p.support.restricts]
    # Of K values in any order under one prior one draw in K! rises; of coefficients of a series some are stationary.
    orders = math.prod(math.factorial(len(job.program.layout.labels_of[p.name])) for p in restricted)
    most = max(PRIOR_DRAWS, PREDICTIVE_LIMIT // (job.program.data.n if group == "prior_predictive" else 20))
    count = PRIOR_DRAWS if not restricted else PRIOR_DRAWS * max(2, orders) * 5 // 4
    mode, model = {"mode": MODE}, job.program.sampled_model
    included = list(dict.fromkeys([*names, *(p.name for p in restricted)]))
    with quiet():
        tree = pymc.sample_prior_predictive(
            min(count, most), model=model, var_names=included, random_seed=job.seed, compile_kwargs=mode
        )
    drawn = tree[group].to_dataset()[names]
    if not restricted:
        return drawn
    inside = [[p.support.contains(each) for each in tree["prior"][p.name].to_numpy()[0]] for p in restricted]
    kept = drawn.isel(draw=np.flatnonzero(np.all(inside, axis=0))[:PRIOR_DRAWS])
    return kept.assign_coords(draw=np.arange(kept.sizes["draw"]))


def _add_log_likelihood(job: GroupsRequest) -> None:
    """NumPy's likelihood at each draw (parity has shown that PyMC's is the same), of each row or each group."""
    import xarray

    theta = stacked(job.tree, job.program.layout.slices)[:, :: job.step]
    values = np.stack([job.program.log_likelihood_units(point) for point in theta.reshape(-1, theta.shape[-1])])
    whole_groups = "group" in job.program.data.coords and values.shape[-1] != job.program.data.n
    dims = ("chain", "draw", "group" if whole_groups else _unit_axis(job, values.shape[-1]))
    kept = job.tree["posterior"].to_dataset().isel(draw=slice(None, None, job.step))
    coords: dict[str, Any] = {name: kept[name] for name in ("chain", "draw")}
    if whole_groups:
        coords["group"] = list(job.program.data.coords["group"])
    job.tree["log_likelihood"] = xarray.Dataset({"y": (dims, values.reshape(*theta.shape[:-1], -1))}, coords=coords)


def _unit_axis(job: GroupsRequest, units: int) -> str:
    """The axis of the units: that of the observed ``y`` where each of its elements is one and nothing else is seen."""
    if job.program.model.unit == "series":
        return "series"
    observed = job.tree["observed_data"]
    one = list(observed.data_vars) == ["y"] and observed["y"].shape == (units,)
    return str(observed["y"].dims[0]) if one else "unit"


def _add_posterior_predictive(job: GroupsRequest) -> None:
    import pymc

    _observed(job)

    kept: Any = job.tree.copy()
    kept["posterior"] = job.tree["posterior"].to_dataset().isel(draw=slice(None, None, job.step))
    mode, model = {"mode": MODE}, job.program.sampled_model
    with quiet():
        drawn = pymc.sample_posterior_predictive(
            kept, model=model, random_seed=job.seed, progressbar=False, compile_kwargs=mode
        )
    job.tree["posterior_predictive"] = drawn["posterior_predictive"].to_dataset()


GROUPS: dict[str, Callable[[GroupsRequest], None]] = {
    "prior": _add_prior,
    "log_prior": _add_log_prior,
    "log_likelihood": _add_log_likelihood,
    "posterior_predictive": _add_posterior_predictive,
    "prior_predictive": _add_prior_predictive,
}
"""By name: how each is made. The first two are cheap; the others hold a value per unit and draw."""
_CHEAP = ("prior", "log_prior")
_OF_THE_PRIOR = ("prior", "prior_predictive")
_THINNED = frozenset({"log_likelihood", "posterior_predictive"})
