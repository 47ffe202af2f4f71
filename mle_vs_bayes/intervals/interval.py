"""What every kind of interval takes and gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..concerns import Concern
from ..density.density import Density
from ..errors import UsageError
from ..estimators.estimate import Estimate
from ..model.support import Support

Array = NDArray[np.float64]
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


@dataclass(frozen=True)
class Ends:
    """One kind of interval of R data sets, ``(R, q)`` each: ends, and status and reason where it has its own."""

    lower: Array
    upper: Array
    status: NDArray[Any]
    reason: NDArray[Any]

    @classmethod
    def blank(cls, shape: tuple[int, ...]) -> Self:
        """No end at all, and nothing said of it."""
        return cls(np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, None), np.full(shape, None))

    @classmethod
    def of(cls, each: Sequence[Sequence["Interval"]]) -> Self:
        """From single intervals, R lists of q."""
        ends = cls.blank((len(each), len(each[0])))
        for i, line in enumerate(each):
            ends.put(i, line)
        return ends

    def put(self, i: int, line: Sequence["Interval"]) -> None:
        """Take the intervals of one data set."""
        for k, interval in enumerate(line):
            self.lower[i, k] = np.nan if interval.lower is None else interval.lower
            self.upper[i, k] = np.nan if interval.upper is None else interval.upper
            if interval.reason is not None:
                self.status[i, k], self.reason[i, k] = interval.status, interval.reason

    def at(self, places: Any) -> "Ends":
        """The ends of the data sets at these places."""
        return Ends(*(values[places] for values in vars(self).values()))

    def copy(self, places: Any, other: "Ends") -> None:
        """Take another's ends to these places."""
        for name, values in vars(other).items():
            getattr(self, name)[places] = values

    def intervals(self) -> list["Interval"]:
        """The intervals of the first data set."""
        columns = zip(*(values[0].tolist() for values in vars(self).values()), strict=True)
        return [
            Interval(lower=_number(lower), upper=_number(upper), status=status or "ok", reason=reason)
            for lower, upper, status, reason in columns
        ]


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value


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


def refused(request: IntervalRequest, status: str, reason: str) -> list[Interval]:
    """The same status and reason for every quantity."""
    return [Interval(status=status, reason=reason) for _ in request.program.quantity_labels]


def supports(program: Density) -> tuple[Support, ...]:
    """The support of each quantity, whose map to the line its interval is built on, as ``program.quantity_labels``.

    A parameter has its own. A derived quantity has the one its `Function` declares, the line unless it says
    otherwise: whether an estimate happens to be positive is no reason for a logarithm, because the next
    sample's may not be, and the interval would change its kind with the data.
    """
    layout = program.layout
    sizes = [(p.support, len(layout.labels_of[p.name])) for p in layout.parameters]
    of_parameters = [support.element(place, size) for support, size in sizes for place in range(size)]
    derived = [f.support for f in program.model.functions for _ in layout.function_labels(f)]
    return (*of_parameters, *derived)
