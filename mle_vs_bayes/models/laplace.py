"""Measurements with outliers, whose estimate is the median."""

import numpy as np

from ..data import counts
from ..model import families
from .trunks import moments
from .trunks.plain import Plain


class Laplace(Plain):
    """Measurements around a median, whose density falls exponentially on both sides from a kink.

        mu   ~ Normal(mean(y), 2.5 × sd(y))
        b    ~ Exponential(1/sd(y))
        y[i] ~ Laplace(mu, b)                  i = 1 … n

    Here because the likelihood has a kink at every value: its maximum is the median, where there is no Hessian and so
    no standard error by curvature, and of an even number of values all between the middle two are as likely. The
    posterior is smooth enough: it averages over the kinks, and its mean is no value of y. [1]_

    .. [1] Kotz, Kozubowski & Podgórski (2001), The Laplace Distribution and Generalizations.
    """

    name = "laplace"
    offers = frozenset({"closed_form_mle"})
    weighted = True
    family = families.laplace
    smooth = False

    def moments(self, tails, data):
        return moments.location_scale(tails, counts.size(data), scale="b")

    def start(self, data):
        """The median, and the mean distance from it."""
        weights = data.counts
        order = np.argsort(data["y"])
        reached = np.cumsum(weights[order])
        sides = [order[np.searchsorted(reached, reached[-1] / 2, side=side)] for side in ("left", "right")]
        mu = float(np.mean(data["y"][sides]))
        return {"mu": mu, "b": counts.mean(data, np.abs(data["y"] - mu))}

    def closed_form_mle(self, data):
        """The median, of an even number of values the middle of those that are as likely."""
        return self.start(data)
