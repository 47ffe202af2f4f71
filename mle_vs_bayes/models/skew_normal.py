"""Measurements with one tail longer than the other."""

import numpy as np

from ..data import counts
from ..model import families
from ..model.parameter import Function, SpecialCase
from .trunks import moments
from .trunks.plain import Plain


def mean_of(theta):
    return theta["mu"] + theta["sigma"] * np.sqrt(2 / np.pi) * theta["alpha"] / np.hypot(1, theta["alpha"])


def mean_moments(tails, data):
    """Moments of mu + c sigma, with c between −1 and 1."""
    of = moments.location_scale(tails, counts.size(data))
    return moments.below(of["mu"][0], of["sigma"].order, of["sigma"].why)


class SkewNormal(Plain):
    """Measurements that are normal but for a lean to one side.

        alpha ~ Normal(0, 4)
        mu    ~ Normal(mean(y), 2.5 × sd(y))
        sigma ~ Exponential(1/sd(y))
        y[i]  ~ SkewNormal(alpha, mu, sigma)   i = 1 … n

    Here because alpha runs to infinity in samples whose values all lie to one side, with a chance that is not small at
    n = 50, where the prior decides; and because at alpha = 0 the information is singular, so that no theory of small
    differences holds near it. [1]_

    .. [1] Azzalini & Arellano-Valle (2013), Maximum penalized likelihood estimation for skew-normal and skew-t
       distributions, Journal of Statistical Planning and Inference 143(2), 419–433.
    """

    name = "skew_normal"
    weighted = True
    family = families.skew_normal
    special_cases = {"normal": SpecialCase("alpha", 0.0)}
    functions = (Function("mean", mean_of, moments=mean_moments),)

    def moments(self, tails, data):
        """As alpha grows the likelihood tends to that of half a normal density, which is level."""
        (alpha,) = tails["alpha"]
        lean = moments.power("alpha", alpha.power, alpha)
        return {**moments.location_scale(tails, counts.size(data)), "alpha": lean}

    def start(self, data):
        """Moments, the skewness held inside what the distribution can have (0.995) and away from 0."""
        mean, spread = counts.mean(data, data["y"]), counts.spread(data, data["y"])
        skewness = counts.mean(data, ((data["y"] - mean) / spread) ** 3)
        # Skewness is (4 − π)/2 (δ √(2/π))³/(1 − 2δ²/π)^(3/2) with δ = α/√(1 + α²), here solved for δ.
        size = np.clip(abs(skewness), 0.1, 0.9) ** (2 / 3)
        delta = np.copysign(np.sqrt(np.pi / 2 * size / (size + ((4 - np.pi) / 2) ** (2 / 3))), skewness)
        sigma = spread / np.sqrt(1 - 2 * delta**2 / np.pi)
        mu = mean - sigma * delta * np.sqrt(2 / np.pi)
        return {"alpha": delta / np.sqrt(1 - delta**2), "mu": mu, "sigma": sigma}
