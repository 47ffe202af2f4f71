"""Credible intervals: equal tails of the draws, or of an exact posterior."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def equal_tailed(draws: Array, level: float) -> tuple[float, float]:
    """Quantiles (1 ∓ level) / 2 of all draws, any shape (ArviZ's ``eti``)."""
    tail = (1 - level) / 2
    lower, upper = np.quantile(draws, [tail, 1 - tail])
    return float(lower), float(upper)


def exact(distribution: Any, level: float) -> tuple[float, float]:
    """The same quantiles of a SciPy frozen distribution."""
    lower, upper = distribution.interval(level)
    return float(lower), float(upper)
