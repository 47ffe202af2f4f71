"""Poisson counts among rows that are always 0."""

from ..data import counts
from ..model import families
from ..model.parameter import Function
from ..model.support import positive
from .trunks import dispersed
from .trunks.dispersed import Dispersed


class ZeroInflatedPoisson(Dispersed):
    """Counts of which a share psi is Poisson, and the others are always 0.

        psi  ~ Beta(alpha=2, beta=2)
        mu   ~ Gamma(alpha=1, beta=exposure/events)
        y[i] ~ ZeroInflatedPoisson(psi, mu × exposure[i])   i = 1 … n, exposure = 1 unless given

    Here because nobody sees which zeros are whose: the fewer zeros beyond Poisson's, the nearer psi runs to 1, where
    the likelihood stops and the prior keeps the posterior away from. [1]_

    .. [1] Lambert (1992), Zero-inflated Poisson regression, with an application to defects in manufacturing,
       Technometrics 34(1), 1–14.
    """

    name = "zero_inflated_poisson"
    offers = frozenset({"closed_form_mle"})
    family = families.zero_inflated_poisson
    functions = (
        Function(
            "mean", lambda theta: theta["psi"] * theta["mu"], support=positive, moments=dispersed.mean_beside_zeros
        ),
    )
    edges = {"psi runs to 1": "there are no more zeros than a Poisson count has (the model poisson)"}

    def moments(self, tails, data):
        return {"mu": dispersed.mean_beside_zeros(tails, data)}

    def start(self, data):
        """As if every exposure were the mean one."""
        share, mean = dispersed.of_positive(data)
        mu, each = max(dispersed.untruncated(mean), 0.1), counts.mean(data, data["exposure"])
        return {"psi": min(max(share * mean / mu, 0.02), 0.95), "mu": mu / each}

    def closed_form_mle(self, data):
        """The mean of counts above 0 gives mu, and the mean of all then psi, if that is below 1."""
        share, mean = dispersed.of_positive(data)
        mu = dispersed.untruncated(mean)
        if data["exposure"].min() < data["exposure"].max() or mu == 0 or share * mean >= mu:
            return None
        return {"psi": share * mean / mu, "mu": mu / data["exposure"][0]}
