"""What a study predicts of a measure: its slope in n, or its value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...errors import UsageError

COLUMNS = ("model", "variant", "scenario", "n", "estimator", "parameter", "interval")
"""Of the performance table, that ``where`` may name."""


OF_INTERVALS = frozenset(
    {
        "coverage",
        "coverage_worst_case",
        "bias_eliminated_coverage",
        "rejection_rate",
        "mean_width",
        "interval_score",
    }
)
"""Measures of intervals; all others are of estimates, whatever intervals stand beside them."""


PROPORTIONS = frozenset({"coverage", "coverage_worst_case", "bias_eliminated_coverage", "rejection_rate"})
"""Measures that are shares of replicates: near 0 and 1 their Monte-Carlo error is not symmetric."""


@dataclass(frozen=True)
class Prediction:
    """A claim about every line of the performance table that ``where`` leaves.

    ``measure`` is a name of that table (``rmse``, ``coverage`` …) or of one of the study's functionals, whose mean
    over replicates is meant. ``where`` maps columns (model, scenario, n, estimator, parameter, interval) to a value or
    a tuple of values. ``why`` is a few words with the source.
    """

    measure: str
    where: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    why: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        for column in self.where:
            if column not in COLUMNS:
                raise UsageError(f'where of a prediction names "{column}"; it may name {", ".join(COLUMNS)}.')

    def claim(self) -> str:
        """The claim in words."""
        raise NotImplementedError

    @property
    def band(self) -> tuple[float, float]:
        """The values that agree with the claim."""
        raise NotImplementedError


@dataclass(frozen=True)
class Slope(Prediction):
    """log measure is a line in log n whose slope lies within ``within`` of ``slope``.

    ``within`` allows for the terms of higher order in 1/n that the prediction leaves out at the n of the grid.
    """

    slope: float = field(kw_only=True)
    within: float = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.within > 0:
            raise UsageError(f"within of a slope is {self.within:g}; it must be above 0, such as 0.05.")

    def claim(self) -> str:
        return f"{self.measure} ∝ n^{self.slope:g} (slope ± {self.within:g})"

    @property
    def band(self) -> tuple[float, float]:
        return self.slope - self.within, self.slope + self.within


@dataclass(frozen=True)
class Value(Prediction):
    """The measure lies between ``least`` and ``most`` at every n that ``where`` leaves."""

    least: float = field(kw_only=True)
    most: float = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.least <= self.most:
            raise UsageError(f"a value is predicted between {self.least:g} and {self.most:g}; swap the two.")

    def claim(self) -> str:
        return f"{self.measure} in [{self.least:g}, {self.most:g}]"

    @property
    def band(self) -> tuple[float, float]:
        return self.least, self.most


@dataclass(frozen=True)
class Theory(Prediction):
    """The measure is what theory says at each n, on average over n up to ``within``.

    ``value`` takes a line of the performance table (a mapping with model, scenario, n, estimator, parameter and
    interval) and gives the number; ``within`` allows for what theory leaves out, and is the precision that is claimed.
    """

    value: Callable[[Mapping[str, Any]], float] = field(kw_only=True)
    within: float = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.within > 0:
            raise UsageError(f"within of a theory is {self.within:g}; it must be above 0, such as 0.005.")

    def claim(self) -> str:
        return f"{self.measure} − theory (mean over n) in ± {self.within:g}"

    @property
    def band(self) -> tuple[float, float]:
        return -self.within, self.within
