"""The trunk of regressions: formulas for parameters through links, both likelihoods, ratios, and separation.

The first formula is for the family's location: g(location) = X β + offset. A further one is for another parameter, by
that parameter's own link: log σ = X_sigma β_sigma.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property, partial

import numpy as np
import scipy

from ...data import counts
from ...data.column import Column, number
from ...data.dataset import Dataset
from ...data.formulas.parts import FormulaRule
from ...model import families, links
from ...model.censoring import seen
from ...model.links import Link
from ...model.parameter import Function, Parameter, of_argument
from ...model.prior import DEFAULTS
from ...model.support import positive, real
from . import falls, separation
from .censored import Censored
from .exact import restricted_normal
from .starts import others_at, weighted_least_squares

PRIORS = {
    "identity": "coefficients of y",
    "log": "coefficients of log y",
    "inverse": "coefficients of 1/y",
    "sqrt": "coefficients of root y",
}
"""Default priors of coefficients by link; "coefficients" under those of probabilities, which have no units."""
HAZARD_PRIORS = {
    "log": "coefficients of log hazard",
    "identity": "coefficients of 1/y",
    "inverse": "coefficients of y",
}
"""Where the location is a hazard, whose unit is one over that of y."""


class Regression(Censored):
    """A ``family`` whose location is g⁻¹(X β + offset) under the ``link`` g; its other arguments are parameters.

    ``further`` names those of them that have a formula, too. ``censorable`` says whether y may be known by bounds
    alone. ``typical`` overrides the table's typical values, by parameter.
    """

    link: Link
    censorable = False
    further: tuple[str, ...] = ()
    typical: Mapping[str, float] = {}

    @cached_property
    def formula(self):
        return FormulaRule(further=self.further)

    @property
    def columns(self):
        outcome, *others = super().columns
        read = (outcome, *others) if self.censorable else (replace(outcome, optional=False), *self.beside)
        return (*read, *(Column(f"offset_{name}", number, optional=True) for name in self.further))

    @cached_property
    def parameters(self):
        priors = HAZARD_PRIORS if self.family.of_hazard else PRIORS
        prior = DEFAULTS[priors.get(self.link.name, "coefficients")]
        words = f"how much {self.predicted} {'grow' if self.link is links.logit else 'grows'} per unit of the covariate"
        beta = Parameter("beta", "β", real, prior, self.typical.get("beta", 1.0), dims=("term",), meaning=words)
        return (beta, *(self._parameter(argument) for argument in self.family.others))

    def _parameter(self, argument):
        """The parameter of another argument, or the coefficients of its formula."""
        if argument.row not in self.further:
            return of_argument(argument, typical=self.typical.get(argument.row, argument.typical))
        scaled = argument.prior in ("scale", "spread") and argument.link == "log"
        return Parameter(
            f"beta_{argument.row}",
            f"β_{argument.symbol}",
            real,
            DEFAULTS["coefficients of log sd" if scaled else "coefficients"],
            0.2,
            dims=(f"term_{argument.row}",),
            meaning=f"how much {_on_scale(argument.link, argument.row)} grows per unit of the covariate",
        )

    @property
    def predicted(self):
        """What the first formula is for, on the scale of its link, in words."""
        location = next((a.row for a in self.family.arguments if a.name == self.family.location), self.family.location)
        return "the log odds" if self.link is links.logit else _on_scale(self.link.name, f"the {location} of y")

    @property
    def scales(self):
        """Said where the first formula's is not the mean itself, and of every further one."""
        first = {} if self.link in (links.identity, links.logit) else {"beta": self.predicted}
        named = [argument for argument in self.family.others if argument.row in self.further]
        return first | {f"beta_{a.row}": _on_scale(a.link, a.row) for a in named}

    @cached_property
    def functions(self):
        name = self.family.ratio_under(self.link.name)
        return () if not name else (Function(name, _exponential, ("term",), positive, self.ratio_moments),)

    def ratio_moments(self, tails, data):
        """Moments of exp(β), by the likelihood where it is known how that falls, else by the prior alone."""
        known = falls.of(self.family, self.link)
        if known is None:
            return separation.by_prior(tails, data)
        return separation.ratios(partial(known, data), tails["beta"], len(tails["beta"]))

    def moments(self, tails, data):
        """Moments of β, where a prior may be left alone with it."""
        known = falls.levels(self.family, self.link, self.censorable)
        return {} if known is None else {"beta": separation.coefficients(partial(known, data), tails["beta"])}

    def predictor(self, theta, data):
        """η = X β + offset."""
        return linear(theta, data)

    def arguments(self, theta, data):
        eta = self.predictor(theta, data)
        if self.family.at_odds is not None:
            return self.family.at_odds(self.link.odds(eta), data["trials"])
        others = {argument.name: self._other(argument, theta, data) for argument in self.family.others}
        others |= {role: data[role] for role in self.family.read}
        mean = self.link.mean(eta)
        return self.family.around_location(mean * data["exposure"] if "exposure" in data else mean, others)

    def _other(self, argument, theta, data):
        """The value of another parameter, in each row where it has a formula."""
        name = argument.row
        if name not in self.further:
            return theta[name]
        return links.LINKS[argument.link].mean(linear(theta, data, f"_{name}"))

    def restriction(self, theta, data):
        normal = self.family.name == families.normal.name and self.link is links.identity and not self.censorable
        return restricted_normal(data, data["X"], self.arguments(theta, data)["sigma"]) if normal else None

    def design(self, n, rng):
        """An intercept and two covariates, one continuous and one binary (never constant); of further ones, one.

        Where the link needs predictors above 0, so are the covariates.
        """
        group = rng.permutation(np.arange(n) % 2).astype(float)
        x = rng.normal(size=n)
        inside = self.link.predictors is not real or self.family.location_support is not self.link.means
        columns = {"X": np.column_stack([np.ones(n), scipy.special.ndtr(x) if inside else x, group])}
        columns |= {f"X_{name}": np.column_stack([np.ones(n), rng.normal(size=n)]) for name in self.further}
        beside = {column.role: np.full(n, column.default) for column in self.beside if column.default is not None}
        further = {f"term_{name}": ("Intercept", "z1") for name in self.further}
        return Dataset({**columns, **beside}, {"term": ("Intercept", "x1", "x2"), **further})

    def start(self, data):
        """The exact estimate where one is known, else weighted least squares, and other parameters one by one.

        Of successes no covariate has an effect: least squares would follow covariates that separate them.
        """
        known = self.closed_form_mle(data)
        if known and all(p.support.contains(known[p.name]) for p in self.parameters):
            return known
        point = {p.name: np.zeros(len(data.coords[p.dims[0]])) if p.dims else p.typical for p in self.parameters}
        if "trials" in data:
            return point
        return others_at(self, {**point, "beta": weighted_least_squares(self, data)}, data)

    def divergence(self, data):
        if not seen(data).any():
            return "beta runs off: no outcome was seen to its end"
        what = "the successes from the failures"
        if "trials" in data and (reason := separation.divergence(self, data, falls.of_trials(data), what)):
            return reason
        scale = next((each.row for each in self.family.others if each.prior == "scale"), None)
        if not scale or self.link.name != "identity":
            return None
        if _explained(data):
            return f"{scale} runs to 0: the terms explain every y exactly"
        cell = _explained_cell(data, f"X_{scale}") if scale in self.further else None
        words = f"{scale} runs to 0 in {cell} rows that share its predictor: the terms explain their y exactly"
        return words if cell else None


