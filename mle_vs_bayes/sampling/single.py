"""The posterior of one data set: the same problem as that of many (`batch_posterior`), with R = 1.

Its rows are condensed where that loses nothing, and its coordinates standardised at the mode, so that of tuning only
the step size is left. Latent variables are integrated out and drawn afterwards, given the parameters.
"""

import time
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..density.condense import condensed
from ..density.density import Program
from ..density.quiet import quiet
from ..density.stack import Stack
from ..model import jeffreys
from .batch_posterior import Posteriors
from .nutpie import Schedule

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]
MOST = 60
"""Free scalars: a root of their covariance is multiplied in every evaluation, and a Hessian has their square."""
_REFUSED = (ArithmeticError, AssertionError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError)
"""What a user's program may raise whose density has no Hessian or cannot be compiled for this."""


def drawn(program: Program, schedule: Schedule, seed: int, progress: bool = False) -> "xarray.DataTree | None":
    """Posterior, sample_stats, observed_data and constant_data, as `pymc.sample` gives them; None where PyMC must.

    Raises
    ------
    RuntimeError
        The sampler could not start or stopped.
    """
    if not suited(program):
        return None
    began = time.time()
    try:
        with quiet():
            posteriors = Posteriors(_stack(program), program.start[None])
            if not posteriors.standard.found[0]:
                return None
            theta, tree = posteriors.draw_one(schedule, seed, progress)
    except _refusals(program):
        return None
    return _completed(program, theta, tree, seed, time.time() - began)


def suited(program: Program) -> bool:
    """Whether the density can be standardised at its mode: everything else is sampled by `pymc.sample`.

    That needs a sampler with gradients, a number of scalars whose covariance can be multiplied, and a mode that stands
    for the posterior: the joint one of latent variables and what governs them does not.
    """
    if program.sampler != "nutpie" or program.layout.free_size > MOST:
        return False
    return not program.model.has_latent or (not program.foreign and program.model.draws_latent)


def _refusals(program: Program) -> Any:
    """Nothing is caught of a model of the catalogue, whose faults are ours."""
    if not program.foreign:
        return ()
    from numba.core.errors import NumbaError

    return (*_REFUSED, RuntimeError, NumbaError)


def _stack(program: Program) -> Stack:
    """The data set as a stack of one; Jeffreys' prior reads every row, so that nothing is condensed under it."""
    if program.foreign:
        model: Any = program.model
        observed = {name: np.asarray(values, dtype=float)[None] for name, values in model.observed.items()}
        return Stack(program, 1, observed)
    flat = jeffreys.asked(program.priors)
    small, weights = (program.data, None) if flat else condensed(program.model, program.data)
    if weights is None:
        return Stack(program, 1)
    return Stack(Program(program.model, small, program.priors, program.prior_power), 1, {}, weights[None])


def _completed(program: Program, theta: Array, tree: "xarray.DataTree", seed: int, seconds: float) -> "xarray.DataTree":
    """nutpie's tree with the parameters, and what PyMC knows beside them, in the place of standardised coordinates."""
    import pymc
    from arviz_base import dict_to_dataset
    from pymc.backends.arviz import coords_and_dims_for_inferencedata, patch_nutpie_idata

    model = program.sampled_model
    values = dict(program.layout.split(theta))
    if program.model.has_latent:
        values |= program.model.draw_latent(
            program.layout.split(theta), program.data, np.random.default_rng([seed, 0x1A7])
        )
    coords, dims = coords_and_dims_for_inferencedata(model)
    posterior = dict_to_dataset(values, coords=coords, dims=dims)
    if program.foreign and model.deterministics:
        with quiet():
            posterior = pymc.compute_deterministics(posterior, model=model, merge_dataset=True, progressbar=False)
    posterior.attrs.update(tree["posterior"].attrs)
    tree["posterior"] = posterior
    patch_nutpie_idata(tree, model, sampling_time=seconds)
    return tree
