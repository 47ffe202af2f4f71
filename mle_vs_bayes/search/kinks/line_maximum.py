"""The highest point of a log density along a line, be it smooth there, level, a kink, or where the density ends.

A kink lies where the tangents of its two sides meet: two sides are enough to find it, and from sides nearer by it is
found to the last digits. A smooth maximum is where the slope, taken as a straight line between two points, is 0. Where
the slope is 0 along a whole stretch (the median of an even number of values), the middle of it is taken. Beside these
candidates a few points of the line are looked at each time, which part it in many where it has many kinks.
"""

import numpy as np

from .evaluation import Array, Search, abreast
from .search_line import DOUBLINGS, LEVEL, ROUNDS, SMOOTH, Crossing, SearchLine, Side, jump
from .stretches import stretch

_EIGHTHS = 16
"""How often the distance is taken by eight until the density rises."""
_PARTS = 8
"""A line is parted in so many, and the way to an end, which has no tangents, in twice as many."""
_SHRINKS = 8
"""How often the step aside is shortened that a normal is measured with."""


def along(origin: Array, direction: Array, aside: Array, *, normals: bool = True) -> Search[Crossing | None]:
    """The first maximum from ``origin`` in ``direction``; None where the density does not rise, or rises for ever.

    Jumps are read ``aside`` ``(f,)`` of the line, which may run along other kinks: rounding would take the gradients of
    a jump from either side of them. ``normals`` of ends cost many evaluations; without them the jump of an end is the
    line's direction.
    """
    line = SearchLine(origin, direction)
    if not line.leads:
        return None
    ends = yield from _bracket(line)
    if ends is None:
        return None
    low, high = ends
    first = low.slope
    for _ in range(ROUNDS):
        if high.t - low.t <= 4 * np.spacing(high.t):
            break
        sides = [*(yield from line.at(*_trials(low, high))), high]
        # The density rises at ``low`` and, as far as is known, falls from the first point where it does not rise.
        place = next(k for k, side in enumerate(sides) if side is high or not side.rises or is_level(side, first))
        low = sides[place - 1] if place else low
        if sides[place] is not high and is_level(sides[place], first):
            behind = next(side for side in sides[place:] if side is high or not is_level(side, first))
            return (yield from stretch(line, low, sides[place], behind, first, aside))
        high = sides[place]
    if high.dead:
        normal = (yield from _normal(line, low)) if normals else direction / line.length
        return Crossing(line.z(low.t), low.value, normal, wall=True)
    return (yield from _end(line, low, high, first, aside))


def is_level(side: Side, first: float) -> bool:
    return not side.dead and abs(side.slope) <= LEVEL * first


def _bracket(line: SearchLine) -> Search[tuple[Side, Side] | None]:
    """A point from which the density rises and one behind its maximum."""
    scale = 1e-3 * (1 + float(np.linalg.norm(line.origin))) / line.length
    low, t = None, scale
    for count in DOUBLINGS:
        for side in (yield from line.at(*(t * 2.0 ** np.arange(count)))):
            if not side.rises:
                return (yield from _back(line, side)) if low is None else (low, side)
            low = side
        t *= 2.0**count
    return None


def _back(line: SearchLine, high: Side) -> Search[tuple[Side, Side] | None]:
    """A point from which the density rises and one behind its maximum, both no further out than ``high``."""
    for low in (yield from line.at(*(high.t * 0.125 ** np.arange(1, 1 + _EIGHTHS)))):
        if low.rises:
            return low, high
        high = low
    return None


def _trials(low: Side, high: Side) -> list[float]:
    """Points between two sides: close to both sides of each candidate, and some that part the line evenly."""
    even = np.linspace(low.t, high.t, 1 + _PARTS)[1:-1]
    near = [
        t + way * max(1e-6 * (high.t - low.t), 2 * np.spacing(t)) for t in _candidates(low, high) for way in (-1, 1)
    ]
    return sorted({float(t) for t in (*even, *near) if low.t < t < high.t})


def _candidates(low: Side, high: Side) -> tuple[float, ...]:
    """Where the tangents of both sides meet, and where a slope that is a straight line is 0."""
    bend = low.slope - high.slope
    if high.dead or not bend > 0:
        return ()
    meet = low.t + (high.value - low.value - high.slope * (high.t - low.t)) / bend
    level = low.t + low.slope * (high.t - low.t) / bend
    return tuple(t for t in (meet, level) if low.t < t < high.t)


def _end(line: SearchLine, low: Side, high: Side, first: float, aside: Array) -> Search[Crossing]:
    if low.slope - high.slope <= SMOOTH * first:
        return Crossing(line.z(low.t), low.value)
    best = low if low.value >= high.value else high
    return Crossing(line.z(best.t), best.value, (yield from jump(line, low.t, high.t, aside)))


def _normal(line: SearchLine, low: Side) -> Search[Array]:
    """The outward normal ``(f,)`` of the end of a support: how much nearer it comes with each coordinate."""
    # The end is a surface h(z) = 0 beyond which the density is 0, so that values alone locate it. From a point inside,
    # the distance along the line to it falls by ∂h/∂zⱼ per unit of a move along coordinate j, but for a common factor.
    back = max(1e-4 * low.t, 1e-6 * (1 + float(np.linalg.norm(line.origin))) / line.length)
    size = len(line.origin)
    slopes = yield from abreast(_nearer(line, low.t - back, back, j) for j in range(size))
    normal = np.array(slopes)
    return np.asarray(normal / max(float(np.linalg.norm(normal)), 1e-300))


def _nearer(line: SearchLine, inside: float, back: float, j: int) -> Search[float]:
    """How much nearer the end of a support that is ``back`` away comes with coordinate ``j``."""
    aside = np.zeros_like(line.origin)
    aside[j] = 0.1 * back * line.length
    for _ in range(_SHRINKS):
        beside = SearchLine(line.z(inside) + aside, line.direction)
        (begin,) = yield from beside.at(0.0)
        if not begin.dead and (gap := (yield from _gap(beside, back))) < 2 * back:
            return float((back - gap) / aside[j])
        aside /= -4  # the end is crossed, or far: the other way, and not as far
    return 0.0


def _gap(line: SearchLine, guess: float) -> Search[float]:
    """How far the end of the support is along a line that begins inside."""
    # Bisection, in `2 · _PARTS` parts at a time since points evaluated together cost what one does: to the last digit
    # in some twelve evaluations.
    sides = yield from line.at(*(guess * 2.0 ** np.arange(1, 7)))
    high = next((side.t for side in sides if side.dead), sides[-1].t)
    low, shares = 0.0, np.arange(1, 2 * _PARTS) / (2 * _PARTS)
    for _ in range(ROUNDS):
        if high - low <= np.spacing(high):
            break
        sides = yield from line.at(*(low + (high - low) * shares))
        count = next((k for k, side in enumerate(sides) if side.dead), len(sides))
        places = [low, *(side.t for side in sides), high]
        if (places[count], places[count + 1]) == (low, high):
            break
        low, high = places[count], places[count + 1]
    return low
