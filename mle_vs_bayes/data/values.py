"""One column: to float64, and within the values that its role may hold. Rows are called by the index of the series."""

import datetime
import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError
from ..words import in_rows, shown
from .column import Column, count, positive_count
from .column import weights as weights_column

Array = NDArray[np.float64]

LARGEST_COUNT = 2**31 - 1
"""Above it a discrete likelihood is not to be trusted: PyMC's integers overflow from 2³¹ on, and as float64 the
log-likelihood of one row is off by 5e-6 at 2³¹, 0.003 at 10¹² and by everything from 2⁵³ on (tried with PyMC 6.4)."""

MOST_ROWS = 10_000_000
"""Rows that may be written out at a time: 80 MB per column."""
MOST_OBSERVATIONS = 2**53
"""Whole numbers above are not all float64."""

_DATE_TEXT = re.compile(
    r"\s*(\d{4}-\d{2}-\d{2}|\d{4}/\d{1,2}/\d{1,2}|\d{1,2}([./-])\d{1,2}\2\d{2,4})"
    r"([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?\s*"
)
"""Text that is a day, with or without a time: 2024-01-31, 2024-01-31T09:30Z, 31.1.2024, 1/31/24."""
_DATES = (datetime.date, datetime.timedelta, np.datetime64, np.timedelta64, pd.Period)


def numbers(column: pd.Series, role: str) -> Array:
    """The column as float64 ``(n,)``, NaN where missing; booleans count as 0 and 1, numbers in text as numbers.

    Raises
    ------
    DataError
        Text, dates or anything else that is not a number, with the value and its row.
    """
    values, strange = converted(column)
    if strange is None:
        return values
    seen, what = column.iloc[strange], title(role, column.name)
    refuse_dates(column, what)
    advice = "code it as a number, empty it or choose another column"
    raise DataError(f"{what} is {shown(seen)} in row {column.index[strange]}, which is not a number; {advice}.")


def refuse_dates(column: pd.Series, what: str) -> None:
    """Refuse dates and durations, whose unit and origin only the person knows; also where all of a text are dates.

    Raises
    ------
    DataError
        With the first of them and its row.
    """
    if pd.api.types.is_numeric_dtype(column.dtype):
        return
    present = column.dropna()
    for row, value in present.items():
        if isinstance(value, _DATES):
            raise _date(what, value, row)
    if len(present) and all(isinstance(value, str) and _DATE_TEXT.fullmatch(value) for value in present):
        raise _date(what, present.iloc[0], present.index[0])


def _date(what: str, value: Any, row: Any) -> DataError:
    return DataError(f"{what} is a date, {value} in row {row}; turn dates into numbers, such as days since a start.")


def is_row_number(column: pd.Series) -> bool:
    """Whether a column without a name of its own merely counts the rows, as a saved index does."""
    if not re.fullmatch(r"unnamed_\d+|Unnamed: \d+|index|rownames|", str(column.name)):
        return False
    values, strange = converted(column)
    return strange is None and len(values) > 0 and bool(np.all(values == values[0] + np.arange(len(values))))


def converted(column: pd.Series) -> tuple[Array, int | None]:
    """Values ``(n,)`` and the position of the first that is neither a number nor missing."""
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_complex_dtype(column.dtype):
        return column.to_numpy(dtype=float, na_value=np.nan), None
    missing = column.isna().to_numpy()
    values = np.full(len(column), np.nan)
    for position, value in enumerate(column):
        if missing[position]:
            continue
        number = _number(value)
        if number is None:
            return values, position
        values[position] = number
    return values, None


def _number(value: Any) -> float | None:
    """A float, or None; ``1_000`` and the word ``nan`` are numbers to Python and typing errors here."""
    if isinstance(value, str) and ("_" in value or value.strip(" +-").lower() == "nan"):
        return None
    try:
        return float(value)
    except OverflowError:
        return np.inf
    except (TypeError, ValueError):
        return None


def title(role: str, name: Any) -> str:
    """``y`` or ``y (column hours)``: the role, and where it came from if that is not obvious."""
    return role if role == name else f"{role} (column {name})"


def check(values: Array, column: Column, name: str, rows: pd.Index) -> None:
    """Refuse values outside the column's kind, and whole numbers that the sampler cannot hold.

    Infinite and missing values are refused elsewhere (`prepare`).

    Raises
    ------
    DataError
        The first such value, its row, how many more, and the values that are admitted.
    """
    relevant = np.isfinite(values)
    outside = relevant & ~column.kind.admits(values)
    if outside.any():
        seen = _seen(values, outside, column.role, name, rows)
        frequencies = "give frequency weights, or rename a column that means something else"
        advice = frequencies if column.role == "weights" else "correct the data or choose another column"
        if column.role == "event" and set(values[relevant]) == {1.0, 2.0}:
            advice = "R's codes 1 (censored) and 2 (seen) are 0 and 1 here, so subtract 1"
        raise DataError(f"{seen}, but must be {column.kind.description}; {advice}.")
    too_large = relevant & (values > LARGEST_COUNT)
    if column.kind in (count, positive_count) and column.role != "weights" and too_large.any():
        seen = _seen(values, too_large, column.role, name, rows)
        raise DataError(
            f"{seen}, but the sampler's integers end at {LARGEST_COUNT}; "
            "fit counts as large as this as measurements (the model normal), or in parts."
        )


def present(weights: Array, name: str, rows: pd.Index) -> NDArray[np.intp]:
    """Positions of the rows with a weight above 0.

    Raises
    ------
    DataError
        A weight that is not a whole number, or a sum of 0 or above `MOST_OBSERVATIONS`.
    """
    total = float(weights.sum())
    if total > MOST_OBSERVATIONS:
        raise DataError(f"{title('weights', name)} add up to {shown(total)} rows, above 2^53; use fewer.")
    check(weights, weights_column, name, rows)
    if total == 0:
        raise DataError(f"{title('weights', name)} are 0 in every row; nothing is left to fit.")
    return np.flatnonzero(weights)


def repetitions(weights: Array, name: str) -> NDArray[np.intp]:
    """Positions of rows ``(sum of weights,)``, each as often as its weight says, for what must see them written out.

    Raises
    ------
    DataError
        A sum above `MOST_ROWS`.
    """
    total = float(weights.sum())
    if total > MOST_ROWS:
        raise DataError(
            f"{title('weights', name)} add up to {shown(total)} rows, and what needs them written out takes "
            f"{MOST_ROWS}; use fewer."
        )
    return np.repeat(np.arange(len(weights)), weights.astype(np.intp))


def _seen(values: Array, where: NDArray[Any], role: str, name: str, rows: pd.Index) -> str:
    distinct = list(dict.fromkeys(rows[where]))
    others = f" (likewise {in_rows(distinct[1:])})" if len(distinct) > 1 else ""
    return f"{title(role, name)} is {shown(float(values[where][0]))} in row {distinct[0]}{others}"
