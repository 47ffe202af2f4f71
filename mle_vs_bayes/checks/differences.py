"""Derivatives by central differences, and how far they are off.

In units of a standard error the log density is of order n and its k-th derivative of order n^(1 − k/2), so with a step
of 0.02 SE the fifth derivative adds 0.02⁴/30 × O(n^-1.5) = 5e-9 × O(n^-1.5), far below the `DERIVATIVE` asked for.
Rounding adds what `rounding` says: it grows with the log density.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..contract.program import Program

Array = NDArray[np.float64]
STEP = 0.02
"""In standard errors."""
DERIVATIVE = 1e-6


def derivative(of: Callable[[Array], Array | float], point: Array, steps: Array) -> Array:
    """Fourth-order central differences of a function of ``(p,)``: ``(…, p)``, off by h⁴/30 of the fifth derivative."""

    def along(j: int) -> Array:
        step = np.zeros_like(point)
        step[j] = steps[j]
        near = np.asarray(of(point + step)) - of(point - step)
        far = np.asarray(of(point + 2 * step)) - of(point - 2 * step)
        return np.asarray((8 * near - far) / (12 * steps[j]))

    return np.stack([along(j) for j in range(len(point))], axis=-1)


def rounding(program: Program, z: Array) -> float:
    """What rounding adds to a difference of the log density, in SE units: each term is good to a few 2⁻⁵³ of itself.

    The four values weigh (8 + 8 + 1 + 1)/12 together; a sum of n terms rounds by at most log₂ n times 2⁻⁵³.
    """
    units = program.log_likelihood_units(program.coordinates.theta(z))
    digits = (8 + np.log2(len(units) + 1)) * 2.0**-53
    return float(1.5 * digits * np.sum(np.abs(units)) / STEP)
