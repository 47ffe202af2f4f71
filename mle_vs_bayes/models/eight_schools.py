"""Effects measured with known standard errors: random-effects meta-analysis."""

import numpy as np

from ..data import counts
from ..data.column import Column, positive
from ..data.dataset import Dataset
from ..model import families
from ..model.parameter import Parameter, of_argument
from ..model.prior import DEFAULTS
from ..model.support import nonnegative
from .trunks import moments
from .trunks.plain import Plain


class EightSchools(Plain):
    """Effects around a common mean, each measured with its own known standard error.

        mu   ~ Normal(mean(y), 2.5 × sd(y))
        tau  ~ HalfNormal(2.5 × sd(y))
        y[i] ~ Normal(mu, √(tau² + se[i]²))    i = 1 … n, the effects themselves integrated out

    Here because the joint mode of effects and tau does not exist (the density is unbounded as tau → 0 with
    all effects equal), the marginal one does, and for the eight schools it lies on the edge tau = 0. [1]_

    .. [1] Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 5.5.
    """

    name = "eight_schools"
    weighted = True
    family = families.normal
    parameters = (
        of_argument(families.normal.arguments[0], typical=5.0, meaning="the mean of the effects"),
        Parameter("tau", "τ", nonnegative, DEFAULTS["spread"], typical=8.0, meaning="how much the effects differ (SD)"),
    )
    beside = (Column("se", positive),)
    one_value = "there is no spread to divide between tau and se"

    def arguments(self, theta, data):
        return {"mu": theta["mu"], "sigma": (theta["tau"] ** 2 + data["se"] ** 2) ** 0.5}

    def moments(self, tails, data):
        return moments.location_scale(tails, counts.size(data), scale="tau")

    def design(self, n, rng):
        return Dataset({"se": rng.uniform(5.0, 15.0, size=n)})

    def start(self, data):
        """The precision-weighted mean, and the spread that the standard errors leave over."""
        weight, variance = data.counts / data["se"] ** 2, counts.variance(data, data["y"])
        left_over = max(variance - counts.mean(data, data["se"] ** 2), 0.01 * variance)
        return {"mu": np.sum(weight * data["y"]) / np.sum(weight), "tau": np.sqrt(left_over)}
