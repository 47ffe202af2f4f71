"""One flat order of all parameters: labels, slices, and the way between vectors and named values."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .data import Dataset
from .parameter import Function, Parameter, labels

Array = NDArray[np.float64]


class Layout:
    """The flat order of a model's parameters on one data set.

    ``size`` is the number of scalars p; a vector θ has shape ``(p,)`` in the order of
    ``labels``, e.g. ``beta[Intercept], beta[x1], sigma``.
    """

    def __init__(self, parameters: tuple[Parameter, ...], data: Dataset) -> None:
        self.parameters = parameters
        self.coords = data.coords
        self.labels_of = {p.name: labels(p.name, p.dims, data.coords) for p in parameters}
        self.labels = tuple(label for p in parameters for label in self.labels_of[p.name])
        self.size = len(self.labels)
        ends = np.cumsum([len(self.labels_of[p.name]) for p in parameters])
        starts = np.concatenate([[0], ends[:-1]])
        self.slices = {p.name: slice(int(a), int(b)) for p, a, b in zip(parameters, starts, ends, strict=True)}

    def split(self, vector: Any) -> dict[str, Any]:
        """Named values from a vector ``(…, p)``, NumPy or PyTensor: scalars lose their axis."""
        return {
            p.name: vector[..., self.slices[p.name] if p.dims else self.slices[p.name].start] for p in self.parameters
        }

    def join(self, theta: Mapping[str, Any]) -> Array:
        """The vector ``(p,)`` from named values."""
        return np.concatenate([np.atleast_1d(np.asarray(theta[p.name], dtype=float)) for p in self.parameters])

    def elementwise(self, method: str, vector: Array) -> Array:
        """Apply a `Support` method to each parameter's own elements of a vector ``(p,)``."""
        parts = [getattr(p.support, method)(vector[self.slices[p.name]]) for p in self.parameters]
        return np.concatenate(parts)

    def function_labels(self, function: Function) -> tuple[str, ...]:
        """Labels of a derived quantity on these data."""
        return labels(function.name, function.dims, self.coords)
