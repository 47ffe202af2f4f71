"""Lifetimes that age, with covariates: accelerated failure time."""

from ..data.column import offset
from ..model import families, links
from .trunks.lifetimes import Lifetimes
from .trunks.regression import Regression


class WeibullRegression(Lifetimes, Regression):
    """Lifetimes that covariates stretch by a factor exp(beta), whose hazard rises or falls with age.

        beta  ~ Normal(log(mean(y)) at Intercept else 0, 2.5 × 1/sd(x))
        shape ~ Gamma(alpha=2, beta=1)
        y[i]  ~ Weibull(shape, exp(X[i] · beta + offset[i])), right-censored where event = 0

    Here because a lifetime's time ratio exp(beta) is a hazard ratio exp(−beta × shape), too: two estimates whose
    intervals differ. [1]_

    .. [1] Kalbfleisch & Prentice (2002), The Statistical Analysis of Failure Time Data.
    """

    name, family, link = "weibull_regression", families.weibull, links.log
    weighted = True
    beside = (offset,)
    censorable = True
    typical = {"beta": 0.3, "shape": 1.5}
    runs_off = "beta runs to infinity"
