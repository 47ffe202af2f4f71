"""Bootstrap intervals: quantiles of refits to resampled data, plain (percentile) or corrected (BCa).

A refit that fails is counted, shown, and not redrawn: data sets without an estimate are part of what the sampling
distribution is. Where more than 5 % fail, quantiles of the rest would be those of another distribution, and there is
no interval. Quantile p of R refits is the (R + 1) p-th smallest. [1]_

.. [1] Davison & Hinkley (1997), Bootstrap Methods and their Application.
"""

from collections.abc import Sequence

import numpy as np
import scipy
from numpy.typing import NDArray

from ..concerns import Concern
from ..data.dataset import Dataset
from ..density.density import Density
from ..estimators.estimate import ON_EDGE
from ..search.kinks.kinked_optimum import AT_END
from . import resampling
from .delta import root, slopes, standard_errors
from .interval import Compute, Interval, IntervalRequest, refused
from .resampling import Resamples, generator, replicates

Array = NDArray[np.float64]
MOST_FAILURES = 0.05
_SAMPLES = 50
"""Simulated data sets whose units the parametric acceleration is averaged over: an error of about √6/(6 n √50)."""


def percentile(scheme: str) -> Compute:
    """The percentile interval of a resampling scheme."""

    def compute(request: IntervalRequest) -> list[Interval]:
        if (reason := _inapplicable(request, scheme)) is not None:
            return refused(request, *reason)
        try:
            resamples = replicates(request, scheme)
        except ValueError as error:
            return refused(request, "not_applicable", str(error))
        tails = (1 - request.level) / 2, (1 + request.level) / 2
        return [_interval(resamples, position, tails) for position in range(len(request.program.quantity_labels))]

    return compute


def bca(scheme: str) -> Compute:
    """The BCa interval of a resampling scheme (of ``parametric`` or ``case``)."""

    def compute(request: IntervalRequest) -> list[Interval]:
        if (reason := _inapplicable(request, scheme)) is not None:
            return refused(request, *reason)
        program, estimate = request.program, request.estimate
        try:
            resamples = replicates(request, scheme)
        except ValueError as error:
            return refused(request, "not_applicable", str(error))
        assert estimate.covariance is not None
        point, se = program.quantities(estimate.point), standard_errors(program, estimate.point, estimate.covariance)
        speed = accelerations(program, estimate.point, estimate.covariance, _samples(request, scheme))
        ends = []
        for position, value in enumerate(point):
            draws = resamples.quantities[:, position]
            z0 = bias_correction(draws[np.isfinite(draws)], value, se[position])
            tails = corrected(request.level, z0, speed[position])
            ends.append(_interval(resamples, position, tails))
        return ends

    return compute


def _samples(request: IntervalRequest, scheme: str) -> list[Dataset]:
    """The data sets whose units show the skewness: our own, or the first of those that were refitted."""
    program = request.program
    if scheme == "case":
        return [program.data]
    program = program.written_out
    drawn = program.outcomes(request.estimate.point, min(_SAMPLES, request.replicates), generator(request))
    count = len(next(iter(drawn.values())))
    return [program.with_outcomes({role: values[r] for role, values in drawn.items()}) for r in range(count)]


def _inapplicable(request: IntervalRequest, scheme: str) -> tuple[str, str] | None:
    """Status and reason where there is nothing to resample, or where resampling is known to mislead."""
    program, estimate = request.program, request.estimate
    if not estimate.converged:
        return estimate.status, str(estimate.reason)
    without_error = estimate.covariance is None or not np.all(np.isfinite(estimate.covariance))
    follows = not program.model.regular or program.model.supports(program.data)
    reason: str | None
    if follows or (without_error and estimate.no_error == AT_END):
        reason = "the bootstrap is inconsistent for the edge of a support (Bickel & Freedman 1981)"
    elif without_error and estimate.no_error == ON_EDGE:
        reason = "the estimate lies on the edge of its support, where the bootstrap is inconsistent (Andrews 2000)"
    elif without_error:
        reason = "the estimate lies on a kink of the likelihood, along which each refit would have to be searched for"
    elif scheme == "parametric":
        reason = program.undrawable
        if reason is not None and resampling.unavailable(program, "case") is None:
            reason += "; bootstrap_case resamples whole rows"
    else:
        reason = resampling.unavailable(program, scheme)
    return None if reason is None else ("not_applicable", reason)


def _interval(resamples: Resamples, position: int, tails: tuple[float, float]) -> Interval:
    """Quantiles of one quantity's refits at the two ``tails``, or why they are not to be had."""
    draws, concerns = resamples.quantities[:, position], _concerns(resamples)
    usable = draws[~np.isnan(draws)]
    reason = _unreadable(resamples, len(usable), tails)
    if reason is not None:
        return Interval(status="failed", reason=reason, concerns=concerns, detail=draws)
    lower, upper = np.quantile(usable, tails, method="weibull")
    return Interval(lower=_finite(lower), upper=_finite(upper), concerns=concerns, detail=draws)


