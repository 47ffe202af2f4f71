"""Classes without an order."""

import numpy as np
import scipy

from ..data import counts
from ..data.column import Column, classes
from ..data.dataset import Dataset
from ..model.model import Model
from ..model.parameter import Parameter
from ..model.prior import DEFAULTS
from ..model.support import simplex
from .trunks.plain import with_outcome


class Categorical(Model):
    """Classes with one probability each, which sum to one.

        p    ~ Dirichlet(a=1)
        y[i] ~ Categorical(p)                  i = 1 … n

    Here because shares are tied to each other: what one class gains the others lose. With a formula this is the model
    multinomial_logit. [1]_

    .. [1] Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 3.4.
    """

    name = "categorical"
    offers = frozenset({"closed_form_mle", "conjugate_posterior", "class_chances"})
    weighted = True
    takes_order = True
    with_formula = "multinomial_logit"
    columns = (Column("y", classes),)
    parameters = (
        Parameter("p", "p", simplex, DEFAULTS["shares"], (0.5, 0.3, 0.2), ("outcome",), "the chance of the class"),
    )

    def design(self, n, rng):
        return Dataset({"unit": np.arange(float(n))}, {"outcome": ("a", "b", "c")})

    def simulate(self, theta, design, rng):
        drawn = np.searchsorted(np.cumsum(theta["p"])[:-1], rng.uniform(size=design.n))
        return with_outcome(design, drawn.astype(float))

    def class_chances(self, theta, data):
        return np.tile(theta["p"], (len(next(iter(data.values()))), 1))

    def log_likelihood(self, theta, data):
        return np.log(np.asarray(theta["p"])[data["y"].astype(int)])

    def likelihood(self, theta, data):
        import pymc as pm

        return pm.Categorical("y", p=theta["p"], observed=data["y"].astype("int64"))

    def start(self, data):
        return self.closed_form_mle(data)

    def closed_form_mle(self, data):
        return {"p": totals(data) / data.size}

    def conjugate_posterior(self, data, priors):
        if priors["p"].family != "Dirichlet":
            return None
        after = np.asarray(priors["p"].arguments["a"]) + totals(data)
        marginals = [scipy.stats.beta(a, after.sum() - a) for a in after]
        return {f"p[{name}]": each for name, each in zip(data.coords["outcome"], marginals, strict=True)}

    def unusable(self, data):
        return empty_class(data)


def totals(data):
    """Rows of each class ``(K,)``."""
    codes = data["y"].astype(int)
    return np.array([counts.total(data, (codes == k).astype(float)) for k in range(len(data.coords["outcome"]))])


def empty_class(data):
    """Why no estimator can use data in which a class has no row; None where each has one."""
    return None if totals(data).all() else "a class has no row; leave it out of the classes"
