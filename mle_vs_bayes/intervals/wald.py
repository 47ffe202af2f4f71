"""Wald: the estimate plus and minus normal quantiles of its standard error, on the model scale or a transformed one.

At the MAP, with the Laplace standard error, the same arithmetic gives the ``laplace`` intervals.

.. [1] Meeker & Escobar (1998), Statistical Methods for Reliability Data.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..model.support import Support
from .delta import standard_errors
from .interval import Ends, Interval, IntervalRequest, refused, supports

Array = NDArray[np.float64]
Arithmetic = Callable[[Sequence[Support], Array, Array, float, NDArray[Any]], Ends]
"""Of supports ``(q,)``, estimates and errors ``(R, q)``, the level, and why there is no error ``(R, q)``."""


def symmetric(_scales: Sequence[Support], values: Array, errors: Array, level: float, no_error: NDArray[Any]) -> Ends:
    """The ends on the model scale, whatever the supports."""
    reach, ends = normal_quantile(level) * errors, Ends.blank(values.shape)
    ends.lower[:], ends.upper[:] = values - reach, values + reach
    without = ~np.isfinite(values) | ~np.isfinite(errors)
    ends.lower[without], ends.upper[without] = np.nan, np.nan
    ends.status[without], ends.reason[without] = "not_applicable", no_error[without]
    return ends


def of_normal(request: IntervalRequest, arithmetic: Arithmetic) -> list[Interval]:
    """Intervals of one estimate from its covariance; the delta method for derived quantities."""
    program, estimate = request.program, request.estimate
    if estimate.covariance is None:
        return refused(request, "not_applicable", estimate.no_error)
    values = program.quantities(estimate.point)[None]
    errors = standard_errors(program, estimate.point, estimate.covariance)[None]
    no_error = np.full(values.shape, estimate.no_error, dtype=object)
    return arithmetic(supports(program), values, errors, request.level, no_error).intervals()


def wald(request: IntervalRequest) -> list[Interval]:
    """Symmetric on the model scale, so an end may leave the support."""
    return of_normal(request, symmetric)


def normal_quantile(level: float) -> Any:
    """The z of a two-sided interval: 1.96 at level 0.95."""
    from scipy.special import ndtri

    return ndtri(0.5 + level / 2)


def wald_transformed(request: IntervalRequest) -> list[Interval]:
    """Estimate ± normal quantile × standard error on each quantity's unconstrained scale, mapped back.

    Positive quantities on the logarithm, probabilities on the log odds, real ones as they are. So the ends never
    leave the support, and the interval of a rate is that of its mean turned over. For real quantities it is
    `wald` itself. [1]_

    At the MAP, with the Laplace standard error, the same arithmetic gives ``laplace_transformed``.
    """
    return of_normal(request, transformed)


def transformed(scales: Sequence[Support], values: Array, errors: Array, level: float, no_error: NDArray[Any]) -> Ends:
    """The ends of quantities with these supports; where there is none, or float64 cannot hold it, the reason."""
    ends = Ends.blank(values.shape)
    lower, upper = mapped(scales, values, normal_quantile(level) * errors)
    for place in map(tuple, np.argwhere(np.isnan(lower))):
        why = _no_interval(scales[place[1]], values[place], errors[place], no_error[place])
        ends.status[place], ends.reason[place] = "not_applicable", why
    beyond = np.isinf(lower) | np.isinf(upper)
    ends.status[beyond], ends.reason[beyond] = "ok", f"its end lies beyond {np.finfo(float).max:.0e}"
    ends.lower[:], ends.upper[:] = (np.where(np.isfinite(end), end, np.nan) for end in (lower, upper))
    return ends


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
            # u = the unconstrained value; by the delta method its standard error is that of θ over dθ/du.
            centre = support.unconstrain(value[inside])
            distance = np.abs(wide[inside] / support.slope(centre))
            ends = support.constrain(centre - distance), support.constrain(centre + distance)
        lower[inside, place], upper[inside, place] = np.minimum(*ends), np.maximum(*ends)
    return lower, upper


def _no_interval(support: Support, value: float, error: float, no_error: str) -> str:
    """Why a quantity with this estimate has none: it has no standard error, or it lies on the edge of its support."""
    return (
        f"the estimate {value:g} lies on the edge of its support ({support.name})" if np.isfinite(error) else no_error
    )
