"""What is profiled: the log density around its optimum, and one quantity as a function of the same coordinates.

x ``(f,)`` are the working coordinates moved to the optimum and scaled by its covariance: z = ẑ + L x with
L Lᵀ = (−H)⁻¹. A quantity is t, its unconstrained scale moved to its estimate and divided by its standard error.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ...density.density import Density, Evaluation
from ...search.optimum import Optimum
from ..scale import supports

Array = NDArray[np.float64]

_EPSILON = float(np.finfo(float).eps)
_STEP, _WIDE = 1e-3, 1e-2
"""Of a standard error, for a derived quantity's gradient and Hessian: central differences err by the step's square,
and rounding counts with the inverse of it in the Hessian, which only steers Newton steps."""

_LEVEL = 1e-4
"""Information of a logarithm so small that it has no scale: next to an edge. Its unit is then a factor of e."""


class Surface:
    """Log-likelihood + power · log prior in x, relative to its optimum's; counts what it costs."""

    def __init__(self, program: Density, power: float, optimum: Optimum) -> None:
        self.program, self.power, self.optimum = program, power, optimum
        information = -optimum.evaluation.hessian
        level = program.layout.bounded & (np.diag(information) < _LEVEL)
        self.root = np.linalg.inv(np.linalg.cholesky(information + np.diag(level.astype(float)))).T
        self.grain = 64 * _EPSILON * (1 + abs(optimum.evaluation.value))
        """Differences of the log density below this are rounding."""
        self.evaluations = 0

    def z(self, x: Array) -> Array:
        return np.asarray(self.optimum.z + self.root @ x)

    def theta(self, x: Array) -> Array:
        with np.errstate(all="ignore"):
            return self.program.coordinates.theta(self.z(x))

    def at(self, x: Array) -> Evaluation:
        """Height above the optimum (at most 0 unless that is only local), gradient and Hessian in x."""
        self.evaluations += 1
        found = self.program.evaluate(self.z(x), self.power)
        height = found.value - self.optimum.evaluation.value
        with np.errstate(all="ignore"):
            return Evaluation(height, self.root.T @ found.gradient, self.root.T @ found.hessian @ self.root)


class Quantity:
    """A parameter as t, exactly linear in x; the base of `Curved`."""

    def __init__(self, surface: Surface, index: int) -> None:
        self.surface, self.index = surface, index
        self.support = supports(surface.program)[index]
        self._place()

    def _place(self) -> None:
        coordinates, z = self.surface.program.coordinates, self.surface.optimum.z
        u = self.support.unconstrain(coordinates.theta(z)[self.index : self.index + 1])
        slopes = coordinates.linear[self.index] @ coordinates.jacobian(z) / self.support.slope(u)
        row = slopes @ self.surface.root
        self.centre, self.error = float(u[0]), float(np.linalg.norm(row))
        self.row = row / self.error

    def value(self, t: float) -> float:
        """On the model scale."""
        with np.errstate(all="ignore"):
            return float(self.support.constrain(np.atleast_1d(self.centre + self.error * t))[0])

    def t(self, value: float) -> float:
        """The inverse of `value`."""
        with np.errstate(all="ignore"):
            return float((self.support.unconstrain(np.atleast_1d(float(value)))[0] - self.centre) / self.error)

    def gradient(self, x: Array) -> Array:
        """dt/dx ``(f,)``."""
        return self.row

    def hessian(self, x: Array) -> Array:
        """d²t/dx² ``(f, f)``."""
        return np.zeros((len(x), len(x)))

    def onto(self, t: float, x: Array) -> Array | None:
        """The point near x where the quantity is ``t``, reached along its gradient; None where there is none."""
        return np.asarray(x + (t - self.row @ x) * self.row)


class Curved(Quantity):
    """A derived quantity, or an element of a tied vector, differentiated numerically: that costs no likelihood."""

    def _place(self) -> None:
        self._pick = _picker(self.surface.program, self.index)
        origin = np.zeros(len(self.surface.optimum.z))
        self.centre, self.error = 0.0, 1.0
        self.centre = float(self._of(origin[None, :])[0])
        self.error = float(np.linalg.norm(self.gradient(origin)))

    def gradient(self, x: Array) -> Array:
        steps = _STEP * np.eye(len(x))
        with np.errstate(all="ignore"):
            return (self._of(x + steps) - self._of(x - steps)) / (2 * _STEP)

    def hessian(self, x: Array) -> Array:
        size, steps = len(x), _WIDE * np.eye(len(x))
        pairs = (steps[:, None, :] + steps[None, :, :]).reshape(-1, size)
        both = (self._of(x + pairs) + self._of(x - pairs)).reshape(size, size)
        each = self._of(x + steps) + self._of(x - steps)
        with np.errstate(all="ignore"):
            return np.asarray((both - each[:, None] - each[None, :] + 2 * self._of(x[None, :])) / (2 * _WIDE**2))

    def onto(self, t: float, x: Array) -> Array | None:
        grain = 1e-12 * (1 + abs(t)) + 4 * _EPSILON * abs(self.centre) / self.error
        for _ in range(30):
            gap = t - float(self._of(x[None, :])[0])
            if not np.isfinite(gap):
                return None
            if abs(gap) <= grain:
                return x
            normal = self.gradient(x)
            with np.errstate(all="ignore"):
                x = x + gap * normal / max(float(normal @ normal), 1e-300)
        return None

    def _of(self, points: Array) -> Array:
        """t at each of the points ``(m, f)``, shape ``(m,)``."""
        theta = np.array([self.surface.theta(x) for x in points])
        with np.errstate(all="ignore"):
            return np.asarray((self.support.unconstrain(self._pick(theta)) - self.centre) / self.error)


def quantity(surface: Surface, label: str) -> Quantity:
    """The parameter or derived quantity of this label."""
    layout = surface.program.layout
    linear = label in layout.labels and layout.parameter_of(label).support.elementwise
    return (Quantity if linear else Curved)(surface, surface.program.quantity_labels.index(label))


def _picker(program: Density, index: int) -> Callable[[Array], Array]:
    """The quantity's values ``(m,)`` from parameter vectors ``(m, p)``."""
    layout = program.layout
    if index < layout.size:
        return lambda theta: theta[:, index]
    each = [(f, i) for f in program.model.functions for i in range(len(layout.function_labels(f)))]
    function, element = each[index - layout.size]
    return lambda theta: np.reshape(function.of(layout.split(theta)), (len(theta), -1))[:, element]
