"""A prior is a small record: a family, its arguments, and nothing of PyMC until it is built.

``Prior("Gamma", alpha=2, beta=1)`` prints as ``Gamma(alpha=2, beta=1)`` and is read back by
`parse`. An argument may be `Scaled`: a number times a named summary of the data. Such priors are
resolved once into plain numbers, before any model exists, so that a name means one log density.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..errors import UsageError
from ..words import closest
from .families import PRIORS
from .summaries import SUMMARIES
from .support import Support

if TYPE_CHECKING:
    import pymc

Number = float | tuple[float, ...]


@dataclass(frozen=True)
class Scaled:
    """``factor`` times a summary of the data, named from the closed vocabulary of ``summaries.py``."""

    factor: float
    by: str

    def __post_init__(self) -> None:
        SUMMARIES[self.by]

    def resolve(self, data: Dataset) -> Number:
        value = self.factor * np.asarray(SUMMARIES[self.by](data))
        return float(value) if value.ndim == 0 else tuple(float(v) for v in value)

    def __str__(self) -> str:
        return self.by if self.factor == 1 else f"{self.factor:g} × {self.by}"


class Prior:
    """A prior of one parameter: a family of PyMC's by name and its arguments.

    Parameters
    ----------
    family : str
        A key of `families.PRIORS`.
    **arguments : float, tuple of float or Scaled
        PyMC's own argument names. A tuple holds one value per element of a vector parameter.

    Raises
    ------
    UsageError
        Unknown family, wrong argument names, or a scale that is not above 0.
    """

    def __init__(self, family: str, **arguments: "Number | Scaled") -> None:
        self.family = family
        self.arguments: Mapping[str, Number | Scaled] = {k: _number(v) for k, v in arguments.items()}
        _check(self)

    def __str__(self) -> str:
        return f"{self.family}({', '.join(f'{k}={_text(v)}' for k, v in self.arguments.items())})"

    def __repr__(self) -> str:
        return "".join([f'Prior("{self.family}"', *(f", {k}={v!r}" for k, v in self.arguments.items()), ")"])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Prior) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))

    @property
    def signature(self) -> tuple[str, ...]:
        """Family and argument names: what a leaf looks at to see whether the prior is conjugate."""
        return (self.family, *self.arguments)

    @property
    def proper(self) -> bool:
        return PRIORS[self.family].proper

    @property
    def smooth(self) -> bool:
        """Whether the log density has no kink inside its support."""
        return PRIORS[self.family].smooth

    @property
    def drawable(self) -> bool:
        """Whether an element has a density of its own that can be drawn over a grid."""
        return self.proper

    @property
    def alike(self) -> bool:
        """Whether all elements of a parameter have one prior, so that two of them may change places."""
        return not any(isinstance(number, tuple) and len({*number}) > 1 for number in self.arguments.values())

    @property
    def support(self) -> Support:
        """Where the density is above 0, as far as plain numbers say: the widest interval over elements."""
        base = PRIORS[self.family].support
        if self.family not in ("Uniform", "TruncatedNormal"):
            return base
        ends = {k: v for k, v in self.arguments.items() if k in ("lower", "upper") and not isinstance(v, Scaled)}
        lower, upper = np.min(ends.get("lower", base.lower)), np.max(ends.get("upper", base.upper))
        return Support(str(self), float(lower), float(upper))

    def resolve(self, data: Dataset) -> "Prior":
        """The same prior with every `Scaled` argument turned into numbers."""
        numbers = {k: v.resolve(data) if isinstance(v, Scaled) else v for k, v in self.arguments.items()}
        return Prior(self.family, **numbers)

    def element(self, position: int) -> "Prior":
        """The prior of one element of a vector parameter; of shares that sum to one, the marginal one."""
        if self.family == "Dirichlet":
            a = np.asarray(self.arguments["a"])
            return Prior("Beta", alpha=float(a[position]), beta=float(a.sum() - a[position]))
        return Prior(self.family, **{k: v[position] if isinstance(v, tuple) else v for k, v in self.arguments.items()})

    def density(self, grid: NDArray[np.float64]) -> NDArray[np.float64]:
        """The density of a scalar prior over a grid, shape of the grid, as PyMC has it."""
        import pymc

        with np.errstate(all="ignore"):
            return np.asarray(np.exp(pymc.logp(self.pymc(), grid).eval(mode="FAST_COMPILE")))

    @property
    def worded_twice(self) -> bool:
        """Whether the density is known from SciPy, too, so that PyMC's can be checked and true values drawn."""
        return PRIORS[self.family].worded_twice

    def log_density(self, values: NDArray[np.float64]) -> float:
        """SciPy's log density of all elements ``(k,)`` of a parameter."""
        return float(np.sum(PRIORS[self.family].logp(values, self._numbers())))

    def draw(self, size: int, generator: np.random.Generator) -> NDArray[np.float64]:
        """One draw ``(size,)`` of a parameter, by NumPy or SciPy."""
        return np.asarray(PRIORS[self.family].random(generator, size, self._numbers()), dtype=np.float64)

    def draw_in(self, support: Support, size: int, generator: np.random.Generator) -> NDArray[np.float64]:
        """Of values with one prior and an order sorted, of others drawn until they fit together.

        The density of values in order is the product of their priors on that part of the space; sorting maps the whole
        space on it, and keeps the density where exchanging two values does.
        """
        while True:
            drawn = self.draw(size, generator)
            if support.rising and self.alike:
                return np.sort(drawn)
            if not support.restricts or support.contains(drawn):
                return drawn

    def _numbers(self) -> dict[str, NDArray[np.float64]]:
        return {name: np.asarray(value, dtype=float) for name, value in self.arguments.items()}

    def pymc(
        self, nodes: Mapping[str, Any] | None = None, shape: tuple[int, ...] = (), **keywords: Any
    ) -> "pymc.Distribution":
        """The PyMC distribution: a named variable given ``name=``, else an unnamed ``.dist``.

        ``nodes`` take the place of the numbers, by argument. ``shape`` is the parameter's: of a matrix the numbers,
        one per element, are laid out in it.
        """
        # as arrays, since PyTensor makes 2.5 a float32
        numbers = {k: np.asarray(v, dtype=float) for k, v in self.arguments.items()} if nodes is None else nodes
        if len(shape) > 1:
            numbers = {k: v.reshape(shape) if v.ndim else v for k, v in numbers.items()}
        family, name = PRIORS[self.family], keywords.pop("name", None)
        made: pymc.Distribution
        made = family.dist(numbers, **keywords) if name is None else family.pymc(name, numbers, **keywords)
        return made


