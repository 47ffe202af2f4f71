"""Distributions of whole numbers, which are no priors."""

from typing import Any

import numpy as np
import scipy

from ...data.column import count, positive_count
from ..support import frequency, positive, real, unit
from .family import Argument, Family, Form, plain


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
)
negative_binomial = Family(
    "NegativeBinomial",
    (
        Argument("mu", positive, "mu", "μ", "the mean", "events", typical=3.0),
        Argument("alpha", positive, "alpha", "α", "the variance is mu + mu²/alpha", "shape"),
    ),
    values=count,
    prior=False,
    scipy="nbinom",
    of_scipy=lambda mu, alpha: {"n": alpha, "p": alpha / (mu + alpha)},
    draw=lambda generator, size, mu, alpha: generator.negative_binomial(alpha, alpha / (mu + alpha), size),
    mean=lambda mu, alpha: mu,
    variance=lambda mu, alpha: mu + mu**2 / alpha,
    location="mu",
    forms=(
        Form(
            (*plain("n", within=positive), *plain("p", within=unit)), lambda n, p: {"mu": n * (1 - p) / p, "alpha": n}
        ),
    ),
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
)
