"""The simulator and the likelihood are the same model: Bartlett's identities, over many simulated data sets.

At the truth the score of an independent unit has mean zero, and its outer product plus the Hessian too.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset, below
from ..density.density import Density
from .densities import STEP, derivative
from .finding import Measured, NotApplicableError
from .subject import Subject, draw

Array = NDArray[np.float64]
Scores = Callable[[Array], Array]
ROWS = 20_000
"""Rows of the data sets that are looked at together."""
LEAST = 200
"""Units: of fewer, the third moment that `studentised` needs is not known."""


def simulator(subject: Subject) -> Measured:
    """z of the mean score and of score × score − information at the truth, over the units of many data sets."""
    program = subject.program
    if not program.model.regular:
        raise NotApplicableError("the data's support depends on the parameters: the score's mean is not zero")
    if program.draws_from_likelihood:
        raise NotApplicableError("a PyMC program draws from its own density: the two cannot differ")
    count = max(1, -(-subject.effort.units // program.units))
    datasets = _together(program, draw(program, [subject.truth] * count, subject.generator(1)))
    scores, excess = zip(
        *(_moments(_scores_of(program, data), program, subject) for data in datasets),
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


def _together(program: Density, datasets: Sequence[Dataset]) -> Sequence[Dataset]:
    """The units in as few data sets as can be, where a group more costs less than a call.

    It does where a likelihood has formulas, or eliminates effects of nested groupings: crossed ones make one matrix.
    """
    groups = program.model.groups
    if not (program.model.has_derivatives or (groups is not None and groups.nested is not None)):
        return datasets
    many = max(1, ROWS // program.data.n)
    return [below(datasets[k : k + many]) for k in range(0, len(datasets), many)]


def _second(excess: Array) -> Array:
    """As `studentised`; of units whose square and bend cancel exactly (one Bernoulli trial) only rounding is left."""
    size = np.abs(excess).max(axis=0)
    return np.where(size > 1e-6, studentised(excess), 0.0)


def _scores_of(program: Density, data: Dataset) -> Scores:
    """The scores of the units of a data set ``(units, f)`` as a function of z: ∇_z = ∇_θ M ∂w/∂z."""
    scores = program.score_units_on(data)

    def of(z: Array) -> Array:
        return scores(program.coordinates.theta(z)) @ program.coordinates.linear @ program.coordinates.jacobian(z)

    return of


def _spread(program: Density, z: Array) -> Array:
    """About one standard error of each coordinate ``(f,)``."""
    return np.asarray(1 / np.sqrt(np.abs(np.diag(program.evaluate(z, 0.0).hessian))))


def _moments(scores_at: Scores, program: Density, subject: Subject) -> tuple[Array, Array]:
    """Scores ``(units, f)`` in units of a standard error of one unit, and score × score + Hessian ``(units, f, f)``."""
    z = program.coordinates.z(subject.truth)
    spread = _spread(program, z)
    unit = spread * np.sqrt(program.units)
    # In units of a standard error of one unit all entries are of size 1, and one budget of false alarms serves them
    # all.
    scores = scores_at(z) * unit
    bends = derivative(scores_at, z, STEP * spread) * np.outer(unit, unit)
    return scores, scores[:, :, None] * scores[:, None, :] + bends


def studentised(terms: Array) -> Array:
    """z statistics ``(…)`` of the claim that independent ``terms`` ``(n, …)`` have mean zero.

    Student's statistic with its skewness removed, so that normal quantiles hold far out in the tail. Of skewed terms
    (squares of scores) Student's statistic is skewed itself: at 4.4 standard errors and a hundred terms it leaves a
    normal's tail by a factor of hundreds. Hall's monotone cubic of it, below, has an error of order 1/n.

    Terms that are all zero to rounding give 0: nothing varies and nothing is off.
    """
    count = len(terms)
    mean, spread = terms.mean(axis=0), terms.std(axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    skewness = np.mean(((terms - mean) / scale) ** 3, axis=0)
    # t + γ t²/3 + γ² t³/27 + γ/6n is Hall's transformation: cubic in t, rising everywhere, without the term of 1/√n.
    t = mean / scale
    cubic = t + skewness * t**2 / 3 + skewness**2 * t**3 / 27 + skewness / (6 * count)
    return np.where(spread > 0, np.sqrt(count) * cubic, np.where(mean == 0, 0.0, np.inf))
