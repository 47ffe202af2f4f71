"""Wald: the estimate plus and minus normal quantiles of its standard error, on the model scale.

At the MAP, with the Laplace standard error, the same arithmetic gives the ``laplace`` interval.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..model.support import Support
from .delta import standard_errors
from .interval import Ends, Interval, IntervalRequest, refused
from .scale import supports

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
