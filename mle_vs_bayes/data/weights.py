"""Frequency weights: a row of weight w stands for w identical rows, and stays one row that counts w times."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError
from ..words import shown
from . import column
from .values import Array, check, title

MOST_ROWS = 10_000_000
"""Rows that may be written out at a time: 80 MB per column."""
MOST_OBSERVATIONS = 2**53
"""Whole numbers above are not all float64."""


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
    check(weights, column.weights, name, rows)
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
