"""A distribution as a record: what everything that needs one reads, from default priors to likelihoods.

It is worded twice: in SciPy and NumPy, and in PyMC. Nothing here makes one wording from the other, so that a rate
taken for a scale shows as soon as the two are compared, which tests do over the whole table, and
`density/parity.py` for every model before anything is estimated.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from inspect import signature
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.column import ColumnKind, number
from ..support import Support, real
from .argument import USUAL_LINKS, Argument, Form
from .tails import Tails

Array = NDArray[np.float64]
Arguments = Mapping[str, Any]


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
    log_density_symbol, log_survival_symbol, log_distribution_symbol : functions of (y, arguments), optional
        The same, and log F, in PyTensor, where PyMC has no such distribution, rounds its constants to single
        precision, loses digits (log S as log(1 − F)), or has no second derivatives.
    draw : function of (generator, size, arguments), optional
        NumPy's generator where it has one, else SciPy's.
    mean, variance : functions of the arguments, optional, in NumPy; NaN or infinite where there is none.
    mean_from : mapping of an argument's name to a number
        From where on the mean is finite and stays within a multiple of the location; below, or towards it, there is
        none, or it grows faster than every power. Of arguments that are not named any value will do.
    location : str
        The argument that a model's first formula is for, or what it is (``mean``, ``median``) where ``at_mean`` gives
        the arguments; empty where no formula is known.
    located : Support, optional
        Where the location lies that is neither an argument nor lies where y does: the chance of successes.
    at_mean : function of (location, other parameters), optional
        The arguments of the distribution at this location, in arithmetic that NumPy and PyTensor share.
    links : tuple of str
        Links that the location takes, the default first; by its support unless given.
    ratio : str
        What exp(beta) is under the log link; ``rate_ratio`` of counts and ``mean_ratio`` of others unless given.
    around : tuple of Argument, optional
        The parameters beside the location, where they are not the family's other arguments.
    read : tuple of str
        Roles of columns that ``at_mean`` takes beside the location and the parameters: the known errors of y.
    at_odds : function of (log odds of the location, trials), optional
        The arguments at these log odds, which keep digits that the location would lose.
    one_value : str
        What cannot be estimated where every y is the same: ``a spread``.
    tails : function of the arguments, optional
        How the density falls on either side and near its ends (`Tails`), which moments of posteriors follow from.
    distribution_function : bool
        Whether PyMC has one, so that an outcome can be censored.
    elsewhere : mapping of a program's name to text
        The same distribution in R, Stata, scikit-learn …, written in our arguments.
    prior, proper : bool
        Whether a parameter may have it as its prior, and whether it then integrates to 1.
    smooth : bool
        Whether the log density has no kink inside its support.
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
    log_distribution_symbol: Callable[..., Any] | None = None
    draw: Callable[..., Any] | None = None
    mean: Callable[..., Any] | None = None
    variance: Callable[..., Any] | None = None
    mean_from: Mapping[str, float] = field(default_factory=dict)
    location: str = ""
    located: Support | None = None
    at_mean: Callable[..., dict[str, Any]] | None = None
    links: tuple[str, ...] = ()
    ratio: str = ""
    around: tuple[Argument, ...] | None = None
    forms: tuple[Form, ...] = ()
    read: tuple[str, ...] = ()
    at_odds: Callable[..., dict[str, Any]] | None = None
    one_value: str = ""
    tails: Callable[..., Tails] | None = None
    distribution_function: bool = True
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    prior: bool = True
    proper: bool = True
    smooth: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the arguments, in PyMC's order."""
        return tuple(argument.name for argument in self.arguments)

    @property
    def signatures(self) -> tuple[dict[str, Argument], ...]:
        """The sets of arguments, by name, that determine the density."""
        return tuple({a.name: a for a in each} for each in (self.arguments, *(form.arguments for form in self.forms)))

    # Around a location, as a formula needs it.

    @property
    def location_support(self) -> Support:
        """Where the location lies: of a mean, the values themselves."""
        return self.located or next((a.support for a in self.arguments if a.name == self.location), self.support)

    @property
    def location_links(self) -> tuple[str, ...]:
        """Names of the links that the location takes, the default first."""
        return self.links or USUAL_LINKS.get(self.location_support.name, ())

    @property
    def others(self) -> tuple[Argument, ...]:
        """The parameters beside the location."""
        if self.around is not None:
            return self.around
        arguments = signature(self.at_mean).parameters if self.at_mean else self.names
        return tuple(a for a in self.arguments if a.prior and a.name in arguments and a.name != self.location)

    def around_location(self, location: Any, others: Arguments) -> dict[str, Any]:
        """The arguments at a location and ``others`` by their names, in NumPy or PyTensor."""
        if self.at_mean is not None:
            return self.at_mean(location, **others)
        return {self.location: location, **others}

    def ratio_under(self, link: str) -> str:
        """What exp(beta) is under a link: ``odds_ratio``, ``rate_ratio``, ``mean_ratio``, ``time_ratio``, or empty."""
        if link == "log":
            return self.ratio or ("rate_ratio" if self.discrete else "mean_ratio")
        return "odds_ratio" if link == "logit" else ""

    @property
    def of_hazard(self) -> bool:
        """Whether the location is a hazard, so that it is large where y is small."""
        return self.ratio == "hazard_ratio"

    @property
    def censored(self) -> bool:
        """Whether an outcome may be known by bounds alone: one on a continuous scale with a distribution function."""
        return self.distribution_function and not self.discrete and self.worded_twice

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
        values = self.in_first_form(arguments)
        if self.log_density is not None:
            return self.log_density(y, **values)
        scipy = self._scipy()
        return (scipy.logpmf if self.discrete else scipy.logpdf)(y, **self.of_scipy(**values))

    def logsf(self, y: Any, arguments: Arguments) -> Any:
        """log P(Y > y)."""
        values = self.in_first_form(arguments)
        if self.log_survival is not None:
            return self.log_survival(y, **values)
        return self._scipy().logsf(y, **self.of_scipy(**values))

    def exceeded_with(self, chance: Any, arguments: Arguments) -> Any:
        """The y of each ``chance`` P(Y > y)."""
        return self._scipy().isf(chance, **self.of_scipy(**self.in_first_form(arguments)))

    def logcdf(self, y: Any, arguments: Arguments) -> Any:
        """log P(Y ≤ y)."""
        return self._scipy().logcdf(y, **self.of_scipy(**self.in_first_form(arguments)))

    def chances(self, y: Any, arguments: Arguments) -> tuple[Any, Any] | None:
        """P(Y < y) and P(Y = y) of each ``y``; None of a family whose distribution function SciPy does not have."""
        if not self.scipy:
            return None
        values = self.in_first_form(arguments)
        up_to = self._scipy().cdf(y, **self.of_scipy(**values))
        at = np.exp(self.logp(y, values)) if self.discrete else np.zeros_like(up_to)
        return up_to - at, at

    def random(self, generator: np.random.Generator, size: Any, arguments: Arguments) -> Any:
        """Values of shape ``size``."""
        values = self.in_first_form(arguments)
        if self.draw is not None:
            return self.draw(generator, size, **values)
        return self._scipy().rvs(**self.of_scipy(**values), size=size, random_state=generator)

    def in_first_form(self, arguments: Arguments) -> dict[str, Any]:
        """The values of ``self.arguments`` from those of any of the forms."""
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

    def dist(self, arguments: Arguments, **keywords: Any) -> Any:
        """The same without a name, as `pymc.logp` takes it."""
        import pymc

        if self.log_density_symbol is not None:
            return pymc.CustomDist.dist(*arguments.values(), **self._custom(arguments), **keywords)
        return getattr(pymc, self.name).dist(**self._of_pymc(arguments), **keywords)

    def symbolic_logp(self, y: Any, arguments: Arguments) -> Any:
        """The graph of the log density, or log probability of a count."""
        import pymc

        if self.log_density_symbol is not None:
            return self.log_density_symbol(y, **self.in_first_form(arguments))
        return pymc.logp(self.dist(arguments), y)

    def symbolic_logsf(self, y: Any, arguments: Arguments) -> Any:
        """The graph of log P(Y > y)."""
        import pymc

        if self.log_survival_symbol is not None:
            return self.log_survival_symbol(y, **self.in_first_form(arguments))
        return pymc.logccdf(self.dist(arguments), y)

    def symbolic_logcdf(self, y: Any, arguments: Arguments) -> Any:
        """The graph of log P(Y ≤ y)."""
        import pymc

        if self.log_distribution_symbol is not None:
            return self.log_distribution_symbol(y, **self.in_first_form(arguments))
        return pymc.logcdf(self.dist(arguments), y)

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
