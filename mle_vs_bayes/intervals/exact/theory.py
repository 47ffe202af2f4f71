"""Intervals that theory gives: which parameters a formula is for, and what it says of quantities derived from them.

A model declares the exact interval of each parameter in ``exact_intervals``; a kind of interval serves the parameters
declared for its family, and is not applicable elsewhere. A derived quantity that moves with one such parameter alone,
and only up or only down, has the mapped ends, as exact as the parameter's own.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from ...density.density import Density
from ..interval import Compute, Interval, IntervalRequest, refused

Array = NDArray[np.float64]
Ends = dict[str, tuple[float, float]]
"""Lower and upper end by a parameter's label."""
Formula = Callable[[Density, str, float], Ends | str]
"""Density, parameter's name and level → the ends of its elements, or why the formula does not hold here."""
_GRID = 33


def theoretical(family: str, formula: Formula) -> Compute:
    """The kind of interval that ``formula`` gives, for parameters whose exact interval is called ``family``."""

    def compute(request: IntervalRequest) -> list[Interval]:
        declared = [name for name, kind in request.program.model.exact_intervals.items() if kind == family]
        if not declared:
            reason = f"no parameter of {request.program.model.name} is one that this formula is for"
            return refused(request, "not_applicable", reason)
        return assembled(request, dict.fromkeys(declared, formula))

    return compute


def assembled(request: IntervalRequest, formulas: Mapping[str, Formula]) -> list[Interval]:
    """All quantities from the formulas of some parameters, by their names."""
    program, ends, reasons = request.program, Ends(), dict[str, str]()
    for name, formula in formulas.items():
        answer = formula(program, name, request.level)
        if isinstance(answer, str):
            reasons |= dict.fromkeys(program.layout.labels_of[name], answer)
        else:
            ends |= answer
    mapped = _derived(program, ends)
    default = next(iter(reasons.values()), "this formula is not for it")
    return [
        _interval(mapped[label]) if label in mapped else _none(reasons.get(label, default))
        for label in program.quantity_labels
    ]


def _derived(program: Density, ends: Ends) -> Ends:
    """The ends with those of derived quantities that follow from one of them."""
    labels, size = program.quantity_labels, program.layout.size
    mapped = dict(ends)
    moving = {label: _along(program, label, *ends.get(label, (np.nan, np.nan))) for label in program.layout.labels}
    for position in range(size, len(labels)):
        movers = [label for label, path in moving.items() if np.any(path[:, position] != path[0, position])]
        if len(movers) == 1 and movers[0] in ends:
            path = moving[movers[0]][:, position]
            steps = np.sign(np.diff(path))
            if np.all(steps == steps[0]):
                mapped[labels[position]] = (min(path[0], path[-1]), max(path[0], path[-1]))
    return mapped


def _along(program: Density, label: str, lower: float, upper: float) -> Array:
    """All quantities ``(_GRID, q)`` as one parameter goes from end to end (a little way where it has no ends)."""
    position, point = program.layout.labels.index(label), program.start
    if np.isnan(lower):
        lower, upper = point[position], point[position] + 1e-3 * (1 + abs(point[position]))
    points = np.tile(point, (_GRID, 1))
    points[:, position] = np.linspace(lower, upper, _GRID)
    with np.errstate(all="ignore"):
        return np.array([program.quantities(each) for each in points])


def _none(reason: str) -> Interval:
    return Interval(status="not_applicable", reason=reason)


def _interval(ends: tuple[float, float]) -> Interval:
    lower, upper = (float(end) if np.isfinite(end) else None for end in ends)
    return Interval(lower=lower, upper=upper)
