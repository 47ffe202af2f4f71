"""Columns of numbers that are written with commas: before decimals, as in much of Europe, or between thousands."""

import re

import pandas as pd

from ...errors import DataError

_SIGN, _POWER = r"[+-]?", r"(?:[eE][+-]?\d+)?"
DECIMAL_POINT = re.compile(rf"{_SIGN}(?:\d+|\d{{1,3}}(?:,\d{{3}})+)(?:\.\d+)?{_POWER}")
"""1,234.5"""
DECIMAL_COMMA = re.compile(rf"{_SIGN}(?:\d+|\d{{1,3}}(?:[.\u00a0\u202f ]\d{{3}})+)(?:,\d+)?{_POWER}")
"""1.234,5 or 1 234,5"""
_THOUSANDS = re.compile(r"[+-]?\d{1,3}\.\d{3}")


def read_commas(frame: pd.DataFrame, *, free: bool) -> tuple[pd.DataFrame, bool]:
    """The frame with such columns as numbers, and whether any has decimal commas.

    "1,234" may be either. It is a decimal where the comma is ``free``, as something else separates columns; where a
    comma separates them, and no other cell of the column decides, the column stays text.
    """
    numbers = {name: _decimal(frame[name], free) for name in frame.columns}
    points = {name: _plain(frame[name], decimal) for name, decimal in numbers.items() if decimal}
    return frame.assign(**points), "," in numbers.values()


def _decimal(column: pd.Series, free: bool) -> str | None:
    """The sign before the decimals of a column of numbers of which some have a comma; None of any other column."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return None
    cells = column.dropna()
    comma = point = len(cells) > 0
    seen = False
    for cell in cells:
        text = cell.strip() if isinstance(cell, str) else ""
        comma, point = comma and bool(DECIMAL_COMMA.fullmatch(text)), point and bool(DECIMAL_POINT.fullmatch(text))
        seen = seen or "," in text
        if not (comma or point):
            return None
    if not seen or (comma and point and not free):
        return None
    return "," if comma else "."


def _plain(column: pd.Series, decimal: str) -> pd.Series:
    """A column of text as numbers, missing cells as NaN; ``decimal`` is the sign before the decimals."""
    between = r"," if decimal == "." else "[.\u00a0\u202f ]"
    text = column.str.strip().str.replace(between, "", regex=True)
    return text.str.replace(",", ".", regex=False).astype(float)


def check_points(written: pd.DataFrame, name: str) -> None:
    """Refuse 1.234 beside decimal commas, which is 1234 to some and 1.234 to others; ``written`` is all text.

    Raises
    ------
    DataError
        With the cell.
    """
    for column in written.columns:
        for row, cell in enumerate(written[column], start=1):
            if isinstance(cell, str) and _THOUSANDS.fullmatch(cell.strip()):
                raise DataError(
                    f"{name} has decimal commas, and {cell.strip()} in row {row} of column {column}, which may be "
                    f"{cell.strip().replace('.', '')} or {cell.strip().replace('.', ',')}; write it as one of these."
                )
