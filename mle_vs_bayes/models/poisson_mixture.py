"""Counts from groups that nobody labelled."""

import numpy as np

from ..data import counts
from ..model import families
from ..model.prior import Prior, Scaled
from ..model.support import ordered_positive
from .trunks import moments
from .trunks.mixture import Mixture


class PoissonMixture(Mixture):
    """Counts from groups with different rates, that nobody labelled.

        weight ~ Dirichlet(1, …, 1)
        rate   ~ HalfNormal(sigma = 10 × mean(y))         each, in rising order
        y[i]   ~ PoissonMixture(weight, rate)             i = 1 … n

    There are two groups, or three in poisson_mixture(components=3).

    Here because the likelihood has a bound, other than a normal mixture's, and yet its maximum may lie at one rate for
    both groups, or at a group that is always 0; and because where groups overlap the estimates scatter far more than
    curvature says, which the posterior shows as one long ridge. [1]_ [2]_

    .. [1] Hasselblad (1969), Estimation of finite mixtures of distributions from the exponential family, Journal of the
       American Statistical Association 64(328), 1459–1471.
    .. [2] McLachlan & Peel (2000), Finite Mixture Models (EM).
    """

    kind, single, family = "poisson_mixture", "poisson", families.poisson
    weighted = True
    edges = {
        **dict.fromkeys(
            ("rate runs to rate[1]", "weight runs to 0", "weight runs to 1"),
            "counts vary no more than those of one rate (the model poisson)",
        ),
        "rate runs to 0": "one component is always 0 (the model zero_inflated_poisson)",
    }

    def along(self, components):
        prior = Prior("HalfNormal", sigma=Scaled(10, "mean(y)"))
        meaning = "the rate of a component"
        rates = {"support": ordered_positive, "prior": prior, "typical": tuple(1.0 + 5.0 * components)}
        return {"rate": {**rates, "meaning": meaning}}

    def moments(self, tails, data):
        return moments.rates(tails)

    def maximised(self, y, chances, count):
        """Means weighted with the chances."""
        return {"rate": y @ chances / count}

    def start(self, data):
        """Equal shares, and rates around the mean as far apart as the variance beyond a Poisson's."""
        mean, variance = counts.mean(data, data["y"]), counts.variance(data, data["y"])
        apart = np.log1p(np.sqrt(max(variance - mean, 0.05 * mean)) / mean)
        rates = mean * np.exp(apart * np.linspace(-1.0, 1.0, self.components))
        return {"weight": np.full(self.components, 1 / self.components), "rate": rates}
