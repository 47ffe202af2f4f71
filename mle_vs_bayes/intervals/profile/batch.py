"""The ends of many profile intervals at once: those of R data sets that one compiled density serves.

An end is where the log density has fallen by half the χ²₁ quantile while its gradient points along that of the
quantity g: ∇ℓ(x) = λ ∇g(x) and ℓ(x) = −q²/2, f + 1 equations solved by Newton's method from where they would lie if ℓ
were quadratic. [1]_ x is measured from the optimum in units of its covariance (`profiled`). What has not settled, or is
no constrained maximum on the right side, is NaN and left to `profile`, which walks along the curve step by step.

.. [1] Venzon & Moolgavkar (1988), A method for computing profile-likelihood-based confidence intervals, Applied
   Statistics 37(1), 87–94.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...density.stack import Stack
from ...model.support import Support
from ...search.problem import coordinates_of, evaluator
from ..scale import supports
from ..wald import normal_quantile

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = NDArray[np.intp]

_STEPS = 25
_LONGEST = 1.0
"""In SE: what is further away in one step is approached in several."""
_SETTLED = 1e-8
"""A Newton step this short (in SE) is the last: its own error is its square."""
_STEP, _WIDE = 1e-3, 1e-2
"""Of a standard error, for numerical derivatives of a quantity; see `profiled`."""


def profile_ends(stack: Stack, theta: Array, power: float, level: float, index: Index) -> tuple[Array, Array]:
    """Lower and upper ends ``(r, q)`` of every quantity of the data sets at ``index`` ``(r,)``; NaN where not found.

    ``theta`` ``(r, p)`` are their optima of log-likelihood + ``power`` · log prior, inside their supports.
    """
    program = stack.program
    lower = np.full((len(index), len(program.quantity_labels)), np.nan)
    upper = lower.copy()
    with np.errstate(all="ignore"):
        problem = _Problem(stack, theta, power, index)
        for position, support in enumerate(supports(program)):
            for side, ends in ((-1.0, lower), (1.0, upper)):
                ends[problem.kept, position] = problem.ends(position, support, side * float(normal_quantile(level)))
    return lower, upper


@dataclass(frozen=True)
class _Quantity:
    """A quantity on its unconstrained scale as a function of x: value ``(r,)``, gradient and Hessian."""

    of: Callable[[Array], Array]
    row: Array | None
    """Its gradient ``(r, f)`` where it is linear."""

    def derivatives(self, x: Array) -> tuple[Array, Array]:
        """Gradient ``(r, f)`` and Hessian ``(r, f, f)``, by central differences unless it is linear."""
        count, size = x.shape
        if self.row is not None:
            return self.row, np.zeros((count, size, size))
        # Second differences lose digits as the step squared, so that the Hessian takes a wider one than the gradient.
        near, wide = _STEP * np.eye(size), _WIDE * np.eye(size)
        gradient = np.stack([(self.of(x + e) - self.of(x - e)) / (2 * _STEP) for e in near], axis=1)
        centre = self.of(x)
        each = [self.of(x + e) + self.of(x - e) for e in wide]
        hessian = np.empty((count, size, size))
        for i, a in enumerate(wide):
            for j, b in enumerate(wide):
                both = self.of(x + a + b) + self.of(x - a - b)
                hessian[:, i, j] = (both - each[i] - each[j] + 2 * centre) / (2 * _WIDE**2)
        return gradient, hessian


class _Problem:
    """R log densities around their optima; ``kept`` are those whose optimum is a proper one."""

    def __init__(self, stack: Stack, theta: Array, power: float, index: Index) -> None:
        program, evaluate = stack.program, evaluator(stack, power)
        z = coordinates_of(stack, index).z(theta)
        value, gradient, hessian = evaluate(z, index)
        sound = np.isfinite(value) & np.all(np.isfinite(z) & np.isfinite(gradient), axis=1)
        sound &= np.all(np.isfinite(hessian), axis=(1, 2))
        information = np.where(sound[:, None, None], -hessian, np.eye(z.shape[1]))
        self.kept = np.flatnonzero(sound & (np.linalg.eigvalsh(information)[:, 0] > 0))
        self.index, self.z, self.height = index[self.kept], z[self.kept], value[self.kept]
        self.root = np.swapaxes(np.linalg.inv(np.linalg.cholesky(information[self.kept])), 1, 2)
        self.evaluate, self.program = evaluate, program
        self.coordinates = coordinates_of(stack, self.index)

    def ends(self, position: int, support: Support, quantile: float) -> Array:
        """Where one quantity's profile falls by ``quantile``²/2, below the optimum if it is negative, ``(r,)``."""
        quantity = self._quantity(position, support)
        origin = np.zeros_like(self.z)
        gradient, _ = quantity.derivatives(origin)
        length = np.linalg.norm(gradient, axis=1)
        x, multiplier = quantile * gradient / length[:, None], -quantile / length
        x, multiplier, settled = self._solved(quantity, x, multiplier, quantile)
        settled &= self._proper(quantity, x, multiplier, quantile)
        value = support.constrain(quantity.of(x))
        return np.where(settled, value, np.nan)

    def _quantity(self, position: int, support: Support) -> _Quantity:
        program = self.program
        layout, linear = program.layout, self.coordinates.linear

        def of(x: Array) -> Array:
            theta = self.coordinates.theta(self._z(x))
            return np.asarray(support.unconstrain(program.quantities(theta)[:, position]))

        if position >= layout.size or not layout.parameter_of(layout.labels[position]).support.elementwise:
            return _Quantity(of, None)
        u = of(np.zeros_like(self.z))
        slopes = linear[position] @ self.coordinates.jacobian(self.z) / support.slope(u)[:, None]
        return _Quantity(of, (slopes[:, None, :] @ self.root)[:, 0])

    def _z(self, x: Array) -> Array:
        return self.z + (self.root @ x[:, :, None])[:, :, 0]

    def _at(self, x: Array) -> tuple[Array, Array, Array]:
        """Height relative to the optimum's, gradient and Hessian in x."""
        value, gradient, hessian = self.evaluate(self._z(x), self.index)
        back = np.swapaxes(self.root, 1, 2)
        return value - self.height, (back @ gradient[:, :, None])[:, :, 0], back @ hessian @ self.root

    def _solved(self, quantity: _Quantity, x: Array, multiplier: Array, quantile: float) -> tuple[Array, Array, Bools]:
        """x ``(r, f)`` and λ ``(r,)`` after Newton's method, and which of them have settled."""
        settled = np.zeros(len(x), dtype=np.bool_)
        for _ in range(_STEPS):
            height, gradient, hessian = self._at(x)
            slope, bend = quantity.derivatives(x)
            # Unknowns x and λ; equations ∇ℓ − λ∇g = 0 and ℓ + q²/2 = 0; their Jacobian is the bordered matrix.
            system = _bordered(hessian - multiplier[:, None, None] * bend, -slope, gradient)
            missing = np.concatenate(
                [gradient - multiplier[:, None] * slope, (height + quantile**2 / 2)[:, None]], axis=1
            )
            step = -_solve(system, missing)
            length = np.linalg.norm(step[:, :-1], axis=1)
            step *= np.where(settled, 0.0, np.minimum(1.0, _LONGEST / np.maximum(length, 1e-300)))[:, None]
            x, multiplier = x + step[:, :-1], multiplier + step[:, -1]
            settled |= length < _SETTLED
            if np.all(settled | np.isnan(length)):
                break
        return x, multiplier, settled

    def _proper(self, quantity: _Quantity, x: Array, multiplier: Array, quantile: float) -> Bools:
        """Whether this is a maximum inside the surface, on the right side, with a higher density half-way."""
        _, _, hessian = self._at(x)
        slope, bend = quantity.derivatives(x)
        # The Lagrangian's Hessian bordered by ∇g: positive inside the surface exactly if one eigenvalue is negative.
        inside = multiplier[:, None, None] * bend - hessian
        symmetric = _bordered(inside, slope, slope)
        sound = np.all(np.isfinite(symmetric), axis=(1, 2))
        values = np.linalg.eigvalsh(np.where(sound[:, None, None], symmetric, np.eye(symmetric.shape[1])))
        maximum = sound & (values[:, 0] < 0) & np.all(values[:, 1:] > 0, axis=1)  # one below 0: the border's own
        outwards = (quantity.of(x) - quantity.of(np.zeros_like(x))) * quantile > 0
        half_way = self._at(x / 2)[0]
        return maximum & outwards & (multiplier * quantile < 0) & (half_way < 1e-6) & (half_way > -(quantile**2) / 2)


def _bordered(block: Array, column: Array, row: Array) -> Array:
    """Matrices ``(r, f + 1, f + 1)``: ``block`` ``(r, f, f)`` with a last column, a last row and 0 in the corner."""
    count, size = column.shape
    found = np.zeros((count, size + 1, size + 1))
    found[:, :size, :size], found[:, :size, size], found[:, size, :size] = block, column, row
    return found


def _solve(system: Array, right: Array) -> Array:
    """Solutions ``(r, k)`` of small systems; NaN where one is singular or not finite."""
    sound = np.all(np.isfinite(system), axis=(1, 2)) & np.all(np.isfinite(right), axis=1)
    safe = np.where(sound[:, None, None], system, np.eye(system.shape[1]))
    sound &= np.abs(np.linalg.det(safe)) > 0
    safe = np.where(sound[:, None, None], safe, np.eye(system.shape[1]))
    found = np.linalg.solve(safe, right[:, :, None])[:, :, 0]
    return np.where(sound[:, None], found, np.nan)
