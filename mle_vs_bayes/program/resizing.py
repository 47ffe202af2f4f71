"""What a stranger's function is given, with other rows: a DataFrame, or a mapping of arrays and counts.

A mapping's arrays of full length follow, and so does a count that says that length (``N`` beside N values).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.intp]


def rows_of(data: Any) -> int:
    """The number of rows: of a mapping, of its longest array."""
    if not isinstance(data, Mapping):
        return len(data)
    return max((len(value) for value in data.values() if np.ndim(value) > 0), default=0)


def taken(data: Any, index: Index) -> Any:
    """The rows at ``index``, in that order."""
    if not isinstance(data, Mapping):
        return data.iloc[index].reset_index(drop=True)
    rows = rows_of(data)
    return {name: _resized(value, rows, index) for name, value in data.items()}


def of_size(data: Any, n: int | None) -> Any:
    """The data with n rows drawn from theirs, with replacement; as they are where they have n or n is None."""
    if data is None or n is None or n == (rows := rows_of(data)):
        return data
    return taken(data, np.random.default_rng(n).integers(rows, size=n))


def merged(data: Any, columns: Any) -> Any:
    """``data`` with ``columns`` (a mapping or DataFrame) put in place or added; those alone where there are none."""
    if data is None:
        return dict(columns) if isinstance(columns, Mapping) else columns
    given = {str(name): columns[name] for name in columns}
    if isinstance(data, Mapping):
        return {**data, **given}
    return data.assign(**{name: np.asarray(values) for name, values in given.items()})


def _resized(value: Any, rows: int, index: Index) -> Any:
    if np.ndim(value) == 0:
        return type(value)(len(index)) if value == rows else value
    return np.asarray(value)[index] if len(value) == rows else value