def _unreadable(resamples: Resamples, usable: int, tails: tuple[float, float]) -> str | None:
    if resamples.failed > MOST_FAILURES * resamples.count:
        return f"{_lost(resamples)} (more than {MOST_FAILURES:.0%} failed)"
    if resamples.count - usable > MOST_FAILURES * resamples.count:
        return f"{resamples.count - usable} of {resamples.count} refits have no value of this quantity"
    if np.isnan(tails).any():
        return "the replicates lie too far to one side of the estimate for a correction"
    outer = min(tails[0], 1 - tails[1])
    if outer * (usable + 1) >= 1 and tails[0] < tails[1]:
        return None
    least = f"at least {np.ceil(1 / outer):.0f}" if outer > 0 else "more"
    return f"its ends are the quantiles {tails[0]:.3g} and {tails[1]:.5g} of {usable} refits; ask for {least}"


def _lost(resamples: Resamples) -> str:
    return f"{resamples.failed} of {resamples.count} refits have no estimate; the first: {resamples.first_reason}"


def _concerns(resamples: Resamples) -> tuple[Concern, ...]:
    if not resamples.failed:
        return ()
    return (Concern("bootstrap_failures", _lost(resamples)),)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


# BCa: percentiles corrected for bias and for a standard error that changes with the parameter. The corrected levels are
# Φ(z₀ + (z₀ + z)/(1 − a (z₀ + z))) for z at either tail: Efron & Tibshirani (1993), An Introduction to the Bootstrap,
# chapter 14. The bias correction z₀ is read from the replicates. The acceleration a is a sixth of
# the skewness of the estimate's linear approximation, the sum of ∇gᵀΣs over units with scores s: over the units that
# were seen where cases are resampled (what the jackknife estimates), over units drawn from the fitted model where the
# bootstrap is parametric: Efron (1987), Journal of the American Statistical Association 82(397), 171–185, the skewness
# of the score in the least favourable family.

_STEP = 1e-3
"""Step, in standard errors, for the derivative of a unit's log-likelihood, which it gives to about six digits."""
_TIE = 1e-8
"""Estimates this close (in SE) are one and the same: refits of the same data differ by rounding."""


def bias_correction(draws: Array, estimate: float, se: float) -> float:
    """z₀ = Φ⁻¹ of the share of ``draws`` ``(R,)`` below the estimate; ties, as with counts, by half; NaN of none."""
    if not draws.size:
        return np.nan
    tied = np.abs(draws - estimate) <= _TIE * se
    below = np.mean((draws < estimate) & ~tied) + np.mean(tied) / 2
    return float(scipy.special.ndtri(below))


def corrected(level: float, z0: float, acceleration: float) -> tuple[float, float]:
    """The two probabilities at which the replicates' quantiles are the interval's ends; NaN where BCa breaks down."""
    z = z0 + scipy.special.ndtri(np.array([(1 - level) / 2, (1 + level) / 2]))
    with np.errstate(all="ignore"):
        lower, upper = scipy.special.ndtr(z0 + z / np.where(acceleration * z < 1, 1 - acceleration * z, np.nan))
    return float(lower), float(upper)


def accelerations(program: Density, theta: Array, covariance: Array, samples: Sequence[Dataset]) -> Array:
    """a of each quantity ``(q,)``: Σ U³ / (6 (Σ U²)^1.5) with sums over units, averaged over ``samples``.

    U is the derivative of a unit's log-likelihood at θ ``(p,)`` along Σ∇g, the direction in which the quantity g
    moves; NaN for a quantity that does not.
    """
    # Sums over M samples are M times a mean sum, so that cubes / squares^1.5 is M^−½ times that of mean sums.
    directions = root(covariance)
    gradients = slopes(program, theta, covariance)
    cubes, squares = np.zeros(len(gradients)), np.zeros(len(gradients))
    for data in samples:
        units = _along(program, theta, directions, data) @ gradients.T
        observed = data.get("weights", 1.0) if program.weights is not None else 1.0
        times = np.reshape(observed, (-1, 1))
        cubes, squares = cubes + np.sum(times * units**3, axis=0), squares + np.sum(times * units**2, axis=0)
    with np.errstate(all="ignore"):
        return np.asarray(cubes / (6 * squares**1.5) * np.sqrt(len(samples)))


def _along(program: Density, theta: Array, directions: Array, data: Dataset) -> Array:
    """Derivatives ``(units, p)`` of each unit's log-likelihood along the columns of ``directions``."""

    def units(at: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.asarray(program.model.log_likelihood(program.layout.split(at), data), dtype=float)

    # The columns are one standard error long along independent directions: one step suits parameters of any size.
    steps = _STEP * directions.T
    return np.stack([(units(theta + step) - units(theta - step)) / (2 * _STEP) for step in steps], axis=1)
