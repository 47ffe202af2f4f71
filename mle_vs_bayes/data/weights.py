"""Frequency weights: a row of weight w stands for w identical rows, so it is put there w times."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError
from ..words import shown
from . import column
from .values import Array, check, title

MOST_ROWS = 10_000_000
"""Rows that weights may add up to: 80 MB per column."""


def repetitions(weights: Array, name: str, rows: pd.Index) -> NDArray[np.intp]:
    """Positions of the rows ``(sum of weights,)``, each repeated as often as its weight says.

    Raises
    ------
    DataError
        A weight that is not a whole number, or a sum of 0 or above `MOST_ROWS`.
    """
    total = float(weights.sum())
    if total > MOST_ROWS:
        raise DataError(f"{title('weights', name)} add up to {shown(total)} rows, above {MOST_ROWS}; use fewer.")
    check(weights, column.weights, name, rows)
    if total == 0:
        raise DataError(f"{title('weights', name)} are 0 in every row; nothing is left to fit.")
    return np.repeat(np.arange(len(weights)), weights.astype(int))