def linear(theta, data, of=""):
    """X β + offset of the location, or ``of`` another parameter; without X, all of it is in the offset.

    β is ``(k,)``, or ``(R, k)`` where the rows are those of R data sets of one size, one below the other.
    """
    known = data.get(f"offset{of}")
    if f"X{of}" not in data:
        return known
    design, beta = data[f"X{of}"], theta[f"beta{of}"]
    if np.ndim(beta) == 1:
        eta = design @ beta
    else:
        eta = np.ravel(design.reshape(len(beta), -1, design.shape[1]) @ beta[:, :, None])
    return eta if known is None else eta + known


def _explained_cell(data, design):
    """How many rows share a predictor of another parameter and are explained exactly; None without such rows.

    Of a parameter that is free in each cell of equal rows of its ``design``, that of one may run off alone.
    """
    cells, of = np.unique(data[design], axis=0, return_inverse=True)
    if "y" not in data or len(cells) > np.linalg.matrix_rank(cells):
        return None
    sizes = (np.flatnonzero(of == cell) for cell in range(len(cells)))
    return next((len(rows) for rows in sizes if _explained(data.rows(rows))), None)


def _explained(data):
    """Whether least squares leave nothing of y but rounding."""
    if "upper" in data or not np.all(data.get("event", 1.0) == 1):
        return False
    left = data["y"] - data.get("offset", 0.0)
    residuals = left - data["X"] @ np.linalg.lstsq(data["X"], left, rcond=None)[0]
    return bool(np.max(np.abs(residuals)) <= rounding(left))


def rounding(y):
    """How far terms that explain y ``(n,)`` exactly may miss a value."""
    return 8 * np.spacing(np.max(np.abs(y)))


def _on_scale(link, name):
    words = {"identity": name, "log": f"log {name}", "inverse": f"1/({name})", "sqrt": f"√({name})"}
    return words.get(link, f"{link}({name})")


def _exponential(theta):
    return np.exp(theta["beta"])


def least_squares(data, y):
    """Coefficients (k,) that minimise ‖y − Xβ‖ over observations, by QR on columns of unit length.

    Columns of very different size (powers of x) cost digits in normal equations and none here.
    """
    roots = counts.roots(data)
    design_matrix = data["X"] * np.reshape(roots, (-1, 1))
    length = np.linalg.norm(design_matrix, axis=0)
    design_matrix /= length
    q, r = np.linalg.qr(design_matrix)
    return scipy.linalg.solve_triangular(r, q.T @ (y * roots)) / length


def beyond_offset(data):
    """y less what of its mean is known ``(n,)``, under the identity link."""
    return data["y"] - data["offset"] if "offset" in data else data["y"]


def triangle(data):
    """The k + 1 rows of R in [X y] = Q R, with weights that sum to n: the sufficient statistics of a normal outcome.

    A row's weight counts its log sigma; its square is counted once, so that the row is divided by the weight's root.
    """
    if data.size <= data["X"].shape[1] + 1:
        return None
    # ‖y − Xβ‖ is the norm of R (−β, 1), since Q keeps lengths: k + 1 rows say of every β what all n say.
    both = np.column_stack([data["X"], beyond_offset(data)]) * np.reshape(counts.roots(data), (-1, 1))
    length = np.linalg.norm(both, axis=0)
    both /= np.where(length > 0, length, 1.0)
    r = np.linalg.qr(both, mode="r") * length
    weight = data.size / len(r)
    sums = {"X": r[:, :-1] / np.sqrt(weight), "y": r[:, -1] / np.sqrt(weight)}
    still = {"offset": np.zeros(len(r))} if "offset" in data else {}
    return Dataset({**sums, **still}, data.coords), np.full(len(r), weight)
