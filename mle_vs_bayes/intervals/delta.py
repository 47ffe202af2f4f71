"""The delta method: the standard error of a derived quantity from the parameters' covariance."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
STEP = 1e-3
"""Of a standard error, along each principal direction: central differences err by its square."""


def standard_error(of: Callable[[Array], Array], point: Array, covariance: Array) -> Array:
    """√(∇g Σ ∇gᵀ) for g: ``(p,)`` → ``(q,)``, by central differences along the columns of Σ's root."""
    return np.sqrt(np.sum(directional(of, point, covariance) ** 2, axis=1))


def directional(of: Callable[[Array], Array], point: Array, covariance: Array) -> Array:
    """∇g L, shape ``(q, p)``, where L Lᵀ = Σ: how g moves per standard error in each direction."""
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    columns = [(of(point + STEP * step) - of(point - STEP * step)) / (2 * STEP) for step in root.T]
    return np.stack(columns, axis=1)
