"""Credible intervals, from draws or from the exact posterior where there is one.

Equal-tailed: as much of the posterior below as above. Highest-density: the shortest that hold the level's share of it;
not equivariant, as the interval of a variance is not the square of that of the standard deviation.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..estimators.exact import ExactPosteriors
from ..sampling.draws import by_label
from .interval import Compute, Ends, Interval, IntervalRequest, refused

Array = NDArray[np.float64]
OfDraws = Callable[[Array, float], tuple[Array, Array]]
"""Draws ``(R, S, q)`` and the level → lower and upper ends ``(R, q)``."""
OfExact = Callable[[ExactPosteriors, float], tuple[Array, Array]]
"""Exact posteriors and the level → lower and upper ends ``(R, q)``."""


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


_NEXT_TO_END = 1e-9
"""A probability, of values that stand for the end of a support."""


def shortest(distribution: Any, level: float, count: int = 1) -> tuple[Array, Array]:
    """The ends ``(count,)`` of the intervals of unimodal distributions with equal densities at both ends.

    ``distribution`` has ``ppf`` and ``logpdf`` of ``(count,)`` values, one of each distribution, as SciPy's have of
    one. With p below the lower end and level inside, the density at the lower end less that at the upper grows with p.
    Where it never changes its sign, the density falls (or rises) throughout and the interval starts (or ends) at the
    edge of the support.
    """
    from scipy.optimize.elementwise import find_root

    rest = 1 - level

    def log_density(probability: Array) -> Array:
        ends = distribution.ppf(probability)
        with np.errstate(all="ignore"):
            density = np.where(np.isfinite(ends), distribution.logpdf(ends), -np.inf)
            if np.isnan(density).any():  # at an end of the support itself: next to it
                beside = distribution.ppf(np.clip(probability, _NEXT_TO_END, 1 - _NEXT_TO_END))
                density = np.where(np.isnan(density), distribution.logpdf(beside), density)
        return np.clip(density, -1e300, 1e300)

    def excess(below: Array) -> Array:
        return log_density(below) - log_density(below + level)

    def excess_at(below: Array, places: Array) -> Array:
        every = np.full(count, rest / 2)
        every[places.astype(int)] = below
        return excess(every)[places.astype(int)]

    below = np.where(excess(np.zeros(count)) >= 0, 0.0, rest)
    inside = np.flatnonzero((below > 0) & (excess(np.full(count, rest)) > 0))
    if inside.size:
        tolerances = {"xatol": 1e-15 * rest, "xrtol": 8.9e-16, "fatol": 0.0}
        bracket = np.zeros(inside.size), np.full(inside.size, rest)
        below[inside] = find_root(excess_at, bracket, args=(inside,), tolerances=tolerances).x
    return distribution.ppf(below), distribution.ppf(below + level)


def tails_of_exact(posteriors: ExactPosteriors, level: float) -> tuple[Array, Array]:
    """Quantiles (1 ∓ level)/2 ``(R, q)``."""
    return posteriors.quantiles((1 - level) / 2), posteriors.quantiles((1 + level) / 2)


def shortest_of_exact(posteriors: ExactPosteriors, level: float) -> tuple[Array, Array]:
    """Ends ``(R, q)`` with equal densities."""
    lower, upper = np.full((2, *posteriors.shape), np.nan)
    for k in range(posteriors.shape[1]):
        for places, distribution in posteriors.of_quantity(k):
            lower[places, k], upper[places, k] = shortest(distribution, level, len(places))
    return np.where(posteriors.known, lower, np.nan), np.where(posteriors.known, upper, np.nan)


OF_EXACT: dict[str, OfExact] = {"eti": tails_of_exact, "hdi": shortest_of_exact}
"""By their names in `intervals.KINDS`."""


def of_exact(kind: str, posteriors: ExactPosteriors, level: float) -> Ends:
    """The ends of exact posteriors ``(R, q)``, and why there are none of those that are not known."""
    lower, upper = OF_EXACT[kind](posteriors, level)
    return Ends(lower, upper, *posteriors.outcomes)


def credible(kind: str) -> Compute:
    """How one data set has a kind of interval: from its draws, or from its exact posteriors."""

    def compute(request: IntervalRequest) -> list[Interval]:
        estimate, labels = request.estimate, request.program.quantity_labels
        if estimate.exact is not None:
            return of_exact(kind, estimate.exact, request.level).intervals()
        if estimate.tree is None:
            return refused(request, estimate.status, str(estimate.reason))
        draws, ends = by_label(estimate.tree), Ends.blank((1, len(labels)))
        columns = np.stack([draws[label].ravel() for label in labels], axis=-1)
        ends.lower[:], ends.upper[:] = OF_DRAWS[kind](columns[None], request.level)
        return ends.intervals()

    return compute


equal_tailed = credible("eti")
highest_density = credible("hdi")
