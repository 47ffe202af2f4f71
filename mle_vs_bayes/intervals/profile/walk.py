"""The walk along a profile: points from their neighbours' tangents, ends by root finding on the signed root.

With D(t) = 2 (ℓ̂ − ℓ_p(t)) the deviance of a profile, √D is nearly linear in t where the likelihood is nearly normal,
so its root at the normal quantile is found in a few steps (Venables & Ripley 2002, Modern Applied Statistics with S;
Venzon & Moolgavkar 1988, Applied Statistics 37, 87–94).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...density.density import Density
from ...search.optimum import Optimum
from ...search.problem import of_density
from ...search.starts import starts_of
from .constrained import EXCLUDED, IMPOSSIBLE, Point, UnreachableError, highest
from .surface import Surface, quantity

Array = NDArray[np.float64]

_OUTWARDS = 60
"""Steps of the walk outwards, each at most doubling the distance."""
_FAILURES = 5
"""Points of it that may have no maximum, each half-way back, before it is given up."""
_HORIZON = 50.0, 1e12
"""How far it goes: a factor of e⁵⁰ where the scale is a logarithm, else so many standard errors."""
_ARRIVED = 1e-4
"""Of the width of a bounded support: a search that stops so near to its end has come to it."""
_STATIONS = 120
"""Steps of the way to one value: each at most twice as long as the one before, a quarter where it was too long."""
_STARTS = 3
"""Starts from which a maximum at one value is looked for beside the curve."""
_LEVEL, _FLAT = 0.05, 4
"""A curve is level when, as the distance grows by a factor of e, it would rise by less than this part of itself and of
what is missing to the cut-off, so many steps in a row: one step alone may be a hump."""


class BetterOptimumError(Exception):
    """The profile rose above its optimum; ``z`` is where. Never leaves `intervals`."""

    def __init__(self, z: Array) -> None:
        super().__init__("a better optimum")
        self.z = z


@dataclass(frozen=True)
class End:
    """One end of an interval: t where the cut-off is met; None and why where it is not.

    ``towards`` is the value that an open side runs to; without it the search has failed.
    """

    t: float | None
    reason: str = ""
    towards: float | None = None


class Trace:
    """The points of one profile met so far, and the search for more."""

    def __init__(self, program: Density, optimum: Optimum, label: str, power: float) -> None:
        evaluation = optimum.evaluation
        self.program = program
        self.surface = Surface(of_density(program, power), optimum.z, evaluation.value, evaluation.hessian)
        self.quantity = quantity(self.surface, program, program.quantity_labels.index(label))
        origin = np.zeros(len(optimum.z))
        self.points = {0.0: Point(0.0, origin, 0.0, 0.0, self.quantity.gradient(origin))}

    def at(self, t: float) -> Point:
        """The point at t, from the nearest one met so far along its tangent, else from the next nearest.

        Raises
        ------
        UnreachableError, BetterOptimumError
        """
        if t not in self.points:
            point = self._from_neighbours(t)
            self._check_height(point)
            self.points[t] = point
        return self.points[t]

    def reached(self, t: float) -> Point:
        """The highest point at t, however far it is: along the curve, step by step where one step does not do.

        It is looked for from other starts, too, since a lower one among several maxima would speak against t.

        Raises
        ------
        UnreachableError, BetterOptimumError
        """
        try:
            points = [self._along_the_curve(t)]
        except UnreachableError as error:
            points, failure = [], error
        points += self._from_elsewhere(t)
        if not points:
            raise failure
        highest_point = max(points, key=lambda point: point.height)
        self._check_height(highest_point)
        self.points[t] = highest_point
        return highest_point

    def _along_the_curve(self, t: float) -> Point:
        # A point is searched for from the tangent at the one before, which leads to it only where the curve is nearly
        # straight: strides are a quarter after a failure and twice as long after a success.
        inside = min(self.points.values(), key=lambda point: abs(point.t - t))
        stride, failure = t - inside.t, UnreachableError(f"{_STATIONS} steps did not reach it")
        for _ in range(_STATIONS):
            last = abs(stride) >= abs(t - inside.t)
            try:
                inside = self.at(t if last else inside.t + stride)
            except UnreachableError as error:
                failure, stride = error, stride / 4
            else:
                if last:
                    return inside
                stride *= 2
            if abs(stride) < 1e-6 * (1 + abs(inside.t)):
                break
        raise failure

    def _from_elsewhere(self, t: float) -> list[Point]:
        """Maxima at t from where the searches for the optimum itself begin."""
        surface, points = self.surface, []
        for start in starts_of(self.program, _STARTS, seed=0):
            try:
                x = np.linalg.solve(surface.root, start - surface.centre)
                points.append(highest(surface, self.quantity, t, x))
            except UnreachableError:
                continue
        return points

    def _check_height(self, point: Point) -> None:
        if point.height > 1e-6 + 1e3 * self.surface.grain:
            raise BetterOptimumError(self.surface.z(point.x))

    def _from_neighbours(self, t: float) -> Point:
        nearest, *others = sorted(self.points.values(), key=lambda p: abs(p.t - t))
        try:
            return self._along(nearest, t)
        except UnreachableError:
            if not others:
                raise
            return self._along(others[0], t)

    def _along(self, point: Point, t: float) -> Point:
        return highest(self.surface, self.quantity, t, point.x + (t - point.t) * point.tangent)

    def end(self, side: int, quantile: float) -> End:
        """Where √D meets ``quantile`` below (side −1) or above (side 1) the optimum."""
        inside, t, wall, flat, failures = self.points[0.0], side * quantile / 2, side * np.inf, 0, 0
        reason = "the deviance still rises there"
        for _ in range(_OUTWARDS):
            try:
                point = self.at(t)
            except UnreachableError as error:
                wall, reason, t = t, str(error), (inside.t + t) / 2
                failures += reason not in (IMPOSSIBLE, EXCLUDED)
            else:
                if depth(point) >= quantile:
                    return self._between(inside, point, quantile)
                flat = flat + 1 if _level(point, quantile) else 0
                if flat == _FLAT:
                    return End(None, f"the deviance levels off at {-2 * point.height:.3g}", self._edge(side))
                inside, t = point, self._further(point, side, quantile, wall)
            if failures > _FAILURES or abs(wall - inside.t) < 1e-6 * (1 + abs(t)) or abs(inside.t) > self._horizon:
                break
        return self._stopped(inside, side, reason)

    @property
    def _horizon(self) -> float:
        support = self.quantity.support
        if not np.isfinite(support.lower):
            return _HORIZON[1]
        # From one end of a support to the other it is as far again as the estimate is from the middle.
        away = abs(self.quantity.centre) if np.isfinite(support.upper) else 0.0
        return float((_HORIZON[0] + away) / self.quantity.error)

    def _edge(self, side: int) -> float:
        return self.quantity.support.upper if side > 0 else self.quantity.support.lower

    def _further(self, point: Point, side: int, quantile: float, wall: float) -> float:
        """A little beyond where the slope says that the cut-off is; at most twice as far, or half-way to a wall."""
        # √D has the slope −ℓ′/√D, along which the cut-off is so far away.
        rise = -side * point.slope / max(depth(point), 1e-8)
        missing = (quantile - depth(point)) / rise if rise > 0 else np.inf
        return point.t + side * min(1.03 * missing + 1e-3, abs(point.t), abs(wall - point.t) / 2)

    def _stopped(self, inside: Point, side: int, reason: str) -> End:
        edge, end = self.quantity.value(inside.t), self._edge(side)
        # Of a bounded quantity so little is left that the interval is as good as open towards the end.
        arrived = abs(edge - end) < _ARRIVED * (self.quantity.support.upper - self.quantity.support.lower) < np.inf
        if arrived or reason in (IMPOSSIBLE, EXCLUDED):
            words = f"beyond, {reason}, and its deviance is {-2 * inside.height:.3g}"
            return End(None, words, end if arrived else edge)
        return End(None, f"the search stopped at {edge:.6g}: {reason}")

    def _between(self, inside: Point, outside: Point, quantile: float) -> End:
        from scipy.optimize import brentq

        if depth(outside) == quantile:
            return End(outside.t)
        try:
            t = brentq(lambda t: depth(self.at(t)) - quantile, inside.t, outside.t, xtol=1e-11)
            miss = abs(depth(self.at(t)) - quantile)
        except UnreachableError as error:
            return End(None, f"the search stopped short of the end: {error}")
        if miss > 1e-6 + np.sqrt(self.surface.grain):
            return End(None, f"the curve jumps across the cut-off at {self.quantity.value(t):.6g}")
        return End(t)


def depth(point: Point) -> float:
    """√D, which is |t| where the log density is quadratic."""
    return float(np.sqrt(max(-2 * point.height, 0.0)))


def _level(point: Point, quantile: float) -> bool:
    deviance, rise = -2 * point.height, abs(2 * point.t * point.slope)
    return bool(rise < _LEVEL * max(min(deviance, quantile**2 - deviance), 1e-4))
