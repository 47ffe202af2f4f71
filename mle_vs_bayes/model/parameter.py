"""A parameter declares its name, symbol, support, default prior and a typical value; tests draw from it.

Held at a value it makes a special case of its model.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .families import Argument
from .prior import DEFAULTS, Prior
from .support import Support, real


@dataclass(frozen=True)
class Parameter:
    """One parameter of a model, scalar or an array along ``dims``.

    ``typical`` is a value of the size met in practice, or one per element; simulations start from it
    and the contract tests draw their points around it. ``dims`` names an axis of the data's
    ``coords``, e.g. ``("term",)``. ``meaning`` says in words what a value of it means ("63.2 % have failed by then").
    """

    name: str
    symbol: str
    support: Support
    prior: Prior
    typical: float | tuple[float, ...]
    dims: tuple[str, ...] = ()
    meaning: str = ""
    eta_beyond: tuple[float, ...] = ()
    """Of an LKJ(η) prior, which is one of all elements together: by how much each one's own η is larger."""

    @property
    def plausible(self) -> Prior:
        """A proper prior in plain numbers around the typical value: a law that truths can be drawn from.

        The default prior follows the data, so that there is none before there are data. A support that is not in
        `AROUND` is a program's, whose own prior is in plain numbers.
        """
        around = AROUND.get(self.support.name)
        return self.prior if around is None else around(np.asarray(self.typical, dtype=float))


def _prior(family: str, **numbers: Any) -> Prior:
    """The prior whose arguments are numbers, or arrays ``(k,)`` with one per element."""
    return Prior(family, **numbers)


AROUND: Mapping[str, Callable[[NDArray[np.float64]], Prior]] = {
    **dict.fromkeys(("real", "stationary"), lambda t: _prior("Normal", mu=t, sigma=np.maximum(0.5, np.abs(t)))),
    **dict.fromkeys(("positive", "ordered_positive"), lambda t: _prior("Gamma", alpha=4, beta=4 / t)),
    **dict.fromkeys(("unit", "share"), lambda t: _prior("Beta", alpha=5 * t, beta=5 * (1 - t))),
    "nonnegative": lambda t: _prior("HalfNormal", sigma=t),
    "ordered": lambda t: _prior("Normal", mu=t, sigma=max(0.5, np.ptp(t) / 3)),
    "simplex": lambda t: _prior("Dirichlet", a=20 * t),
    "correlation": lambda _t: _prior("Uniform", lower=-1, upper=1),
}
"""By support, from the typical value or values: as wide as it is large, and where a value may be 0, with mass near 0.

Shares are held closer than chances, as data in which a class of the outcome has no row cannot be used.
"""


def of_argument(argument: Argument, **changes: Any) -> Parameter:
    """The parameter that fills an argument of a distribution, as the table of distributions describes it."""
    described = Parameter(
        argument.row,
        argument.symbol,
        argument.support,
        DEFAULTS[argument.prior],
        argument.typical,
        meaning=argument.meaning,
    )
    return replace(described, **changes)


@dataclass(frozen=True)
class Moments:
    """Which moments a posterior has: E|x|^k is finite for k below ``order``, and at it where ``attained``.

    ``why`` is a phrase that says what keeps the higher ones from existing.
    """

    order: float = float("inf")
    why: str = ""
    attained: bool = False

    def has(self, k: float) -> bool:
        return k < self.order or (self.attained and k == self.order)


@dataclass(frozen=True)
class Function:
    """A derived quantity: ``of(theta)`` maps parameters by name to a number, elementwise over draws.

    It is written with NumPy or SciPy ufuncs only, so that the same line serves one
    point and an array of draws ``(chain, draw, …)``. ``support`` is where its values can lie, whatever
    the parameters: intervals on the transformed scale and profiles walk on that scale.

    ``moments`` says which moments its posterior has: a function of the tails of the priors (`moments.tails`, of each
    parameter's elements by name) and the data, which gives `Moments`, one for all elements or one each.
    """

    name: str
    of: Callable[[Any], Any]
    dims: tuple[str, ...] = ()
    support: Support = real
    moments: Callable[[Mapping[str, Any], Any], Any] | None = None


def labels(
    name: str, dims: tuple[str, ...], coords: Mapping[str, tuple[Any, ...]], comma: str = ","
) -> tuple[str, ...]:
    """Labels of a quantity: ``shape``, ``beta[Intercept]``, ``beta[x1]`` …, or of a matrix ``beta[a,x]`` …"""
    if not dims:
        return (name,)
    places = product(*(coords[dim] for dim in dims))
    return tuple(f"{name}[{comma.join(str(coord) for coord in place)}]" for place in places)


@dataclass(frozen=True)
class SpecialCase:
    """``parameter`` = ``value`` makes a model the smaller one.

    On the edge of the parameter's support (``edge``) twice the log-likelihood ratio is χ² on 0 and 1 degrees of
    freedom, each half of the time, and not on 1. [1]_

    .. [1] Self & Liang (1987), Journal of the American Statistical Association 82(398), 605–610.
    """

    parameter: str
    value: float
    edge: bool = False

    def __str__(self) -> str:
        return f"{self.parameter} {'→ ∞' if self.value == float('inf') else f'= {self.value:g}'}"
