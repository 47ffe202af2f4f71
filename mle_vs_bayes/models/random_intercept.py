"""Groups whose means scatter: measurements that belong together."""

from dataclasses import replace

import numpy as np

from ..data import counts
from ..model.parameter import Function, Parameter, SpecialCase
from ..model.prior import DEFAULTS
from ..model.support import nonnegative, share
from .trunks import grouped as groups
from .trunks import moments


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

    .. [1] Searle, Casella & McCulloch (1992), Variance Components.
    """

    name = "random_intercept"
    weighted = True
    parameters = (
        replace(groups.mu, meaning="the mean of the groups' means"),
        Parameter("tau", "τ", nonnegative, DEFAULTS["spread"], 2.0, meaning="how much the groups' means differ (SD)"),
        replace(groups.sigma, typical=1.0, meaning="how much values of one group differ (SD)"),
    )
    functions = (Function("icc", groups.intraclass_correlation, support=share, moments=moments.bounded),)
    special_cases = {"normal": SpecialCase("tau", 0.0, edge=True)}
    rows_per_group, unit, offers = 5, "group", frozenset({"latent", "draw_latent", "closed_form_mle"})

    def moments(self, tails, data):
        return moments.between_groups(tails, counts.size(data), len(data.coords["group"]))

    def simulate(self, theta, design, rng):
        u = rng.normal(0.0, theta["tau"], size=len(design.coords["group"]))
        return design.replace(y=rng.normal(theta["mu"] + u[groups.codes(design)], theta["sigma"]))

    def log_likelihood(self, theta, data):
        size, mean, within = groups.statistics(data)
        # σ² I + τ² 1 1ᵀ has the eigenvalue σ² + size τ² along the mean and σ² across it, size − 1 times.
        noise, total = theta["sigma"] ** 2, theta["sigma"] ** 2 + size * theta["tau"] ** 2
        squares = within / noise + size * (mean - theta["mu"]) ** 2 / total
        return -0.5 * (size * np.log(2 * np.pi) + (size - 1) * np.log(noise) + np.log(total) + squares)

    def restriction(self, theta, data):
        return groups.restricted_mean(theta, data)

    def likelihood(self, theta, data):
        import pymc as pm

        numbers = (theta[p.name] for p in self.parameters)
        weights = data.get("weights", pm.math.ones_like(data["group"]))
        return pm.CustomDist("y", *numbers, data["group"], weights, logp=groups.log_density, observed=data["y"])

    def latent(self, theta, data):
        import pymc as pm

        u = pm.Deterministic("u", theta["tau"] * pm.Normal("z", dims="group"), dims="group")
        return pm.Normal("y", theta["mu"] + u[data["group"].astype("int64")], theta["sigma"], observed=data["y"])

    draw_latent = groups.draw_deviations

    def start(self, data):
        """Moments, which for groups of equal size are the maximum unless tau is 0."""
        mu, between, noise = groups.moments(data)
        tau = np.sqrt(max(between, 0.01 * counts.variance(data, data["y"])))
        return {"mu": mu, "tau": tau, "sigma": np.sqrt(noise)}

    def closed_form_mle(self, data):
        mu, between, noise = groups.moments(data)
        if np.ptp(groups.statistics(data)[0]) > 0:
            return None
        tau, sigma = (0.0, counts.spread(data, data["y"])) if between <= 0 else (np.sqrt(between), np.sqrt(noise))
        return {"mu": mu, "tau": tau, "sigma": sigma}

    def unusable(self, data):
        (first, *others) = data.coords["group"]
        alone = f"every row is in group {first}, which shows no spread between groups (the model normal fits one group)"
        return groups.unusable(data, "tau and sigma cannot be told apart") or (None if others else alone)
