"""The maximum of log-likelihood + α · log prior, found by a trust region and finished by Newton steps.

Everything happens in working coordinates z with the exact gradient and Hessian; an optimum is
accepted only when the gradient is zero in units of the standard error and the information is
positive definite. What an optimiser says of itself (``success``, ``hess_inv``) is never used.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..density.density import Evaluation, Program
from ..model.layout import combination
from .edges import FAR, closed_edge, runaway

Array = NDArray[np.float64]

GRADIENT_TOLERANCE = 1e-6
"""Accepted length of the gradient, in standard errors: the estimate is this far from the optimum."""
_STEP_TOLERANCE = 1e-3
"""Accepted Newton step of a bounded coordinate (a relative change): longer ones mean that it is running off."""
_AT_REST = 1e-9
"""A start this close (in SE) is the optimum to rounding, and moving it would only lose digits."""
_POLISHING_STEPS = 30


@dataclass(frozen=True)
class Optimum:
    """Where a search ended: z ``(f,)``, the log density there, and whether it is an optimum.

    ``decrement`` is √(gᵀ(−H)⁻¹g), the Newton step's length in standard errors; NaN where the
    information is not positive definite. ``free`` marks the coordinates that are not on a closed
    edge of their support (z = −∞ there).
    """

    z: Array
    evaluation: Evaluation
    decrement: float
    iterations: int
    status: str
    reason: str | None = None

    @property
    def free(self) -> NDArray[np.bool_]:
        return np.isfinite(self.z)


def maximise(program: Program, power: float, start: Array) -> Optimum:
    """Search from ``start`` (z) and judge where it ends; never raises on a bad likelihood."""
    if newton_length(program.evaluate(start, power), np.isfinite(start)) < _AT_REST:
        return judge(program, power, start, 0)
    found, iterations = _search(program, power, start)
    return polished(program, power, found, iterations)


def polished(program: Program, power: float, start: Array, iterations: int) -> Optimum:
    """Newton steps from a point another optimiser found, then a judgement; an edge is tried where it runs to one."""
    z, steps = _polish(program, power, start)
    optimum = judge(program, power, z, iterations + steps)
    edge = closed_edge(program, z) if optimum.status == "divergent" else None
    if edge is None:
        return optimum
    z = np.where(np.arange(len(z)) == edge, -np.inf, z)
    z, more = _polish(program, power, z)
    on_edge = judge(program, power, z, iterations + steps + more)
    return on_edge if on_edge.evaluation.value >= optimum.evaluation.value - 1e-9 else optimum


def judge(program: Program, power: float, z: Array, iterations: int) -> Optimum:
    """Whether z is a maximum: the gradient in SE units, the information's definiteness, nothing running off."""
    evaluation = program.evaluate(z, power)
    free = np.isfinite(z)
    decrement = newton_length(evaluation, free)
    optimum = Optimum(z, evaluation, decrement, iterations, "ok")
    moving = free & program.layout.bounded
    at_rest = not moving.any() or np.max(np.abs(_step(evaluation, free)[moving])) < _STEP_TOLERANCE
    if decrement <= GRADIENT_TOLERANCE + _resolution(z, evaluation) and at_rest:
        flat = moving & (-np.diag(evaluation.hessian) < FAR**-2)  # a logarithm whose SE is longer than FAR
        gone = runaway(program, z) if flat.any() else None
        if np.isfinite(evaluation.value):
            return optimum if gone is None else replace(optimum, status="divergent", reason=gone)
        return replace(optimum, status="divergent", reason=_at_an_end(program, z))  # zero density has derivatives, too
    direction = runaway(program, z)
    if direction is not None:
        return replace(optimum, status="divergent", reason=direction)
    if np.isnan(decrement):
        return replace(optimum, status="failed", reason=_indefinite(program, evaluation, free))
    if not np.isfinite(program.evaluate(z + _step(evaluation, free), power).value):
        return replace(optimum, status="divergent", reason=_at_an_end(program, z))
    return replace(optimum, status="failed", reason=f"the optimiser stopped {decrement:.2g} SE from a zero gradient")


def _at_an_end(program: Program, z: Array) -> str:
    """Where a search stopped that would go on into values with a density of 0, in words."""
    named = zip(program.layout.labels, program.coordinates.theta(z), strict=True)
    place = ", ".join(f"{label} = {value:.4g}" for label, value in list(named)[:6])
    return (
        f"it is highest where it ends, at a bound that depends on other parameters or that a Potential sets ({place})"
    )


def _indefinite(program: Program, evaluation: Evaluation, free: NDArray[np.bool_]) -> str:
    """Along which parameters the information is smallest, in words."""
    reason = "the information is not positive definite at the optimum"
    information = -evaluation.hessian[np.ix_(free, free)]
    if not np.all(np.isfinite(information)) or len(information) < 2:
        return reason
    scale = np.sqrt(np.abs(np.diag(information)))
    scale = np.where(scale > 0, scale, 1.0)
    direction = np.linalg.eigh(information / np.outer(scale, scale))[1][:, 0]
    labels = tuple(label for label, inside in zip(program.layout.free_labels, free, strict=True) if inside)
    return f"{reason}: the data do not tell along {combination(labels, direction / scale, direction)}"


