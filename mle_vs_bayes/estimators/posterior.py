"""The full posterior: PyMC sampling (NUTS through nutpie), kept as an ArviZ ``DataTree``."""

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..concerns import Concern
from ..contract.program import Program
from . import groups as tree_groups
from .estimate import Estimate, missing

if TYPE_CHECKING:
    import pandas
    import xarray

Array = NDArray[np.float64]
NAME = "posterior"


@dataclass(frozen=True)
class Sampling:
    """How to sample; ``progress`` shows PyMC's bar."""

    draws: int = 1000
    tune: int = 1000
    chains: int = 4
    progress: bool = False


def fit(program: Program, sampling: Sampling, seed: int, groups: tuple[str, ...] = ()) -> Estimate:
    """Draws from the posterior, their mean and covariance.

    The tree holds posterior (with derived quantities), sample_stats, observed_data and
    constant_data; ``groups`` names what else it shall hold, of `groups.GROUPS`.
    """
    began = time.perf_counter()
    try:
        tree = _sample(program, sampling, seed)
    except (RuntimeError, ValueError, FloatingPointError) as error:
        seconds = time.perf_counter() - began
        return missing(NAME, program.layout.labels, "failed", f"the sampler stopped: {error}", seconds=seconds)
    notes = tree_groups.add(program, tree, groups, seed)
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
        compile_kwargs={"freeze_model": True},  # data as constants: nutpie compiles a fifth faster (measured)
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
