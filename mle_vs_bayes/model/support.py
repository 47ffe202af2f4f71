"""The support of a parameter, and its map to unconstrained coordinates.

``u`` are the unconstrained coordinates of one parameter, shape ``(f,)``; ``theta`` its values,
shape ``(k,)``. Most supports work elementwise and have f = k: θ itself on the line, log θ on
(0, ∞), log odds on (0, 1). Vectors whose elements are tied together (rising values, shares that sum to one) may have
fewer.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Side = Literal["lower", "upper"]
SIDES: tuple[Side, ...] = ("lower", "upper")


@dataclass(frozen=True)
class Support:
    """An open interval (lower, upper) with its map to the line; this one is the line itself.

    ``closed`` names the ends that are themselves possible values (a spread between groups of 0). ``attainable`` names
    those that are not, but that an optimum may lie on: a probability of 0 is the estimate where nothing happened, and
    the mode under a prior whose density is above 0 there, such as Beta(1, 5).
    """

    name: str
    lower: float = -np.inf
    upper: float = np.inf
    closed: tuple[Side, ...] = ()
    attainable: tuple[Side, ...] = ()
    elementwise: ClassVar[bool] = True
    """Whether each element has an unconstrained coordinate of its own, so that the Jacobian is diagonal."""
    tied: ClassVar[bool] = False
    """Whether the elements of a vector must fit together, so that no density of one of them will do."""
    rising: ClassVar[bool] = False
    """Whether each element of a vector lies above the one before."""
    restricts: ClassVar[bool] = False
    """Whether it leaves out a part of what the priors of single elements allow, such as values in another order."""

    @property
    def ends(self) -> dict[str, float]:
        """The finite ends by side."""
        return {side: end for side, end in (("lower", self.lower), ("upper", self.upper)) if np.isfinite(end)}

    @property
    def closed_ends(self) -> dict[Side, float]:
        """The ends that an optimum may lie on, by side; where a density is 0 or infinite on one, it has none there."""
        return {side: getattr(self, side) for side in SIDES if side in (*self.closed, *self.attainable)}

    def coordinate_at(self, side: Side) -> float:
        """The unconstrained coordinate of an end: −∞ or +∞."""
        return -np.inf if side == "lower" else np.inf

    def element(self, place: int, size: int) -> "Support":
        """The support of one of ``size`` elements alone, whose map to the line its intervals are made on."""
        return self

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

    def transform(self, size: int) -> Any | None:
        """PyMC's transform of ``size`` elements to the line, where PyMC knows none of its own."""
        return None

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


class Below(Support):
    """(−∞, upper) through the logarithm of the distance from ``upper``."""

    def coordinate_at(self, side: Side) -> float:
        return -np.inf  # the logarithm of no distance

    def unconstrain(self, theta: Array) -> Array:
        return np.log(self.upper - theta)

    def constrain(self, u: Array) -> Array:
        return self.upper - np.exp(u)

    def slope(self, u: Array) -> Array:
        return -np.exp(u)

    def bend(self, u: Array) -> Array:
        return -np.exp(u)


class Between(Support):
    """(lower, upper) through the log odds of where a value lies between the two."""

    def unconstrain(self, theta: Array) -> Array:
        return np.log(theta - self.lower) - np.log(self.upper - theta)

    def constrain(self, u: Array) -> Array:
        share = unit.constrain(u)
        return share * self.upper + (1 - share) * self.lower

    def slope(self, u: Array) -> Array:
        return (self.upper - self.lower) * unit.slope(u)

    def bend(self, u: Array) -> Array:
        return (self.upper - self.lower) * unit.bend(u)


class Increasing(Support):
    """θ₁ < θ₂ < … through θ₁ and the logarithms of the gaps."""

    elementwise, rising, restricts = False, True, True

    def element(self, place: int, size: int) -> Support:
        """Over the line, as values in another order are the same ones with other names."""
        return real

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


class IncreasingAbove0(Increasing):
    """0 < θ₁ < θ₂ < … through the logarithms of θ₁ and of the gaps."""

    def element(self, place: int, size: int) -> Support:
        return positive

    def contains(self, theta: Array | float) -> bool:
        return super().contains(theta) and bool(np.all(np.asarray(theta) > 0))

    def bounded(self, size: int) -> tuple[bool, ...]:
        return (True,) * size

    def unconstrain(self, theta: Array) -> Array:
        return np.log(np.diff(theta, prepend=0.0))

    def constrain(self, u: Array) -> Array:
        return np.cumsum(np.exp(u))

    def slope(self, u: Array) -> Array:
        return np.exp(u)

    def curvature(self, u: Array, gradient: Array) -> Array:
        return np.diag(np.exp(u) * np.cumsum(gradient[::-1])[::-1])


class Simplex(Support):
    """Shares above 0 that sum to 1, through log ratios to the last of them (f = k − 1)."""

    elementwise, tied = False, True

    def element(self, place: int, size: int) -> Support:
        return unit

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


real = Support("real")
positive = Above("positive", 0.0)
nonnegative = Above("nonnegative", 0.0, closed=("lower",))
frequency = Above("positive", 0.0, attainable=("lower",))
unit = Unit("unit", 0.0, 1.0, attainable=SIDES)
share = Unit("share", 0.0, 1.0, closed=SIDES)
correlation = Between("correlation", -1.0, 1.0, attainable=SIDES)
ordered = Increasing("ordered")
ordered_positive = IncreasingAbove0("ordered_positive", 0.0)
simplex = Simplex("simplex", 0.0, 1.0)
