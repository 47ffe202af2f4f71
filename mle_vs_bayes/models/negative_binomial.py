"""Counts that vary more than a Poisson's, the more the larger their mean."""

from ..model import families
from ..model.parameter import SpecialCase
from .trunks import dispersed
from .trunks.dispersed import Dispersed


class NegativeBinomial(Dispersed):
    """Counts whose variance is mu + alpha mu²: Poisson counts whose rates are gamma distributed.

        mu    ~ Gamma(alpha=1, beta=exposure/events)
        alpha ~ Exponential(1)
        y[i]  ~ NegativeBinomial(mu × exposure[i], alpha)   i = 1 … n, exposure = 1 unless given

    Here because of the dispersion: counts that vary no more than a Poisson's have the estimate 0, which is an answer,
    and with few counts the estimate is too small, where the posterior has all that the prior allows. [1]_

    .. [1] Saha & Paul (2005), Bias-corrected maximum likelihood estimator of the negative binomial dispersion
       parameter, Biometrics 61(1), 179–185.
    """

    name = "negative_binomial"
    family = families.negative_binomial
    special_cases = {"poisson": SpecialCase("alpha", 0.0, edge=True)}

    def moments(self, tails, data):
        return dispersed.mean_and_dispersion(tails, data)

    def start(self, data):
        return {"mu": dispersed.rate(data), "alpha": dispersed.excess(data)}
