"""Maxima on kinks and ends of one of R densities as the other searches end: with a place, a curvature and a reason.

There is no curvature across a kink, and so no standard error of what it holds. What runs along the kinks is smooth, and
has the standard error it would have if the rest were known.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from ...concerns import Concern
from ..newton import NewtonState
from ..problem import Problem
from .corner import Corner
from .corner_search import corner_search
from .evaluation import Search, run

Array = NDArray[np.float64]
DIGITS = 12
"""Digits that a value on a kink is rounded to: the last few are rounding, and a lasso's zero is 0."""
AT_END = "no standard error: the estimate lies where the support of the data ends"
_ALONG = 1e-6
"""A parameter that moves less than this along the kinks, of what it could, is held by them."""
_HELD = 1e8
"""Information per squared unit across a kink, which is as good as infinite and leaves the other digits."""


@dataclass(frozen=True, eq=False)
class KinkedOptimum:
    """A maximum ``top`` at θ ``(p,)``, as a search that has ended; ``pinned`` ``(p,)`` are held by kinks or ends."""

    top: Corner
    theta: Array
    pinned: NDArray[np.bool_]
    labels: tuple[str, ...]
    power: float

    @cached_property
    def end(self) -> NewtonState:
        """The gradient along the kinks, and the information there; across them a number that says nothing."""
        top, unit = self.top, self.top.unit
        across = top.across @ top.across.T
        # A projection takes gradient and Hessian to the directions without a kink; across them −`_HELD` keeps the
        # matrix invertible and moves nothing.
        along = np.eye(len(unit)) - across
        hessian = along @ (unit[:, None] * top.hessian * unit) @ along - _HELD * across
        gradient = along @ (unit * top.gradient)
        length = np.sqrt(np.array([max(float(gradient @ np.linalg.pinv(-hessian) @ gradient), 0.0)]))
        in_z = hessian[None] / np.outer(unit, unit)
        return NewtonState(
            top.z[None], np.array([top.value]), gradient[None] / unit, in_z, np.zeros((1, len(unit))), length
        )

    @property
    def no_error(self) -> str:
        """Why the parameters that are held have no standard error."""
        if self.top.walls.any():
            return AT_END
        what = "density of likelihood and prior" if self.power else "likelihood"
        return f"no standard error: the {what} has a kink at the estimate, and so no Hessian"

    @property
    def concerns(self) -> tuple[Concern, ...]:
        held = ", ".join(f"{self.labels[j]} = {self.theta[j]:.6g}" for j in np.flatnonzero(self.pinned))
        level = f"the density is as high at other values of {held.split(' = ')[0]}" if self.top.level else ""
        ends = (Concern("boundary", held),) if self.top.walls.any() else ()
        return (*ends, *((Concern("flat_direction", level),) if level else ()))


def standing(problem: Problem, begins: Mapping[int, Sequence[Array]]) -> dict[int, KinkedOptimum]:
    """The maxima on kinks or ends of data that are reached from the highest of a data set's ``begins`` ``(f,)``."""
    climbed = {i: each for i, each in begins.items() if i not in problem.unclimbed}
    searches = {i: _from_highest(each, partial(problem.unclimbed.add, i)) for i, each in climbed.items()}
    tops = run(searches, problem.evaluate, problem.together)
    corners = {i: top for i, top in tops.items() if top is not None and _of_the_data(problem, i, top)}
    return {i: _at(problem, i, top) for i, top in corners.items()}


def _from_highest(begins: Sequence[Array], gave_up: Callable[[], None]) -> Search[Corner | None]:
    usable = np.array([z for z in begins if np.all(np.isfinite(z))])
    if not len(usable):
        return None
    values, _, _ = yield usable
    if not np.isfinite(values).any():
        return None
    highest = usable[int(np.argmax(np.where(np.isfinite(values), values, -np.inf)))]
    return (yield from corner_search(highest, gave_up))


def _at(problem: Problem, i: int, top: Corner) -> KinkedOptimum:
    coordinates = problem.coordinates.of(i)
    # dθ per unit of each coordinate: a parameter none of whose movement is along the kinks is held by them.
    moves = coordinates.linear @ coordinates.jacobian(top.z) * top.unit
    size = np.linalg.norm(moves, axis=1)
    pinned = np.linalg.norm(moves @ top.inside_in_units, axis=1) <= _ALONG * size
    theta = _rounded(problem, i, top, coordinates.theta(top.z), np.where(pinned, size, 0.0))
    return KinkedOptimum(top, theta, pinned, problem.layout.labels, problem.power)


def _of_the_data(problem: Problem, i: int, top: Corner) -> bool:
    """Whether the ends are those of the data's support: a bound of a prior or a Potential says nothing of the data."""
    coordinates, density = problem.coordinates.of(i), problem.density(i)
    step = np.maximum(1e-3 * top.unit, 1e-9 * (1 + np.abs(top.z)))
    beyond = [top.z + step * np.sign(normal) for normal in top.jumps.T[top.walls]]
    return all(density.excludes(coordinates.theta(z)) for z in beyond)


def _rounded(problem: Problem, i: int, top: Corner, theta: Array, unit: Array) -> Array:
    """θ ``(p,)`` with what is held rounded to `DIGITS`, counted from its size or its ``unit``, if that is as high."""
    held = unit > 0
    scale = 10.0 ** (np.floor(np.log10(np.maximum(np.abs(theta), np.where(held, unit, 1.0)))) + 1 - DIGITS)
    rounded = np.where(held, np.round(theta / scale) * scale + 0.0, theta)  # and not −0
    density = problem.density(i)
    with np.errstate(all="ignore"):
        value = density.log_likelihood(rounded) + (problem.power * density.log_prior(rounded) if problem.power else 0.0)
    return rounded if value >= top.value - 1e-9 * (1 + abs(top.value)) else theta
