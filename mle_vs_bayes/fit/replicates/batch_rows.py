"""Rows of thousands of fits, made by `row_table` column by column."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...concerns import Concern
from ...estimators.modes import Modes
from ...intervals.interval import Ends, supports
from ...intervals.wald import symmetric, transformed
from ...model.moments import Missing, concerns, missing
from ...rows import frame_of
from .. import row_table
from .interval_ends import Group, of_kind
from .posteriors import Sampled

if TYPE_CHECKING:
    import pandas

Array = NDArray[np.float64]
OF_NORMAL = {
    "wald": symmetric,
    "laplace": symmetric,
    "wald_transformed": transformed,
    "laplace_transformed": transformed,
}
"""Kinds that follow from estimates and standard errors alone."""


def of_optima(name: str, group: Group, fitted: Modes) -> "pandas.DataFrame":
    """Rows of ``mle`` or ``map``: Wald intervals all at once, other kinds as `of_kind` can."""
    ok = np.array([status == "ok" for status in fitted.status])
    numbers = row_table.of_points(group.subjects, fitted.theta, fitted.covariance, ok, fitted.no_error)
    fits = _fits(fitted) | {"iterations": fitted.iterations, "gradient": fitted.gradient}
    blocks = []
    for kind, members in row_table.kinds_of(name, group.subjects, fitted.covariance, ok).items():
        # Where supports follow the data, every data set has a scale of its own.
        own_scales = OF_NORMAL.get(kind) is transformed and group.model.supports(group.members[0].data)
        at_once = kind in OF_NORMAL and not own_scales
        ends = _of_normal(kind, group, numbers, fitted, ok) if at_once else of_kind(kind, group, fitted, ok & members)
        blocks.append(row_table.block(name, kind, group.subjects, fits, numbers, ends, members))
    return frame_of(row_table.together(blocks))


def _of_normal(kind: str, group: Group, numbers: Mapping[str, Any], fitted: Modes, ok: NDArray[np.bool_]) -> Ends:
    ends = Ends.blank(group.subjects.shape)
    no_error = row_table.spread(fitted.no_error, group.subjects.shape)[ok]
    columns = numbers["estimate"][ok], numbers["se"][ok]
    ends.copy(ok, OF_NORMAL[kind](supports(group.program), *columns, group.context.level, no_error))
    return ends


def of_draws(group: Group, sampled: Sampled) -> "pandas.DataFrame":
    """Rows of ``posterior``."""
    ok = np.array([status == "ok" for status in sampled.status])
    lacking = missing_of(group, ok)
    for codes, line in zip(sampled.concerns, lacking, strict=True):
        codes |= {concern.code for concern in concerns(group.program.quantity_labels, line)}
    fits = _fits(sampled) | {"iterations": sampled.draws}
    fits["divergences"] = [int(d) if fine else None for d, fine in zip(sampled.divergences, ok, strict=True)]
    numbers, blocks = row_table.of_draws(sampled.summaries, lacking), []
    for kind, (lower, upper) in sampled.ends.items():
        nothing = np.full(lower.shape, None)
        ends = Ends(lower, upper, nothing, nothing)
        blocks.append(row_table.block("posterior", kind, group.subjects, fits, numbers, ends))
    return frame_of(row_table.together(blocks))


def missing_of(group: Group, ok: NDArray[np.bool_]) -> list[tuple[Missing, ...]]:
    """Which moments each replicate's posterior lacks ``(R)``; of equal data sets worked out once."""
    known: dict[int, tuple[Missing, ...]] = {}
    nothing, layout = (Missing(),) * len(group.program.quantity_labels), group.program.layout
    for place, member in zip(group.likeness.tolist(), group.members, strict=True):
        if place not in known:
            known[place] = missing(group.model, layout, member.data, member.priors)
    return [known[place] if fine else nothing for place, fine in zip(group.likeness.tolist(), ok, strict=True)]


def of_functionals(positions: NDArray[Any], values: Mapping[str, Array]) -> "pandas.DataFrame":
    """Numbers read from each posterior, one line each."""
    import pandas

    count = len(positions)
    frames = [
        pandas.DataFrame({"replicate": positions, "name": np.full(count, name, dtype=object), "value": numbers})
        for name, numbers in values.items()
    ]
    none = {"replicate": np.zeros(0, dtype=int), "name": np.zeros(0, dtype=object), "value": np.zeros(0)}
    return pandas.concat(frames) if frames else pandas.DataFrame(none)


def _fits(results: Modes | Sampled) -> dict[str, Any]:
    """What all rows of a replicate share of one estimator."""
    return {
        "status": results.status,
        "reason": results.reason,
        "concerns": [" ".join(sorted(_codes(each))) for each in results.concerns],
        "path": results.path,
    }


def _codes(concerns: Iterable[Concern | str]) -> set[str]:
    return {concern if isinstance(concern, str) else concern.code for concern in concerns}
