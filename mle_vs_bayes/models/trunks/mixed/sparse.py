"""Sparse matrices of group effects in SciPy: a row per observation, a column per effect and level."""

import weakref

import numpy as np
import scipy

from ....data.formulas.parts import effect, level


def factorised(sparse, root, sigma):
    """Z L / σ ``(n, Q)``, and A = I + Lᵀ Zᵀ W Z L / σ² factorised; its pivots in the order of A are diagonal of U."""
    whole = sparse.root(root)
    # A is positive definite: no pivot has to be searched for, and the order is free to keep the factor sparse.
    system = scipy.sparse.eye_array(whole.shape[0], format="csc") + (whole.T @ sparse.squares @ whole) / sigma**2
    factor = scipy.sparse.linalg.splu(
        scipy.sparse.csc_array(system), "MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
    )
    return (sparse.z @ whole) / sigma, factor


class Sparse:
    """Sparse forms of data: Z ``(n, Q)``, ZᵀWZ, and the block of each row and of each column of Z."""

    def __init__(self, groups, data):
        self.groups, n = groups, len(data["y"])
        codes = [data[level(groups.factors[f])].astype(np.intp) for f in groups.factor_of]
        sizes = [int(of.max()) + 1 for of in codes]
        self.first = np.cumsum([0, *sizes])
        values = np.concatenate([data[effect(name)] for name in groups.effects])
        # Column first + level of an effect holds its values of the rows in that level: one matrix for all effects.
        places = np.concatenate([of + first for of, first in zip(codes, self.first[:-1], strict=True)])
        rows = np.tile(np.arange(n), len(codes))
        self.z = scipy.sparse.csr_array((values, (rows, places)), shape=(n, int(self.first[-1])))
        weighted = scipy.sparse.diags_array(data["weights"]) @ self.z if "weights" in data else self.z
        self.squares = scipy.sparse.csc_array(self.z.T @ weighted)
        self.of_rows = data["group"].astype(np.intp)
        self.of_columns = np.zeros(int(self.first[-1]), dtype=np.intp)
        self.of_columns[places] = np.tile(self.of_rows, len(codes))

    def root(self, root):
        """L of all effects and levels ``(Q, Q)`` from that of one level of each."""
        sizes = np.diff(self.first)
        blocks = [
            [None if factor is None else scipy.sparse.eye_array(sizes[i], format="csc") * factor for factor in row]
            for i, row in enumerate(root)
        ]
        return scipy.sparse.csc_array(scipy.sparse.block_array(blocks, format="csc"))


_kept: dict[int, tuple[weakref.ref, Sparse]] = {}


def sparse_forms(groups, data):
    """The sparse forms of a data set, which are the same whatever the parameters; forgotten with the data."""
    key = id(data)
    if key not in _kept:
        _kept[key] = weakref.ref(data, lambda _: _kept.pop(key, None)), Sparse(groups, data)
    return _kept[key][1]
