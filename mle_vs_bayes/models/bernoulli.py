"""A coin: successes out of trials."""

from ..data import counts
from ..data.column import trials
from ..model import families
from ..model.families.tails import Tails
from ..model.parameter import Function
from ..model.support import frequency
from .trunks import moments
from .trunks.exact import after_successes
from .trunks.plain import Plain, summed


class Bernoulli(Plain):
    """Successes with one probability p.

        p    ~ Beta(alpha=2, beta=2)
        y[i] ~ Binomial(trials[i], p)          i = 1 … n, trials = 1 unless given

    Here because everything is exact: the estimate, the posterior and every interval. [1]_

    .. [1] Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., sections 2.1–2.4.
    """

    name = "bernoulli"
    weighted = True
    takes_order = True
    family = families.binomial
    beside = (trials,)
    functions = (
        Function("odds", lambda theta: theta["p"] / (1 - theta["p"]), support=frequency, moments=moments.proportion),
    )
    jeffreys_tails = {"p": Tails(near_lower=0.5, near_upper=0.5, words="jeffreys")}
    exact_intervals = {"p": "clopper_pearson"}
    offers = frozenset({"fisher_information", "closed_form_mle", "conjugate_posterior"})

    def arguments(self, theta, data):
        return {"n": data["trials"].astype("int64"), "p": theta["p"]}

    def start(self, data):
        return {"p": (counts.total(data, data["y"]) + 0.5) / (counts.total(data, data["trials"]) + 1)}

    def closed_form_mle(self, data):
        return {"p": counts.total(data, data["y"]) / counts.total(data, data["trials"])}

    def conjugate_posterior(self, data, priors):
        successes, failures = counts.total(data, data["y"]), counts.total(data, data["trials"] - data["y"])
        posterior = after_successes(priors["p"], successes, failures)
        return posterior and {"p": posterior}

    def fisher_information(self, theta, data):
        return counts.total(data, data["trials"]) / (theta["p"] * (1 - theta["p"]))

    def condense(self, data):
        return summed(data)
