"""The profile of one quantity: its curve, and its interval at any level."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ...concerns import Concern
from ...density.density import Density, Evaluation
from ...search.optimum import Optimum, maximum
from ..interval import Interval, check_level
from ..wald import normal_quantile
from .constrained import Point, UnreachableError
from .walk import BetterOptimumError, End, Trace

Array = NDArray[np.float64]
Answer = TypeVar("Answer")

_ADOPTIONS = 5
"""Better optima followed before it is given up."""
_POINTS = 9
"""Points of the curve that is drawn in figures."""
_FALL = 1e-3
"""Half the deviance lost as the distance grows by a factor of e; less is rounding far out on a level curve."""
_BEYOND = 1.15
"""The curve is drawn this far beyond the ends of the 95 % interval, in t."""


class LostOptimumError(Exception):
    """The log density rises above the optimum and no other one was found; the text says more."""


class ProfileCurve:
    """The highest log density for each value of one quantity, relative to its maximum.

    With ``power`` 0 the density is the likelihood, with 1 likelihood × prior on the model scale (the penalised
    profile of the MAP). Points are computed when asked for and kept; `evaluations` counts what they cost.
    """

    def __init__(
        self, program: Density, optimum: Optimum, label: str, power: float = 0.0, origin: Optimum | None = None
    ) -> None:
        self.program, self.label, self.power = program, label, power
        self._origin = origin or optimum
        self._traces: list[Trace] = []
        self._hang(optimum)

    def _hang(self, optimum: Optimum) -> None:
        self.optimum = optimum
        """What the curve hangs from: the estimate, or a better optimum met on the way."""
        self._traces.append(Trace(self.program, inside(self.program, self.power, optimum), self.label, self.power))

    @property
    def evaluations(self) -> int:
        """Evaluations of the log density with its derivatives so far, not counting searches for a better optimum."""
        return sum(trace.surface.evaluations for trace in self._traces)

    @property
    def estimate(self) -> float:
        """The quantity at the optimum."""
        theta = self.program.coordinates.theta(self.optimum.z)
        return float(self.program.quantities(theta)[self.program.quantity_labels.index(self.label)])

    def interval(self, level: float = 0.95) -> Interval:
        """The values whose deviance is below the χ²₁ quantile at ``level``; an open side has no end and a concern.

        Raises
        ------
        UsageError
            A level outside (0, 1).
        """
        check_level(level)
        if not self._varies():
            still = f"{self.label} does not change to first order at the estimate, so it has no profile"
            return Interval(status="not_applicable", reason=still, detail=self)
        try:
            lower, upper = self._adopting(lambda trace: self._ends(trace, level))
        except LostOptimumError as error:
            return Interval(status="failed", reason=str(error), detail=self)
        failed = [end.reason for end in (lower, upper) if end.t is None and end.towards is None]
        if failed:
            return Interval(status="failed", reason="; ".join(failed), concerns=self.concerns, detail=self)
        sides = self._open_sides(lower, upper)
        concerns = (*self.concerns, *(Concern("profile_open", side) for side in sides))
        reason = "; ".join((*self._elsewhere(), *sides)) or None
        return Interval(
            lower=self._value(lower), upper=self._value(upper), reason=reason, concerns=concerns, detail=self
        )

    def deviance_at(self, value: float) -> float:
        """2 (ℓ̂ − ℓ_p) at one value: the likelihood-ratio statistic of that value; NaN where no maximum was found."""
        try:
            return -2 * self.highest_at(value)[0]
        except (UnreachableError, LostOptimumError):
            return float("nan")

    def highest_at(self, value: float) -> tuple[float, Array]:
        """The highest log density where the quantity has this value, relative to the optimum's, and its θ ``(p,)``.

        Raises
        ------
        UnreachableError, LostOptimumError
            No maximum was found there.
        """
        if not self._varies():
            raise UnreachableError(f"{self.label} does not change to first order at the estimate")

        def at(trace: Trace) -> tuple[float, Array]:
            point = trace.reached(trace.quantity.t(value))
            return point.height, trace.surface.theta(point.x)

        with np.errstate(all="ignore"):  # on the way to a value so far that numbers end
            return self._adopting(at)

    @property
    def values(self) -> Array:
        """Values of the quantity ``(k,)``, ascending from below the 95 % interval to above it, for figures."""
        return self._curve[0]

    @property
    def deviance(self) -> Array:
        """2 (ℓ̂ − ℓ_p) at `values`, ``(k,)``."""
        return self._curve[1]

    @property
    def concerns(self) -> tuple[Concern, ...]:
        """What the points met so far give reason for."""
        concerns = []
        if self.optimum is not self._origin:
            gain = self.optimum.evaluation.value - self._origin.evaluation.value
            concerns.append(Concern("better_optimum", f"log density higher by {gain:.3g} at {self._where()}"))
        trace = self._traces[-1]
        dips = [p.t for p in trace.points.values() if p.t * p.slope > _FALL]
        if dips:
            values = trace.quantity.value(min(dips)), trace.quantity.value(max(dips))
            at = f"at {values[0]:.4g}" if values[0] == values[1] else f"between {min(values):.4g} and {max(values):.4g}"
            concerns.append(Concern("profile_not_monotone", f"{self.label}: the deviance falls {at}"))
        return tuple(concerns)

    @cached_property
    def _curve(self) -> tuple[Array, Array]:
        try:
            points = self._adopting(self._grid) if self._varies() else []
        except LostOptimumError:
            points = []
        value = self._traces[-1].quantity.value
        return np.array([value(p.t) for p in points]), np.array([-2 * p.height for p in points])

    def _grid(self, trace: Trace) -> list[Point]:
        """Points about evenly spread in t, half on each side; those that cannot be reached are left out."""
        lower, upper = (end.t for end in self._ends(trace, 0.95))
        # In t, where a regular deviance is t², points evenly spread show its shape; they go a little beyond the 95 %
        # ends.
        reach = 2 * normal_quantile(0.95)
        low = -reach if lower is None else _BEYOND * lower
        high = reach if upper is None else _BEYOND * upper
        half = _POINTS // 2
        points = []
        for t in (*np.linspace(low, 0, half + 1)[:-1], 0.0, *np.linspace(0, high, half + 1)[1:]):
            try:
                points.append(trace.at(float(t)))
            except UnreachableError:
                continue
        return points

    def _ends(self, trace: Trace, level: float) -> tuple[End, End]:
        quantile = float(normal_quantile(level))
        return trace.end(-1, quantile), trace.end(1, quantile)

    def _adopting(self, ask: Callable[[Trace], Answer]) -> Answer:
        """The answer; where a better optimum is met on the way, the answer from there."""
        for _ in range(_ADOPTIONS):
            try:
                return ask(self._traces[-1])
            except BetterOptimumError as better:
                with np.errstate(all="ignore"):
                    higher = maximum(self.program, self.power, better.z)
                if higher.status != "ok" or higher.evaluation.value <= self.optimum.evaluation.value:
                    raise LostOptimumError(f"the density rises above the estimate's: {higher.reason}") from None
                self._hang(higher)
        raise LostOptimumError(f"{_ADOPTIONS} better optima were met, one after the other")

    def _varies(self) -> bool:
        error = self._traces[-1].quantity.error
        return bool(np.isfinite(error) and error > 0)

    def _value(self, end: End) -> float | None:
        if end.t is not None:
            return self._traces[-1].quantity.value(end.t)
        return end.towards if self._ends_on_edge(end) else None

    def _ends_on_edge(self, end: End) -> bool:
        """Whether the curve runs level to an edge that is itself a possible value: then that is the end."""
        return end.towards in self._traces[-1].quantity.support.closed_ends.values()

    def _elsewhere(self) -> tuple[str, ...]:
        """A note that the interval is not one around the estimate, where a better optimum was met."""
        if self.optimum is self._origin:
            return ()
        return (f"the interval is around a higher maximum than the estimate, met on the way: {self._where()}",)

    def _open_sides(self, lower: End, upper: End) -> list[str]:
        open_ends = [end for end in (lower, upper) if end.towards is not None and not self._ends_on_edge(end)]
        towards = [(f"{end.towards:.6g}".replace("inf", "infinity"), end.reason) for end in open_ends]
        return [f"{self.label} is open towards {edge}: {reason}" for edge, reason in towards]

    def _where(self) -> str:
        labels, theta = self.program.layout.labels, self.program.coordinates.theta(self.optimum.z)
        return ", ".join(f"{label} = {value:.4g}" for label, value in zip(labels, theta, strict=True))


_NEAR = 1e-9
"""Difference of the log density: a point this little below the edge stands for the edge."""
_STEPS = 60


def inside(program: Density, power: float, optimum: Optimum) -> Optimum:
    """The optimum itself, or, for one on an edge, a point next to it under the optimum's own height.

    The edge lies at an infinite z; the distance on the logarithmic scale grows until the density is the edge's.
    """
    if optimum.free.all():
        return optimum
    start = program.coordinates.z(program.start)
    # Each a little further than the one before: what would be equal there might add up to an edge of its own.
    more = np.arange(len(start)) / len(start)
    for distance in range(1, _STEPS):
        z = np.where(optimum.free, optimum.z, start + np.copysign(distance + more, optimum.z))
        near = program.evaluate(z, power)
        if optimum.evaluation.value - near.value < _NEAR:
            break
    return replace(optimum, z=z, evaluation=Evaluation(optimum.evaluation.value, near.gradient, near.hessian))
