"""How well the normal at the MAP stands for the posterior: Pareto's k of the weights that turn one into the other.

Below 0.7 the posterior is so near that importance sampling from the normal would give its moments; above, its tails
or its shape are others and the Laplace interval should not be relied on. [1]_

.. [1] Yao, Vehtari, Simpson & Gelman (2018), Yes, but did it work? Evaluating variational inference, ICML.
"""

import numpy as np
from numpy.typing import NDArray

from ..concerns import Concern
from ..density.density import Density
from .estimate import Estimate

Array = NDArray[np.float64]
DRAWS = 400
"""The tail is fitted to 3 √400 = 60 weights, which leaves k an error of about (1 + k)/√60 = 0.15."""
MOST_ROWS = 2_000_000
"""Draws × rows that are worth the time: with more rows there is no doubt about the normal."""
GOOD = 0.7


def pareto_shape(program: Density, mode: Estimate, seed: int) -> float | None:
    """k of the weights posterior / normal over draws of the normal on the model scale; None where there is no normal.

    A draw outside the support has weight 0: where nearly all are, there is no k either. Where a few draws have all the
    weight, so that no tail can be fitted to the others, k is infinite.
    """
    if not mode.has_errors or mode.covariance is None or program.data.n * DRAWS > MOST_ROWS:
        return None
    if program.layout.free_size < program.layout.size:  # shares that sum to 1: the normal has no density in them
        return None
    from arviz_stats.base import array_stats

    log_weights = _log_weights(program, mode.point, mode.covariance, seed)
    usable = log_weights[np.isfinite(log_weights)]
    if len(usable) < DRAWS / 10:
        return None
    if np.ptp(usable) < 1e-6:  # the posterior is this normal: its weights are one number, but for rounding
        return None
    try:
        with np.errstate(all="ignore"):  # weights that are all but equal have no tail to fit
            shape = float(array_stats.psislw(usable - usable.max())[1])
    except ValueError:  # the largest weights are all the same
        return None
    return shape if np.isfinite(shape) else np.inf


def _log_weights(program: Density, point: Array, covariance: Array, seed: int) -> Array:
    """log posterior − log normal ``(DRAWS,)`` at draws of the normal, up to one constant."""
    z = np.random.default_rng([seed, 0x1A]).standard_normal((DRAWS, len(point)))
    draws = point + z @ np.linalg.cholesky(_jittered(covariance)).T
    with np.errstate(all="ignore"):
        likelihood = program.log_likelihood_of_draws(draws)
        # At θ̂ + C z the normal's log density is −|z|²/2 and a constant, of which Pareto's k does not depend.
        return np.asarray(likelihood + program.log_prior_of_draws(draws) + 0.5 * np.sum(z**2, axis=1))


def concern(shape: float | None) -> tuple[Concern, ...]:
    """A concern where the normal is a poor stand-in."""
    if shape is None or shape <= GOOD:
        return ()
    if not np.isfinite(shape):
        return (Concern("laplace_shape", f"few of {DRAWS} draws have all the weight"),)
    return (Concern("laplace_shape", f"Pareto k {shape:.2f}, above {GOOD}"),)


def _jittered(covariance: Array) -> Array:
    """The covariance with a billionth of its diagonal more: rounding may have left it barely not definite."""
    return covariance + 1e-9 * np.diag(np.diag(covariance))
