"""Positive values whose logarithms are normal."""

import numpy as np

from ..data import counts
from ..model import families
from ..model.censoring import ended, uncensored
from ..model.families.tails import Tails, falling_as_power
from ..model.parameter import Function
from ..model.support import positive
from .trunks import lifetimes, moments
from .trunks.exact import normal_errors, normal_information
from .trunks.lifetimes import Lifetimes


def mean_moments(tails, data):
    return moments.mean_of_log_normal(tails, ended(data))


class LogNormal(Lifetimes):
    """Positive values or lifetimes whose logarithm is normal.

        mu    ~ Normal(mean(log y), 2.5 × sd(log y))
        sigma ~ Exponential(1)
        y[i]  ~ LogNormal(mu, sigma)           i = 1 … n, right-censored where event = 0

    Here because of its mean, exp(mu + sigma²/2): the estimate is fine, and the posterior mean of it does not exist
    unless the prior of sigma falls as a normal's, whatever the data. Its median exists. [1]_

    .. [1] Fabrizi & Trivisano (2012), Bayesian estimation of log-normal means with finite quadratic expected loss,
       Bayesian Analysis 7(4), 975–996.
    """

    name = "lognormal"
    weighted = True
    family = families.log_normal
    functions = (
        Function("mean", lambda t: np.exp(t["mu"] + t["sigma"] ** 2 / 2), (), positive, mean_moments),
        Function("median", lambda t: np.exp(t["mu"]), (), positive, moments.median_of_log_normal),
    )
    jeffreys_tails = {"sigma": Tails(above=falling_as_power(1.0), near_lower=-1.0, words="jeffreys")}
    runs_off, one_time = "mu runs to infinity", "sigma runs to 0"
    offers = frozenset({"fisher_information", "closed_form_mle", "conjugate_posterior"})

    def moments(self, tails, data):
        return moments.location_scale(tails, ended(data))

    def start(self, data):
        mean, spread = lifetimes.of_logarithms(data)
        return {"mu": mean, "sigma": spread}

    def closed_form_mle(self, data):
        if "entry" in data or not uncensored(data):
            return None
        logs = np.log(data["y"])
        return {"mu": counts.mean(data, logs), "sigma": counts.spread(data, logs)}

    def conjugate_posterior(self, data, priors):
        exact = self.closed_form_mle(data)
        if exact is None:
            return None
        squares = data.size * exact["sigma"] ** 2
        posterior = normal_errors(data, priors, {"mu": exact["mu"]}, [data.size**-0.5], squares)
        return posterior and {"mu": posterior["mu"]}

    def fisher_information(self, theta, data):
        return normal_information(theta, counts.size(data))
