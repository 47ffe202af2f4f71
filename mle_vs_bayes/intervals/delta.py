"""The delta method: standard errors of derived quantities from the parameters' covariance."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..contract.program import Program

Array = NDArray[np.float64]
STEP = 1e-3
"""Of a standard error, along each principal direction: central differences err by its square."""


def standard_errors(program: Program, point: Array, covariance: Array) -> Array:
    """Standard errors ``(q,)`` of all quantities: exact for parameters, √(∇g Σ ∇gᵀ) for derived ones."""
    parameters = np.sqrt(np.diag(covariance))
    if not program.model.functions:
        return parameters
    if not np.all(np.isfinite(covariance)):
        return np.concatenate([parameters, np.full(len(program.quantity_labels) - len(parameters), np.nan)])
    slopes = directional(lambda theta: program.quantities(theta)[len(theta) :], point, covariance)
    return np.concatenate([parameters, np.linalg.norm(slopes, axis=1)])


def directional(of: Callable[[Array], Array], point: Array, covariance: Array) -> Array:
    """∇g L, shape ``(q, p)``, where L Lᵀ = Σ: how g moves per standard error in each direction."""
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    columns = [(of(point + STEP * step) - of(point - STEP * step)) / (2 * STEP) for step in root.T]
    return np.stack(columns, axis=1)
