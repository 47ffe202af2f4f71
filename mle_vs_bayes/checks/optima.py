"""Are the estimates maxima, the only ones that several starts find, and the same under a flat prior?"""

import numpy as np
from numpy.typing import NDArray

from ..density.density import Density
from ..estimators import maximum_a_posteriori
from ..estimators.estimate import Estimate
from ..search.newton import GRADIENT_TOLERANCE, stand
from ..search.optimum import best, distances, maximise
from ..search.problem import of_density
from ..search.starts import starts_of
from .finding import FAILED, Finding, Measured, NotApplicableError
from .subject import Subject

Array = NDArray[np.float64]
STARTS = 4
FLAT = {"real": "Flat()", "positive": "HalfFlat()", "unit": "Uniform(0, 1)"}
FLAT |= {"nonnegative": "HalfFlat()", "ordered": "Flat()", "ordered_positive": "HalfFlat()"}
FLAT |= {"stationary": "Flat()", "simplex": "Dirichlet(1)"}
"""A prior without slope by the name of a support."""


def maximum(subject: Subject) -> Measured | Finding:
    """At MLE and MAP the gradient of their density is zero, in SE, and the information positive definite."""
    lengths, limits, labels, reasons = [], [], [], []
    for name, power in (("mle", 0.0), ("map", 1.0)):
        try:
            estimate = subject.estimate(name)
        except NotApplicableError as reason:
            reasons.append(str(reason))
            continue
        if estimate.status != "ok":
            return Finding("", FAILED, None, GRADIENT_TOLERANCE, "SE", f"{name}: {estimate.reason}")
        length, resolution = away(subject.program, estimate.point, power)
        lengths.append(length)
        limits.append(GRADIENT_TOLERANCE + resolution)
        labels.append(name)
    if not lengths:
        raise NotApplicableError("; ".join(reasons))
    return Measured(lengths, limits, "SE", labels, "; ".join(reasons))


def away(program: Density, theta: Array, power: float) -> tuple[float, float]:
    """√(gᵀ(−H)⁻¹g), the Newton step in SE, NaN unless −H is positive definite; and the spacing of numbers there."""
    with np.errstate(divide="ignore"):
        z = program.coordinates.z(theta)
    free = np.isfinite(z)
    only = stand(of_density(program, power).evaluate, z[None], np.zeros(1, dtype=np.intp), program.layout.bounded)
    length = float(only.length[0])
    return (length, 0.0) if np.isnan(length) else (length, _resolution(z[free], only.hessian[0], free))


def _resolution(z: Array, hessian: Array, free: NDArray[np.bool_]) -> float:
    """Spacing of float64 numbers at z in SE, a few times: θ was rounded once, z again."""
    spacing = np.spacing(np.maximum(np.abs(z), 1.0)) * np.sqrt(np.abs(np.diag(hessian)[free]))
    return float(8 * np.max(spacing, initial=0.0))


def several_starts(subject: Subject) -> Measured:
    """The highest optimum found from several starts is found by two of them at least, and is the estimate."""
    program = subject.program
    lengths, labels, notes = [], [], []
    for name, power in (("mle", 0.0), ("map", 1.0)):
        try:
            estimate = subject.estimate(name)
        except NotApplicableError as reason:
            notes.append(str(reason))
            continue
        problem = of_density(program, power)
        optima = [maximise(problem, begin[None]) for begin in starts_of(program, STARTS, subject.seed + 1)]
        top, _ = best(optima)
        on_edge = bool(np.isinf(top.z).any())
        if not top.converged[0] or not estimate.converged or on_edge:
            notes.append(f"{name} lies on an edge" if on_edge else f"{name}: no start has an optimum")
            continue
        away_from_top = sorted(float(distances(top, each)[0]) for each in optima if each.converged[0])
        lengths += [away_from_top[1] if len(away_from_top) > 1 else float("nan"), apart(program, estimate, top.z[0])]
        labels += [f"{name}, the second best of {STARTS} starts", f"{name}, the estimate"]
        lower = sum(distance > 10 * GRADIENT_TOLERANCE for distance in away_from_top)
        notes += [f"{lower} of {STARTS} starts of {name} end at a lower maximum"] if lower else []
    if not lengths:
        raise NotApplicableError("; ".join(notes))
    # Each is accepted within GRADIENT_TOLERANCE of the same optimum, coordinate by coordinate and rounding aside.
    return Measured(lengths, [4 * GRADIENT_TOLERANCE], "SE", labels, "; ".join(notes))


def apart(program: Density, estimate: Estimate, z: Array) -> float:
    """How far θ of another optimum lies from an estimate, in its standard errors."""
    gap = np.abs(program.coordinates.theta(z) - estimate.point)
    return float(np.max(gap / estimate.se))


def flat_prior(subject: Subject) -> Measured:
    """The MAP under a prior without slope is the MLE."""
    program = subject.program
    if program.model.fixed_priors:
        raise NotApplicableError("a PyMC program says its own priors")
    unknown = [p.support.name for p in program.model.parameters if p.support.name not in FLAT]
    if unknown:
        raise NotApplicableError(f"no prior is flat on {unknown[0]}")
    mle = subject.estimate("mle")
    if not mle.has_errors:
        raise NotApplicableError("the MLE lies on the edge of its support and has no standard error")
    from ..fit import priors

    assignments = {p.name: FLAT[p.support.name] for p in program.model.parameters}
    flat = program.on(program.data, priors.resolve(program.model, assignments, program.data))
    mode = maximum_a_posteriori.fit(flat, subject.seed)
    if not mode.converged:
        raise NotApplicableError(f"no MAP under a flat prior: {mode.reason}")
    gaps = np.abs(mode.point - mle.point) / mle.se
    # Each is accepted within GRADIENT_TOLERANCE of the same optimum.
    return Measured(gaps.tolist(), [2 * GRADIENT_TOLERANCE], "SE", list(subject.labels))
