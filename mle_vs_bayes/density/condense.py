"""Fewer rows with the same likelihood: sufficient statistics where the leaf knows them, else equal rows counted once.

Both are exact: the likelihood of the condensed data is that of the data times a number without parameters in it.
"""

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..model.model import Model

Array = NDArray[np.float64]
LOOK = 200
"""Rows that are looked at before all of them are sorted."""


def condensed(model: Model, data: Dataset) -> tuple[Dataset, Array | None]:
    """A data set with weights of its rows ``(rows,)``, or the data as they are and None.

    Frequency weights are such weights already, except of rows that a leaf counts within groups.
    """
    if "weights" in data and model.unit != "row":
        return data, None
    bare = Dataset({role: values for role, values in data.items() if role != "weights"}, data.coords)
    if data.coords.keys() & data.keys():  # rows of labelled groups belong together
        return bare, data.get("weights")
    return model.condense(data) or _counted(model, bare, data.get("weights"))


def _counted(model: Model, data: Dataset, weights: Array | None) -> tuple[Dataset, Array | None]:
    """Distinct rows, in the columns that the model reads, with how often each is there, if they are at most half."""
    roles = ["X", *(column.role for column in model.columns)]  # the formula's design matrix is no column of a file
    read = [data[role] for role in roles if role in data]
    if not read:
        return data, weights
    used = np.column_stack([values.reshape(data.n, -1) for values in read])
    if data.n > LOOK and len(np.unique(used[:LOOK], axis=0)) > LOOK / 2:
        return data, weights
    _, index, place = np.unique(used, axis=0, return_index=True, return_inverse=True)
    if 2 * len(index) > data.n:
        return data, weights
    counts = np.bincount(place.ravel(), weights).astype(float)
    return Dataset({role: values[index] for role, values in data.items()}, data.coords), counts
