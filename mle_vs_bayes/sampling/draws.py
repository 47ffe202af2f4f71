"""Draws of every scalar by its label, out of an ArviZ ``DataTree``."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import rounding
from ..model.parameter import labels
from ..words import counted

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]


def by_label(
    tree: "xarray.DataTree | Mapping[str, xarray.Dataset]", group: str = "posterior", comma: str = ","
) -> dict[str, Array]:
    """``{"shape": (chain, draw), "beta[x1]": (chain, draw), "beta[a,x]": (chain, draw), …}``; ArviZ's comma is ", "."""
    draws: dict[str, Array] = {}
    for name, values in tree[group].data_vars.items():
        dims = tuple(str(dim) for dim in values.dims[2:])
        names = labels(str(name), dims, {dim: tuple(values[dim].to_numpy()) for dim in dims}, comma)
        columns = values.to_numpy().reshape(*values.shape[:2], -1)
        draws |= {label: columns[..., place] for place, label in enumerate(names)}
    return draws


def stacked(tree: "xarray.DataTree", names: Iterable[str]) -> Array:
    """Draws ``(chain, draw, p)`` of the named parameters, side by side in their order."""
    columns = [tree["posterior"][name].to_numpy() for name in names]
    return np.concatenate([column.reshape(*column.shape[:2], -1) for column in columns], axis=-1)


def varies(values: Array) -> bool:
    """Whether draws of one scalar differ by more than rounding: a correlation with itself is 1 in all of them."""
    return bool(np.std(values) > rounding(np.max(np.abs(values))))


def places_apart(draws: dict[str, Array]) -> str | None:
    """Where chains stay away from each other, of the quantity in which they do so farthest; None where they mix.

    Two groups of chains are apart where the central 95 % of every chain of one lie below those of every chain of the
    other, in both halves of the run: chains that are merely slow, or drift together, overlap in one of them.
    """
    seen = [(gap, label, low, high) for label, values in draws.items() for gap, low, high in _gaps(values)]
    if not seen:
        return None
    _, label, low, high = max(seen, key=lambda each: each[0])
    words = [f"{counted(len(side), 'chain')} around {np.mean(side):.3g}" for side in (low, high)]
    return f"{label}: {words[0]}, {words[1]}"


def _gaps(values: Array) -> Iterable[tuple[float, Array, Array]]:
    """The gap in central ranges, and the chains' medians below and above it, for each way to part draws ``(C, D)``."""
    size = -(-values.shape[1] // 2)
    halves = np.stack([values[:, :size], values[:, -size:]])
    low, high = np.quantile(halves, [0.025, 0.975], axis=-1)  # (halves, C) each
    medians = np.median(values, axis=1)
    order = np.argsort(medians)
    for place in range(1, len(order)):
        below, above = order[:place], order[place:]
        gap = float(low[:, above].min() - high[:, below].max())
        if gap > rounding(np.max(np.abs(values))):
            width = float(np.max(high - low))
            yield gap / max(width, 1e-300), medians[below], medians[above]
