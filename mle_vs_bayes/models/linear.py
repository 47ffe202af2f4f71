"""A line through the data: ordinary regression."""

import numpy as np
import scipy

from ..data import counts
from ..data.column import Column, number
from ..model.model import Model
from ..model.parameter import Parameter
from ..model.prior import Prior, Scaled
from ..model.support import positive, real
from . import _regression as regression


class Linear(Model):
    """A normal outcome whose mean is linear in the covariates.

        beta  ~ Normal(mean(y) at Intercept else 0, 2.5 × sd(y)/sd(x))
        sigma ~ Exponential(1/sd(y))
        y[i]  ~ Normal(X[i] · beta, sigma)     i = 1 … n

    Here because least squares is the estimate and every other answer can be checked against it. [1]_

    .. [1] Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 14.2.
    """

    name = "linear"
    parameters = (
        Parameter(
            "beta",
            "β",
            real,
            Prior("Normal", mu=Scaled(1, "mean(y) at Intercept"), sigma=Scaled(2.5, "sd(y)/sd(x)")),
            typical=1.0,
            dims=("term",),
        ),
        Parameter("sigma", "σ", positive, Prior("Exponential", lam=Scaled(1, "1/sd(y)")), typical=1.5),
    )
    weighted = True
    columns = (Column("y", number),)
    exact_intervals = {"beta": "t", "sigma": "chi_square"}
    takes_formula = True

    def design(self, n, rng):
        return regression.design(n, rng)

    def simulate(self, theta, design, rng):
        return design.replace(y=rng.normal(design["X"] @ theta["beta"], theta["sigma"]))

    def log_likelihood(self, theta, data):
        return scipy.stats.norm.logpdf(data["y"], data["X"] @ theta["beta"], theta["sigma"])

    def likelihood(self, theta, data):
        import pymc as pm

        return pm.Normal("y", mu=data["X"] @ theta["beta"], sigma=theta["sigma"], observed=data["y"])

    def start(self, data):
        return self.closed_form_mle(data)

    def closed_form_mle(self, data):
        roots = counts.roots(data)
        beta = regression.least_squares(data["X"] * np.reshape(roots, (-1, 1)), data["y"] * roots)
        return {"beta": beta, "sigma": np.sqrt(counts.mean(data, (data["y"] - data["X"] @ beta) ** 2))}

    def conjugate_posterior(self, data, priors):
        """Under p(beta, sigma) ∝ 1: each beta is t on n − k − 1 degrees of freedom."""
        if priors["beta"].family != "Flat" or priors["sigma"].family != "HalfFlat":
            return None
        return regression.flat_prior_posterior(data, self.closed_form_mle(data)["beta"])

    def condense(self, data):
        return regression.triangle(data)

    def unusable(self, data):
        spread = np.ptp(data["y"])
        return None if spread > 0 else f"every y is {data['y'][0]:g}; there is nothing for covariates to explain"