def covariance(program: Program, optimum: Optimum) -> Array | None:
    """J (−H)⁻¹ Jᵀ on the model scale ``(p, p)``: NaN for parameters on an edge, None where all are."""
    free = optimum.free
    if not free.any():
        return None
    found = program.coordinates.covariance(optimum.z, optimum.evaluation.hessian, free)
    held = [label for label, inside in zip(program.layout.free_labels, free, strict=True) if not inside]
    positions = [program.layout.labels.index(label) for label in held]
    found[positions, :] = found[:, positions] = np.nan
    return found


def distances(optimum: Optimum, others: list[Optimum]) -> list[float]:
    """How far the other accepted optima lie from this one, in standard errors of z; infinite if on another edge."""
    free = optimum.free
    se = np.sqrt(np.diag(np.linalg.inv(-optimum.evaluation.hessian[np.ix_(free, free)])))
    accepted = [other for other in others if other.status == "ok"]
    same = [np.array_equal(other.free, free) for other in accepted]
    return [
        float(np.max(np.abs(o.z[free] - optimum.z[free]) / se, initial=0.0)) if s else float("inf")
        for o, s in zip(accepted, same, strict=True)
    ]


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
    """The leaf's start and ``count − 1`` points about two standard errors around it, in z.

    Where the likelihood says next to nothing, the prior says how far to go.
    """
    centre = program.coordinates.z(program.start)
    curvature = np.abs(np.diag(program.evaluate(centre, power=0.0).hessian))
    if not np.all(curvature > 0):
        whole = np.abs(np.diag(program.evaluate(centre, power=1.0).hessian))
        curvature = np.where(curvature > 1e-8 * whole, curvature, np.where(whole > 0, whole, 1.0))
    spread = spreads(curvature, program.layout.bounded)
    generator = np.random.default_rng(seed)
    return [centre, *(centre + spread * generator.standard_normal(len(centre)) for _ in range(count - 1))]


def spreads(curvature: Array, bounded: NDArray[np.bool_]) -> Array:
    """How far starts scatter, from second derivatives ``(…, f)``: two standard errors, in log units at most 2."""
    return np.minimum(2 / np.sqrt(np.maximum(np.abs(curvature), 1e-300)), np.where(bounded, 2.0, np.inf))


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

    try:
        with np.errstate(all="ignore"):
            result = minimize(
                lambda x: np.nan_to_num(-at(x).value, nan=np.inf),
                np.zeros_like(start),
                jac=lambda x: np.nan_to_num(-scale * at(x).gradient),
                hess=lambda x: np.nan_to_num(-scale[:, None] * at(x).hessian * scale),
                method="trust-exact",
                options={"gtol": 1e-4, "maxiter": 200},
            )
    except ValueError:  # SciPy's linear algebra, where a search has run off to numbers that are none
        return start, 0
    return start + scale * result.x, int(result.nit)


def _polish(program: Program, power: float, z: Array) -> tuple[Array, int]:
    """Full Newton steps while they shorten; at an optimum the first leaves only rounding error."""
    free = np.isfinite(z)
    evaluation = program.evaluate(z, power)
    length = newton_length(evaluation, free)
    for step in range(_POLISHING_STEPS):
        if np.isnan(length) or length < 1e-13:
            return z, step
        candidate = z + _step(evaluation, free)
        evaluation = program.evaluate(candidate, power)
        shorter = newton_length(evaluation, free)
        if not shorter < length:
            return z, step
        z, length = candidate, shorter
    return z, _POLISHING_STEPS


def _step(evaluation: Evaluation, free: NDArray[np.bool_]) -> Array:
    """The Newton step ``(f,)``, 0 for coordinates on an edge; NaN where there is none."""
    step = np.zeros(len(free))
    try:
        step[free] = -np.linalg.solve(evaluation.hessian[np.ix_(free, free)], evaluation.gradient[free])
    except np.linalg.LinAlgError:
        step[free] = np.nan
    return step


def newton_length(evaluation: Evaluation, free: NDArray[np.bool_]) -> float:
    """√(gᵀ(−H)⁻¹g) in units of the standard error; NaN unless −H is positive definite."""
    information, gradient = -evaluation.hessian[np.ix_(free, free)], evaluation.gradient[free]
    scale = np.sqrt(np.abs(np.diag(information)))
    if not (np.all(np.isfinite(information)) and np.all(scale > 0)):
        return float("nan")
    try:
        root = np.linalg.cholesky(information / np.outer(scale, scale))
    except np.linalg.LinAlgError:
        return float("nan")
    return float(np.linalg.norm(np.linalg.solve(root, gradient / scale)))


def _resolution(z: Array, evaluation: Evaluation) -> float:
    """Spacing of float64 numbers at z in standard errors: no point between them can be reached.

    Matters where an estimate has more digits before its error than float64 carries, as for a mean
    of ten million with an error of a thousandth.
    """
    free = np.isfinite(z)
    spacing = np.spacing(np.abs(z[free])) * np.sqrt(np.abs(np.diag(evaluation.hessian)[free]))
    return float(4 * np.max(spacing, initial=0.0))
