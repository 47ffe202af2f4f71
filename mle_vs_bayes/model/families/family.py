"""A distribution as a record: what everything that needs one reads, from default priors to likelihoods.

It is worded twice: in SciPy and NumPy, and in PyMC. Nothing here makes one wording from the other, so that a rate
taken for a scale shows as soon as the two are compared, which tests do over the whole table, and
`density/parity.py` for every model before anything is estimated.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.column import ColumnKind, number
from ..support import Support, positive, real, unit
from .tails import Tails

Array = NDArray[np.float64]
Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Argument:
    """One argument of a distribution, under PyMC's name, and the parameter that fills it in a model.

    ``row`` is what rows call that parameter and ``symbol`` what formulas do; ``meaning`` says it in words.
    ``prior`` is the name of its default prior (a key of `prior.DEFAULTS`), ``link`` that of its default link
    (a key of `links.LINKS`), ``typical`` a value of the size met in practice.
    """

    name: str
    support: Support = real
    row: str = ""
    symbol: str = ""
    meaning: str = ""
    prior: str = ""
    link: str = ""
    typical: float = 1.0

    def __post_init__(self) -> None:
        natural = {real.name: "identity", positive.name: "log", unit.name: "logit"}
        object.__setattr__(self, "row", self.row or self.name)
        object.__setattr__(self, "link", self.link or natural.get(self.support.name, "identity"))


def plain(*names: str, within: Support = real) -> tuple[Argument, ...]:
    """Arguments that no model's parameter fills: those of priors."""
    return tuple(Argument(name, within) for name in names)


@dataclass(frozen=True)
class Form:
    """Other arguments that name the same distribution: ``tau`` in the place of ``sigma``.

    ``into`` turns their values into those of the family's own ``arguments``, in NumPy. ``log_density`` is given where
    that would cost digits (log odds turned into a probability).
    """

    arguments: tuple[Argument, ...]
    into: Callable[..., dict[str, Any]]
    log_density: Callable[..., Any] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(argument.name for argument in self.arguments)


