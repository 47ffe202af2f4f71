"""A column of labels or classes (text, numbers, categories): codes 0 … G − 1 and the names."""

from typing import Any

import numpy as np
import pandas as pd

from .values import Array


def coded(column: pd.Series) -> tuple[Array, tuple[str, ...]]:
    """Codes ``(n,)``, NaN where missing, and the names ``(G,)``.

    Labels are the same if they look the same: 3, 3.0 and "3" are one label, and so are "a" and "a ".
    """
    missing = column.isna().to_numpy(dtype=bool)
    names = [None if absent else _name(value) for value, absent in zip(column, missing, strict=True)]
    codes, known = pd.factorize(np.array(names, dtype=object))
    return np.where(codes < 0, np.nan, codes), tuple(known)


def class_codes(column: pd.Series) -> tuple[Array, tuple[str, ...]]:
    """Codes ``(n,)`` and names ``(K,)`` in the order of the categories or numbers they are, text by the alphabet."""
    codes, names = coded(column)
    if isinstance(column.dtype, pd.CategoricalDtype):
        order = [name for name in map(_name, column.cat.categories) if name in names]
    else:
        order = sorted(names, key=float if pd.api.types.is_numeric_dtype(column.dtype) else str)
    place = np.array([order.index(name) for name in names], dtype=float)
    known = ~np.isnan(codes)
    codes[known] = place[codes[known].astype(int)]
    return codes, tuple(str(name) for name in order)


def _name(value: Any) -> str | None:
    """As people write it; None for blank text and infinite numbers."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, float | np.floating) and np.isinf(value):
        return None
    if isinstance(value, float | np.floating) and value.is_integer():
        return f"{value:.0f}"
    return str(value)
