"""Counts that vary more than a Poisson's among rows that are always 0."""

from ..data import counts
from ..model import families
from ..model.parameter import Function, SpecialCase
from ..model.support import positive
from .trunks import dispersed
from .trunks.dispersed import Dispersed


def mean_moments(tails, data):
    return dispersed.mean_and_dispersion(tails, data)["mu"]


class ZeroInflatedNegativeBinomial(Dispersed):
    """Counts of which a share psi is negative binomial, and the others are always 0.

        psi   ~ Beta(alpha=2, beta=2)
        mu    ~ Gamma(alpha=1, beta=exposure/events)
        alpha ~ Exponential(1)
        y[i]  ~ ZeroInflatedNegativeBinomial(psi, mu × exposure[i], alpha)   i = 1 … n, exposure = 1 unless given

    Here because psi and alpha both explain zeros: the likelihood is nearly level where one stands for the other, its
    maximum often lies at psi = 1 or alpha = 0, and the posterior says how little is known of either. [1]_

    .. [1] Cameron & Trivedi (2013), Regression Analysis of Count Data, 2nd ed.
    """

    name = "zero_inflated_negative_binomial"
    family = families.zero_inflated_negative_binomial
    special_cases = {"zero_inflated_poisson": SpecialCase("alpha", 0.0, edge=True)}
    functions = (Function("mean", lambda theta: theta["psi"] * theta["mu"], support=positive, moments=mean_moments),)
    edges = {
        "psi runs to 1": "there are no more zeros than a negative binomial count has (the model negative_binomial)"
    }

    def moments(self, tails, data):
        return dispersed.mean_and_dispersion(tails, data)

    def start(self, data):
        """Half of the zeros beyond Poisson's are taken for rows that are always 0."""
        share, mean = dispersed.of_positive(data)
        mu = max(dispersed.untruncated(mean), 0.1)
        psi = min(0.5 + 0.5 * share * mean / mu, 0.9)
        each = max(share * mean, 0.5 / counts.size(data)) / psi  # half an event, as in `rate`, where there is none
        return {"psi": psi, "mu": each / counts.mean(data, data["exposure"]), "alpha": 0.5}
