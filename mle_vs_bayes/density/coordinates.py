"""Working coordinates: where optimisers walk, so that units and collinearity do not matter.

Three sets of numbers describe one point:

``theta``  the model scale, what people read, shape ``(p,)``;
``w``      the same with each regression coefficient vector turned by the design matrix,
           γ = Rβ/√n where X = QR, so that X β = (√n Q) γ and the columns are orthonormal;
``z``      ``w`` on the unconstrained scale (logarithms, log odds), shape ``(f,)``, one per free parameter.

θ = M w is linear with M block diagonal; w follows from z parameter by parameter. Working with Q
instead of X keeps the digits that normal equations lose (a polynomial of degree 10).
"""

import copy
import math

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..model.layout import Layout
from ..model.parameter import Parameter

Array = NDArray[np.float64]


class Coordinates:
    """The maps between θ, w and z for one model on one data set, and the data that go with w."""

    def __init__(self, layout: Layout, data: Dataset) -> None:
        self.layout = layout
        self.linear = np.eye(layout.size)
        """M: θ = M w."""
        self.inverse = np.eye(layout.size)
        """M⁻¹: w = M⁻¹ θ."""
        self.data = data
        """The data in working coordinates: √n Q in the place of each design matrix X."""
        self.turns: dict[str, Array] = {}
        """By role of a design matrix: T ``(k, k)`` with √n Q = X T."""
        for role, axis in data.designs.items():
            self._turn(role, axis)

    def _turn(self, role: str, axis: str) -> None:
        """Turn every parameter along the axis of a design; of a matrix, each line along that axis by itself."""
        data = self.data
        length = np.linalg.norm(data[role], axis=0)
        q, r = np.linalg.qr(data[role] / length)
        self.data = data.replace(**{role: q * np.sqrt(data.n)})
        self.turns[role] = np.linalg.inv(r) / length[:, None] * np.sqrt(data.n)
        for parameter in self.layout.parameters:
            if axis in parameter.dims:
                block = self.layout.slices[parameter.name]
                self.inverse[block, block] = self._along(parameter, axis, r * length / np.sqrt(data.n))
                self.linear[block, block] = self._along(parameter, axis, self.turns[role])

    def _along(self, parameter: Parameter, axis: str, matrix: Array) -> Array:
        """The matrix that turns one axis of a flattened array and leaves the others: a Kronecker product."""
        lengths = [len(self.layout.coords[dim]) for dim in parameter.dims]
        place = parameter.dims.index(axis)
        before, after = np.eye(math.prod(lengths[:place])), np.eye(math.prod(lengths[place + 1 :]))
        return np.asarray(np.kron(np.kron(before, matrix), after), dtype=np.float64)

    def with_linear(self, linear: Array, inverse: Array) -> "Coordinates":
        """The same maps with another M and its inverse."""
        turned = copy.copy(self)
        turned.linear, turned.inverse = linear, inverse
        return turned

    def theta(self, z: Array) -> Array:
        """The model scale from z."""
        return self.linear @ self.working(z)

    def working(self, z: Array) -> Array:
        """w from z."""
        return self.layout.constrain(z)

    def z(self, theta: Array) -> Array:
        """z from the model scale."""
        return self.layout.unconstrain(self.inverse @ theta)

    def pull_back(self, z: Array, gradient: Array, hessian: Array) -> tuple[Array, Array]:
        """Gradient ``(f,)`` and Hessian ``(f, f)`` with respect to z from those with respect to w."""
        jacobian = self.layout.jacobian(z)
        return jacobian.T @ gradient, jacobian.T @ hessian @ jacobian + self.layout.curvature(z, gradient)

    def covariance(self, z: Array, hessian: Array, free: NDArray[np.bool_] | None = None) -> Array:
        """J (−H)⁻¹ Jᵀ: the covariance on the model scale from the Hessian with respect to z.

        Coordinates that are not ``free`` are held where they are.
        """
        moving = np.ones(len(z), dtype=np.bool_) if free is None else free
        to_theta = (self.linear @ self.layout.jacobian(z))[:, moving]
        root = np.linalg.inv(np.linalg.cholesky(-hessian[np.ix_(moving, moving)]))
        half = to_theta @ root.T
        return half @ half.T


def root_of_inverse(information: Array) -> Array:
    """A matrix L with L Lᵀ = |information|⁻¹, eigenvalues bounded away from 0."""
    values, vectors = np.linalg.eigh(information)
    size = np.maximum(np.abs(values), 1e-8 * np.max(np.abs(values), initial=1e-300))
    return vectors / np.sqrt(size)
