"""Groups that nobody labelled."""

import numpy as np
import scipy

from ..data import counts
from ..data.column import Column, number
from ..data.dataset import Dataset
from ..errors import UsageError
from ..model.model import Model
from ..model.parameter import Parameter
from ..model.prior import Prior, Scaled
from ..model.support import positive
from ..model.vector_support import ordered, simplex
from . import _mixture as mixture


class NormalMixture(Model):
    """Measurements from normal groups that nobody labelled.

        weight ~ Dirichlet(1, …, 1)
        mu     ~ Normal(mean(y), 2.5 × sd(y))             each, in rising order
        sigma  ~ InverseGamma(alpha=2, beta=0.5 × sd(y))  each
        y[i]   ~ NormalMixture(weight, mu, sigma)         i = 1 … n

    There are two groups, or three in normal_mixture(components=3).

    Here because the likelihood has no bound: it rises for ever as a component closes in on one
    value. The estimate is the highest maximum inside that was found, by EM and directly. [1]_ [2]_
    The prior on sigma vanishes at 0 faster than equal values can make the likelihood rise, so the
    posterior has a bound. Rising means keep components from changing places; that multiplies the
    prior density by a constant (K! where all means have one prior), which is left out everywhere.

    .. [1] Day (1969), Estimating the components of a mixture of normal distributions,
       Biometrika 56(3), 463–474.
    .. [2] McLachlan & Peel (2000), Finite Mixture Models, sections 2.8 (EM) and 3.8 (no bound).
    """

    weighted = True
    columns = (Column("y", number),)
    edges = {"sigma runs to 0": "a component closes in on one value of y, where the likelihood has no bound"}

    def __init__(self, components=2):
        if components < 2:
            raise UsageError(f"components is {components}; a mixture has at least 2 (for one take the model normal).")
        self.name = "normal_mixture" if components == 2 else f"normal_mixture(components={components})"
        self.components, along, each = components, ("component",), np.arange(components)
        weight = Prior("Dirichlet", a=(1,) * components)
        mu = Prior("Normal", mu=Scaled(1, "mean(y)"), sigma=Scaled(2.5, "sd(y)"))
        sigma = Prior("InverseGamma", alpha=2, beta=Scaled(0.5, "sd(y)"))
        shares = tuple((each + 1) / np.sum(each + 1))
        self.parameters = (
            Parameter("weight", "w", simplex, weight, typical=shares, dims=along),
            Parameter("mu", "μ", ordered, mu, typical=tuple(4.0 * each), dims=along),
            Parameter("sigma", "σ", positive, sigma, typical=1.0, dims=along),
        )

    def coords(self, data):
        return {**data.coords, "component": tuple(str(k + 1) for k in range(self.components))}

    def design(self, n, rng):
        return Dataset({"unit": np.arange(float(n))})

    def simulate(self, theta, design, rng):
        group = rng.choice(self.components, size=design.n, p=theta["weight"])
        return Dataset({"y": rng.normal(theta["mu"][group], np.broadcast_to(theta["sigma"], self.components)[group])})

    def log_likelihood(self, theta, data):
        return scipy.special.logsumexp(mixture.log_joint(theta, data["y"]), axis=1)

    def likelihood(self, theta, data):
        import pymc as pm

        return pm.NormalMixture("y", w=theta["weight"], mu=theta["mu"], sigma=theta["sigma"], observed=data["y"])

    def start(self, data):
        return mixture.start(data["y"], counts.spread(data, data["y"]), self.components)

    def em_step(self, theta, data):
        return mixture.em_step(theta, data["y"], data.counts)

    def doubtful(self, theta, data):
        return mixture.doubtful(theta, data.size)

    def divergence(self, data):
        distinct = len(np.unique(data["y"]))
        few = f"{distinct} distinct values of y for {self.components} components, each of which closes in on one"
        return f"sigma[1] runs to 0: {few}" if distinct <= self.components else None

    def unusable(self, data):
        spread = np.ptp(data["y"])
        return None if spread > 0 else f"every y is {data['y'][0]:g}; groups cannot be told apart in one value"
