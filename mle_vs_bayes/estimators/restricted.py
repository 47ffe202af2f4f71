"""Restricted maximum likelihood (REML): of the spreads alone, with the coefficients integrated out under a flat prior.

Maximum likelihood takes the coefficients for known and so makes spreads too small; the restricted likelihood does not.
[1]_ With the variance V of y it is the likelihood at the coefficients of generalised least squares times
|Xᵀ V⁻¹ X|^(−1/2), up to a constant, so that both are found as one maximum: the likelihood of coefficients and spreads,
and a `Model.restriction` that no coefficient enters.

.. [1] Patterson & Thompson (1971), Recovery of inter-block information when block sizes are unequal, Biometrika 58(3),
   545–554.
"""

import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..density.density import Density
from ..search.problem import Evaluate, of_density
from .estimate import Estimate, missing
from .modes import Method, modes

METHOD = Method("restricted_maximum_likelihood", 0.0, 3, 3)
LOCATION = ("beta", "mu")
"""Parameters of the mean, which the restriction has not."""
_COMPLEX = 1e-30
"""Step of derivatives in the complex plane, whose error is its square."""
_REAL = 1e-4
"""Step of differences of those, relative to a parameter: exact to its square, so that errors are to eight digits."""

Array = NDArray[np.float64]


def fit(program: Density, seed: int = 0, count: int | None = None) -> Estimate:
    """The restricted estimate; ``log_likelihood`` is the restricted one, with lme4's constants.

    ``not_applicable`` where the model is not one of normal outcomes with a linear mean.
    """
    began, labels = time.perf_counter(), program.layout.labels
    if not applies(program):
        reason = "restricted likelihood is for normal outcomes whose mean has no link, with groups or without"
        return missing(METHOD.name, labels, "not_applicable", reason)
    problem = replace(of_density(program, 0.0), evaluator=lambda power: _evaluator(program))
    estimate = modes(METHOD, problem, program.start[None], seed, count).estimate(labels)
    if estimate.converged:
        added = _derivatives(program, estimate.point)[0]
        height = program.log_likelihood(estimate.point) + added
        covariance = None if estimate.covariance is None else spreads_known(program, estimate.covariance)
        estimate = replace(estimate, log_likelihood=height, covariance=covariance)
    return replace(estimate, seconds=time.perf_counter() - began)


def applies(program: Density) -> bool:
    """Whether the model has a restricted likelihood."""
    return program.model.restriction(program.layout.split(program.start), program.data) is not None


def spreads_known(program: Density, covariance: Array) -> Array:
    """A covariance ``(p, p)`` whose block of coefficients is that of generalised least squares, (Xᵀ V⁻¹ X)⁻¹.

    The spreads in V are taken for known, and then have no covariance with coefficients: so lme4, nlme, metafor and SAS
    print standard errors. It is the Schur complement of the spreads' block; NaN of spreads on an edge stay.
    """
    slices = program.layout.slices
    mean = np.array([k for name in LOCATION if name in slices for k in _places(slices[name])])
    spread = np.array([k for k in np.flatnonzero(np.isfinite(np.diagonal(covariance))) if k not in mean], dtype=np.intp)
    across = covariance[np.ix_(mean, spread)]
    block = covariance[np.ix_(mean, mean)] - across @ np.linalg.solve(covariance[np.ix_(spread, spread)], across.T)
    alone = covariance.copy()
    alone[np.ix_(mean, spread)] = alone[np.ix_(spread, mean)] = 0.0
    alone[np.ix_(mean, mean)] = block
    return alone


def _restriction(program: Density, theta: NDArray[np.inexact]) -> complex:
    """What the model adds to the log-likelihood at θ ``(p,)``, which may be complex."""
    added: complex = program.model.restriction(program.layout.split(theta), program.data)
    return added


def _evaluator(program: Density) -> Evaluate:
    """The restricted log-likelihood with its derivatives in z."""
    linear, coordinates = program.coordinates.linear, program.coordinates

    def evaluate(z: Array, _: NDArray[np.intp]) -> tuple[Array, Array, Array]:
        ends = [_at(point) for point in z]
        values, gradients, hessians = zip(*ends, strict=True)
        return np.array(values), np.stack(gradients), np.stack(hessians)

    def _at(z: Array) -> tuple[float, Array, Array]:
        with np.errstate(all="ignore"):
            whole, theta = program.evaluate(z, 0.0), coordinates.theta(z)
            if not np.isfinite(whole.value):
                return -np.inf, whole.gradient, whole.hessian
            value, slope, bend = _derivatives(program, theta)
            # The restriction is known in θ; `pull_back` takes derivatives in w = linear⁻¹ θ.
            gradient, hessian = coordinates.pull_back(z, linear.T @ slope, linear.T @ bend @ linear)
            return whole.value + value, whole.gradient + gradient, whole.hessian + hessian

    return evaluate


def _derivatives(program: Density, theta: Array) -> tuple[float, Array, Array]:
    """The restriction at θ with its gradient ``(p,)`` and Hessian ``(p, p)``."""
    # The gradient has all digits, so that a plain difference of it leaves enough of the Hessian, which is symmetric.
    value = float(np.real(_restriction(program, theta)))
    bend, step = np.zeros((len(theta), len(theta))), _REAL * np.maximum(np.abs(theta), 1e-3)
    moving = [k for name, block in program.layout.slices.items() if name not in LOCATION for k in _places(block)]
    for k in moving:
        ahead, behind = theta.copy(), theta.copy()
        ahead[k] += step[k]
        behind[k] -= step[k]
        bend[k] = (_slope(program, ahead, moving) - _slope(program, behind, moving)) / (2 * step[k])
    return value, _slope(program, theta, moving), (bend + bend.T) / 2


def _slope(program: Density, theta: Array, moving: list[int]) -> Array:
    """Derivatives by a step in the complex plane, which lose no digits."""
    slope = np.zeros(len(theta))
    for k in moving:
        moved = theta.astype(complex)
        moved[k] += 1j * _COMPLEX
        slope[k] = np.imag(_restriction(program, moved)) / _COMPLEX
    return slope


def _places(block: slice) -> list[int]:
    return list(range(block.start, block.stop))
