"""From estimates of R data sets to rows: parameters first, then derived quantities. One data set is R = 1."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import intervals, optional_parts
from ..concerns import Concern
from ..density.density import Density
from ..estimators.estimate import Estimate
from ..estimators.exact import ExactPosteriors
from ..estimators.modes import Modes
from ..intervals.credible import of_exact
from ..intervals.interval import Ends, Interval, IntervalRequest, supports
from ..intervals.profile.profile import POWERS, at_once, walked
from ..intervals.wald import Arithmetic, symmetric, transformed
from ..model.moments import concerns
from ..rows import MODEL_SCALE, Row, rows_of
from . import row_table
from .row_table import Context, Subjects
from .sampled import Reading, Sampled

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = NDArray[np.intp]
OF_NORMAL: dict[str, Arithmetic] = {
    "wald": symmetric,
    "laplace": symmetric,
    "wald_transformed": transformed,
    "laplace_transformed": transformed,
}
"""Kinds that follow from estimates and standard errors alone."""


def rows(name: str, estimate: Estimate, program: Density, context: Context, scale: str = MODEL_SCALE) -> list[Row]:
    """The rows of one estimator of one data set; a fit without an answer has one row per quantity.

    ``scale`` is the one on which the estimate is a mode, and its interval symmetric.
    """
    subjects = Subjects.one(program, context)
    if estimate.exact is not None:
        return rows_of(of_exact_posteriors(name, subjects, estimate.exact))
    if estimate.tree is None:
        return rows_of(of_optima(name, subjects, Modes.one(estimate), scale))
    reading = Reading(context.level, intervals.of(name, context.kinds))
    sampled = Sampled.blank(program.quantity_labels, np.zeros(1, dtype=np.intp), reading)
    sampled.put(0, estimate)
    return rows_of(of_draws(name, subjects, sampled))


def of_optima(name: str, subjects: Subjects, modes: Modes, scale: str = MODEL_SCALE) -> dict[str, Any]:
    """Columns of the rows of R optima: Wald intervals all at once, other kinds as `_ends` can."""
    ok = np.array([status == "ok" for status in modes.status])
    numbers = row_table.of_points(subjects, modes.theta, modes.covariance, ok, modes.no_error)
    fits = _fits(modes) | {"iterations": modes.iterations, "gradient": modes.gradient}
    kinds = row_table.kinds_of(name, subjects, numbers, modes.covariance, ok)
    if scale != MODEL_SCALE:  # a mode of another density has the one interval that is symmetric on its own scale
        ends = _of_normal(transformed, subjects, numbers, modes, ok)
        return row_table.together([row_table.block(name, "laplace", subjects, fits, numbers, ends, scale=scale)])
    blocks = []
    for kind, members in kinds.items():
        # Where supports follow the data, every data set has a scale of its own.
        own_scales = OF_NORMAL.get(kind) is transformed and subjects.program.model.supports(subjects.datasets[0])
        if kind in OF_NORMAL and not own_scales:
            ends = _of_normal(OF_NORMAL[kind], subjects, numbers, modes, ok)
        else:
            ends = _ends(kind, subjects, modes, ok[:, None] & members)
        blocks.append(row_table.block(name, kind, subjects, fits, numbers, ends, members))
    return row_table.together(blocks)


def of_draws(name: str, subjects: Subjects, sampled: Sampled) -> dict[str, Any]:
    """Columns of the rows of R posteriors that were sampled."""
    ok = np.array([status == "ok" for status in sampled.status])
    lacking = subjects.lacking(ok)
    for codes, line in zip(sampled.concerns, lacking, strict=True):
        codes |= {concern.code for concern in concerns(subjects.program.quantity_labels, line)}
    fits = _fits(sampled) | {"iterations": sampled.draws}
    fits["divergences"] = [int(d) if fine else None for d, fine in zip(sampled.divergences, ok, strict=True)]
    numbers, blocks = row_table.of_draws(sampled.summaries, lacking), []
    for kind, (lower, upper) in sampled.ends.items():
        nothing = np.full(lower.shape, None)
        ends = Ends(lower, upper, nothing, nothing)
        blocks.append(row_table.block(name, kind, subjects, fits, numbers, ends))
    return row_table.together(blocks)


def of_exact_posteriors(
    name: str, subjects: Subjects, exact: ExactPosteriors, places: Index | None = None
) -> dict[str, Any]:
    """Columns of the rows of exact posteriors; data sets that are alike ``(R,)`` share one, by ``places``."""
    back = np.arange(exact.shape[0]) if places is None else places
    status, reason = exact.outcomes
    numbers = row_table.of_moments(exact.numbers(), exact.lacking)
    numbers["reason"] = np.where(exact.known, numbers["reason"], reason)
    none = ~exact.known.any(axis=1)  # of these data sets nothing is known
    fits = {
        "status": np.where(none, status[:, 0], "ok"),
        "reason": [why if lost else None for why, lost in zip(reason[:, 0], none, strict=True)],
        "concerns": [" ".join(sorted(_codes(exact.concerns(i)))) for i in range(len(none))],
        "path": np.full(len(none), "single" if places is None else "joint"),
    }
    of_each = {key: np.asarray(values, dtype=object)[back] for key, values in fits.items()}
    of_all, blocks = {key: values[back] for key, values in numbers.items()}, []
    for kind in intervals.of(name, subjects.context.kinds):
        ends = of_exact(kind, exact, subjects.context.level).at(back)
        blocks.append(row_table.block(name, kind, subjects, of_each, of_all, ends))
    return row_table.together(blocks)


def _fits(results: Modes | Sampled) -> dict[str, Any]:
    """What all rows of a data set share of one estimator."""
    return {
        "status": results.status,
        "reason": results.reason,
        "concerns": [" ".join(sorted(_codes(each))) for each in results.concerns],
        "path": results.path,
    }


def _codes(concerns: Iterable[Concern | str]) -> set[str]:
    return {concern if isinstance(concern, str) else concern.code for concern in concerns}


def _of_normal(arithmetic: Arithmetic, subjects: Subjects, numbers: Mapping[str, Any], modes: Modes, ok: Bools) -> Ends:
    ends = Ends.blank(subjects.shape)
    no_error = row_table.spread(modes.no_error, subjects.shape)[ok]
    columns = numbers["estimate"][ok], numbers["se"][ok]
    ends.copy(ok, arithmetic(supports(subjects.program), *columns, subjects.context.level, no_error))
    return ends


def _ends(kind: str, subjects: Subjects, modes: Modes, members: Bools) -> Ends:
    """The ends of quantities ``(R, q)``, those of equal data sets, as counts often are, computed once.

    Profiles are computed at once where that succeeds. After Ctrl-C what takes long is not begun.
    """
    long = kind not in (*intervals.DEFAULTS, *intervals.STUDIED)

    def computed() -> Ends:
        ends, places = Ends.blank(subjects.shape), np.flatnonzero(members.any(axis=1))
        _, first, back = np.unique(subjects.likeness[places], return_index=True, return_inverse=True)
        left = different = places[first]
        if kind in POWERS:
            left = optional_parts.attempt(lambda: _profiled(kind, subjects, modes, different, ends), lambda _: left)
        for i in left.tolist():
            ends.put(i, _of_one(kind, subjects, modes, i, members[i]))
        ends.copy(places, ends.at(different[back]))
        return ends

    def without(reason: str) -> Ends:
        return Ends.of([_refused(subjects, reason)] * len(members))

    return optional_parts.spare(lambda: optional_parts.afforded(computed, without), without, long=long)


def _profiled(kind: str, subjects: Subjects, modes: Modes, places: Index, ends: Ends) -> Index:
    """Put in the profile intervals that are found at once; the places of the others."""
    problem = subjects.problem(POWERS[kind]).some(places)
    lower, upper = at_once(problem, modes.theta[places], modes.covariance[places], subjects.context.level)
    settled = ~np.isnan(lower).any(axis=1)
    ends.lower[places[settled]], ends.upper[places[settled]] = lower[settled], upper[settled]
    return places[~settled]


def _of_one(kind: str, subjects: Subjects, modes: Modes, i: int, members: Bools) -> list[Interval]:
    """The intervals of one data set, of all quantities or of the ``members`` ``(q,)`` only; or why there are none."""
    context, program = subjects.context, subjects.alone(i)
    estimate = modes.estimate(program.layout.labels, i)
    request = IntervalRequest(program, estimate, context.level, context.seed, context.resamples)

    def computed() -> list[Interval]:
        return walked(request, POWERS[kind], members) if kind in POWERS else intervals.KINDS[kind].compute(request)

    return optional_parts.attempt(computed, lambda reason: _refused(subjects, reason))


def _refused(subjects: Subjects, reason: str) -> list[Interval]:
    return [Interval(status="failed", reason=reason) for _ in subjects.program.quantity_labels]
