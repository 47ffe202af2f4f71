"""Measurements that scatter around a mean."""

import numpy as np
import scipy

from ..data import counts
from ..data.column import Column, number
from ..data.dataset import Dataset
from ..model.model import Model
from ..model.parameter import Function, Parameter
from ..model.prior import Prior, Scaled
from ..model.support import positive, real


class Normal(Model):
    """Measurements with a common mean and standard deviation.

        mu    ~ Normal(mean(y), 2.5 × sd(y))
        sigma ~ Exponential(1/sd(y))
        y[i]  ~ Normal(mu, sigma)              i = 1 … n

    Here because maximum likelihood divides by n, not n − 1, and the posterior does neither. [1]_

    .. [1] Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 3.2.
    """

    name = "normal"
    parameters = (
        Parameter("mu", "μ", real, Prior("Normal", mu=Scaled(1, "mean(y)"), sigma=Scaled(2.5, "sd(y)")), typical=1.0),
        Parameter("sigma", "σ", positive, Prior("Exponential", lam=Scaled(1, "1/sd(y)")), typical=2.0),
    )
    weighted = True
    columns = (Column("y", number),)
    functions = (Function("variance", lambda theta: theta["sigma"] ** 2, support=positive),)
    exact_intervals = {"mu": "t", "sigma": "chi_square"}

    def design(self, n, rng):
        return Dataset({"unit": np.arange(float(n))})

    def simulate(self, theta, design, rng):
        return Dataset({"y": rng.normal(theta["mu"], theta["sigma"], size=design.n)})

    def log_likelihood(self, theta, data):
        return scipy.stats.norm.logpdf(data["y"], theta["mu"], theta["sigma"])

    def likelihood(self, theta, data):
        import pymc as pm

        return pm.Normal("y", mu=theta["mu"], sigma=theta["sigma"], observed=data["y"])

    def start(self, data):
        return self.closed_form_mle(data)

    def closed_form_mle(self, data):
        return {"mu": counts.mean(data, data["y"]), "sigma": counts.spread(data, data["y"])}

    def conjugate_posterior(self, data, priors):
        """Under p(mu, sigma) ∝ 1: mu is t and 1/sigma² gamma, both on n − 2 degrees of freedom."""
        if priors["mu"].family != "Flat" or priors["sigma"].family != "HalfFlat" or data.size < 3:
            return None
        freedom, squares = data.size - 2, data.size * counts.variance(data, data["y"])
        scale = np.sqrt(squares / (freedom * data.size))
        return {
            "mu": scipy.stats.t(freedom, loc=counts.mean(data, data["y"]), scale=scale),
            "variance": scipy.stats.invgamma(freedom / 2, scale=squares / 2),
        }

    def fisher_information(self, theta, data):
        n = counts.size(data)
        return [n / theta["sigma"] ** 2, 2 * n / theta["sigma"] ** 2]

    def condense(self, data):
        """Two values, each half of the data, with their mean and standard deviation."""
        mean, spread = counts.mean(data, data["y"]), counts.spread(data, data["y"])
        return Dataset({"y": np.array([mean - spread, mean + spread])}), np.full(2, data.size / 2)

    def unusable(self, data):
        spread = np.ptp(data["y"])
        return None if spread > 0 else f"every y is {data['y'][0]:g}; a spread cannot be estimated from one value"
