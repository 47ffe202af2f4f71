"""Groups of the DataTree beyond the draws themselves: what ArviZ's checks and plots need."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..concerns import Concern
from ..contract import jeffreys
from ..contract.draws import by_label
from ..contract.program import MODE, Program
from ..errors import UsageError
from .quiet import quiet

if TYPE_CHECKING:
    import xarray

PRIOR_DRAWS = 1000
PREDICTIVE_LIMIT = 20_000_000
"""Predictive and log-likelihood values kept at most (160 MB): more are thinned, with a concern."""


@dataclass(frozen=True)
class Job:
    """A tree to be completed; predictive groups take every ``step``-th draw of each chain."""

    program: Program
    tree: "xarray.DataTree"
    seed: int
    step: int


def chosen(groups: Iterable[str]) -> tuple[str, ...]:
    """The named groups.

    Raises
    ------
    UsageError
        A group that is not in `GROUPS`.
    """
    found = tuple(groups)
    if unknown := [group for group in found if group not in GROUPS]:
        raise UsageError(f'there is no group "{unknown[0]}" of draws; choose from {", ".join(GROUPS)}.')
    return found


def add(program: Program, tree: "xarray.DataTree", groups: tuple[str, ...], seed: int) -> list[Concern]:
    """Add the named groups to the tree; concerns say what could not be added in full."""
    sizes = tree["posterior"].sizes
    step = max(1, -(-sizes["draw"] * sizes["chain"] * program.data.n // PREDICTIVE_LIMIT))
    job = Job(program, tree, seed, step)
    flat = [name for name, prior in program.priors.items() if not prior.proper]
    notes = []
    for group in groups:
        if group in _OF_THE_PRIOR and flat:
            notes.append(Concern("no_prior_draws", f"{group}: prior of {', '.join(flat)}"))
        else:
            GROUPS[group](job)
    if step > 1 and _THINNED.intersection(groups):
        notes.append(Concern("thinned", f"every {step}th draw of each chain"))
    return notes


def _add_log_prior(job: Job) -> None:
    from pymc.stats import compute_log_prior

    names = [str(name) for name in job.program.layout.slices]
    compute_log_prior(job.tree, var_names=names, model=job.program.pymc_model, progressbar=False)
    if jeffreys.asked(job.program.priors):  # a Potential, which PyMC leaves out
        draws = by_label(job.tree)
        theta = np.stack([draws[label] for label in job.program.layout.labels], axis=-1)
        values = job.program.log_prior_of_draws(theta.reshape(-1, theta.shape[-1])).reshape(theta.shape[:-1])
        group = job.tree["log_prior"].to_dataset().assign({jeffreys.NAME: (("chain", "draw"), values)})
        job.tree["log_prior"] = group


def _add_prior(job: Job) -> None:
    job.tree["prior"] = _prior_draws(job, [str(name) for name in job.program.layout.slices])["prior"].to_dataset()


def _add_prior_predictive(job: Job) -> None:
    job.tree["prior_predictive"] = _prior_draws(job, ["y"])["prior_predictive"].to_dataset()


def _prior_draws(job: Job, names: list[str]) -> "xarray.DataTree":
    import pymc

    mode, model = {"mode": MODE}, job.program.pymc_model
    with quiet():
        return pymc.sample_prior_predictive(
            PRIOR_DRAWS, model=model, var_names=names, random_seed=job.seed, compile_kwargs=mode
        )


def _add_log_likelihood(job: Job) -> None:
    """NumPy's likelihood at each draw (parity has shown that PyMC's is the same)."""
    import xarray

    draws = by_label(job.tree)
    theta = np.stack([draws[label][:, :: job.step] for label in job.program.layout.labels], axis=-1)
    values = np.stack([job.program.log_likelihood_units(point) for point in theta.reshape(-1, theta.shape[-1])])
    dims = ("chain", "draw", *job.tree["observed_data"]["y"].dims)
    kept = job.tree["posterior"].to_dataset().isel(draw=slice(None, None, job.step))
    coords = {name: kept[name] for name in ("chain", "draw")}
    job.tree["log_likelihood"] = xarray.Dataset({"y": (dims, values.reshape(*theta.shape[:-1], -1))}, coords=coords)


def _add_posterior_predictive(job: Job) -> None:
    import pymc

    kept: Any = job.tree.copy()
    kept["posterior"] = job.tree["posterior"].to_dataset().isel(draw=slice(None, None, job.step))
    mode, model = {"mode": MODE}, job.program.pymc_model
    with quiet():
        drawn = pymc.sample_posterior_predictive(
            kept, model=model, random_seed=job.seed, progressbar=False, compile_kwargs=mode
        )
    job.tree["posterior_predictive"] = drawn["posterior_predictive"].to_dataset()


GROUPS: dict[str, Callable[[Job], None]] = {
    "prior": _add_prior,
    "log_prior": _add_log_prior,
    "log_likelihood": _add_log_likelihood,
    "posterior_predictive": _add_posterior_predictive,
    "prior_predictive": _add_prior_predictive,
}
"""By name: how each is made. The first two are cheap; the others hold a value per unit and draw."""
_OF_THE_PRIOR = ("prior", "prior_predictive")
_THINNED = frozenset({"log_likelihood", "posterior_predictive"})
