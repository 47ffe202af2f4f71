"""Working coordinates of many replicates at once: the maps of `Coordinates` with a leading axis.

``z`` is ``(R, f)``, ``w`` and θ are ``(R, p)``. Supports that work elementwise take all replicates in one
call; vectors whose elements are tied together go row by row.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..density.pymc_model import end_node
from ..density.stack import Stack
from ..model.support import Support
from .newton import without

Array = NDArray[np.float64]
Index = NDArray[np.intp]


class BatchCoordinates:
    """The maps between z, w and θ of a stack, for one point per replicate."""

    def __init__(self, stack: Stack, index: Index | None = None) -> None:
        """Of all replicates, or of those at ``index``."""
        program = stack.program
        self.layout, self.linear = program.layout, program.coordinates.linear
        self.inverse = program.coordinates.inverse
        self.supports = {p.name: _support(p.name, p.support, stack.numbers, index) for p in self.layout.parameters}

    def z(self, theta: Array) -> Array:
        """z ``(R, f)`` from θ ``(R, p)``."""
        w = theta @ self.inverse.T
        blocks = [_map(s, "unconstrain", w[:, self.layout.slices[name]]) for name, s in self.supports.items()]
        return np.concatenate(blocks, axis=1)

    def working(self, z: Array) -> Array:
        """w ``(R, p)`` from z ``(R, f)``."""
        blocks = [_map(s, "constrain", z[:, self.layout.free_slices[name]]) for name, s in self.supports.items()]
        return np.concatenate(blocks, axis=1)

    def theta(self, z: Array) -> Array:
        """θ ``(R, p)`` from z ``(R, f)``."""
        return self.working(z) @ self.linear.T

    def jacobian(self, z: Array) -> Array:
        """∂w/∂z, shape ``(R, p, f)``."""
        layout = self.layout
        found = np.zeros((len(z), layout.size, layout.free_size))
        for name, support in self.supports.items():
            rows, columns = layout.slices[name], layout.free_slices[name]
            u = z[:, columns]
            if _elementwise(support):
                found[:, rows, columns] = _diagonal(support.slope(u))
            else:
                found[:, rows, columns] = [support.jacobian(each) for each in u]
        return found

    def pull_back(self, z: Array, gradient: Array, hessian: Array) -> tuple[Array, Array]:
        """Gradient ``(R, f)`` and Hessian ``(R, f, f)`` with respect to z from those with respect to w."""
        jacobian = self.jacobian(z)
        back = np.swapaxes(jacobian, 1, 2)
        turned = back @ hessian @ jacobian
        for name, support in self.supports.items():
            rows, columns = self.layout.slices[name], self.layout.free_slices[name]
            u, g = z[:, columns], gradient[:, rows]
            if _elementwise(support):
                turned[:, columns, columns] += _diagonal(support.bend(u) * g)
            else:
                turned[:, columns, columns] += [support.curvature(*each) for each in zip(u, g, strict=True)]
        return (back @ gradient[:, :, None])[:, :, 0], turned

    def covariance(self, z: Array, hessian: Array) -> Array:
        """J (−H)⁻¹ Jᵀ, shape ``(R, p, p)``: covariances on the model scale from Hessians with respect to z.

        NaN for parameters on the edge of their support (z = −∞ there).
        """
        held = np.isneginf(z)
        to_theta = self.linear @ self.jacobian(z)
        found = to_theta @ np.linalg.inv(without(held, -hessian)) @ np.swapaxes(to_theta, 1, 2)
        free = [self.layout.labels.index(label) for label in self.layout.free_labels]
        on_edge = np.zeros(found.shape[:2], dtype=np.bool_)
        on_edge[:, free] = held
        return np.where(on_edge[:, :, None] | on_edge[:, None, :], np.nan, found)


def _support(name: str, support: Support, numbers: Mapping[str, Array], index: Index | None) -> Support:
    """A parameter's support, its lower end ``(R, 1)`` where that follows each replicate's data."""
    ends = numbers.get(end_node(name))
    if ends is None:
        return support
    lower: Any = (ends if index is None else ends[index])[:, None]
    return replace(support, lower=lower)


def _elementwise(support: Support) -> bool:
    return type(support).jacobian is Support.jacobian


def _map(support: Support, method: str, block: Array) -> Array:
    of = getattr(support, method)
    return np.asarray(of(block) if _elementwise(support) else np.stack([of(row) for row in block]))


def _diagonal(values: Array) -> Array:
    """Diagonal matrices ``(R, k, k)`` of vectors ``(R, k)``."""
    return values[:, :, None] * np.eye(values.shape[1])
