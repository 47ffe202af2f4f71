"""What every kind of interval takes and gives."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..concerns import Concern
from ..density.density import Density
from ..errors import UsageError
from ..estimators.estimate import Estimate

RESAMPLES = 1000
"""Refits of a bootstrap unless another number is asked for."""


def check_level(level: float) -> None:
    """Refuse a level that is none.

    Raises
    ------
    UsageError
        A level outside (0, 1).
    """
    if not 0 < level < 1:
        raise UsageError(f"level is {level:g}; it must lie inside (0, 1), such as 0.95.")


@dataclass(frozen=True)
class IntervalRequest:
    """One estimate of one data set, and the level its intervals shall have."""

    program: Density
    estimate: Estimate
    level: float
    seed: int = 0
    replicates: int = RESAMPLES
    """Bootstrap refits."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """One interval of one quantity; ends are None where ``status`` is not ``ok``, or where one side is open.

    ``detail`` is what the interval was read from (a profile's curve, bootstrap estimates), for figures.
    """

    lower: float | None = None
    upper: float | None = None
    status: str = "ok"
    reason: str | None = None
    concerns: tuple[Concern, ...] = ()
    detail: Any = None


Compute = Callable[[IntervalRequest], list[Interval]]
"""All quantities at once, in the order of ``program.quantity_labels``."""


@dataclass(frozen=True)
class IntervalKind:
    """One kind of interval: of which estimators it is, how it is computed, and the words for it.

    ``also`` is the name that the same construction has for another estimator: whoever asks for that gets this, too.
    """

    estimators: tuple[str, ...]
    compute: Compute
    words: str
    also: str | None = None


def ends(lower: Any, upper: Any, no_error: str) -> list[Interval]:
    """Intervals from arrays of ends ``(q,)``; where an end is not a number there was ``no_error``, which says why."""
    edge = Interval(status="not_applicable", reason=no_error)
    pairs = zip(lower, upper, strict=True)
    return [Interval(lower=float(a), upper=float(b)) if a <= b else edge for a, b in pairs]


def refused(request: IntervalRequest, status: str, reason: str) -> list[Interval]:
    """The same status and reason for every quantity."""
    return [Interval(status=status, reason=reason) for _ in request.program.quantity_labels]


def absent(estimate: Estimate, label: str) -> Interval:
    """No interval of a quantity that has no exact posterior: no formula, and no quadrature."""
    status, reason = estimate.absent
    return Interval(status=status, reason=reason or f"no exact posterior of {label}")
