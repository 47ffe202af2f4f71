"""What is profiled: the log density around its optimum, and one quantity as a function of the same coordinates.

x ``(f,)`` are the working coordinates moved to the optimum and scaled by its covariance: z = ẑ + L x with
L Lᵀ = (−H)⁻¹. A quantity is t, its unconstrained scale moved to its estimate and divided by its standard error.

Both take one data set, ``(f,)``, or R of them side by side, ``(R, f)``, as `Coordinates` do: ``…`` is nothing or R.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...density.density import Density
from ...search.problem import Problem
from ..interval import supports

Array = NDArray[np.float64]

_EPSILON = float(np.finfo(float).eps)
_STEP, _WIDE = 1e-3, 1e-2
"""Steps, in standard errors, for a derived quantity's gradient and Hessian: central differences err by their square,
and rounding counts with the inverse of it in the Hessian, which only steers Newton steps."""

_LEVEL = 1e-4
"""Information of a logarithm so small that it has no scale: next to an edge. Its unit is then a factor of e."""


@dataclass(frozen=True)
class Height:
    """The log density relative to its optimum's, ``(…)``, its gradient ``(…, f)`` and Hessian ``(…, f, f)`` in x."""

    value: Any
    gradient: Array
    hessian: Array


class Surface:
    """Log-likelihood + power · log prior in x, relative to its optimum's; counts what it costs.

    The optima are ``z`` ``(…, f)`` with their ``value`` and ``hessian``; one of several data sets must be a proper
    maximum, with a positive definite information.
    """

    def __init__(self, problem: Problem, z: Array, value: Any, hessian: Array) -> None:
        self.problem, self.coordinates, self.centre, self.top = problem, problem.coordinates, z, value
        # Next to an edge H is all but 0 along a logarithm, and its inverse no length: 1 is added there, so that a unit
        # of x is a factor of e.
        level = problem.layout.bounded & (-np.diagonal(hessian, axis1=-2, axis2=-1) < _LEVEL)
        scaled = level[..., None] * np.eye(z.shape[-1]) - hessian
        self.root = np.swapaxes(np.linalg.inv(np.linalg.cholesky(scaled)), -1, -2)
        self.grain = 64 * _EPSILON * (1 + np.abs(value))
        """Differences of the log density below this are rounding."""
        self.evaluations = 0
        self._index = np.arange(problem.count)

    def z(self, x: Array) -> Array:
        """Working coordinates ``(…, f)``."""
        return np.asarray(self.centre + (self.root @ x[..., None])[..., 0])

    def theta(self, x: Array) -> Array:
        """Parameters ``(…, p)``."""
        with np.errstate(all="ignore"):
            return self.coordinates.theta(self.z(x))

    def at(self, x: Array) -> Height:
        """Height above the optimum (at most 0 unless that is only local), gradient and Hessian in x."""
        self.evaluations += 1
        value, gradient, hessian = self.problem.evaluate(np.atleast_2d(self.z(x)), self._index)
        # z is linear in x, so that the gradient in x is Lᵀ g and the Hessian Lᵀ H L.
        back = np.swapaxes(self.root, -1, -2)
        with np.errstate(all="ignore"):
            slope = (back @ gradient.reshape(x.shape)[..., None])[..., 0]
            bend = back @ hessian.reshape(*x.shape, x.shape[-1]) @ self.root
            return Height(value.reshape(x.shape[:-1])[()] - self.top, slope, bend)


class Quantity:
    """A parameter as t, exactly linear in x; the base of `Curved`."""

    def __init__(self, surface: Surface, program: Density, index: int) -> None:
        self.surface, self.support = surface, supports(program)[index]
        self._pick = _picker(program, index)
        self.centre = self._unconstrained(np.zeros_like(surface.centre))
        self.row, self.error = self._placed(index)

    def _placed(self, index: int) -> tuple[Array, Any]:
        """dt/dx ``(…, f)`` at the optimum, of length 1, and the standard error that makes it so."""
        # u is the quantity's unconstrained scale: du/dx = (dθ/dw · dw/dz) / (dθ/du) · L.
        coordinates, z = self.surface.coordinates, self.surface.centre
        slopes = coordinates.linear[index] @ coordinates.jacobian(z) / self.support.slope(self.centre)[..., None]
        return _unit_length((slopes[..., None, :] @ self.surface.root)[..., 0, :])

    def of(self, x: Array) -> Array:
        """t at x ``(…, f)``."""
        return np.asarray((self.row * x).sum(axis=-1))

    def gradient(self, x: Array) -> Array:
        """dt/dx ``(…, f)``."""
        return self.row

    def hessian(self, x: Array) -> Array:
        """d²t/dx² ``(…, f, f)``."""
        return np.zeros((*x.shape, x.shape[-1]))

    def onto(self, t: float, x: Array) -> Array | None:
        """The point ``(f,)`` near x where the quantity is ``t``, reached along its gradient; None if there is none."""
        return np.asarray(x + (t - self.row @ x) * self.row)

    def value_at(self, x: Array) -> Array:
        """The quantity itself at x ``(…, f)``, on the model scale."""
        with np.errstate(all="ignore"):
            return self._pick(self.surface.theta(x))

    def value(self, t: float) -> float:
        """The quantity itself where it is ``t``, of one data set."""
        with np.errstate(all="ignore"):
            return float(self.support.constrain(np.atleast_1d(self.centre + self.error * t))[0])

    def t(self, value: float) -> float:
        """The inverse of `value`."""
        with np.errstate(all="ignore"):
            return float((self.support.unconstrain(np.atleast_1d(float(value)))[0] - self.centre) / self.error)

    def _unconstrained(self, x: Array) -> Any:
        with np.errstate(all="ignore"):
            return np.asarray(self.support.unconstrain(self.value_at(x)))[()]


