"""Classes in an order, with covariates: proportional odds."""

from .trunks.thresholds import Cumulative


class OrderedLogit(Cumulative):
    """Classes in an order whose cumulative log odds are linear in the covariates, with the same slopes for all.

        beta      ~ Normal(0, 2.5 × 1/sd(x))
        cutpoints ~ Normal(0, 2.5 × spread at x = 0), in rising order
        y[i]      ~ Ordered(P(y[i] ≤ k) = logit⁻¹(cutpoints[k] − X[i] · beta − offset[i]))

    Here because exp(beta) is one odds ratio for every cutpoint. [1]_

    .. [1] McCullagh (1980), Regression models for ordinal data, Journal of the Royal Statistical Society B 42(2),
       109–142.
    """

    name = "ordered_logit"
