"""The support of a parameter, and its map to unconstrained coordinates.

``u`` are the unconstrained coordinates of one parameter, shape ``(f,)``; ``theta`` its values,
shape ``(k,)``. Most supports work elementwise and have f = k: θ itself on the line, log θ on
(0, ∞), log odds on (0, 1). Vectors tied together (``vector_support.py``) may have fewer.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Support:
    """An open interval (lower, upper) with its map to the line; this one is the line itself.

    ``closed`` says that the lower end itself is a possible value, so that an optimum may lie on it.
    """

    name: str
    lower: float = -np.inf
    upper: float = np.inf
    closed: bool = False
    tied: ClassVar[bool] = False
    """Whether the elements of a vector must fit together, so that no density of one of them will do."""

    def contains(self, theta: Array | float) -> bool:
        """Whether every element lies strictly inside."""
        values = np.asarray(theta, dtype=float)
        return bool(np.all(np.isfinite(values) & (values > self.lower) & (values < self.upper)))

    def holds(self, other: "Support") -> bool:
        """Whether `other` lies inside this support."""
        return self.tied == other.tied and self.lower <= other.lower and other.upper <= self.upper

    def free(self, size: int) -> int:
        """How many unconstrained coordinates ``size`` elements have."""
        return size

    def bounded(self, size: int) -> tuple[bool, ...]:
        """For each unconstrained coordinate, whether running off means running to an edge of the support."""
        return (np.isfinite(self.lower) or np.isfinite(self.upper),) * size

    def unconstrain(self, theta: Array) -> Array:
        return theta

    def constrain(self, u: Array) -> Array:
        return u

    def slope(self, u: Array) -> Array:
        """dθ/du, elementwise."""
        return np.ones_like(u)

    def bend(self, u: Array) -> Array:
        """d²θ/du², elementwise."""
        return np.zeros_like(u)

    def jacobian(self, u: Array) -> Array:
        """∂θ/∂u, shape ``(k, f)``."""
        return np.diag(self.slope(u))

    def curvature(self, u: Array, gradient: Array) -> Array:
        """Σᵢ gᵢ ∂²θᵢ/∂u∂uᵀ, shape ``(f, f)``, for a gradient ``(k,)`` with respect to θ."""
        return np.diag(self.bend(u) * gradient)


class Above(Support):
    """(lower, ∞) through the logarithm of the distance from ``lower``."""

    def unconstrain(self, theta: Array) -> Array:
        return np.log(theta - self.lower)

    def constrain(self, u: Array) -> Array:
        return self.lower + np.exp(u)

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
positive = Above("positive", 0.0)
nonnegative = Above("nonnegative", 0.0, closed=True)
unit = Unit("unit", 0.0, 1.0)
share = Unit("share", 0.0, 1.0, closed=True)