def parse(text: str) -> Prior:
    """Read ``Gamma(alpha=2, beta=1)``, ``Gamma(2, 1)`` or ``jeffreys``; never evaluates code.

    Raises
    ------
    UsageError
        With the text and an example, when it is not a family's name with numbers.
    """
    advice = 'write it as a call with numbers, such as "Gamma(alpha=2, beta=1)"'
    try:
        call = ast.parse(text.strip(), mode="eval").body
        named = call.func if isinstance(call, ast.Call) else call
        if not isinstance(named, ast.Name):
            raise TypeError("a family is one word")
        positional = [_literal(node) for node in getattr(call, "args", [])]
        keywords = {str(k.arg): _literal(k.value) for k in getattr(call, "keywords", [])}
    except (SyntaxError, ValueError, AttributeError, TypeError) as error:
        raise UsageError(f'prior "{text}" does not parse; {advice}.') from error
    name = "Jeffreys" if named.id == "jeffreys" else named.id  # the one prior that people write as a word
    _known(name)
    order = PRIORS[name].names
    if len(positional) > len(order):
        raise UsageError(f'prior "{text}" has {len(positional)} arguments; {name} takes {", ".join(order) or "none"}.')
    return Prior(name, **dict(zip(order, positional, strict=False)), **keywords)


def _literal(node: ast.expr) -> Number:
    if (text := ast.unparse(node)) in ("inf", "-inf"):
        return float(text)
    value = ast.literal_eval(node)
    return tuple(float(v) for v in value) if isinstance(value, list | tuple) else float(value)


def _number(value: Any) -> "Number | Scaled":
    if isinstance(value, Scaled):
        return value
    return float(value) if np.ndim(value) == 0 else tuple(float(v) for v in value)


def _text(value: "Number | Scaled") -> str:
    if isinstance(value, Scaled):
        return str(value)
    return f"{value:g}" if isinstance(value, float) else "[" + ", ".join(f"{v:.3g}" for v in value) + "]"


def _known(family: str) -> None:
    if family not in PRIORS:
        near = closest(family, PRIORS)
        hint = f"did you mean {near}?" if near else f"known are {', '.join(PRIORS)}."
        raise UsageError(f'prior family "{family}" is not known; {hint}')


