"""Yes or no, with covariates, as a threshold that a normal variable crosses."""

from ..data.column import offset, trials
from ..model import families, links
from .trunks.regression import Regression


class Probit(Regression):
    """Successes whose chance is Φ of a linear predictor.

        beta ~ Normal(0, 2.5 × 1/sd(x))
        y[i] ~ Binomial(trials[i], Φ(X[i] · beta + offset[i]))

    Here because its tails are lighter than the logistic's: the two differ where chances are near 0 and 1. [1]_

    .. [1] McCullagh & Nelder (1989), Generalized Linear Models, 2nd ed., chapter 4.
    """

    name, family, link = "probit", families.binomial, links.probit
    weighted = True
    takes_order = True
    beside = (trials, offset)
    typical = {"beta": 0.3}
