"""The posterior of one data set: the same problem as that of many (`batch_posterior`), with R = 1.

Its rows are condensed where that loses nothing, and its coordinates standardised at the mode, so that of tuning only
the step size is left. Latent variables are integrated out and drawn afterwards, given the parameters.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..density.density import Density
from ..density.stack import Stack
from ..machine_code import ahead
from ..model.model import Model
from ..quiet import quiet
from ..search.standardised import Standardised, Whitening, unconstrained
from . import nutpie
from .batch_posterior import Posteriors, any_order
from .diagnostics import diagnose
from .joint_density import joint_density
from .plan import Plan

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]
MOST = 60
"""Free scalars: a root of their covariance is multiplied in every evaluation, and a Hessian has their square."""
LEARNING = 1000
"""Tuning steps unless given, where scales are to be learned and not a step size alone."""
_STEP = 1e-6
"""Step of z for the slopes of θ."""
_FEWEST = 0.05
"""Effective draws per draw."""
_REFUSED = (ArithmeticError, AssertionError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError)
"""What a user's program may raise whose density has no Hessian or cannot be compiled for this."""


def drawn(program: Density, plan: Plan, seed: int, progress: bool = False) -> "xarray.DataTree | None":
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
            smooth = posteriors.whitening.has_mode[0]
            draw = posteriors.draw_one if smooth else partial(_without_mode, program, posteriors)
            sampled = draw(plan, seed, progress)
    except _refusals(program):
        return None
    return sampled and _completed(program, *sampled, seed, time.time() - began)


@contextmanager
def begun(program: Density) -> Iterator[None]:
    """Within it a child process compiles the density that `drawn` calls, where the cache does not hold it.

    Half of a first run's time goes there. What cannot be written or compiled is told where it is drawn.
    """
    with ahead():
        with suppress(Exception):
            if program.compiles_many and "settled" not in program.model.offers and suited(program):
                stack = any_order(_stack(program))
                nutpie.begin(joint_density(stack, unconstrained(stack)).function)
        yield


def suited(program: Density) -> bool:
    """Whether the density can be standardised at its mode: everything else is sampled by `pymc.sample`.

    That needs a sampler with gradients, a number of scalars whose covariance can be multiplied, and a mode that stands
    for the posterior: the joint one of latent variables and what governs them does not.
    """
    return program.samplers[0] == "nutpie" and program.layout.free_size <= MOST and of_parameters(program.model)


def of_parameters(model: Model) -> bool:
    """Whether parameters alone are sampled: latent variables, if there are any, are drawn afterwards, given them."""
    return not model.has_latent or "draw_latent" in model.offers


def _without_mode(
    program: Density, posteriors: Posteriors, plan: Plan, seed: int, progress: bool
) -> "tuple[Array, xarray.DataTree] | None":
    """What `Posteriors.draw_one` gives, from scales that are told by scores and learned on the way; None if in vain.

    A Laplace's density has a kink at its mode, and no Hessian there.
    """
    if not _scaled(program, posteriors.space):
        return None
    try:
        theta, tree = posteriors.draw_one(replace(plan, tune=plan.tune or LEARNING), seed, progress)
    except RuntimeError:
        return None
    return (theta, tree) if _mixed(theta) else None


def _scaled(program: Density, space: Standardised) -> bool:
    """Whether the space could be given the start and a scale of each coordinate in the place of a mode and a root.

    The squares of the units' scores sum to an information.
    """
    if not program.compiles_many or program.model.has_latent or not np.isfinite(space.start).all():
        return False
    only, size = np.zeros(1, dtype=np.intp), space.start.shape[1]
    plain = space.whitening = Whitening(space.start, np.eye(size)[None], np.zeros(1, dtype=np.bool_))
    step = _STEP * np.eye(size)[:, None]
    slopes = (space.theta(step, only) - space.theta(-step, only))[:, 0] / (2 * _STEP)  # ∂θ/∂z (f, p)
    information = np.sum((program.score_units(program.start) @ slopes.T) ** 2, axis=0)
    told = np.isfinite(information) & (information > 0)
    space.whitening = replace(plain, root=np.diag(1 / np.sqrt(np.where(told, information, 1.0)))[None])
    return True


def _mixed(theta: Array) -> bool:
    """Whether draws ``(C, D, p)`` mixed; those that did not are PyMC's to sample, whose scales know correlations."""
    least = diagnose(np.moveaxis(theta, 2, 0)).least.min()
    return bool(least >= _FEWEST * theta.shape[0] * theta.shape[1])


def _refusals(program: Density) -> tuple[type[Exception], ...]:
    """Nothing is caught of a model of the catalogue, whose faults are ours."""
    if not program.pymc_failures:
        return ()
    from numba.core.errors import NumbaError

    return (*program.pymc_failures, *_REFUSED, RuntimeError, NumbaError)


def _stack(program: Density) -> Stack:
    """The data set as a stack of one, with as few rows as say the same."""
    small, weights = program.condensed()
    return Stack(small, 1, {}, None if weights is None else weights[None])


def _completed(program: Density, theta: Array, tree: "xarray.DataTree", seed: int, seconds: float) -> "xarray.DataTree":
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
    if model.deterministics and not program.standardised:
        with quiet():
            posterior = pymc.compute_deterministics(posterior, model=model, merge_dataset=True, progressbar=False)
    posterior.attrs.update(tree["posterior"].attrs)
    tree["posterior"] = posterior
    patch_nutpie_idata(tree, model, sampling_time=seconds)
    return tree
