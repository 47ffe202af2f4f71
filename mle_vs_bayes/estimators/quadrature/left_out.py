"""Log predictive densities of units left out, from the nodes of the posterior of all of them.

1 / p(y of a unit | the others) is the posterior mean of 1 / p(y | θ): an identity, whose sum over nodes is as exact as
that of the posterior as long as it lies within the nodes.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from ...density.density import Density
from .grid import Grid, stretched
from .integrals import LARGEST, NOTHING
from .quadrature import Quadratures

Array = NDArray[np.float64]

NODES = 40_000
"""At which the likelihood of every unit is read; of finer grids every second node along each axis, or every fourth …"""


class LeftOut(NamedTuple):
    """log p(y of a unit | all others) ``(units,)``, or why there is none."""

    values: Array | None = None
    reason: str | None = None


def left_out(program: Density, integrated: Quadratures) -> LeftOut:
    """Every unit of one data set left out, under its integrated posterior."""
    grid = next(part.grid.of(part.index == 0) for part in integrated.parts if 0 in part.index)
    step = 1
    while len(_places(grid, step)) > NODES:
        step *= 2
    fine, coarse = _places(grid, step), _places(grid, 2 * step)
    theta = _theta(grid, fine)
    units = np.stack([*_units(program, theta)])
    weights = np.log(grid.weights[0][tuple(fine.T)])
    # Every other node is the rule with twice the step, as in `grid`: the change bounds what is left.
    values = _scores(weights, units)
    among = np.all((fine + np.array(grid.lower)) % (2 * step) == 0, axis=1)
    error = float(np.max(np.abs(values - _scores(weights[among], units[among])))) if len(coarse) else np.inf
    if not error <= LARGEST:
        return LeftOut(reason=f"twice as many nodes along each axis change the score of a unit by {error:.1g}")
    return LeftOut(values)


def _places(grid: Grid, step: int) -> NDArray[np.intp]:
    """Places ``(S, f)`` of every ``step``-th node from the mode on that holds something."""
    places = np.argwhere(grid.weights[0] > NOTHING)
    return places[np.all((places + np.array(grid.lower)) % step == 0, axis=1)]


def _units(program: Density, theta: Array) -> Iterable[Array]:
    """log p(y | θ) of every unit at each θ ``(S, p)``; an integral over effects of groups at many θ at once."""
    if program.model.groups is None:
        return map(program.log_likelihood_units, theta)
    return program.model.log_likelihoods([*map(program.layout.split, theta)], program.data)


def _theta(grid: Grid, places: NDArray[np.intp]) -> Array:
    """θ ``(S, p)`` at nodes."""
    u = stretched(grid.step * (places + np.array(grid.lower)))
    return grid.space.theta(u[:, None], grid.index)[:, 0]


def _scores(weights: Array, units: Array) -> Array:
    """Scores from logarithms of weights ``(S,)`` and of each unit's likelihood ``(S, units)``."""
    return np.asarray(scipy.special.logsumexp(weights) - scipy.special.logsumexp(weights[:, None] - units, axis=0))
