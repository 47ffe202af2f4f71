"""Whether data sets can be fitted: a column that is missing is refused; values of no use are a reason in their rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data import arrays
from ...data.column import Column, weights
from ...data.dataset import Dataset
from ...data.formulas.rank import check_terms
from ...errors import DataError
from ...model.model import Model
from ..simulated import filled

Array = NDArray[np.float64]
Table = Any
"""A `Dataset`, a mapping of arrays by role, or a frame whose columns have the names of roles."""


def complete(model: Model, datasets: Sequence[Table]) -> list[Dataset]:
    """The data sets with every optional column that has a default, and names for terms and labels.

    Raises
    ------
    DataError
        One of them is no table, lacks a column that the model needs, or has columns that do not fit.
    """
    return [completed(model, data, f"data set {position}") for position, data in enumerate(datasets)]


def completed(model: Model, data: Table, what: str = "the data set") -> Dataset:
    """A data set with the columns that may be left out; ``what`` is its name in a sentence.

    Raises
    ------
    DataError
        It is no table, a column is missing or holds what the model cannot read.
    """
    try:
        return filled(model, arrays.read(model, data)[1])
    except DataError as error:
        raise DataError(f"{what} does not fit: {error}") from None


def unusable(model: Model, data: Dataset) -> str | None:
    """Why no estimator can use these data, as a phrase, or None: values a column may not hold, too few rows, …"""
    columns = {column.role: column for column in (weights, *model.columns)}
    for role, values in data.items():
        reason = _not_numbers(role, values, columns.get(role)) or _outside(role, values, columns.get(role))
        if reason is not None:
            return reason
    if data.size < (least := model.least_rows(data)):
        return f"there are {data.size} rows; {model.name} needs at least {least}"
    return _crossed(data) or _collinear(data) or model.unusable(data)


def _not_numbers(role: str, values: Array, column: Column | None) -> str | None:
    open_ended = column is not None and column.unbounded
    bad = int(np.sum(np.isnan(values) if open_ended else ~np.isfinite(values)))
    if not bad:
        return None
    return f"{role} has 1 value that is not a number" if bad == 1 else f"{role} has {bad} values that are not numbers"


def _outside(role: str, values: Array, column: Column | None) -> str | None:
    if column is None:
        return None
    inside = column.kind.admits(values) | (column.unbounded & np.isinf(values))
    if np.all(inside):
        return None
    row = int(np.argmin(inside))
    return f"{role} is {values[row]:g} in row {row}, but must be {column.kind.description}"


def _collinear(data: Dataset) -> str | None:
    try:
        for role, axis in data.designs.items():
            check_terms(data[role], data.coords[axis])
    except DataError as error:
        return str(error).partition(";")[0]
    return None


def _crossed(data: Dataset) -> str | None:
    """Two columns that contradict each other."""
    for lesser, greater in (("y", "trials"), ("lower", "upper")):
        if lesser in data and greater in data and np.any(over := data[lesser] > data[greater]):
            row = int(np.argmax(over))
            return f"{lesser} is {data[lesser][row]:g} and {greater} {data[greater][row]:g} in row {row}"
    return None
