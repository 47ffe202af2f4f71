"""How fast a measure falls as n grows: the slope of log |measure| in log n, with its standard error.

Weighted least squares with weights (value/MCSE)², the inverse variances of log |value| by the delta method. The
standard error is the Monte-Carlo error's alone: whether the points lie on a line at all is what chi-square says.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ..errors import UsageError
from ..words import listed

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class FittedSlope:
    """``log |value| = intercept + slope · log n``; NaN where fewer than two points, or signs that differ."""

    slope: float
    se: float
    intercept: float
    chi_square: float
    """Of the points around the line, on points − 2 degrees of freedom; large where it is no line."""
    points: int


NONE = float("nan")


def fit(n: ArrayLike, value: ArrayLike, mcse: ArrayLike) -> FittedSlope:
    """The slope through points ``(k,)``; those without a value, or that are 0, are left out.

    Where some point has no MCSE, or one of 0, all weigh the same and the standard error comes from their scatter.
    """
    x, y, error = (np.asarray(column, dtype=float) for column in (n, value, mcse))
    known = np.isfinite(x) & np.isfinite(y) & (x > 0) & (y != 0)
    x, y, error = x[known], y[known], error[known]
    if len(np.unique(x)) < 2 or len(np.unique(np.sign(y))) > 1:
        return FittedSlope(NONE, NONE, NONE, NONE, len(x))
    exact = not (error > 0).all()
    weight = np.ones_like(y) if exact else (y / error) ** 2
    # Weighted least squares of log |y| on log n: an MCSE is relative on that scale, hence (y/error)².
    log_n, log_y = np.log(x), np.log(np.abs(y))
    centre = np.average(log_n, weights=weight)
    total = (weight * (log_n - centre) ** 2).sum()
    slope = (weight * (log_n - centre) * log_y).sum() / total
    intercept = np.average(log_y, weights=weight) - slope * centre
    scatter = float((weight * (log_y - intercept - slope * log_n) ** 2).sum())
    if exact:
        spread = scatter / (len(x) - 2) if len(x) > 2 else NONE
        return FittedSlope(float(slope), float(np.sqrt(spread / total)), float(intercept), NONE, len(x))
    return FittedSlope(float(slope), float(total**-0.5), float(intercept), scatter, len(x))


def slopes(measures: "pd.DataFrame", measure: str, n: str = "n", predicted: float | None = None) -> "pd.DataFrame":
    """One slope per method and scenario, n aside, of a frame that `summarise` gave.

    Returns
    -------
    pandas.DataFrame
        The scenario columns without ``n``, method, measure, slope, se, predicted, z = (slope − predicted)/se,
        chi_square, points.

    Raises
    ------
    UsageError
        No such measure or no column ``n`` in ``measures``.
    """
    import pandas as pd

    present = list(measures["measure"].unique())
    if measure not in present:
        raise UsageError(f'there is no measure "{measure}" here; there are {listed(present)}.')
    if n not in measures.columns:
        raise UsageError(f'there is no column "{n}" of sample sizes; say which with --column n=NAME.')
    before = list(measures.columns[: measures.columns.get_loc("value")])
    keys = [name for name in before if name != n]
    blocks = []
    for key, block in measures[measures["measure"] == measure].groupby(keys, sort=False, dropna=False):
        line = fit(block[n], block["value"], block["mcse"])
        z = NONE if predicted is None else (line.slope - predicted) / line.se
        numbers = {"slope": line.slope, "se": line.se, "predicted": NONE if predicted is None else predicted, "z": z}
        blocks.append(
            dict(zip(keys, key, strict=True)) | numbers | {"chi_square": line.chi_square, "points": line.points}
        )
    return pd.DataFrame(blocks)
