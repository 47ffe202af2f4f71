"""What stands beside the parts of a difference without being one: the scale, and the nearest edge of the support."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..density.density import Density
from ..estimators import unconstrained_mode
from ..estimators.estimate import Estimate
from ..fit.fit import Fit
from ..intervals.delta import moves, standard_errors
from ..intervals.scale import supports

Array = NDArray[np.float64]


def annotations(fit: Fit) -> tuple[str, dict[str, dict[str, float | None]]]:
    """Which estimator's standard error is the unit, and scale and edge of each quantity in it."""
    for unit in ("mle", "map"):
        estimate = fit.estimates.get(unit)
        if estimate is not None and estimate.has_errors and estimate.covariance is not None:
            se = standard_errors(fit.program, estimate.point, estimate.covariance)
            se = np.where(moves(fit.program, estimate.point, se), se, 1.0)  # what does not move is shifted by 0
            scale = _scale_shift(fit.program, fit.estimates, se)
            nearest = _edges(fit.program, fit.program.quantities(estimate.point), se)
            labels = fit.program.quantity_labels
            return unit, {
                label: {"scale": moved, "edge": edge, "edge_at": at}
                for label, moved, (edge, at) in zip(labels, scale, nearest, strict=True)
            }
    return "mle", {}


def _scale_shift(program: Density, estimates: Mapping[str, Estimate], se: Array) -> list[float | None]:
    """Mode on the unconstrained scale − MAP of every quantity, in units of ``se`` ``(q,)``."""
    top = estimates.get("map")
    if top is None or not top.has_errors:
        return [None] * len(se)
    moved = unconstrained_mode.mode(program, top.point)
    if moved.status != "ok":
        return [None] * len(se)
    shift = (program.quantities(moved.point) - program.quantities(top.point)) / se
    return [float(value) for value in shift]


def _edges(program: Density, values: Array, se: Array) -> list[tuple[float | None, float | None]]:
    """Distance to the nearest finite end of each quantity's support and prior, in units of ``se``; and that end."""
    found: list[tuple[float | None, float | None]] = []
    for ends, value, unit in zip(_ends(program), values, se, strict=True):
        distances = [(float(abs(value - end) / unit), end) for end in ends if np.isfinite(end)]
        found.append(min(distances) if distances else (None, None))
    return found


def _ends(program: Density) -> list[tuple[float, float]]:
    """Lower and upper end of every quantity; a parameter's are the tighter ones of its support and its prior."""
    declared = [(float(support.lower), float(support.upper)) for support in supports(program)]
    bounds = []
    for parameter in program.layout.parameters:
        prior = program.priors[parameter.name]
        for position, _ in enumerate(program.layout.labels_of[parameter.name]):
            bounds.append(prior.element(position).support)
    tighter = [
        (max(lower, float(own.lower)), min(upper, float(own.upper)))
        for (lower, upper), own in zip(declared, bounds, strict=False)
    ]
    return [*tighter, *declared[len(tighter) :]]
