"""Rows that cannot be used because a cell is empty or infinite: refused with their numbers, or dropped on request."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError
from ..words import in_rows, listed

Mask = NDArray[np.bool_]


def absent(column: pd.Series) -> Mask:
    """Where a covariate of any kind is missing or infinite, ``(n,)``."""
    missing: Mask = column.isna().to_numpy(dtype=bool)
    if pd.api.types.is_numeric_dtype(column.dtype):
        missing = missing | np.isinf(column.to_numpy(dtype=float, na_value=np.nan))
    return missing


def usable_rows(masks: Mapping[str, Mask], rows: pd.Index, drop_missing: bool) -> Mask:
    """Which rows to keep, given where each used column is missing or infinite.

    Raises
    ------
    DataError
        There are such rows and they are not to be dropped, or no row would be left.
    """
    somewhere: Mask = np.logical_or.reduce(list(masks.values()))
    if not somewhere.any():
        return ~somewhere
    seen = listed(_counted(name, rows[mask]) for name, mask in masks.items() if mask.any())
    if somewhere.all():
        raise DataError(f"no row is complete: {seen}; fill these cells or use other columns.")
    if not drop_missing:
        raise DataError(f"{seen}; fill these cells, or go on without these rows by adding --drop-missing.")
    return ~somewhere


def _counted(name: str, rows: pd.Index) -> str:
    values = "1 missing or infinite value" if len(rows) == 1 else f"{len(rows)} missing or infinite values"
    return f"column {name} has {values} (in {in_rows(list(rows))})"
