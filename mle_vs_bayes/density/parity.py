"""Parity first: the NumPy and the PyMC likelihood must say the same before any estimate is compared.

It turns "the estimators disagree" into "the models differ" or "the methods differ".
"""

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from .density import Density, Index

Array = NDArray[np.float64]
TOLERANCE = 1e-10
"""Of |a − b| relative to 1 + |a|, for each unit: a few thousand times the rounding of a float64 sum of terms."""
POINTS = 20
MOST_UNITS = 5_000
"""Of more rows than this so many are compared, drawn with a fixed seed: two wordings that differ do so in many rows."""


def random_points(program: Density, count: int = POINTS, seed: int = 0) -> list[Array]:
    """``count`` points z around the start: one unit of the unconstrained scale, or two SE on a real one."""
    generator = np.random.default_rng(seed)
    z = program.coordinates.z(program.start)
    curvature = np.abs(np.diag(program.evaluate(z, power=0).hessian))
    scale = np.where(program.layout.bounded, 0.5, 2 / np.sqrt(np.maximum(curvature, 1e-300)))
    return [z + scale * generator.standard_normal(len(z)) for _ in range(count)]


def check(program: Density) -> float | None:
    """The largest |a − b| / (1 + |a|) over units and points; None where there is only one likelihood.

    The units are all of them, or `MOST_UNITS` drawn from more rows that belong to no groups.

    Raises
    ------
    ModelError
        When it exceeds `TOLERANCE`; the sentence names the unit, the point and both values.
    """
    if not program.two_likelihoods:
        return None
    worst, allowance, rows = 0.0, rounding(program), _some_rows(program)
    for z in random_points(program):
        w = program.coordinates.working(z)
        ours, theirs = program.working_units(w, rows), program.pymc_units(w, rows)
        if ours.shape != theirs.shape:
            raise ModelError(_shapes(program, ours, theirs))
        # Outside the domain of a link (a mean below 0 under the identity) neither wording has a value.
        same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
        gap = np.where(same, 0.0, np.maximum(np.abs(ours - theirs) - allowance, 0) / (1 + np.abs(ours)))
        gap = np.where(np.isnan(gap), np.inf, gap)
        worst = max(worst, float(gap.max()))
        if worst > TOLERANCE:
            place = int(gap.argmax())
            unit = place if rows is None else int(rows[place])
            raise ModelError(_sentence(program, z, unit, ours[place], theirs[place]))
    return worst


def _some_rows(program: Density) -> Index | None:
    """The places of the rows that are compared; None for all, as where rows of a group or series belong together."""
    n, labelled = program.data.n, program.data.coords.keys() & program.data.keys()
    if n <= MOST_UNITS or labelled or program.model.unit != "row" or program.units != n:
        return None
    return np.sort(np.random.default_rng(0).choice(n, MOST_UNITS, replace=False))


def _shapes(program: Density, ours: Array, theirs: Array) -> str:
    return (
        f"log_likelihood of {program.model.name} gives {ours.size} values, the PyMC likelihood {theirs.size}; return "
        "one for each unit, in the order of the observed variables."
    )


def rounding(program: Density) -> float:
    """What rounding alone may cost a unit: counts k enter through log k!, which is of size k log k."""
    counts = [c.role for c in program.model.columns if "count" in c.kind.name and c.role in program.data]
    largest = max((float(program.data[role].max()) for role in counts), default=0.0)
    return float(8 * np.finfo(float).eps * largest * np.log1p(largest))


def _sentence(program: Density, z: Array, unit: int, ours: float, theirs: float) -> str:
    theta = program.coordinates.theta(z)
    at = ", ".join(f"{label}={value:.6g}" for label, value in zip(program.layout.labels, theta, strict=True))
    return (
        f"the two likelihoods of {program.model.name} differ in unit {unit + 1} at {at}: "
        f"log_likelihood gives {ours:.12g}, the PyMC likelihood {theirs:.12g}; correct one of them."
    )
