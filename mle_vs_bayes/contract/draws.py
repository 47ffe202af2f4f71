"""Draws of every scalar by its label, out of an ArviZ ``DataTree``."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]


def by_label(tree: "xarray.DataTree", group: str = "posterior") -> dict[str, Array]:
    """``{"shape": (chain, draw), "beta[x1]": (chain, draw), …}``."""
    found = {}
    for name, values in tree[group].data_vars.items():
        if values.ndim == 2:
            found[str(name)] = values.to_numpy()
        else:
            dimension = values.dims[2]
            for coord in values[dimension].to_numpy():
                found[f"{name}[{coord}]"] = values.sel({dimension: coord}).to_numpy()
    return found


def stacked(tree: "xarray.DataTree", names: Iterable[str]) -> Array:
    """Draws ``(chain, draw, p)`` of the named parameters, side by side in their order."""
    columns = [tree["posterior"][name].to_numpy() for name in names]
    return np.concatenate([column.reshape(*column.shape[:2], -1) for column in columns], axis=-1)
