"""Does a prediction hold? Measured value, its Monte-Carlo standard error, and one of three words."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...performance.formulas import wilson
from ...performance.slopes import fit
from ...words import as_written
from ..vocabulary.predictions import DISTANCE, OF_INTERVALS, PROPORTIONS, Equals, Prediction, Slope, Theory

if TYPE_CHECKING:
    import pandas

FAMILY = 0.001
"""Chance that Monte-Carlo error alone makes any of a study's verdicts wrong; shared among its lines (Bonferroni)."""
GROUP = ("model", "variant", "scenario", "estimator", "parameter", "interval")


@dataclass(frozen=True)
class Line:
    """One group of the performance table against one prediction; ``se`` is the Monte-Carlo standard error."""

    claim: str
    group: Mapping[str, Any]
    measured: float
    se: float
    low: float
    high: float
    shared_by: int | None = None
    """Replicates that a proportion is a share of; None for other measures."""
    distance_of: int | None = None
    """Replicates whose distance from a law it is; None for other measures."""
    verdict: str = ""

    @property
    def place(self) -> str:
        """The group in words: what differs from the defaults; a scenario's name stands for its priors or its model."""
        shown = {k: v for k, v in self.group.items() if v is not None and v != "" and (k, v) not in _SILENT}
        shown.pop("variant", None)
        if shown.get("scenario") == shown.get("model"):
            shown.pop("scenario", None)
        return " · ".join(
            value if isinstance(value, str) else f"{key} = {as_written(value)}" for key, value in shown.items()
        )


_SILENT = {("scenario", "default"), ("interval", "none"), ("model", "none")}


def lines(
    predictions: Iterable[Prediction], table: "pandas.DataFrame", axes: Sequence[str] = (), looks: int = 1
) -> list[Line]:
    """Every prediction in every group it speaks of, judged: "holds", "does not hold" or "undecided".

    It holds where measured ± k·MCSE (for a proportion Wilson's interval: 8 of 8 is not 100 % without error) lies inside
    the band that the prediction gives, and does not where it lies outside; k is the normal quantile for `FAMILY` over
    all lines, and over all ``looks`` at data that grow. What has too little to be measured is undecided. ``axes`` are
    columns of the table beside its own.
    """
    claims = [line for prediction in predictions for line in _measured(prediction, table, axes)]
    k = NormalDist().inv_cdf(1 - FAMILY / (2 * looks * max(1, len(claims))))
    return [Line(**{**vars(line), "verdict": judged(line, k)}) for line in claims]


def word(lines: Iterable[Line]) -> str:
    """One word for all: "holds", "does not hold" where any does not, else "undecided"."""
    words = {line.verdict for line in lines}
    return next((w for w in ("does not hold", "undecided", "holds") if w in words), "no prediction")


def settled(lines: Iterable[Line]) -> bool:
    """Whether every word is said that more data could lead to: a line about nothing stays undecided."""
    return all(line.verdict != "undecided" or math.isnan(line.measured) for line in lines)


def judged(line: Line, k: float) -> str:
    """The word for one line at ``k`` standard errors."""
    if line.distance_of is not None:
        reach = massart(line.distance_of, 2 * NormalDist().cdf(-k))  # the chance that k standard errors leave
        low, high = max(0.0, line.measured - reach), line.measured + reach
    elif line.shared_by is None:
        low, high = line.measured - k * line.se, line.measured + k * line.se
    else:
        low, high = (float(end) for end in wilson(line.measured, line.shared_by, k))
    if line.low <= low and high <= line.high:
        return "holds"
    if high < line.low or low > line.high:
        return "does not hold"
    return "undecided"


def massart(values: int, chance: float) -> float:
    """The distance from its law that the distribution function of independent values exceeds with at most ``chance``.

    P(sup |F̂ − F| > t) ≤ 2 exp(−2Rt²), the inequality of Dvoretzky, Kiefer and Wolfowitz with Massart's constant. [1]_

    .. [1] Massart (1990), The tight constant in the Dvoretzky–Kiefer–Wolfowitz inequality, Annals of Probability 18(3),
       1269–1283.
    """
    return math.sqrt(math.log(2 / chance) / (2 * values))


