"""Average effects: how much the mean response differs when one covariate is another and all else stays as it is.

Every row of the fit is taken twice, with the covariate at one value and at another, and the difference of the two mean
responses is averaged over rows, as marginaleffects' avg_comparisons does [1]_: a category's levels against its first,
1 against 0 of a column of zeros and ones, and x + 1 against x of other numbers. Of an outcome that is a class, the
chance of each class has an effect of its own.

.. [1] Arel-Bundock, Greifer & Heiss (2024), How to interpret statistical models using marginaleffects for R and Python,
   Journal of Statistical Software 111(9).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...data.dataset import Dataset
from ...density.density import Density
from ...errors import UsageError
from ...estimators.estimate import Estimate
from ...model.model import Model
from ...model.moments import Missing
from ...words import as_written, listed, nearest
from .mean_moments import lacking_moments
from .mean_scale import MeanScale, of_difference
from .means import check
from .new_rows import FittedTable, new_rows, rows_of_fit
from .predict import delta_error, draws_of, tails

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Contrast:
    """Rows of the fit with a covariate at one value and at another, their ``weights`` ``(n,)``, and what to say."""

    name: str
    before: Dataset
    after: Dataset
    weights: Array
    remark: str


@dataclass(frozen=True)
class AverageEffect:
    """The average difference of mean responses, its standard error and interval; NaN where there is none.

    ``median`` is the posterior's, which may have no mean or no standard deviation: ``reason`` then says why.
    """

    estimate: float
    median: float
    se: float
    lower: float
    upper: float
    reason: str = ""


def contrasts(model: Model, source: FittedTable, covariate: str) -> Iterator[Contrast]:
    """The contrasts of one covariate of the formulas.

    Raises
    ------
    UsageError
        No covariate of that name; one with a single level; a model without a mean response.
    """
    check(model)
    seen, read = rows_of_fit(source)
    if covariate not in read:
        there = f"the formula reads {listed(list(read))}" if read else "the model has no formula"
        raise UsageError(
            f"there is no covariate {covariate}{nearest(covariate, read)} whose effect could be seen; {there}."
        )
    weights = source.columns.get("weights")
    times = np.ones(len(seen)) if weights is None else seen[weights].to_numpy(dtype=float)
    for name, before, after in _changes(seen[covariate], read[covariate]):
        ends = [new_rows(model, source, seen.assign(**{covariate: values})) for values in (before, after)]
        outside = sum(any(", outside " in words for words in said) for said in ends[1].remarks.values())
        remark = f"{covariate} is then beyond the data in {outside:,} of {len(seen):,} rows" if outside else ""
        yield Contrast(f"{covariate}: {name}", ends[0].data, ends[1].data, times, remark)


def _changes(values: pd.Series, category: bool) -> Iterator[tuple[str, Any, Any]]:
    """What is compared: its name, the column before and after."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        levels = [level for level in values.cat.categories if (values == level).any()]
    else:
        levels = sorted(values.unique())
    numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if len(levels) < 2:
        raise UsageError(f"{values.name} is {levels[0]} in every row; an effect needs two values to compare.")
    if numeric and not category and not set(levels) <= {0, 1}:
        yield "+1", values, values + 1
        return
    first, *others = levels
    for level in others:
        before, after = (
            pd.Series([each] * len(values), index=values.index, dtype=values.dtype) for each in (first, level)
        )
        yield f"{as_written(level)} − {as_written(first)}", before, after


def scale_of(program: Density, contrast: Contrast) -> MeanScale:
    """The scale on which the interval of the effect is made: a difference of chances lies between −1 and 1."""
    return of_difference(program.model, contrast.before, contrast.weights)


def average_effects(program: Density, estimate: Estimate, contrast: Contrast, level: float) -> list[AverageEffect]:
    """The effect from one estimate that has converged, or those on the chances of all classes.

    By the delta method, or over the posterior's draws.
    """

    def of(point: Array) -> Array:
        theta = program.layout.split(point)
        after, before = (program.model.mean_response(theta, data) for data in (contrast.after, contrast.before))
        return np.atleast_1d(np.average(after - before, axis=0, weights=contrast.weights))

    if estimate.tree is None:
        value = of(estimate.point)
        se = np.broadcast_to(delta_error(estimate, of), value.shape)
        lower, upper, reason = scale_of(program, contrast).ends(value, se, level)
        columns = value, np.full(value.shape, np.nan), se, lower, upper, reason
        return [AverageEffect(*line) for line in zip(*(each.tolist() for each in columns), strict=True)]
    points, _ = draws_of(program, estimate, contrast.before.n)
    effects = np.array([of(point) for point in points]).T
    lacking = [each for data in (contrast.before, contrast.after) for each in lacking_moments(program, data)]
    without = next((each for of in ("mean", "deviation") for each in lacking if getattr(each, of)), Missing())
    return [_of_draws(each, without, level) for each in effects]


def _of_draws(effects: Array, without: Missing, level: float) -> AverageEffect:
    """The effect from its draws ``(D,)``, without the moments that do not exist."""
    lower, upper = np.quantile(effects, tails(level))
    mean = float("nan") if without.mean else float(effects.mean())
    se = float("nan") if without.reason else float(effects.std(ddof=1))
    return AverageEffect(mean, float(np.median(effects)), se, float(lower), float(upper), without.reason or "")
