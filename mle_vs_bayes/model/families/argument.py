"""The arguments of a distribution as records: what a model's parameter reads, and other forms of the same."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..support import Support, positive, real, unit


@dataclass(frozen=True)
class Argument:
    """One argument of a distribution, under PyMC's name, and the parameter that fills it in a model.

    ``row`` is what rows call that parameter and ``symbol`` what formulas do; ``meaning`` says it in words.
    ``prior`` is the name of its default prior (a key of `prior.DEFAULTS`), ``link`` that of its default link
    (a key of `links.LINKS`), ``typical`` a value of the size met in practice.
    """

    name: str
    support: Support = real
    row: str = ""
    symbol: str = ""
    meaning: str = ""
    prior: str = ""
    link: str = ""
    typical: float = 1.0

    def __post_init__(self) -> None:
        natural = {real.name: "identity", positive.name: "log", unit.name: "logit"}
        object.__setattr__(self, "row", self.row or self.name)
        object.__setattr__(self, "link", self.link or natural.get(self.support.name, "identity"))


USUAL_LINKS = {
    real.name: ("identity", "log", "inverse"),
    positive.name: ("log", "identity", "inverse", "sqrt"),
    unit.name: ("logit", "probit", "cloglog", "loglog"),
}
"""Links that a location takes, the default first, by the name of its support."""


def plain(*names: str, within: Support = real) -> tuple[Argument, ...]:
    """Arguments that no model's parameter fills: those of priors."""
    return tuple(Argument(name, within) for name in names)


def logarithm(value: Any) -> Any:
    """NumPy's of numbers, PyTensor's of symbols."""
    if isinstance(value, np.ndarray | np.generic | float | int):
        return np.log(value)
    import pytensor.tensor as pt

    return pt.log(value)


@dataclass(frozen=True)
class Form:
    """Other arguments that name the same distribution: ``tau`` in the place of ``sigma``.

    ``into`` turns their values into those of the family's own ``arguments``, in NumPy. ``log_density`` is given where
    that would cost digits (log odds turned into a probability).
    """

    arguments: tuple[Argument, ...]
    into: Callable[..., dict[str, Any]]
    log_density: Callable[..., Any] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(argument.name for argument in self.arguments)
