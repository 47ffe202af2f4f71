"""Credible intervals, from draws or from the exact posterior where there is one.

Equal-tailed: as much of the posterior below as above. Highest-density: the shortest that hold the level's share of it;
not equivariant, as the interval of a variance is not the square of that of the standard deviation.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..sampling.draws import by_label
from .interval import Compute, Ends, Interval, IntervalRequest, absent

Array = NDArray[np.float64]
OfDraws = Callable[[Array, float], tuple[Array, Array]]
"""Draws ``(R, S, q)`` and the level → lower and upper ends ``(R, q)``."""


def tails(draws: Array, level: float) -> tuple[Array, Array]:
    """Quantiles (1 ∓ level)/2."""
    lower, upper = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=1)
    return lower, upper


def shortest_span(draws: Array, level: float) -> tuple[Array, Array]:
    """The shortest span of a level's share of the draws."""
    from arviz_stats.base import array_stats

    ends = array_stats.hdi(draws, prob=level, axis=1)
    return ends[..., 0], ends[..., 1]


OF_DRAWS: dict[str, OfDraws] = {"eti": tails, "hdi": shortest_span}
"""By their names in `intervals.KINDS`."""


def credible(of_draws: OfDraws, exact: Callable[[Any, float], tuple[float, float]]) -> Compute:
    """A kind of interval from its ends of draws, and of a distribution."""

    def one(request: IntervalRequest, label: str) -> Interval:
        distribution = request.estimate.distributions.get(label)
        if distribution is None:
            return absent(request.estimate, label)
        lower, upper = exact(distribution, request.level)
        return Interval(lower=float(lower), upper=float(upper))

    def compute(request: IntervalRequest) -> list[Interval]:
        tree, labels = request.estimate.tree, request.program.quantity_labels
        if tree is None:
            return [one(request, label) for label in labels]
        draws = by_label(tree)
        ends = Ends.blank((1, len(labels)))
        columns = np.stack([draws[label].ravel() for label in labels], axis=-1)
        ends.lower[:], ends.upper[:] = of_draws(columns[None], request.level)
        return ends.intervals()

    return compute


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


equal_tailed = credible(tails, lambda distribution, level: distribution.interval(level))
highest_density = credible(shortest_span, shortest)
