"""The mode on the unconstrained scale: another number than the MAP, because a density's mode moves with its scale.

On z = log θ or log odds the density is likelihood × prior × |dθ/dz|, and the Jacobian's logarithm moves
the mode. What samplers draw from and many programs call the MAP is this one. For an Exponential rate
with a Gamma(a, b) prior it is (n + a)/(n + a − 1) times the MAP, which is the posterior *mean*.
It explains a difference, and is reported only where it was asked for, under its own label.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..density.batch_density import Derivatives
from ..density.density import Density
from ..model.support import Support
from ..search.optimum import maximise
from ..search.problem import Evaluate, Problem, of_density
from .estimate import Estimate, missing

Array = NDArray[np.float64]

NAME = "maximum_a_posteriori_unconstrained"
SCALE = "unconstrained"
_STEP = 1e-5
"""In z: central differences of the exact gradient, whose errors slow Newton's steps but do not move the mode."""


@dataclass(frozen=True)
class UnconstrainedMode:
    """The mode of the density of z, as θ ``(p,)``; ``se`` ``(f,)`` are normal standard errors of z, not of θ."""

    point: Array
    se: Array
    status: str
    reason: str | None = None
    scale: str = SCALE
    covariance: Array | None = None
    """J Σ Jᵀ ``(p, p)`` with Σ that of z: on the model scale to first order."""
    gradient: float | None = None
    """Its length at the mode, in standard errors of z."""
    iterations: int | None = None


def in_unconstrained_coordinates(problem: Problem) -> Problem:
    """The same data sets with the density of z itself: log |dθ/dz| added to each, with its derivatives in z ``(f,)``.

    The constant Jacobian of the linear map from w to θ is left out.
    """

    def evaluator(power: float) -> Evaluate:
        plain = problem.evaluator(power)

        def evaluate(z: Array, index: NDArray[np.intp]) -> Derivatives:
            value, gradient, hessian = plain(z, index)
            volumes = [_volume(problem, point, int(i)) for point, i in zip(z, index, strict=True)]
            more = (np.array([each[k] for each in volumes]) for k in range(3))
            return value + next(more), gradient + next(more), hessian + next(more)

        return evaluate

    return replace(problem, evaluator=evaluator)


def _volume(problem: Problem, z: Array, i: int) -> tuple[float, Array, Array]:
    """log |dθ/dz| of data set ``i`` with its gradient ``(f,)`` and Hessian ``(f, f)``, parameter by parameter."""
    supports, slices = problem.coordinates.of(i).supports, problem.layout.free_slices

    def first(z: Array) -> tuple[float, Array]:
        parts = [log_volume(support, z[slices[name]]) for name, support in supports.items()]
        return sum(value for value, _ in parts), np.concatenate([gradient for _, gradient in parts])

    value, gradient = first(z)
    ends = [(first(z + step)[1], first(z - step)[1]) for step in _STEP * np.eye(len(z))]
    hessian = np.array([(up - down) / (2 * _STEP) for up, down in ends]).reshape(len(z), len(z))
    return value, gradient, (hessian + hessian.T) / 2


def log_volume(support: Support, u: Array) -> tuple[float, Array]:
    """log |det J| and its gradient ``(f,)`` for J = ∂θ/∂u of one parameter's free elements.

    A support that knows its own says it; by Jacobi's formula
    ∂ log|det J|/∂u_j = tr(J⁻¹ ∂J/∂u_j), with ∂J from the support's second derivatives.
    """
    volume = getattr(support, "log_volume", None)
    if volume is not None:
        value, slope = volume(u)
        return float(value), np.asarray(slope)
    jacobian = support.jacobian(u)
    elements, free = jacobian.shape
    inverse = np.linalg.inv(jacobian[:free])
    bends = [support.curvature(u, element) for element in np.eye(elements)[:free]]  # each ∂²θᵢ/∂u∂uᵀ, (f, f)
    gradient = sum((bend @ inverse[:, i] for i, bend in enumerate(bends)), np.zeros(free))
    return float(np.linalg.slogdet(jacobian[:free])[1]), gradient


def mode(program: Density, start: Array) -> UnconstrainedMode:
    """The mode of the posterior density of z, searched for from ``start`` ``(p,)``, usually the MAP."""
    problem = in_unconstrained_coordinates(of_density(program, 1.0))
    optimum = maximise(problem, program.coordinates.z(start)[None])[0]
    if optimum.status != "ok":
        nothing = np.full(program.layout.size, np.nan)
        return UnconstrainedMode(nothing, np.full(len(optimum.z), np.nan), optimum.status, optimum.reason)
    se = np.sqrt(np.diag(np.linalg.inv(-optimum.evaluation.hessian)))
    return UnconstrainedMode(
        program.coordinates.theta(optimum.z),
        se,
        "ok",
        covariance=program.coordinates.covariance(optimum.z, optimum.evaluation.hessian),
        gradient=optimum.decrement,
        iterations=optimum.iterations,
    )


def estimate(program: Density, top: Estimate) -> Estimate:
    """The mode on the unconstrained scale as an estimate, beside the MAP ``top``, from where it is searched for.

    Refused where the MAP is; there may be one where the MAP lies on an edge, which the Jacobian keeps it from.
    """
    if top.status == "not_applicable":
        return missing(NAME, program.layout.labels, top.status, str(top.reason))
    ended = mode(program, top.point if top.has_errors else program.start)
    details: dict[str, Any] = {"gradient": ended.gradient, "iterations": ended.iterations}
    if ended.status != "ok":
        reason = f"there is no mode on the unconstrained scale: {ended.reason}"
        return missing(NAME, program.layout.labels, ended.status, reason, **details)
    return Estimate(
        estimator=NAME,
        labels=program.layout.labels,
        point=ended.point,
        covariance=ended.covariance,
        **details,
    )
