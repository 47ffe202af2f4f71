"""Measurements that scatter around a mean."""

import numpy as np

from ..data import counts
from ..data.dataset import Dataset
from ..model import families
from ..model.families.tails import Tails, falling_as_power
from ..model.parameter import Function
from ..model.support import positive
from .trunks import moments
from .trunks.exact import normal_errors, normal_information, restricted_normal
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
    weighted = True
    family = families.normal
    functions = (Function("variance", lambda theta: theta["sigma"] ** 2, support=positive, moments=moments.variance),)
    jeffreys_tails = {"sigma": Tails(above=falling_as_power(1.0), near_lower=-1.0, words="jeffreys")}
    exact_intervals = {"mu": "t", "sigma": "chi_square"}
    offers = frozenset({"fisher_information", "closed_form_mle", "conjugate_posterior"})

    def moments(self, tails, data):
        return moments.location_scale(tails, counts.size(data))

    def closed_form_mle(self, data):
        return {"mu": counts.mean(data, data["y"]), "sigma": counts.spread(data, data["y"])}

    def restriction(self, theta, data):
        return restricted_normal(data, np.ones((data.n, 1)), theta["sigma"])

    def conjugate_posterior(self, data, priors):
        mean, squares = counts.mean(data, data["y"]), data.size * counts.variance(data, data["y"])
        return normal_errors(data, priors, {"mu": mean}, [data.size**-0.5], squares)

    def fisher_information(self, theta, data):
        return normal_information(theta, counts.size(data))

    def condense(self, data):
        """Two values, each half of the data, with their mean and standard deviation."""
        mean, spread = counts.mean(data, data["y"]), counts.spread(data, data["y"])
        return Dataset({"y": np.array([mean - spread, mean + spread])}), np.full(2, data.size / 2)
