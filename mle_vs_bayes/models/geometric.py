"""Attempts until the first success."""

from ..data import counts
from ..model import families
from ..model.families.tails import Tails
from ..model.parameter import Function, Moments
from ..model.support import positive
from .trunks.exact import after_successes
from .trunks.plain import Plain


def mean_moments(tails, data):
    """Moments of 1/p: the posterior of p falls at 0 as a power of it, by one for each count."""
    (p,), n = tails["p"], counts.size(data)
    order = n + p.near_lower
    return Moments(
        order, f"near p = 0 its posterior is like p^{order - 1:.4g}, with {n:g} counts and the prior {p.words}"
    )


class Geometric(Plain):
    """Attempts up to and including the first success, counted from 1.

        p    ~ Beta(alpha=2, beta=2)
        y[i] ~ Geometric(p)                    i = 1 … n

    Here because the estimate of p is 1 over a mean, and so too large on average: after one attempt that succeeds it is
    1, and the posterior, which has seen one success in one attempt, is not near it. [1]_

    .. [1] Johnson, Kemp & Kotz (2005), Univariate Discrete Distributions, 3rd ed.
    """

    name = "geometric"
    weighted = True
    family = families.geometric
    functions = (Function("mean", lambda theta: 1 / theta["p"], support=positive, moments=mean_moments),)
    jeffreys_tails = {"p": Tails(near_lower=0.0, near_upper=0.5, words="jeffreys")}
    offers = frozenset({"fisher_information", "closed_form_mle", "conjugate_posterior"})

    def start(self, data):
        return {"p": (data.size + 0.5) / (counts.total(data, data["y"]) + 1)}

    def closed_form_mle(self, data):
        return {"p": data.size / counts.total(data, data["y"])}

    def conjugate_posterior(self, data, priors):
        posterior = after_successes(priors["p"], data.size, counts.total(data, data["y"]) - data.size)
        return posterior and {"p": posterior}

    def fisher_information(self, theta, data):
        return counts.size(data) / (theta["p"] ** 2 * (1 - theta["p"]))
