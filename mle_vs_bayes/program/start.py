"""Where searches begin in a program whose author need not have said: finite, and near enough whatever the units.

PyMC's own point knows the priors only, and under flat ones is 0 or 1: thousands of standard errors away where y is in
the millions. From it, or from the best of some prior draws where it is not finite, Newton steps with the absolute
values of the Hessian's eigenvalues [1]_ climb into the neighbourhood of a mode; they know no units either.

Evaluations are paid for out of an `EvaluationBudget`: a climb ends where that does.

.. [1] Dauphin et al. (2014), Identifying and attacking the saddle point problem in high-dimensional non-convex
   optimization, NeurIPS.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..density.density import Evaluation
from ..errors import ModelError
from ..model.parameter import Parameter
from ..model.support import nonnegative, positive
from .budget import EvaluationBudget
from .program_density import ProgramDensity
from .program_model import initial_point

Array = NDArray[np.float64]

DRAWS = 20
_STEPS, _HALVINGS = 100, 25
_NEAR = 0.05
"""Standard errors from a mode: the climb ends there, and searches go on."""
_HOPELESS = 1e6
"""Nats by which a start must be worse than another to be given up."""
_LONGEST = 3.0
"""Longest step of a bounded coordinate: a factor of 20."""


def usable_start(density: ProgramDensity) -> Array:
    """θ ``(p,)`` with a finite density: PyMC's own point, else the best of some that Stan and PyMC start from.

    PyMC's point is where the priors have their means, which under vague ones (a Weibull's shape of 1,000) may be so far
    out that no search finds back; unless the author chose it, one that 0 and 1 beat by more than `_HOPELESS` is left.

    Raises
    ------
    ModelError
        There is none; the sentence names the term, its value and the datum.
    """
    first, origin = density.layout.join(density.model.point), _around_zero(density)
    chosen = any(value is not None for value in density.model.program.rvs_to_initial_values.values())
    height = _height(density, first)
    if np.isfinite(height) and (chosen or not _height(density, origin[0]) > height + _HOPELESS):
        return first
    points = [*origin, *_around(density, first), *_from_prior(density)]
    heights = np.array([_height(density, point) for point in points])
    if not np.isfinite(heights).any():
        raise ModelError(_sentence(density, first))
    return points[int(np.nanargmax(np.where(np.isfinite(heights), heights, -np.inf)))]


def climbed(density: ProgramDensity, start: Array, budget: EvaluationBudget) -> Array:
    """θ ``(p,)`` near a mode of the joint density, or ``start`` where the climb leads nowhere or costs too much."""
    z = density.coordinates.z(start)
    if not np.all(np.isfinite(z)) or not budget.affords(1, "the climb from PyMC's point towards a mode"):
        return start
    evaluation = density.evaluate(z, 1.0)
    for _ in range(_STEPS):
        step, length = _step(evaluation, density.layout.bounded)
        if not np.isfinite(length):
            return start
        if length < _NEAR:
            break
        trials = budget.evaluations(_HALVINGS)
        moved, evaluations = _moved(density, z, evaluation, step, trials)
        budget.spend(evaluations)
        if moved is None:
            if trials < _HALVINGS:
                budget.left_out.append("the end of the climb towards a mode")
            break
        z, evaluation = moved
    theta = density.coordinates.theta(z)
    return theta if np.all(np.isfinite(theta)) and np.all(np.isfinite(evaluation.hessian)) else start


def _step(evaluation: Evaluation, bounded: NDArray[np.bool_]) -> tuple[Array, float]:
    """The saddle-free Newton step ``(f,)`` and its length in standard errors; NaN where there is none."""
    if not (np.all(np.isfinite(evaluation.hessian)) and np.all(np.isfinite(evaluation.gradient))):
        return np.zeros_like(evaluation.gradient), float("nan")
    # Coordinates are divided by their own curvature first, so that units do not decide which eigenvalues count as 0.
    # Along an eigenvector the step is gradient / |eigenvalue|: where the density bends upwards it goes up, too.
    scale = np.sqrt(np.abs(np.diag(evaluation.hessian)))
    scale = np.where(scale > 0, scale, 1.0)
    values, vectors = np.linalg.eigh(evaluation.hessian / np.outer(scale, scale))
    size = np.maximum(np.abs(values), 1e-8 * np.max(np.abs(values), initial=1e-300))
    along = vectors.T @ (evaluation.gradient / scale)
    step = vectors @ (along / size) / scale
    longest = np.max(np.abs(step[bounded]), initial=0.0)
    return step * min(1.0, _LONGEST / longest if longest > 0 else 1.0), float(np.sqrt(np.sum(along**2 / size)))


def _moved(
    density: ProgramDensity, z: Array, current: Evaluation, step: Array, trials: int
) -> tuple[tuple[Array, Evaluation] | None, int]:
    """The first of ever shorter steps that climbs, with the density there, or None; and how many were tried."""
    for halving in range(trials):
        trial = z + step * 0.5**halving
        ahead = density.evaluate(trial, 1.0)
        if np.isfinite(ahead.value) and ahead.value > current.value and np.all(np.isfinite(ahead.gradient)):
            return (trial, ahead), halving + 1
    return None, trials


def _height(density: ProgramDensity, theta: Array) -> float:
    with np.errstate(all="ignore"):
        return float(np.sum(density.compiled.unit_values(theta)) + density.log_prior(theta))


def _around_zero(density: ProgramDensity) -> list[Array]:
    """The origin of the unconstrained scale and points up to 2 around it, as Stan starts its chains."""
    generator, size = np.random.default_rng(0), density.layout.free_size
    points = [np.zeros(size), *generator.uniform(-2, 2, (DRAWS, size))]
    with np.errstate(all="ignore"):
        return [density.coordinates.theta(z) for z in points]


def _around(density: ProgramDensity, theta: Array) -> list[Array]:
    """Points one unit of the unconstrained scale around, as PyMC jitters its chains' starts."""
    generator = np.random.default_rng(0)
    with np.errstate(all="ignore"):
        z = density.coordinates.z(theta)
        return [density.coordinates.theta(z + generator.uniform(-1, 1, len(z))) for _ in range(DRAWS)]