class Curved(Quantity):
    """A derived quantity, or an element of a tied vector, differentiated numerically: that costs no likelihood."""

    def _placed(self, index: int) -> tuple[Array, Any]:
        self.error = np.ones_like(self.centre)
        return _unit_length(self.gradient(np.zeros_like(self.surface.centre)))

    def of(self, x: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.asarray((self._unconstrained(x) - self.centre) / self.error)

    def gradient(self, x: Array) -> Array:
        steps = _steps(_STEP, x)
        with np.errstate(all="ignore"):
            slopes = (self.of(x + steps) - self.of(x - steps)) / (2 * _STEP)
        return np.moveaxis(slopes, 0, -1)

    def hessian(self, x: Array) -> Array:
        # ∂²t/∂a∂b = (t(a + b) + t(−a − b) − t(a) − t(−a) − t(b) − t(−b) + 2 t(0)) / 2 for steps a and b of length 1.
        # A second difference loses digits as the square of the step, so that it takes a wider one than the gradient.
        steps = _steps(_WIDE, x)
        one = self.of(x + steps) + self.of(x - steps)
        two = np.stack([self.of(x + step + steps) + self.of(x - step - steps) for step in steps])
        with np.errstate(all="ignore"):
            bends = (two - one[:, None] - one[None, :] + 2 * self.of(x)) / (2 * _WIDE**2)
        return np.moveaxis(bends, (0, 1), (-2, -1))

    def onto(self, t: float, x: Array) -> Array | None:
        grain = 1e-12 * (1 + abs(t)) + 4 * _EPSILON * abs(self.centre) / self.error + self._rounding(t)
        for _ in range(30):
            gap = t - float(self.of(x))
            if not np.isfinite(gap):
                return None
            if abs(gap) <= grain:
                return x
            # Newton's step for t(x) = t along the gradient: the shortest one that gets there if t is linear.
            normal = self.gradient(x)
            with np.errstate(all="ignore"):
                x = x + gap * normal / max(float(normal @ normal), 1e-300)
        return None

    def _rounding(self, t: float) -> float:
        """Of t, from that of the quantity itself: next to an end that is not 0 it has few digits of the distance."""
        value, u = self.value(t), self.centre + self.error * t
        with np.errstate(all="ignore"):
            rounding = 4 * _EPSILON * abs(value) / abs(self.support.slope(u)) / self.error
        return float(rounding) if rounding < _STEP else 0.0


def quantity(surface: Surface, program: Density, index: int) -> Quantity:
    """The parameter or derived quantity at this place among ``program.quantity_labels``."""
    layout = program.layout
    linear = index < layout.size and layout.parameter_of(layout.labels[index]).support.elementwise
    return (Quantity if linear else Curved)(surface, program, index)


def _picker(program: Density, index: int) -> Callable[[Array], Array]:
    """The quantity's values ``(…)`` from parameter vectors ``(…, p)``."""
    layout = program.layout
    if index < layout.size:
        return lambda theta: theta[..., index]
    places = [
        (function, i) for function in program.model.functions for i in range(len(layout.function_labels(function)))
    ]
    function, element = places[index - layout.size]

    def pick(theta: Array) -> Array:
        flat = theta.reshape(-1, layout.size)
        values = np.reshape(function.of(layout.split(flat)), (len(flat), -1))
        return np.asarray(values[:, element]).reshape(theta.shape[:-1])

    return pick


def _steps(length: float, x: Array) -> Array:
    """A step along each coordinate, shape ``(f, …, f)``: one for every data set of x ``(…, f)``."""
    size = x.shape[-1]
    return length * np.eye(size).reshape(size, *(1 for _ in x.shape[:-1]), size)


def _unit_length(row: Array) -> tuple[Array, Any]:
    length = np.linalg.norm(row, axis=-1)
    with np.errstate(all="ignore"):
        return row / length[..., None], length
