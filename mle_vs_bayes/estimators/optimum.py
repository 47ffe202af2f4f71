"""The maximum of log-likelihood + α · log prior, found by a trust region and finished by Newton steps.

Everything happens in working coordinates z with the exact gradient and Hessian; an optimum is
accepted only when the gradient is zero in units of the standard error and the information is
positive definite. What an optimiser says of itself (``success``, ``hess_inv``) is never used.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..contract.program import Evaluation, Program

Array = NDArray[np.float64]

GRADIENT_TOLERANCE = 1e-6
"""Accepted length of the gradient, in standard errors: the estimate is this far from the optimum."""
RUNAWAY = 0.1
"""A Newton step still this many SE long after polishing is no rounding error: the point is running off."""
_AT_REST = 1e-9
"""A start this close (in SE) is the optimum to rounding, and moving it would only lose digits."""
_POLISHING_STEPS = 30


@dataclass(frozen=True)
class Optimum:
    """Where a search ended: z ``(p,)``, the log density there, and whether it is an optimum.

    ``decrement`` is √(gᵀ(−H)⁻¹g), the Newton step's length in standard errors; NaN where the
    information is not positive definite.
    """

    z: Array
    evaluation: Evaluation
    decrement: float
    iterations: int
    status: str
    reason: str | None = None


def maximise(program: Program, power: float, start: Array) -> Optimum:
    """Search from ``start`` (z) and judge where it ends; never raises on a bad likelihood."""
    if _decrement(program.evaluate(start, power)) < _AT_REST:
        return judge(program, power, start, 0)
    found, iterations = _search(program, power, start)
    z, steps = _polish(program, power, found)
    return judge(program, power, z, iterations + steps)


def polished(program: Program, power: float, start: Array, iterations: int) -> Optimum:
    """Newton steps from a point another optimiser found, then the same judgement."""
    z, steps = _polish(program, power, start)
    return judge(program, power, z, iterations + steps)


def judge(program: Program, power: float, z: Array, iterations: int) -> Optimum:
    """Whether z is an interior maximum: the gradient in SE units and the information's definiteness."""
    evaluation = program.evaluate(z, power)
    decrement = _decrement(evaluation)
    optimum = Optimum(z, evaluation, decrement, iterations, "ok")
    if decrement <= GRADIENT_TOLERANCE + _resolution(z, evaluation):
        return optimum
    direction = _runaway(program, z)
    if direction is not None:
        return replace(optimum, status="divergent", reason=direction)
    if np.isnan(decrement):
        return replace(optimum, status="failed", reason="the information is not positive definite at the optimum")
    return replace(optimum, status="failed", reason=f"the optimiser stopped {decrement:.2g} SE from a zero gradient")


def best(optima: list[Optimum]) -> Optimum:
    """The accepted optimum with the highest density, if none was accepted the highest of all.

    Densities equal to rounding count as equal, and the earliest of them is taken: the leaf's own
    start may be the closed form, exact to the last digit.
    """
    accepted = [o for o in optima if o.status == "ok"] or optima
    values = [float(np.nan_to_num(o.evaluation.value, nan=-np.inf)) for o in accepted]
    nearly = max(values) - 1e-9 * (1 + abs(max(values)))
    return next(o for o, value in zip(accepted, values, strict=True) if value >= nearly or not np.isfinite(nearly))


def starts(program: Program, count: int, seed: int) -> list[Array]:
    """The leaf's start and ``count − 1`` points about two standard errors around it, in z."""
    centre = program.coordinates.z(program.start)
    curvature = np.abs(np.diag(program.evaluate(centre, power=0.0).hessian))
    spread = np.minimum(2 / np.sqrt(np.maximum(curvature, 1e-300)), _largest_jump(program))
    generator = np.random.default_rng(seed)
    return [centre, *(centre + spread * generator.standard_normal(len(centre)) for _ in range(count - 1))]


def _largest_jump(program: Program) -> Array:
    layout = program.layout
    per_element = [
        np.inf if p.support.name == "real" else 2.0 for p in layout.parameters for _ in layout.labels_of[p.name]
    ]
    return np.asarray(per_element)


def _search(program: Program, power: float, start: Array) -> tuple[Array, int]:
    """SciPy's trust region in coordinates scaled by the curvature at the start."""
    from scipy.optimize import minimize

    curvature = np.abs(np.diag(program.evaluate(start, power).hessian))
    scale = 1 / np.sqrt(np.where(np.isfinite(curvature) & (curvature > 0), curvature, 1.0))
    cache: dict[bytes, Evaluation] = {}

    def at(x: Array) -> Evaluation:
        key = x.tobytes()
        if key not in cache:
            cache.clear()
            cache[key] = program.evaluate(start + scale * x, power)
        return cache[key]

    result = minimize(
        lambda x: np.nan_to_num(-at(x).value, nan=np.inf),
        np.zeros_like(start),
        jac=lambda x: np.nan_to_num(-scale * at(x).gradient),
        hess=lambda x: np.nan_to_num(-scale[:, None] * at(x).hessian * scale),
        method="trust-exact",
        options={"gtol": 1e-4, "maxiter": 200},
    )
    return start + scale * result.x, int(result.nit)


def _polish(program: Program, power: float, z: Array) -> tuple[Array, int]:
    """Full Newton steps while they shorten; at an optimum the first leaves only rounding error."""
    evaluation = program.evaluate(z, power)
    length = _decrement(evaluation)
    for step in range(_POLISHING_STEPS):
        if np.isnan(length) or length < 1e-13:
            return z, step
        candidate = z - np.linalg.solve(evaluation.hessian, evaluation.gradient)
        evaluation = program.evaluate(candidate, power)
        shorter = _decrement(evaluation)
        if not shorter < length:
            return z, step
        z, length = candidate, shorter
    return z, _POLISHING_STEPS


def _decrement(evaluation: Evaluation) -> float:
    """√(gᵀ(−H)⁻¹g) in units of the standard error; NaN unless −H is positive definite."""
    information = -evaluation.hessian
    scale = np.sqrt(np.abs(np.diag(information)))
    if not (np.all(np.isfinite(information)) and np.all(scale > 0)):
        return float("nan")
    try:
        root = np.linalg.cholesky(information / np.outer(scale, scale))
    except np.linalg.LinAlgError:
        return float("nan")
    return float(np.linalg.norm(np.linalg.solve(root, evaluation.gradient / scale)))


def _resolution(z: Array, evaluation: Evaluation) -> float:
    """Spacing of float64 numbers at z in standard errors: no point between them can be reached.

    Matters where an estimate has more digits before its error than float64 carries, as for a mean
    of ten million with an error of a thousandth.
    """
    return float(4 * np.max(np.spacing(np.abs(z)) * np.sqrt(np.abs(np.diag(evaluation.hessian)))))


def _runaway(program: Program, z: Array) -> str | None:
    """Which parameter has left for the edge of its support, if one has."""
    layout, away = program.layout, np.abs(z - program.coordinates.z(program.start))
    supports = [p.support for p in layout.parameters for _ in layout.labels_of[p.name]]
    theta = program.coordinates.theta(z)
    for label, support, distance, value in zip(layout.labels, supports, away, theta, strict=True):
        if support.name != "real" and distance > 8:
            ends = [end for end in (support.lower, support.upper) if np.isfinite(end)]
            near = [end for end in ends if abs(value - end) < 1e-3]
            return f"{label} runs to {near[0]:g}" if near else f"{label} runs to infinity"
        if support.name == "real" and not np.isfinite(value):
            return f"{label} runs to infinity"
    return None
