"""Convergence on one's own data: seeded nested subsets, each inside the next."""

from collections.abc import Iterator, Sequence

import numpy as np

from ..contract.data import Dataset
from ..errors import UsageError


def nested(data: Dataset, sizes: Sequence[int | str] | None, seed: int, least: int) -> Iterator[Dataset]:
    """Subsets of ``data`` of the sizes asked for, smallest first; all of it when no size is given.

    One seeded permutation serves all sizes, so that a smaller subset lies in every larger one.

    Raises
    ------
    UsageError
        A size that is not a whole number, below ``least`` or above the number of rows.
    """
    if not sizes:
        yield data
        return
    order = np.random.default_rng(seed).permutation(data.n)
    for size in sorted({_size(text, data.n, least) for text in sizes}):
        yield data if size == data.n else _checked(data.rows(np.sort(order[:size])))


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
