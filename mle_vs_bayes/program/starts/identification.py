"""Directions in which a density does not change at all: what the data, or data and prior, say nothing of.

A straight line in unconstrained coordinates along which gradient and curvature vanish wherever one looks: a + b known
and a − b not, exactly collinear covariates, a parameter that is not read. (Bent ones, such as a · b, show at the
optimum, whose information is singular.)
"""

import numpy as np
from numpy.typing import NDArray

from ...density.density import Evaluation
from ...model.layout import combination
from ..program_density import OwnProgram

Array = NDArray[np.float64]

POINTS = 3
_EXACT, _APPROXIMATE = 2e-14, 1e-5
"""Relative to the largest curvature: what rounding leaves of 0, and what differences do."""
_SLOPE = 1e-7
"""Of the gradient's length: more is a slope, which a density without a bound has."""


def flat_direction(program: OwnProgram, power: float) -> str | None:
    """In words, a combination of parameters that log-likelihood + ``power`` · log prior does not depend on, or None."""
    found = [program.evaluate(z, power) for z in _points(program)]
    usable = [e for e in found if np.all(np.isfinite(e.hessian)) and np.all(np.isfinite(e.gradient))]
    if len(usable) < 2:
        return None
    tolerance = _EXACT if program.theta_derivatives.exact else _APPROXIMATE
    direction = _common_null(usable, tolerance)
    if direction is None:
        return None
    shares = direction / np.linalg.norm(direction)
    labels = program.layout.free_labels
    return combination(labels, direction, shares)


def _points(program: OwnProgram) -> list[Array]:
    """The start and points around it, in z."""
    generator = np.random.default_rng(0)
    z = program.coordinates.z(program.start)
    curvature = np.abs(np.diag(program.evaluate(z, 1.0).hessian))
    usual = np.where(np.isfinite(curvature) & (curvature > 0), 1 / np.sqrt(np.maximum(curvature, 1e-300)), 1.0)
    spread = np.where(program.layout.bounded, np.minimum(usual, 0.5), usual)
    return [z, *(z + spread * generator.standard_normal(len(z)) for _ in range(POINTS - 1))]


def _common_null(found: list[Evaluation], tolerance: float) -> Array | None:
    """A direction ``(f,)`` in which no Hessian and no gradient of them all has a component."""
    hessians, gradients = np.array([e.hessian for e in found]), np.array([e.gradient for e in found])
    scale = np.sqrt(np.max(np.abs(np.diagonal(hessians, axis1=1, axis2=2)), axis=0))
    scale = np.where(scale > 0, scale, 1.0)
    scaled = (hessians / scale[:, None] / scale).reshape(-1, len(scale))
    _, values, vectors = np.linalg.svd(scaled, full_matrices=True)
    padded = np.concatenate([values, np.zeros(len(scale) - len(values))])
    for vector in vectors[padded <= tolerance * max(padded[0], 1e-300)]:
        slopes = np.abs(gradients / scale @ vector)
        if np.all(slopes <= _SLOPE * np.maximum(1.0, np.linalg.norm(gradients / scale, axis=1))):
            return np.asarray(vector / scale)
    return None
