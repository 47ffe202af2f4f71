"""From an estimate to rows: parameters first, then derived quantities, each with its interval."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contract.program import Program
from ..estimators.estimate import Estimate
from ..intervals import credible
from ..intervals.delta import standard_error
from ..intervals.wald import wald
from ..rows import Row
from .estimators import ESTIMATORS

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Context:
    """What every row of one fit shares."""

    level: float
    seed: int | None
    variant: str = "default"
    truth: Mapping[str, float] | None = None


def rows(name: str, estimate: Estimate, program: Program, context: Context) -> list[Row]:
    """The rows of one estimator: one per parameter and derived quantity."""
    labels = quantity_labels(program)
    if not estimate.converged:
        numbers: Iterator[dict[str, Any]] = iter([{"interval": "none"}] * len(labels))
    elif estimate.tree is not None:
        numbers = _from_draws(estimate, labels, context.level)
    elif estimate.distributions:
        numbers = _from_distributions(estimate, labels, context.level)
    else:
        numbers = _from_normal(estimate, program, context.level, ESTIMATORS[name].interval)
    shared = _shared(name, estimate, program, context)
    truths = context.truth or {}
    pairs = zip(labels, numbers, strict=True)
    return [Row(parameter=label, truth=truths.get(label), **{**shared, **found}) for label, found in pairs]


def quantity_labels(program: Program) -> tuple[str, ...]:
    """Labels of all parameters and derived quantities, in the order of rows."""
    layout = program.layout
    return (*layout.labels, *(label for f in program.model.functions for label in layout.function_labels(f)))


def quantities(program: Program, theta: Array) -> Array:
    """All parameters and derived quantities at θ, in the order of `quantity_labels`."""
    named = program.layout.split(theta)
    return np.concatenate([theta, *(np.atleast_1d(f.of(named)) for f in program.model.functions)])


def _shared(name: str, estimate: Estimate, program: Program, context: Context) -> dict[str, Any]:
    return {
        "model": program.model.name,
        "variant": context.variant,
        "n": program.data.n,
        "estimator": name,
        "level": context.level,
        "status": estimate.status,
        "reason": estimate.reason,
        "concerns": " ".join(sorted({c.code for c in estimate.concerns})),
        "converged": estimate.converged,
        "iterations": estimate.iterations,
        "gradient": estimate.gradient,
        "path": "single",
        "seed": context.seed,
    }


def _from_normal(estimate: Estimate, program: Program, level: float, kind: str) -> Iterator[dict[str, Any]]:
    """Point, delta-method standard error and a symmetric interval on the model scale."""
    point = quantities(program, estimate.point)
    assert estimate.covariance is not None
    derived = standard_error(lambda t: quantities(program, t)[len(t) :], estimate.point, estimate.covariance)
    se = np.concatenate([estimate.se, derived]) if len(point) > len(estimate.point) else estimate.se
    lower, upper = wald(point, se, level)
    for i in range(len(point)):
        numbers = {"estimate": point[i], "se": se[i], "lower": lower[i], "upper": upper[i]}
        yield {"interval": kind, **{key: float(value) for key, value in numbers.items()}}


def _from_draws(estimate: Estimate, labels: tuple[str, ...], level: float) -> Iterator[dict[str, Any]]:
    assert estimate.tree is not None
    table = estimate.results
    divergences = int(estimate.tree["sample_stats"]["diverging"].sum())
    draws = _by_label(estimate.tree)
    for label in labels:
        line = table.loc[label]
        lower, upper = credible.equal_tailed(draws[label], level)
        yield {
            "estimate": float(line["mean"]),
            "se": float(line["sd"]),
            "interval": "eti",
            "lower": lower,
            "upper": upper,
            "mcse": float(line["mcse_mean"]),
            "ess_bulk": float(line["ess_bulk"]),
            "ess_tail": float(line["ess_tail"]),
            "rhat": float(line["r_hat"]),
            "divergences": divergences,
        }


def _by_label(tree: Any) -> dict[str, Array]:
    """Draws of every scalar by label, each ``(chain, draw)``."""
    found = {}
    for name, values in tree["posterior"].data_vars.items():
        if values.ndim == 2:
            found[str(name)] = values.to_numpy()
        else:
            for coord in values[values.dims[2]].to_numpy():
                found[f"{name}[{coord}]"] = values.sel({values.dims[2]: coord}).to_numpy()
    return found


def _from_distributions(estimate: Estimate, labels: tuple[str, ...], level: float) -> Iterator[dict[str, Any]]:
    for label in labels:
        exact = estimate.distributions.get(label)
        if exact is None:
            yield {"interval": "none", "status": "not_applicable", "reason": f"no exact posterior of {label}"}
            continue
        lower, upper = credible.exact(exact, level)
        numbers = {"estimate": exact.mean(), "se": exact.std(), "lower": lower, "upper": upper}
        yield {"interval": "eti", **{key: float(value) for key, value in numbers.items()}}
