"""Distributions of single quantities from a grid of nodes: their quantiles and densities.

Along one axis the density, given at steps in which the trapezoid rule is exact, is that of its cardinal series
Σ p_k sinc(x − k): its integral up to any x is Σ p_k (½ + Si(π(x − k))/π). [1]_ A quantity g is at most t on the parts
of each line of nodes between the places where g crosses t, and P(g ≤ t) is the sum over the lines.

.. [1] Stenger (1993), Numerical Methods Based on Sinc and Analytic Functions, Springer.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from .grid import Grid, quantities

Array = NDArray[np.float64]

PARTS = 2
"""Cells between two nodes: within one a fifth-order polynomial is exact to 1e-9."""
WIDTH = 6
"""Points of the polynomial through values of g."""
ROUNDS = 40
PRECISION = 1e-6
"""Of a probability, before the last of Newton's steps, which squares it."""


@dataclass(frozen=True, eq=False)
class Marginals:
    """The distributions of all quantities of r posteriors."""

    grid: Grid

    @cached_property
    def axis(self) -> NDArray[np.intp]:
        """Of each quantity the axis along which it changes most ``(q,)``, where it crosses a value most sharply."""
        weights, rises = self.grid.weights, []
        for axis in range(1, weights.ndim):
            with np.errstate(all="ignore"):
                rise = np.abs(np.gradient(self.grid.quantities, axis=axis + 1))
                rises.append(np.sum(np.where(weights > 1e-9, weights * rise, 0.0), axis=tuple(range(2, rise.ndim))))
        with np.errstate(all="ignore"):
            share = np.array(rises) / np.sum(rises, axis=0)
        return np.argmax(np.nan_to_num(share).sum(axis=2), axis=0)

    @cached_property
    def _alone(self) -> NDArray[np.bool_]:
        """Whether a quantity changes along its axis only ``(q,)``: all lines then have the same crossing."""
        first = [
            np.all(values == values.max(axis=_others(self.grid, axis), keepdims=True))
            for values, axis in zip(self.grid.quantities, self.axis, strict=True)
        ]
        return np.array(first)

    @cached_property
    def _lines(self) -> dict[tuple[int, bool], "Lines"]:
        kinds = {(int(axis), bool(alone)) for axis, alone in zip(self.axis, self._alone, strict=True)}
        return {(axis, alone): Lines.of(self.grid, axis, alone) for axis, alone in kinds}

    @cached_property
    def _sorted(self) -> dict[int, tuple[Array, Array]]:
        """Values of the k-th quantity at the nodes in rising order, and the mass up to each: for first guesses."""
        return {}

    def below(self, k: int, t: Array) -> tuple[Array, Array]:
        """P(g ≤ t) and the density at t, ``(r,)``, of the k-th quantity."""
        return self._lines[int(self.axis[k]), bool(self._alone[k])].below(k, t)

    def quantile(self, k: int, probability: float | Array) -> Array:
        """The quantile ``(r,)`` of the k-th quantity: Newton's method, kept between the values on either side.

        The probability is one for all, or one of each posterior ``(r,)``; at 0 and 1 the last nodes stand.
        """
        values, mass = self._sorted[k] if k in self._sorted else self._sort(k)
        first, last = low, high = values[:, 0], values[:, -1]
        probability = np.broadcast_to(probability, len(values))
        within = (probability > 0) & (probability < 1)
        place = np.minimum(np.sum(mass < probability[:, None], axis=1), values.shape[1] - 1)
        t = values[np.arange(len(values)), place]
        for _ in range(ROUNDS):
            mass, density = self.below(k, t)
            low, high = np.where(mass < probability, t, low), np.where(mass < probability, high, t)
            with np.errstate(all="ignore"):
                step = t - (mass - probability) / density
            t = np.where((step >= low) & (step <= high), step, low + (high - low) / 2)
            if np.all((np.abs(mass - probability) <= PRECISION) | ~within):
                break
        return np.where(within, t, np.where(probability <= 0, first, last))

    def _sort(self, k: int) -> tuple[Array, Array]:
        count = len(self.grid.index)
        values, weights = self.grid.quantities[k].reshape(count, -1), self.grid.weights.reshape(count, -1)
        order = np.argsort(values, axis=1)
        mass = np.cumsum(np.take_along_axis(weights, order, axis=1), axis=1)
        self._sorted[k] = np.take_along_axis(values, order, axis=1), mass
        return self._sorted[k]


@dataclass(frozen=True, eq=False)
class OfQuantity:
    """The distributions of one quantity of r posteriors, with SciPy's methods of ``(r,)`` values, one of each."""

    marginals: Marginals
    k: int

    def ppf(self, probability: float | Array) -> Array:
        """Quantiles; the last nodes at 0 and 1."""
        return self.marginals.quantile(self.k, probability)

    def cdf(self, value: Array) -> Array:
        """P(quantity ≤ value)."""
        return self.marginals.below(self.k, value)[0]

    def logpdf(self, value: Array) -> Array:
        """The log density."""
        with np.errstate(divide="ignore"):
            return np.log(self.marginals.below(self.k, value)[1])


