"""Wald on the transformed scale: symmetric where the quantity runs over the whole line, then mapped back.

Positive quantities on the logarithm, probabilities on the log odds, real ones as they are. So the ends never
leave the support, and the interval of a rate is that of its mean turned over. For real quantities it is
`wald` itself. (Meeker & Escobar 1998, Statistical Methods for Reliability Data, section 8.4.)
"""

from typing import Any

import numpy as np

from ..model.support import Support
from .delta import standard_errors
from .interval import Interval, IntervalRequest, refused
from .scale import supports
from .wald import normal_quantile


def wald_transformed(request: IntervalRequest) -> list[Interval]:
    """Estimate ± normal quantile × standard error on each quantity's unconstrained scale, mapped back."""
    program, estimate = request.program, request.estimate
    if estimate.covariance is None:
        return refused(request, "not_applicable", estimate.no_error)
    values = program.quantities(estimate.point)
    errors = standard_errors(program, estimate.point, estimate.covariance)
    reach = normal_quantile(request.level)
    scales = supports(program)
    return [_one(s, v, reach * e) for s, v, e in zip(scales, values, errors, strict=True)]


def _one(support: Support, value: Any, reach: Any) -> Interval:
    """One interval; ``reach`` is the quantile times the standard error on the model scale."""
    if not (support.contains(value) and np.isfinite(reach)):
        reason = f"the estimate {value:g} has no standard error, or lies on the edge of its support ({support.name})"
        return Interval(status="not_applicable", reason=reason)
    with np.errstate(over="ignore"):  # an end beyond float64 is infinite, and says so
        centre = support.unconstrain(np.atleast_1d(value))
        distance = reach / support.slope(centre)
        lower, upper = support.constrain(np.concatenate([centre - distance, centre + distance]))
    return Interval(lower=float(lower), upper=float(upper))
