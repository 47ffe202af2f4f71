"""Parameters of a stranger's program that may be 0: a standard deviation between groups, a rate of what never happened.

PyMC samples them on a logarithmic scale, so that a search would run off for ever where the likelihood is highest at 0
itself. Where it is finite there, the end belongs to the support, as it does in the catalogue.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...model.parameter import Parameter
from ...model.support import nonnegative, positive
from ..program_density import OwnProgram

Array = NDArray[np.float64]


def close_edges(program: OwnProgram, theta: Array) -> tuple[Parameter, ...]:
    """The program's parameters, those that may be 0 with a support that says so; the others are at θ ``(p,)``."""
    return tuple(
        replace(p, support=nonnegative) if p.support is positive and _finite_at_zero(program, p, theta) else p
        for p in program.model.parameters
    )


def _finite_at_zero(program: OwnProgram, parameter: Parameter, theta: Array) -> bool:
    at = np.array(theta, dtype=float)
    at[program.layout.slices[parameter.name]] = 0.0
    return bool(np.all(np.isfinite(program.unit_values(at))))
