"""The logarithm of what is integrated for every group, as a function of its v: rows' log densities and −|v|²/2."""

from copy import copy
from typing import Any

import numpy as np
import scipy

from . import canonical
from .canonical import Cumulants
from .rule import ModeRule, MomentRule
from .slopes import RowSlopes, Slot, slopes, slots

SLICE = 2_000_000
"""Rows × nodes that are looked at together."""
STEPS, SHORT = 100, 1e-11
MANY = 50
"""Groups, most of which need not wait for the last."""


class Integrand:
    """Of ``model`` at θ: rows have the predictor η ``(n,)``, and ``slope`` ``(n, E)``, that of η in v ``(G, E)``.

    ``effects`` ``(n, E)`` are Z, and ``root`` ``(R, E, E)`` is L, so that ``slope`` = Z L. ``columns`` are the data, in
    which every X β is part of an offset. There may be R data sets, one below the other, each with a θ of its own and as
    many rows and groups as any other.
    """

    def __init__(self, model, thetas, data):
        self.model, self.data, self.of, self.sets = model, data, data["group"].astype(np.intp), len(thetas)
        self.theta = {name: self._by_row([theta[name] for theta in thetas]) for name in thetas[0]}
        self.root = np.stack([model.root_matrix(theta) for theta in thetas])
        every = {name: np.stack([theta[name] for theta in thetas]) for name in thetas[0]}
        self.columns = model.known(thetas[0] if self.sets == 1 else every, data)
        self.canonical = canonical.of(model)
        self.eta = self.columns["offset"] if self.canonical is None else canonical.predictor(self.columns)
        self.effects = model.effects_of(data)
        # A row's predictor is η + z L v, linear in its group's v.
        self.slope = np.concatenate(self.of_each(self.effects) @ self.root)
        self.weights = data.get("weights", np.ones(len(self.eta)))
        self.sums = self.summing(self.weights[:, None])
        trials = data.get("trials", np.ones(1))
        self.trials: Any = 1.0 if np.all(trials == 1) else trials

    def of_each(self, values):
        """Rows' or groups' values as those of each data set, ``(R, …)``."""
        return values.reshape(self.sets, len(values) // self.sets, *values.shape[1:])

    def _by_row(self, values):
        """A parameter as it is, or that of each row's data set ``(n, 1)``."""
        if self.sets == 1:
            return values[0]
        return np.repeat(values, self.data.n // self.sets)[:, None] if np.ndim(values[0]) == 0 else None

    @property
    def count(self):
        """How many groups there are."""
        return self.sums.shape[0]

    def rule(self, points):
        """Nodes around each group's integrand."""
        return (MomentRule if self.canonical is None else ModeRule)(self, points)

    def summing(self, columns):
        """Sums by group of values ``(n, …)`` times each of the ``columns`` ``(n, c)``: a matrix ``(c G, n)``."""
        n, count = columns.shape
        # A sparse matrix sums many columns at once and in one pass, which neither `bincount` nor `add.at` does.
        order = np.argsort(self.of, kind="stable")
        ends = np.cumsum(np.bincount(self.of))
        pointers = np.concatenate([[0], *(ends + n * place for place in range(count))])
        values = columns[order].T.ravel()
        return scipy.sparse.csr_array((values, np.tile(order, count), pointers), shape=(count * len(ends), n))

    def rows(self, eta):
        """Each row's log density but for a constant, its first derivative, and its second with the sign changed."""
        b, y, t = self.canonical.at(eta), self.data["y"], self.trials
        return y * eta - t * b.whole, y - t * b.mean, t * b.variance

    def at(self, v):
        """The integrand's logarithm ``(G,)``, but for a constant, its gradient ``(G, E)`` and information at v."""
        densities, first, second = self.rows(self.eta + np.sum(self.slope * v[self.of], axis=1))
        size = v.shape[1]
        square = self.slope[:, :, None] * self.slope[:, None, :] * second[:, None, None]
        information = (self.sums @ square.reshape(len(second), -1)).reshape(-1, size, size) + np.eye(size)
        height = self.sums @ densities - 0.5 * np.sum(v**2, axis=1)
        return height, self.sums @ (self.slope * first[:, None]) - v, information

    def mode(self, start=None):
        """Where each group's integrand is highest ``(G, E)``, and the information: Newton's steps, halved to rise.

        Groups that still move where most of many have arrived go on alone.
        """
        v = np.zeros((self.count, self.slope.shape[1])) if start is None else start
        height, gradient, information = self.at(v)
        for _ in range(STEPS):
            # The prior adds I to the information, so that a step exists even where the rows of a group say nothing.
            step = np.linalg.solve(information, gradient[..., None])[..., 0]
            for _ in range(30):
                trial = self.at(v + step)
                worse = ~(trial[0] >= height - 1e-12 * (1 + np.abs(height)))
                if not worse.any():
                    break
                step[worse] /= 2
            v, (height, gradient, information) = v + step, trial
            moving = np.any(np.abs(step) > SHORT, axis=1)
            if len(v) > MANY and 0 < 2 * moving.sum() < len(v):
                v[moving], information[moving] = self._of(moving).mode(v[moving])
                break
            if not moving.any():
                break
        return v, information

    def _of(self, some):
        """The integrand of some groups ``(G,)``, for `at`."""
        rows, part = some[self.of], copy(self)
        part.of = (np.cumsum(some) - 1)[self.of[rows]]
        part.eta, part.slope, part.weights = self.eta[rows], self.slope[rows], self.weights[rows]
        part.data = {"y": self.data["y"][rows]}
        part.trials = self.trials if np.ndim(self.trials) == 0 else self.trials[rows]
        part.sums = part.summing(part.weights[:, None])
        return part

    def heights(self, nodes):
        """The logarithm of the integrand ``(G, K)`` at nodes ``(G, K, E)``, a slice of the nodes after another."""
        count = nodes.shape[1]
        step = max(1, min(count, SLICE // len(self.eta)))
        return np.concatenate([self._heights(nodes[:, k : k + step]) for k in range(0, count, step)], axis=1)

    def _heights(self, nodes):
        if self.canonical is not None:
            return self.heights_of(nodes, self.cumulants(nodes))
        columns = {role: values[:, None] for role, values in self.columns.items() if values.ndim == 1}
        densities = self.model.rows.log_likelihood(self.theta, {**columns, "offset": self._eta(nodes)})
        return self.sums @ densities + _normal(nodes)

    @property
    def slots(self):
        """What a row's density depends on: under a canonical link on its predictor alone."""
        return [Slot("beta", design="X")] if self.canonical is not None else slots(self.model, self.theta)

    def with_slopes(self, nodes):
        """`heights`, and the `RowSlopes` of each row at the nodes of its group."""
        if self.canonical is None:
            return self.heights(nodes), slopes(self.model, self.theta, self.columns, self._eta(nodes), self.slots)
        b = self.cumulants(nodes)
        return self.heights_of(nodes, b), RowSlopes([self.data["y"][:, None] - b.mean], {(0, 0): b.variance})

    def _eta(self, nodes):
        """η of each row at the nodes of its group ``(n, K)``."""
        eta = np.broadcast_to(self.eta[:, None], (len(self.eta), nodes.shape[1])).copy()
        for place in range(nodes.shape[2]):
            moved = np.take(nodes[:, :, place], self.of, axis=0)
            moved *= self.slope[:, place : place + 1]
            eta += moved
        return eta

    def cumulants(self, nodes):
        """t b with its derivatives of each row at the nodes of its group, ``(n, K)`` each."""
        b = self.canonical.at(self._eta(nodes))
        return b if np.ndim(self.trials) == 0 else Cumulants(*(each * self.trials[:, None] for each in b))

    def heights_of(self, nodes, cumulants):
        """`heights` from cumulants. Σ y η is linear in v, so that of rows × nodes only t b is summed."""
        y = self.data["y"]
        known = self.sums @ (y * self.eta + self.canonical.constant(y, self.trials))
        slope = self.sums @ (self.slope * y[:, None])
        whole = self.sums @ cumulants.whole
        return known[:, None] + np.einsum("ge,gke->gk", slope, nodes) - whole + _normal(nodes)


def _normal(nodes):
    """The log density of v."""
    return -0.5 * np.sum(nodes**2, axis=2) - nodes.shape[2] / 2 * np.log(2 * np.pi)
