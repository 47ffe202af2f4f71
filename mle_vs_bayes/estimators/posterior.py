"""The full posterior: PyMC sampling (NUTS through nutpie), kept as an ArviZ ``DataTree``."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..concerns import Concern
from ..contract import jeffreys
from ..contract.program import MODE, Program
from .estimate import Estimate, missing
from .quiet import quiet

if TYPE_CHECKING:
    import pandas
    import xarray

Array = NDArray[np.float64]
NAME = "posterior"
PRIOR_DRAWS = 1000
PREDICTIVE_LIMIT = 20_000_000
"""Predictive and log-likelihood values kept at most (160 MB): more are thinned, with a concern."""
COSTLY_GROUPS = ("log_likelihood", "posterior_predictive", "prior_predictive")


@dataclass(frozen=True)
class Sampling:
    """How to sample; ``progress`` shows PyMC's bar."""

    draws: int = 1000
    tune: int = 1000
    chains: int = 4
    progress: bool = False


def fit(program: Program, sampling: Sampling, seed: int, groups: tuple[str, ...] = ()) -> Estimate:
    """Draws from the posterior, their mean and covariance, and the groups ArviZ's plots need.

    The tree holds posterior (with derived quantities), sample_stats, prior, log_prior,
    observed_data and constant_data; ``groups`` asks for the costly ones of `COSTLY_GROUPS`.
    """
    began = time.perf_counter()
    try:
        tree = _sample(program, sampling, seed)
    except (RuntimeError, ValueError, FloatingPointError) as error:
        seconds = time.perf_counter() - began
        return missing(NAME, program.layout.labels, "failed", f"the sampler stopped: {error}", seconds=seconds)
    notes = _add_groups(program, tree, seed, groups)
    draws = _matrix(program, tree)
    table = summary(tree)
    return Estimate(
        estimator=NAME,
        labels=program.layout.labels,
        point=draws.mean(axis=0),
        covariance=np.atleast_2d(np.cov(draws, rowvar=False)),
        log_likelihood=float(np.sum(program.log_likelihood_units(draws.mean(axis=0)))),
        concerns=(*diagnostics(tree, table, sampling), *notes),
        iterations=sampling.draws * sampling.chains,
        results=table,
        tree=tree,
        seconds=time.perf_counter() - began,
    )


def summary(tree: "xarray.DataTree") -> "pandas.DataFrame":
    """ArviZ's table: mean, sd, bulk and tail ESS, R-hat and MCSE, one row per label."""
    import arviz_stats

    return arviz_stats.summary(tree, round_to="none")


def diagnostics(tree: "xarray.DataTree", table: "pandas.DataFrame", sampling: Sampling) -> tuple[Concern, ...]:
    """Concerns about the draws: R-hat, effective sample size, divergences."""
    found = []
    if table["r_hat"].max() > 1.01:
        found.append(Concern("rhat", f"{table['r_hat'].max():.3f} for {table['r_hat'].idxmax()}"))
    ess = table[["ess_bulk", "ess_tail"]].min(axis=1)
    if not ess.min() >= 100 * sampling.chains:
        found.append(Concern("ess", f"{ess.min():.0f} for {ess.idxmin()}"))
    divergent = int(tree["sample_stats"]["diverging"].sum())
    if divergent:
        found.append(Concern("divergences", f"{divergent} of {sampling.draws * sampling.chains} transitions"))
    return tuple(found)


def _sample(program: Program, sampling: Sampling, seed: int) -> "xarray.DataTree":
    import pymc

    start = {name: np.asarray(value) for name, value in program.layout.split(program.start).items()}
    tree = pymc.sample(
        model=program.pymc_model,
        draws=sampling.draws,
        tune=sampling.tune,
        chains=sampling.chains,
        cores=min(sampling.chains, os.cpu_count() or 1),
        random_seed=seed,
        initvals=start,
        nuts_sampler="nutpie",
        progressbar=sampling.progress,
        quiet=not sampling.progress,
        compute_convergence_checks=False,
    )
    texts = [name for name, values in tree["sample_stats"].data_vars.items() if values.dtype == object]
    tree["sample_stats"] = tree["sample_stats"].to_dataset().drop_vars(texts)  # netCDF cannot hold None
    _add_functions(program, tree)
    return tree


