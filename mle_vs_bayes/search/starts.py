"""Where searches begin: the leaf's own start, and points scattered around it."""

import numpy as np
from numpy.typing import NDArray

from ..density.density import Density
from .problem import Problem, of_density

Array = NDArray[np.float64]


def starts(problem: Problem, centre: Array, count: int, seed: int) -> list[Array]:
    """The leaf's starts ``centre`` ``(R, f)`` and ``count − 1`` points about two standard errors around each, in z.

    Where the likelihood says next to nothing, the prior says how far to go.
    """
    index = np.arange(len(centre))
    curvature = _curvature(problem, centre, 0.0, index)
    silent = ~np.all(curvature > 0, axis=1)
    if silent.any():
        whole = _curvature(problem, centre, 1.0, index)
        with_prior = np.where(curvature > 1e-8 * whole, curvature, np.where(whole > 0, whole, 1.0))
        curvature = np.where(silent[:, None], with_prior, curvature)
    # Two standard errors: far enough to leave the basin of a poor mode, near enough to stay where the data are. A
    # logarithm moves by at most 2, a factor of seven.
    spread = np.minimum(2 / np.sqrt(curvature), np.where(problem.layout.bounded, 2.0, np.inf))
    generator = np.random.default_rng(seed)
    moves = [generator.standard_normal(centre.shape[1]) for _ in range(count - 1)]
    return [centre, *(centre + spread * move for move in moves)]


def starts_of(density: Density, count: int, seed: int) -> list[Array]:
    """The start of one density and ``count − 1`` points around it, z ``(f,)`` each."""
    centre = density.coordinates.z(density.start)[None]
    return [z[0] for z in starts(of_density(density, 0.0), centre, count, seed)]


def _curvature(problem: Problem, z: Array, power: float, index: NDArray[np.intp]) -> Array:
    """Absolute second derivatives ``(R, f)`` along each coordinate; 0 where they are not numbers."""
    with np.errstate(all="ignore"):
        hessian = problem.at_power(power).evaluate(z, index)[2]
    return np.nan_to_num(np.abs(np.diagonal(hessian, axis1=1, axis2=2)), nan=0.0, posinf=0.0)
