"""The support of a parameter, and its map to the whole line.

Everything works elementwise on NumPy arrays of any shape. ``u`` is the unconstrained
value: θ itself on the line, log θ on (0, ∞), logit θ on (0, 1).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Support:
    """An open interval (lower, upper) with its map to the line; this one is the line itself."""

    name: str
    lower: float = -np.inf
    upper: float = np.inf

    def contains(self, theta: Array | float) -> bool:
        """Whether every element lies strictly inside."""
        values = np.asarray(theta, dtype=float)
        return bool(np.all(np.isfinite(values) & (values > self.lower) & (values < self.upper)))

    def holds(self, other: "Support") -> bool:
        """Whether `other` lies inside this support."""
        return self.lower <= other.lower and other.upper <= self.upper

    def unconstrain(self, theta: Array) -> Array:
        return theta

    def constrain(self, u: Array) -> Array:
        return u

    def slope(self, u: Array) -> Array:
        """dθ/du."""
        return np.ones_like(u)

    def bend(self, u: Array) -> Array:
        """d²θ/du²."""
        return np.zeros_like(u)


class Positive(Support):
    """(0, ∞) through the logarithm."""

    def unconstrain(self, theta: Array) -> Array:
        return np.log(theta)

    def constrain(self, u: Array) -> Array:
        return np.exp(u)

    def slope(self, u: Array) -> Array:
        return np.exp(u)

    def bend(self, u: Array) -> Array:
        return np.exp(u)


class Unit(Support):
    """(0, 1) through the log odds."""

    def unconstrain(self, theta: Array) -> Array:
        return np.log(theta) - np.log1p(-theta)

    def constrain(self, u: Array) -> Array:
        return np.exp(-np.logaddexp(0.0, -u))

    def slope(self, u: Array) -> Array:
        theta = self.constrain(u)
        return theta * (1 - theta)

    def bend(self, u: Array) -> Array:
        theta = self.constrain(u)
        return theta * (1 - theta) * (1 - 2 * theta)


real = Support("real")
positive = Positive("positive", 0.0, np.inf)
unit = Unit("unit", 0.0, 1.0)
