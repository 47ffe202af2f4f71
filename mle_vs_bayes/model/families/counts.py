"""Distributions of whole numbers, which are no priors."""

from typing import Any

import numpy as np
import scipy

from ...data.column import count, positive_count
from ..support import frequency, positive, real, unit
from .argument import Argument, Form
from .family import Family


def _at_log_odds(y: Any, n: Any, logit_p: Any) -> Any:
    """log (n choose y) + y log p + (n − y) log (1 − p), whose two logarithms lose no digits where p is near 0 or 1."""
    ways = -np.log1p(n) - scipy.special.betaln(y + 1, n - y + 1)
    return ways - y * np.logaddexp(0, -logit_p) - (n - y) * np.logaddexp(0, logit_p)


trials = Argument("n", positive)
binomial = Family(
    "Binomial",
    (
        trials,
        Argument("p", unit, symbol="p", meaning="the chance of a success", prior="chance", typical=0.4),
    ),
    values=count,
    prior=False,
    scipy="binom",
    draw=lambda generator, size, n, p: generator.binomial(np.asarray(n, dtype=np.int64), p, size),
    mean=lambda n, p: n * p,
    variance=lambda n, p: n * p * (1 - p),
    location="p",
    forms=(
        Form(
            (trials, Argument("logit_p", real)),
            lambda n, logit_p: {"n": n, "p": scipy.special.expit(logit_p)},
            log_density=_at_log_odds,
        ),
    ),
    at_odds=lambda odds, trials: {"n": trials.astype("int64"), "logit_p": odds},
    elsewhere={
        "R": "dbinom(y, size = trials, prob = p)",
        "Stata": "binomialp(trials, y, p)",
        "scikit-learn": "LogisticRegression(C=inf): expit(intercept_) is p",
    },
)
poisson = Family(
    "Poisson",
    (Argument("mu", frequency, "rate", "λ", "events per unit of exposure", "events", typical=3.0),),
    values=count,
    prior=False,
    scipy="poisson",
    draw=lambda generator, size, mu: generator.poisson(mu, size),
    mean=lambda mu: mu,
    variance=lambda mu: mu,
    location="mu",
    elsewhere={
        "R": "dpois(y, lambda = rate)",
        "Stata": "poisson, exposure(): exp(_cons) is the rate",
        "scikit-learn": "PoissonRegressor: exp(intercept_) is the rate",
    },
)
beta_binomial = Family(
    "BetaBinomial",
    (
        trials,
        Argument("alpha", positive, "alpha", "α", "alpha/(alpha + beta) is the mean chance", "concentration"),
        Argument("beta", positive, "beta", "β", "the larger both, the less chances differ", "concentration"),
    ),
    values=count,
    prior=False,
    scipy="betabinom",
    of_scipy=lambda n, alpha, beta: {"n": n, "a": alpha, "b": beta},
    draw=lambda generator, size, n, alpha, beta: generator.binomial(
        np.asarray(n, dtype=np.int64), generator.beta(alpha, beta, size)
    ),
    mean=lambda n, alpha, beta: n * alpha / (alpha + beta),
    variance=lambda n, alpha, beta: n * alpha * beta * (alpha + beta + n) / ((alpha + beta) ** 2 * (alpha + beta + 1)),
    location="chance",
    located=unit,
    at_mean=lambda chance, phi, trials: {
        "n": trials.astype("int64"),
        "alpha": chance * phi,
        "beta": (1 - chance) * phi,
    },
    around=(Argument("phi", positive, "phi", "φ", "the larger, the less chances differ", "precision", typical=5.0),),
    read=("trials",),
    elsewhere={
        "R": "VGAM::dbetabinom.ab(y, size = n, shape1 = alpha, shape2 = beta); betabinomial() has mu = alpha/(alpha + "
        "beta), rho = 1/(alpha + beta + 1); aod::betabin() prints phi = rho; glmmTMB's betabinomial has phi as here",
        "Stata": "betabin (user-written): mu and sigma = 1/(alpha + beta)",
    },
)
geometric = Family(
    "Geometric",
    (Argument("p", unit, symbol="p", meaning="the chance that an attempt succeeds", prior="chance", typical=0.3),),
    values=positive_count,
    prior=False,
    scipy="geom",
    draw=lambda generator, size, p: generator.geometric(p, size),
    mean=lambda p: 1 / p,
    variance=lambda p: (1 - p) / p**2,
    location="p",
    elsewhere={
        "R": "dgeom(y - 1, prob = p): R counts the failures before the first success, from 0",
        "Stata": "nbinomialp(1, y - 1, p): of failures, too",
    },
)
