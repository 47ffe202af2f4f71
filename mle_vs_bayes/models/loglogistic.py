"""Lifetimes whose hazard rises and then falls."""

import numpy as np

from ..model import families
from .trunks import lifetimes, moments
from .trunks.lifetimes import Lifetimes


class LogLogistic(Lifetimes):
    """Lifetimes whose logarithm is logistic: the odds of having failed grow as a power of time.

        shape ~ Gamma(alpha=2, beta=1)
        scale ~ HalfNormal(sigma = 10 × mean(y))
        y[i]  ~ LogLogistic(shape, scale)      i = 1 … n, right-censored where event = 0

    Here because its mean is infinite at shapes up to 1, so that no posterior that reaches there has one, while the
    estimate of a mean looks like any other number. Only scale, the median, is asked for. [1]_

    .. [1] Kalbfleisch & Prentice (2002), The Statistical Analysis of Failure Time Data.
    """

    name = "loglogistic"
    weighted = True
    family = families.log_logistic
    runs_off, one_time = "scale runs to infinity", "shape runs to infinity"

    def moments(self, tails, data):
        return moments.lives(tails, data)

    def start(self, data):
        """The standard deviation of log time is π/√3 over the shape."""
        mean, spread = lifetimes.of_logarithms(data)
        return {"shape": np.clip(np.pi / np.sqrt(3) / spread, 0.2, 50.0), "scale": np.exp(mean)}
