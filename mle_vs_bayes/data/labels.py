"""A column of labels or classes (text, numbers, categories): codes 0 … G − 1 and the names."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError
from ..words import listed
from .values import Array, converted


def coded(column: pd.Series) -> tuple[Array, tuple[str, ...]]:
    """Codes ``(n,)``, NaN where missing, and the names ``(G,)``.

    Labels are the same if they look the same: 3, 3.0 and "3" are one label, and so are "a" and "a ".
    """
    missing = column.isna().to_numpy(dtype=bool)
    names = [None if absent else _name(value) for value, absent in zip(column, missing, strict=True)]
    codes, known = pd.factorize(np.array(names, dtype=object))
    return np.where(codes < 0, np.nan, codes), tuple(known)


def class_codes(
    column: pd.Series, order: Sequence[str] = (), needs_order: bool = False
) -> tuple[Array, tuple[str, ...]]:
    """Codes ``(n,)`` and names ``(K,)`` in the order of the categories or numbers they are, text by the alphabet.

    Raises
    ------
    DataError
        A class that is not in the ``order``, one in it that no row has, or text without the order that it needs.
    """
    codes, names = coded(column)
    if order or (needs_order and not _has_order(column)):
        _check_order(column, names, order)
        names_in_order = list(order)
    elif isinstance(column.dtype, pd.CategoricalDtype):
        names_in_order = [name for name in map(str, map(_name, column.cat.categories)) if name in names]
    else:
        names_in_order = sorted(names, key=float if pd.api.types.is_numeric_dtype(column.dtype) else str)
    place = np.array([names_in_order.index(name) for name in names], dtype=float)
    known = ~np.isnan(codes)
    codes[known] = place[codes[known].astype(int)]
    return codes, tuple(str(name) for name in names_in_order)


def successes(column: pd.Series, order: Sequence[str] = ()) -> pd.Series:
    """Two classes that are text as 0 and 1, the first of the ``order`` being no success; anything else as it is.

    Raises
    ------
    DataError
        Two classes whose order is not given.
    """
    if converted(column)[1] is None or len(names := coded(column)[1]) != 2:
        return column
    if not order:
        raise DataError(
            f'{column.name} holds {listed(sorted(names))} as text; write --order "{",".join(sorted(names))}" with '
            "what counts as a success last, or code it as 0 and 1."
        )
    return pd.Series(class_codes(column, order)[0], column.index, name=column.name)


def _has_order(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype) or bool(getattr(column.dtype, "ordered", False))


def _check_order(column: pd.Series, names: Sequence[str], order: Sequence[str]) -> None:
    classes = ",".join(order or sorted(names))
    if not order:
        raise DataError(
            f"{column.name} holds classes as text ({listed(sorted(names), 6)}), whose order nothing tells; write "
            f'--order "{classes}" with the lowest first, or codes 0, 1, ….'
        )
    if twice := [name for name in order if order.count(name) > 1]:
        raise DataError(f"the order {classes} names {twice[0]} twice; name each class that there is once.")
    unknown, idle = [n for n in names if n not in order], [n for n in order if n not in names]
    if unknown or idle:
        what = f"{unknown[0]}, which is not in the order" if unknown else f"no {idle[0]}, which is in the order"
        raise DataError(f"{column.name} has {what} {classes}; name each class that there is once.")


def _name(value: Any) -> str | None:
    """As people write it; None for blank text and infinite numbers."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, float | np.floating) and np.isinf(value):
        return None
    if isinstance(value, float | np.floating) and value.is_integer():
        return f"{value:.0f}"
    return str(value)
