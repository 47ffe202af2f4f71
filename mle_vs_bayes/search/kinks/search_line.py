"""Points of a log density on a line, and what the gradient loses across a kink of it."""

from dataclasses import dataclass

import numpy as np

from .evaluation import Array, Search

ROUNDS = 120
DOUBLINGS = (12, 24, 24)
"""How often the distance is doubled within which something is looked for, at a time."""
LEVEL = 1e-11
"""Share of the slope at the start: less is no slope."""
SMOOTH = 1e-6
"""Share of the slope at the start: a smaller jump is curvature."""


@dataclass(frozen=True)
class Crossing:
    """The highest point z ``(f,)`` of a line; at a kink the ``jump`` ``(f,)`` of the gradient, before minus behind.

    At a ``wall``, beyond which the density is 0, the jump is a normal that points outwards, of unit length. On a
    ``level`` stretch it is that from its beginning to its end.
    """

    z: Array
    value: float
    jump: Array | None = None
    wall: bool = False
    level: bool = False


@dataclass(frozen=True)
class Side:
    """One point of the line: how far out, its value, its slope and how fast that falls, and the gradient."""

    t: float
    value: float
    slope: float
    bend: float
    gradient: Array
    hessian: Array

    @property
    def dead(self) -> bool:
        return not (np.isfinite(self.value) and np.isfinite(self.slope))

    @property
    def rises(self) -> bool:
        return not self.dead and self.slope > 0


class SearchLine:
    """From ``origin`` ``(f,)`` in ``direction`` ``(f,)``, of which a point's place is a multiple."""

    def __init__(self, origin: Array, direction: Array) -> None:
        self.origin, self.direction = origin, direction
        self.length = float(np.linalg.norm(direction))

    @property
    def leads(self) -> bool:
        """Whether the direction is one: kinks that are all but parallel have none that leads across one alone."""
        return 0 < self.length < np.inf

    def z(self, t: float) -> Array:
        """The point ``(f,)`` at a place."""
        return np.asarray(self.origin + t * self.direction)

    def at(self, *places: float, aside: Array | float = 0.0) -> Search[list[Side]]:
        """The density at some places, all ``aside`` ``(f,)`` of the line."""
        values, gradients, hessians = yield self.origin + np.outer(places, self.direction) + aside
        slopes = gradients @ self.direction
        bends = -(hessians @ self.direction) @ self.direction
        numbers = zip(places, values.tolist(), slopes.tolist(), bends.tolist(), strict=True)
        return [Side(*each, gradients[k], hessians[k]) for k, each in enumerate(numbers)]


def jump(line: SearchLine, low: float, high: float, aside: Array) -> Search[Array]:
    """The gradient before ``low`` minus that behind ``high``, both read ``aside`` of the line, less what is smooth."""
    # Between the two points the gradient changes by the jump and by H · distance; the second is taken off, with the
    # mean of both Hessians, so that a jump is not mixed up with curvature. Nearer than the grain rounding decides on
    # which side of the kink a point lies.
    grain = 64 * max(np.spacing(abs(high)) * line.length, float(np.max(np.spacing(np.abs(line.origin)))))
    beside = max(10 * float(np.linalg.norm(aside)), grain) / line.length
    before, behind = yield from line.at(low - beside, high + beside, aside=aside)
    curved = (before.hessian + behind.hessian) / 2 @ line.direction * (before.t - behind.t)
    return np.asarray(before.gradient - behind.gradient - curved)


def jump_at(origin: Array, direction: Array, aside: Array, near: float) -> Search[Array]:
    """The jump of the gradient at a kink through ``origin`` that ``direction`` crosses, read ``near`` on both sides."""
    line = SearchLine(origin, direction / float(np.linalg.norm(direction)))
    return (yield from jump(line, -near, near, aside))
