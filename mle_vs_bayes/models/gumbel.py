"""Yearly maxima, and other largest values."""

import numpy as np

from ..data import counts
from ..model import families
from ..model.parameter import Function
from .trunks import moments
from .trunks.plain import Plain


def mean_moments(tails, data):
    """Moments of a sum of the two."""
    of = moments.location_scale(tails, counts.size(data), scale="beta")
    return moments.below(of["mu"][0], of["beta"].order, of["beta"].why)


class Gumbel(Plain):
    """Largest values, as of a year or a batch, with a long tail above.

        mu   ~ Normal(mean(y), 2.5 × sd(y))
        beta ~ Exponential(1/sd(y))
        y[i] ~ Gumbel(mu, beta)                i = 1 … n

    Here because what people want of it lies outside the data, the level reached once in a century: a plug-in estimate
    understates what the posterior, which averages over beta, has in its tail. [1]_

    .. [1] Coles (2001), An Introduction to Statistical Modeling of Extreme Values, chapter 3.
    """

    name = "gumbel"
    weighted = True
    family = families.gumbel
    functions = (Function("mean", lambda theta: theta["mu"] + np.euler_gamma * theta["beta"], moments=mean_moments),)

    def moments(self, tails, data):
        return moments.location_scale(tails, counts.size(data), scale="beta")

    def start(self, data):
        """Moments: the standard deviation is beta π/√6, the mean mu + 0.577 beta."""
        beta = counts.spread(data, data["y"]) * np.sqrt(6) / np.pi
        return {"mu": counts.mean(data, data["y"]) - np.euler_gamma * beta, "beta": beta}
