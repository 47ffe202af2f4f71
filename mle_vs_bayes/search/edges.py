"""Where a search runs off to: an edge of the support that can be reached, or one that cannot."""

import numpy as np
from numpy.typing import NDArray

from ..model.layout import Layout
from ..model.support import Below, Support
from .problem import Problem

Array = NDArray[np.float64]
FAR = 8.0
"""Distance from the start on a logarithmic scale (a factor of 3,000) that no finite optimum is expected at."""


def leaving(problem: Problem, z: Array, start: Array) -> NDArray[np.intp]:
    """The bounded coordinate of each search ``(R,)`` that is farthest from its start, if it is far; −1 if none is.

    A coordinate that is not a number counts as far, one on its closed edge does not.
    """
    with np.errstate(all="ignore"):
        away = np.abs(z - start)
    away = np.where(problem.layout.bounded | ~np.isfinite(z), np.nan_to_num(away, nan=np.inf), 0.0)
    away = np.where(np.isinf(z), 0.0, away)
    farthest = np.argmax(away, axis=1)
    return np.where(np.take_along_axis(away, farthest[:, None], axis=1)[:, 0] > FAR, farthest, -1)


def closed(problem: Problem, z: Array, start: Array) -> Array:
    """z ``(R, f)`` with each coordinate that has run to an edge which belongs to its support put on that edge."""
    ends = closed_ends(problem.layout, problem.power)
    return np.where(ends[0] & (z < start - FAR), -np.inf, np.where(ends[1] & (z > start + FAR), np.inf, z))


def closed_ends(layout: Layout, power: float) -> NDArray[np.bool_]:
    """Whether each coordinate ``(2, f)`` may be −∞, and ∞, at an optimum of likelihood × prior^``power``."""
    supports = [layout.parameter_of(label).support for label in layout.free_labels]
    ends = [{support.coordinate_at(side) for side in support.closed_ends(power)} for support in supports]
    return np.array([[end in each for each in ends] for end in (-np.inf, np.inf)], dtype=np.bool_)


def runaway(problem: Problem, z: Array, start: Array, i: int = 0) -> str | None:
    """Which parameter of data set ``i`` has left for the edge of its support, in words, if one has."""
    position = int(leaving(problem, z[None], start[None])[0])
    if position < 0:
        return None
    layout = problem.layout
    label = layout.free_labels[position]
    with np.errstate(all="ignore"):
        value = problem.coordinates.of(i).theta(z)[layout.labels.index(label)]
    parameter, below = layout.parameter_of(label), bool(z[position] < start[position])
    end = _end(parameter.support, value, below)
    first = label == layout.labels_of[parameter.name][0]
    if parameter.support.rising and below and not (first and np.isfinite(parameter.support.lower)):
        end = layout.labels[layout.labels.index(label) - 1]
    if parameter.support.name == "stationary":
        end = "a unit root"
    why = problem.density(i).model.edges.get(f"{parameter.name} runs to {end}")
    return f"{label} runs to {end}" + (f": {why}" if why else "")


def at_an_end(problem: Problem, z: Array, i: int = 0) -> str:
    """Where a search stopped that would go on into values with a density of 0, in words."""
    named = zip(problem.layout.labels, problem.coordinates.of(i).theta(z), strict=True)
    place = ", ".join(f"{label} = {value:.4g}" for label, value in list(named)[:6])
    return (
        f"it is highest where it ends, at a bound that depends on other parameters or that a Potential sets ({place})"
    )


def _end(support: Support, value: float, below: bool) -> str:
    """The end of the support that a value has left for, ``below`` where its unconstrained coordinate fell."""
    if below and np.isfinite(support.lower):
        return f"{support.lower:g}"  # whatever the units: a thousandth may be far from 0, or a million near it
    if isinstance(support, Below):
        return f"{support.upper:g}" if below else "minus infinity"
    return f"{support.upper:g}" if np.isfinite(support.upper) and support.upper - value < 1e-3 else "infinity"
