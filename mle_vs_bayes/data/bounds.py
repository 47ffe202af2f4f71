"""Interval-censored outcomes: a value known to lie between ``lower`` and ``upper``, either of which may be open."""

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd

from ..errors import DataError
from ..words import shown
from .column import Column, nonnegative, positive


def with_open_ends(numeric: pd.DataFrame, lower: Column) -> pd.DataFrame:
    """An empty lower end becomes 0 or −∞, an empty upper end ∞; rows that say nothing become NaN in both.

    ``numeric`` has a column per role. A row says nothing where both ends are open, or both at the same infinity.
    """
    low, high = numeric["lower"], numeric["upper"]
    open_below, open_above = low.isna() | np.isneginf(low), high.isna() | np.isposinf(high)
    says_nothing = (open_below & open_above) | np.isposinf(low) | np.isneginf(high)
    least = 0.0 if lower.kind in (nonnegative, positive) else -np.inf
    low, high = low.mask(open_below, least), high.mask(open_above, np.inf)
    return numeric.assign(lower=low.mask(says_nothing), upper=high.mask(says_nothing))


def check_order(numeric: pd.DataFrame, names: Mapping[str, str]) -> None:
    """Refuse a lower end above the upper end.

    Raises
    ------
    DataError
        With the first such row and both ends.
    """
    crossed = numeric.index[numeric["lower"] > numeric["upper"]]
    if len(crossed):
        low, high = _in_row(crossed[0], numeric["lower"], numeric["upper"])
        raise DataError(
            f"lower ({names['lower']}) is {low} and upper ({names['upper']}) is {high} in row {crossed[0]}; "
            "lower must not exceed upper, so correct the row or swap the columns."
        )


def check_entry(numeric: pd.DataFrame, names: Mapping[str, str]) -> None:
    """Refuse an outcome that does not exceed its entry: it would not have been seen.

    Raises
    ------
    DataError
        With the first such row and both values.
    """
    exits = numeric["upper" if "upper" in numeric else "y"]
    late = numeric.index[numeric["entry"] >= exits]
    if len(late):
        entry, end = _in_row(late[0], numeric["entry"], exits)
        raise DataError(
            f"entry ({names['entry']}) is {entry} in row {late[0]}, where the outcome ends at {end}; it must exceed "
            "its entry, so correct the row or leave it out."
        )


def check_successes(numeric: pd.DataFrame, names: Mapping[str, str]) -> None:
    """Refuse more successes than trials, of which there is one where no column says otherwise.

    Raises
    ------
    DataError
        With the first such row and both counts.
    """
    trials = numeric["trials"] if "trials" in numeric else pd.Series(1.0, index=numeric.index)
    over = np.flatnonzero(numeric["y"] > trials)
    if not over.size:
        return
    row = numeric.index[over[0]]
    y, most = _in_row(row, numeric["y"], trials)
    if "trials" not in numeric:
        raise DataError(
            f"y ({names['y']}) is {y} in row {row}, but must be 0 or 1; "
            "correct the data, or name the column of trials with --column trials=NAME."
        )
    raise DataError(
        f"y ({names['y']}) is {y} in row {row} with {most} trials ({names['trials']}); "
        "y must not exceed trials, so correct the row or swap the columns."
    )


def _in_row(row: Hashable, *columns: pd.Series) -> list[str]:
    """The values of some columns in the row of this name, as the person would recognise them."""
    return [shown(float(column.to_numpy()[column.index == row][0])) for column in columns]