def _others(grid: Grid, axis: int) -> tuple[int, ...]:
    """The other axes than this one, in arrays ``(r, K, …)``."""
    return tuple(1 + other for other in range(len(grid.shape)) if other != axis)


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines of nodes along one axis: mass up to each point ``(r, L, M)``, its slope and bend there, values of g.

    Lengths are in steps of the grid; M points lie ``PARTS`` to a step.
    """

    mass: Array
    slope: Array
    bend: Array
    values: Array
    """``(q, r, L, M)``."""

    @classmethod
    def of(cls, grid: Grid, axis: int, alone: bool) -> "Lines":
        """All lines, or their sum where values of g are those of any of them."""
        # Sums over the other axes are exact at twice the step; the series along the line is not.
        apart = 1 if alone else 2
        others = [slice(None) if other == axis else slice(None, None, apart) for other in range(len(grid.shape))]
        weights = np.moveaxis(grid.weights[(slice(None), *others)], axis + 1, -1)
        weights = weights.reshape(len(grid.index), -1, weights.shape[-1])
        weights = weights.sum(axis=1, keepdims=True) if alone else weights / weights.sum(axis=(1, 2), keepdims=True)
        along = slice(None, 1) if alone else slice(None, None, apart)
        v = [grid.v(other, PARTS) if other == axis else grid.v(other)[along] for other in range(len(grid.shape))]
        values = np.moveaxis(quantities(grid.space, grid.index, v), axis + 2, -1)
        values = values.reshape(len(values), *weights.shape[:2], -1)
        flat = weights.reshape(-1, weights.shape[-1])
        mass, slope, bend = ((flat @ m.T).reshape(*weights.shape[:2], -1) for m in _cardinal(flat.shape[-1]))
        return cls(mass, slope, bend, values)

    def below(self, k: int, t: Array) -> tuple[Array, Array]:
        """P(g ≤ t) and the density at t, ``(r,)``."""
        values = self.values[k]
        inside = values <= t[:, None, None]
        which, line, cell = np.nonzero(inside[..., 1:] != inside[..., :-1])
        place, rise = _crossing(values[which, line], cell, t[which])
        left, right = (
            [each[which, line, cell + side] for each in (self.mass, self.slope, self.bend)] for side in (0, 1)
        )
        mass, density = _hermite(left, right, place)
        upwards = np.where(inside[which, line, cell], 1.0, -1.0)
        count = len(t)
        total = np.sum(np.where(inside[..., -1], self.mass[..., -1], 0.0), axis=1)
        with np.errstate(all="ignore"):
            heights = np.nan_to_num(density / np.abs(rise))
        return total + np.bincount(which, upwards * mass, count), np.bincount(which, heights, count)


@lru_cache(maxsize=8)
def _cardinal(count: int) -> tuple[Array, Array, Array]:
    """Matrices ``(M, K)`` from K weights to the mass up to M points, its slope and its bend."""
    from scipy.special import sici

    # Of Σ p_k sinc(x − k) the integral, the value and the derivative sinc′(x) = (cos πx − sinc x)/x.
    x = np.arange((count - 1) * PARTS + 1)[:, None] / PARTS - np.arange(count)
    with np.errstate(all="ignore"):
        bend = np.where(x == 0, 0.0, (np.cos(np.pi * x) - np.sinc(x)) / x)
    return 0.5 + sici(np.pi * x)[0] / np.pi, np.sinc(x), bend


def _crossing(values: Array, cell: NDArray[np.intp], t: Array) -> tuple[Array, Array]:
    """Where in a cell g is t, as a share of the cell, and its slope per step there; ``values`` ``(c, M)``."""
    width = min(WIDTH, values.shape[1])
    begin = np.clip(cell - width // 2 + 1, 0, values.shape[1] - width)
    near = np.take_along_axis(values, begin[:, None] + np.arange(width), axis=1) - t[:, None]
    with np.errstate(all="ignore"):
        coefficients = near @ np.linalg.inv(np.vander(np.arange(float(width)), increasing=True)).T
        at, offset = np.arange(len(cell)), cell - begin
        # From where the chord crosses t, Newton steps on the polynomial, which may not leave the cell.
        low, high = near[at, offset], near[at, offset + 1]
        x = straight = offset + low / (low - high)
        for _ in range(4):
            value, slope = _polynomial(coefficients, x)
            x = np.clip(x - value / slope, offset, offset + 1)
        x = np.where(np.isfinite(x), x, np.where(np.isfinite(straight), straight, offset + 0.5))
        slope = _polynomial(coefficients, x)[1]
    return x - offset, np.where(np.isfinite(slope) & (slope != 0), slope, high - low) * PARTS


def _polynomial(coefficients: Array, x: Array) -> tuple[Array, Array]:
    """Value and slope ``(c,)`` by Horner's rule."""
    value, slope = np.zeros_like(x), np.zeros_like(x)
    for each in coefficients.T[::-1]:
        slope = slope * x + value
        value = value * x + each
    return value, slope


def _hermite(left: list[Array], right: list[Array], share: Array) -> tuple[Array, Array]:
    """Value and slope of the fifth-order polynomial with these values, slopes and bends at the ends of a cell."""
    h = 1 / PARTS
    # In shares of the cell: a0 … a2 are what the left end says, a3 … a5 solve the three equations of the right one.
    a0, a1, a2 = left[0], left[1] * h, left[2] * h**2 / 2
    rise, slope, bend = right[0] - a0 - a1 - a2, right[1] * h - a1 - 2 * a2, right[2] * h**2 - 2 * a2
    a3 = 10 * rise - 4 * slope + bend / 2
    a4 = -15 * rise + 7 * slope - bend
    a5 = 6 * rise - 3 * slope + bend / 2
    value = a0 + share * (a1 + share * (a2 + share * (a3 + share * (a4 + share * a5))))
    first = a1 + share * (2 * a2 + share * (3 * a3 + share * (4 * a4 + share * 5 * a5)))
    return value, first / h
