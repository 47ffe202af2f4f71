"""Counts, with covariates."""

from ..data.column import exposure, offset
from ..model import families, links
from .trunks.regression import Regression


class PoissonRegression(Regression):
    """Counts whose log rate per unit of exposure is linear in the covariates.

        beta ~ Normal(log(mean(y)) at Intercept else 0, 2.5 × 1/sd(x))
        y[i] ~ Poisson(exposure[i] × exp(X[i] · beta + offset[i]))

    Here because the likelihood is concave and n is often large: the three agree, and if they do not, the variance is
    not the mean (the model negative_binomial_regression). [1]_

    .. [1] McCullagh & Nelder (1989), Generalized Linear Models, 2nd ed., chapter 6.
    """

    name, family, link = "poisson_regression", families.poisson, links.log
    weighted = True
    beside = (exposure, offset)
    typical = {"beta": 0.3}
