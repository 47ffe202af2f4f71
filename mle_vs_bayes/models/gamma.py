"""Positive values whose standard deviation is a share of their mean."""

import numpy as np

from ..data import counts
from ..model import families
from ..model.censoring import middle
from ..model.parameter import Function, SpecialCase
from ..model.support import positive
from .trunks import lifetimes, moments
from .trunks.lifetimes import Lifetimes


class Gamma(Lifetimes):
    """Positive values or lifetimes, of which a shape of 1 makes exponential ones.

        shape ~ Gamma(alpha=2, beta=0.1)
        rate  ~ Gamma(alpha=1, beta=0.1 × exposure/events)
        y[i]  ~ Gamma(shape, rate)             i = 1 … n, right-censored where event = 0

    Here because the estimate of the shape is too large on average, by about 3 shape/n, and shape and rate run so close
    together that each is known far worse than their ratio, the mean. [1]_

    .. [1] Johnson, Kotz & Balakrishnan (1994), Continuous Univariate Distributions, vol. 1, 2nd ed.
    """

    name = "gamma"
    weighted = True
    family = families.gamma
    special_cases = {"exponential": SpecialCase("shape", 1.0)}
    functions = (Function("mean", lambda t: t["shape"] / t["rate"], (), positive, moments.mean_of_gamma),)
    runs_off = "rate runs to 0"
    one_time = "shape runs to infinity"

    def moments(self, tails, data):
        return {name: moments.shape_of_lives(tails, data, name) for name in ("shape", "rate")}

    def start(self, data):
        """Minka's first step from log mean − mean log; the mean from total time over ends seen."""
        mean, spread = lifetimes.mean_life(data), lifetimes.of_logarithms(data)[1]
        values = np.maximum(middle(data), 1e-3 * mean)
        gap = np.log(counts.mean(data, values)) - counts.mean(data, np.log(values))
        # Of the shape a the gap is log a − ψ(a), about half the variance ψ′(a) of the logarithms: where times are cut
        # these say more. It is (1 + 1/(6a + 1))/(2a) to within 3 %, which is a quadratic equation in a.
        gap = max(gap, min(0.4 * spread**2, 1.0), 1e-6)
        shape = (3 - gap + np.sqrt((gap - 3) ** 2 + 24 * gap)) / (12 * gap)
        return {"shape": shape, "rate": shape / mean}
