"""Exact intervals of a normal model: t for its mean or coefficients, χ² for its standard deviation. [1]_

The same formulas serve a sample (one mean), groups (k means) and a regression (a design matrix of k columns):
residual degrees of freedom n − k, s² the residual sum of squares over them, not over n as in maximum likelihood.

.. [1] Casella & Berger (2002), Statistical Inference, 2nd ed., sections 9.2.1 and 11.3.4 (regression).
"""

import numpy as np
from numpy.typing import NDArray

from ...data import counts
from ...density.density import Density
from .theory import Ends

Array = NDArray[np.float64]
T, CHI_SQUARE = "t", "chi_square"


def t(program: Density, name: str, level: float) -> Ends | str:
    """Estimate ∓ t quantile × s √(XᵀX)⁻¹ⱼⱼ of each element of a mean or of coefficients."""
    from scipy.special import stdtrit

    beta, variance, freedom, squares = _least_squares(program, name)
    if freedom < 1:
        return "there are no degrees of freedom left for the variance"
    reach = stdtrit(freedom, 0.5 + level / 2) * np.sqrt(squares / freedom * variance)
    labels = program.layout.labels_of[name]
    return {label: (float(b - r), float(b + r)) for label, b, r in zip(labels, beta, reach, strict=True)}


def chi_square(program: Density, name: str, level: float) -> Ends | str:
    """√(residual sum of squares / χ² quantiles), equal tails."""
    from scipy.special import gammaincinv

    mean = next(other for other, kind in program.model.exact_intervals.items() if kind == T)
    _, _, freedom, squares = _least_squares(program, mean)
    if freedom < 1:
        return "there are no degrees of freedom left for the variance"
    tails = np.array([(1 + level) / 2, (1 - level) / 2])
    lower, upper = np.sqrt(squares / (2 * gammaincinv(freedom / 2, tails)))
    return {name: (float(lower), float(upper))}


def _least_squares(program: Density, name: str) -> tuple[Array, Array, int, float]:
    """β̂ ``(k,)``, the diagonal of (XᵀX)⁻¹ ``(k,)``, n − k, and the residual sum of squares.

    In working coordinates the columns of the design are orthogonal and of length √n, but for frequency weights; where
    each group has a mean, they are its rows, and need not be written out.
    """
    data, block = program.coordinates.data, program.layout.slices[name]
    if "group" in next(p.dims for p in program.layout.parameters if p.name == name):
        group = data["group"].astype(np.intp)
        size = counts.by_group(data, group)
        mean = counts.by_group(data, group, data["y"]) / size
        return mean, 1 / size, data.size - len(size), float(counts.total(data, (data["y"] - mean[group]) ** 2))
    design = data["X"] if "X" in data else np.ones((data.n, 1))
    y = data["y"] - data["offset"] if "offset" in data else data["y"]
    linear, freedom = program.coordinates.linear[block, block], data.size - design.shape[1]
    # Orthogonal columns of length √n make XᵀX = n I; weighted rows do not, and need the inverse itself.
    if "weights" in data:
        inverse = np.linalg.inv(counts.total(data, design[:, :, None] * design[:, None, :]))
        turned = inverse @ counts.total(data, design * y[:, None])
        variance = np.diag(linear @ inverse @ linear.T)
    else:
        turned, variance = design.T @ y / data.n, np.sum(linear**2, axis=1) / data.n
    squares = counts.total(data, (y - design @ turned) ** 2)
    return linear @ turned, variance, freedom, float(squares)
