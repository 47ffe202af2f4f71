"""Working coordinates: where optimisers walk, so that units and collinearity do not matter.

Three sets of numbers describe one point:

``theta``  the model scale, what people read, shape ``(p,)``;
``w``      the same with each regression coefficient vector turned by the design matrix,
           γ = Rβ/√n where X = QR, so that X β = (√n Q) γ and the columns are orthonormal;
``z``      ``w`` on the unconstrained scale (logarithms, log odds), shape ``(f,)``, one per free parameter.

θ = M w is linear with M block diagonal; w follows from z parameter by parameter. Working with Q
instead of X keeps the digits that normal equations lose (a polynomial of degree 10).

Every map takes one point or R of them: z ``(f,)`` or ``(R, f)``. The R points may belong to R data sets whose
supports end where each data set says (`with_ends`).
"""

import copy
import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..model.layout import Layout
from ..model.parameter import Parameter
from ..model.support import Support

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Coordinates:
    """The maps between θ, w and z for one model on one data set, and the data that go with w."""

    def __init__(self, layout: Layout, data: Dataset) -> None:
        self.layout = layout
        self.supports = {p.name: p.support for p in layout.parameters}
        self.linear = np.eye(layout.size)
        """M: θ = M w."""
        self.inverse = np.eye(layout.size)
        """M⁻¹: w = M⁻¹ θ."""
        self._given = data
        self.turns: dict[str, Array] = {}
        """By role of a design matrix: T ``(k, k)`` with √n Q = X T."""
        for role, axis in data.designs.items():
            self._turn(data, role, axis)

    @cached_property
    def data(self) -> Dataset:
        """The data in working coordinates: √n Q in the place of each design matrix X."""
        turned = {}
        for role in self._given.designs:
            values = self._given[role]
            q = np.linalg.qr(values / np.linalg.norm(values, axis=0)).Q
            turned[role] = q * np.sqrt(len(values))
        return self._given.replace(**turned)

    def rows(self, places: NDArray[np.intp]) -> Dataset:
        """Some rows of `data`, from those rows alone."""
        some = self._given.rows(places)
        return some.replace(**{role: some[role] @ turn for role, turn in self.turns.items()})

    def _turn(self, data: Dataset, role: str, axis: str) -> None:
        """Turn every parameter along the axis of a design; of a matrix, each line along that axis by itself."""
        # X D⁻¹ = Q R with D the columns' lengths: γ = R D β / √n, and √n Q = X T with T = D⁻¹ R⁻¹ √n.
        length = np.linalg.norm(data[role], axis=0)
        r = np.linalg.qr(data[role] / length, mode="r")
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

    def with_ends(self, ends: Mapping[tuple[str, str], Array]) -> "Coordinates":
        """The same maps for R data sets: ends ``(R,)`` of supports that follow the data, by parameter and side."""
        moved = copy.copy(self)
        moved.supports = dict(self.supports)
        for (name, side), values in ends.items():
            of_each: dict[str, Any] = {side: values[:, None]}
            moved.supports[name] = replace(moved.supports[name], **of_each)
        return moved

    def of(self, i: int) -> "Coordinates":
        """The maps of one of the R data sets alone."""
        moved = copy.copy(self)
        moved.supports = {name: _of_one(support, i) for name, support in self.supports.items()}
        return moved

    def some(self, index: NDArray[np.intp]) -> "Coordinates":
        """The maps of some of the R data sets."""
        ends = {(n, side): getattr(s, side) for n, s in self.supports.items() for side in ("lower", "upper")}
        return self.with_ends({place: end[index, 0] for place, end in ends.items() if np.ndim(end)})

    def with_linear(self, linear: Array, inverse: Array) -> "Coordinates":
        """The same maps with another M and its inverse."""
        turned = copy.copy(self)
        turned.linear, turned.inverse = linear, inverse
        return turned

    def theta(self, z: Array) -> Array:
        """θ ``(…, p)`` from z ``(…, f)``."""
        return self.working(z) @ self.linear.T

    def working(self, z: Array) -> Array:
        """w ``(…, p)`` from z ``(…, f)``."""
        slices = self.layout.free_slices
        blocks = [_mapped(s, "constrain", z[..., slices[name]]) for name, s in self.supports.items()]
        return np.concatenate(blocks, axis=-1)

    def z(self, theta: Array) -> Array:
        """z ``(…, f)`` from θ ``(…, p)``."""
        w = theta @ self.inverse.T
        blocks = [_mapped(s, "unconstrain", w[..., self.layout.slices[name]]) for name, s in self.supports.items()]
        return np.concatenate(blocks, axis=-1)

    def jacobian(self, z: Array) -> Array:
        """∂w/∂z, shape ``(…, p, f)``."""
        layout = self.layout
        jacobian = np.zeros((*z.shape[:-1], layout.size, layout.free_size))
        for name, support in self.supports.items():
            rows, columns = layout.slices[name], layout.free_slices[name]
            u = z[..., columns]
            # Elementwise supports have a diagonal Jacobian; vectors whose elements are tied together have a full one.
            block = _diagonal(support.slope(u)) if support.elementwise else _rows(support.jacobian, u)
            jacobian[..., rows, columns] = block
        return jacobian

    def pull_back(self, z: Array, gradient: Array, hessian: Array) -> tuple[Array, Array]:
        """Gradient ``(…, f)`` and Hessian ``(…, f, f)`` with respect to z from those with respect to w."""
        # Chain rule: ∇_z = Jᵀ∇_w and H_z = Jᵀ H_w J + Σᵢ (∇_w)ᵢ ∂²wᵢ/∂z∂zᵀ.
        gradient, hessian = self._off_edges(z, gradient, hessian)
        jacobian = self.jacobian(z)
        back = np.swapaxes(jacobian, -1, -2)
        turned = back @ hessian @ jacobian
        for name, support in self.supports.items():
            rows, columns = self.layout.slices[name], self.layout.free_slices[name]
            u, slope = z[..., columns], gradient[..., rows]
            bend = _diagonal(support.bend(u) * slope) if support.elementwise else _rows(support.curvature, u, slope)
            turned[..., columns, columns] += bend
        return (back @ gradient[..., None])[..., 0], turned

    def _off_edges(self, z: Array, gradient: Array, hessian: Array) -> tuple[Array, Array]:
        """Derivatives with respect to w, 0 along what lies on an edge: z is infinite there, and w stays where it is.

        They may be no numbers there: of y log p at p = 0, where no trial is a success.
        """
        at_edge = np.isinf(z)
        if not at_edge.any():
            return gradient, hessian
        held = np.zeros(gradient.shape, dtype=np.bool_)
        for name, support in self.supports.items():
            if support.elementwise:
                held[..., self.layout.slices[name]] = at_edge[..., self.layout.free_slices[name]]
        both = held[..., :, None] | held[..., None, :]
        return np.where(held, 0.0, gradient), np.where(both, 0.0, hessian)

    def covariance(self, z: Array, hessian: Array, fixed: Bools | None = None) -> Array:
        """J (−H)⁻¹ Jᵀ ``(…, p, p)``: covariances on the model scale from Hessians with respect to z.

        NaN for parameters on a closed edge of their support, where z is infinite, for those that are ``fixed``
        ``(f,)``, and for those that the density does not depend on; the others as if these were known.
        """
        held = np.isinf(z) if fixed is None else np.isinf(z) | fixed
        held = held | silent(hessian)
        to_theta = self.linear @ self.jacobian(z)
        information = without(held, -hessian)
        # The information is inverted with a unit diagonal, so that parameters in different units lose no digits.
        size = np.sqrt(np.abs(np.diagonal(information, axis1=-1, axis2=-2)))
        half = to_theta / size[..., None, :]
        covariance = half @ np.linalg.inv(information / (size[..., :, None] * size[..., None, :]))
        covariance = covariance @ np.swapaxes(half, -1, -2)
        free = [self.layout.labels.index(label) for label in self.layout.free_labels]
        on_edge = np.zeros(covariance.shape[:-1], dtype=np.bool_)
        on_edge[..., free] = held
        symmetric = (covariance + np.swapaxes(covariance, -1, -2)) / 2
        return np.where(on_edge[..., :, None] | on_edge[..., None, :], np.nan, symmetric)


