"""The simulator and the likelihood are the same model: Bartlett's identities, over many simulated data sets.

At the truth the score of an independent unit has mean zero, and its outer product plus the Hessian too.
"""

import numpy as np
from numpy.typing import NDArray

from ..contract.program import Program
from .differences import STEP, derivative
from .finding import Measured, NotApplicableError
from .studentised import studentised
from .subject import Subject, draw

Array = NDArray[np.float64]
LEAST = 200
"""Units: of fewer, the third moment that `studentised` needs is not known."""


def simulator(subject: Subject) -> Measured:
    """z of the mean score and of score × score − information at the truth, over the units of many data sets."""
    program = subject.program
    if not program.model.regular:
        raise NotApplicableError("the data's support depends on the parameters: the score's mean is not zero")
    if program.foreign:
        raise NotApplicableError("a PyMC program draws from its own density: the two cannot differ")
    count = max(1, -(-subject.effort.units // program.units))
    datasets = draw(program, [subject.truth] * count, subject.generator(1))
    scores, excess = zip(
        *(_moments(Program(program.model, data, program.priors), subject) for data in datasets),
        strict=True,
    )
    first, second = np.concatenate(scores), np.concatenate(excess)
    if len(first) < LEAST:
        raise NotApplicableError(f"there are {len(first)} independent units in all, and {LEAST} are needed")
    labels = program.layout.free_labels
    corner = np.triu_indices(len(labels))
    away = [*studentised(first), *_second(second)[corner]]
    names = [f"mean score of {each}" for each in labels]
    names += [f"score × score of {labels[i]} and {labels[j]}" for i, j in zip(*corner, strict=True)]
    k = subject.budget.z(len(away))
    return Measured(away, [k], "z", names, f"{len(first)} units")


def _second(excess: Array) -> Array:
    """As `studentised`; of units whose square and bend cancel exactly (one Bernoulli trial) only rounding is left."""
    size = np.abs(excess).max(axis=0)
    return np.where(size > 1e-6, studentised(excess), 0.0)


def _moments(program: Program, subject: Subject) -> tuple[Array, Array]:
    """Scores ``(units, f)`` in units of a standard error of one unit, and score × score + Hessian ``(units, f, f)``."""
    z = program.coordinates.z(subject.truth)
    spread = 1 / np.sqrt(np.abs(np.diag(program.evaluate(z, 0.0).hessian)))
    unit = spread * np.sqrt(program.units)
    scores = _unit_scores(program, z) * unit
    bends = derivative(lambda at: _unit_scores(program, at), z, STEP * spread) * np.outer(unit, unit)
    return scores, scores[:, :, None] * scores[:, None, :] + bends


def _unit_scores(program: Program, z: Array) -> Array:
    coordinates = program.coordinates
    return program.score_units(coordinates.theta(z)) @ coordinates.linear @ program.layout.jacobian(z)
