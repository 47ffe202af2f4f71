"""Lifetimes that age."""

import numpy as np
import scipy

from ..data import counts
from ..model import families
from ..model.censoring import middle
from ..model.parameter import Function, SpecialCase
from ..model.support import positive
from .trunks import lifetimes, moments
from .trunks.lifetimes import Lifetimes


class Weibull(Lifetimes):
    """Lifetimes whose hazard rises (shape > 1) or falls (shape < 1) with age.

        shape ~ Gamma(alpha=2, beta=1)
        scale ~ HalfNormal(sigma = 10 × mean(y))
        y[i]  ~ Weibull(shape, scale)          i = 1 … n, right-censored where event = 0

    Here because the prior on shape is felt below n ≈ 30 and fades after. [1]_

    .. [1] Kalbfleisch & Prentice (2002), The Statistical Analysis of Failure Time Data.
    """

    name = "weibull"
    weighted = True
    family = families.weibull
    special_cases = {"exponential": SpecialCase("shape", 1.0)}
    functions = (
        Function(
            "mean", lambda t: t["scale"] * scipy.special.gamma(1 + 1 / t["shape"]), (), positive, moments.mean_life
        ),
        Function("median", lambda t: t["scale"] * np.log(2) ** (1 / t["shape"]), (), positive, moments.median_life),
    )
    runs_off = "scale runs to infinity"
    one_time = "shape runs to infinity"

    def moments(self, tails, data):
        return moments.lives(tails, data)

    def start(self, data):
        """The exponential fit, its shape from the spread of log lifetimes (π²/6 at shape 1)."""
        ended = lifetimes.with_ends(data)
        spread = counts.spread(ended, np.log(middle(ended))) if ended.n > 1 else 0.0
        return {"shape": np.clip(1.28 / max(spread, 1e-3), 0.2, 20.0), "scale": lifetimes.mean_life(data)}
