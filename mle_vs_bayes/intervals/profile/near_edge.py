"""An optimum on a closed edge of its support (tau = 0), seen from inside, where the density has derivatives."""

from dataclasses import replace

import numpy as np

from ...density.density import Density, Evaluation
from ...search.optimum import Optimum

_NEAR = 1e-9
"""Of the log density: a point this little below the edge stands for it."""
_STEPS = 60


def inside(program: Density, power: float, optimum: Optimum) -> Optimum:
    """The optimum itself, or, for one on an edge, a point next to it under the optimum's own height.

    The edge lies at an infinite z; the distance on the logarithmic scale grows until the density is the edge's.
    """
    if optimum.free.all():
        return optimum
    start = program.coordinates.z(program.start)
    for distance in range(1, _STEPS):
        z = np.where(optimum.free, optimum.z, start + np.copysign(distance, optimum.z))
        near = program.evaluate(z, power)
        if optimum.evaluation.value - near.value < _NEAR:
            break
    return replace(optimum, z=z, evaluation=Evaluation(optimum.evaluation.value, near.gradient, near.hessian))
