"""Profile intervals: every value that the likelihood-ratio test does not reject.

The ends are where 2 (ℓ̂ − ℓ_p) meets the χ²₁ quantile, ℓ_p the log-likelihood maximised over everything else
(Wilks 1938, Annals of Mathematical Statistics 9, 60–62; Pawitan 2001, In All Likelihood).
They follow a quantity through any change of scale. With the prior in the density, the same for the MAP: the
penalised profile (Heinze & Schemper 2002, Statistics in Medicine 21, 2409–2419, for Firth's prior). For a parameter
on the edge of its support the cut-off is too far out, never too near (Self & Liang 1987, JASA 82, 605–610).
"""

import numpy as np

from ...density.density import Density
from ...errors import UsageError
from ...estimators.estimate import ON_EDGE, Estimate
from ...search.optimum import Optimum, maximum
from ..interval import Interval, IntervalRequest, refused
from .curve import ProfileCurve


def profile(request: IntervalRequest) -> list[Interval]:
    """Likelihood-ratio intervals of all quantities; ``detail`` is the `ProfileCurve`."""
    return _intervals(request, power=0.0)


def profile_penalised(request: IntervalRequest) -> list[Interval]:
    """The same from likelihood × prior on the model scale, around the MAP."""
    return _intervals(request, power=1.0)


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
    optimum = _optimum(program, estimate, power)
    if isinstance(optimum, Interval):
        raise UsageError(f"there is no profile of {label}: {optimum.reason}.")
    return ProfileCurve(program, optimum, label, power)


def _intervals(request: IntervalRequest, power: float) -> list[Interval]:
    """One optimum for all quantities: when one profile meets a better one, all start again from there."""
    program, origin = request.program, _optimum(request.program, request.estimate, power)
    if isinstance(origin, Interval):
        return refused(request, origin.status, str(origin.reason))
    optimum, done = origin, False
    while not done:
        done, found = True, []
        values = program.quantities(program.coordinates.theta(optimum.z))
        for label, value in zip(program.quantity_labels, values, strict=True):
            if not np.isfinite(value):
                found.append(Interval(status="not_applicable", reason=f"{label} is infinite at the estimate"))
                continue
            curve = ProfileCurve(program, optimum, label, power, origin)
            found.append(curve.interval(request.level))
            if curve.optimum.evaluation.value > optimum.evaluation.value:
                optimum, done = curve.optimum, False
    return found


def likelihood_optimum(program: Density, mle: Estimate) -> Optimum | Interval:
    """The maximum likelihood estimate as an optimum, or an interval that says why nothing is profiled around it."""
    return _optimum(program, mle, 0.0)


def _optimum(program: Density, estimate: Estimate, power: float) -> Optimum | Interval:
    """The estimate as an optimum in working coordinates, or an interval that says why there is no profile."""
    if not estimate.converged:
        return Interval(status=estimate.status, reason=estimate.reason)
    if not program.model.regular or estimate.no_error != ON_EDGE:
        reason = "the likelihood is not curved around the estimate, so the χ² cut-off does not hold"
        return Interval(status="not_applicable", reason=reason)
    with np.errstate(divide="ignore"):  # z is infinite on a closed edge
        optimum = maximum(program, power, program.coordinates.z(estimate.point))
    if optimum.status != "ok":
        return Interval(status="failed", reason=optimum.reason)
    if not np.isfinite(optimum.evaluation.value):
        return Interval(status="failed", reason="the density is zero at the estimate")
    return optimum
