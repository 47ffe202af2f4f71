"""Values below an unknown bound."""

import numpy as np

from ..data.column import Column, positive
from ..data.dataset import Dataset
from ..model.model import Model
from ..model.parameter import Parameter
from ..model.prior import Prior, Scaled
from ..model.support import Above
from ..model.support import positive as positive_support


class Uniform(Model):
    """Values spread evenly between 0 and an unknown upper bound.

        upper ~ HalfNormal(sigma = 10 × mean(y))
        y[i]  ~ Uniform(0, upper)              i = 1 … n

    Here because it is not regular: the support depends on the parameter, the maximum of y is the estimate, it
    lies on the edge of what is possible, and errors fall as 1/n instead of 1/√n. [1]_

    .. [1] Lehmann & Casella (1998), Theory of Point Estimation, 2nd ed., example 6.2.5.
    """

    name = "uniform"
    parameters = (
        Parameter("upper", "θ", positive_support, Prior("HalfNormal", sigma=Scaled(10, "mean(y)")), typical=5.0),
    )
    weighted = True
    columns = (Column("y", positive),)
    regular = False

    def supports(self, data):
        return {"upper": Above("above every y", float(data["y"].max()), closed=True)} if "y" in data else {}

    def design(self, n, rng):
        return Dataset({"unit": np.arange(float(n))})

    def simulate(self, theta, design, rng):
        return Dataset({"y": rng.uniform(0, theta["upper"], size=design.n)})

    def log_likelihood(self, theta, data):
        return np.where(data["y"] <= theta["upper"], -np.log(theta["upper"]), -np.inf)

    def likelihood(self, theta, data):
        import pymc as pm

        return pm.Uniform("y", lower=0, upper=theta["upper"], observed=data["y"])

    def start(self, data):
        return {"upper": data["y"].max() * (1 + 1 / data.size)}

    def closed_form_mle(self, data):
        return {"upper": data["y"].max()}
