"""Supports of vectors whose elements are tied together: rising values, and shares that sum to one."""

import numpy as np
from numpy.typing import NDArray

from .support import Support

Array = NDArray[np.float64]


class Ordered(Support):
    """θ₁ < θ₂ < … through θ₁ and the logarithms of the gaps."""

    def contains(self, theta: Array | float) -> bool:
        values = np.atleast_1d(np.asarray(theta, dtype=float))
        return bool(np.all(np.isfinite(values)) and np.all(np.diff(values) > 0))

    def bounded(self, size: int) -> tuple[bool, ...]:
        return (False, *(True,) * (size - 1))

    def unconstrain(self, theta: Array) -> Array:
        return np.concatenate([theta[:1], np.log(np.diff(theta))])

    def constrain(self, u: Array) -> Array:
        return np.cumsum(np.concatenate([u[:1], np.exp(u[1:])]))

    def slope(self, u: Array) -> Array:
        """The diagonal of the Jacobian, which is triangular."""
        return np.concatenate([np.ones(1), np.exp(u[1:])])

    def jacobian(self, u: Array) -> Array:
        return np.tril(np.ones((len(u), len(u)))) * self.slope(u)

    def curvature(self, u: Array, gradient: Array) -> Array:
        later = np.cumsum(gradient[::-1])[::-1]
        return np.diag(np.concatenate([np.zeros(1), np.exp(u[1:]) * later[1:]]))


class Simplex(Support):
    """Shares above 0 that sum to 1, through log ratios to the last of them (f = k − 1)."""

    tied = True

    def free(self, size: int) -> int:
        return size - 1

    def contains(self, theta: Array | float) -> bool:
        values = np.atleast_1d(np.asarray(theta, dtype=float))
        return bool(np.all(values > 0) and abs(values.sum() - 1) < 1e-9)

    def unconstrain(self, theta: Array) -> Array:
        return np.log(theta[:-1]) - np.log(theta[-1])

    def constrain(self, u: Array) -> Array:
        exponents = np.append(u, 0.0)
        shares = np.exp(exponents - exponents.max())
        return shares / shares.sum()

    def slope(self, u: Array) -> Array:
        theta = self.constrain(u)[:-1]
        return theta * (1 - theta)

    def jacobian(self, u: Array) -> Array:
        theta = self.constrain(u)
        return np.diag(theta)[:, :-1] - np.outer(theta, theta[:-1])

    def curvature(self, u: Array, gradient: Array) -> Array:
        theta = self.constrain(u)
        mean, free = gradient @ theta, theta[:-1]
        away = gradient[:-1] - mean
        return np.diag(free * away) - np.outer(free, free) * (away[:, None] + away)


ordered = Ordered("ordered")
simplex = Simplex("simplex", 0.0, 1.0)
