"""The path from the MLE to the MAP and beyond: the mode of likelihood × prior^α as the prior's power α grows.

At α = 0 it is the MLE, at α = 1 the MAP; beyond, as many copies of the prior as data are asked to agree
with. Along it dθ/dα = Σ_α ∇log π with Σ_α = (−H_α)⁻¹ (implicit function theorem), so the prior's pull
MAP − MLE is an integral of what `Step.slope` says at each point.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..density.density import Density
from .optimum import Optimum, maximise, maximum
from .problem import of_density

Array = NDArray[np.float64]

POWERS = tuple(4.0 * (step / 24) ** 2 for step in range(25))
"""From 0 to 4 by way of exactly 1, closer together near 0, where a likelihood without maximum lets go."""


@dataclass(frozen=True)
class Step:
    """The mode at one power: ``point`` and ``slope`` = dθ/dα, each ``(p,)`` on the model scale.

    Both are NaN where ``status`` is not ``ok``; ``reason`` then says why. On an edge of the support the slope is 0.
    ``gradient`` is the Newton decrement in standard errors.
    """

    power: float
    point: Array
    slope: Array
    status: str = "ok"
    reason: str | None = None
    gradient: float | None = None


def path(program: Density, powers: Sequence[float] = POWERS, start: Array | None = None) -> tuple[Step, ...]:
    """The modes at ``powers`` in ascending order, each searched for from the one before.

    ``start`` is a point ``(p,)`` on the model scale, the leaf's own when None. A power without
    an optimum (separation at α = 0, a prior that drives a parameter to its edge) is a step with its
    status; the next one starts from the last optimum found.
    """
    origin = program.coordinates.z(program.start)
    z = origin if start is None else program.coordinates.z(start)
    steps = []
    for power in sorted(powers):
        # A logarithm of 0 has no derivative: from an edge the next search starts inside, and may come back to it.
        step, z = _step(program, float(power), np.where(np.isfinite(z), z, origin))
        steps.append(step)
    return tuple(steps)


def _step(program: Density, power: float, z: Array) -> tuple[Step, Array]:
    """The mode at one power and where to start for the next."""
    direction = program.model.divergence(program.data) if power == 0 else None
    if direction is not None:
        return _without_optimum(program, power, "divergent", direction), z
    optimum = maximum(program, power, z)
    if optimum.status != "ok":
        return _without_optimum(program, power, optimum.status, str(optimum.reason)), z
    theta = program.coordinates.theta(optimum.z)
    return Step(power, theta, _slope(program, optimum, theta), gradient=optimum.decrement), optimum.z


def _slope(program: Density, optimum: Optimum, theta: Array) -> Array:
    """Σ ∇log π of the parameters that are free; what lies on an edge of its support stays there."""
    spread = program.coordinates.covariance(optimum.z, optimum.evaluation.hessian)
    moving = np.isfinite(np.diag(spread))
    slope = np.zeros_like(theta)
    slope[moving] = spread[np.ix_(moving, moving)] @ program.prior_gradient(theta)[moving]
    return slope


def mode_along_the_path(program: Density) -> Optimum:
    """The MAP, followed from the likelihood's mode as the prior's power grows from almost 0 to 1.

    Used where a search for the mode fails from the start: a prior so strong that mode and start
    are thousands of posterior standard deviations apart (raw powers of x).
    """
    z = program.coordinates.z(program.start)
    for power in np.logspace(-12, 0, 25)[:-1]:
        # On the way only the place counts: what Newton's method does not find here is not searched for further.
        way = maximise(of_density(program, float(power)), z[None], rescue=False).z[0]
        z = way if np.all(np.isfinite(way)) else z
    return maximum(program, 1.0, z)


def _without_optimum(program: Density, power: float, status: str, reason: str) -> Step:
    nothing = np.full(program.layout.size, np.nan)
    return Step(power, nothing, nothing, status, reason)
