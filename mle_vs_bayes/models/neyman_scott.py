"""Many small groups, each with a mean of its own: more parameters with more data."""

import numpy as np
import scipy

from ..data.column import Column, label, number
from ..model.model import Model
from ..model.parameter import Function, Parameter
from ..model.prior import Prior, Scaled
from ..model.support import positive, real
from . import _groups as groups


class NeymanScott(Model):
    """Measurements in many small groups, each with a mean of its own, and one standard deviation.

        mu    ~ Normal(mean(y), 2.5 × sd(y))      for each group
        sigma ~ Exponential(1/sd(y))
        y[i]  ~ Normal(mu[group[i]], sigma)       i = 1 … n

    Here because maximum likelihood is inconsistent: each group of k rows brings a mean that takes a degree
    of freedom with it, and sigma² tends to σ² (k − 1)/k, half of it for pairs, however many groups there
    are. [1]_ So does the joint mode of means and sigma, which is the MAP. The posterior averages over the
    means, and its sigma tends to the truth. With flat priors sigma's marginal density has its mode at REML's
    estimate, √(sum of squares within / (n − G)) of G groups (`--estimator exact`), and the exact interval
    of sigma rests on the same n − G degrees of freedom. No derived quantity corrects by k/(k − 1): it would
    mend MLE and MAP, and spoil the posterior.

    .. [1] Neyman & Scott (1948), Consistent estimates based on partially consistent observations,
       Econometrica 16(1), 1–32.
    """

    name = "neyman_scott"
    parameters = (
        Parameter(
            "mu",
            "μ",
            real,
            Prior("Normal", mu=Scaled(1, "mean(y)"), sigma=Scaled(2.5, "sd(y)")),
            typical=1.0,
            dims=("group",),
        ),
        Parameter("sigma", "σ", positive, Prior("Exponential", lam=Scaled(1, "1/sd(y)")), typical=2.0),
    )
    weighted = True
    columns = (Column("y", number), Column("group", label))
    functions = (Function("variance", lambda theta: theta["sigma"] ** 2, support=positive),)
    exact_intervals = {"mu": "t", "sigma": "chi_square"}

    def design(self, n, rng):
        """Pairs, the last of them a triple where n is odd."""
        return groups.design(n, max(1, n // 2))

    def simulate(self, theta, design, rng):
        return design.replace(y=rng.normal(theta["mu"][groups.codes(design)], theta["sigma"]))

    def log_likelihood(self, theta, data):
        return scipy.stats.norm.logpdf(data["y"], theta["mu"][groups.codes(data)], theta["sigma"])

    def likelihood(self, theta, data):
        import pymc as pm

        mean = theta["mu"][data["group"].astype("int64")]
        return pm.Normal("y", mu=mean, sigma=theta["sigma"], observed=data["y"])

    def start(self, data):
        return self.closed_form_mle(data)

    def closed_form_mle(self, data):
        _, mean, within = groups.statistics(data)
        return {"mu": mean, "sigma": np.sqrt(np.sum(within) / data.size)}

    def conjugate_posterior(self, data, priors):
        """Under p(mu, sigma) ∝ 1: each mu is t and 1/sigma² gamma, both on n − G − 1 degrees of freedom."""
        size, mean, within = groups.statistics(data)
        freedom, squares = data.size - len(size) - 1, np.sum(within)
        if priors["mu"].family != "Flat" or priors["sigma"].family != "HalfFlat" or freedom < 1:
            return None
        labels = [f"mu[{name}]" for name in data.coords["group"]]
        scale = np.sqrt(squares / (freedom * size))
        means = {at: scipy.stats.t(freedom, loc=m, scale=s) for at, m, s in zip(labels, mean, scale, strict=True)}
        return {**means, "variance": scipy.stats.invgamma(freedom / 2, scale=squares / 2)}

    def unusable(self, data):
        return groups.unusable(data, "none shows a spread around its mean")
