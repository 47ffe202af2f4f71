"""Counts of events at a constant rate."""

from ..data import counts
from ..data.column import exposure
from ..model import families
from .trunks.exact import ConstantRate
from .trunks.plain import Plain, summed


class Poisson(ConstantRate, Plain):
    """Counts with one rate per unit of exposure.

        rate ~ Gamma(alpha=1, beta=exposure/events)
        y[i] ~ Poisson(rate × exposure[i])     i = 1 … n, exposure = 1 unless given

    Here because the total is sufficient and the Gamma prior conjugate. [1]_

    .. [1] Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 2.6.
    """

    name = "poisson"
    weighted = True
    family = families.poisson
    beside = (exposure,)
    exact_intervals = {"rate": "garwood"}
    offers = frozenset({"fisher_information", "closed_form_mle", "conjugate_posterior"})

    def arguments(self, theta, data):
        return {"mu": theta["rate"] * data["exposure"]}

    def totals(self, data):
        return counts.total(data, data["y"]), counts.total(data, data["exposure"])

    def fisher_information(self, theta, data):
        return counts.total(data, data["exposure"]) / theta["rate"]

    def condense(self, data):
        return summed(data)
