"""The marginal likelihood of normal mixed models in PyTensor: effects are eliminated from A v = b, level by level.

Where groupings are nested, from the finest to the coarsest, the levels of one effect do not depend on each other once
the finer ones are eliminated: a step of Gauss's elimination is then one operation on vectors, an element for each
level. Where they cross, A is made as a matrix and factorised.
"""

from functools import partial
from typing import Any

import numpy as np

from ....data.formulas.parts import effect, level
from .trunk import observed_groups


def observed(model, theta, data):
    """The observed variable ``y`` in the open PyMC model, with one log density for each independent set of rows."""
    import pymc

    # As numbers, so that shapes are known: PyTensor else works them out by a walk through the graph at each operation.
    names = pymc.modelcontext(None).coords
    levels = {name: len(names[level(name)]) for name in model.groups.factors}
    return observed_groups(model, theta, data, partial(_log_density, levels))


def _log_density(levels, model, theta, data):
    import pytensor.tensor as pt

    groups, variance, left = model.groups, theta["sigma"] ** 2, data["y"] - data["offset"]
    # Ones of a column that many data sets share: what follows from groups alone is then theirs together, too.
    weights = data.get("weights", pt.ones_like(data["group"]))
    codes = [pt.cast(data[level(name)], "int64") for name in groups.factors]
    columns = [data[effect(name)] for name in groups.effects]
    of = pt.cast(data["group"], "int64")
    # log |V| = n log σ² + log |A| and the quadratic form is (y − Xβ)ᵀW(y − Xβ)/σ² − bᵀA⁻¹b (`normal`): sums that split
    # by sets of rows which share no effect.
    rows, squares = pt.bincount(of, weights=weights), pt.bincount(of, weights=weights * left**2)
    solve = _nested
    if groups.nested is None or len(groups.effects) > MOST_EFFECTS:
        solve = partial(_crossed, [levels[groups.factors[f]] for f in groups.factor_of])
    pivots, explained = solve(model, theta, codes, columns, weights, left, data["group"])
    return -0.5 * (rows * pt.log(2 * np.pi * variance) + pivots + squares / variance - explained)


MOST_EFFECTS = 4
"""Effects that are eliminated one by one: derivatives of more have sums of more terms than NumPy adds at once."""


def _nested(model, theta, codes, columns, weights, left, group):
    """Σ log pivot and bᵀ A⁻¹ b of each independent set of rows, by elimination on vectors."""
    import pytensor.tensor as pt

    groups, variance = model.groups, theta["sigma"] ** 2
    order = [place for factor in groups.nested for place in groups.of(factor)]
    pairs = [(i, j) for n, i in enumerate(order) for j in order[n:]]
    # S = Zᵀ W Z and Zᵀ W (y − Xβ) by the levels of the finer grouping: no parameter but β is in them.
    toward = [pt.bincount(codes[f], weights=weights * columns[i] * left) for i, f in enumerate(groups.factor_of)]
    root = _matrix(model.root(theta))
    a: dict[tuple[int, int], Any] = {}
    b: dict[int, Any] = {}
    for n, fine in enumerate(groups.nested):
        inner = list(groups.of(fine))
        turned = pt.stack([toward[i] for i in inner], axis=1) @ root[inner][:, inner] / variance
        b |= {i: turned[:, k] for k, i in enumerate(inner)}
        for coarse in groups.nested[n:]:
            others = list(groups.of(coarse))
            square = [
                [pt.bincount(codes[fine], weights=weights * columns[i] * columns[j]) for j in others] for i in inner
            ]
            stacked = pt.stack([pt.stack(row, axis=1) for row in square], axis=1)
            turned = root[inner][:, inner].T @ stacked @ root[others][:, others] / variance
            places = [(k, m) for k in range(len(inner)) for m in range(len(others))]
            a |= {(inner[k], others[m]): turned[:, k, m] for k, m in places if (inner[k], others[m]) in pairs}
    maps = _Maps(codes, group)
    pivots, explained = 0.0, 0.0
    for n, i in enumerate(order):
        factor = groups.factor_of[i]
        pivot = 1 + a[i, i]
        pivots += maps.to_sets(factor, pt.log(pivot))
        explained += maps.to_sets(factor, b[i] ** 2 / pivot)
        for m, j in enumerate(order[n + 1 :], n + 1):
            share = a[i, j] / pivot
            b[j] -= maps.to(factor, groups.factor_of[j], share * b[i])
            for k in order[m:]:
                a[j, k] -= maps.to(factor, groups.factor_of[j], share * a[i, k])
    return pivots, explained


