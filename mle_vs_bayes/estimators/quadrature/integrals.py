"""Totals, means and standard deviations of R posteriors, each from two steps of the trapezoid rule that agree."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from ...search.standardised import Space
from .grid import CORNERS, Grid, filled, first, grown, halved, trimmed

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = NDArray[np.intp]

TAIL, SPREAD_TAIL = 1e-5, 1e-2
"""Shares of a total and of a variance that the outermost nodes of a side may hold, in units of the precision."""
NOTHING = 1e-15
"""Share that is not worth a node …"""
LITTLE = 1e-8
"""… and how much of the precision is not."""
LARGEST = 1e-4
"""Change at which there is no answer."""
NODES, ALONG = 4_000_000, 3_000
"""Nodes at most, of all axes and along one."""
FACE = 400
"""Nodes along an axis, of the first step: u up to 1e15."""
BREAK = 1e-9
"""Density beside a node without one, relative to all: the density breaks off there, and the rule does not hold."""


@dataclass(frozen=True, eq=False)
class Integrals:
    """Some of the posteriors ``index`` ``(r,)``: log ∫ of the density, means and standard deviations ``(r, q)``.

    ``error`` ``(r,)`` is the change on the last halving of the step, down to that of the ``grid``. ``reason`` says why
    there is no answer.
    """

    index: Index
    grid: Grid
    log_integral: Array
    mean: Array
    sd: Array
    error: Array
    reason: list[str | None]


def integrals(space: Space, index: Index, exists: NDArray[np.intp]) -> Iterator[Integrals]:
    """Integrals of the posteriors at ``index``, those that are equally hard together.

    ``exists`` ``(r, q)`` says of each quantity which moments there are: 0, 1 (a mean) or 2 (a standard deviation).
    """
    grid, reason = _ranged(_around(first(space, index), exists), exists)
    last = _moments(grid)
    while True:
        finer = _around(halved(grid), exists)
        moments = _moments(finer)
        error = _change(last, moments, exists)
        large = finer.logs[0].size * 2 ** len(finer.shape) > NODES or 2 * max(finer.shape) > ALONG
        reason = [before or broken for before, broken in zip(reason, _broken(finer), strict=True)]
        done = (error <= space.precision.enough) | np.array([each is not None for each in reason]) | large
        if np.any(done):
            words = [before or _too_large(e) for before, e in zip(reason, error, strict=True)]
            some = [word for word, settled in zip(words, done, strict=True) if settled]
            total, mean, sd = (each[done] for each in moments)
            yield Integrals(finer.index[done], finer.of(done), total, mean, sd, error[done], some)
        if np.all(done):
            return
        grid, last = finer.of(~done), tuple(each[~done] for each in moments)
        exists, reason = exists[~done], [None] * len(grid.index)


def _too_large(error: float) -> str | None:
    if error <= LARGEST:
        return None
    return f"the quadrature has not settled: halving its step still moves a number by {error:.1g} standard deviations"


def _ranged(grid: Grid, exists: NDArray[np.intp]) -> tuple[Grid, list[str | None]]:
    """The grid with every side far enough out, and without what holds nothing."""
    while True:
        sides = _sides(grid, exists)  # (r, axes, 2)
        open_ = (sides > 1).any(axis=0) & (np.array(grid.shape)[:, None] < FACE)
        if not open_.any() or grid.logs[0].size > NODES:
            break
        grid = _around(grown(grid, open_), exists)
    far = (sides > 1).any(axis=(1, 2))
    reason = ["the posterior has tails that no range of nodes holds" if each else None for each in far]
    return trimmed(grid, _worth(grid, exists)), reason


def _around(grid: Grid, exists: NDArray[np.intp]) -> Grid:
    """The grid with every node evaluated beside which one holds something."""
    while not np.all(grid.known):
        among = np.ones(grid.shape, bool) if len(grid.shape) < CORNERS else _holding(grid, exists)
        wanted = scipy.ndimage.binary_dilation(among, np.ones((3,) * len(grid.shape)))
        if np.all(grid.known[wanted]):
            break
        grid = filled(grid, wanted)
    return grid


def _holding(grid: Grid, exists: NDArray[np.intp]) -> Bools:
    """Which nodes ``(K, …)`` hold more than a little of anything."""
    holding = np.zeros(grid.shape, bool)
    for shares, _ in _shares(grid, exists):
        holding |= (shares > LITTLE * grid.space.precision.enough).any(axis=0)
    return holding


def _shares(grid: Grid, exists: NDArray[np.intp]) -> Iterator[tuple[Array, float]]:
    """Shares of the nodes in what is to be found, ``(r, K, …)`` each, and how much of it may lie at a side."""
    weights, enough = grid.weights, grid.space.precision.enough
    yield weights, TAIL * enough
    flat = tuple(range(1, weights.ndim))
    for k, values in enumerate(grid.quantities):
        with np.errstate(all="ignore"):
            # Far out a node may hold next to no mass and yet much of the variance, as (value − mean)² grows: both must
            # be covered.
            mean = np.sum(np.where(weights > 0, weights * values, 0.0), axis=flat, keepdims=True)
            squares = np.where(weights > 0, weights * (values - mean) ** 2, 0.0)
            share = squares / squares.sum(axis=flat, keepdims=True)
        kept = (exists[:, k] == 2).reshape(-1, *(1,) * len(flat)) & np.isfinite(share)
        yield np.where(kept, share, 0.0), SPREAD_TAIL * enough


def _sides(grid: Grid, exists: NDArray[np.intp]) -> Array:
    """What the outermost nodes of every side hold ``(r, axes, 2)``, in units of what they may."""
    worst = np.zeros((len(grid.index), len(grid.shape), 2))
    for shares, allowed in _shares(grid, exists):
        for axis in range(len(grid.shape)):
            along = _along(shares, axis)
            worst[:, axis] = np.maximum(worst[:, axis], along[:, [0, -1]] / allowed)
    return worst


def _worth(grid: Grid, exists: NDArray[np.intp]) -> list[tuple[int, int]]:
    """First and last place along each axis that holds something of anything."""
    ends = [(size - 1, 0) for size in grid.shape]
    for shares, _ in _shares(grid, exists):
        for axis, (begin, end) in enumerate(ends):
            places = np.flatnonzero(_along(shares, axis).max(axis=0) > NOTHING)
            ends[axis] = (min(begin, int(places[0])), max(end, int(places[-1]))) if places.size else (begin, end)
    return [(max(0, begin - 1), min(size - 1, end + 1)) for (begin, end), size in zip(ends, grid.shape, strict=True)]


def _along(shares: Array, axis: int) -> Array:
    """Sums over all axes but one, ``(r, K)``."""
    return np.asarray(shares.sum(axis=tuple(a for a in range(1, shares.ndim) if a != axis + 1)))


def _moments(grid: Grid) -> tuple[Array, Array, Array]:
    """log ∫ ``(r,)``, means and standard deviations ``(r, q)``."""
    weights, flat = grid.weights, tuple(range(1, grid.logs.ndim))
    means, spreads = [], []
    for values in grid.quantities:
        with np.errstate(all="ignore"):
            mean = np.sum(np.where(weights > 0, weights * values, 0.0), axis=flat)
            # Where the weight is 0 the value may have overflown, and 0 · ∞ is no number.
            away = values - mean.reshape(-1, *(1,) * len(flat))
            spreads.append(np.sqrt(np.sum(np.where(weights > 0, weights * away**2, 0.0), axis=flat)))
        means.append(mean)
    return grid.log_integral, np.stack(means, axis=1), np.stack(spreads, axis=1)


def _change(last: tuple[Array, ...], current: tuple[Array, ...], exists: NDArray[np.intp]) -> Array:
    """The largest change of any number that exists ``(r,)``."""
    with np.errstate(all="ignore"):
        # In units that no scale changes: totals as logarithms, means and SDs in SDs.
        gaps = np.abs([current[1] - last[1], current[2] - last[2]]) / current[2]
    scored = np.nan_to_num(np.where(exists == 2, gaps, 0.0), nan=np.inf)
    return np.maximum(np.abs(current[0] - last[0]), scored.max(axis=(0, 2), initial=0.0))


def _broken(grid: Grid) -> list[str | None]:
    """Why the rule does not hold, where the density breaks off beside nodes that hold something."""
    # The rule converges fast only where the density is smooth over the whole line. At a jump it errs by about half the
    # step times the density there, however fine the rule is elsewhere.
    worst, breaking = np.zeros(len(grid.index)), grid.known & ~np.isfinite(grid.logs)
    for axis in range(1, grid.logs.ndim):
        weights, nothing = np.moveaxis(grid.weights, axis, 1), np.moveaxis(breaking, axis, 1)
        for one, other in ((weights[:, :-1], nothing[:, 1:]), (weights[:, 1:], nothing[:, :-1])):
            beside = np.where(other, one, 0.0).reshape(len(worst), -1).max(axis=1)
            worst = np.maximum(worst, beside / weights.reshape(len(worst), -1).max(axis=1))
    return [f"the density breaks off where it is {each:.1g} of its top" if each > BREAK else None for each in worst]
