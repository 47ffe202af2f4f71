"""Measurements with outliers."""

import numpy as np

from ..data import counts
from ..model import families
from ..model.parameter import SpecialCase
from .trunks import moments
from .trunks.plain import Plain


class StudentT(Plain):
    """Measurements around a location, with tails as heavy as the data say.

        nu    ~ Gamma(alpha=2, beta=0.1)
        mu    ~ Normal(mean(y), 2.5 × sd(y))
        sigma ~ Exponential(1/sd(y))
        y[i]  ~ StudentT(nu, mu, sigma)        i = 1 … n

    Here because nu runs to infinity on normal data: the likelihood is flat where the prior decides. [1]_

    .. [1] Juárez & Steel (2010), Model-based clustering of non-Gaussian panel data based on skew-t
       distributions, Journal of Business & Economic Statistics 28(1), 52–66 (the prior on nu).
    """

    name = "student_t"
    weighted = True
    family = families.student_t
    special_cases = {"normal": SpecialCase("nu", np.inf, edge=True)}

    def moments(self, tails, data):
        return moments.student_t(tails, len(data["y"]))

    def start(self, data):
        """Median and spread of the middle half, which outliers do not move."""
        inverted = {"method": "inverted_cdf", "weights": data.counts} if "weights" in data else {}
        lower, middle, upper = np.quantile(data["y"], [0.25, 0.5, 0.75], **inverted)
        spread = (upper - lower) / 1.45  # interquartile range of a t with 5 degrees of freedom
        return {"nu": 5.0, "mu": middle, "sigma": spread if spread > 0 else counts.spread(data, data["y"])}
