"""The highest likelihood where one quantity has a given value: what a likelihood-ratio test compares the maximum with.

Inside the support it is a point of the profile. At a closed edge (tau = 0, and with it icc = 0) there is no curve to
walk along, since the logarithm of tau has no end: there the coordinate is held on its edge and the others are free.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...density.density import Density
from ...estimators.estimate import Estimate
from ...search.edges import closed_ends
from ...search.newton import decrement
from ...search.optimum import Optimum, best, maximise
from ...search.problem import of_density
from .constrained import UnreachableError
from .curve import LostOptimumError, ProfileCurve
from .profile import profiled_optimum

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]

ROUNDING = 1e-9
"""Relative difference of two log-likelihoods: with less they are the same."""
_NO_CURVATURE = 1e-10
"""Share of the largest second derivative: less is no curvature."""
_NEAR = 1e-4
"""Standard errors: the log-likelihood so near is the maximum's but for the square of it."""


@dataclass(frozen=True)
class Restricted:
    """The maximum under the restriction: θ ``(p,)``, and twice the log-likelihood lost by it, 0 or above.

    ``held`` ``(f,)`` are the coordinates that lie on an edge because of the restriction, ``at_edges`` those that lie
    on one because the likelihood is highest there, under the restriction or without it, ``idle`` those that the
    likelihood does not depend on any more (a correlation with effects that are all 0).
    """

    theta: Array
    ratio: float
    held: Bools
    at_edges: Bools
    idle: Bools
    better: float | None = None
    """The log-likelihood of a maximum above the estimate's that was met on the way; the ratio is to that one."""


def restricted(program: Density, mle: Estimate, label: str, value: float) -> Restricted | str:
    """The maximum where the quantity ``label`` is ``value``, or why there is none, in words."""
    edge = _edge_at(program, label, value)
    return _inside(program, mle, label, value) if edge is None else _on_edge(program, mle, edge)


def edge_of(program: Density, label: str, value: float) -> Bools | None:
    """The coordinates ``(f,)`` on whose closed edge the quantity has this value, whatever the others are; or None.

    One coordinate where one will do, else all that have such an edge.
    """
    return np.isinf(edge) if (edge := _edge_at(program, label, value)) is not None else None


def _edge_at(program: Density, label: str, value: float) -> Array | None:
    """z ``(f,)`` that is infinite where the coordinate lies on the edge that gives the quantity this value, else 0."""
    lower, upper = closed_ends(program.layout)
    each = [np.where(np.arange(len(lower)) == place, -np.inf, 0.0) for place in np.flatnonzero(lower)]
    each += [np.where(np.arange(len(upper)) == place, np.inf, 0.0) for place in np.flatnonzero(upper)]
    together = [np.where(lower, -np.inf, 0.0)] if np.sum(lower) > 1 else []
    return next((edge for edge in (*each, *together) if _has_value(program, edge, label, value)), None)


def coordinate_of(program: Density, label: str) -> Bools | None:
    """The one coordinate ``(f,)`` that a parameter is a function of; None of a derived quantity or a turned vector."""
    layout = program.layout
    if label not in layout.labels or not layout.parameter_of(label).support.elementwise:
        return None
    linear = np.flatnonzero(program.coordinates.linear[layout.labels.index(label)])
    coordinate = np.array([name == label for name in layout.free_labels])
    return coordinate if [layout.labels[place] for place in linear] == [label] else None


def _has_value(program: Density, edge: Array, label: str, value: float) -> bool:
    """Judged at two places, which differ in every other coordinate."""
    # With its coordinate on the edge a quantity may still move with the others (a sum of variances): then the edge is
    # not where it has this value.
    position, start = program.quantity_labels.index(label), program.coordinates.z(program.start)
    with np.errstate(all="ignore"):
        thetas = [program.coordinates.theta(np.where(np.isinf(edge), edge, z)) for z in (start, start + 0.5)]
        values = np.array([program.quantities(theta)[position] for theta in thetas])
    return bool(np.all(np.abs(values - value) <= 4 * np.finfo(float).eps * abs(value)))


def _on_edge(program: Density, mle: Estimate, edge: Array) -> Restricted | str:
    held = np.isinf(edge)
    with np.errstate(divide="ignore"):  # z is infinite on a closed edge
        estimate = program.coordinates.z(mle.point)
    inside = np.where(np.isfinite(estimate), estimate, program.coordinates.z(program.start))
    begins = [np.where(held, edge, z) for z in (estimate, inside, program.coordinates.z(program.start))]
    problem = of_density(program, 0.0)
    optimum = best([maximise(problem, begin[None]) for begin in begins])[0][0]
    if optimum.evaluation.value == -np.inf:
        return "the data cannot occur there: their density is 0"
    idle = _idle(optimum)
    if not (optimum.status == "ok" or _at_rest(optimum, idle)):
        return f"no maximum was found there: {optimum.reason}"
    assert mle.log_likelihood is not None
    lost = mle.log_likelihood - optimum.evaluation.value
    if lost < -ROUNDING * (1 + abs(mle.log_likelihood)):
        return (
            f"the log-likelihood is {-lost:.3g} higher there than at the estimate, whose search ended at a lower "
            "maximum; ask for more starts"
        )
    edges = (np.isinf(optimum.z) | np.isinf(estimate)) & ~held
    return Restricted(program.coordinates.theta(optimum.z), _ratio(lost, mle.log_likelihood), held, edges, idle)


def _idle(optimum: Optimum) -> Bools:
    """The coordinates that are free and have no curvature with any other: as far as rounding can tell, no part."""
    size = np.abs(np.where(np.isfinite(optimum.evaluation.hessian), optimum.evaluation.hessian, 0.0))
    return optimum.free & (size.max(axis=1) <= _NO_CURVATURE * size.max(initial=0.0))


def _at_rest(optimum: Optimum, idle: Bools) -> bool:
    """Whether the search has ended at a maximum along all coordinates but the idle ones."""
    return decrement(optimum.evaluation.gradient, optimum.evaluation.hessian, optimum.free & ~idle) <= _NEAR


def _inside(program: Density, mle: Estimate, label: str, value: float) -> Restricted | str:
    optimum = profiled_optimum(program, mle, 0.0)
    if optimum.status != "ok":
        return str(optimum.reason)
    curve = ProfileCurve(program, optimum, label)
    try:
        height, theta = curve.highest_at(value)
    except (UnreachableError, LostOptimumError) as error:
        return f"no maximum was found there: {error}"
    top = curve.optimum.evaluation.value
    better = top if top > optimum.evaluation.value + ROUNDING * (1 + abs(top)) else None
    none = np.zeros(len(curve.optimum.z), dtype=np.bool_)
    return Restricted(theta, _ratio(-height, top), none, np.isinf(curve.optimum.z), none, better)


def _ratio(lost: float, top: float) -> float:
    """Twice the log-likelihood lost; what rounding makes of 0 is 0."""
    return 2 * lost if lost > ROUNDING * (1 + abs(top)) else 0.0
