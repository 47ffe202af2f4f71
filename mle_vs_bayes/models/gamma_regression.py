"""Positive amounts, with covariates."""

from ..data.column import offset
from ..model import families, links
from .trunks.regression import Regression


class GammaRegression(Regression):
    """Amounts whose spread grows with their mean, whose log is linear in the covariates.

        beta  ~ Normal(log(mean(y)) at Intercept else 0, 2.5 × 1/sd(x))
        shape ~ Gamma(alpha=2, beta=1)
        y[i]  ~ Gamma(shape, shape/mu[i]), mu[i] = exp(X[i] · beta + offset[i])

    Here because other programs do not estimate the shape by maximum likelihood, but by moments. [1]_

    .. [1] McCullagh & Nelder (1989), Generalized Linear Models, 2nd ed.
    """

    name, family, link = "gamma_regression", families.gamma, links.log
    weighted = True
    beside = (offset,)
    typical = {"beta": 0.3, "shape": 2.0}
