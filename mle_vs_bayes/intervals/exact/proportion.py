"""Intervals of a binomial proportion: exact (Clopper–Pearson), score (Wilson) and Jeffreys'. [1]_

.. [1] Brown, Cai & DasGupta (2001), Interval estimation for a binomial proportion, Statistical Science 16(2),
   101–133.
"""

from collections.abc import Callable

import numpy as np

from ...data import counts
from ...density.density import Density
from ..interval import Compute
from ..wald import normal_quantile
from .theory import Ends, Formula, theoretical

FAMILY = "clopper_pearson"


def of_counts(formula: Callable[[float, float, float], tuple[float, float]]) -> Formula:
    """A formula in successes, trials and level, read off the data: their totals are sufficient."""

    def ends(program: Density, name: str, level: float) -> Ends:
        successes, trials = (float(counts.total(program.data, program.data[role])) for role in ("y", "trials"))
        return {name: formula(successes, trials, level)}

    return ends


def kind(formula: Callable[[float, float, float], tuple[float, float]]) -> Compute:
    """The kind of interval that a formula in counts gives, for proportions."""
    return theoretical(FAMILY, of_counts(formula))


def clopper_pearson(successes: float, trials: float, level: float) -> tuple[float, float]:
    """All p that neither one-sided binomial test rejects: covers with at least ``level`` whatever p is."""
    return _beta_quantiles(successes, trials, level, extra=(0, 1))


def jeffreys(successes: float, trials: float, level: float) -> tuple[float, float]:
    """Equal tails of the posterior under Beta(½, ½); an end is 0 or 1 where no, or every, trial is a success."""
    return _beta_quantiles(successes, trials, level, extra=(0.5, 0.5))


def wilson(successes: float, trials: float, level: float) -> tuple[float, float]:
    """All p that the score test does not reject: |p̂ − p| ≤ z √(p (1 − p)/n), solved for p."""
    z, failures = normal_quantile(level), trials - successes
    # The equality squared is quadratic in p; its two roots are the ends.
    centre = (successes + z**2 / 2) / (trials + z**2)
    reach = z / (trials + z**2) * np.sqrt(successes * failures / trials + z**2 / 4)
    return float(centre - reach) if successes else 0.0, float(centre + reach) if failures else 1.0


def _beta_quantiles(successes: float, trials: float, level: float, extra: tuple[float, float]) -> tuple[float, float]:
    """Quantiles (1 ∓ level)/2 of Beta(y + a, n − y + b) and Beta(y + b, n − y + a) with (a, b) = ``extra``."""
    from scipy.special import betaincinv

    (a, b), failures, tail = extra, trials - successes, (1 - level) / 2
    lower = betaincinv(successes + a, failures + b, tail) if successes else 0.0
    upper = betaincinv(successes + b, failures + a, 1 - tail) if failures else 1.0
    return float(lower), float(upper)
