"""Profile intervals: every value that the likelihood-ratio test does not reject.

The ends are where 2 (ℓ̂ − ℓ_p) meets the χ²₁ quantile, ℓ_p the log-likelihood maximised over everything else
(Wilks 1938, Annals of Mathematical Statistics 9, 60–62; Pawitan 2001, In All Likelihood).
They follow a quantity through any change of scale. With the prior in the density, the same for the MAP: the
penalised profile (Heinze & Schemper 2002, Statistics in Medicine 21, 2409–2419, for Firth's prior). For a parameter
on the edge of its support the cut-off is too far out, never too near (Self & Liang 1987, JASA 82, 605–610).
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...density.density import Density
from ...errors import UsageError
from ...estimators.estimate import ON_EDGE, Estimate
from ...search.optimum import Optimum, maximum
from ...search.problem import Problem, of_density
from ..interval import Interval, IntervalRequest, refused
from .curve import ProfileCurve
from .newton_ends import profile_ends

Array = NDArray[np.float64]


def profile(request: IntervalRequest) -> list[Interval]:
    """Likelihood-ratio intervals of all quantities; ``detail`` is the `ProfileCurve`."""
    return _intervals(request, power=0.0)


def profile_penalised(request: IntervalRequest) -> list[Interval]:
    """Intervals by the ratio of likelihood × prior on the model scale to its value at the MAP; ``detail`` likewise."""
    return _intervals(request, power=1.0)


POWERS = {"profile": 0.0, "profile_penalised": 1.0}
"""The prior's power in the density of each kind."""


def at_once(problem: Problem, theta: Array, covariance: Array, level: float) -> tuple[Array, Array]:
    """Lower and upper ends ``(R, q)`` around optima θ ``(R, p)``; NaN of data sets where Newton's method misses one.

    Those are left to `walked`, and so is an optimum on an edge, which has no ``covariance`` ``(R, p, p)``.
    """
    lower = np.full((problem.count, len(problem.program.quantity_labels)), np.nan)
    upper = lower.copy()
    inside = np.flatnonzero(np.all(np.isfinite(covariance), axis=(1, 2)))
    if problem.program.model.regular and inside.size:
        lower[inside], upper[inside] = profile_ends(problem.some(inside), theta[inside], level)
    lost = ~np.all(np.isfinite(lower) & np.isfinite(upper), axis=1)
    lower[lost] = upper[lost] = np.nan
    return lower, upper


def profile_curve(program: Density, estimate: Estimate, label: str, power: float = 0.0) -> ProfileCurve:
    """The profile of one parameter or derived quantity; ``power`` 0 around the MLE, 1 around the MAP.

    Raises
    ------
    UsageError
        No such quantity, or no optimum to start from.
    """
    if label not in program.quantity_labels:
        known = ", ".join(program.quantity_labels)
        raise UsageError(f'{program.model.name} has no quantity "{label}" to profile; it has {known}.')
    optimum = profiled_optimum(program, estimate, power)
    if optimum.status != "ok":
        raise UsageError(f"there is no profile of {label}: {optimum.reason}.")
    return ProfileCurve(program, optimum, label, power)


def _intervals(request: IntervalRequest, power: float) -> list[Interval]:
    """Profile intervals of one data set, R = 1."""
    program, estimate = request.program, request.estimate
    if estimate.covariance is None:
        return walked(request, power)
    optimum = profiled_optimum(program, estimate, power)
    if optimum.status != "ok":
        return refused(request, optimum.status, str(optimum.reason))
    problem = of_density(program, power)
    lower, upper = at_once(problem, estimate.point[None], estimate.covariance[None], request.level)
    if np.isnan(lower).any():
        return walked(request, power)
    return [
        Interval(lower=float(low), upper=float(high), detail=ProfileCurve(program, optimum, label, power))
        for low, high, label in zip(lower[0], upper[0], program.quantity_labels, strict=True)
    ]


def walked(request: IntervalRequest, power: float, members: NDArray[np.bool_] | None = None) -> list[Interval]:
    """Intervals by walking along each curve, from one optimum for all quantities, or for the ``members`` ``(q,)``.

    When one profile meets a better optimum, all start again from there.
    """
    program, origin = request.program, profiled_optimum(request.program, request.estimate, power)
    if origin.status != "ok":
        return refused(request, origin.status, str(origin.reason))
    chosen = np.ones(len(program.quantity_labels), dtype=np.bool_) if members is None else members
    optimum, done = origin, False
    while not done:
        done, ends = True, []
        values = program.quantities(program.coordinates.theta(optimum.z))
        for label, value, asked in zip(program.quantity_labels, values, chosen, strict=True):
            if not asked:
                ends.append(Interval())
                continue
            if not np.isfinite(value):
                ends.append(Interval(status="not_applicable", reason=f"{label} is infinite at the estimate"))
                continue
            curve = ProfileCurve(program, optimum, label, power, origin)
            ends.append(curve.interval(request.level))
            if curve.optimum.evaluation.value > optimum.evaluation.value:
                optimum, done = curve.optimum, False
    return ends


def profiled_optimum(program: Density, estimate: Estimate, power: float) -> Optimum:
    """The estimate as an optimum in working coordinates; status and reason say why there is no profile around it."""
    size = program.layout.free_size
    if not estimate.converged:
        return Optimum.without(size, estimate.status, estimate.reason)
    if not program.model.regular or estimate.no_error != ON_EDGE:
        reason = "the likelihood is not curved around the estimate, so the χ² cut-off does not hold"
        return Optimum.without(size, "not_applicable", reason)
    with np.errstate(divide="ignore"):  # z is infinite on a closed edge
        optimum = maximum(program, power, program.coordinates.z(estimate.point))
    if optimum.status != "ok":
        return replace(optimum, status="failed")
    if not np.isfinite(optimum.evaluation.value):
        return replace(optimum, status="failed", reason="the density is zero at the estimate")
    return optimum
