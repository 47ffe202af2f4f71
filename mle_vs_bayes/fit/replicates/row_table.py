"""Rows of thousands of fits, column by column: the same as those of single fits, without a record for each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ... import intervals
from ...concerns import Concern
from ...estimators.modes import Modes
from ...intervals.delta import standard_errors
from ...intervals.scale import supports
from ...intervals.wald import normal_quantile
from ...intervals.wald_transformed import beyond, mapped, no_interval
from ...model.moments import Missing, concerns, missing
from ...model.support import Support
from ...rows import frame_of
from ..quantities import infinite
from .interval_ends import Ends, Group, of_kind
from .posteriors import Sampled

if TYPE_CHECKING:
    import pandas

_NO_TEXT = np.array(None, dtype=object)
Array = NDArray[np.float64]


def of_optima(name: str, group: Group, fitted: Modes) -> "pandas.DataFrame":
    """Rows of ``mle`` or ``map``: Wald intervals all at once, other kinds as `ends` can."""
    with np.errstate(all="ignore"):
        values = group.program.quantities(fitted.theta)
        errors = standard_errors(group.program, fitted.theta, fitted.covariance)
    ok = np.array([status == "ok" for status in fitted.status])
    values, errors = np.where(ok[:, None], values, np.nan), np.where(ok[:, None], errors, np.nan)
    no_error = _spread(fitted.no_error, values.shape)
    numbers = {"estimate": np.where(np.isfinite(values), values, np.nan), "se": errors}
    numbers["reason"] = _why_missing(values, errors, ok, no_error)
    each = _each(fitted) | {"iterations": fitted.iterations, "gradient": fitted.gradient}
    blocks = []
    for kind, members in _kinds(name, group, fitted, ok).items():
        if kind in ("wald", "laplace"):
            found = _wald(values, errors, ok, group.context.level, no_error)
        elif kind in ("wald_transformed", "laplace_transformed") and not group.model.supports(group.members[0].data):
            found = _wald_transformed(supports(group.program), values, errors, ok, group.context.level, no_error)
        else:
            found = of_kind(kind, group, fitted, ok & members)
        blocks.append(block(name, kind, group, each, numbers, found, members))
    return together(blocks)


def _kinds(name: str, group: Group, fitted: Modes, ok: NDArray[np.bool_]) -> dict[str, NDArray[np.bool_]]:
    """The kinds of interval, each with the replicates ``(R,)`` that have rows of it."""
    default = intervals.of(name, group.context.kinds)
    exact = () if group.context.kinds else intervals.in_place_of_wald(name, group.model.exact_intervals)
    lacking = ok & ~np.all(np.isfinite(fitted.covariance), axis=(1, 2)) & bool(exact)
    found = dict.fromkeys(default, ~lacking)
    return found | (dict.fromkeys(exact, lacking) if lacking.any() else {})


def _why_missing(values: Array, errors: Array, ok: NDArray[np.bool_], no_error: NDArray[Any]) -> NDArray[Any]:
    """Why quantities ``(R, q)`` have no number or no standard error; None where they have both."""
    reason = np.where(ok[:, None] & ~np.isfinite(errors), no_error, _NO_TEXT)
    for place in zip(*np.nonzero(ok[:, None] & ~np.isfinite(values)), strict=True):
        reason[place] = infinite(float(values[place]))
    return reason


def _wald(values: Array, errors: Array, ok: NDArray[np.bool_], level: float, no_error: NDArray[Any]) -> Ends:
    reach = normal_quantile(level) * errors
    without = ok[:, None] & ~np.isfinite(errors)
    status, reason = np.where(without, "not_applicable", _NO_TEXT), np.where(without, no_error, _NO_TEXT)
    return Ends(values - reach, values + reach, status, reason)


def _wald_transformed(
    scales: Sequence[Support],
    values: Array,
    errors: Array,
    ok: NDArray[np.bool_],
    level: float,
    no_error: NDArray[Any],
) -> Ends:
    lower, upper = mapped(scales, values, normal_quantile(level) * errors)
    status, reason = np.full(values.shape, None), np.full(values.shape, None)
    for row, column in np.argwhere(ok[:, None] & np.isnan(lower)):
        why = no_interval(scales[column], values[row, column], errors[row, column], no_error[row, column])
        status[row, column], reason[row, column] = "not_applicable", why
    without = ok & ~np.isfinite(errors).any(axis=1)
    reason[without] = no_error[without]
    for row, column in np.argwhere(np.isinf(lower) | np.isinf(upper)):
        status[row, column] = "ok"
        reason[row, column] = beyond(lower[row, column]) or beyond(upper[row, column])
    lower[np.isinf(lower)], upper[np.isinf(upper)] = np.nan, np.nan
    return Ends(lower, upper, status, reason)


def of_draws(group: Group, sampled: Sampled) -> "pandas.DataFrame":
    """Rows of ``posterior``."""
    ok = np.array([status == "ok" for status in sampled.status])
    lacking = missing_of(group, ok)
    no_mean, no_deviation, reason = (
        np.array([[getattr(m, what) for m in line] for line in lacking], dtype=object)
        for what in ("mean", "deviation", "reason")
    )
    numbers = {name: getattr(sampled, name) for name in ("ess_bulk", "ess_tail", "rhat", "median")}
    numbers |= {"estimate": _without(sampled.mean, no_mean)}
    numbers |= {"se": _without(sampled.sd, no_deviation), "mcse": _without(sampled.mcse, no_deviation)}
    labels = group.program.quantity_labels
    for codes, line in zip(sampled.concerns, lacking, strict=True):
        codes |= {concern.code for concern in concerns(labels, line)}
    each = _each(sampled) | {"iterations": sampled.draws}
    numbers["reason"] = np.where(reason != None, reason, _spread(sampled.reason, reason.shape))  # noqa: E711
    each["divergences"] = [int(d) if fine else None for d, fine in zip(sampled.divergences, ok, strict=True)]
    blocks = []
    for kind, (lower, upper) in sampled.ends.items():
        nothing = np.full(lower.shape, None)
        blocks.append(block("posterior", kind, group, each, numbers, Ends(lower, upper, nothing, nothing)))
    return together(blocks)


def missing_of(group: Group, ok: NDArray[np.bool_]) -> list[tuple[Missing, ...]]:
    """Which moments each replicate's posterior lacks ``(R)``; of equal data sets worked out once."""
    known: dict[int, tuple[Missing, ...]] = {}
    nothing, layout = (Missing(),) * len(group.program.quantity_labels), group.program.layout
    for place, member in zip(group.likeness.tolist(), group.members, strict=True):
        if place not in known:
            known[place] = missing(group.model, layout, member.data, member.priors)
    return [known[place] if fine else nothing for place, fine in zip(group.likeness.tolist(), ok, strict=True)]


