"""BCa: bootstrap percentiles corrected for bias and for a standard error that changes with the parameter.

The corrected levels are Φ(z₀ + (z₀ + z)/(1 − a (z₀ + z))) for z at either tail. [1]_ The bias correction z₀ is read
from the replicates. The acceleration a is a sixth of the skewness of the estimate's linear approximation, the sum of
∇gᵀΣs over units with scores s: over the units that were seen where cases are resampled (what the jackknife estimates),
over units drawn from the fitted model where the bootstrap is parametric. [2]_

.. [1] Efron & Tibshirani (1993), An Introduction to the Bootstrap, equations 14.9, 14.10 and 14.14.
.. [2] Efron (1987), Better bootstrap confidence intervals, Journal of the American Statistical Association 82(397),
   171–185: the skewness of the score in the least favourable family.
"""

from collections.abc import Sequence

import numpy as np
import scipy
from numpy.typing import NDArray

from ...data.dataset import Dataset
from ...density.density import Density
from ..delta import root, slopes

Array = NDArray[np.float64]
_STEP = 1e-3
"""Of a standard error, for the derivative of a unit's log-likelihood, which it gives to about six digits."""
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

    steps = _STEP * directions.T
    return np.stack([(units(theta + step) - units(theta - step)) / (2 * _STEP) for step in steps], axis=1)
