"""Measurements with tails a little heavier than normal ones."""

import numpy as np

from ..data import counts
from ..model import families
from .trunks import moments
from .trunks.plain import Plain


class LogisticDistribution(Plain):
    """Measurements around a mean, whose density falls exponentially on both sides.

        mu   ~ Normal(mean(y), 2.5 × sd(y))
        s    ~ Exponential(1/sd(y))
        y[i] ~ Logistic(mu, s)                 i = 1 … n

    Here because it is where the mean stops being the estimate: each value pulls with a force that levels off, so that
    mu lies between mean and median, and MLE, MAP and posterior mean part by what the outermost values say. The model
    of yes and no with covariates is logistic. [1]_

    .. [1] Johnson, Kotz & Balakrishnan (1995), Continuous Univariate Distributions, vol. 2, 2nd ed., chapter 23.
    """

    name = "logistic_distribution"
    weighted = True
    family = families.logistic

    def moments(self, tails, data):
        return moments.location_scale(tails, len(data["y"]), scale="s")

    def start(self, data):
        """Moments: the standard deviation is s π/√3."""
        return {"mu": counts.mean(data, data["y"]), "s": counts.spread(data, data["y"]) * np.sqrt(3) / np.pi}
