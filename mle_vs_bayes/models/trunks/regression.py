"""The trunk of regressions: coefficients of a formula through a link, both likelihoods, ratios, and separation."""

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import scipy

from ...data import counts
from ...data.dataset import Dataset
from ...model import links
from ...model.links import Link
from ...model.model import FormulaRule
from ...model.parameter import Function, Parameter, of_argument
from ...model.prior import DEFAULTS
from ...model.support import positive, real
from .plain import Plain
from .separation import odds_ratios

RATIOS = {"logit": "odds_ratio"}
"""What exp(beta) is under a link."""


class Regression(Plain):
    """A ``family`` whose location is g⁻¹(X β + offset) under the ``link`` g; its other arguments are parameters.

    ``typical`` overrides the table's typical values, by parameter.
    """

    link: Link
    typical: Mapping[str, float] = {}
    formula = FormulaRule()

    @cached_property
    def parameters(self):  # type: ignore[override]
        prior = DEFAULTS["coefficients of y" if self.link is links.identity else "coefficients"]
        meaning = {links.identity: "how much the mean of y grows", links.logit: "how much the log odds grow"}
        words = f"{meaning.get(self.link, 'how much the linear predictor grows')} per unit of the covariate"
        beta = Parameter("beta", "β", real, prior, self.typical.get("beta", 1.0), dims=("term",), meaning=words)
        rest = [a for a in self.family.arguments if a.prior and a.name != self.family.location]
        return (beta, *(of_argument(a, typical=self.typical.get(a.row, a.typical)) for a in rest))

    @cached_property
    def functions(self):  # type: ignore[override]
        name = RATIOS.get(self.link.name)
        return () if name is None else (Function(name, _exponential, ("term",), positive, odds_ratios),)

    def predictor(self, theta, data):
        """η = X β + offset."""
        eta = data["X"] @ theta["beta"]
        return eta + data["offset"] if "offset" in data else eta

    def arguments(self, theta, data):
        """Trials enter through the log odds of their chance, which keep digits that the chance would lose."""
        eta, family = self.predictor(theta, data), self.family
        if "trials" in data:
            return {"n": data["trials"].astype("int64"), "logit_p": self.link.odds(eta)}
        others = {a.name: theta[a.row] for a in family.arguments if a.prior and a.name != family.location}
        mean = self.link.mean(eta)
        return family.at_mean(mean, **others) if family.at_mean else {family.location: mean, **others}

    def design(self, n, rng):
        """An intercept and two covariates, one continuous and one binary (never constant)."""
        group = rng.permutation(np.arange(n) % 2).astype(float)
        covariates = np.column_stack([np.ones(n), rng.normal(size=n), group])
        beside = {column.role: np.full(n, column.default) for column in self.beside if column.default is not None}
        return Dataset({"X": covariates, **beside}, {"term": ("Intercept", "x1", "x2")})

    def start(self, data):
        """The exact estimate where one is known, else no covariate has an effect."""
        known = self.closed_form_mle(data)
        return known or {p.name: np.zeros(data["X"].shape[1]) if p.dims else p.typical for p in self.parameters}

    def divergence(self, data):
        term = separating_term(data) if "trials" in data else None
        return None if term is None else f"{term} runs off: the covariates separate the successes from the failures"


def _exponential(theta):
    return np.exp(theta["beta"])


def least_squares(design_matrix, y):
    """Coefficients (k,) that minimise ‖y − Xβ‖, by QR on columns of unit length.

    Columns of very different size (powers of x) cost digits in normal equations and none here.
    """
    length = np.linalg.norm(design_matrix, axis=0)
    q, r = np.linalg.qr(design_matrix / length)
    return scipy.linalg.solve_triangular(r, q.T @ y) / length


def triangle(data):
    """The k + 1 rows of R in [X y] = Q R, with weights that sum to n: the sufficient statistics of a normal outcome.

    A row's weight counts its log sigma; its square is counted once, so that the row is divided by the weight's root.
    """
    if data.size <= data["X"].shape[1] + 1:
        return None
    both = np.column_stack([data["X"], data["y"]]) * np.reshape(counts.roots(data), (-1, 1))
    length = np.linalg.norm(both, axis=0)
    r = np.linalg.qr(both / np.where(length > 0, length, 1.0), mode="r") * length
    weight = data.size / len(r)
    bare = Dataset({role: values for role, values in data.items() if role != counts.WEIGHTS}, data.coords)
    return bare.replace(X=r[:, :-1] / np.sqrt(weight), y=r[:, -1] / np.sqrt(weight)), np.full(len(r), weight)


def separating_term(data) -> str | None:
    """The label of the coefficient that grows most along a direction that separates y, or None.

    Rows with failures must lie at or below 0 and rows with successes at or above 0 of some
    combination of covariates, not all of them at 0: a linear programme (Konis 2007, DPhil thesis,
    University of Oxford, section 4.2).
    """
    scaled = data["X"] / np.abs(data["X"]).max(axis=0)
    successes, failures = scaled[data["y"] > 0], scaled[data["y"] < data["trials"]]
    signed = np.unique(np.vstack([successes, -failures]), axis=0)
    found = scipy.optimize.linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1, 1))
    if found.status != 0 or -found.fun < 1e-6 * len(signed):  # the solver keeps constraints to 1e-7 each
        return None
    return f"beta[{data.coords['term'][int(np.argmax(np.abs(found.x)))]}]"
