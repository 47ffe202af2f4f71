"""Classes in an order, with covariates."""

from .trunks.thresholds import Cumulative


class Ordered(Cumulative):
    """Classes that a latent variable falls into between cutpoints: cumulative logit, probit, cloglog or loglog.

        beta      ~ Normal(0, 2.5 × 1/sd(x))
        cutpoints ~ Normal(0, 2.5 × spread at x = 0), in rising order
        y[i]      ~ Ordered(P(y[i] ≤ k) = F(cutpoints[k] − X[i] · beta − offset[i])), F⁻¹ the link

    Here because one coefficient serves all cutpoints (proportional odds), which is a claim that classes of their own
    (the model categorical) do not make. [1]_

    .. [1] McCullagh (1980), Regression models for ordinal data, Journal of the Royal Statistical Society B 42(2),
       109–142.
    """

    name = "ordered"
