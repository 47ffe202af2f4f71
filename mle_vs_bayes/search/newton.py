"""Damped Newton steps for many independent optima at once; each replicate climbs, halts and is judged alone.

A step solves with |H| (eigenvalues by their size), so that it climbs from anywhere, and is halved until the density
rises. [1]_ One evaluation serves all replicates that are still on their way.

.. [1] Nocedal & Wright (2006), Numerical Optimization, 2nd ed., section 3.4.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .edges import FAR
from .optimum import GRADIENT_TOLERANCE

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = NDArray[np.intp]
Evaluate = Callable[[Array, Index], tuple[Array, Array, Array]]
"""z ``(r, f)`` of the replicates ``(r,)`` → value ``(r,)``, gradient ``(r, f)``, Hessian ``(r, f, f)``."""

MOST_STEPS = 60
FINE = 1e-9
"""Length of the gradient in SE below which a further step would only move rounding errors."""
_REACH = 1e-3
"""Longest Newton step accepted at an optimum, in SE at the start (in log units if those are smaller). Where a
likelihood has no maximum, gradient and curvature vanish together: in SE the point looks at rest, but its steps stay
as long as ever."""
_LONGEST = 2.0
"""In log units, for a coordinate that runs to an edge of its support: e² at a time."""
_SHORTEST = 1e-7
"""Of a full step: a search that has halved this often is stuck."""


@dataclass
class Climb:
    """Where each replicate is: z ``(R, f)`` with value, gradient and Hessian there, and the next full step.

    ``length`` is √(gᵀ(−H)⁻¹g), the step's length in standard errors; NaN unless −H is positive definite. A coordinate
    at −∞ lies on the edge of its support and stays there.
    """

    z: Array
    value: Array
    gradient: Array
    hessian: Array
    step: Array
    length: Array

    def put(self, index: Index, other: "Climb", chosen: Bools) -> None:
        """Move the replicates ``index[chosen]`` to where ``other[chosen]`` is."""
        for name in ("z", "value", "gradient", "hessian", "step", "length"):
            getattr(self, name)[index[chosen]] = getattr(other, name)[chosen]


def climb(evaluate: Evaluate, start: Array, bounded: Bools) -> tuple[Climb, Bools, Index]:
    """Newton's method from ``start`` ``(R, f)``: where it ended, whether that is an optimum, steps tried ``(R,)``.

    ``bounded`` ``(f,)`` says which coordinates run off to an edge of their support; one that is `FAR` away is given
    up. An optimum has a gradient of at most `GRADIENT_TOLERANCE` SE (or float64's spacing there) with −H positive
    definite.
    """
    here = _at(evaluate, start.copy(), np.arange(len(start)), bounded)
    unit = _unit(here.hessian, bounded)
    factor, tried = np.ones(len(start)), np.zeros(len(start), dtype=np.intp)
    on = np.isfinite(here.value) & np.all(np.isfinite(here.step), axis=1) & ~_at_rest(here, unit, FINE)
    for _ in range(MOST_STEPS):
        index = np.flatnonzero(on)
        if not index.size:
            break
        there = _at(evaluate, here.z[index] + factor[index, None] * here.step[index], index, bounded)
        better = _better(here.value[index], here.length[index], there)
        here.put(index, there, better)
        factor[index] = np.where(better, 1.0, factor[index] / 2)
        tried[index] += 1
        gone = np.any((here.z < start - FAR) | (here.z > start + FAR), axis=1, where=bounded)
        on = on & (factor > _SHORTEST) & ~gone & ~_at_rest(here, unit, FINE)
    return here, _at_rest(here, unit, GRADIENT_TOLERANCE), tried


def _at(evaluate: Evaluate, z: Array, index: Index, bounded: Bools) -> Climb:
    value, gradient, hessian = evaluate(z, index)
    return Climb(z, value, gradient, hessian, *_steps(np.isneginf(z), gradient, hessian, bounded))


def _steps(held: Bools, gradient: Array, hessian: Array, bounded: Bools) -> tuple[Array, Array]:
    """Full steps ``(R, f)``, 0 where ``held``, and their lengths in SE ``(R,)``; NaN where a derivative is not."""
    gradient, information = np.where(held, 0.0, gradient), without(held, -hessian)
    size = np.sqrt(np.abs(np.diagonal(information, axis1=1, axis2=2)))
    sound = np.all(np.isfinite(information), axis=(1, 2)) & np.all(np.isfinite(gradient) & (size > 0), axis=1)
    size = np.where(sound[:, None], size, 1.0)
    scaled = np.where(sound[:, None, None], information / (size[:, :, None] * size[:, None, :]), np.eye(size.shape[1]))
    values, vectors = np.linalg.eigh(scaled)
    along = np.einsum("rij,ri->rj", vectors, gradient / size)
    steps = np.einsum("rij,rj->ri", vectors, along / np.maximum(np.abs(values), 1e-10)) / size
    definite = sound & (values[:, 0] > np.finfo(float).eps * size.shape[1])
    squared = np.sum(along**2 / np.where(definite[:, None], values, 1.0), axis=1)
    longest = np.max(np.abs(steps), axis=1, where=bounded, initial=0.0)
    steps *= np.minimum(1.0, _LONGEST / np.maximum(longest, _LONGEST))[:, None]
    return np.where(sound[:, None], steps, np.nan), np.where(definite, np.sqrt(squared), np.nan)


def without(held: Bools, information: Array) -> Array:
    """Information ``(R, f, f)`` as if the coordinates ``held`` ``(R, f)`` were known apart from the others."""
    return np.where(held[:, :, None] | held[:, None, :], np.eye(held.shape[1]), information)


def _unit(hessian: Array, bounded: Bools) -> Array:
    """What a step is measured in ``(R, f)``: one SE at the start, at most 1 where z is a logarithm."""
    curvature = np.abs(np.diagonal(hessian, axis1=1, axis2=2))
    se = 1 / np.sqrt(np.maximum(curvature, 1e-300))
    return np.where(bounded, np.minimum(se, 1.0), se)


def _at_rest(here: Climb, unit: Array, tolerance: float) -> Bools:
    """Whether the gradient is zero in SE to ``tolerance``, or to float64's spacing at z, and the step short."""
    curvature = np.sqrt(np.abs(np.diagonal(here.hessian, axis1=1, axis2=2)))
    spacing = 4 * np.max(np.spacing(np.abs(np.where(np.isneginf(here.z), 0.0, here.z))) * curvature, axis=1)
    reach = np.max(np.abs(here.step) / unit, axis=1)
    return (here.length <= tolerance + spacing) & (reach <= _REACH + spacing)


def _better(value: Array, length: Array, there: Climb) -> Bools:
    """The density has risen; or, close to the optimum where its rise drowns in rounding, the step has shrunk."""
    rounding = 1e-12 * (1 + np.abs(value))
    shrunk = (length < 0.1) & (there.length < length)
    return np.isfinite(there.value) & ((there.value > value + rounding) | shrunk)
