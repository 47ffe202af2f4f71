"""Working coordinates: where optimisers walk, so that units and collinearity do not matter.

Three sets of numbers describe one point:

``theta``  the model scale, what people read, shape ``(p,)``;
``w``      the same with each regression coefficient vector turned by the design matrix,
           γ = Rβ/√n where X = QR, so that X β = (√n Q) γ and the columns are orthonormal;
``z``      ``w`` on the unconstrained scale (logarithms, log odds), shape ``(f,)``, one per free parameter.

θ = M w is linear with M block diagonal; w follows from z parameter by parameter. Working with Q
instead of X keeps the digits that normal equations lose (a polynomial of degree 10).
"""

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..model.layout import Layout

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
        """The data in working coordinates: √n Q in the place of X."""
        if "X" in data:
            self._turn(data)

    def _turn(self, data: Dataset) -> None:
        length = np.linalg.norm(data["X"], axis=0)
        q, r = np.linalg.qr(data["X"] / length)
        self.data = data.replace(X=q * np.sqrt(data.n))
        for parameter in self.layout.parameters:
            if parameter.dims == ("term",):
                block = self.layout.slices[parameter.name]
                self.inverse[block, block] = r * length / np.sqrt(data.n)
                self.linear[block, block] = np.linalg.inv(r) / length[:, None] * np.sqrt(data.n)

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
