"""A line through data with outliers."""

import numpy as np

from ..data.column import offset
from ..model import families, links
from ..model.parameter import SpecialCase
from .trunks.regression import Regression


class RobustRegression(Regression):
    """An outcome around a line, with tails as heavy as the data say.

        beta  ~ Normal(mean(y) at Intercept else 0, 2.5 × sd(y)/sd(x))
        nu    ~ Gamma(alpha=2, beta=0.1)
        sigma ~ Exponential(1/sd(y))
        y[i]  ~ StudentT(nu, X[i] · beta + offset[i], sigma)

    Here because an outlier costs a normal likelihood the slope, and this one a little of nu. [1]_

    .. [1] Lange, Little & Taylor (1989), Robust statistical modeling using the t distribution, Journal of the
       American Statistical Association 84(408), 881–896.
    """

    name, family, link = "robust_regression", families.student_t, links.identity
    weighted = True
    beside = (offset,)
    special_cases = {"linear": SpecialCase("nu", np.inf, edge=True)}
