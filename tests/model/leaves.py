"""Throw-away leaves that prove what the contract carries: a matrix parameter, a series, ends that follow the data."""

import numpy as np
import scipy

from mle_vs_bayes.data.column import Column, classes, number, positive
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.data.formulas.parts import FormulaRule
from mle_vs_bayes.model import families
from mle_vs_bayes.model.model import Model
from mle_vs_bayes.model.parameter import Function, Parameter
from mle_vs_bayes.model.prior import DEFAULTS, Prior, Scaled
from mle_vs_bayes.model.support import Below, Between, ordered, real
from mle_vs_bayes.model.support import positive as above_0
from mle_vs_bayes.models.trunks.plain import Plain


class Multinomial(Model):
    """Classes whose log odds against the first are linear in the covariates: one line of coefficients per class."""

    name = "multinomial"
    parameters = (Parameter("beta", "β", real, DEFAULTS["coefficients"], 0.5, ("class", "term"), "log odds per unit"),)
    columns = (Column("y", classes),)
    functions = (Function("odds_ratio", lambda theta: np.exp(theta["beta"]), ("class", "term"), above_0),)
    formula = FormulaRule()

    def coords(self, data):
        return {**data.coords, "class": data.coords["outcome"][1:]}

    def design(self, n, rng):
        X = np.column_stack([np.ones(n), 5.0 + 3.0 * rng.normal(size=n)])
        return Dataset({"X": X}, {"term": ("Intercept", "x1"), "outcome": ("a", "b", "c")})

    def simulate(self, theta, design, rng):
        chances = scipy.special.softmax(self.log_odds(theta, design), axis=1)
        return design.replace(y=np.argmax(rng.random(design.n)[:, None] < np.cumsum(chances, axis=1), axis=1))

    def log_odds(self, theta, data):
        return np.column_stack([np.zeros(len(data["X"])), data["X"] @ theta["beta"].T])

    def log_likelihood(self, theta, data):
        every = scipy.special.log_softmax(self.log_odds(theta, data), axis=1)
        return np.take_along_axis(every, data["y"].astype(int)[:, None], axis=1)[:, 0]

    def likelihood(self, theta, data):
        import pymc as pm
        import pytensor.tensor as pt

        eta = data["X"] @ theta["beta"].T
        every = pt.concatenate([pt.zeros_like(eta[:, :1]), eta], axis=1)
        return pm.Categorical("y", logit_p=every, observed=data["y"].astype("int64"))

    def unusable(self, data):
        absent = set(range(len(data.coords["outcome"]))) - set(data["y"].astype(int))
        return f"no y is {data.coords['outcome'][min(absent)]}" if absent else None


class Pareto(Model):
    """Values above an unknown minimum: an end that follows the data, and lies below them."""

    name = "pareto"
    parameters = (
        Parameter("alpha", "α", above_0, Prior("Gamma", alpha=2, beta=1), 2.0, meaning="how fast the tail falls"),
        Parameter("m", "m", above_0, Prior("HalfNormal", sigma=Scaled(10, "mean(y)")), 1.0, meaning="the least value"),
    )
    columns = (Column("y", positive),)
    regular = False
    offers = frozenset({"closed_form_mle"})

    def supports(self, data):
        return {"m": Below("below every y", upper=float(data["y"].min()), closed=("upper",))} if "y" in data else {}

    def design(self, n, rng):
        return Dataset({"unit": np.arange(float(n))})

    def simulate(self, theta, design, rng):
        return Dataset({"y": theta["m"] * (1 + rng.pareto(theta["alpha"], design.n))})

    def log_likelihood(self, theta, data):
        alpha, m, y = theta["alpha"], theta["m"], data["y"]
        return np.where(y >= m, np.log(alpha) + alpha * np.log(m) - (alpha + 1) * np.log(y), -np.inf)

    def likelihood(self, theta, data):
        import pymc as pm

        return pm.Pareto("y", alpha=theta["alpha"], m=theta["m"], observed=data["y"])

    def start(self, data):
        m = data["y"].min() * (1 - 1 / len(data["y"]))
        return {"alpha": 1 / np.mean(np.log(data["y"] / m)), "m": m}

    def closed_form_mle(self, data):
        return {"alpha": 1 / np.mean(np.log(data["y"] / data["y"].min())), "m": data["y"].min()}


class Inside(Plain):
    """A normal mean that is known to lie between the least and the largest value: two ends that follow the data."""

    name = "inside"
    family = families.normal

    def supports(self, data):
        return {"mu": Between("among the values", data["y"].min(), data["y"].max())} if "y" in data else {}

    def start(self, data):
        return {"mu": data["y"].mean(), "sigma": data["y"].std()}


class TwoMeans(Model):
    """Values from two equally likely normal groups of SD 1, whose means stand in rising order."""

    name = "two_means"
    parameters = (Parameter("mu", "μ", ordered, Prior("Normal", mu=0, sigma=1), (-1.0, 1.0), ("component",), "a mean"),)
    columns = (Column("y", number),)

    def coords(self, data):
        return {**data.coords, "component": ("1", "2")}

    def log_likelihood(self, theta, data):
        each = scipy.stats.norm(theta["mu"], 1.0).logpdf(data["y"][:, None])
        return scipy.special.logsumexp(each, axis=1) - np.log(2)

    def likelihood(self, theta, data):
        import pymc as pm

        return pm.NormalMixture("y", w=[0.5, 0.5], mu=theta["mu"], sigma=1.0, observed=data["y"])

    def start(self, data):
        return {"mu": np.array([data["y"].min(), data["y"].max() + 0.1])}
