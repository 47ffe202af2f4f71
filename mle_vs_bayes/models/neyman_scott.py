"""Many small groups, each with a mean of its own: more parameters with more data."""

from dataclasses import replace

import numpy as np

from ..data import counts
from ..model import families
from ..model.parameter import Function
from ..model.support import positive
from .trunks import grouped as groups
from .trunks import moments
from .trunks.exact import normal_errors


class NeymanScott(groups.Grouped):
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
    offers = frozenset({"closed_form_mle", "conjugate_posterior"})
    weighted = True
    parameters = (replace(groups.mu, dims=("group",), meaning="the mean of a group"), groups.sigma)
    functions = (Function("variance", lambda theta: theta["sigma"] ** 2, support=positive, moments=moments.variance),)
    exact_intervals = {"mu": "t", "sigma": "chi_square"}
    rows_per_group = 2

    def moments(self, tails, data):
        return moments.location_scale(tails, counts.size(data))

    def simulate(self, theta, design, rng):
        return design.replace(y=rng.normal(theta["mu"][groups.codes(design)], theta["sigma"]))

    def log_likelihood(self, theta, data):
        return families.normal.logp(data["y"], {"mu": theta["mu"][groups.codes(data)], "sigma": theta["sigma"]})

    def likelihood(self, theta, data):
        mean = theta["mu"][data["group"].astype("int64")]
        return families.normal.pymc("y", {"mu": mean, "sigma": theta["sigma"]}, observed=data["y"])

    def start(self, data):
        return self.closed_form_mle(data)

    def closed_form_mle(self, data):
        _, mean, within = groups.statistics(data)
        return {"mu": mean, "sigma": np.sqrt(np.sum(within) / data.size)}

    def conjugate_posterior(self, data, priors):
        size, mean, within = groups.statistics(data)
        labels = [f"mu[{name}]" for name in data.coords["group"]]
        return normal_errors(data, priors, dict(zip(labels, mean, strict=True)), size**-0.5, np.sum(within))

    def unusable(self, data):
        return groups.unusable(data, "none shows a spread around its mean")
