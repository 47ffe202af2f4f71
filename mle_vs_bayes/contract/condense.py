"""Fewer rows with the same likelihood: sufficient statistics where the leaf knows them, else equal rows counted once.

Both are exact: the likelihood of the condensed data is that of the data times a number without parameters in it.
"""

import numpy as np
from numpy.typing import NDArray

from .data import Dataset
from .model import Model

Array = NDArray[np.float64]
LOOK = 200
"""Rows that are looked at before all of them are sorted."""


def condensed(model: Model, data: Dataset) -> tuple[Dataset, Array | None]:
    """A data set with weights of its rows ``(rows,)``, or the data as they are and None."""
    if data.coords.keys() & data.keys():  # rows of labelled groups belong together
        return data, None
    known = model.condense(data)
    return _counted(data) if known is None else known


def _counted(data: Dataset) -> tuple[Dataset, Array | None]:
    """Distinct rows with how often each is there, if they are at most half of all."""
    used = np.column_stack([values.reshape(data.n, -1) for values in data.values()])
    if data.n > LOOK and len(np.unique(used[:LOOK], axis=0)) > LOOK / 2:
        return data, None
    _, index, count = np.unique(used, axis=0, return_index=True, return_counts=True)
    if 2 * len(index) > data.n:
        return data, None
    return Dataset({role: values[index] for role, values in data.items()}, data.coords), count.astype(float)
