"""One flat order of all parameters: labels, slices, and the way between vectors and named values."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from .model import Model
from .parameter import Function, Parameter, labels

Array = NDArray[np.float64]
_PART = 0.1
"""A parameter moves with the direction if its share is at least this."""


class Layout:
    """The flat order of a model's parameters on one data set.

    ``size`` is the number of scalars p; a vector θ has shape ``(p,)`` in the order of ``labels``,
    e.g. ``beta[Intercept], beta[x1], sigma``. ``free_size`` is the number of unconstrained
    coordinates f ≤ p (shares that sum to one have one fewer), and their order is that of ``free_labels``.
    """

    def __init__(self, model: Model, data: Dataset) -> None:
        self.coords = model.coords(data)
        supports = model.supports(data)
        self.parameters = tuple(replace(p, support=supports.get(p.name, p.support)) for p in model.parameters)
        self.labels_of = {p.name: labels(p.name, p.dims, self.coords) for p in self.parameters}
        self.labels = tuple(label for p in self.parameters for label in self.labels_of[p.name])
        self.size = len(self.labels)
        sizes = {p.name: len(self.labels_of[p.name]) for p in self.parameters}
        free = {p.name: p.support.free(sizes[p.name]) for p in self.parameters}
        self.shapes = {p.name: tuple(len(self.coords[dim]) for dim in p.dims) for p in self.parameters}
        self.slices, self.free_slices = _slices(sizes), _slices(free)
        self.free_size = sum(free.values())
        self.free_labels = tuple(label for name, n in free.items() for label in self.labels_of[name][:n])

    def split(self, vector: Any) -> dict[str, Any]:
        """Named values from a vector ``(…, p)``, NumPy or PyTensor: scalars lose their axis, matrices gain one."""
        return {p.name: self._shaped(vector, p) for p in self.parameters}

    def _shaped(self, vector: Any, parameter: Parameter) -> Any:
        block, shape = self.slices[parameter.name], self.shapes[parameter.name]
        if not shape:
            return vector[..., block.start]
        flat = vector[..., block]
        return flat if len(shape) == 1 else flat.reshape((*flat.shape[:-1], *shape))

    def join(self, theta: Mapping[str, Any]) -> Array:
        """The vector ``(p,)`` from named values."""
        return np.concatenate([np.ravel(np.asarray(theta[p.name], dtype=float)) for p in self.parameters])

    @property
    def bounded(self) -> NDArray[np.bool_]:
        """For each unconstrained coordinate ``(f,)``, whether running off means running to an edge."""
        flags = [p.support.bounded(_length(self.free_slices[p.name])) for p in self.parameters]
        return np.array([flag for each in flags for flag in each], dtype=np.bool_)

    def parameter_of(self, label: str) -> Parameter:
        """The parameter an element belongs to."""
        return next(p for p in self.parameters if label in self.labels_of[p.name])

    def quantity_labels(self, functions: Iterable[Function]) -> tuple[str, ...]:
        """Labels of all parameters and then all derived quantities."""
        return (*self.labels, *(label for function in functions for label in self.function_labels(function)))

    def function_labels(self, function: Function) -> tuple[str, ...]:
        """Labels of a derived quantity on these data."""
        return labels(function.name, function.dims, self.coords)


def _slices(sizes: Mapping[str, int]) -> dict[str, slice]:
    ends = np.cumsum(list(sizes.values()))
    return {name: slice(int(end) - size, int(end)) for (name, size), end in zip(sizes.items(), ends, strict=True)}


def _length(block: slice) -> int:
    return int(block.stop - block.start)


def combination(labels: tuple[str, ...], direction: Array, shares: Array) -> str:
    """``beta[x1] − 0.98 beta[x2]``: how far each moves, relative to the first of those that move."""
    moving = [i for i in np.argsort(-np.abs(shares)) if abs(shares[i]) >= _PART][:4]
    first = direction[moving[0]]
    words = labels[moving[0]]
    for i in moving[1:]:
        size = direction[i] / first
        times = f"{abs(size):.3g} "
        words += f" {'+' if size > 0 else '−'} {'' if times == '1 ' else times}{labels[i]}"
    return words
