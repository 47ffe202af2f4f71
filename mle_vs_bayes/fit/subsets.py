"""Convergence on one's own data: seeded nested subsets, each inside the next."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..errors import UsageError

Index = NDArray[np.intp]


def nested(
    data: Dataset, sizes: Sequence[int | str] | None, seed: int, least: int, unit: str = "row"
) -> Iterator[Dataset]:
    """Subsets of ``data`` of the sizes asked for, smallest first; all of it when no size is given.

    One seeded permutation serves all sizes, so that a smaller subset lies in every larger one. Grouped rows stay
    together: a subset is the fewest whole groups, in random order, with as many rows as asked for. Rows drawn one
    by one would thin every group, and show how groups shrink rather than what more of them tell. Of a ``unit`` series
    a subset is its first rows, as time has an order.

    Raises
    ------
    UsageError
        A size that is not a whole number, below ``least`` or above the number of rows.
    """
    if not sizes:
        yield data
        return
    order, ends, lengths = _order(data, np.random.default_rng(seed), unit)
    counts = {_size(text, data.size, least) for text in sizes}
    for place in sorted({int(np.searchsorted(ends, size)) for size in counts}):
        yield data if ends[place] == data.size else _checked(_taken(data, order[: lengths[place]]))


def _order(data: Dataset, generator: np.random.Generator, unit: str) -> tuple[Index, Index, Index]:
    """Rows in random order (a series in its own), and where a subset may end: in observations, and in rows in order.

    Without groups a row comes as often as it was observed, and a subset may end anywhere; with them, between groups.
    """
    every = np.arange(1, data.size + 1)
    if unit == "series":
        return np.arange(data.n), every, every
    if "group" not in data:
        return np.repeat(np.arange(data.n), data.counts.astype(np.intp))[generator.permutation(data.size)], every, every
    place = generator.permutation(len(data.coords["group"]))[data["group"].astype(np.intp)]
    ends = np.cumsum(np.bincount(place, data.counts)).astype(np.intp)
    return np.argsort(place, kind="stable"), ends, np.cumsum(np.bincount(place))


def _taken(data: Dataset, order: Index) -> Dataset:
    """The rows in ``order``, in that of the data; of weighted ones each once, with how often it is among them."""
    if "weights" not in data or "group" in data:
        return data.rows(np.sort(order))
    counts = np.bincount(order, minlength=data.n)
    kept = np.flatnonzero(counts)
    return data.rows(kept).replace(weights=counts[kept].astype(float))


def _checked(subset: Dataset) -> Dataset:
    """A small subset may lose a category, and with it the rank of the design matrix."""
    for role in subset.designs:
        length = np.linalg.norm(subset[role], axis=0)
        if not length.all() or np.linalg.matrix_rank(subset[role] / length) < len(length):
            raise UsageError(
                f"n is {subset.size}; a subset that small has collinear covariates, so start from a larger n."
            )
    return subset


def _size(text: int | str, rows: int, least: int) -> int:
    if text == "all":
        return rows
    try:
        size = int(text)
    except ValueError:
        raise UsageError(f'n is "{text}"; it must be a whole number or all.') from None
    if not least <= size <= rows:
        raise UsageError(f"n is {size}; the data have {rows} rows and the model needs at least {least}.")
    return size
