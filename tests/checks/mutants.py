"""Models with one planted fault each, beside the right ones they are made from."""

import numpy as np

from mle_vs_bayes.model.parameter import Parameter
from mle_vs_bayes.model.prior import Prior
from mle_vs_bayes.model.support import positive
from mle_vs_bayes.models.exponential import Exponential
from mle_vs_bayes.models.normal import Normal


class Right(Exponential):
    """Exponential lifetimes whose prior is of plain numbers."""

    name = "lifetimes"
    parameters = (Parameter("rate", "λ", positive, Prior("Gamma", alpha=2, beta=3), typical=0.5),)


class DroppedConstant(Normal):
    """½ log 2π is missing from the NumPy likelihood."""

    def log_likelihood(self, theta, data):
        return super().log_likelihood(theta, data) + 0.5 * np.log(2 * np.pi)


class ScaleForRate(Right):
    """PyMC is given the mean where it takes the rate."""

    def likelihood(self, theta, data):
        return super().likelihood({"rate": 1 / theta["rate"]}, data)


class SimulatedByScale(Right):
    """The simulator takes the rate for a mean, and both likelihoods do not."""

    def simulate(self, theta, design, rng):
        return super().simulate({"rate": 1 / theta["rate"]}, design, rng)


class SimulatedLonger(Right):
    """The simulator's lifetimes are 10 % too long."""

    def simulate(self, theta, design, rng):
        return super().simulate({"rate": theta["rate"] / 1.1}, design, rng)


class Jacobian(Right):
    """A Jacobian, that of log rate, added to what is sampled: a potential, which the likelihood alone does not have."""

    def likelihood(self, theta, data):
        import pymc as pm

        if "rate" not in pm.modelcontext(None).named_vars or theta["rate"].owner.op.__class__.__name__ == "FlatRV":
            return super().likelihood(theta, data)
        pm.Potential("jacobian", pm.math.log(theta["rate"]))
        return super().likelihood(theta, data)


class Mistaken(Prior):
    """A prior that says one number and builds another: PyMC's rate is half of what was asked for."""

    def resolve(self, data):
        return self

    def pymc(self, nodes=None, **keywords):
        right = Prior(self.family, **{**self.arguments, "beta": self.arguments["beta"] / 2})
        return right.pymc(None, **keywords)


class PriorScale(Right):
    """The prior in PyMC is twice as wide as the one declared."""

    parameters = (Parameter("rate", "λ", positive, Mistaken("Gamma", alpha=2, beta=3), typical=0.5),)
