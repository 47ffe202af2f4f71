"""Measurements with outliers."""

import numpy as np
import scipy

from ..data import counts
from ..data.column import Column, number
from ..data.dataset import Dataset
from ..model.model import Model
from ..model.parameter import Parameter
from ..model.prior import Prior, Scaled
from ..model.special_case import SpecialCase
from ..model.support import positive, real


class StudentT(Model):
    """Measurements around a location, with tails as heavy as the data say.

        nu    ~ Gamma(alpha=2, beta=0.1)
        mu    ~ Normal(mean(y), 2.5 × sd(y))
        sigma ~ Exponential(1/sd(y))
        y[i]  ~ StudentT(nu, mu, sigma)        i = 1 … n

    Here because nu runs to infinity on normal data: the likelihood is flat where the prior decides. [1]_

    .. [1] Juárez & Steel (2010), Model-based clustering of non-Gaussian panel data based on skew-t
       distributions, Journal of Business & Economic Statistics 28(1), 52–66 (the prior on nu).
    """

    name = "student_t"
    parameters = (
        Parameter("nu", "ν", positive, Prior("Gamma", alpha=2, beta=0.1), typical=5.0),
        Parameter("mu", "μ", real, Prior("Normal", mu=Scaled(1, "mean(y)"), sigma=Scaled(2.5, "sd(y)")), typical=1.0),
        Parameter("sigma", "σ", positive, Prior("Exponential", lam=Scaled(1, "1/sd(y)")), typical=2.0),
    )
    weighted = True
    columns = (Column("y", number),)
    special_cases = {"normal": SpecialCase("nu", np.inf, edge=True)}

    def design(self, n, rng):
        return Dataset({"unit": np.arange(float(n))})

    def simulate(self, theta, design, rng):
        return Dataset({"y": theta["mu"] + theta["sigma"] * rng.standard_t(theta["nu"], size=design.n)})

    def log_likelihood(self, theta, data):
        return scipy.stats.t.logpdf(data["y"], theta["nu"], theta["mu"], theta["sigma"])

    def likelihood(self, theta, data):
        import pymc as pm

        return pm.StudentT("y", nu=theta["nu"], mu=theta["mu"], sigma=theta["sigma"], observed=data["y"])

    def start(self, data):
        """Median and spread of the middle half, which outliers do not move."""
        quarters = [0.25, 0.5, 0.75]
        inverted = {"method": "inverted_cdf", "weights": data.counts} if "weights" in data else {}
        lower, middle, upper = np.quantile(data["y"], quarters, **inverted)
        spread = (upper - lower) / 1.45  # interquartile range of a t with 5 degrees of freedom
        return {"nu": 5.0, "mu": middle, "sigma": spread if spread > 0 else counts.spread(data, data["y"])}

    def unusable(self, data):
        spread = np.ptp(data["y"])
        return None if spread > 0 else f"every y is {data['y'][0]:g}; a spread cannot be estimated from one value"
