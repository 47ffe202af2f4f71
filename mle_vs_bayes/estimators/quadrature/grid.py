"""Nodes of the trapezoid rule over R posteriors at once, each in its own standardised coordinates.

The rule errs by e^(−c/h) for a smooth density that falls to 0 on either side, so halving the step h doubles the number
of correct digits, and the change on halving bounds what is left. [1]_ Along every axis u = 4 sinh(v / 4): near the mode
u is v, and a tail that falls as a power of u (a t distribution) falls exponentially in v. The range grows until no face
of it holds anything, and of three axes only the nodes beside those that hold something are evaluated: most of a cube
are in its corners.

.. [1] Trefethen & Weideman (2014), The exponentially convergent trapezoidal rule, SIAM Review 56(3), 385–458.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...search.standardised import Space

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = NDArray[np.intp]

STRETCH = 4.0
CELLS = 300_000
"""Nodes × data sets × rows that are evaluated together: an array of this size takes 2.4 MB."""
CORNERS, NEAR = 3, 4.0
"""Axes from which on corners are left out, and how far out nodes are evaluated at first, whatever they hold."""
TINY = 1e-200
"""Of the largest: below it products become numbers that processors are slow with."""


@dataclass(frozen=True, eq=False)
class Grid:
    """The log density of v at the nodes h · (lower … ) along each axis, ``logs`` ``(r, K, …)``; −inf where it is 0.

    It is ``known`` ``(K, …)`` at nodes that have been evaluated, of all data sets together, and −inf at the others.
    """

    space: Space = field(repr=False)
    index: Index
    """Which data sets of the space, ``(r,)``."""
    step: float
    lower: tuple[int, ...]
    logs: Array = field(repr=False)
    known: Bools = field(repr=False)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.logs.shape[1:]

    def v(self, axis: int, parts: int = 1) -> Array:
        """Nodes along an axis, ``(K,)``; with ``parts`` − 1 further ones between every two."""
        count = (self.shape[axis] - 1) * parts + 1
        return self.step * (self.lower[axis] + np.arange(count) / parts)

    @cached_property
    def weights(self) -> Array:
        """Shares of the nodes ``(r, K, …)``, which sum to 1."""
        scaled = np.exp(self.logs - self.top)
        scaled[scaled < TINY] = 0.0
        return np.asarray(scaled / scaled.sum(axis=self.axes, keepdims=True))

    @property
    def axes(self) -> tuple[int, ...]:
        return tuple(range(1, self.logs.ndim))

    @property
    def top(self) -> Array:
        """The largest log density, with the axes kept; 0 where there is none."""
        top = self.logs.max(axis=self.axes, keepdims=True)
        return np.where(np.isfinite(top), top, 0.0)

    @cached_property
    def log_integral(self) -> Array:
        """log ∫ density dz ``(r,)``: the sum times the nodes' volume times |det L|."""
        diagonal = np.diagonal(self.space.whitening.root[self.index], axis1=1, axis2=2)
        volume = len(self.shape) * np.log(self.step) + np.sum(np.log(np.abs(diagonal)), axis=1)
        return self.top.reshape(-1) + np.log(np.exp(self.logs - self.top).sum(axis=self.axes)) + volume

    @cached_property
    def quantities(self) -> Array:
        """All quantities at the nodes, ``(q, r, K, …)``."""
        return quantities(self.space, self.index, [self.v(axis) for axis in range(len(self.shape))])

    def of(self, some: Bools) -> "Grid":
        """The same nodes of some of the data sets ``(r,)``."""
        return replace(self, index=self.index[some], logs=self.logs[some])


def first(space: Space, index: Index) -> Grid:
    """The grid around the modes."""
    step, reach = space.precision.step, space.precision.reach
    shape = (2 * reach + 1,) * space.size
    grid = Grid(
        space, index, step, (-reach,) * space.size, np.full((len(index), *shape), -np.inf), np.zeros(shape, bool)
    )
    near = np.linalg.norm(step * (np.argwhere(~grid.known) - reach), axis=1) <= NEAR
    return filled(grid, near.reshape(shape) | (space.size < CORNERS))


def grown(grid: Grid, faces: NDArray[np.bool_]) -> Grid:
    """A wider grid, without what is new: by a quarter on each of these ``faces`` ``(axes, 2)``."""
    more = [[max(2, size // 4) if face else 0 for face in pair] for size, pair in zip(grid.shape, faces, strict=True)]
    lower = tuple(begin - before for begin, (before, _) in zip(grid.lower, more, strict=True))
    logs = np.pad(grid.logs, [(0, 0), *((before, after) for before, after in more)], constant_values=-np.inf)
    return replace(grid, lower=lower, logs=logs, known=np.pad(grid.known, more))


def halved(grid: Grid) -> Grid:
    """Nodes between every two, along every axis, without what is new."""
    shape, old = tuple(2 * size - 1 for size in grid.shape), (slice(None, None, 2),) * len(grid.shape)
    logs, known = np.full((len(grid.index), *shape), -np.inf), np.zeros(shape, bool)
    logs[(slice(None), *old)], known[old] = grid.logs, grid.known
    return replace(grid, step=grid.step / 2, lower=tuple(2 * begin for begin in grid.lower), logs=logs, known=known)


def trimmed(grid: Grid, keep: list[tuple[int, int]]) -> Grid:
    """Only the nodes ``first … last`` along each axis."""
    kept = tuple(slice(begin, end + 1) for begin, end in keep)
    lower = tuple(old + begin for old, (begin, _) in zip(grid.lower, keep, strict=True))
    return replace(grid, lower=lower, logs=grid.logs[(slice(None), *kept)], known=grid.known[kept])


def filled(grid: Grid, wanted: Bools) -> Grid:
    """The grid with those of the ``wanted`` nodes ``(K, …)`` evaluated that were not."""
    places = np.argwhere(wanted & ~grid.known)
    v = grid.step * (places + np.array(grid.lower))
    # du/dv = cosh(v / 4) along each axis; where u is beyond all numbers the density is 0.
    log_slope = np.sum(np.logaddexp(v / STRETCH, -v / STRETCH) - np.log(2), axis=1)
    u, logs = stretched(v), grid.logs.copy()
    together = max(1, CELLS // (len(grid.index) * grid.space.stack.rows))
    for begin in range(0, len(v), together):
        part = slice(begin, begin + together)
        nodes = np.broadcast_to(u[part, None], (len(u[part]), len(grid.index), grid.space.size))
        values = grid.space.value(nodes, grid.index) + log_slope[part, None]
        values = np.where(np.isfinite(values), values, -np.inf)
        logs[(slice(None), *places[part].T)] = values.T
    return replace(grid, logs=logs, known=grid.known | wanted)


def stretched(v: Array) -> Array:
    """u of v."""
    return np.asarray(STRETCH * np.sinh(v / STRETCH))


def quantities(space: Space, index: Index, v: list[Array]) -> Array:
    """All quantities ``(q, r, K, …)`` at the product of these nodes."""
    mesh = np.stack(np.meshgrid(*v, indexing="ij"), axis=-1)
    nodes = np.broadcast_to(stretched(mesh.reshape(-1, 1, len(v))), (mesh[..., 0].size, len(index), len(v)))
    with np.errstate(all="ignore"):
        values = space.stack.program.quantities(space.theta(nodes, index))
    return np.moveaxis(values, (2, 1), (0, 1)).reshape(-1, len(index), *mesh.shape[:-1])
