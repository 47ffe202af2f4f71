"""Adaptive Gauss–Hermite quadrature in PyTensor, with derivatives through the nodes that move.

The mode of a group's integrand is found by Newton's steps, none of which is differentiated but the last two: where they
have converged a step's derivative in its own start is 0, so that one step gives the mode's first derivative in the
parameters, and another its second.
"""

import numpy as np

from .....data.formulas.parts import effect
from ..graph import observed_groups

STEPS = 12
LONGEST = 2.0
"""Of a step, in units of η: the exponential of a longer one may overflow."""


def observed(model, theta, data):
    """The observed variable ``y`` in the open PyMC model, with one log density for each group."""
    return observed_groups(model, theta, data, _log_density)


def _log_density(model, theta, data, eta):
    import pytensor.tensor as pt
    from pytensor.gradient import disconnected_grad

    columns = [data[effect(name)] for name in model.groups.effects]
    slope = _turned(model.root(theta), columns)
    integrand = _Integrand(model, data, eta, slope)
    v = integrand.start()
    for _ in range(STEPS):
        v = integrand.newton(v, clipped=True)
    v = [disconnected_grad(each) for each in v]
    for _ in range(2):
        v = integrand.newton(v)
    half, log_determinant = _root_of_inverse(integrand.information(v))
    x, log_weights = model.grid
    nodes = [
        center[:, None] + np.sqrt(2.0) * sum(c[:, None] * x[None, :, j] for (k, j), c in half.items() if k == i)
        for i, center in enumerate(v)
    ]
    heights = integrand.heights(nodes) + log_weights[None]
    top = heights.max(axis=1, keepdims=True)
    total = pt.log(pt.exp(heights - top).sum(axis=1)) + top[:, 0]
    return total + len(v) / 2 * np.log(2) - 0.5 * log_determinant


def _turned(root, columns):
    """Z L as a list of columns ``(n,)``."""
    return [sum(row[j] * columns[i] for i, row in enumerate(root) if row[j] is not None) for j in range(len(columns))]


class _Integrand:
    """Sums over the rows of every group; ``slope`` are the columns ``(n,)`` of Z L."""

    def __init__(self, model, data, eta, slope):
        import pytensor.tensor as pt

        self.model, self.data, self.eta, self.slope = model, data, eta, slope
        self.of = pt.cast(data["group"], "int64")
        self.weights = data.get("weights", pt.ones_like(eta))

    def summed(self, values):
        import pytensor.tensor as pt

        return pt.bincount(self.of, weights=self.weights * values)

    def start(self):
        """Zeros, as many as there are groups."""
        return [0.0 * self.summed(self.eta * 0.0) for _ in self.slope]

    def _slopes(self, v):
        eta = self.eta + sum(slope * each[self.of] for slope, each in zip(self.slope, v, strict=True))
        return self.model.slopes(eta, self.data)

    def _information(self, second):
        size = len(self.slope)
        return {
            (i, j): self.summed(self.slope[i] * self.slope[j] * second) + float(i == j)
            for i in range(size)
            for j in range(i + 1)
        }

    def information(self, v):
        """The lower half of the information, by place."""
        return self._information(self._slopes(v)[1])

    def newton(self, v, clipped=False):
        """v after a step of Newton's method."""
        import pytensor.tensor as pt

        first, second = self._slopes(v)
        gradient = [self.summed(slope * first) - each for slope, each in zip(self.slope, v, strict=True)]
        step = _solved(self._information(second), gradient)
        if clipped:
            moved = pt.abs(sum(slope * each[self.of] for slope, each in zip(self.slope, step, strict=True)))
            most = self._largest(moved)
            step = [each * LONGEST / pt.maximum(most, LONGEST) for each in step]
        return [each + move for each, move in zip(v, step, strict=True)]

    def _largest(self, moved):
        """At least the largest value of each group: the root of its sum of squares."""
        import pytensor.tensor as pt

        return pt.sqrt(pt.bincount(self.of, weights=moved**2))

    def heights(self, nodes):
        """The logarithm of the integrand ``(G, K)`` at nodes ``(G, K)`` of each effect."""
        import pymc as pm
        import pytensor.tensor as pt

        eta = self.eta[:, None] + sum(
            slope[:, None] * each[self.of] for slope, each in zip(self.slope, nodes, strict=True)
        )
        columns = {role: values[:, None] for role, values in self.data.items()}
        densities = pm.logp(self.model.family.dist(self.model.at(eta, columns)), columns["y"])
        zeros = pt.zeros_like(nodes[0])
        rows = pt.inc_subtensor(zeros[self.of], self.weights[:, None] * densities)
        return rows - 0.5 * sum(each**2 for each in nodes) - len(nodes) / 2 * np.log(2 * np.pi)


def _solved(matrix, vector):
    """The solution of a system of one or two equations for each group."""
    if len(vector) == 1:
        return [vector[0] / matrix[0, 0]]
    determinant = matrix[0, 0] * matrix[1, 1] - matrix[1, 0] ** 2
    first = (matrix[1, 1] * vector[0] - matrix[1, 0] * vector[1]) / determinant
    return [first, (matrix[0, 0] * vector[1] - matrix[1, 0] * vector[0]) / determinant]


def _root_of_inverse(matrix):
    """An upper triangular C with C Cᵀ the inverse of the information, by place, and log |information|."""
    import pytensor.tensor as pt

    first = matrix[0, 0] ** -0.5
    if (1, 1) not in matrix:
        return {(0, 0): first}, pt.log(matrix[0, 0])
    determinant = matrix[0, 0] * matrix[1, 1] - matrix[1, 0] ** 2
    second = pt.sqrt(matrix[0, 0] / determinant)
    return {(0, 0): first, (0, 1): -matrix[1, 0] / matrix[0, 0] * second, (1, 1): second}, pt.log(determinant)
