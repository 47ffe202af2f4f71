"""Draws of every scalar by its label, out of an ArviZ ``DataTree``."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..model.parameter import labels

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]
ROUNDING = 1e-12
"""Relative to a value: less is no spread."""


def by_label(tree: "xarray.DataTree | Mapping[str, xarray.Dataset]", group: str = "posterior") -> dict[str, Array]:
    """``{"shape": (chain, draw), "beta[x1]": (chain, draw), "beta[a, x]": (chain, draw), …}``."""
    found: dict[str, Array] = {}
    for name, values in tree[group].data_vars.items():
        dims = tuple(str(dim) for dim in values.dims[2:])
        names = labels(str(name), dims, {dim: tuple(values[dim].to_numpy()) for dim in dims})
        columns = values.to_numpy().reshape(*values.shape[:2], -1)
        found |= {label: columns[..., place] for place, label in enumerate(names)}
    return found


def stacked(tree: "xarray.DataTree", names: Iterable[str]) -> Array:
    """Draws ``(chain, draw, p)`` of the named parameters, side by side in their order."""
    columns = [tree["posterior"][name].to_numpy() for name in names]
    return np.concatenate([column.reshape(*column.shape[:2], -1) for column in columns], axis=-1)


def varies(values: Array) -> bool:
    """Whether draws of one scalar differ by more than rounding: a correlation with itself is 1 in all of them."""
    return bool(np.std(values) > ROUNDING * np.max(np.abs(values)))
