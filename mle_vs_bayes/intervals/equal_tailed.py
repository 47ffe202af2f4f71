"""Equal-tailed credible intervals: as much of the posterior below as above, from draws or exactly."""

from typing import Any

import numpy as np

from ..estimators.estimate import Estimate
from ..sampling.draws import by_label
from .interval import Interval, IntervalRequest, absent


def equal_tailed(request: IntervalRequest) -> list[Interval]:
    """Quantiles (1 ∓ level)/2 of the draws, or of the exact posterior where there is one."""
    estimate, labels = request.estimate, request.program.quantity_labels
    if estimate.tree is None:
        return [_exact(estimate, label, request.level) for label in labels]
    draws = by_label(estimate.tree)
    tails = [(1 - request.level) / 2, (1 + request.level) / 2]
    return [_pair(np.quantile(draws[label], tails)) for label in labels]


def _exact(estimate: Estimate, label: str, level: float) -> Interval:
    distribution = estimate.distributions.get(label)
    if distribution is None:
        return absent(estimate, label)
    return _pair(distribution.interval(level))


def _pair(pair: Any) -> Interval:
    return Interval(lower=float(pair[0]), upper=float(pair[1]))