def spoken_of(prediction: Prediction, table: "pandas.DataFrame") -> "pandas.DataFrame":
    """The lines of the performance table that a prediction speaks of."""
    chosen = table[table["measure"] == prediction.label]
    for column in prediction.where:
        chosen = chosen[chosen[column].isin(prediction.values(column))]
    return chosen


def _measured(prediction: Prediction, table: "pandas.DataFrame", axes: Sequence[str]) -> list[Line]:
    chosen = spoken_of(prediction, table)
    if chosen.empty:  # a quick run lacks some n; a mistaken name shows as a claim about nothing
        nothing = float("nan")
        return [Line(prediction.claim(), {"": "no line of the table"}, nothing, nothing, *prediction.band)]
    along, keys = prediction.axis, _keys(prediction, axes)
    if table["n"].nunique() == 1 and "n" in keys and len(keys) > 1:
        keys.remove("n")  # which tells nothing apart
    if prediction.measure not in OF_INTERVALS and "interval" not in prediction.where:
        keys.remove("interval")  # an estimate has one RMSE, however many intervals stand beside it
        chosen = chosen.drop_duplicates([*GROUP[:-1], "n"])
    claims = []
    for values, group in chosen.groupby(keys, dropna=False, sort=False):
        names = {k: None if v != v else v for k, v in zip(keys, values, strict=True) if k != "variant"}
        value, se = _number(prediction, group)
        used = int(group["used"].iloc[0])
        shared_by = used if prediction.label in PROPORTIONS and along is None else None
        distance_of = used if prediction.label.endswith(DISTANCE) and along is None else None
        claims.append(Line(prediction.claim(), names, value, se, *prediction.band, shared_by, distance_of))
    return claims


def _keys(prediction: Prediction, axes: Sequence[str]) -> list[str]:
    """Columns that tell the groups of a prediction apart; along an axis, scenarios differ by the other axes alone."""
    if prediction.axis == "n" or isinstance(prediction, Equals):  # an identity is judged by its worst replicate of all
        return [*GROUP]
    if prediction.axis is None:
        return [*GROUP, "n"]
    others = [axis for axis in axes if axis != prediction.axis]
    return ["model", *others, "estimator", "parameter", "interval", "n"]


def _number(prediction: Prediction, group: "pandas.DataFrame") -> tuple[float, float]:
    """What is measured of one group, with its standard error."""
    if isinstance(prediction, Slope):
        line = fit(group[prediction.along], group["value"], group["mcse"])
        return line.slope, line.se
    if isinstance(prediction, Theory):
        return _apart(prediction, group)
    if isinstance(prediction, Equals):
        ends = group[["smallest", "largest"]].to_numpy(dtype=float).ravel()
        complete = not group["failed"].any() and np.isfinite(ends).all()
        furthest = ends[np.argmax(np.abs(ends - prediction.value))] if complete else np.nan
        return float(furthest), 0.0
    return float(group["value"].iloc[0]), float(group["mcse"].iloc[0])


def _apart(prediction: Theory, group: "pandas.DataFrame") -> tuple[float, float]:
    """Mean over n of measured − theory; the cells' errors are independent. A share's error is the one in theory."""
    theory = theories(prediction, group)
    error = group["mcse"].to_numpy(dtype=float)
    if prediction.measure in PROPORTIONS:
        error = np.sqrt(theory * (1 - theory) / group["used"].to_numpy(dtype=float))
    known = np.isfinite(theory) & np.isfinite(error)
    apart, error = group["value"].to_numpy(dtype=float)[known] - theory[known], error[known]
    if prediction.relative:
        apart, error = apart / theory[known], error / np.abs(theory[known])
    return float(np.mean(apart)), float(np.sqrt(np.sum(error**2)) / max(1, known.sum()))


def theories(prediction: Theory, lines: "pandas.DataFrame") -> NDArray[np.float64]:
    """What theory says of each line ``(k,)``."""
    records = [{str(name): value for name, value in line.items()} for line in lines.to_dict("records")]
    return np.array([prediction.value(line) for line in records], dtype=np.float64)
