"""Counts that vary more than a Poisson's, by the same factor whatever their mean."""

from ..model import families
from ..model.parameter import SpecialCase
from .trunks import dispersed
from .trunks.dispersed import Dispersed


class NegativeBinomial1(Dispersed):
    """Counts whose variance is mu (1 + alpha), what is called NB1.

        mu    ~ Gamma(alpha=1, beta=exposure/events)
        alpha ~ Exponential(1)
        y[i]  ~ NegativeBinomial1(mu × exposure[i], alpha)  i = 1 … n, exposure = 1 unless given

    Here because without exposures it fits as negative_binomial does, alpha being mu times the other's, and yet its
    posterior is another: the same prior on another dispersion. With exposures the two are different models. [1]_

    .. [1] Cameron & Trivedi (2013), Regression Analysis of Count Data, 2nd ed.
    """

    name = "negative_binomial_1"
    family = families.negative_binomial_1
    special_cases = {"poisson": SpecialCase("alpha", 0.0, edge=True)}

    def moments(self, tails, data):
        return dispersed.mean_and_proportional_dispersion(tails, data)

    def start(self, data):
        mean = dispersed.rate(data)
        return {"mu": mean, "alpha": dispersed.excess(data) * mean}
