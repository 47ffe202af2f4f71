"""Groups whose means scatter: measurements that belong together."""

from dataclasses import replace

import numpy as np

from ..model.parameter import Function, Parameter
from ..model.prior import DEFAULTS
from ..model.special_case import SpecialCase
from ..model.support import nonnegative, share
from .trunks import grouped as groups


class RandomIntercept(groups.Grouped):
    """Measurements in groups, whose means scatter around a common mean.

        mu    ~ Normal(mean(y), 2.5 × sd(y))
        tau   ~ HalfNormal(2.5 × sd(y))
        sigma ~ Exponential(1/sd(y))
        u[j]  ~ Normal(0, tau)                 j = 1 … groups
        y[i]  ~ Normal(mu + u[group[i]], sigma)  i = 1 … n

    Maximum likelihood, MAP and the sampler have u integrated out; u = tau z is drawn given the parameters.
    The independent unit is a group.

    Here because rows of one group are not independent: the error of mu falls with the number of groups,
    not of rows, and with few groups the likelihood's tau is too small, or 0, where the posterior's is not. [1]_

    .. [1] Searle, Casella & McCulloch (1992), Variance Components, chapters 3 and 6.
    """

    name = "random_intercept"
    parameters = (
        replace(groups.mu, meaning="the mean of the groups' means"),
        Parameter("tau", "τ", nonnegative, DEFAULTS["spread"], 2.0, meaning="how much the groups' means differ (SD)"),
        replace(groups.sigma, typical=1.0, meaning="how much values of one group differ (SD)"),
    )
    functions = (Function("icc", groups.intraclass_correlation, support=share),)
    special_cases = {"normal": SpecialCase("tau", 0.0, edge=True)}
    rows_per_group, unit, offers = 5, "group", frozenset({"latent", "draw_latent"})

    def simulate(self, theta, design, rng):
        u = rng.normal(0.0, theta["tau"], size=len(design.coords["group"]))
        return design.replace(y=rng.normal(theta["mu"] + u[groups.codes(design)], theta["sigma"]))

    def log_likelihood(self, theta, data):
        size, mean, within = groups.statistics(data)
        noise, total = theta["sigma"] ** 2, theta["sigma"] ** 2 + size * theta["tau"] ** 2
        squares = within / noise + size * (mean - theta["mu"]) ** 2 / total
        return -0.5 * (size * np.log(2 * np.pi) + (size - 1) * np.log(noise) + np.log(total) + squares)

    def likelihood(self, theta, data):
        """Each group's mean around mu, times y around that mean: the density of one group's y at a time."""
        import pymc as pm

        def of_groups(y, mu, tau, sigma, group):
            size, mean, within = groups.symbolic_statistics(y, group)
            of_mean = pm.logp(pm.Normal.dist(mu, pm.math.sqrt(tau**2 + sigma**2 / size)), mean)
            around = size * pm.logp(pm.Normal.dist(0.0, sigma), 0.0) - 0.5 * within / sigma**2
            return of_mean + around - pm.logp(pm.Normal.dist(0.0, sigma / pm.math.sqrt(size)), 0.0)

        own = (theta[p.name] for p in self.parameters)
        return pm.CustomDist("y", *own, data["group"], logp=of_groups, observed=data["y"])

    def latent(self, theta, data):
        import pymc as pm

        u = pm.Deterministic("u", theta["tau"] * pm.Normal("z", dims="group"), dims="group")
        return pm.Normal("y", theta["mu"] + u[data["group"].astype("int64")], theta["sigma"], observed=data["y"])

    draw_latent = groups.draw_deviations

    def start(self, data):
        """Moments, which for groups of equal size are the maximum unless tau is 0."""
        mu, between, noise = groups.moments(data)
        return {"mu": mu, "tau": np.sqrt(max(between, 0.01 * np.var(data["y"]))), "sigma": np.sqrt(noise)}

    def closed_form_mle(self, data):
        mu, between, noise = groups.moments(data)
        if np.ptp(groups.statistics(data)[0]) > 0:
            return None
        tau, sigma = (0.0, np.std(data["y"])) if between <= 0 else (np.sqrt(between), np.sqrt(noise))
        return {"mu": mu, "tau": tau, "sigma": sigma}

    def unusable(self, data):
        (first, *others) = data.coords["group"]
        alone = f"every row is in group {first}, which shows no spread between groups (the model normal fits one group)"
        return groups.unusable(data, "tau and sigma cannot be told apart") or (None if others else alone)
