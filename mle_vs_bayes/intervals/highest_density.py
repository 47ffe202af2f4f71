"""Highest-density credible intervals: the shortest that hold the level's share of the posterior.

Not equivariant: the interval of a variance is not the square of that of the standard deviation.
"""

from typing import Any

import numpy as np

from ..estimators.estimate import Estimate
from ..sampling.draws import by_label
from .interval import Interval, IntervalRequest, absent


def highest_density(request: IntervalRequest) -> list[Interval]:
    """From the draws (the shortest span of a level's share of them), or exactly where the posterior is exact."""
    estimate, labels = request.estimate, request.program.quantity_labels
    if estimate.tree is None:
        return [_exact(estimate, label, request.level) for label in labels]
    from arviz_stats import hdi

    draws = by_label(estimate.tree)
    return [_pair(hdi(draws[label].ravel(), prob=request.level)) for label in labels]


def _exact(estimate: Estimate, label: str, level: float) -> Interval:
    distribution = estimate.distributions.get(label)
    if distribution is None:
        return absent(estimate, label)
    return _pair(shortest(distribution, level))


_NEXT_TO_END = 1e-9
"""A probability, of values that stand for the end of a support."""


def shortest(distribution: Any, level: float) -> tuple[float, float]:
    """The interval of a unimodal SciPy distribution with equal densities at its ends.

    With p below the lower end and level inside, the density at the lower end less that at the upper grows with p.
    Where it never changes its sign, the density falls (or rises) throughout and the interval starts (or ends) at the
    edge of the support.
    """
    from scipy.optimize import brentq

    def excess(below: float) -> float:
        ends = distribution.ppf([below, below + level])
        with np.errstate(all="ignore"):
            density = np.where(np.isfinite(ends), distribution.logpdf(ends), -np.inf)
            if np.isnan(density).any():  # at an end of the support itself: next to it
                beside = distribution.ppf(np.clip([below, below + level], _NEXT_TO_END, 1 - _NEXT_TO_END))
                density = np.where(np.isnan(density), distribution.logpdf(beside), density)
        lower, upper = np.clip(density, -1e300, 1e300)
        return float(lower - upper)

    rest = 1 - level
    if excess(0.0) >= 0:
        below = 0.0
    elif excess(rest) <= 0:
        below = rest
    else:
        below = brentq(excess, 0.0, rest, xtol=1e-15 * rest, rtol=8.9e-16)
    lower, upper = distribution.ppf([below, below + level])
    return float(lower), float(upper)


def _pair(pair: Any) -> Interval:
    return Interval(lower=float(pair[0]), upper=float(pair[1]))
