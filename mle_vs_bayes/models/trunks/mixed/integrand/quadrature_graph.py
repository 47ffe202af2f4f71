"""Adaptive Gauss–Hermite quadrature in PyTensor, by the rules of `rule`.

Under a canonical link the mode of a group's integrand is found by Newton's steps, none of which is differentiated but
the last two: where they have converged a step's derivative in its own start is 0, so that one step gives the mode's
first derivative in the parameters, and another its second.

Else mean and variance are found from nodes around those before. As nearly the same are found wherever these lie, the
last time alone is differentiated, and only where fewer nodes than usual were asked for: where many are makes no
difference to their sum but the quadrature's own error.
"""

import numpy as np

from .....data.formulas.parts import effect
from ..trunk import observed_groups
from . import canonical
from .rule import LOCATING, ZOOM, ZOOMS, grid

STEPS = 12
LONGEST = 2.0
"""Longest step, in units of η: the exponential of a longer one may overflow."""


def observed(model, theta, data):
    """The observed variable ``y`` in the open PyMC model, with one log density for each group."""
    return observed_groups(model, theta, data, _log_density)


def _log_density(model, theta, data):
    import pytensor.tensor as pt

    columns = [data[effect(name)] for name in model.groups.effects]
    integrand = _Integrand(model, theta, data, _turned(model.root(theta), columns))
    rule = _by_moments if canonical.of(model) is None else _by_mode
    centre, scale, log_size = rule(integrand)
    x, log_weights = model.grid
    heights = integrand.heights(_nodes(centre, scale, x)) + log_weights[None]
    top = heights.max(axis=1, keepdims=True)
    total = pt.log(pt.exp(heights - top).sum(axis=1)) + top[:, 0]
    return total + len(centre) / 2 * np.log(2) + log_size


def _turned(root, columns):
    """Z L as a list of columns ``(n,)``."""
    return [sum(row[j] * columns[i] for i, row in enumerate(root) if row[j] is not None) for j in range(len(columns))]


def _nodes(centre, scale, x):
    """centre + √2 C x of each effect ``(G, K)``; C by place."""
    return [
        middle[:, None] + np.sqrt(2.0) * sum(c[:, None] * x[None, :, j] for (k, j), c in scale.items() if k == i)
        for i, middle in enumerate(centre)
    ]


class _Integrand:
    """Sums over the rows of every group; ``slope`` are the columns ``(n,)`` of Z L."""

    def __init__(self, model, theta, data, slope):
        import pytensor.tensor as pt

        self.model, self.theta, self.data, self.slope = model, theta, data, slope
        self.of = pt.cast(data["group"], "int64")
        self.weights = data.get("weights", pt.ones_like(data["offset"]))

    def summed(self, values):
        import pytensor.tensor as pt

        return pt.bincount(self.of, weights=self.weights * values)

    def zeros(self):
        """As many as there are groups."""
        return 0.0 * self.summed(self.weights)

    def moved(self, v):
        """Z L v of each row."""
        return sum(slope * each[self.of] for slope, each in zip(self.slope, v, strict=True))

    def heights(self, nodes):
        """The logarithm of the integrand ``(G, K)`` at nodes ``(G, K)`` of each effect."""
        import pytensor.tensor as pt

        moved = sum(slope[:, None] * each[self.of] for slope, each in zip(self.slope, nodes, strict=True))
        columns = {role: values[:, None] for role, values in self.data.items()}
        densities = self.model.rows.log_density(self.theta, self.model.moved(columns, moved))
        zeros = pt.zeros_like(nodes[0])
        rows = pt.inc_subtensor(zeros[self.of], self.weights[:, None] * densities)
        return rows - 0.5 * sum(each**2 for each in nodes) - len(nodes) / 2 * np.log(2 * np.pi)

    def information(self, second):
        """The lower half of the information, by place, from the rows' second derivatives."""
        size = len(self.slope)
        return {
            (i, j): self.summed(self.slope[i] * self.slope[j] * second) + float(i == j)
            for i in range(size)
            for j in range(i + 1)
        }


# Around the mode.


def _by_mode(integrand):
    import pytensor.tensor as pt
    from pytensor.gradient import disconnected_grad

    v = [integrand.zeros() for _ in integrand.slope]
    for _ in range(STEPS):
        v = _newton(integrand, v, clipped=True)
    v = [disconnected_grad(each) for each in v]
    for _ in range(2):
        v = _newton(integrand, v)
    scale, determinant = _root_of_inverse(integrand.information(_slopes(integrand, v)[1]))
    return v, scale, -0.5 * pt.log(determinant)


