"""Do the densities say what they should? Two likelihoods, two priors, derivatives, and what the sampler is given.

Nothing here is random but the points; tolerances are those of float64 arithmetic.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..compile_cache import quick
from ..density import parity
from ..density.density import Density
from ..errors import ModelError
from ..quiet import quiet
from ..search.starts import starts_of
from .finding import FAILED, Finding, Measured, NotApplicableError, refused
from .subject import Subject

Array = NDArray[np.float64]
STEP = 0.02
"""Standard errors that central differences step by.

In units of a standard error the log density is of order n and its k-th derivative of order n^(1 − k/2), so with a step
of 0.02 SE the fifth derivative adds 0.02⁴/30 × O(n^-1.5) = 5e-9 × O(n^-1.5), far below `DERIVATIVE`. Rounding adds what
`rounding` says: it grows with the log density.
"""
DERIVATIVE = 1e-6
"""What a derivative may be off its central differences, beside rounding."""
POINTS = 3
DIGITS = 1e-10
"""Difference of two densities, relative to 1 + their size: a few thousand times the rounding of a float64 sum."""


def likelihoods(subject: Subject) -> Measured | Finding:
    """NumPy's and PyMC's likelihood agree unit by unit, at 20 points."""
    if not subject.program.two_likelihoods:
        raise NotApplicableError("there is one likelihood; log_likelihood beside the program would be the second")
    try:
        gap = parity.check(subject.program)
    except ModelError as error:
        return Finding("", FAILED, None, parity.TOLERANCE, "relative", refused(error))
    return Measured([gap or 0.0], [parity.TOLERANCE], "relative", [f"{parity.POINTS} points"])


def priors(subject: Subject) -> Measured:
    """PyMC's log prior is SciPy's."""
    program = subject.program
    layout = program.layout
    if program.model.fixed_priors:
        raise NotApplicableError("a PyMC program says its priors once")
    for p in layout.parameters:
        if not program.priors[p.name].worded_twice:
            raise NotApplicableError(f"no second wording of {program.priors[p.name]}")
    differences, labels = [], []
    for z in points(program, parity.POINTS):
        theta = program.coordinates.theta(z)
        ours, theirs = _scipy(program, theta), program.log_prior(theta)
        if np.isfinite(ours):
            differences.append(abs(ours - theirs) / (1 + abs(ours)))
            labels.append(_at(program, theta))
    return Measured(_some(differences), [DIGITS], "relative", labels)


def _scipy(program: Density, theta: Array) -> float:
    layout = program.layout
    return sum(program.priors[p.name].log_density(theta[layout.slices[p.name]]) for p in layout.parameters)


def gradients(subject: Subject) -> Measured:
    """The compiled gradient of log-likelihood + power · log prior is that of central differences of its values."""
    program = subject.program
    if not program.exact_gradient:
        raise NotApplicableError("the gradient itself is made of differences: the likelihood has no other")
    differences, limits, labels = [], [], []
    for power, words in ((0.0, "likelihood"), (1.0, "posterior")):
        unit = _units(program, power)
        for z in points(program, POINTS):
            exact = program.evaluate(z, power)
            numeric = derivative(partial(_value, program, power), z, STEP * unit)
            coarse = derivative(partial(_value, program, power), z, 2 * STEP * unit)
            if not (np.isfinite(exact.value) and np.all(np.isfinite(numeric + coarse))):
                continue
            relative = unit / (1 + np.abs(exact.gradient) * unit)
            differences += (np.abs(numeric - exact.gradient) * relative).tolist()
            # Twice the step errs sixteen times as much: the difference is an upper bound on what this step errs.
            limits += (DERIVATIVE + rounding(program, z) + np.abs(numeric - coarse) * relative).tolist()
            labels += [f"{words}, {label}" for label in program.layout.free_labels]
    return Measured(_some(differences), limits, "relative", labels)


def _value(program: Density, power: float, z: Array) -> float:
    return program.evaluate(z, power).value


def sampled(subject: Subject) -> Measured:
    """The density that PyMC samples is likelihood × prior, up to a constant: no Jacobian, no term left over."""
    program = subject.program
    if program.sampled_model is not program.pymc_model:
        raise NotApplicableError("it is sampled with the latent variables that the likelihood has integrated out")
    with quiet():
        logp = program.sampled_model.compile_fn(
            program.sampled_model.logp(jacobian=False), mode=quick(), point_fn=True, on_unused_input="ignore"
        )
        gaps, sizes, labels = [], [], []
        for z in points(program, parity.POINTS):
            theta = program.coordinates.theta(z)
            point = _transformed(program, theta)
            ours = program.log_likelihood(theta) + program.log_prior(theta)
            if np.isfinite(ours):
                gaps.append(float(logp(point)) - ours)
                sizes.append(abs(ours))
                labels.append(_at(program, theta))
    _some(gaps)
    # The same constant may lie between the two everywhere: what counts is how far the gaps stray from the first.
    spread = np.abs(np.array(gaps) - gaps[0]) / (1 + np.maximum(np.array(sizes), sizes[0]))
    return Measured(spread.tolist(), [DIGITS], "relative", labels)


def _transformed(program: Density, theta: Array) -> dict[str, Array]:
    """The point as PyMC's own functions take it, on the scale on which it samples."""
    from pymc.initial_point import make_initial_point_fn

    overrides = {program.sampled_model[k]: np.asarray(v) for k, v in program.layout.split(theta).items()}
    of = make_initial_point_fn(model=program.sampled_model, overrides=overrides, return_transformed=True)
    return dict(of(0))


def points(program: Density, count: int) -> list[Array]:
    """Points z about half a standard error around the start, of which those with a finite density are of use."""
    centre, *around = starts_of(program, count + 1, seed=0)
    return [centre + (z - centre) / 4 for z in around]


def _units(program: Density, power: float) -> Array:
    """One standard error of each coordinate as if the others were known."""
    curvature = np.abs(np.diag(program.evaluate(program.coordinates.z(program.start), power).hessian))
    return np.asarray(1 / np.sqrt(np.where(np.isfinite(curvature) & (curvature > 0), curvature, 1.0)))


def _some(differences: list[float]) -> list[float]:
    if not differences:
        raise NotApplicableError("the density is finite at none of the random points")
    return differences


def _at(program: Density, theta: Array) -> str:
    values = [f"{label} = {value:.3g}" for label, value in zip(program.layout.labels, theta, strict=True)]
    return f"at {', '.join(values[:4])}{', …' * (len(values) > 4)}"


def derivative(of: Callable[[Array], Array | float], point: Array, steps: Array) -> Array:
    """Fourth-order central differences of a function of ``(p,)``: ``(…, p)``, off by h⁴/30 of the fifth derivative."""

    def along(j: int) -> Array:
        step = np.zeros_like(point)
        step[j] = steps[j]
        near = np.asarray(of(point + step)) - of(point - step)
        far = np.asarray(of(point + 2 * step)) - of(point - 2 * step)
        return np.asarray((8 * near - far) / (12 * steps[j]))

    return np.stack([along(j) for j in range(len(point))], axis=-1)


def rounding(program: Density, z: Array) -> float:
    """What rounding adds to a difference of the log density, in SE units: each term is good to a few 2⁻⁵³ of itself.

    The four values weigh (8 + 8 + 1 + 1)/12 together; a sum of n terms rounds by at most log₂ n times 2⁻⁵³.
    """
    units = program.log_likelihood_units(program.coordinates.theta(z))
    digits = (8 + np.log2(len(units) + 1)) * 2.0**-53
    return float(1.5 * digits * np.sum(np.abs(units)) / STEP)
