"""From an estimate to rows: parameters first, then derived quantities, one row per kind of interval."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import intervals, ornaments
from ..density.density import Density
from ..estimators.estimate import Estimate
from ..intervals.delta import standard_errors
from ..intervals.interval import RESAMPLES, Interval, IntervalRequest, refused
from ..intervals.wald_transformed import wald_transformed
from ..model.moments import Missing
from ..rows import MODEL_SCALE, Row
from ..sampling.draws import by_label


@dataclass(frozen=True)
class Context:
    """What every row of one fit shares."""

    level: float
    seed: int
    variant: str = "default"
    truth: Mapping[str, float] | None = None
    kinds: tuple[str, ...] = ()
    """Of interval; the defaults where there are none."""
    scale: str = MODEL_SCALE
    """``unconstrained`` adds the mode of that density to the MAP's rows, under its own label."""
    resamples: int = RESAMPLES
    """Refits of a bootstrap."""


def rows(name: str, estimate: Estimate, program: Density, context: Context, scale: str = MODEL_SCALE) -> list[Row]:
    """The rows of one estimator, by quantity; a fit without an answer has one row per quantity.

    ``scale`` is the one on which the estimate is a mode, and its interval symmetric.
    """
    labels, truths = program.quantity_labels, context.truth or {}
    numbers = _numbers(estimate, program)
    shared = _shared(name, estimate, program, context)
    computed, void = _intervals(name, estimate, program, context, scale), _void(estimate, program)
    found = []
    for position, label in enumerate(labels):
        for kind, columns in computed:
            specific = {**shared, "scale": scale, **numbers[position], **_ends(columns[position], kind)}
            if label in void:
                specific |= {"estimate": None, "se": None, "reason": void[label]}
            found.append(Row(parameter=label, truth=truths.get(label), **specific))
    return found


def _void(estimate: Estimate, program: Density) -> dict[str, str]:
    """Why quantities say nothing at an optimum, by label."""
    if not estimate.converged or estimate.tree is not None or estimate.distributions:
        return {}
    return program.model.meaningless(program.layout.split(estimate.point), program.data)


def _intervals(
    name: str, estimate: Estimate, program: Density, context: Context, scale: str
) -> list[tuple[str, list[Interval]]]:
    """Each kind with one interval per quantity; the kind ``none`` where nothing can be computed."""
    kinds = _kinds(name, estimate, program, context)
    if not kinds:
        return [("none", [Interval() for _ in program.quantity_labels])]
    request = IntervalRequest(program, estimate, context.level, context.seed, context.resamples)
    if scale != MODEL_SCALE:
        return [("laplace", wald_transformed(request))]
    return [(kind, _computed(kind, request)) for kind in kinds]


def _kinds(name: str, estimate: Estimate, program: Density, context: Context) -> tuple[str, ...]:
    if not estimate.converged:
        return ()
    exact = (
        () if context.kinds or estimate.has_errors else intervals.in_place_of_wald(name, program.model.exact_intervals)
    )
    return exact or intervals.of(name, context.kinds)


def _computed(kind: str, request: IntervalRequest) -> list[Interval]:
    """One kind of all quantities; where it cannot be computed its rows say so, and the other kinds stand."""
    of = intervals.KINDS[kind].compute
    return ornaments.attempt(lambda: of(request), lambda reason: refused(request, "failed", reason))


def _shared(name: str, estimate: Estimate, program: Density, context: Context) -> dict[str, Any]:
    return {
        "model": program.model.name,
        "variant": context.variant,
        "n": program.data.size,
        "estimator": name,
        "level": context.level,
        "status": estimate.status,
        "reason": estimate.reason,
        "converged": estimate.converged,
        "iterations": estimate.iterations,
        "gradient": estimate.gradient,
        "path": "single",
        "seed": context.seed,
    }


def _ends(interval: Interval, kind: str) -> dict[str, Any]:
    """The columns of one interval; its own status and reason only where there is one to give."""
    found: dict[str, Any] = {"interval": kind, "lower": interval.lower, "upper": interval.upper}
    if interval.reason is not None:
        found |= {"status": interval.status, "reason": interval.reason}
    return found


def infinite(value: float) -> str:
    """Why a derived quantity has no estimate: the odds where every trial is a success."""
    return f"its value at the estimate is {value:g}".replace("inf", "infinite").replace("nan", "not a number")


def _numbers(estimate: Estimate, program: Density) -> list[dict[str, Any]]:
    """Estimate, standard error and Monte-Carlo columns of each quantity."""
    if not estimate.converged:
        return [{} for _ in program.quantity_labels]
    if estimate.tree is not None:
        return _from_draws(estimate, program)
    if estimate.distributions:
        named = zip(program.quantity_labels, program.missing_moments, strict=True)
        return [_from_distribution(estimate.distributions.get(label), lacking) for label, lacking in named]
    point = program.quantities(estimate.point)
    covariance = estimate.covariance
    se = np.full(len(point), np.nan) if covariance is None else standard_errors(program, estimate.point, covariance)
    return [
        _of_optimum(value, error, estimate.no_error) for value, error in zip(point.tolist(), se.tolist(), strict=True)
    ]


def _of_optimum(value: float, error: float, no_error: str) -> dict[str, Any]:
    """A quantity at an optimum, and the reason where it has no finite value or no standard error."""
    if not np.isfinite(value):
        return {"reason": infinite(value)}
    return {"estimate": value, "se": error} if np.isfinite(error) else {"estimate": value, "reason": no_error}


def _from_draws(estimate: Estimate, program: Density) -> list[dict[str, Any]]:
    assert estimate.tree is not None
    divergences = int(estimate.tree["sample_stats"]["diverging"].sum())
    columns = {"estimate": "mean", "se": "sd", "mcse": "mcse_mean", "ess_bulk": "ess_bulk", "ess_tail": "ess_tail"}
    columns["rhat"] = "r_hat"
    draws, rows = by_label(estimate.tree), []
    for label, lacking in zip(program.quantity_labels, program.missing_moments, strict=True):
        line = estimate.results.loc[label]
        numbers = {ours: _finite(line[c]) if lacking.reason else float(line[c]) for ours, c in columns.items()}
        rows.append({**numbers, **_beside(lacking, np.median(draws[label])), "divergences": divergences})
    return rows


def _from_distribution(exact: Any, lacking: Missing) -> dict[str, Any]:
    if exact is None:
        return {}  # the row's interval says why
    numbers = {
        "estimate": None if lacking.mean else float(exact.mean()),
        "se": None if lacking.deviation else float(exact.std()),
    }
    return {**numbers, **_beside(lacking, exact.median())}


def _beside(lacking: Missing, median: Any) -> dict[str, Any]:
    """The posterior's median, and why there is no mean or standard deviation where there is none."""
    return {"median": float(median)} | ({"reason": lacking.reason} if lacking.reason else {})


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
