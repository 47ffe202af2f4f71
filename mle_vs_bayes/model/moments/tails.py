"""How fast a prior falls: towards infinity on either side, and towards a finite end of its support.

A posterior moment exists where the density falls fast enough, and where the data say little that is for the prior to
do. Two numbers describe a tail: the moments it has (E|x|^k is finite for k below ``power``: ν for Student's t, −1 for
a flat density, infinite for whatever falls faster than every power), and the exponentials (E exp(t|x|) is finite for t
below ``rate``: 1/b for Laplace's, 0 for every power, infinite for a normal). At the bound itself neither is finite.
A finite end is described by the inverse moments: E (x − end)^−k is finite for k below ``near``. Each number is read
off the formula of the density, and tested against the slopes of SciPy's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..prior import Prior
from ..support import Support

INFINITE = float("inf")


@dataclass(frozen=True)
class Tail:
    """One side: ``power`` and ``rate`` as above."""

    power: float = INFINITE
    rate: float = INFINITE

    def raised(self, power: float) -> "Tail":
        """That of the density to a power."""
        return Tail(power * (self.power + 1) - 1, power * self.rate if self.rate else 0.0)


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
        """Those of the density to a power: near an end, x^(a − 1) becomes x^(power (a − 1))."""
        lower, upper = (power * (near - 1) + 1 for near in (self.near_lower, self.near_upper))
        below, above = self.below.raised(power), self.above.raised(power)
        return replace(self, below=below, above=above, near_lower=lower, near_upper=upper)


def of(prior: Prior, support: Support, power: float = 1.0) -> Tails:
    """The tails of one element's ``prior`` to a ``power``, near the ends of its parameter's ``support``."""
    tails = FAMILIES[prior.family](**prior.arguments).raised(power)
    lower, upper = float(prior.support.lower), float(prior.support.upper)
    near_lower = tails.near_lower if lower <= support.lower else INFINITE
    near_upper = tails.near_upper if upper >= support.upper else INFINITE
    words = f"{prior}" if power == 1 else f"{prior} to the power {power:g}"
    return replace(tails, near_lower=near_lower, near_upper=near_upper, lower=lower, words=words)


def _line(tail: Tail) -> Tails:
    return Tails(tail, tail)


def _positive(above: Tail, near: float = 1.0) -> Tails:
    """A density on (0, ∞) that is like x^(near − 1) at 0."""
    return Tails(above=above, near_lower=near)


def _gamma(**a: Any) -> Tails:
    shape, rate = (a["alpha"], a["beta"]) if "alpha" in a else ((a["mu"] / a["sigma"]) ** 2, a["mu"] / a["sigma"] ** 2)
    return _positive(Tail(rate=rate), shape)


def _inverse_gamma(**a: Any) -> Tails:
    """x^(−α − 1) exp(−β/x): with the mean and standard deviation given, α = (mu/sigma)² + 2."""
    return _positive(Tail(a["alpha"] if "alpha" in a else (a["mu"] / a["sigma"]) ** 2 + 2, 0.0), INFINITE)


def _weibull(alpha: float, beta: float) -> Tails:
    """exp(−(x/β)^α) falls faster than every exponential for α above 1, and slower than all below."""
    return _positive(Tail(rate=INFINITE if alpha > 1 else 1 / beta if alpha == 1 else 0.0), alpha)


def _beta(**a: Any) -> Tails:
    if "alpha" in a:
        return Tails(near_lower=a["alpha"], near_upper=a["beta"])
    count = a["nu"] if "nu" in a else a["mu"] * (1 - a["mu"]) / a["sigma"] ** 2 - 1
    return Tails(near_lower=a["mu"] * count, near_upper=(1 - a["mu"]) * count)


def _exponential(**a: Any) -> Tails:
    return _positive(Tail(rate=a["lam"] if "lam" in a else 1 / a["scale"]))


def _cut(**_arguments: Any) -> Tails:
    """Positive at both ends, where it has any, and falling like a normal where it has none."""
    return Tails(near_lower=1.0, near_upper=1.0)


FAMILIES: Mapping[str, Callable[..., Tails]] = {
    "Flat": lambda: _line(Tail(-1.0, 0.0)),
    "Normal": lambda **a: _line(Tail()),
    "StudentT": lambda nu, **a: _line(Tail(nu, 0.0)),
    "Cauchy": lambda **a: _line(Tail(1.0, 0.0)),
    "Laplace": lambda b, **a: _line(Tail(rate=1 / b)),
    "Logistic": lambda s, **a: _line(Tail(rate=1 / s)),
    "SkewNormal": lambda **a: _line(Tail()),
    "Gumbel": lambda beta, **a: Tails(above=Tail(rate=1 / beta)),
    "Jeffreys": lambda: replace(_line(Tail(-1.0, 0.0)), near_lower=1.0, near_upper=1.0, joint=True),
    "HalfFlat": lambda: _positive(Tail(-1.0, 0.0)),
    "HalfNormal": lambda **a: _positive(Tail()),
    "HalfStudentT": lambda nu, **a: _positive(Tail(nu, 0.0)),
    "HalfCauchy": lambda **a: _positive(Tail(1.0, 0.0)),
    "Exponential": _exponential,
    "Gamma": _gamma,
    "InverseGamma": _inverse_gamma,
    "LogNormal": lambda **a: _positive(Tail(rate=0.0), INFINITE),
    "Weibull": _weibull,
    "ChiSquared": lambda nu: _positive(Tail(rate=0.5), nu / 2),
    "Beta": _beta,
    "Kumaraswamy": lambda a, b: Tails(near_lower=a, near_upper=b),
    "LogitNormal": lambda **a: Tails(),
    "Uniform": _cut,
    "TruncatedNormal": _cut,
}
"""By the names of `families.FAMILIES`; a Dirichlet's elements are Beta."""