def _add_functions(program: Program, tree: "xarray.DataTree") -> None:
    """Derived quantities beside the parameters, so that every plot and table has them."""
    posterior = tree["posterior"].to_dataset()
    for function in program.model.functions:
        values = function.of({name: posterior[name].to_numpy() for name in program.layout.slices})
        posterior[function.name] = (("chain", "draw", *function.dims), values)
    tree["posterior"] = posterior


def _matrix(program: Program, tree: "xarray.DataTree") -> Array:
    """All draws on the model scale, shape ``(chains × draws, p)``."""
    columns = [tree["posterior"][name].to_numpy() for name in program.layout.slices]
    total = columns[0].shape[0] * columns[0].shape[1]
    return np.column_stack([c.reshape(total, -1) for c in columns])


def _add_groups(program: Program, tree: "xarray.DataTree", seed: int, groups: tuple[str, ...]) -> list[Concern]:
    from pymc.stats import compute_log_prior

    names = [str(name) for name in program.layout.slices]
    compute_log_prior(tree, var_names=names, model=program.pymc_model, progressbar=False)
    if jeffreys.asked(program.priors):  # a Potential, which PyMC leaves out
        values = program.log_prior_of_draws(_matrix(program, tree)).reshape(tree["posterior"].sizes["chain"], -1)
        tree["log_prior"] = tree["log_prior"].to_dataset().assign({jeffreys.NAME: (("chain", "draw"), values)})
    notes = _add_prior(program, tree, seed, "prior_predictive" in groups)
    step = max(
        1, -(-tree["posterior"].sizes["draw"] * tree["posterior"].sizes["chain"] * program.data.n // PREDICTIVE_LIMIT)
    )
    if step > 1 and groups:
        notes.append(Concern("thinned", f"every {step}th draw of each chain"))
    for group in groups:
        if group != "prior_predictive":
            _PREDICTIVE[group](program, tree, step, seed)
    return notes


def _add_prior(program: Program, tree: "xarray.DataTree", seed: int, predictive: bool) -> list[Concern]:
    import pymc

    if not all(prior.proper for prior in program.priors.values()):
        flat = [name for name, prior in program.priors.items() if not prior.proper]
        return [Concern("no_prior_draws", f"prior of {', '.join(flat)}")]
    names = [*program.layout.slices, *(["y"] if predictive else [])]
    with quiet():
        drawn = pymc.sample_prior_predictive(
            PRIOR_DRAWS, model=program.pymc_model, var_names=names, random_seed=seed, compile_kwargs={"mode": MODE}
        )
    for group in ("prior", "prior_predictive"):
        if group in drawn.children:
            tree[group] = drawn[group].to_dataset()
    return []


def _add_log_likelihood(program: Program, tree: "xarray.DataTree", step: int, _seed: int) -> None:
    """NumPy's likelihood at each draw (parity has shown that PyMC's is the same)."""
    kept = tree["posterior"].to_dataset().isel(draw=slice(None, None, step))
    sizes = (kept.sizes["chain"], kept.sizes["draw"])
    columns = [kept[name].to_numpy().reshape(sizes[0] * sizes[1], -1) for name in program.layout.slices]
    values = np.stack([program.log_likelihood_units(theta) for theta in np.column_stack(columns)])
    dims = ("chain", "draw", *tree["observed_data"]["y"].dims)
    tree["log_likelihood"] = _dataset({"y": (dims, values.reshape(*sizes, -1))}, kept)


def _add_posterior_predictive(program: Program, tree: "xarray.DataTree", step: int, seed: int) -> None:
    import pymc

    kept = tree.copy()
    kept["posterior"] = tree["posterior"].to_dataset().isel(draw=slice(None, None, step))
    with quiet():
        drawn = pymc.sample_posterior_predictive(
            kept, model=program.pymc_model, random_seed=seed, progressbar=False, compile_kwargs={"mode": MODE}
        )
    tree["posterior_predictive"] = drawn["posterior_predictive"].to_dataset()


_PREDICTIVE: dict[str, Callable[[Program, Any, int, int], None]] = {
    "log_likelihood": _add_log_likelihood,
    "posterior_predictive": _add_posterior_predictive,
}


def _dataset(variables: dict[str, Any], like: "xarray.Dataset") -> "xarray.Dataset":
    import xarray

    return xarray.Dataset(variables, coords={name: like[name] for name in ("chain", "draw")})
