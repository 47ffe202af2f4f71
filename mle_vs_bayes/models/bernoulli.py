"""A coin: successes out of trials."""

import numpy as np
import scipy

from ..data.column import Column, count, positive_count
from ..data.dataset import Dataset
from ..model.model import Model
from ..model.moments.tails import Tails
from ..model.parameter import Function, Parameter
from ..model.prior import Prior
from ..model.support import positive, unit
from . import _moments as moments


class Bernoulli(Model):
    """Successes with one probability p.

        p    ~ Beta(alpha=2, beta=2)
        y[i] ~ Binomial(trials[i], p)          i = 1 … n, trials = 1 unless given

    Here because everything is exact: the estimate, the posterior and every interval. [1]_

    .. [1] Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., sections 2.1–2.4.
    """

    name = "bernoulli"
    parameters = (Parameter("p", symbol="p", support=unit, prior=Prior("Beta", alpha=2, beta=2), typical=0.4),)
    columns = (Column("y", count), Column("trials", positive_count, optional=True, default=1.0))
    functions = (
        Function("odds", lambda theta: theta["p"] / (1 - theta["p"]), support=positive, moments=moments.proportion),
    )
    exact_intervals = {"p": "clopper_pearson"}
    jeffreys_tails = {"p": Tails(near_lower=0.5, near_upper=0.5, words="jeffreys")}

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
        return {"p": (data["y"].sum() + 0.5) / (data["trials"].sum() + 1)}

    def closed_form_mle(self, data):
        return {"p": data["y"].sum() / data["trials"].sum()}

    def conjugate_posterior(self, data, priors):
        if priors["p"].signature != ("Beta", "alpha", "beta"):
            return None
        successes, failures = data["y"].sum(), (data["trials"] - data["y"]).sum()
        prior = priors["p"].arguments
        return {"p": scipy.stats.beta(prior["alpha"] + successes, prior["beta"] + failures)}

    def fisher_information(self, theta, data):
        return data["trials"].sum() / (theta["p"] * (1 - theta["p"]))

    def condense(self, data):
        """All trials as one row."""
        return Dataset({"y": data["y"].sum(keepdims=True), "trials": data["trials"].sum(keepdims=True)}), np.ones(1)

    def divergence(self, data):
        successes, trials = data["y"].sum(), data["trials"].sum()
        if 0 < successes < trials:
            return None
        return f"p runs to {successes / trials:.0f}: {'no' if successes == 0 else 'every'} trial is a success"
