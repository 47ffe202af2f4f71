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
_COMPLEX = 1e-30
"""Step of derivatives in the complex plane, whose error is its square."""
_REAL = 1e-4
"""Step of differences of those, relative to a parameter: exact to its square, so that errors are to eight digits."""

Array = NDArray[np.float64]


def fit(program: Density, seed: int = 0, count: int | None = None) -> Estimate:
    """The restricted estimate; ``log_likelihood`` is the restricted one, with lme4's constants.

    ``not_applicable`` where the model is not one of normal outcomes with groups.
    """
    began, labels = time.perf_counter(), program.layout.labels
    if _restriction(program, program.start) is None:
        reason = "restricted likelihood is for normal outcomes with groups in the formula, such as (1 | g)"
        return missing(METHOD.name, labels, "not_applicable", reason)
    problem = replace(of_density(program, 0.0), evaluator=lambda power: _evaluator(program))
    estimate = modes(METHOD, problem, program.start[None], seed, count).estimate(METHOD, labels)
    if estimate.converged:
        added = _derivatives(program, estimate.point)[0]
        estimate = replace(estimate, log_likelihood=program.log_likelihood(estimate.point) + added)
    return replace(estimate, seconds=time.perf_counter() - began)


def _restriction(program: Density, theta: NDArray[np.inexact]) -> complex | None:
    """What the model adds to the log-likelihood at θ ``(p,)``, which may be complex."""
    added: complex | None = program.model.restriction(program.layout.split(theta), program.data)
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
            gradient, hessian = coordinates.pull_back(z, linear.T @ slope, linear.T @ bend @ linear)
            return whole.value + value, whole.gradient + gradient, whole.hessian + hessian

    return evaluate


def _derivatives(program: Density, theta: Array) -> tuple[float, Array, Array]:
    """The restriction at θ with its gradient ``(p,)`` and Hessian ``(p, p)``."""
    value = float(np.real(_restriction(program, theta)))  # type: ignore[arg-type]
    bend, step = np.zeros((len(theta), len(theta))), _REAL * np.maximum(np.abs(theta), 1e-3)
    moving = [k for name in ("sd", "cor", "sigma") for k in _places(program, name)]
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
        slope[k] = np.imag(_restriction(program, moved)) / _COMPLEX  # type: ignore[arg-type]
    return slope


def _places(program: Density, name: str) -> list[int]:
    block = program.layout.slices.get(name)
    return [] if block is None else list(range(block.start, block.stop))
