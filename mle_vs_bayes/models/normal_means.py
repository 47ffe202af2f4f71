"""Many means, each measured with a known error: James and Stein's problem."""

import numpy as np
import scipy

from ..data import counts
from ..data.column import Column, label, number, positive
from ..model import families
from ..model.parameter import of_argument
from .trunks import grouped as groups


class NormalMeans(groups.Grouped):
    """Measurements of many means, one or more of each, with known standard errors.

        mean ~ Normal(mean(y), 2.5 × sd(y))      for each group
        y[i] ~ Normal(mean[group[i]], se[i])     i = 1 … n

    Here because with three means or more the estimate, each measurement as it stands, can be beaten whatever the truth:
    James and Stein's, `james_stein`, which draws all towards their mean, has the smaller total squared error. [1]_ [2]_
    A posterior under independent priors draws each towards the prior's mean alone, and that hardly; eight_schools
    learns from all how far.

    .. [1] James & Stein (1961), Estimation with quadratic loss, Proceedings of the Fourth Berkeley Symposium on
       Mathematical Statistics and Probability 1, 361–379.
    .. [2] Efron & Morris (1975), Data analysis using Stein's estimator and its generalizations, Journal of the American
       Statistical Association 70(350), 311–319.
    """

    name = "normal_means"
    offers = frozenset({"closed_form_mle", "conjugate_posterior"})
    weighted = True
    parameters = (
        of_argument(families.normal.arguments[0], name="mean", dims=("group",), meaning="the mean of a group"),
    )
    columns = (Column("y", number), Column("se", positive), Column("group", label))
    rows_per_group = 1

    def design(self, n, rng):
        return super().design(n, rng).replace(se=rng.uniform(0.5, 1.5, size=n))

    def simulate(self, theta, design, rng):
        return design.replace(y=rng.normal(theta["mean"][groups.codes(design)], design["se"]))

    def log_likelihood(self, theta, data):
        return families.normal.logp(data["y"], {"mu": theta["mean"][groups.codes(data)], "sigma": data["se"]})

    def likelihood(self, theta, data):
        mean = theta["mean"][data["group"].astype("int64")]
        return families.normal.pymc("y", {"mu": mean, "sigma": data["se"]}, observed=data["y"])

    def start(self, data):
        return self.closed_form_mle(data)

    def closed_form_mle(self, data):
        return {"mean": _weighted(data)[0]}

    def conjugate_posterior(self, data, priors):
        if priors["mean"].signature != ("Normal", "mu", "sigma"):
            return None
        (mean, precision), posteriors = _weighted(data), {}
        for k, name in enumerate(data.coords["group"]):
            prior = priors["mean"].element(k).arguments
            total = precision[k] + prior["sigma"] ** -2
            centre = (precision[k] * mean[k] + prior["mu"] * prior["sigma"] ** -2) / total
            posteriors[f"mean[{name}]"] = scipy.stats.norm(centre, total**-0.5)
        return posteriors

    def james_stein(self, data):
        """James and Stein's estimates ``(G,)`` of means measured equally well, in their positive part form.

        With k means of variance V each, their mean m and S = Σ (y − m)²: m + max(0, 1 − (k − 3) V/S) (y − m).
        """
        mean, precision = _weighted(data)
        away = mean - mean.mean()
        share = max(0.0, 1 - (len(mean) - 3) / np.mean(precision) / np.sum(away**2))
        return mean.mean() + share * away


def _weighted(data):
    """The mean of each group weighted by precision ``(G,)``, and the precision of it."""
    of, precision = groups.codes(data), data["se"] ** -2
    total = counts.by_group(data, of, precision)
    return counts.by_group(data, of, precision * data["y"]) / total, total
