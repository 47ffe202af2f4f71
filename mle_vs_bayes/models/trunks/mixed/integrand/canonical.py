"""Outcomes under their canonical link: log density = y η − t b(η) + c(y), with t the trials, or 1.

Its derivatives in η are y − t b′, −t b″ and −t b‴. Of rows × nodes each exponential is taken once.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from .....model import families, links

Array = NDArray[np.float64]


class Cumulants(NamedTuple):
    """b and its first two derivatives, the mean and the variance of one trial, at an array of η."""

    whole: Array
    mean: Array
    variance: Array


class Canonical(NamedTuple):
    """b with two derivatives, the third from the mean and the variance, and c of y and trials."""

    at: Callable[[Array], Cumulants]
    third: Callable[[Cumulants], Array]
    constant: Callable[[Array, Any], Any]


def _of_trials(eta: Array) -> Cumulants:
    """b = log(1 + e^η), from e^−|η|, which cannot overflow. In place: arrays of rows × nodes are dear to make."""
    small = np.abs(eta)
    np.exp(np.negative(small, out=small), out=small)
    whole = np.log1p(small)
    whole += np.maximum(eta, 0.0)
    larger = 1 / (1 + small)  # the chance of what is likelier
    small *= larger
    small *= larger
    larger -= 0.5
    mean = np.copysign(larger, eta, out=larger)
    mean += 0.5
    return Cumulants(whole, mean, small)


def _of_counts(eta: Array) -> Cumulants:
    """b = e^η."""
    mean = np.exp(eta)
    return Cumulants(mean, mean, mean)


def _log_choose(y: Array, trials: Any) -> Any:
    """log (t choose y), which is 0 of one trial."""
    return 0.0 if np.ndim(trials) == 0 else -np.log1p(trials) - scipy.special.betaln(y + 1, trials - y + 1)


_CANONICAL = {
    (families.binomial.name, links.logit.name): Canonical(
        _of_trials, lambda b: b.variance * (1 - 2 * b.mean), _log_choose
    ),
    (families.poisson.name, links.log.name): Canonical(
        _of_counts, lambda b: b.variance, lambda y, _: -scipy.special.gammaln(y + 1)
    ),
}
"""By the names of family and link."""


def of(model: Any) -> Any:
    """The `Canonical` of a model's family and link; None where they are others."""
    return None if model.family is None else _CANONICAL.get((model.family.name, model.link.name))


def slopes(model: Any, columns: Any) -> tuple[Any, Any]:
    """y − t μ and t μ′ of PyTensor's columns: the derivatives of each row in η, the second with the sign changed."""
    eta, trials = predictor(columns), columns.get("trials", 1.0)
    return columns["y"] - trials * model.link.mean(eta), trials * model.link.slope(eta)


def predictor(columns: Any) -> Any:
    """η of each row ``(n,)``: its offset, with the logarithm of an exposure in it."""
    if "exposure" not in columns:
        return columns["offset"]
    import pytensor.tensor as pt

    exposure = columns["exposure"]
    return columns["offset"] + (pt.log(exposure) if links.symbolic(exposure) else np.log(exposure))
