"""The highest log density where one quantity has a given value: one point of its profile.

Newton steps inside the surface where the quantity is t, each brought back on to it (Absil, Mahony & Sepulchre
2008, Optimization Algorithms on Matrix Manifolds): every point tried satisfies the constraint, so the
log density itself says whether a step was good. For a parameter the surface is a plane; for a derived quantity
it is curved, and its curvature enters with the Lagrange multiplier. Gradient and Hessian are the program's own.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .surface import Height, Quantity, Surface

Array = NDArray[np.float64]

_SETTLED = 3e-4
"""A Newton step this long (in SE) is taken unseen: the height it gains is known to the step's cube, 1e-11."""
_LONGEST = 10.0
"""No step is longer (in SE): far from the optimum a flat direction would throw it to infinity."""
_STEPS, _HALVINGS = 40, 12
"""As many as a start on a neighbour's tangent needs; from a worse one no more are tried."""


IMPOSSIBLE = "no value was found"
EXCLUDED = "the density is zero there"


class UnreachableError(Exception):
    """No maximum was found where the quantity has this value; the text says why. Never leaves `intervals`."""


@dataclass(frozen=True)
class Point:
    """One point of a profile: t, where it is (x ``(f,)``), and its height relative to the optimum's.

    ``slope`` is dheight/dt (the Lagrange multiplier), ``tangent`` dx/dt ``(f,)``.
    """

    t: float
    x: Array
    height: float
    slope: float
    tangent: Array


@dataclass(frozen=True)
class _Local:
    """The problem to second order at one point: the Newton step, its length in SE, how the maximum moves with t."""

    step: Array
    decrement: float
    saddle: bool
    slope: float
    tangent: Array


def highest(surface: Surface, quantity: Quantity, t: float, start: Array) -> Point:
    """The maximum where the quantity is ``t``, from a start ``(f,)`` nearby.

    Raises
    ------
    UnreachableError
        The quantity cannot be ``t`` near the start, or no maximum was found there.
    """
    x = quantity.onto(t, start)
    if x is None:
        raise UnreachableError(IMPOSSIBLE)
    height = surface.at(x)
    if not _usable(height):
        raise UnreachableError(EXCLUDED if height.value == -np.inf else "the log density is not finite there")
    for _ in range(_STEPS):
        with np.errstate(all="ignore"):
            local = _second_order(quantity, x, height)
        ascent = _ascent(surface, quantity, t, x, height, local) if local.decrement > _SETTLED else None
        if ascent is None:
            return _point(quantity, t, x, height, local)
        x, height = ascent
    raise UnreachableError(f"no maximum was reached there in {_STEPS} steps")


def _second_order(quantity: Quantity, x: Array, height: Height) -> _Local:
    # λ from ∇ℓ = λ∇g along the normal; inside the surface the Hessian is that of ℓ − λ g.
    normal = quantity.gradient(x)
    across = normal / (normal @ normal)
    multiplier = float(across @ height.gradient)
    bend = multiplier * quantity.hessian(x) - height.hessian
    if not (np.all(np.isfinite(bend)) and np.all(np.isfinite(across))):
        raise UnreachableError("the quantity is not smooth there")
    inside = np.linalg.qr(normal[:, None], mode="complete")[0][:, 1:]  # orthonormal, (f, f − 1)
    values, vectors = np.linalg.eigh(inside.T @ bend @ inside)
    axes = inside @ vectors
    size = np.maximum(np.abs(values), 1e-12)  # along a direction that bends upwards: up, not to the saddle
    step = axes.T @ height.gradient / size
    decrement = float(np.linalg.norm(step * np.sqrt(size)))
    rising = (values < -1e-6) | ((values < 0) & (np.abs(step) > 0.1))
    saddle = bool(np.any(rising))
    if saddle and decrement < 0.1:  # so near a saddle, or an edge at z = −∞, the gradient hardly shows the way up
        step[rising], decrement = np.where(step[rising] < 0, -2.0, 2.0), 1.0
    shortened = min(1.0, _LONGEST / max(float(np.linalg.norm(step)), 1e-300))
    tangent = across - axes @ ((axes.T @ bend @ across) / size)
    return _Local(axes @ step * shortened, decrement, saddle, multiplier, tangent)


def _ascent(
    surface: Surface, quantity: Quantity, t: float, x: Array, height: Height, local: _Local
) -> tuple[Array, Height] | None:
    """The step, halved until it gains; None at the top as far as rounding can tell.

    Raises
    ------
    UnreachableError
        No step gains although the gradient says that one must.
    """
    gain = 0.0 if local.saddle else 1e-4 * local.decrement**2
    for halving in range(_HALVINGS):
        candidate = quantity.onto(t, x + local.step / 2**halving)
        if candidate is None:
            continue
        trial = surface.at(candidate)
        if _usable(trial) and trial.value >= height.value + gain / 2**halving - surface.grain:
            return candidate, trial
    if local.decrement < 1e-2:
        return None
    raise UnreachableError("the log density has no maximum there")


def _point(quantity: Quantity, t: float, x: Array, height: Height, local: _Local) -> Point:
    """The point one last step away, whose gain is half the decrement squared: it needs no evaluation."""
    last = quantity.onto(t, x + local.step)
    top = height.value + local.decrement**2 / 2
    return Point(t, x if last is None else last, top, local.slope, local.tangent)


def _usable(height: Height) -> bool:
    numbers = (height.value, height.gradient, height.hessian)
    return all(bool(np.all(np.isfinite(values))) for values in numbers)