def _without(values: Array, lacking: NDArray[Any]) -> Array:
    """``values`` ``(R, q)`` but for those that do not exist."""
    return np.where(lacking == None, values, np.nan)  # noqa: E711  (elementwise)


def of_functionals(positions: NDArray[Any], found: Mapping[str, Array]) -> "pandas.DataFrame":
    """Numbers read from each posterior, one line each."""
    import pandas

    count = len(positions)
    frames = [
        pandas.DataFrame({"replicate": positions, "name": np.full(count, name, dtype=object), "value": values})
        for name, values in found.items()
    ]
    none = {"replicate": np.zeros(0, dtype=int), "name": np.zeros(0, dtype=object), "value": np.zeros(0)}
    return pandas.concat(frames) if frames else pandas.DataFrame(none)


def _each(found: Modes | Sampled) -> dict[str, Any]:
    """What all rows of a replicate share of one estimator."""
    return {
        "status": found.status,
        "reason": found.reason,
        "concerns": [" ".join(sorted(_codes(each))) for each in found.concerns],
        "path": found.path,
    }


def _codes(concerns: Iterable[Concern | str]) -> set[str]:
    return {concern if isinstance(concern, str) else concern.code for concern in concerns}


def block(
    name: str,
    kind: str,
    group: Group,
    found: Mapping[str, Any],
    numbers: Mapping[str, Array],
    ends: Ends,
    members: NDArray[np.bool_] | None = None,
) -> dict[str, Any]:
    """The columns of one estimator and one kind of interval, ``(R, q)`` each; ``members`` ``(R,)`` have rows of it."""
    labels, context = group.program.quantity_labels, group.context
    shape = (len(group.members), len(labels))
    ok = np.array([status == "ok" for status in found["status"]])
    each: dict[str, Any] = {
        "replicate": [m.position for m in group.members],
        "n": [m.data.size for m in group.members],
        "converged": list(ok),
    }
    shown = ok if members is None else ok & members
    each |= {**found, "interval": np.where(shown, kind, "none")}
    columns = {key: _spread(values, shape) for key, values in each.items()}
    truths = [[truth.get(label, np.nan) for label in labels] for truth in group.truths]
    columns["truth"] = np.array(truths, dtype=float).reshape(shape)
    columns["parameter"] = np.broadcast_to(np.array(labels, dtype=object), shape)
    own = np.array(ends.status != None, dtype=np.bool_)  # noqa: E711  (elementwise)
    columns["status"] = np.where(own, ends.status, columns["status"])
    columns["reason"] = np.where(columns["reason"] == None, numbers.get("reason"), columns["reason"])  # noqa: E711
    columns["reason"] = np.where(own, ends.reason, columns["reason"])
    alike: dict[str, Any] = {"model": group.model.name, "variant": context.variant, "estimator": name, "scale": "model"}
    alike |= {"level": context.level, "seed": context.seed}
    columns |= {key: np.full(shape, value) for key, value in alike.items()}
    return {**numbers, **columns, "lower": ends.lower, "upper": ends.upper}


def _spread(values: Any, shape: tuple[int, int]) -> Any:
    return np.broadcast_to(np.asarray(values, dtype=object)[:, None], shape)


def together(blocks: Sequence[Mapping[str, Any]]) -> "pandas.DataFrame":
    """Blocks of kinds side by side: by replicate, then quantity, then kind; of a failed fit one row per quantity."""
    columns = {key: np.stack([each[key] for each in blocks], axis=-1) for key in blocks[0]}
    wanted = columns["interval"] != "none"
    wanted[..., 0] |= ~wanted.any(axis=-1)
    return frame_of({key: values[wanted] for key, values in columns.items()})
