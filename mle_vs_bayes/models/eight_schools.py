"""Effects measured with known standard errors: random-effects meta-analysis."""

import numpy as np
import scipy

from ..data import counts
from ..data.column import Column, number, positive
from ..data.dataset import Dataset
from ..model.model import Model
from ..model.parameter import Parameter
from ..model.prior import Prior, Scaled
from ..model.support import nonnegative, real


class EightSchools(Model):
    """Effects around a common mean, each measured with its own known standard error.

        mu   ~ Normal(mean(y), 2.5 × sd(y))
        tau  ~ HalfNormal(2.5 × sd(y))
        y[i] ~ Normal(mu, √(tau² + se[i]²))    i = 1 … n, the effects themselves integrated out

    Here because the joint mode of effects and tau does not exist (the density is unbounded as tau → 0 with
    all effects equal), the marginal one does, and for the eight schools it lies on the edge tau = 0. [1]_

    .. [1] Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 5.5.
    """

    name = "eight_schools"
    parameters = (
        Parameter("mu", "μ", real, Prior("Normal", mu=Scaled(1, "mean(y)"), sigma=Scaled(2.5, "sd(y)")), typical=5.0),
        Parameter("tau", "τ", nonnegative, Prior("HalfNormal", sigma=Scaled(2.5, "sd(y)")), typical=8.0),
    )
    weighted = True
    columns = (Column("y", number), Column("se", positive))

    def design(self, n, rng):
        return Dataset({"se": rng.uniform(5.0, 15.0, size=n)})

    def simulate(self, theta, design, rng):
        return design.replace(y=rng.normal(theta["mu"], np.hypot(theta["tau"], design["se"])))

    def log_likelihood(self, theta, data):
        return scipy.stats.norm.logpdf(data["y"], theta["mu"], np.hypot(theta["tau"], data["se"]))

    def likelihood(self, theta, data):
        import pymc as pm

        spread = pm.math.sqrt(theta["tau"] ** 2 + data["se"] ** 2)
        return pm.Normal("y", mu=theta["mu"], sigma=spread, observed=data["y"])

    def start(self, data):
        """The precision-weighted mean, and the spread that the standard errors leave over."""
        weight, variance = data.counts / data["se"] ** 2, counts.variance(data, data["y"])
        left_over = max(variance - counts.mean(data, data["se"] ** 2), 0.01 * variance)
        return {"mu": np.sum(weight * data["y"]) / np.sum(weight), "tau": np.sqrt(left_over)}

    def unusable(self, data):
        spread = np.ptp(data["y"])
        return None if spread > 0 else f"every y is {data['y'][0]:g}; there is no spread to divide between tau and se"
