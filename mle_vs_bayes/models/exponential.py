"""Lifetimes without ageing."""

import numpy as np
import scipy

from ..data import counts
from ..data.dataset import Dataset
from ..model.censoring import events_and_time
from ..model.model import Model
from ..model.parameter import Function, Parameter
from ..model.prior import Prior, Scaled
from ..model.support import positive
from . import _lifetimes as lifetimes


class Exponential(Model):
    """Lifetimes whose hazard is one constant rate.

        rate ~ Gamma(alpha=1, beta=exposure/events)
        y[i] ~ Exponential(rate)               i = 1 … n, right-censored where event = 0

    Here because events and total time are sufficient, also under censoring, and the prior is conjugate. [1]_

    .. [1] Kalbfleisch & Prentice (2002), The Statistical Analysis of Failure Time Data, section 3.4.
    """

    name = "exponential"
    parameters = (
        Parameter("rate", "λ", positive, Prior("Gamma", alpha=1, beta=Scaled(1, "exposure/events")), typical=0.5),
    )
    weighted = True
    columns = lifetimes.columns
    functions = (Function("mean", lambda theta: 1 / theta["rate"], support=positive),)
    exact_intervals = {"rate": "gamma_pivot"}

    def design(self, n, rng):
        return Dataset({"unit": np.arange(float(n))})

    def simulate(self, theta, design, rng):
        return lifetimes.censored(self.draw(rng, design.n, theta["rate"]), design)

    @staticmethod
    def draw(rng, size, rate):
        return rng.exponential(1 / rate, size=size)

    def log_likelihood(self, theta, data):
        return lifetimes.log_likelihood(scipy.stats.expon, {"scale": 1 / theta["rate"]}, data)

    def likelihood(self, theta, data):
        import pymc as pm

        return lifetimes.likelihood(pm.Exponential, {"lam": theta["rate"]}, data, self.draw)

    def start(self, data):
        events, time = events_and_time(data)
        return {"rate": (events + 0.5) / time}

    def closed_form_mle(self, data):
        if "upper" in data:
            return None
        events, time = events_and_time(data)
        return {"rate": events / time}

    def conjugate_posterior(self, data, priors):
        if priors["rate"].signature != ("Gamma", "alpha", "beta") or "upper" in data:
            return None
        events, time = events_and_time(data)
        prior = priors["rate"].arguments
        return {"rate": scipy.stats.gamma(prior["alpha"] + events, scale=1 / (prior["beta"] + time))}

    def fisher_information(self, theta, data):
        return counts.size(data) / theta["rate"] ** 2  # jeffreys refuses censored lifetimes

    def condense(self, data):
        return lifetimes.totals(data)

    def divergence(self, data):
        return lifetimes.no_event(data, "rate runs to 0")
