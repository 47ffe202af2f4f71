"""Wald on the transformed scale: symmetric where the quantity runs over the whole line, then mapped back.

Positive quantities on the logarithm, probabilities on the log odds, real ones as they are. So the ends never
leave the support, and the interval of a rate is that of its mean turned over. For real quantities it is
`wald` itself. (Meeker & Escobar 1998, Statistical Methods for Reliability Data, section 8.4.)
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..model.support import Support
from .delta import standard_errors
from .interval import Interval, IntervalRequest, refused
from .scale import supports
from .wald import normal_quantile

Array = NDArray[np.float64]


def wald_transformed(request: IntervalRequest) -> list[Interval]:
    """Estimate ± normal quantile × standard error on each quantity's unconstrained scale, mapped back.

    At the MAP, with the Laplace standard error, the same arithmetic gives ``laplace_transformed``.
    """
    program, estimate = request.program, request.estimate
    if estimate.covariance is None:
        return refused(request, "not_applicable", estimate.no_error)
    values = program.quantities(estimate.point)
    reach = normal_quantile(request.level) * standard_errors(program, estimate.point, estimate.covariance)
    scales = supports(program)
    why = [no_interval(*each, estimate.no_error) for each in zip(scales, values, reach, strict=True)]
    return [_one(*each) for each in zip(*mapped(scales, values, reach), why, strict=True)]


def mapped(scales: Sequence[Support], values: Array, reach: Array) -> tuple[Array, Array]:
    """Lower and upper ends ``(…, q)`` of quantities ``(…, q)`` with these supports; NaN where there are none.

    ``reach`` ``(…, q)`` is the quantile times the standard error on the model scale, which dθ/du takes to the
    unconstrained one.
    """
    lower, upper = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    for place, support in enumerate(scales):
        value, wide = values[..., place], reach[..., place]
        inside = np.isfinite(value) & (value > support.lower) & (value < support.upper) & np.isfinite(wide)
        with np.errstate(over="ignore"):  # an end beyond float64 is infinite, and says so
            centre = support.unconstrain(value[inside])
            distance = np.abs(wide[inside] / support.slope(centre))
            ends = support.constrain(centre - distance), support.constrain(centre + distance)
        lower[inside, place], upper[inside, place] = np.minimum(*ends), np.maximum(*ends)
    return lower, upper


def no_interval(support: Support, value: float, reach: float, no_error: str) -> str:
    """Why a quantity with this estimate has none: it has no standard error, or it lies on the edge of its support."""
    return (
        f"the estimate {value:g} lies on the edge of its support ({support.name})" if np.isfinite(reach) else no_error
    )


def beyond(end: float) -> str | None:
    """Why an end is missing that float64 cannot hold."""
    return f"its end lies beyond {np.finfo(float).max:.0e}" if np.isinf(end) else None


def _one(lower: float, upper: float, why_not: str) -> Interval:
    if np.isnan(lower):
        return Interval(status="not_applicable", reason=why_not)
    ends = (None if np.isinf(end) else float(end) for end in (lower, upper))
    return Interval(lower=next(ends), upper=next(ends), reason=beyond(lower) or beyond(upper))
