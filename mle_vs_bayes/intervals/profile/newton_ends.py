"""Ends of profile intervals by Newton's method, of R data sets at once.

An end is where the log density has fallen by half the χ²₁ quantile while its gradient points along that of the
quantity t: ∇ℓ(x) = λ ∇t(x) and ℓ(x) = −q²/2, f + 1 equations solved by Newton's method from where they would lie if ℓ
were quadratic. [1]_ x and t are those of `surface`. What has not settled, or is no constrained maximum on the right
side, is NaN and left to `profile`, which walks along the curve step by step.

.. [1] Venzon & Moolgavkar (1988), A method for computing profile-likelihood-based confidence intervals, Applied
   Statistics 37(1), 87–94.
"""

import numpy as np
from numpy.typing import NDArray

from ...search.problem import Problem
from ..wald import normal_quantile
from .surface import Quantity, Surface, quantity

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = NDArray[np.intp]

_STEPS = 25
_LONGEST = 1.0
"""Longest step, in SE: what is further away is approached in several."""
_SETTLED = 1e-8
"""A Newton step this short (in SE) is the last: its own error is its square."""


def profile_ends(problem: Problem, theta: Array, level: float) -> tuple[Array, Array]:
    """Lower and upper ends ``(R, q)`` of every quantity of R data sets; NaN where they are not found.

    ``theta`` ``(R, p)`` are the optima of the ``problem``, inside their supports.
    """
    program = problem.program
    lower = np.full((problem.count, len(program.quantity_labels)), np.nan)
    upper = lower.copy()
    with np.errstate(all="ignore"):
        surface, proper = _around(problem, theta)
        for position in range(lower.shape[1] if proper.size else 0):
            profiled = quantity(surface, program, position)
            for side, ends in ((-1.0, lower), (1.0, upper)):
                ends[proper, position] = _ends(surface, profiled, side * float(normal_quantile(level)))
    return lower, upper


def _around(problem: Problem, theta: Array) -> tuple[Surface, Index]:
    """The surface around the optima that are proper maxima, and their places."""
    z = problem.coordinates.z(theta)
    value, gradient, hessian = problem.evaluate(z, np.arange(problem.count))
    sound = np.isfinite(value) & np.all(np.isfinite(z) & np.isfinite(gradient), axis=1)
    sound &= np.all(np.isfinite(hessian), axis=(1, 2))
    curved = np.linalg.eigvalsh(np.where(sound[:, None, None], -hessian, np.eye(z.shape[1])))[:, 0] > 0
    proper = np.flatnonzero(sound & curved)
    return Surface(problem.some(proper), z[proper], value[proper], hessian[proper]), proper


def _ends(surface: Surface, profiled: Quantity, quantile: float) -> Array:
    """Where one quantity's profile falls by ``quantile``²/2, below the optimum if it is negative, ``(r,)``."""
    x, multiplier, settled = _solved(surface, profiled, quantile)
    proper = settled & _proper(surface, profiled, x, multiplier, quantile)
    return np.where(proper, profiled.value_at(x), np.nan)


def _solved(surface: Surface, profiled: Quantity, quantile: float) -> tuple[Array, Array, Bools]:
    """x ``(r, f)`` and λ ``(r,)`` after Newton's method, and which of them have settled."""
    # Of a quadratic ℓ = −|x|²/2 the end lies at x = q ∇t, where ∇ℓ = −q ∇t, since |∇t| = 1 at the optimum.
    x = quantile * profiled.gradient(np.zeros_like(surface.centre))
    multiplier, settled = np.full(len(x), -quantile), np.zeros(len(x), dtype=np.bool_)
    for _ in range(_STEPS):
        height, slope, bend = surface.at(x), profiled.gradient(x), profiled.hessian(x)
        # Unknowns x and λ; equations ∇ℓ − λ∇t = 0 and ℓ + q²/2 = 0; their Jacobian is the bordered matrix.
        system = _bordered(height.hessian - multiplier[:, None, None] * bend, -slope, height.gradient)
        missing = np.concatenate(
            [height.gradient - multiplier[:, None] * slope, (height.value + quantile**2 / 2)[:, None]], axis=1
        )
        step = -_solve(system, missing)
        length = np.linalg.norm(step[:, :-1], axis=1)
        step *= np.where(settled, 0.0, np.minimum(1.0, _LONGEST / np.maximum(length, 1e-300)))[:, None]
        x, multiplier = x + step[:, :-1], multiplier + step[:, -1]
        settled |= length < _SETTLED
        if np.all(settled | np.isnan(length)):
            break
    return x, multiplier, settled


def _proper(surface: Surface, profiled: Quantity, x: Array, multiplier: Array, quantile: float) -> Bools:
    """Whether this is a maximum where t has its value, on the right side, with a higher density half-way."""
    slope = profiled.gradient(x)
    # The Lagrangian's Hessian bordered by ∇t: positive where t is held exactly if one eigenvalue is negative.
    curvature = multiplier[:, None, None] * profiled.hessian(x) - surface.at(x).hessian
    symmetric = _bordered(curvature, slope, slope)
    sound = np.all(np.isfinite(symmetric), axis=(1, 2))
    values = np.linalg.eigvalsh(np.where(sound[:, None, None], symmetric, np.eye(symmetric.shape[1])))
    maximum = sound & (values[:, 0] < 0) & np.all(values[:, 1:] > 0, axis=1)  # one below 0: the border's own
    outwards = profiled.of(x) * quantile > 0
    half_way = surface.at(x / 2).value
    return maximum & outwards & (multiplier * quantile < 0) & (half_way < 1e-6) & (half_way > -(quantile**2) / 2)


def _bordered(block: Array, column: Array, row: Array) -> Array:
    """Matrices ``(r, f + 1, f + 1)``: ``block`` ``(r, f, f)`` with a last column, a last row and 0 in the corner."""
    count, size = column.shape
    bordered = np.zeros((count, size + 1, size + 1))
    bordered[:, :size, :size], bordered[:, :size, size], bordered[:, size, :size] = block, column, row
    return bordered


def _solve(system: Array, right: Array) -> Array:
    """Solutions ``(r, k)`` of small systems; NaN where one is singular or not finite."""
    sound = np.all(np.isfinite(system), axis=(1, 2)) & np.all(np.isfinite(right), axis=1)
    safe = np.where(sound[:, None, None], system, np.eye(system.shape[1]))
    sound &= np.abs(np.linalg.det(safe)) > 0
    safe = np.where(sound[:, None, None], safe, np.eye(system.shape[1]))
    return np.where(sound[:, None], np.linalg.solve(safe, right[:, :, None])[:, :, 0], np.nan)
