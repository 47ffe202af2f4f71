"""A log density whose coordinates are counted in units of its own, and which may be evaluated so often."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Evaluate = Callable[[Array], tuple[float, Array, Array]]
"""z ``(f,)`` → value, gradient ``(f,)``, Hessian ``(f, f)``."""
_SCALES = 40
"""Steps by four to a coordinate's unit."""


class SpentError(Exception):
    """No more evaluations are to be made. Never leaves this folder."""


class Limited:
    """A density that may be evaluated so often."""

    def __init__(self, evaluate: Evaluate, left: int) -> None:
        self.evaluate, self.left = evaluate, left

    def __call__(self, z: Array) -> tuple[float, Array, Array]:
        if self.left == 0:
            raise SpentError
        self.left -= 1
        return self.evaluate(z)


def unit_of(evaluate: Evaluate, start: Array, j: int) -> float:
    """How far one coordinate must move inside the support for the log density to change by about one."""
    axis, here, step = np.zeros_like(start), evaluate(start)[0], 1e-3 * (1 + abs(float(start[j])))
    longer = None
    for _ in range(_SCALES):
        axis[j] = step
        changes = [abs(evaluate(start + way)[0] - here) for way in (axis, -axis)]
        inside = [change for change in changes if np.isfinite(change)]  # the start may be next to an end
        grows = bool(inside) and max(inside) < 1
        if longer is not None and grows != longer:
            break
        longer, step = grows, step * (4.0 if grows else 0.25)
    return step


def in_units(evaluate: Evaluate, start: Array, unit: Array) -> Evaluate:
    """The density as a function of how many units each coordinate is from the start."""

    def of(x: Array) -> tuple[float, Array, Array]:
        value, gradient, hessian = evaluate(start + unit * x)
        return value, unit * gradient, unit[:, None] * hessian * unit

    return of
