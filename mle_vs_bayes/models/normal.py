"""Measurements that scatter around a mean."""

import numpy as np

from ..data.dataset import Dataset
from ..model import families
from ..model.parameter import Function
from ..model.support import positive
from .trunks.exact import normal_errors
from .trunks.plain import Plain


class Normal(Plain):
    """Measurements with a common mean and standard deviation.

        mu    ~ Normal(mean(y), 2.5 × sd(y))
        sigma ~ Exponential(1/sd(y))
        y[i]  ~ Normal(mu, sigma)              i = 1 … n

    Here because maximum likelihood divides by n, not n − 1, and the posterior does neither. [1]_

    .. [1] Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 3.2.
    """

    name = "normal"
    family = families.normal
    functions = (Function("variance", lambda theta: theta["sigma"] ** 2, support=positive),)
    exact_intervals = {"mu": "t", "sigma": "chi_square"}
    offers = frozenset({"fisher_information"})

    def closed_form_mle(self, data):
        return {"mu": data["y"].mean(), "sigma": data["y"].std()}

    def conjugate_posterior(self, data, priors):
        return normal_errors(data, priors, {"mu": data["y"].mean()}, [data.n**-0.5], data.n * data["y"].var())

    def fisher_information(self, theta, data):
        n = data["y"].shape[0]
        return [n / theta["sigma"] ** 2, 2 * n / theta["sigma"] ** 2]

    def condense(self, data):
        """Two values, each half of the data, with their mean and standard deviation."""
        mean, spread = data["y"].mean(), data["y"].std()
        return Dataset({"y": np.array([mean - spread, mean + spread])}), np.full(2, data.n / 2)