def _bounded(family: str, name: str, value: "Number | Scaled") -> bool:
    """Whether an argument is finite, or an end that may be open."""
    if isinstance(value, Scaled):
        return True
    may_be_open = family == "TruncatedNormal" and name in ("lower", "upper")
    return not np.any(np.isnan(value)) if may_be_open else bool(np.all(np.isfinite(value)))


def _check(prior: Prior) -> None:
    _known(prior.family)
    signatures = PRIORS[prior.family].signatures
    signature = next((each for each in signatures if set(each) == set(prior.arguments)), None)
    if signature is None:
        names = ", ".join(prior.arguments) or "nothing"
        ways = " or ".join(", ".join(s) or "no arguments" for s in signatures)
        raise UsageError(f"prior {prior.family} takes {ways}; it was given {names}.")
    for name, value in prior.arguments.items():
        if not _bounded(prior.family, name, value):
            raise UsageError(f"prior {prior} has {name}={_text(value)}; it must be a finite number.")
        lower = signature[name].support.lower
        if not isinstance(value, Scaled) and np.min(value) <= lower > -np.inf:
            raise UsageError(f"prior {prior} has {name}={_text(value)}; it must be above {lower:g}.")
    ends = [prior.arguments.get(end) for end in ("lower", "upper")]
    if not any(end is None or isinstance(end, Scaled) for end in ends) and np.any(
        np.asarray(ends[0]) >= np.asarray(ends[1])
    ):
        raise UsageError(f"prior {prior} has lower not below upper; swap them.")


DEFAULTS: dict[str, Prior] = {
    "location": Prior("Normal", mu=Scaled(1, "mean(y)"), sigma=Scaled(2.5, "sd(y)")),
    "scale": Prior("Exponential", lam=Scaled(1, "1/sd(y)")),
    "spread": Prior("HalfNormal", sigma=Scaled(2.5, "sd(y)")),
    "size": Prior("HalfNormal", sigma=Scaled(10, "mean(y)")),
    "shape": Prior("Gamma", alpha=2, beta=1),
    "dispersion": Prior("Exponential", lam=1),
    "skewness": Prior("Normal", mu=0, sigma=4),
    "concentration": Prior("Gamma", alpha=2, beta=0.1),
    "location of logarithms": Prior("Normal", mu=Scaled(1, "mean(log y)"), sigma=Scaled(2.5, "sd(log y)")),
    "spread of logarithms": Prior("Exponential", lam=1),
    "large size": Prior("HalfNormal", sigma=Scaled(100, "mean(y)")),
    "slope": Prior("Gamma", alpha=1, beta=Scaled(0.1, "exposure/events")),
    "tails": Prior("Gamma", alpha=2, beta=0.1),
    "chance": Prior("Beta", alpha=2, beta=2),
    "events": Prior("Gamma", alpha=1, beta=Scaled(1, "exposure/events")),
    "precision": Prior("Gamma", alpha=1, beta=0.01),
    "shares": Prior("Dirichlet", a=1),
    "cutpoints": Prior("Normal", mu=0, sigma=Scaled(2.5, "spread at x = 0")),
    "coefficients": Prior("Normal", mu=0, sigma=Scaled(2.5, "1/sd(x)")),
    "effects": Prior("HalfNormal", sigma=Scaled(2.5, "1/sd(effect)")),
    "effects of y": Prior("HalfNormal", sigma=Scaled(2.5, "sd(y)/sd(effect)")),
    "correlation": Prior("LKJ", eta=2),
    "coefficients of y": Prior("Normal", mu=Scaled(1, "mean(y) at Intercept"), sigma=Scaled(2.5, "sd(y)/sd(x)")),
    "coefficients of log y": Prior("Normal", mu=Scaled(1, "log(mean(y)) at Intercept"), sigma=Scaled(2.5, "1/sd(x)")),
    "coefficients of log hazard": Prior(
        "Normal", mu=Scaled(1, "log(events/exposure) at Intercept"), sigma=Scaled(2.5, "1/sd(x)")
    ),
    "coefficients of log sd": Prior("Normal", mu=Scaled(1, "log(sd(y)) at Intercept"), sigma=Scaled(2.5, "1/sd(x)")),
    "coefficients of 1/y": Prior(
        "Normal", mu=Scaled(1, "1/mean(y) at Intercept"), sigma=Scaled(2.5, "1/(mean(y) sd(x))")
    ),
    "coefficients of root y": Prior(
        "Normal", mu=Scaled(1, "√mean(y) at Intercept"), sigma=Scaled(2.5, "√mean(y)/sd(x)")
    ),
}
"""Default priors by what a parameter is, for `families.Argument` and for leaves; all follow the units of y."""
