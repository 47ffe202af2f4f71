"""Wald: the estimate plus and minus normal quantiles of its standard error, on the model scale.

At the MAP, with the Laplace standard error, the same arithmetic gives the ``laplace`` interval.
"""

from typing import Any

from .delta import standard_errors
from .interval import Interval, IntervalRequest, ends, refused


def wald(request: IntervalRequest) -> list[Interval]:
    """Symmetric on the model scale, so an end may leave the support; delta method for derived quantities."""
    covariance = request.estimate.covariance
    if covariance is None:
        return refused(request, "not_applicable", request.estimate.no_error)
    point = request.program.quantities(request.estimate.point)
    reach = normal_quantile(request.level) * standard_errors(request.program, request.estimate.point, covariance)
    return ends(point - reach, point + reach, request.estimate.no_error)


def normal_quantile(level: float) -> Any:
    """The z of a two-sided interval: 1.96 at level 0.95."""
    from scipy.special import ndtri

    return ndtri(0.5 + level / 2)
