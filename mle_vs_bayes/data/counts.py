"""Sums over observations: a row counts as often as its frequency weight says, once where there are no weights.

``data`` maps roles to arrays, or to PyTensor nodes; values are ``(n,)``, ``(n, k)`` or ``(n, k, k)``.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
WEIGHTS = "weights"
TIMES = "times"
"""The column of a series in a bootstrap by blocks: how often each value, given those before it, is counted."""


def total(data: Mapping[str, Any], values: Any) -> Any:
    """Σ values over observations: a scalar, or ``(k,)``."""
    if WEIGHTS not in data:
        return values.sum(axis=0)
    return (_column(data, values) * values).sum(axis=0)


def size(data: Mapping[str, Any]) -> Any:
    """Number of observations."""
    if WEIGHTS in data:
        return data[WEIGHTS].sum()
    return next(iter(data.values())).shape[0]


def mean(data: Mapping[str, Any], values: Any) -> Any:
    """Mean over observations, by NumPy's own sum where there are no weights."""
    return values.mean(axis=0) if WEIGHTS not in data else total(data, values) / size(data)


def variance(data: Mapping[str, Any], values: Any) -> Any:
    """Mean square of the distance from the mean."""
    return values.var(axis=0) if WEIGHTS not in data else mean(data, (values - mean(data, values)) ** 2)


def spread(data: Mapping[str, Any], values: Array) -> Any:
    """Its root, the standard deviation with n below."""
    return np.sqrt(variance(data, values))


def by_group(data: Mapping[str, Any], of: NDArray[np.intp], values: Array | None = None) -> Array:
    """Σ values, or number, of the observations of each group ``(G,)``, ``of`` ``(n,)`` being each row's group."""
    weights = data.get(WEIGHTS)
    if values is None:
        return np.bincount(of, weights).astype(float)
    return np.bincount(of, values if weights is None else weights * values)


def roots(data: Mapping[str, Any]) -> Any:
    """√weight of each row ``(n,)``, by which least squares multiplies it, or 1."""
    return np.sqrt(data[WEIGHTS]) if WEIGHTS in data else 1.0


def _column(data: Mapping[str, Any], values: Any) -> Any:
    return data[WEIGHTS].reshape((-1, *(1 for _ in range(values.ndim - 1))))
