"""A coin: successes out of trials."""

import numpy as np
import scipy

from ..data import counts
from ..data.column import Column, count, positive_count
from ..data.dataset import Dataset
from ..model.model import Model
from ..model.parameter import Function, Parameter
from ..model.prior import Prior
from ..model.support import positive, unit


class Bernoulli(Model):
    """Successes with one probability p.

        p    ~ Beta(alpha=2, beta=2)
        y[i] ~ Binomial(trials[i], p)          i = 1 … n, trials = 1 unless given

    Here because everything is exact: the estimate, the posterior and every interval. [1]_

    .. [1] Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., sections 2.1–2.4.
    """

    name = "bernoulli"
    parameters = (Parameter("p", symbol="p", support=unit, prior=Prior("Beta", alpha=2, beta=2), typical=0.4),)
    weighted = True
    columns = (Column("y", count), Column("trials", positive_count, optional=True, default=1.0))
    functions = (Function("odds", lambda theta: theta["p"] / (1 - theta["p"]), support=positive),)
    exact_intervals = {"p": "clopper_pearson"}

    def design(self, n, rng):
        return Dataset({"trials": np.ones(n)})

    def simulate(self, theta, design, rng):
        return design.replace(y=rng.binomial(design["trials"].astype(int), theta["p"]))

    def log_likelihood(self, theta, data):
        return scipy.stats.binom.logpmf(data["y"], data["trials"], theta["p"])

    def likelihood(self, theta, data):
        import pymc as pm

        return pm.Binomial("y", n=data["trials"].astype("int64"), p=theta["p"], observed=data["y"])

    def start(self, data):
        return {"p": (counts.total(data, data["y"]) + 0.5) / (counts.total(data, data["trials"]) + 1)}

    def closed_form_mle(self, data):
        return {"p": counts.total(data, data["y"]) / counts.total(data, data["trials"])}

    def conjugate_posterior(self, data, priors):
        if priors["p"].signature != ("Beta", "alpha", "beta"):
            return None
        successes, failures = counts.total(data, data["y"]), counts.total(data, data["trials"] - data["y"])
        prior = priors["p"].arguments
        return {"p": scipy.stats.beta(prior["alpha"] + successes, prior["beta"] + failures)}

    def fisher_information(self, theta, data):
        return counts.total(data, data["trials"]) / (theta["p"] * (1 - theta["p"]))

    def condense(self, data):
        """All trials as one row."""
        return Dataset({role: np.array([counts.total(data, data[role])]) for role in ("y", "trials")}), np.ones(1)

    def divergence(self, data):
        successes, trials = counts.total(data, data["y"]), counts.total(data, data["trials"])
        if 0 < successes < trials:
            return None
        return f"p runs to {successes / trials:.0f}: {'no' if successes == 0 else 'every'} trial is a success"
