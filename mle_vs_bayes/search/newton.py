"""Damped Newton steps for many independent optima at once; each data set climbs, halts and is judged alone.

A step solves with |H| (eigenvalues by their size), so that it climbs from anywhere, and is halved until the density
rises. [1]_ One evaluation serves all data sets that are still on their way.

.. [1] Nocedal & Wright (2006), Numerical Optimization, 2nd ed., section 3.4.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..density.coordinates import silent, without
from .edges import FAR, REACH, unit
from .problem import MOST_STEPS, Evaluate

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = NDArray[np.intp]

GRADIENT_TOLERANCE = 1e-6
"""Accepted length of the gradient, in standard errors: the estimate is this far from the optimum."""
FINE = 1e-9
"""Length of the gradient in SE below which a further step would only move rounding errors."""
_EXACT = 1e-13
"""Length of the gradient in SE that a last step would not shorten."""
_RESOLVED = 30.0
"""Most standard errors that four spacings of float64 may be at an optimum: ten of a mean of 1e15 and a million rows."""
_LONGEST = 2.0
"""Longest step, in log units, of a coordinate that may run to an edge of its support: e² at a time."""
_SHORTEST = 1e-7
"""Share of a full step: a search whose steps are halved to less is stuck."""


@dataclass
class NewtonState:
    """Where each data set's search is: z ``(R, f)`` with value, gradient and Hessian there, and the next full step.

    ``length`` is √(gᵀ(−H)⁻¹g), the step's length in standard errors; NaN unless −H is positive definite. An infinite
    coordinate lies on a closed edge of its support and stays there, as one that is held does wherever it is.
    """

    z: Array
    value: Array
    gradient: Array
    hessian: Array
    step: Array
    length: Array

    def put(self, index: Index, other: "NewtonState", chosen: Bools) -> None:
        """Move the data sets ``index[chosen]`` to where ``other[chosen]`` is."""
        for name in _FIELDS:
            getattr(self, name)[index[chosen]] = getattr(other, name)[chosen]

    def take(self, index: Index) -> "NewtonState":
        """The searches at ``index``."""
        return NewtonState(*(getattr(self, name)[index] for name in _FIELDS))


_FIELDS = ("z", "value", "gradient", "hessian", "step", "length")


def joined(states: list[NewtonState]) -> NewtonState:
    """Several states one after the other."""
    return NewtonState(*(np.concatenate([getattr(state, name) for state in states]) for name in _FIELDS))


def newton_ascent(
    evaluate: Evaluate, start: Array, bounded: Bools, held: Bools | None = None, steps: int = MOST_STEPS
) -> tuple[NewtonState, Bools, Index]:
    """Newton's method from ``start`` ``(R, f)``: where it ended, whether that is an optimum, steps tried ``(R,)``.

    Coordinates that are ``held`` ``(f,)`` keep their start. A search ends after ``steps`` at the latest.

    ``bounded`` ``(f,)`` says which coordinates run off to an edge of their support; one that is `FAR` away is given
    up. An optimum has a gradient of at most `GRADIENT_TOLERANCE` SE (or float64's spacing there) with −H positive
    definite.
    """
    fixed = np.zeros(start.shape[1], dtype=np.bool_) if held is None else held
    current = stand(evaluate, start.copy(), np.arange(len(start)), bounded, fixed)
    one = unit(current.hessian, bounded)
    factor, tried = np.ones(len(start)), np.zeros(len(start), dtype=np.intp)
    on = np.isfinite(current.value) & np.all(np.isfinite(current.step), axis=1) & ~_at_rest(current, one, FINE)
    for _ in range(steps):
        index = np.flatnonzero(on)
        if not index.size:
            break
        # A step that does not climb is halved, of each data set on its own: |H| makes it a direction of ascent, so some
        # fraction of it does climb.
        trial = current.z[index] + factor[index, None] * current.step[index]
        candidate = stand(evaluate, trial, index, bounded, fixed)
        better = _better(current.value[index], current.length[index], candidate)
        current.put(index, candidate, better)
        factor[index] = np.where(better, 1.0, factor[index] / 2)
        tried[index] += 1
        gone = np.any((current.z < start - FAR) | (current.z > start + FAR), axis=1, where=bounded)
        on = on & (factor > _SHORTEST) & ~gone & ~_at_rest(current, one, FINE)
    converged = _at_rest(current, one, GRADIENT_TOLERANCE)
    # At an optimum Newton's steps square their length: one more leaves only rounding error.
    last = np.flatnonzero(converged & (current.length > _EXACT))
    if last.size:
        candidate = stand(evaluate, current.z[last] + current.step[last], last, bounded, fixed)
        current.put(last, candidate, candidate.length < current.length[last])
    return current, converged, tried


def stand(evaluate: Evaluate, z: Array, index: Index, bounded: Bools, held: Bools | None = None) -> NewtonState:
    """A search that has not moved: value, derivatives and the next step at z ``(r, f)``.

    A coordinate that the density does not depend on, as another is on an edge, stays where it is: the correlation with
    an effect whose spread is 0.
    """
    value, gradient, hessian = evaluate(z, index)
    still = np.isinf(z) if held is None else np.isinf(z) | held
    with np.errstate(all="ignore"):
        still |= np.any(np.isinf(z), axis=1)[:, None] & (gradient == 0) & silent(hessian)
    return NewtonState(z, value, gradient, hessian, *_steps(still, gradient, hessian, bounded))


@np.errstate(over="ignore", invalid="ignore")  # far from an optimum lengths may be beyond float64: infinite, or NaN
def _steps(held: Bools, gradient: Array, hessian: Array, bounded: Bools) -> tuple[Array, Array]:
    """Full steps ``(R, f)``, 0 where ``held``, and their lengths in SE ``(R,)``; NaN where a derivative is not."""
    gradient, information = np.where(held, 0.0, gradient), without(held, -hessian)
    # With a unit diagonal the eigenvalues say how far parameters depend on each other, whatever their units.
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


def decrement(gradient: Array, hessian: Array, free: Bools) -> float:
    """√(gᵀ(−H)⁻¹g) over the ``free`` coordinates of one density, in SE; NaN unless −H is positive definite there."""
    bounded = np.zeros(len(free), dtype=np.bool_)
    return float(_steps(~free[None], gradient[None], hessian[None], bounded)[1][0])


def _at_rest(current: NewtonState, one: Array, tolerance: float) -> Bools:
    """Whether the gradient is zero in SE to ``tolerance``, or to float64's spacing at z, and the step short.

    Where that spacing is many SE, a density without bound is highest at a value that is rounding.
    """
    held = np.isinf(current.z)
    curvature = np.where(held, 0.0, np.sqrt(np.abs(np.diagonal(current.hessian, axis1=1, axis2=2))))
    # z cannot be moved by less than the spacing of float64. Times the curvature's root this is the gradient, in SE,
    # that rounding leaves (of a mean of 10¹⁰ with an SE of 10⁻⁶, say): no search can do better.
    spacing = 4 * np.max(np.spacing(np.abs(np.where(held, 0.0, current.z))) * curvature, axis=1)
    reach = np.max(np.abs(current.step) / np.where(held, 1.0, one), axis=1)
    still = (current.length <= tolerance + spacing) & (reach <= REACH + spacing)
    return np.isfinite(current.value) & still & (spacing <= _RESOLVED)


def _better(value: Array, length: Array, candidate: NewtonState) -> Bools:
    """The density has risen; or, close to the optimum where its rise drowns in rounding, the step has shrunk."""
    rounding = 1e-12 * (1 + np.abs(value))
    shrunk = (length < 0.1) & (candidate.length < length)
    return np.isfinite(candidate.value) & ((candidate.value > value + rounding) | shrunk)


def trust_region(evaluate: Evaluate, start: Array) -> tuple[Array, int]:
    """Where SciPy's trust region ends from ``start`` ``(f,)``, in coordinates scaled by the curvature there.

    For one density on which the steps of `newton_ascent` are lost.
    """
    from scipy.optimize import minimize

    only = np.zeros(1, dtype=np.intp)
    curvature = np.abs(np.diag(evaluate(start[None], only)[2][0]))
    scale = 1 / np.sqrt(np.where(np.isfinite(curvature) & (curvature > 0), curvature, 1.0))
    known: dict[bytes, tuple[Array, Array, Array]] = {}

    def at(x: Array) -> tuple[Array, Array, Array]:
        key = x.tobytes()
        if key not in known:
            known.clear()
            known[key] = evaluate((start + scale * x)[None], only)
        return known[key]

    try:
        with np.errstate(all="ignore"):
            result = minimize(
                lambda x: np.nan_to_num(-at(x)[0][0], nan=np.inf),
                np.zeros_like(start),
                jac=lambda x: np.nan_to_num(-scale * at(x)[1][0]),
                hess=lambda x: np.nan_to_num(-scale[:, None] * at(x)[2][0] * scale),
                method="trust-exact",
                options={"gtol": 1e-4, "maxiter": 200},
            )
    except ValueError:  # SciPy's linear algebra, where a search has run off to numbers that are none
        return start, 0
    return start + scale * result.x, int(result.nit)
