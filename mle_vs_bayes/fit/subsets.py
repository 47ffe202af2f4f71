"""Convergence on one's own data: seeded nested subsets, each inside the next."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..errors import UsageError


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
    order, ends = _order(data, np.random.default_rng(seed), unit)
    wanted = {_size(text, data.n, least) for text in sizes}
    for size in sorted({int(ends[np.searchsorted(ends, size)]) for size in wanted}):
        yield data if size == data.n else _checked(data.rows(np.sort(order[:size])))


def _order(data: Dataset, generator: np.random.Generator, unit: str) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows ``(n,)`` in random order (a series in its own), and after how many of them a subset may end.

    That is anywhere, or between groups.
    """
    if unit == "series":
        return np.arange(data.n), np.arange(1, data.n + 1)
    if "group" not in data:
        return generator.permutation(data.n), np.arange(1, data.n + 1)
    place = generator.permutation(len(data.coords["group"]))[data["group"].astype(np.intp)]
    return np.argsort(place, kind="stable"), np.cumsum(np.bincount(place))


def _checked(subset: Dataset) -> Dataset:
    """A small subset may lose a category, and with it the rank of the design matrix."""
    if "X" in subset:
        length = np.linalg.norm(subset["X"], axis=0)
        if not length.all() or np.linalg.matrix_rank(subset["X"] / length) < len(length):
            raise UsageError(
                f"n is {subset.n}; a subset that small has collinear covariates, so start from a larger n."
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
