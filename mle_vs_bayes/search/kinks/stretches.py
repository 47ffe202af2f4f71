"""Stretches of a line on which a log density has no slope, as between the middle two of an even number of values."""

from dataclasses import dataclass

import numpy as np

from .evaluation import Array, Search, abreast
from .search_line import DOUBLINGS, LEVEL, ROUNDS, SMOOTH, Crossing, SearchLine, Side, jump

_PARTS = 16
"""The way to the border of a stretch is parted in so many."""
_LEVEL_JUMP = 1e-7
"""Share of the jump at a kink: less is no slope beside it."""


def level(origin: Array, direction: Array, aside: Array) -> Search[Crossing | None]:
    """The middle of a stretch without slope that begins at a kink and leads in ``direction``; None where there is none.

    ``direction`` is of such a length that the kink's jump along it is 1.
    """
    line = SearchLine(origin, direction)
    if not line.leads:
        return None
    t = 1e-9 * (1 + float(np.linalg.norm(origin))) / line.length
    border = yield from _first_slope(line, t, _LEVEL_JUMP)
    if border is None or border.inside == 0.0:
        return None
    (far,) = yield from _borders(line, [border], _LEVEL_JUMP)
    (middle,) = yield from line.at(far / 2)
    lost = yield from jump(line, -t, far + t, aside)
    return Crossing(line.z(middle.t), middle.value, lost, level=True)


def plateau(origin: Array, direction: Array) -> Search[Crossing | None]:
    """The middle of the stretch without slope on which ``origin`` lies, if kinks end it on both sides; else None."""
    line = SearchLine(origin, direction / float(np.linalg.norm(direction)))
    (centre,) = yield from line.at(0.0)
    # Less slope than rounding of the value over one unit gives (1e-9 of it, for sums of many terms) is none.
    unit = 1e-3 * (1 + float(np.linalg.norm(origin)))
    least = 1e-9 * (1 + abs(centre.value)) / unit
    borders = yield from abreast(_first_slope(line, side, least) for side in (-unit, unit))
    if any(border is None or border.dead for border in borders):
        return None
    ends = yield from _borders(line, [border for border in borders if border is not None], least)
    (middle,) = yield from line.at(sum(ends) / 2)
    lost = yield from jump(line, ends[0], ends[1], np.zeros_like(origin))
    return Crossing(line.z(middle.t), middle.value, lost, level=True) if lost @ line.direction > 0 else None


def stretch(line: SearchLine, low: Side, level: Side, high: Side, first: float, aside: Array) -> Search[Crossing]:
    """Where the slope is 0: a smooth maximum if curvature explains the slopes on both sides, else a level stretch."""
    curved = max(level.bend, low.bend) * (level.t - low.t) > 0.1 * low.slope
    if high.dead or curved or low.slope - high.slope <= SMOOTH * first:  # of which rounding may hide the curvature
        return Crossing(line.z(level.t), level.value)
    ends = yield from _borders(line, [_Border(level.t, outside.t) for outside in (low, high)], LEVEL * first)
    (middle,) = yield from line.at(sum(ends) / 2)
    lost = yield from jump(line, ends[0], ends[1], aside)
    wide = bool((ends[1] - ends[0]) * line.length > 1e-12 * np.max(np.abs(line.z(middle.t))))
    return Crossing(line.z(middle.t), middle.value, lost, level=wide)  # else the slope is called 0 on the kink itself


@dataclass(frozen=True)
class _Border:
    """Between two points of a line, how far out, a stretch without slope ends; ``dead`` where the density is 0."""

    inside: float
    outside: float
    dead: bool = False


def _first_slope(line: SearchLine, t: float, least: float) -> Search[_Border | None]:
    """Where a slope is more than ``least`` for the first time, by doublings from ``t``; None where it is nowhere."""
    inside = 0.0
    for count in DOUBLINGS:
        sides = yield from line.at(*(t * 2.0 ** np.arange(count)))
        for side in sides:
            if side.dead or abs(side.slope) > least:
                return _Border(inside, side.t, side.dead)
            inside = side.t
        t = 2 * inside
    return None


def _borders(line: SearchLine, borders: list[_Border], least: float) -> Search[list[float]]:
    """The last points of stretches whose slope is at most ``least``."""
    inside, outside = (np.array([getattr(border, end) for border in borders]) for end in ("inside", "outside"))
    shares, places = np.arange(1, _PARTS) / (_PARTS), np.arange(len(borders))
    for _ in range(ROUNDS):
        if np.all(np.abs(outside - inside) <= np.spacing(np.abs(inside))):
            break
        points = inside[:, None] + (outside - inside)[:, None] * shares
        sides = yield from line.at(*points.ravel())
        none = np.array([abs(side.slope) <= least for side in sides]).reshape(points.shape)
        count = np.argmin(np.pad(none, ((0, 0), (0, 1))), axis=1)  # points that have no slope, one after the other
        every = np.column_stack([inside, points, outside])
        moved = np.column_stack([every[places, count], every[places, count + 1]])
        if np.all(moved == np.column_stack([inside, outside])):
            break
        inside, outside = moved.T
    return [float(each) for each in inside]
