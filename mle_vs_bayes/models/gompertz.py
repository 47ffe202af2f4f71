"""Lifetimes whose hazard grows exponentially with age."""

import numpy as np

from ..data import counts
from ..model import families
from ..model.censoring import events_and_time, middle
from ..model.parameter import Function, SpecialCase
from ..model.support import positive
from .trunks import lifetimes, moments
from .trunks.lifetimes import Lifetimes


def median_of(theta):
    """log(1 + shape · log 2/rate)/shape, log 2/rate at shape 0."""
    time = np.log(2) / theta["rate"]
    return time * families.lifetimes.per_unit(theta["shape"] * time)


class Gompertz(Lifetimes):
    """Lifetimes whose hazard is rate · exp(shape · y), as that of grown people is.

        shape ~ Gamma(alpha=1, beta=0.1 × exposure/events)
        rate  ~ Gamma(alpha=1, beta=exposure/events)
        y[i]  ~ Gompertz(shape, rate)          i = 1 … n, right-censored where event = 0

    Here because of the shape's edge: where the hazard does not rise its estimate is 0, the exponential's, and the
    posterior's mean is not; and because shape and rate are so correlated that intervals by curvature miss. [1]_

    .. [1] Lenart (2014), The moments of the Gompertz distribution and maximum likelihood estimation of its parameters,
       Scandinavian Actuarial Journal.
    """

    name = "gompertz"
    weighted = True
    family = families.gompertz
    special_cases = {"exponential": SpecialCase("shape", 0.0, edge=True)}
    functions = (Function("median", median_of, (), positive, moments.median_of_gompertz),)
    runs_off, one_time = "rate runs to 0", "shape runs to infinity"

    def moments(self, tails, data):
        return {"shape": moments.shape_of_lives(tails, data, "shape"), "rate": moments.rate_of_lives(tails, data)}

    def start(self, data):
        """As fast as log time would have it, of a Gumbel distribution with scale 1/shape; the rate then from events."""
        events, mean = events_and_time(data)[0], lifetimes.mean_life(data)
        ended = lifetimes.with_ends(data)
        spread = counts.spread(ended, middle(ended)) if ended.n > 1 else mean
        shape = float(np.clip(1.28 / max(spread, 1e-3 * mean) - 1 / mean, 0.05 / mean, 50 / mean))
        grown = np.expm1(np.minimum(shape * middle(data), 500.0)) / shape
        return {"shape": shape, "rate": (events + 0.5) / counts.total(data, grown)}