def _slopes(integrand, v):
    return canonical.slopes(integrand.model, integrand.model.moved(integrand.data, integrand.moved(v)))


def _newton(integrand, v, clipped=False):
    """v after a step of Newton's method."""
    import pytensor.tensor as pt

    first, second = _slopes(integrand, v)
    gradient = [integrand.summed(slope * first) - each for slope, each in zip(integrand.slope, v, strict=True)]
    step = _solved(integrand.information(second), gradient)
    if clipped:
        # At least the largest move of each group's rows: the root of their sum of squares.
        most = pt.sqrt(integrand.summed(integrand.moved(step) ** 2))
        step = [each * LONGEST / pt.maximum(most, LONGEST) for each in step]
    return [each + move for each, move in zip(v, step, strict=True)]


def _solved(matrix, vector):
    """The solution of a system of one or two equations for each group."""
    if len(vector) == 1:
        return [vector[0] / matrix[0, 0]]
    determinant = matrix[0, 0] * matrix[1, 1] - matrix[1, 0] ** 2
    first = (matrix[1, 1] * vector[0] - matrix[1, 0] * vector[1]) / determinant
    return [first, (matrix[0, 0] * vector[1] - matrix[1, 0] * vector[0]) / determinant]


def _root_of_inverse(matrix):
    """An upper triangular C with C Cᵀ the inverse of the information, by place, and the information's determinant."""
    import pytensor.tensor as pt

    first = matrix[0, 0] ** -0.5
    if (1, 1) not in matrix:
        return {(0, 0): first}, matrix[0, 0]
    determinant = matrix[0, 0] * matrix[1, 1] - matrix[1, 0] ** 2
    second = pt.sqrt(matrix[0, 0] / determinant)
    return {(0, 0): first, (0, 1): -matrix[1, 0] / matrix[0, 0] * second, (1, 1): second}, determinant


# Around the mean.


def _by_moments(integrand):
    import pytensor.tensor as pt
    from pytensor.gradient import disconnected_grad

    size = len(integrand.slope)
    mean, one = [integrand.zeros() for _ in range(size)], integrand.zeros() + 1.0
    scale = {(i, i): one for i in range(size)}
    for _ in range(ZOOMS - 1):
        mean, scale = _zoomed(integrand, mean, scale)
    mean, scale = [disconnected_grad(each) for each in mean], {at: disconnected_grad(c) for at, c in scale.items()}
    mean, scale = _zoomed(integrand, mean, scale)
    if integrand.model.enough_nodes:
        mean, scale = [disconnected_grad(each) for each in mean], {at: disconnected_grad(c) for at, c in scale.items()}
    scale = {at: np.sqrt(1 - ZOOM) * c for at, c in scale.items()}
    return mean, scale, sum(pt.log(scale[i, i]) for i in range(size))


def _zoomed(integrand, mean, scale):
    """Mean and root of the covariance from the heights at nodes around those before."""
    import pytensor.tensor as pt

    x, log_weights = grid(LOCATING[len(mean)], len(mean))
    nodes, before = _nodes(mean, scale, x), _squared(scale)
    heights = integrand.heights(nodes)
    heights = pt.switch(pt.isnan(heights), -np.inf, heights) + log_weights[None]
    parts = pt.exp(heights - heights.max(axis=1, keepdims=True))
    shares = parts / parts.sum(axis=1, keepdims=True)
    mean = [(shares * each).sum(axis=1) for each in nodes]
    left = [each - middle[:, None] for each, middle in zip(nodes, mean, strict=True)]
    return mean, _root({(i, j): (shares * left[i] * left[j]).sum(axis=1) + ZOOM * before[i, j] for i, j in before})


def _squared(scale):
    """The lower half of C Cᵀ, by place."""
    size = 1 + max(i for i, _ in scale)
    return {
        (i, j): sum((scale[i, k] * scale[j, k] for k in range(j + 1) if (i, k) in scale and (j, k) in scale), 0.0)
        for i in range(size)
        for j in range(i + 1)
    }


def _root(matrix):
    """The lower triangle whose square is the matrix, by place."""
    import pytensor.tensor as pt

    first = pt.sqrt(matrix[0, 0])
    if (1, 1) not in matrix:
        return {(0, 0): first}
    below = matrix[1, 0] / first
    return {(0, 0): first, (1, 0): below, (1, 1): pt.sqrt(matrix[1, 1] - below**2)}
