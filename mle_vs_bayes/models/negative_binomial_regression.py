"""Counts that vary more than a Poisson's, with covariates."""

from ..data.column import exposure, offset
from ..model import families, links
from ..model.parameter import SpecialCase
from .trunks.regression import Regression


class NegativeBinomialRegression(Regression):
    """Counts with a variance of mu + alpha mu², whose log rate follows a formula.

        beta  ~ Normal(log(mean(y)) at Intercept else 0, 2.5 × 1/sd(x))
        alpha ~ Exponential(1)
        y[i]  ~ NegativeBinomial(mu[i], alpha), mu[i] = exposure[i] × exp(X[i] · beta + offset[i])

    Here because counts that vary no more than a Poisson's have alpha on its edge, 0. [1]_

    .. [1] Hilbe (2011), Negative Binomial Regression, 2nd ed.
    """

    name, family, link = "negative_binomial_regression", families.negative_binomial, links.log
    weighted = True
    beside = (exposure, offset)
    typical = {"beta": 0.3, "alpha": 0.5}
    special_cases = {"poisson_regression": SpecialCase("alpha", 0.0, edge=True)}
