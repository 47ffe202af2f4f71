"""Values below an unknown bound."""

from ..data import counts
from ..model import families
from ..model.support import Above, positive
from .trunks import moments
from .trunks.plain import Plain


class Uniform(Plain):
    """Values spread evenly between 0 and an unknown upper bound.

        upper ~ HalfNormal(sigma = 10 × mean(y))
        y[i]  ~ Uniform(0, upper)              i = 1 … n

    Here because it is not regular: the support depends on the parameter, the maximum of y is the estimate, it
    lies on the edge of what is possible, and errors fall as 1/n instead of 1/√n. [1]_

    .. [1] Lehmann & Casella (1998), Theory of Point Estimation, 2nd ed.
    """

    name = "uniform"
    offers = frozenset({"closed_form_mle"})
    weighted = True
    family = families.uniform.with_parameters(upper={"support": positive})
    regular = False

    def arguments(self, theta, data):
        return {"lower": 0.0, "upper": theta["upper"]}

    def moments(self, tails, data):
        return moments.uniform(tails, counts.size(data))

    def supports(self, data):
        return {"upper": Above("above every y", float(data["y"].max()), closed=("lower",))} if "y" in data else {}

    def start(self, data):
        return {"upper": data["y"].max() * (1 + 1 / data.size)}

    def closed_form_mle(self, data):
        return {"upper": data["y"].max()}
