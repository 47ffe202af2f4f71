"""Directions in which the density is nearly flat: parameters that the data tell apart only together.

In the information scaled to a unit diagonal an eigenvalue λ near 0 means that along its eigenvector the standard
error is 1/√λ times what it would be for one parameter with the others held (Belsley, Kuh & Welsch 1980, Regression
Diagnostics, section 3.2, call 1/√λ relative to the largest the condition index).
"""

import numpy as np
from numpy.typing import NDArray

from ..concerns import Concern
from ..density.density import Program
from ..model.layout import combination

Array = NDArray[np.float64]
FLAT = 300.0
"""Times the standard error with the others held: ten times what Belsley, Kuh & Welsch call strong dependence (30)."""
SINGULAR = 1e7
"""1/√λ where λ is near the rounding of float64: half of the digits of a standard error are gone."""


def flat_direction(program: Program, w: Array, power: float) -> tuple[Concern, ...]:
    """A concern naming the flattest combination of parameters at w ``(p,)``, if it is flat enough to mention."""
    inverse = program.coordinates.inverse
    information = -inverse.T @ program.working_hessian(w, power) @ inverse
    scale = np.sqrt(np.abs(np.diag(information)))
    if program.layout.free_size < program.layout.size or not (np.all(np.isfinite(information)) and np.all(scale > 0)):
        return ()
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    ratio = 1 / np.sqrt(max(values[0], np.finfo(float).eps))
    if ratio < FLAT:
        return ()
    words = combination(program.layout.labels, vectors[:, 0] / scale, vectors[:, 0])
    code = "ill_conditioned" if ratio > SINGULAR else "flat_direction"
    return (Concern(code, f"along {words} the standard error is {ratio:.2g} times that with the others held"),)
