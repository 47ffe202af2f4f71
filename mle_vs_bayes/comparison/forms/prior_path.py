"""The road from MLE to MAP to prior as tidy rows, for the figure: one row per power and quantity."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ...fit.fit import Fit
from ...rows import MODEL_SCALE, Row
from ...search import prior_path

if TYPE_CHECKING:
    import pandas

COLUMNS = ("model", "n", "parameter", "estimator", "power", "estimate", "se", "truth", "status", "reason")
STATIONS = {"mle": 0.0, "map": 1.0, "posterior": 1.0}
"""The estimators that stand beside the road, and at which power of the prior."""


def rows(fit: Fit, powers: Sequence[float] = prior_path.POWERS) -> "pandas.DataFrame":
    """`COLUMNS`: the mode at each power (``estimator`` is ``path``), then MLE, MAP and posterior mean.

    A power without a mode has NaN, its status and the reason.
    """
    import pandas

    shared = {"model": fit.program.model.name, "n": fit.program.data.size}
    found = [{**shared, **row} for row in (*_steps(fit, powers), *_stations(fit))]
    frame = pandas.DataFrame(found, columns=list(COLUMNS))
    return frame.astype(dict.fromkeys(("power", "estimate", "se", "truth"), "float64"))


def _steps(fit: Fit, powers: Sequence[float]) -> Iterator[dict[str, Any]]:
    program = fit.program
    for step in prior_path.path(program, powers):
        for label, value in zip(program.quantity_labels, program.quantities(step.point), strict=True):
            told = {"parameter": label, "estimator": "path", "power": step.power, "estimate": float(value)}
            yield {**told, "status": step.status, "reason": step.reason}


def _told(fit: Fit) -> list[Row]:
    return [row for row in fit.rows if row.estimator in STATIONS and row.scale == MODEL_SCALE]


def _stations(fit: Fit) -> Iterator[dict[str, Any]]:
    """One row of each station and quantity, whatever its intervals; none of a mean that does not exist."""
    for row in {(r.estimator, r.parameter): r for r in _told(fit)}.values():
        if row.estimate is None and row.median is not None:
            continue  # a posterior without a mean has no place on a path of modes
        told = {"parameter": row.parameter, "estimator": row.estimator, "power": STATIONS[row.estimator]}
        number = {"estimate": row.estimate, "se": row.se, "truth": row.truth}
        yield {**told, **number, "status": "ok" if row.estimate is not None else row.status, "reason": row.reason}
