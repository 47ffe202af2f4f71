"""Links between a mean μ and a linear predictor η: η = g(μ), each worded in NumPy and in PyTensor.

The derivative dμ/dη is what weighted least squares, Fisher information and errors of means need. For a probability
the log odds are given, too: log p and log(1 − p) made from them lose no digits where p is near 0 or 1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from .support import Support, positive, real, unit


@dataclass(frozen=True)
class Link:
    """A link by its name; all functions are elementwise.

    ``means`` is where μ may lie, ``predictors`` where η then lies. ``ratio`` is what exp(β) is a ratio of under this
    link ("odds"), or empty. ``log_odds`` of η, NumPy's and PyTensor's, where μ is a probability.
    """

    name: str
    means: Support
    link: Callable[[Any], Any]
    inverse: Callable[[Any], Any]
    derivative: Callable[[Any], Any]
    inverse_symbol: Callable[[Any], Any]
    derivative_symbol: Callable[[Any], Any]
    predictors: Support = real
    log_odds: Callable[[Any], Any] | None = None
    log_odds_symbol: Callable[[Any], Any] | None = None

    def mean(self, eta: Any) -> Any:
        """μ at η: NumPy's of numbers, PyTensor's of symbols."""
        return (self.inverse_symbol if symbolic(eta) else self.inverse)(eta)

    def slope(self, eta: Any) -> Any:
        """dμ/dη at η: NumPy's of numbers, PyTensor's of symbols."""
        return (self.derivative_symbol if symbolic(eta) else self.derivative)(eta)

    def odds(self, eta: Any) -> Any:
        """The log odds at η: NumPy's of numbers, PyTensor's of symbols.

        Raises
        ------
        ValueError
            The mean under this link is no probability.
        """
        log_odds = self.log_odds_symbol if symbolic(eta) else self.log_odds
        if log_odds is None:
            raise ValueError(f"the mean under the link {self.name} is no probability")
        return log_odds(eta)


def symbolic(value: Any) -> bool:
    """Whether a value is a node of a PyTensor graph; PyTensor is not imported to find out."""
    return not isinstance(value, np.ndarray | np.generic | float | int)


def _pt() -> Any:
    import pytensor.tensor

    return pytensor.tensor


def _normal_density(eta: Any) -> Any:
    return np.exp(-0.5 * eta**2) / np.sqrt(2 * np.pi)


def log_normal_cdf_symbol(eta: Any) -> Any:
    """log Φ(η): for η < −1 through the scaled complementary error function, as Φ itself underflows."""
    pt = _pt()
    low = pt.minimum(eta, -1.0)  # the branch that is not taken must not overflow: its gradient would not be a number
    tail = pt.log(pt.erfcx(-low / np.sqrt(2.0)) / 2) - low**2 / 2
    return pt.switch(eta < -1.0, tail, pt.log1p(-pt.erfc(pt.maximum(eta, -1.0) / np.sqrt(2.0)) / 2))


def _complementary_log_odds(eta: Any) -> Any:
    """log(e^a − 1) at a = e^η, which is a + log(1 − e^−a)."""
    a = np.exp(eta)
    return a + np.log(-np.expm1(-a))


def _complementary_log_odds_symbol(eta: Any) -> Any:
    pt = _pt()
    a = pt.exp(eta)
    return a + pt.log(-pt.expm1(-a))


identity = Link(
    "identity",
    means=real,
    link=lambda mu: mu,
    inverse=lambda eta: eta,
    derivative=np.ones_like,
    inverse_symbol=lambda eta: eta,
    derivative_symbol=lambda eta: _pt().ones_like(eta),
)
log = Link(
    "log",
    means=positive,
    link=np.log,
    inverse=np.exp,
    derivative=np.exp,
    inverse_symbol=lambda eta: _pt().exp(eta),
    derivative_symbol=lambda eta: _pt().exp(eta),
)
logit = Link(
    "logit",
    means=unit,
    link=lambda mu: np.log(mu) - np.log1p(-mu),
    inverse=scipy.special.expit,
    derivative=lambda eta: scipy.special.expit(eta) * scipy.special.expit(-eta),
    inverse_symbol=lambda eta: _pt().sigmoid(eta),
    derivative_symbol=lambda eta: _pt().sigmoid(eta) * _pt().sigmoid(-eta),
    log_odds=lambda eta: eta,
    log_odds_symbol=lambda eta: eta,
)
probit = Link(
    "probit",
    means=unit,
    link=scipy.special.ndtri,
    inverse=scipy.special.ndtr,
    derivative=_normal_density,
    inverse_symbol=lambda eta: _pt().erfc(-eta / np.sqrt(2.0)) / 2,
    derivative_symbol=lambda eta: _pt().exp(-0.5 * eta**2) / np.sqrt(2 * np.pi),
    log_odds=lambda eta: scipy.special.log_ndtr(eta) - scipy.special.log_ndtr(-eta),
    log_odds_symbol=lambda eta: log_normal_cdf_symbol(eta) - log_normal_cdf_symbol(-eta),
)
cloglog = Link(
    "cloglog",
    means=unit,
    link=lambda mu: np.log(-np.log1p(-mu)),
    inverse=lambda eta: -np.expm1(-np.exp(eta)),
    derivative=lambda eta: np.exp(eta - np.exp(eta)),
    inverse_symbol=lambda eta: -_pt().expm1(-_pt().exp(eta)),
    derivative_symbol=lambda eta: _pt().exp(eta - _pt().exp(eta)),
    log_odds=_complementary_log_odds,
    log_odds_symbol=_complementary_log_odds_symbol,
)
loglog = Link(
    "loglog",
    means=unit,
    link=lambda mu: -np.log(-np.log(mu)),
    inverse=lambda eta: np.exp(-np.exp(-eta)),
    derivative=lambda eta: np.exp(-eta - np.exp(-eta)),
    inverse_symbol=lambda eta: _pt().exp(-_pt().exp(-eta)),
    derivative_symbol=lambda eta: _pt().exp(-eta - _pt().exp(-eta)),
    log_odds=lambda eta: -_complementary_log_odds(-eta),
    log_odds_symbol=lambda eta: -_complementary_log_odds_symbol(-eta),
)
inverse = Link(
    "inverse",
    means=positive,
    predictors=positive,
    link=lambda mu: 1 / mu,
    inverse=lambda eta: 1 / eta,
    derivative=lambda eta: -1 / eta**2,
    inverse_symbol=lambda eta: 1 / eta,
    derivative_symbol=lambda eta: -1 / eta**2,
)
sqrt = Link(
    "sqrt",
    means=positive,
    predictors=positive,
    link=np.sqrt,
    inverse=lambda eta: eta**2,
    derivative=lambda eta: 2 * eta,
    inverse_symbol=lambda eta: eta**2,
    derivative_symbol=lambda eta: 2 * eta,
)

LINKS = {link.name: link for link in (identity, log, logit, probit, cloglog, loglog, inverse, sqrt)}
"""Every link by its name."""
