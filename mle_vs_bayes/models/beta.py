"""Shares."""

from ..data import counts
from ..model import families
from ..model.parameter import Function
from ..model.support import unit
from .trunks import moments
from .trunks.plain import Plain


class Beta(Plain):
    """Shares strictly between 0 and 1.

        alpha ~ Gamma(alpha=2, beta=0.1)
        beta  ~ Gamma(alpha=2, beta=0.1)
        y[i]  ~ Beta(alpha, beta)              i = 1 … n

    Here because alpha and beta rise and fall together: their mean alpha/(alpha + beta) is known well and their sum
    badly, its estimate being too large on average, while the prior pulls at the sum and leaves the mean. [1]_

    .. [1] Johnson, Kotz & Balakrishnan (1995), Continuous Univariate Distributions, vol. 2, 2nd ed.
    """

    name = "beta"
    weighted = True
    family = families.beta
    functions = (
        Function("mean", lambda t: t["alpha"] / (t["alpha"] + t["beta"]), support=unit, moments=moments.bounded),
    )

    def start(self, data):
        """Moments: mean (1 − mean)/variance is alpha + beta + 1."""
        mean, variance = counts.mean(data, data["y"]), counts.variance(data, data["y"])
        both = max(mean * (1 - mean) / variance - 1, 0.1)
        return {"alpha": mean * both, "beta": (1 - mean) * both}
