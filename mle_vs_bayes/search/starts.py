"""Where searches begin: the leaf's own start, and points scattered around it; for programs also places of other kinds.

Points around one place know its surroundings only: on a plateau they all do. A leaf's start follows the data, a
program's comes from its priors. So values that the data say are tried in a program, and where a search has found
nothing, draws from the prior.
"""

import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..density.density import Density
from ..errors import ModelError
from .problem import Problem, of_density

Array = NDArray[np.float64]
QUANTILES = 0.5, 0.25, 0.75, 0.05, 0.95
"""Quantiles of the observed values that are tried, for one parameter after the other."""
MOST_PARAMETERS = 40
DRAWS, BEST = 40, 3
"""Draws from the prior, and how many of them are searched from."""


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


def inside(problem: Problem, theta: Array, density_of: Callable[[int], Density]) -> Array:
    """z ``(R, f)`` of starts θ ``(R, p)``.

    No search begins on an edge unless it is held there: such a coordinate of replicate i is that of the model's own
    start, of the density ``density_of(i)``.
    """
    with np.errstate(all="ignore"):
        # An edge is ±∞ in z, where every derivative is 0 or not a number: a search could not leave it.
        z = np.array(problem.coordinates.z(theta))
    on_edge = ~np.isfinite(z) & ~problem.fixed
    for i in np.flatnonzero(on_edge.any(axis=1)).tolist():
        density = density_of(i)
        z[i] = np.where(on_edge[i], density.coordinates.z(density.start), z[i])
    return z


def from_data(problem: Problem, centre: Array) -> list[Array]:
    """z ``(1, f)`` with one parameter of a program at a value that the data say, if that is higher than its start.

    The others stay where they are, or bounded ones come to the middle: from a plateau they may have run to an edge.
    """
    density = problem.density(0)
    if problem.count > 1 or density.start_reads_data or density.layout.size > MOST_PARAMETERS:
        return []
    values = density.data["y"][np.isfinite(density.data["y"])]
    # A location may be at any quantile of y, and ordered locations (a mixture's) are spread over all of them.
    middle, points = np.where(problem.layout.bounded, 0.0, centre[0]), []
    bases = [density.coordinates.theta(z) for z in (centre[0], middle)]
    for parameter in density.layout.parameters:
        block = density.layout.slices[parameter.name]
        size = block.stop - block.start
        spread = np.quantile(values, (np.arange(size) + 0.5) / size) if values.size else np.zeros(0)
        for value in (*np.quantile(values, QUANTILES), spread) if values.size else ():
            for base in bases:
                points.append(base.copy())
                points[-1][block] = value
    height = float(problem.evaluate(centre, np.zeros(1, dtype=np.intp))[0][0])
    return [z[None] for value, z in _highest(problem, points, 1) if value > height or not np.isfinite(height)]


def from_prior(problem: Problem, seed: int) -> list[Array]:
    """The highest z ``(1, f)`` of some draws from a program's prior; none where it cannot be drawn from."""
    density = problem.density(0)
    if problem.count > 1 or density.start_reads_data:
        return []
    failures: tuple[type[Exception], ...] = (ModelError, *density.pymc_failures)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            points = density.draw_prior(DRAWS, np.random.default_rng([seed, 0x517]))
    except failures:
        return []
    return [z[None] for _, z in _highest(problem, points, BEST)]


def _highest(problem: Problem, points: list[Array], count: int) -> list[tuple[float, Array]]:
    """The highest of points θ ``(p,)`` as log density and z ``(f,)``; those outside of the support are left out."""
    density, ranked = problem.density(0), []
    with np.errstate(all="ignore"):
        for theta in points:
            z = density.coordinates.z(theta)
            height = density.log_likelihood(theta)
            height += problem.power * density.log_prior(theta) if problem.power else 0.0
            if np.isfinite(height) and np.all(np.isfinite(z)):
                ranked.append((height, z))
    return sorted(ranked, key=lambda each: -each[0])[:count]
