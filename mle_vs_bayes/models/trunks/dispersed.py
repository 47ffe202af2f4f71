"""The trunk of counts with a mean per unit of exposure, and what their first moments say of their parameters."""

import numpy as np
import scipy

from ...data import counts
from ...data.column import exposure
from ...model.parameter import Moments
from .moments import FINITE, power
from .plain import Plain


class Dispersed(Plain):
    """The mean ``mu`` of the family is per unit of exposure."""

    beside = (exposure,)
    weighted = True

    def arguments(self, theta, data):
        return {**super().arguments(theta, data), "mu": theta["mu"] * data["exposure"]}

    runs_to_0 = "mu"
    """What is 0 where every y is 0: the other parameters are then in no term of the likelihood."""

    def unidentified(self, data):
        if data["y"].any() or len(self.parameters) < 2:
            return None
        silent = ", ".join(parameter.name for parameter in self.parameters if parameter.name != self.runs_to_0)
        end = f"at {self.runs_to_0} = 0 the likelihood is the same at any value"
        return f"{silent}: not identified: every y is 0, and {end}"

    def divergence(self, data):
        return None if data["y"].any() else f"{self.runs_to_0} runs to 0: every y is 0"


def rate(data):
    """Events per unit of exposure, half an event added so that it is above 0."""
    return (counts.total(data, data["y"]) + 0.5) / counts.total(data, data["exposure"])


def excess(data):
    """How much larger the variance of rates is than their mean, over the square of it; at least 0.05."""
    mean = rate(data) * data["exposure"]
    squares = counts.total(data, (data["y"] - mean) ** 2 - mean)
    return float(np.clip(squares / counts.total(data, mean**2), 0.05, 20.0))


def untruncated(mean):
    """μ of a Poisson count whose mean above 0 is μ/(1 − e^−μ) = ``mean``, in Lambert's W: x e^x at W is −m e^−m."""
    return float(mean + np.real(scipy.special.lambertw(-mean * np.exp(-mean), 0))) if mean > 1 else 0.0


def of_positive(data):
    """The share of counts above 0, and their mean."""
    share = counts.mean(data, (data["y"] > 0).astype(float))
    return share, counts.mean(data, data["y"]) / share if share > 0 else 0.0


# Moments. With n₊ counts above 0 the likelihood falls in the dispersion α as α^−n₊: each of them is one chance in α y
# then, and zeros are certain. Beside so large a dispersion it hardly falls in the mean, μ^−n/α, so that the mean has
# its prior's moments.


def mean_and_dispersion(tails, data):
    """Moments of a negative binomial's mean, and of a dispersion that multiplies its square."""
    (mu,), (alpha,) = tails["mu"], tails["alpha"]
    seen = float(counts.total(data, data["y"] > 0))
    if not seen:
        return {"mu": power("mu", mu.above.power, mu), "alpha": power("alpha", alpha.above.power, alpha)}
    mean = power("mu", mu.above.power, mu)
    attained = seen + alpha.above.power > 1
    return {"mu": Moments(mean.order, mean.why, attained), "alpha": power("alpha", seen + alpha.above.power, alpha)}


def mean_and_proportional_dispersion(tails, data):
    """Moments under a variance μ(1 + α): both may grow, with the shape μ/α, at the price of a power of log α."""
    (mu,), (alpha,) = tails["mu"], tails["alpha"]
    both = mu.above.power + alpha.above.power
    alone = float(counts.total(data, data["y"] > 0)) + alpha.above.power
    return {"mu": power("mu", both, mu, alpha), "alpha": power("alpha", min(alone, both), mu, alpha)}


def mean_beside_zeros(tails, data):
    """Moments of a Poisson mean that some count above 0 holds back; without one it has its prior's."""
    (mu,) = tails["mu"]
    return FINITE if np.any(data["y"] > 0) else power("mu", mu.above.power, mu)
