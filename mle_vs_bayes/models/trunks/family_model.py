"""Any family of the catalogue with what was asked of it: formulas, a link, censored outcomes."""

from dataclasses import replace

from ...data.column import offset
from ...errors import UsageError
from ...model.links import LINKS
from ...model.specification import OUTCOME, Specification
from ...words import listed, nearest
from .censored import Censored
from .plain import Plain
from .regression import Regression
from .starts import of_constants


class FamilyRegression(Regression):
    """A family of the catalogue whose location, and whichever other parameters, have formulas.

        g(location[i]) = X[i] · beta + offset[i]
        y[i]           ~ the family at its location and other parameters

    The coefficients' priors are Normal(0, 2.5 / sd(x)), that of the intercept around the link of y's mean. [1]_

    .. [1] McCullagh & Nelder (1989), Generalized Linear Models, 2nd ed., chapter 2.
    """

    weighted = True

    def __init__(self, base: Plain, asked: Specification) -> None:
        self.name, self.family, self.smooth = str(asked), base.family, base.smooth
        self.base = base
        self.beside = tuple(dict.fromkeys([*base.beside, offset]))
        self.link, self.takes_order = LINKS[asked.link or default_link(base)], base.takes_order
        self.further = further(asked)
        self.censorable = asked.censored or base.lifetimes
        self.typical = {"beta": 0.5} if self.link.name != "identity" else {}

    @property
    def exact(self):
        """The leaf that knows exact answers of this very model, or None."""
        plain = not (self.further or self.censorable or self.family.read)
        return EXACT.get((self.family.name, self.link.name)) if plain else None

    def design(self, n, rng):
        """A design with what the base has of known columns beside y."""
        return super().design(n, rng).replace(**{role: self.base.design(n, rng)[role] for role in self.family.read})

    def start(self, data):
        """Of a hazard, which is not of the size of y, as without covariates."""
        return of_constants(self, self.base.start(data), data) if self.family.of_hazard else super().start(data)

    def unusable(self, data):
        """Of an outcome that is read with another column, as successes in trials, what the base says of both."""
        return self.base.unusable(data) if self.family.read else super().unusable(data)


class FamilyCensored(Censored):
    """A family of the catalogue without covariates, whose outcomes may be known by bounds alone.

        y[i] ~ the family     i = 1 … n, in (lower, upper] where it was not seen

    Right-censored where event = 0. [1]_

    .. [1] Kalbfleisch & Prentice (2002), The Statistical Analysis of Failure Time Data.
    """

    weighted = True

    def __init__(self, base: Plain, asked: Specification) -> None:
        self.name, self.family, self.beside, self.smooth = str(asked), base.family, base.beside, base.smooth


EXACT = {("Normal", "identity"): "linear", ("Binomial", "logit"): "logistic"}
"""The leaf that knows exact answers of a family under a link, with one formula and nothing censored."""


def as_needed(base: Plain, asked: Specification) -> Specification:
    """What was asked without what the model is by itself: a regression's first formula, its own link, lifetimes."""
    censored = asked.censored and not base.lifetimes
    if not isinstance(base, Regression):
        return replace(asked, censored=censored)
    link = "" if asked.link == base.link.name else asked.link
    return replace(asked, formula=further(asked), link=link, censored=censored)


def of_family(base: Plain, asked: Specification) -> Plain:
    """The model of a family, or a named regression, with what was asked.

    Raises
    ------
    UsageError
        A parameter or link that the family does not have, in one sentence that names those it has.
    """
    regression = isinstance(base, Regression)
    if asked.censored and not base.family.censored:
        raise UsageError(
            f"outcomes of {asked.name} are counts or classes, which are not censored here; leave out the columns "
            "event, lower, upper and entry."
        )
    if not (asked.formula or asked.link or asked.censored):
        return base
    if base.groups is not None:
        raise UsageError(
            f"{asked.name} has one formula and its own link; for more, take bernoulli with the groups in its formula, "
            'such as "y ~ x + (1 | g)".'
        )
    if not asked.formula and not regression:
        if asked.link:
            raise UsageError(f'the link {asked.link} is for a formula; add one, such as --formula "y ~ x".')
        return FamilyCensored(base, asked)
    if not base.family.location and not asked.link:
        return base  # what columns it reads instead is said where the formula meets the data
    _check_location(base, asked)
    _check_further(base, asked)
    return FamilyRegression(base, asked)


def default_link(base: Plain) -> str:
    """A named regression's own, or the family's."""
    return base.link.name if isinstance(base, Regression) else base.family.location_links[0]


def further(asked: Specification) -> tuple[str, ...]:
    """The parameters beside the location that have formulas."""
    return tuple(name for name in asked.formula if name != OUTCOME)


def _check_location(base: Plain, asked: Specification) -> None:
    known = base.family.location_links
    if not base.family.location or not known:
        raise UsageError(f"the model {asked.name} takes no formula; leave it out.")
    if asked.link and asked.link not in known:
        raise UsageError(
            f"the model {asked.name} takes no link {asked.link}{nearest(asked.link, known)}; it takes {listed(known)}."
        )


def _check_further(base: Plain, asked: Specification) -> None:
    known = [argument.row for argument in base.family.others]
    names = further(asked)
    for name in names:
        if name not in known:
            others = f"further formulas may be for {listed(known)}" if known else "it has no other"
            raise UsageError(
                f'{asked.name} has no parameter "{name}" beside its location, which the first formula is for; {others}.'
            )
        if names.count(name) > 1:
            raise UsageError(f"{name} has {names.count(name)} formulas; keep one.")
