"""Counts of events at a constant rate."""

import numpy as np
import scipy

from ..data import counts
from ..data.column import Column, count, positive
from ..data.dataset import Dataset
from ..model.model import Model
from ..model.parameter import Parameter
from ..model.prior import Prior, Scaled
from ..model.support import positive as positive_support


class Poisson(Model):
    """Counts with one rate per unit of exposure.

        rate ~ Gamma(alpha=1, beta=exposure/events)
        y[i] ~ Poisson(rate × exposure[i])     i = 1 … n, exposure = 1 unless given

    Here because the total is sufficient and the Gamma prior conjugate. [1]_

    .. [1] Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 2.6.
    """

    name = "poisson"
    parameters = (
        Parameter(
            "rate", "λ", positive_support, Prior("Gamma", alpha=1, beta=Scaled(1, by="exposure/events")), typical=3.0
        ),
    )
    weighted = True
    columns = (Column("y", count), Column("exposure", positive, optional=True, default=1.0))
    exact_intervals = {"rate": "garwood"}

    def design(self, n, rng):
        return Dataset({"exposure": np.ones(n)})

    def simulate(self, theta, design, rng):
        return design.replace(y=rng.poisson(theta["rate"] * design["exposure"]))

    def log_likelihood(self, theta, data):
        return scipy.stats.poisson.logpmf(data["y"], theta["rate"] * data["exposure"])

    def likelihood(self, theta, data):
        import pymc as pm

        return pm.Poisson("y", mu=theta["rate"] * data["exposure"], observed=data["y"])

    def start(self, data):
        return {"rate": (counts.total(data, data["y"]) + 0.5) / counts.total(data, data["exposure"])}

    def closed_form_mle(self, data):
        return {"rate": counts.total(data, data["y"]) / counts.total(data, data["exposure"])}

    def conjugate_posterior(self, data, priors):
        if priors["rate"].signature != ("Gamma", "alpha", "beta"):
            return None
        prior = priors["rate"].arguments
        shape, rate = (
            prior["alpha"] + counts.total(data, data["y"]),
            prior["beta"] + counts.total(data, data["exposure"]),
        )
        return {"rate": scipy.stats.gamma(shape, scale=1 / rate)}

    def fisher_information(self, theta, data):
        return counts.total(data, data["exposure"]) / theta["rate"]

    def condense(self, data):
        """All exposure as one row."""
        return Dataset({role: np.array([counts.total(data, data[role])]) for role in ("y", "exposure")}), np.ones(1)

    def divergence(self, data):
        return None if data["y"].any() else "rate runs to 0: every y is 0"