def silent(hessian: Array) -> Bools:
    """Coordinates ``(…, f)`` without any curvature at all: the density does not depend on them."""
    return np.asarray(np.all(hessian == 0, axis=-1))


def without(held: Bools, information: Array) -> Array:
    """Information ``(…, f, f)`` as if the coordinates ``held`` ``(…, f)`` were known apart from the others."""
    return np.where(held[..., :, None] | held[..., None, :], np.eye(held.shape[-1]), information)


def _of_one(support: Support, i: int) -> Support:
    ends: dict[str, Any] = {"lower": support.lower, "upper": support.upper}
    of_this: dict[str, Any] = {side: float(end[i, 0]) for side, end in ends.items() if np.ndim(end)}
    return replace(support, **of_this)


def _mapped(support: Support, method: str, block: Array) -> Array:
    of = getattr(support, method)
    return np.asarray(of(block) if support.elementwise else _rows(of, block))


def _rows(of: Any, *blocks: Array) -> Array:
    """A function of vectors ``(k,)``, point by point where there are several."""
    if blocks[0].ndim == 1:
        return np.asarray(of(*blocks))
    return np.stack([_rows(of, *each) for each in zip(*blocks, strict=True)])


def _diagonal(values: Array) -> Array:
    """Diagonal matrices ``(…, k, k)`` of vectors ``(…, k)``."""
    return np.asarray(values[..., :, None] * np.eye(values.shape[-1]))


def root_of_inverse(information: Array) -> Array:
    """A matrix L with L Lᵀ = |information|⁻¹, eigenvalues bounded away from 0."""
    values, vectors = np.linalg.eigh(information)
    size = np.maximum(np.abs(values), 1e-8 * np.max(np.abs(values), initial=1e-300))
    return vectors / np.sqrt(size)
