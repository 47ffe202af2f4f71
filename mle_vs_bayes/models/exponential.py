"""Lifetimes without ageing."""

from ..data import counts
from ..model import families
from ..model.censoring import events_and_time
from ..model.families.tails import Tails, falling_as_power
from ..model.parameter import Function
from ..model.support import positive
from .trunks import moments
from .trunks.exact import ConstantRate
from .trunks.lifetimes import Lifetimes, mean_times


class Exponential(ConstantRate, Lifetimes):
    """Lifetimes whose hazard is one constant rate.

        rate ~ Gamma(alpha=1, beta=exposure/events)
        y[i] ~ Exponential(rate)               i = 1 … n, right-censored where event = 0

    Here because events and total time are sufficient, also under censoring, and the prior is conjugate. [1]_

    .. [1] Kalbfleisch & Prentice (2002), The Statistical Analysis of Failure Time Data.
    """

    name = "exponential"
    weighted = True
    family = families.exponential
    functions = (Function("mean", lambda theta: 1 / theta["rate"], support=positive, moments=moments.mean_of_lives),)
    jeffreys_tails = {"rate": Tails(above=falling_as_power(0.0), near_lower=0.0, words="jeffreys")}
    exact_intervals = {"rate": "gamma_pivot"}
    offers = frozenset({"fisher_information", "closed_form_mle", "conjugate_posterior"})

    def moments(self, tails, data):
        return {"rate": moments.rate_of_lives(tails, data)}

    def totals(self, data):
        return events_and_time(data)

    def fisher_information(self, theta, data):
        return counts.size(data) / theta["rate"] ** 2  # jeffreys refuses censored lifetimes

    def condense(self, data):
        return mean_times(data)
