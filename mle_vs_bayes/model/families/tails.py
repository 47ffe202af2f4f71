"""How fast a prior falls: towards infinity on either side, and towards a finite end of its support.

A posterior moment exists where the density falls fast enough, and where the data say little that is for the prior to
do. Three numbers describe a tail: the moments it has (E|x|^k is finite for k below ``power``: ν for Student's t, −1
for a flat density, infinite for whatever falls faster than every power), the exponentials (E exp(t|x|) is finite for
t below ``rate``: 1/b for Laplace's, 0 for every power, infinite for a normal), and those of squares (E exp(t x²)
below ``square``: 1/(2σ²) for a normal, 0 for Laplace's). At the bound itself none is finite. A finite end is
described by the inverse moments: E (x − end)^−k is finite for k below ``near``. Each number is read off the formula
of the density, and tested against the slopes of SciPy's densities.
"""

from dataclasses import dataclass, replace

INFINITE = float("inf")


@dataclass(frozen=True)
class Tail:
    """One side: ``power``, ``rate`` and ``square`` as above."""

    power: float = INFINITE
    rate: float = INFINITE
    square: float = INFINITE

    def raised(self, power: float) -> "Tail":
        """The tail of the density to a power."""
        return Tail(power * (self.power + 1) - 1, power * self.rate, power * self.square)


def falling_as_power(power: float) -> Tail:
    """x^(−power − 1)."""
    return Tail(power, 0.0, 0.0)


def falling_exponentially(rate: float) -> Tail:
    """exp(−rate x), times any power."""
    return Tail(rate=rate, square=0.0)


def falling_as_normal(sigma: float) -> Tail:
    """exp(−x²/(2σ²))."""
    return Tail(square=0.5 / sigma**2)


@dataclass(frozen=True)
class Tails:
    """Both sides, both ends, and the lower end of the support; of a density on the line ``near_*`` mean nothing."""

    below: Tail = Tail()
    above: Tail = Tail()
    near_lower: float = INFINITE
    near_upper: float = INFINITE
    lower: float = -INFINITE
    joint: bool = False
    """Whether the prior is one density over all parameters (Jeffreys'), of which this is only a bound."""
    words: str = ""
    """The prior, as messages name it."""

    @property
    def power(self) -> float:
        """Of the heavier side."""
        return min(self.below.power, self.above.power)

    def raised(self, power: float) -> "Tails":
        """The tails of the density to a power: near an end, x^(a − 1) becomes x^(power (a − 1))."""
        lower, upper = (power * (near - 1) + 1 for near in (self.near_lower, self.near_upper))
        below, above = self.below.raised(power), self.above.raised(power)
        return replace(self, below=below, above=above, near_lower=lower, near_upper=upper)


def on_the_line(tail: Tail) -> Tails:
    return Tails(tail, tail)


def above_zero(above: Tail, near: float = 1.0) -> Tails:
    """A density on (0, ∞) that is like x^(near − 1) at 0."""
    return Tails(above=above, near_lower=near)


def of_weibull(alpha: float, beta: float) -> Tails:
    """exp(−(x/β)^α): faster than every exponential for α above 1, slower than all below; of squares at 2."""
    at = {1: 1 / beta, 2: 1 / beta**2}
    rate, square = (at[k] if alpha == k else INFINITE if alpha > k else 0.0 for k in at)
    return above_zero(Tail(rate=rate, square=square), alpha)


def of_skew_normal(alpha: float, sigma: float, **_mu: float) -> Tails:
    """2 φ(z) Φ(αz): on the side away from α the second factor falls like exp(−α²z²/2) beside the first."""
    heavy, light = falling_as_normal(sigma), falling_as_normal(sigma / (1 + alpha**2) ** 0.5)
    return Tails(light, heavy) if alpha > 0 else Tails(heavy, light)


def between_ends(lower: float = -INFINITE, upper: float = INFINITE, sigma: float = 1.0, **_mu: float) -> Tails:
    """Positive at both ends, where it has any, and falling like a normal where it has none."""
    below, above = (falling_as_normal(sigma) if abs(end) == INFINITE else Tail() for end in (lower, upper))
    return Tails(below, above, near_lower=1.0, near_upper=1.0)


JOINT = Tails(falling_as_power(-1.0), falling_as_power(-1.0), near_lower=1.0, near_upper=1.0, joint=True)
"""Tails of a prior over all parameters at once, as far as nothing else is known: flat."""
