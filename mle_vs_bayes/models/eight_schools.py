"""Effects measured with known standard errors: random-effects meta-analysis."""

from dataclasses import replace

import numpy as np

from ..data import counts
from ..data.column import Column, positive
from ..data.dataset import Dataset
from ..model import families
from ..model.families.argument import Argument
from ..model.parameter import of_argument
from ..model.support import nonnegative
from .trunks import moments
from .trunks.exact import restricted_normal
from .trunks.plain import Plain

_TAU = Argument("tau", nonnegative, "tau", "τ", "how much the effects differ (SD)", "spread", "log", typical=8.0)
measured = replace(
    families.normal,
    around=(_TAU,),
    at_mean=lambda mu, tau, se: {"mu": mu, "sigma": (tau**2 + se**2) ** 0.5},
    read=("se",),
    links=("identity",),
    distribution_function=False,
)
"""Normal values with known standard errors around means that scatter by tau."""


class EightSchools(Plain):
    """Effects around a common mean, each measured with its own known standard error.

        mu   ~ Normal(mean(y), 2.5 × sd(y))
        tau  ~ HalfNormal(2.5 × sd(y))
        y[i] ~ Normal(mu, √(tau² + se[i]²))    i = 1 … n, the effects themselves integrated out

    With a formula, y ~ x, mu is linear in covariates (a meta-regression), and log tau may be, too: tau ~ x.

    Here because the joint mode of effects and tau does not exist (the density is unbounded as tau → 0 with
    all effects equal), the marginal one does, and for the eight schools it lies on the edge tau = 0. [1]_

    .. [1] Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 5.5.
    """

    name = "eight_schools"
    weighted = True
    family = measured
    parameters = (
        of_argument(families.normal.arguments[0], typical=5.0, meaning="the mean of the effects"),
        of_argument(_TAU),
    )
    beside = (Column("se", positive),)
    takes_groups = False  # each of its effects is a group's
    one_value = "there is no spread to divide between tau and se"

    def arguments(self, theta, data):
        return self.family.around_location(theta["mu"], {"tau": theta["tau"], "se": data["se"]})

    def restriction(self, theta, data):
        return restricted_normal(data, np.ones((data.n, 1)), self.arguments(theta, data)["sigma"])

    def moments(self, tails, data):
        return moments.location_scale(tails, counts.size(data), scale="tau")

    def design(self, n, rng):
        return Dataset({"se": rng.uniform(5.0, 15.0, size=n)})

    def start(self, data):
        """The precision-weighted mean, and the spread that the standard errors leave over."""
        weight, variance = data.counts / data["se"] ** 2, counts.variance(data, data["y"])
        left_over = max(variance - counts.mean(data, data["se"] ** 2), 0.01 * variance)
        return {"mu": np.sum(weight * data["y"]) / np.sum(weight), "tau": np.sqrt(left_over)}
