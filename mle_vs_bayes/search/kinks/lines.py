"""The highest point of a log density along a line, be it smooth there, level, a kink, or where the density ends.

A kink lies where the tangents of its two sides meet: two sides are enough to find it, and from sides nearer by it is
found to the last digits. A smooth maximum is where the slope, taken as a straight line between two points, is 0. Where
the slope is 0 along a whole stretch (the median of an even number of values), the middle of it is taken.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .scaled import Evaluate

Array = NDArray[np.float64]

_STEPS, _DOUBLINGS = 120, 60
_LEVEL = 1e-11
"""Of the slope at the start: less is none."""
_SHRINKS = 8
"""Of the step aside that a normal is measured with."""
_LEVEL_JUMP = 1e-7
"""Of the jump at a kink: less is no slope beside it."""
_SMOOTH = 1e-6
"""Of the slope at the start: a jump that is smaller is curvature."""


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
class _Side:
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


class _Line:
    def __init__(self, evaluate: Evaluate, origin: Array, direction: Array) -> None:
        self.evaluate, self.origin, self.direction = evaluate, origin, direction
        self.length = float(np.linalg.norm(direction))

    def z(self, t: float) -> Array:
        return np.asarray(self.origin + t * self.direction)

    def at(self, t: float, aside: Array | float = 0.0) -> _Side:
        value, gradient, hessian = self.evaluate(self.z(t) + aside)
        bend = -float(self.direction @ hessian @ self.direction)
        return _Side(t, float(value), float(gradient @ self.direction), bend, gradient, hessian)


def along(
    evaluate: Evaluate, origin: Array, direction: Array, aside: Array, *, normals: bool = True
) -> Crossing | None:
    """The first maximum from ``origin`` in ``direction``; None where the density does not rise, or rises for ever.

    Jumps are read ``aside`` ``(f,)`` of the line, which may run along other kinks: rounding would take the gradients of
    a jump from either side of them. ``normals`` of ends cost many evaluations; without them the jump of an end is the
    line's direction.
    """
    line = _Line(evaluate, origin, direction)
    if not 0 < line.length < np.inf:
        return None
    sides = _bracket(line)
    if sides is None:
        return None
    low, high = sides
    first = low.slope
    # The density rises at ``low`` and falls at ``high``. Tangents from both sides meet at a kink, a straight slope is 0
    # at a smooth maximum; where neither halves the bracket, bisection does.
    for _ in range(_STEPS):
        width = high.t - low.t
        if width <= 4 * np.spacing(high.t):
            break
        for t in _candidates(low, high):
            near = max(1e-6 * (high.t - low.t), 2 * np.spacing(t))
            for trial in (t - near, t + near):
                if low.t < trial < high.t:
                    side = line.at(trial)
                    if abs(side.slope) <= _LEVEL * first:
                        return _stretch(line, low, side, high, first, aside)
                    low, high = (side, high) if side.slope > 0 else (low, side)
        if high.t - low.t > width / 2:
            side = line.at((low.t + high.t) / 2)
            low, high = (side, high) if side.slope > 0 and not side.dead else (low, side)
    if high.dead:
        normal = _normal(line, low) if normals else direction / line.length
        return Crossing(line.z(low.t), low.value, normal, wall=True)
    return _end(line, low, high, first, aside)


def level(evaluate: Evaluate, origin: Array, direction: Array, aside: Array) -> Crossing | None:
    """The middle of a stretch without slope that begins at a kink and leads in ``direction``; None where there is none.

    ``direction`` is of such a length that the kink's jump along it is 1.
    """
    line = _Line(evaluate, origin, direction)
    t = 1e-9 * (1 + float(np.linalg.norm(origin))) / line.length
    inside = line.at(t)
    if inside.dead or abs(inside.slope) > _LEVEL_JUMP:
        return None
    for _ in range(_DOUBLINGS):
        outside = line.at(2 * inside.t)
        if outside.dead or abs(outside.slope) > _LEVEL_JUMP:
            far = _border(line, inside.t, outside.t, _LEVEL_JUMP)
            middle = line.at(far / 2)
            return Crossing(line.z(middle.t), middle.value, _jump(line, -t, far + t, aside), level=True)
        inside = outside
    return None


def plateau(evaluate: Evaluate, origin: Array, direction: Array) -> Crossing | None:
    """The middle of the stretch without slope on which ``origin`` lies, if kinks end it on both sides; else None."""
    line = _Line(evaluate, origin, direction / float(np.linalg.norm(direction)))
    here, unit, ends = line.at(0.0), 1e-3 * (1 + float(np.linalg.norm(origin))), []
    least = 1e-9 * (1 + abs(here.value)) / unit
    for side in (-unit, unit):
        inside, outside = here, line.at(side)
        for _ in range(_DOUBLINGS):
            if outside.dead or abs(outside.slope) > least:
                break
            inside, outside = outside, line.at(2 * outside.t)
        if outside.dead or abs(outside.slope) <= least:
            return None
        ends.append(_border(line, inside.t, outside.t, least))
    middle = line.at(sum(ends) / 2)
    jump = _jump(line, ends[0], ends[1], np.zeros_like(origin))
    return Crossing(line.z(middle.t), middle.value, jump, level=True) if jump @ line.direction > 0 else None


def jump_at(evaluate: Evaluate, origin: Array, direction: Array, aside: Array, near: float) -> Array:
    """The jump of the gradient at a kink through ``origin`` that ``direction`` crosses, read ``near`` on both sides."""
    line = _Line(evaluate, origin, direction / float(np.linalg.norm(direction)))
    return _jump(line, -near, near, aside)


def _border(line: _Line, inside: float, outside: float, least: float) -> float:
    """Where a slope that is at most ``least`` inside begins to be more."""
    for _ in range(60):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if abs(line.at(middle).slope) <= least else (inside, middle)
    return inside


def _stretch(line: _Line, low: _Side, level: _Side, high: _Side, first: float, aside: Array) -> Crossing:
    """Where the slope is 0: a smooth maximum if curvature explains the slopes on both sides, else a level stretch."""
    curved = max(level.bend, low.bend) * (level.t - low.t) > 0.1 * low.slope
    if high.dead or curved or low.slope - high.slope <= _SMOOTH * first:  # of which rounding may hide the curvature
        return Crossing(line.z(level.t), level.value)
    ends = [_border(line, level.t, outside.t, _LEVEL * first) for outside in (low, high)]
    middle = line.at(sum(ends) / 2)
    jump = _jump(line, ends[0], ends[1], aside)
    wide = bool((ends[1] - ends[0]) * line.length > 1e-12 * np.max(np.abs(line.z(middle.t))))
    return Crossing(line.z(middle.t), middle.value, jump, level=wide)  # else the slope is called 0 on the kink itself


def _jump(line: _Line, low: float, high: float, aside: Array) -> Array:
    """The gradient before ``low`` minus that behind ``high``, both read ``aside`` of the line, less what is smooth."""
    grain = 64 * max(np.spacing(abs(high)) * line.length, float(np.max(np.spacing(np.abs(line.origin)))))
    beside = max(10 * float(np.linalg.norm(aside)), grain) / line.length
    before, behind = line.at(low - beside, aside), line.at(high + beside, aside)
    curved = (before.hessian + behind.hessian) / 2 @ line.direction * (before.t - behind.t)
    return np.asarray(before.gradient - behind.gradient - curved)


def _bracket(line: _Line) -> tuple[_Side, _Side] | None:
    """A point from which the density rises and one behind its maximum."""
    scale = 1e-3 * (1 + float(np.linalg.norm(line.origin))) / line.length
    t = scale
    while (high := line.at(t)).dead or high.slope <= 0:  # back to where it rises
        t /= 8
        low = line.at(t)
        if not low.dead and low.slope > 0:
            return low, high
        if t < 1e-15 * scale:
            return None
    for _ in range(_DOUBLINGS):
        low, t = high, 2 * t
        high = line.at(t)
        if high.dead or high.slope <= 0:
            return low, high
    return None


def _candidates(low: _Side, high: _Side) -> tuple[float, ...]:
    """Where the tangents of both sides meet, and where a slope that is a straight line is 0."""
    bend = low.slope - high.slope
    if high.dead or not bend > 0:
        return ()
    meet = low.t + (high.value - low.value - high.slope * (high.t - low.t)) / bend
    level = low.t + low.slope * (high.t - low.t) / bend
    return tuple(t for t in (meet, level) if low.t < t < high.t)


def _end(line: _Line, low: _Side, high: _Side, first: float, aside: Array) -> Crossing:
    if low.slope - high.slope <= _SMOOTH * first:
        return Crossing(line.z(low.t), low.value)
    best = low if low.value >= high.value else high
    return Crossing(line.z(best.t), best.value, _jump(line, low.t, high.t, aside))


def _normal(line: _Line, low: _Side) -> Array:
    """The outward normal ``(f,)`` of the end of a support: how much nearer it comes with each coordinate."""
    back = max(1e-4 * low.t, 1e-6 * (1 + float(np.linalg.norm(line.origin))) / line.length)
    inside = line.origin + (low.t - back) * line.direction
    normal = np.zeros_like(line.origin)
    for j in range(len(normal)):
        aside = np.zeros_like(normal)
        aside[j] = 0.1 * back * line.length
        for _ in range(_SHRINKS):
            beside = _Line(line.evaluate, inside + aside, line.direction)
            if not beside.at(0.0).dead and (gap := _gap(beside, back)) < 2 * back:
                normal[j] = (back - gap) / aside[j]
                break
            aside /= -4  # the end is crossed, or far: the other way, and not as far
    return normal / max(float(np.linalg.norm(normal)), 1e-300)


def _gap(line: _Line, guess: float) -> float:
    """How far the end of the support is along a line that begins inside."""
    low, high = 0.0, 2 * guess
    while not line.at(high).dead and high < 64 * guess:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if line.at(middle).dead else (middle, high)
    return low
