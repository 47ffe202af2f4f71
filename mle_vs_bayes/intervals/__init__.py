"""Every kind of interval, by its name in rows: the one list of them.

Adding a kind touches its own file and one line here.
"""

from .equal_tailed import equal_tailed
from .interval import Kind
from .wald import wald

KINDS: dict[str, Kind] = {
    "wald": Kind(("mle", "mle_exact"), wald, "Wald, symmetric on the model scale"),
    "laplace": Kind(("map",), wald, "normal approximation at the MAP"),
    "eti": Kind(("posterior", "posterior_exact"), equal_tailed, "equal-tailed credible"),
}

DEFAULTS = ("wald", "laplace", "eti")
"""Shown unless others are asked for: one per estimator."""


def of(estimator: str, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds among ``wanted`` that belong to an estimator, in the order of the list."""
    return tuple(name for name, kind in KINDS.items() if name in wanted and estimator in kind.estimators)
