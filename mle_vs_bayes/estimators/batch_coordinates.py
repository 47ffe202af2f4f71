"""Working coordinates of many replicates at once: the maps of `Coordinates` with a leading axis.

``z`` is ``(R, f)``, ``w`` and θ are ``(R, p)``. Supports that work elementwise take all replicates in one
call; vectors whose elements are tied together go row by row.
"""

import numpy as np
from numpy.typing import NDArray

from ..contract.program import Program
from ..contract.support import Support
from .batch_newton import without

Array = NDArray[np.float64]


class BatchCoordinates:
    """The maps between z, w and θ of one program, for R points at once."""

    def __init__(self, program: Program) -> None:
        self.layout, self.linear = program.layout, program.coordinates.linear
        self.inverse = program.coordinates.inverse

    def z(self, theta: Array) -> Array:
        """z ``(R, f)`` from θ ``(R, p)``."""
        w = theta @ self.inverse.T
        blocks = [_map(p.support, "unconstrain", w[:, self.layout.slices[p.name]]) for p in self.layout.parameters]
        return np.concatenate(blocks, axis=1)

    def working(self, z: Array) -> Array:
        """w ``(R, p)`` from z ``(R, f)``."""
        blocks = [_map(p.support, "constrain", z[:, self.layout.free_slices[p.name]]) for p in self.layout.parameters]
        return np.concatenate(blocks, axis=1)

    def theta(self, z: Array) -> Array:
        """θ ``(R, p)`` from z ``(R, f)``."""
        return self.working(z) @ self.linear.T

    def jacobian(self, z: Array) -> Array:
        """∂w/∂z, shape ``(R, p, f)``."""
        layout = self.layout
        found = np.zeros((len(z), layout.size, layout.free_size))
        for p in layout.parameters:
            rows, columns = layout.slices[p.name], layout.free_slices[p.name]
            u = z[:, columns]
            if _elementwise(p.support):
                found[:, rows, columns] = _diagonal(p.support.slope(u))
            else:
                found[:, rows, columns] = [p.support.jacobian(each) for each in u]
        return found

    def pull_back(self, z: Array, gradient: Array, hessian: Array) -> tuple[Array, Array]:
        """Gradient ``(R, f)`` and Hessian ``(R, f, f)`` with respect to z from those with respect to w."""
        jacobian = self.jacobian(z)
        back = np.swapaxes(jacobian, 1, 2)
        turned = back @ hessian @ jacobian
        for p in self.layout.parameters:
            rows, columns = self.layout.slices[p.name], self.layout.free_slices[p.name]
            u, g = z[:, columns], gradient[:, rows]
            if _elementwise(p.support):
                turned[:, columns, columns] += _diagonal(p.support.bend(u) * g)
            else:
                turned[:, columns, columns] += [p.support.curvature(*each) for each in zip(u, g, strict=True)]
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


def _elementwise(support: Support) -> bool:
    return type(support).jacobian is Support.jacobian


def _map(support: Support, method: str, block: Array) -> Array:
    of = getattr(support, method)
    return np.asarray(of(block) if _elementwise(support) else np.stack([of(row) for row in block]))


def _diagonal(values: Array) -> Array:
    """Diagonal matrices ``(R, k, k)`` of vectors ``(R, k)``."""
    return values[:, :, None] * np.eye(values.shape[1])