@dataclass(frozen=True)
class Family:
    """One distribution. ``y`` is a value or an array of them; arguments broadcast against it.

    Parameters
    ----------
    name : str
        PyMC's.
    arguments : tuple of Argument
        In PyMC's order, of the form that everything else here is written in; ``forms`` are others PyMC takes.
    support : Support
        Where a parameter lies that has this family as its prior.
    values : ColumnKind
        What an outcome with this distribution may be.
    scipy, of_scipy
        The name of SciPy's distribution, and its arguments as a function of ours.
    of_pymc
        PyMC's arguments as a function of ours, where they are others; one arithmetic for NumPy and PyTensor.
    log_density, log_survival : functions of (y, arguments), optional
        Written out where SciPy has none, or where its checks of arguments cost ten times the formula.
    log_density_symbol, log_survival_symbol : functions of (y, arguments), optional
        The same in PyTensor, where PyMC has no such distribution, rounds its constants to single precision, or has
        no second derivatives.
    draw : function of (generator, size, arguments), optional
        NumPy's generator where it has one, else SciPy's.
    mean, variance : functions of the arguments, optional
        In NumPy; NaN or infinite where there is none.
    location : str
        The argument that a model's first formula is for, or ``mean`` where ``at_mean`` gives the arguments.
    at_mean : function of (mean, other arguments), optional
        The arguments of the distribution with this mean, in arithmetic that NumPy and PyTensor share.
    one_value : str
        What cannot be estimated where every y is the same: ``a spread``.
    tails : function of the arguments, optional
        How the density falls on either side and near its ends (`Tails`); of a prior, moments of posteriors hang on it.
    elsewhere : mapping of a program's name to text
        The same distribution in R, Stata, scikit-learn …, written in our arguments.
    prior, proper : bool
        Whether a parameter may have it as its prior, and whether it then integrates to 1.
    """

    name: str
    arguments: tuple[Argument, ...] = ()
    support: Support = real
    values: ColumnKind = number
    scipy: str = ""
    of_scipy: Callable[..., dict[str, Any]] = field(default=lambda **arguments: arguments)
    of_pymc: Callable[..., dict[str, Any]] = field(default=lambda **arguments: arguments)
    log_density: Callable[..., Any] | None = None
    log_survival: Callable[..., Any] | None = None
    log_density_symbol: Callable[..., Any] | None = None
    log_survival_symbol: Callable[..., Any] | None = None
    draw: Callable[..., Any] | None = None
    mean: Callable[..., Any] | None = None
    variance: Callable[..., Any] | None = None
    location: str = ""
    at_mean: Callable[..., dict[str, Any]] | None = None
    forms: tuple[Form, ...] = ()
    one_value: str = ""
    tails: Callable[..., Tails] | None = None
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    prior: bool = True
    proper: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the arguments, in PyMC's order."""
        return tuple(argument.name for argument in self.arguments)

    @property
    def signatures(self) -> tuple[tuple[str, ...], ...]:
        """The sets of argument names that determine the density."""
        return (self.names, *(form.names for form in self.forms))

    @property
    def argument_lists(self) -> tuple[tuple[Argument, ...], ...]:
        """The arguments of each of the `signatures`."""
        return (self.arguments, *(form.arguments for form in self.forms))

    @property
    def discrete(self) -> bool:
        """Whether values are whole numbers, so that SciPy has a mass function for them."""
        return "count" in self.values.name

    @property
    def worded_twice(self) -> bool:
        """Whether there is a wording besides PyMC's."""
        return bool(self.scipy) or self.log_density is not None

    def with_parameters(self, **changes: Mapping[str, Any]) -> "Family":
        """The same distribution whose parameters have another row, prior, typical value …, by argument."""
        return replace(self, arguments=tuple(replace(a, **changes.get(a.name, {})) for a in self.arguments))

    # In SciPy and NumPy.

    def logp(self, y: Any, arguments: Arguments) -> Any:
        """Log density, or log probability of a count, of each ``y``."""
        form = self._form(arguments)
        if form is not None and form.log_density is not None:
            return form.log_density(y, **arguments)
        own = self.own(arguments)
        if self.log_density is not None:
            return self.log_density(y, **own)
        scipy = self._scipy()
        return (scipy.logpmf if self.discrete else scipy.logpdf)(y, **self.of_scipy(**own))

    def logsf(self, y: Any, arguments: Arguments) -> Any:
        """log P(Y > y)."""
        own = self.own(arguments)
        if self.log_survival is not None:
            return self.log_survival(y, **own)
        return self._scipy().logsf(y, **self.of_scipy(**own))

    def logcdf(self, y: Any, arguments: Arguments) -> Any:
        """log P(Y ≤ y)."""
        return self._scipy().logcdf(y, **self.of_scipy(**self.own(arguments)))

    def random(self, generator: np.random.Generator, size: Any, arguments: Arguments) -> Any:
        """Values of shape ``size``."""
        own = self.own(arguments)
        if self.draw is not None:
            return self.draw(generator, size, **own)
        return self._scipy().rvs(**self.of_scipy(**own), size=size, random_state=generator)

    def own(self, arguments: Arguments) -> dict[str, Any]:
        """The values of the family's own ``arguments`` from those of any of its forms."""
        form = self._form(arguments)
        return dict(arguments) if form is None else form.into(**arguments)

    def _form(self, arguments: Arguments) -> Form | None:
        return next((form for form in self.forms if set(form.names) == set(arguments)), None)

    def _scipy(self) -> Any:
        import scipy.stats

        return getattr(scipy.stats, self.scipy)

    # In PyMC.

    def pymc(self, name: str, arguments: Arguments, **keywords: Any) -> Any:
        """The variable ``name`` in the open PyMC model."""
        import pymc

        if self.log_density_symbol is not None:
            return pymc.CustomDist(name, *arguments.values(), **self._custom(arguments), **keywords)
        return getattr(pymc, self.name)(name, **self._of_pymc(arguments), **keywords)

    def dist(self, arguments: Arguments) -> Any:
        """The same without a name, as `pymc.logp` takes it."""
        import pymc

        if self.log_density_symbol is not None:
            return pymc.CustomDist.dist(*arguments.values(), **self._custom(arguments))
        return getattr(pymc, self.name).dist(**self._of_pymc(arguments))

    def symbolic_logsf(self, y: Any, arguments: Arguments) -> Any:
        """log P(Y > y) as a graph."""
        import pymc

        if self.log_survival_symbol is not None:
            return self.log_survival_symbol(y, **arguments)
        return pymc.logccdf(self.dist(arguments), y)

    def _of_pymc(self, arguments: Arguments) -> dict[str, Any]:
        """PyMC's arguments from ours; another form of PyMC's own is handed on as it is."""
        return self.of_pymc(**arguments) if set(arguments) == set(self.names) else dict(arguments)

    def _custom(self, arguments: Arguments) -> dict[str, Any]:
        """What makes a distribution of PyMC's from the graph of a log density and NumPy's draws."""
        symbol, names = self.log_density_symbol, tuple(arguments)
        assert symbol is not None

        def random(*values: Any, rng: Any = None, size: Any = None) -> Any:
            return self.random(rng, size, dict(zip(names, values, strict=True)))

        def log_density(y: Any, *values: Any) -> Any:
            return symbol(y, **dict(zip(names, values, strict=True)))

        return {"logp": log_density, "random": random}
