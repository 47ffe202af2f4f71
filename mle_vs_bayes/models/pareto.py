"""Large values: cities, fortunes, fires."""

import numpy as np

from ..data import counts
from ..data.column import Column
from ..data.column import positive as above_0
from ..data.dataset import Dataset
from ..model import families
from ..model.censoring import ended, middle, seen
from ..model.families.tails import Tails, falling_as_power
from ..model.parameter import Function, Moments
from ..model.support import positive
from .trunks.exact import after_events
from .trunks.lifetimes import Lifetimes


def index_moments(tails, data):
    """Moments of 1/alpha: the posterior of alpha falls at 0 as a power of it, by one for each end that is known."""
    (alpha,) = tails["alpha"]
    order = ended(data) + alpha.near_lower
    return Moments(order, f"near alpha = 0 its posterior is like alpha^{order - 1:.4g} under {alpha.words}")


class Pareto(Lifetimes):
    """Values above a known minimum xm, of which the share above y is (xm/y)^alpha.

        alpha ~ Gamma(alpha=2, beta=1)
        y[i]  ~ Pareto(alpha, xm)              i = 1 … n, xm the least y unless given; right-censored where event = 0

    Here because a mean exists only for alpha above 1 and a variance above 2, and few data sets settle which. That xm,
    if it is the least y, was itself seen in the data neither estimate nor posterior allows for: alpha comes out too
    large by n/(n − 1) twice over. [1]_

    .. [1] Arnold (2015), Pareto Distributions, 2nd ed.
    """

    name = "pareto"
    weighted = True
    family = families.pareto
    beside = (Column("xm", above_0, optional=True),)
    functions = (Function("tail_index", lambda theta: 1 / theta["alpha"], (), positive, index_moments),)
    jeffreys_tails = {"alpha": Tails(above=falling_as_power(0.0), near_lower=0.0, words="jeffreys")}
    offers = frozenset({"fisher_information", "closed_form_mle", "conjugate_posterior"})

    def arguments(self, theta, data):
        return {"alpha": theta["alpha"], "m": data["xm"]}

    def design(self, n, rng):
        return Dataset({"xm": np.ones(n)})

    def completed(self, data):
        """The least value as xm."""
        column = "lower" if "upper" in data else "y"
        return data if "xm" in data else data.replace(xm=np.full(data.n, data[column].min()))

    def totals(self, data):
        """The number of ends seen, and Σ log(y/xm), from the entry on where that came after xm."""
        begin = np.maximum(data["xm"], data.get("entry", -np.inf))
        return ended(data), counts.total(data, np.log(data["y"] / begin))

    def start(self, data):
        if "upper" in data:
            data = data.replace(y=np.maximum(middle(data), data["xm"]), event=seen(data).astype(float))
        events, logs = self.totals(data)
        return {"alpha": (events + 0.5) / logs}

    def closed_form_mle(self, data):
        events, logs = self.totals(data) if "upper" not in data else (0.0, 1.0)
        return {"alpha": events / logs} if events else None

    def conjugate_posterior(self, data, priors):
        posterior = after_events(priors["alpha"], *self.totals(data)) if "upper" not in data else None
        return posterior and {"alpha": posterior}

    def fisher_information(self, theta, data):
        return counts.size(data) / theta["alpha"] ** 2

    def unusable(self, data):
        least = data["upper"] if "upper" in data else data["y"]
        if (low := np.flatnonzero(least < data["xm"])).size:
            return f"a y of {least[low[0]]:g} lies below its minimum xm = {data['xm'][low[0]]:g}"
        if "upper" in data and (low := np.flatnonzero((least == data["xm"]) & (data["lower"] < least))).size:
            return f"an interval ends at its minimum xm = {least[low[0]]:g}, up to where no value lies"
        if np.any(data["xm"] <= 0):
            return "xm cannot be the least lower bound, which is 0; give xm"
        return f"every y is its minimum {least[0]:g}" if np.all(least == data["xm"]) else None