def _matrix(root):
    """L ``(E, E)``."""
    import pytensor.tensor as pt

    return pt.stack([pt.stack([pt.as_tensor(0.0 if f is None else f) for f in row]) for row in root])


class _Maps:
    """Sums over the levels of a finer grouping that lie in each level of a coarser one."""

    def __init__(self, codes, group):
        self.codes, self.group = codes, group
        self.known = {}

    def to(self, fine, coarse, values):
        import pytensor.tensor as pt

        if fine == coarse:
            return values
        return pt.bincount(self.place(fine, coarse), weights=values)

    def to_sets(self, factor, values):
        import pytensor.tensor as pt

        return pt.bincount(self.place(factor, None), weights=values)

    def place(self, fine, coarse):
        """The coarser level in which each finer one lies, which all of its rows say."""
        import pytensor.tensor as pt

        if (fine, coarse) not in self.known:
            codes = self.group if coarse is None else self.codes[coarse]
            mean = pt.bincount(self.codes[fine], weights=codes) / pt.bincount(self.codes[fine])
            self.known[fine, coarse] = pt.cast(pt.round(mean), "int64")
        return self.known[fine, coarse]


def _crossed(sizes, model, theta, codes, columns, weights, left, group):
    """Σ log pivot and bᵀ A⁻¹ b of each independent set of rows, from the whole matrix A of levels by ``sizes``."""
    import pytensor.tensor as pt

    variance, of = theta["sigma"] ** 2, model.groups.factor_of
    count = range(len(of))

    def counted(k, m):
        """Σ w z_k z_m of the rows of each two levels."""
        place, cells = codes[of[k]] * sizes[m] + codes[of[m]], sizes[k] * sizes[m]
        flat = pt.bincount(place, weights=weights * columns[k] * columns[m], minlength=cells)
        return flat.reshape((sizes[k], sizes[m]))

    square = pt.concatenate([pt.concatenate([counted(k, m) for m in count], axis=1) for k in count])
    sums = [pt.bincount(codes[of[k]], weights=weights * columns[k] * left, minlength=sizes[k]) for k in count]
    toward = pt.concatenate([each.reshape((size,)) for each, size in zip(sums, sizes, strict=True)])
    root = _matrix(model.root(theta))
    # Effects of one grouping have equally many levels, so that L is its element for two effects times an identity.
    together = [[_identity(sizes[k], sizes[m], of[k] == of[m]) * root[k, m] for m in count] for k in count]
    whole = pt.concatenate([pt.concatenate(row, axis=1) for row in together])
    factor = pt.linalg.cholesky(pt.eye(sum(sizes)) + whole.T @ square @ whole / variance)
    solution = pt.linalg.solve_triangular(factor, whole.T @ toward / variance, lower=True)
    maps = _Maps(codes, group)
    sets = pt.concatenate([maps.place(f, None) for f in of])
    pivots = pt.bincount(sets, weights=2 * pt.log(pt.diagonal(factor)))
    return pivots, pt.bincount(sets, weights=solution**2)


def _identity(rows, columns, same):
    import pytensor.tensor as pt

    return pt.eye(rows) if same else pt.zeros((rows, columns))
