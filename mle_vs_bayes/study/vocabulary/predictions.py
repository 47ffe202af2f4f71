"""What a study predicts of a measure: its slope along an axis, its value, or how two estimators compare."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from ...errors import UsageError
from ...performance.measures import MEASURES

COLUMNS = ("model", "variant", "scenario", "n", "estimator", "parameter", "interval")
"""Of the performance table, that ``where`` may name beside the study's own axes."""


OF_INTERVALS = frozenset(measure.name for measure in MEASURES if "interval" in measure.needs)
"""Measures of intervals; all others are of estimates, whatever intervals stand beside them."""
PROPORTIONS = frozenset(measure.name for measure in MEASURES if measure.proportion)
"""Measures that are shares of replicates: near 0 and 1 their Monte-Carlo error is not symmetric."""
TOTAL = "total_mse"
"""Mean over replicates of the squared error summed over all quantities of an estimator."""
DISTANCE = "_distance"
"""The end of a measure's name that is a distance from a law (`Study.laws`)."""


@dataclass(frozen=True)
class Prediction(ABC):
    """A claim about every line of the performance table that ``where`` leaves.

    ``measure`` is a name of that table (``rmse``, ``coverage`` …) or of one of the study's functionals, whose mean
    over replicates is meant. ``where`` maps columns (model, scenario, n, estimator, parameter, interval) and the
    study's axes to a value or a tuple of values. ``why`` is a few words with the source.
    """

    measure: str
    where: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    why: str = field(default="", kw_only=True)

    def check(self, axes: Sequence[str]) -> None:
        """Refuse columns that are neither the table's nor among the study's own ``axes``.

        Raises
        ------
        UsageError
            The sentence names what there is.
        """
        for column in self.where:
            if column not in (*COLUMNS, *axes):
                raise UsageError(f'where of a prediction names "{column}"; it may name {", ".join((*COLUMNS, *axes))}.')
        if self.axis is not None and self.axis not in ("n", *axes):
            raise UsageError(f'a prediction runs along "{self.axis}"; the axes are {", ".join(("n", *axes))}.')

    def speaks_of(self, place: Mapping[str, Any]) -> bool:
        """Whether ``where`` leaves lines of a scenario, which is a place on some of the columns."""
        return all(place[column] in self.values(column) for column in self.where if column in place)

    def values(self, column: str) -> Sequence[Any]:
        """What a column that ``where`` names may be."""
        values = self.where[column]
        return values if isinstance(values, tuple | list) else [values]

    @property
    def label(self) -> str:
        """The measure's name in the performance table."""
        return self.measure

    @property
    def axis(self) -> str | None:
        """The axis along which lines are taken together; None where each line is judged by itself."""
        return None

    @property
    def quickened(self) -> "Prediction":
        """What a quick run claims in its place."""
        return self

    @abstractmethod
    def claim(self) -> str:
        """The claim in words."""

    @property
    @abstractmethod
    def band(self) -> tuple[float, float]:
        """The values that agree with the claim."""


@dataclass(frozen=True)
class Along(Prediction):
    """A claim about lines along an axis, n or another of the scenarios' own (``Scenario(at=…)``).

    A quick run, which has fewer replicates, claims the precision ``quick_within`` if one is given.
    """

    within: float = field(kw_only=True)
    quick_within: float | None = field(default=None, kw_only=True)
    along: str = field(default="n", kw_only=True)

    def __post_init__(self) -> None:
        if not self.within > 0:
            kind = type(self).__name__.lower()
            raise UsageError(f"within of a {kind} is {self.within:g}; it must be above 0, such as 0.05.")

    @property
    def axis(self) -> str | None:
        return self.along

    @property
    def quickened(self) -> "Along":
        return replace(self, within=self.quick_within or self.within)


@dataclass(frozen=True)
class Slope(Along):
    """log measure is a line in the logarithm of n (or of another axis) with a slope ``within`` of ``slope``.

    ``within`` allows for the terms of higher order in 1/n that the prediction leaves out at the n of the grid.
    """

    slope: float = field(kw_only=True)

    def claim(self) -> str:
        return f"{self.measure} ∝ {self.along}^{self.slope:g} (slope ± {self.within:g})"

    @property
    def band(self) -> tuple[float, float]:
        return self.slope - self.within, self.slope + self.within


@dataclass(frozen=True)
class Theory(Along):
    """The measure is what theory says at each n, on average over n (or another axis) up to ``within``.

    ``value`` takes a line of the performance table (a mapping with model, scenario, n, estimator, parameter, interval
    and the study's axes) and gives the number; ``within`` allows for what theory leaves out, and is the precision that
    is claimed. With ``relative`` all are shares of theory's value.
    """

    value: Callable[[Mapping[str, Any]], float] = field(kw_only=True)
    relative: bool = field(default=False, kw_only=True)

    def claim(self) -> str:
        gap = f"{self.measure}/theory − 1" if self.relative else f"{self.measure} − theory"
        return f"{gap} (mean over {self.along}) in ± {self.within:g}"

    @property
    def band(self) -> tuple[float, float]:
        return -self.within, self.within


@dataclass(frozen=True)
class Value(Prediction):
    """The measure lies between ``least`` and ``most`` in every line that ``where`` leaves."""

    least: float = field(default=-float("inf"), kw_only=True)
    most: float = field(default=float("inf"), kw_only=True)

    def __post_init__(self) -> None:
        if not self.least <= self.most:
            raise UsageError(f"a value is predicted between {self.least:g} and {self.most:g}; swap the two.")

    def claim(self) -> str:
        return f"{self.measure} {self._range()}"

    def _range(self) -> str:
        low, high = self.least > -float("inf"), self.most < float("inf")
        both = f"in [{self.least:g}, {self.most:g}]"
        return both if low and high else f"≥ {self.least:g}" if low else f"≤ {self.most:g}"

    @property
    def band(self) -> tuple[float, float]:
        return self.least, self.most


@dataclass(frozen=True)
class Equals(Prediction):
    """An identity: in every replicate a functional equals ``value``, ``within`` rounding.

    The replicate that is furthest from it is judged, and one in which the functional failed refutes nothing and proves
    nothing: the line is undecided.
    """

    value: float = field(default=0.0, kw_only=True)
    within: float = field(default=1e-9, kw_only=True)

    def claim(self) -> str:
        return f"{self.measure} = {self.value:g} in every replicate (± {self.within:g})"

    @property
    def band(self) -> tuple[float, float]:
        return self.value - self.within, self.value + self.within


@dataclass(frozen=True)
class Paired(Value):
    """Two estimators on the same data sets, whose errors go together, so that the comparison is far more precise.

    ``measure`` is one that is a mean over replicates, or its root: bias, mse, rmse, empirical_se, coverage, mean_width,
    total_mse; or a functional that gives several numbers, of which ``of`` and ``to`` are two.
    """

    of: str = field(kw_only=True)
    to: str = field(kw_only=True)

    SIGN: ClassVar[str] = ""

    @property
    def label(self) -> str:
        """The name of the comparison in the performance table."""
        return f"{self.measure}: {self.of} {self.SIGN} {self.to}"

    def claim(self) -> str:
        return f"{self.label} {self._range()}"


@dataclass(frozen=True)
class Ratio(Paired):
    """measure(of) / measure(to) lies between ``least`` and ``most``."""

    SIGN: ClassVar[str] = "/"


@dataclass(frozen=True)
class Difference(Paired):
    """measure(of) − measure(to) lies between ``least`` and ``most``."""

    SIGN: ClassVar[str] = "−"
