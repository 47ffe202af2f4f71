"""Classes without an order, with covariates."""

from functools import cached_property, partial

import numpy as np
import scipy

from ..data.column import Column, classes
from ..data.dataset import Dataset
from ..data.formulas.parts import FormulaRule
from ..errors import UsageError
from ..model.model import Model
from ..model.parameter import Function, Parameter
from ..model.prior import DEFAULTS
from ..model.support import positive, real
from .categorical import empty_class
from .trunks import falls, separation


class MultinomialLogit(Model):
    """Classes whose log odds against the first follow a formula, with coefficients for each class.

        beta ~ Normal(0, 2.5 × 1/sd(x))
        y[i] ~ Categorical(softmax(0, X[i] · beta[2], …, X[i] · beta[K]))

    Here because the number of coefficients grows with the classes, and with it what the prior does. [1]_

    .. [1] Agresti (2013), Categorical Data Analysis, 3rd ed.
    """

    name = "multinomial_logit"
    offers = frozenset({"class_chances"})
    weighted = takes_order = True
    columns = (Column("y", classes),)
    formula = FormulaRule()
    parameters = (
        Parameter("beta", "β", real, DEFAULTS["coefficients"], 0.5, ("class", "term"), "how much the log odds grow"),
    )

    @cached_property
    def functions(self):
        return (Function("odds_ratio", lambda at: np.exp(at["beta"]), ("class", "term"), positive, self.ratio_moments),)

    def ratio_moments(self, tails, data):
        return separation.ratios(partial(self._falls, data), tails["beta"], len(tails["beta"]))

    def moments(self, tails, data):
        return {"beta": separation.coefficients(partial(self._falls, data), tails["beta"])}

    def _falls(self, data):
        return falls.of_classes(data, len(data.coords["outcome"]))

    def coords(self, data):
        return {**data.coords, "class": data.coords["outcome"][1:]}

    def design(self, n, rng):
        X = np.column_stack([np.ones(n), rng.normal(size=n)])
        return Dataset({"X": X}, {"term": ("Intercept", "x1"), "outcome": ("a", "b", "c")})

    def with_groups(self, groups=None):
        raise UsageError(f"{self.name} takes no groups, as each class would have its own effects; take ordered.")

    def log_odds(self, theta, data):
        """Against the first class ``(n, K)``."""
        return np.column_stack([np.zeros(len(data["X"])), data["X"] @ theta["beta"].T])

    def class_chances(self, theta, data):
        return scipy.special.softmax(self.log_odds(theta, data), axis=1)

    def simulate(self, theta, design, rng):
        chances = np.cumsum(self.class_chances(theta, design), axis=1)
        return design.replace(y=np.sum(rng.uniform(size=(design.n, 1)) > chances[:, :-1], axis=1).astype(float))

    def log_likelihood(self, theta, data):
        every = scipy.special.log_softmax(self.log_odds(theta, data), axis=1)
        return np.take_along_axis(every, data["y"].astype(int)[:, None], axis=1)[:, 0]

    def likelihood(self, theta, data):
        import pymc as pm
        import pytensor.tensor as pt

        eta = data["X"] @ theta["beta"].T
        every = pt.concatenate([pt.zeros_like(eta[:, :1]), eta], axis=1)
        return pm.Categorical("y", logit_p=every, observed=data["y"].astype("int64"))

    def start(self, data):
        """No covariate has an effect."""
        return {"beta": np.zeros((len(data.coords["outcome"]) - 1, data["X"].shape[1]))}

    def divergence(self, data):
        return separation.divergence(self, data, self._falls(data), "the classes")

    def unusable(self, data):
        return empty_class(data)