def _from_prior(density: ProgramDensity) -> list[Array]:
    """Draws of the priors; none where one cannot be drawn from."""
    points = []
    for seed in range(DRAWS):
        try:
            points.append(density.layout.join(initial_point(density.model.program, "prior", seed)))
        except (NotImplementedError, TypeError, ValueError):
            break
    return points


def _sentence(density: ProgramDensity, theta: Array) -> str:
    first = list(zip(density.layout.labels, theta, strict=True))[:4]
    at = ", ".join(f"{label} = {value:.4g}" for label, value in first)
    more = ", …" if len(theta) > 4 else ""
    term = _bad_term(density, theta)
    return (
        f"the log density of {density.model.name} is not finite at the start ({at}{more}): {term}; correct the data, "
        "or give the variables concerned an initval= inside the support."
    )


def _bad_term(density: ProgramDensity, theta: Array) -> str:
    """The first term that is not finite, its value, and the datum where it has one."""
    from .graphs.differentiate import function, guarded

    for name, graph in density.compiled.graphs.terms.items():
        values = np.ravel(guarded(function(density.compiled.graphs.vector, graph), (1,))(theta))
        bad = np.flatnonzero(~np.isfinite(values))
        if bad.size:
            data = np.ravel(density.model.observed.get(name, np.zeros(0)))
            seen = f" for {name}[{bad[0]}] = {data[bad[0]]:.6g}" if data.size == values.size else ""
            return f"the term {name} is {_number(values[bad[0]])}{seen}"
    return f"the prior's log density is {_number(density.log_prior(theta))}"


def _number(value: float) -> str:
    return "not a number" if np.isnan(value) else "−inf" if value < 0 else "+inf"


def close_edges(density: ProgramDensity, theta: Array) -> tuple[Parameter, ...]:
    """The program's parameters, those that may be 0 with a support that says so; the others are at θ ``(p,)``.

    They are a standard deviation between groups, a rate of what never happened. PyMC samples them on a logarithmic
    scale, so that a search would run off for ever where the likelihood is highest at 0 itself. Where it is finite
    there, the end belongs to the support, as it does in the catalogue.
    """
    return tuple(
        replace(p, support=nonnegative) if p.support is positive and _finite_at_zero(density, p, theta) else p
        for p in density.model.parameters
    )


def _finite_at_zero(density: ProgramDensity, parameter: Parameter, theta: Array) -> bool:
    at = np.array(theta, dtype=float)
    at[density.layout.slices[parameter.name]] = 0.0
    return bool(np.all(np.isfinite(density.compiled.unit_values(at))))
