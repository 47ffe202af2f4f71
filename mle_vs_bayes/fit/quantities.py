"""From one estimate to rows, by `row_table` with R = 1: parameters first, then derived quantities."""

from typing import Any

import numpy as np

from .. import intervals, optional_parts
from ..density.density import Density
from ..estimators.estimate import Estimate
from ..intervals.interval import Ends, Interval, IntervalRequest, refused
from ..intervals.wald import wald_transformed
from ..rows import MODEL_SCALE, Row, rows_of
from ..sampling.diagnostics import Diagnostics, diagnose
from ..sampling.draws import by_label
from . import row_table
from .row_table import Context, Subjects


def rows(name: str, estimate: Estimate, program: Density, context: Context, scale: str = MODEL_SCALE) -> list[Row]:
    """The rows of one estimator, by quantity; a fit without an answer has one row per quantity.

    ``scale`` is the one on which the estimate is a mode, and its interval symmetric.
    """
    subjects = Subjects(program, context, [None], [program.data], [context.truth or {}])
    numbers, fits = _numbers(estimate, subjects), _fits(estimate)
    blocks = [
        row_table.block(name, kind, subjects, fits, numbers, Ends.of([ends]), scale=scale)
        for kind, ends in _intervals(name, estimate, subjects, scale)
    ]
    return rows_of(row_table.together(blocks))


def _fits(estimate: Estimate) -> dict[str, list[Any]]:
    fits: dict[str, Any] = {
        "status": estimate.status,
        "reason": estimate.reason,
        "iterations": estimate.iterations,
        "gradient": estimate.gradient,
        "path": "single",
    }
    if estimate.tree is not None:
        fits["divergences"] = int(estimate.tree["sample_stats"]["diverging"].sum())
    return {column: [value] for column, value in fits.items()}


def _intervals(name: str, estimate: Estimate, subjects: Subjects, scale: str) -> list[tuple[str, list[Interval]]]:
    """Each kind with one interval per quantity; where one cannot be computed its rows say so, and the others stand.

    After Ctrl-C there are the kinds that are made of a covariance or of draws, and the others are not begun.
    """
    program, context = subjects.program, subjects.context
    request = IntervalRequest(program, estimate, context.level, context.seed, context.resamples)
    if not estimate.converged:
        return [("none", [Interval() for _ in program.quantity_labels])]
    if scale != MODEL_SCALE:
        return [("laplace", wald_transformed(request))]

    def computed(kind: str) -> list[Interval]:
        compute = intervals.KINDS[kind].compute

        def without(reason: str) -> list[Interval]:
            return refused(request, "failed", reason)

        long = kind not in (*intervals.DEFAULTS, *intervals.STUDIED)
        return optional_parts.spare(
            lambda: optional_parts.attempt(lambda: compute(request), without), without, long=long
        )

    known = row_table.kinds_of(name, subjects, _covariance(estimate)[None], np.array([True]))
    return [(kind, computed(kind)) for kind in known]


def _covariance(estimate: Estimate) -> Any:
    """``(p, p)``, NaN where there is none."""
    size = len(estimate.labels)
    return np.full((size, size), np.nan) if estimate.covariance is None else estimate.covariance


def _numbers(estimate: Estimate, subjects: Subjects) -> dict[str, Any]:
    """Estimate, standard error and Monte-Carlo columns of each quantity, ``(1, q)``."""
    program = subjects.program
    if not estimate.converged:
        return {}
    if estimate.tree is not None:
        return row_table.of_draws(_summaries(estimate, program), [program.missing_moments])
    if estimate.distributions:
        return _of_distributions(estimate, program)
    covariance, ok = _covariance(estimate)[None], np.array([True])
    return row_table.of_points(subjects, estimate.point[None], covariance, ok, [estimate.no_error])


def _summaries(estimate: Estimate, program: Density) -> Diagnostics:
    """Of the draws of one posterior, ``(1, q)`` each."""
    draws = by_label(estimate.tree)  # type: ignore[arg-type]
    with np.errstate(all="ignore"):  # a correlation with itself is 1 in every draw
        scalars = diagnose(np.stack([draws[label] for label in program.quantity_labels]))
    return Diagnostics(**{name: values[None] for name, values in vars(scalars).items()})


def _of_distributions(estimate: Estimate, program: Density) -> dict[str, Any]:
    """From exact posteriors; of a quantity without one nothing, and its interval says why."""
    exact = [estimate.distributions.get(label) for label in program.quantity_labels]
    with np.errstate(all="ignore"):  # moments that do not exist, which are not shown
        numbers = {
            name: np.array([[np.nan if each is None else float(getattr(each, of)()) for each in exact]])
            for name, of in (("estimate", "mean"), ("se", "std"), ("median", "median"))
        }
    columns = row_table.of_moments(numbers, [program.missing_moments])
    columns["reason"][0, [each is None for each in exact]] = None
    return columns
