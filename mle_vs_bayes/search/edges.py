"""Where a search runs off to: an edge of the support that can be reached, or one that cannot."""

import numpy as np
from numpy.typing import NDArray

from ..density.density import Program
from ..model.support import Support

Array = NDArray[np.float64]
FAR = 8.0
"""Distance from the start on a logarithmic scale (a factor of 3,000) that no finite optimum is expected at."""


def runaway(program: Program, z: Array, origin: Array | None = None) -> str | None:
    """Which parameter has left for the edge of its support, in words, if one has.

    ``origin`` (z) is where the search began; the leaf's start unless given.
    """
    origin = program.coordinates.z(program.start) if origin is None else origin
    position = _leaving(program, z, origin)
    if position is None:
        return None
    layout = program.layout
    label = layout.free_labels[position]
    with np.errstate(all="ignore"):
        value = program.coordinates.theta(z)[layout.labels.index(label)]
    parameter, below = layout.parameter_of(label), bool(z[position] < origin[position])
    end = _end(parameter.support, value, below)
    if parameter.support.name == "ordered" and below:
        end = layout.labels[layout.labels.index(label) - 1]
    why = program.model.edges.get(f"{parameter.name} runs to {end}")
    return f"{label} runs to {end}" + (f": {why}" if why else "")


def _end(support: Support, value: float, below: bool) -> str:
    """The end of the support that a value has left for, ``below`` where its unconstrained coordinate fell."""
    if below and np.isfinite(support.lower):
        return f"{support.lower:g}"  # whatever the units: a thousandth may be far from 0, or a million near it
    return f"{support.upper:g}" if np.isfinite(support.upper) and support.upper - value < 1e-3 else "infinity"


def closed_edge(program: Program, z: Array) -> int | None:
    """The coordinate that runs to an edge which belongs to its support, if one does."""
    origin = program.coordinates.z(program.start)
    position = _leaving(program, z, origin)
    if position is None or z[position] > origin[position]:
        return None
    return position if program.layout.parameter_of(program.layout.free_labels[position]).support.closed else None


def _leaving(program: Program, z: Array, origin: Array) -> int | None:
    """The bounded coordinate farthest from the origin, if it is far; any that is not finite."""
    away = np.abs(z - origin)
    away = np.where(program.layout.bounded | ~np.isfinite(z), away, 0.0)
    away = np.where(np.isneginf(z), 0.0, away)  # already on its edge
    farthest = int(np.argmax(np.nan_to_num(away, nan=np.inf)))
    return farthest if not away[farthest] <= FAR else None
