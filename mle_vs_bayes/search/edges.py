"""Where a search has gone that found no maximum: off to an edge or to infinity, or along what the data do not tell."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..model.layout import Layout, combination
from ..model.support import Below, Support
from .problem import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .newton import NewtonState
    from .optimum import Optima

Array = NDArray[np.float64]
Index = NDArray[np.intp]
FAR = 8.0
"""Distance from the start on a logarithmic scale (a factor of 3,000) that no finite optimum is expected at."""
SINGULAR = 1e-6
"""An eigenvalue of the information with a unit diagonal that is nearer to 0 makes it singular but for rounding."""
_AT_REST = 1e-2
"""Standard errors within which a search has come to a maximum along the other directions."""

ASIDE = 0.5
"""Standard errors, with all but one parameter held, that a search begins beside an inflection."""
REACH = 1e-3
"""Longest Newton step accepted at an optimum, in SE at the start (in log units if those are smaller). Where a
likelihood has no maximum, gradient and curvature vanish together: in SE the point looks at rest, but its steps stay
as long as ever."""
_RECEDING = ((0.1, 1.0, 100.0), (1e-4, REACH, 10.0))
"""A gradient so short in SE there, beside a step and a way so long in SE at the start: as a power of it, or faster."""


def leaving(problem: Problem, z: Array, start: Array) -> Index:
    """The bounded coordinate of each search ``(R,)`` that is farthest from its start, if it is far; −1 if none is.

    A coordinate that is not a number counts as far, one on its closed edge does not.
    """
    with np.errstate(all="ignore"):
        away = np.abs(z - start)
    away = np.where(problem.layout.bounded | ~np.isfinite(z), np.nan_to_num(away, nan=np.inf), 0.0)
    away = np.where(np.isinf(z), 0.0, away)
    # Only a distance on a logarithmic scale tells a runaway from a fit in other units: a coefficient of 10⁶ may be
    # right, a factor of e⁸ from the start is not. So coordinates without a bound do not count.
    farthest = np.argmax(away, axis=1)
    return np.where(np.take_along_axis(away, farthest[:, None], axis=1)[:, 0] > FAR, farthest, -1)


def gone(problem: Problem, end: "NewtonState", start: Array, among: NDArray[np.bool_]) -> Index:
    """The coordinate ``(R,)`` by which searches have left for an edge or infinity; −1 where none, or not ``among``."""
    position, index = np.full(len(among), -1, dtype=np.intp), np.flatnonzero(among)
    position[index] = leaving(problem, end.z[index], start[index])
    index = np.flatnonzero(among & (position < 0))
    if index.size:
        position[index] = receding(problem, end.take(index), start[index], index)
    return position


def receding(problem: Problem, end: "NewtonState", start: Array, index: Index) -> Index:
    """The coordinate of each search ``(R,)`` that goes on although its gradient is as good as 0; −1 if none does.

    Where a likelihood rises for ever towards a bound (a truncated normal's towards an exponential's, as its mean runs
    to minus infinity), gradient and curvature vanish together: the gradient is 0 in standard errors, and the next step
    as long as ever. ``index`` says which of the data sets these searches are.
    """
    parts = np.array_split(np.arange(len(index)), -(-len(index) // problem.together))
    with np.errstate(all="ignore"):
        hessian = np.concatenate([problem.evaluate(start[part], index[part])[2] for part in parts])
        one = unit(hessian, problem.layout.bounded)
        ahead, away = np.abs(end.step) / one, np.abs(end.z - start) / one
    # A tail such as exp(−z) has gradient = curvature: Newton's step stays 1 while the gradient measured in the local
    # SE, exp(−z/2), shrinks without end. So the step and the way are measured in the SE at the start, which does not
    # shrink.
    length = end.length[:, None]
    onwards = np.any([(length < short) & (ahead > step) & (away > way) for short, step, way in _RECEDING], axis=0)
    onwards &= np.isfinite(ahead)
    return np.where(onwards.any(axis=1), np.argmax(np.where(onwards, ahead, 0.0), axis=1), -1)


def refuse_vanishing(problem: Problem, centre: Array, searches: "Sequence[Optima]") -> None:
    """Take back optima at which the next step is long in SE at ``centre`` ``(R, f)``: a start may have been far out."""
    with np.errstate(all="ignore"):
        one = unit(problem.evaluate(centre, np.arange(len(centre)))[2], problem.layout.bounded)
        for search in searches:
            # Far out the start's own SE is as long as the step; that at the centre of the data is not. Four spacings of
            # float64 are what a step at a true optimum may be from rounding alone.
            longest = REACH * one + 4 * np.spacing(np.abs(search.end.z))
            search.converged[np.any(np.abs(search.end.step) > longest, axis=1)] = False


def unit(hessian: Array, bounded: NDArray[np.bool_]) -> Array:
    """What a step from where ``hessian`` was taken is measured in ``(R, f)``: one SE, at most 1 of a logarithm."""
    curvature = np.abs(np.diagonal(hessian, axis1=1, axis2=2))
    se = 1 / np.sqrt(np.maximum(curvature, 1e-300))
    return np.where(bounded, np.minimum(se, 1.0), se)


def closed(problem: Problem, z: Array, start: Array) -> Array:
    """z ``(R, f)`` with each coordinate that has run to an edge which belongs to its support put on that edge."""
    ends = closed_ends(problem.layout)
    return np.where(ends[0] & (z < start - FAR), -np.inf, np.where(ends[1] & (z > start + FAR), np.inf, z))


def closed_ends(layout: Layout) -> NDArray[np.bool_]:
    """Whether each coordinate ``(2, f)`` may be −∞, and ∞, at an optimum."""
    supports = [layout.parameter_of(label).support for label in layout.free_labels]
    ends = [{support.coordinate_at(side) for side in support.closed_ends} for support in supports]
    return np.array([[end in each for each in ends] for end in (-np.inf, np.inf)], dtype=np.bool_)


def runaway(problem: Problem, z: Array, start: Array, position: int, i: int = 0) -> str | None:
    """Which parameter of data set ``i`` has left for the edge of its support, in words, if one has (not −1)."""
    if position < 0:
        return None
    layout = problem.layout
    label = layout.free_labels[position]
    with np.errstate(all="ignore"):
        value, began = (problem.coordinates.of(i).theta(x)[layout.labels.index(label)] for x in (z, start))
    parameter = layout.parameter_of(label)
    # Coefficients are turned and may run the other way than their coordinates, which say more where there is an end.
    turned = parameter.support.elementwise and not parameter.support.bounded(1)[0]
    below = bool(value < began if turned else z[position] < start[position])
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
    if support.elementwise and below and not np.isfinite(support.upper):
        return "minus infinity"
    if isinstance(support, Below):
        return f"{support.upper:g}" if below else "minus infinity"
    return f"{support.upper:g}" if np.isfinite(support.upper) and support.upper - value < 1e-3 else "infinity"


def indefinite(problem: Problem, gradient: Array, hessian: Array, free: NDArray[np.bool_]) -> str:
    """Along which parameters the information is smallest, in words."""
    reason = "the information is not positive definite at the optimum"
    # With a unit diagonal the smallest eigenvalue compares directions whatever the units of the parameters, so that one
    # threshold serves all models.
    information = -hessian[np.ix_(free, free)]
    if not np.all(np.isfinite(information)) or len(information) < 2:
        return reason
    scale = np.sqrt(np.abs(np.diag(information)))
    scale = np.where(scale > 0, scale, 1.0)
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    direction, others = vectors[:, 0], vectors[:, 1:].T @ (gradient[free] / scale)
    # Singular, and a maximum along all else: only then is it the data that say nothing.
    at_rest = np.all(values[1:] > SINGULAR) and np.sum(others**2 / np.abs(values[1:])) < _AT_REST**2
    if not (at_rest and abs(values[0]) <= SINGULAR):
        return "the search ended where the density bends upwards or still rises, which is no maximum"
    labels = tuple(label for label, inside in zip(problem.layout.free_labels, free, strict=True) if inside)
    return f"{reason}: the data do not tell along {combination(labels, direction / scale, direction)}"
