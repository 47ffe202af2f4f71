"""Groups that nobody labelled."""

import numpy as np

from ..data import counts
from ..errors import UsageError
from ..model import families
from ..model.prior import Prior, Scaled
from ..model.support import ordered
from .trunks import moments
from .trunks.mixture import Mixture


class NormalMixture(Mixture):
    """Measurements from normal groups that nobody labelled.

        weight ~ Dirichlet(1, …, 1)
        mu     ~ Normal(mean(y), 2.5 × sd(y))             each, in rising order
        sigma  ~ InverseGamma(alpha=2, beta=0.5 × sd(y))  each
        y[i]   ~ NormalMixture(weight, mu, sigma)         i = 1 … n

    There are two groups, or three in normal_mixture(components=3); with common_sigma=1 all have one sigma.

    Here because the likelihood has no bound: it rises for ever as a component closes in on one
    value. The estimate is the highest maximum inside that was found, by EM and directly. [1]_ [2]_
    The prior on sigma vanishes at 0 faster than equal values can make the likelihood rise, so the
    posterior has a bound. Rising means keep components from changing places; that multiplies the
    prior density by a constant (K! where all means have one prior), which is left out everywhere.

    .. [1] Day (1969), Estimating the components of a mixture of normal distributions,
       Biometrika 56(3), 463–474.
    .. [2] McLachlan & Peel (2000), Finite Mixture Models (EM; no bound).
    """

    kind, single, family = "normal_mixture", "normal", families.normal
    weighted = True
    edges = {"sigma runs to 0": "a component closes in on one value of y, where the likelihood has no bound"}

    def __init__(self, components=2, common_sigma=0):
        if common_sigma not in (0, 1):
            raise UsageError(f"common_sigma is {common_sigma}; it is 1 for one sigma, or 0 for one of each component.")
        self.common = bool(common_sigma)
        super().__init__(components)
        if self.common:
            self.name = f"{self.kind}(components={components}, common_sigma=1)"

    def along(self, components):
        prior = Prior("InverseGamma", alpha=2, beta=Scaled(0.5, "sd(y)"))
        sigma = {"prior": prior, "typical": 1.0, "meaning": "the standard deviation of a component"}
        return {
            "mu": {"support": ordered, "typical": tuple(4.0 * components), "meaning": "the mean of a component"},
            "sigma": {**sigma, "dims": ()} if self.common else sigma,
        }

    def moments(self, tails, data):
        return moments.mixture(tails, counts.size(data), self.common)

    def maximised(self, y, chances, count):
        """Moments weighted with the chances."""
        mu = y @ chances / count
        squares = np.sum(chances * (y[:, None] - mu) ** 2, axis=0)
        return {"mu": mu, "sigma": np.sqrt(squares.sum() / count.sum() if self.common else squares / count)}

    def start(self, data):
        """Equal shares, rising means at even quantiles of the distinct values, a Kth of the spread each."""
        mu = np.quantile(np.unique(data["y"]), (np.arange(self.components) + 0.5) / self.components)
        share = np.full(self.components, 1 / self.components)
        sigma = share * counts.spread(data, data["y"])
        return {"weight": share, "mu": mu, "sigma": sigma[0] if self.common else sigma}

    def divergence(self, data):
        distinct = len(np.unique(data["y"]))
        few = f"{distinct} distinct values of y for {self.components} components, each of which closes in on one"
        return f"sigma{'' if self.common else '[1]'} runs to 0: {few}" if distinct <= self.components else None
