"""Times until a process with drift has covered a distance."""

from ..data import counts
from ..model import families
from ..model.censoring import middle, uncensored
from ..model.families.tails import Tails, falling_as_power
from .trunks import lifetimes, moments
from .trunks.lifetimes import Lifetimes


class InverseGaussian(Lifetimes):
    """Positive values or lifetimes, as long as Brownian motion with drift takes to cover a distance.

        mu   ~ HalfNormal(sigma = 10 × mean(y))
        lam  ~ HalfNormal(sigma = 100 × mean(y))
        y[i] ~ InverseGaussian(mu, lam)        i = 1 … n, right-censored where event = 0

    Here because as mu grows the likelihood levels off and does not fall to 0: under a flat prior there is no posterior,
    under any other its mean is the prior's to decide, and the estimates are as plain as a normal's. [1]_

    .. [1] Folks & Chhikara (1978), The inverse Gaussian distribution and its statistical application – a review,
       Journal of the Royal Statistical Society B 40(3), 263–289.
    """

    name = "inverse_gaussian"
    weighted = True
    family = families.inverse_gaussian
    runs_off, one_time = "mu runs to infinity", "lam runs to infinity"
    jeffreys_tails = {
        "mu": Tails(above=falling_as_power(0.5), near_lower=-0.5, words="jeffreys"),
        "lam": Tails(above=falling_as_power(-0.5), near_lower=0.5, words="jeffreys"),
    }
    offers = frozenset({"fisher_information", "closed_form_mle"})

    def moments(self, tails, data):
        (mu,) = tails["mu"]
        return {"mu": moments.power("mu", mu.above.power, mu), "lam": moments.shape_of_lives(tails, data, "lam")}

    def start(self, data):
        ended = lifetimes.with_ends(data)
        if not ended.n:
            return {"mu": lifetimes.mean_life(data), "lam": lifetimes.mean_life(data)}
        y = middle(ended)
        gap = counts.mean(ended, 1 / y) - 1 / counts.mean(ended, y)
        return {"mu": lifetimes.mean_life(data), "lam": 1 / max(gap, 1e-6 / counts.mean(ended, y))}

    def closed_form_mle(self, data):
        if "entry" in data or not uncensored(data):
            return None
        mean = counts.mean(data, data["y"])
        return {"mu": mean, "lam": mean / counts.mean(data, (data["y"] - mean) ** 2 / (data["y"] * mean))}

    def fisher_information(self, theta, data):
        n = counts.size(data)
        return [n * theta["lam"] / theta["mu"] ** 3, n / (2 * theta["lam"] ** 2)]
