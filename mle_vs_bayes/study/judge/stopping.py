"""When a cell has enough replicates: its Monte-Carlo standard errors have reached their targets."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from ...errors import UsageError
from ..keep.store import Store
from ..vocabulary.predictions import PROPORTIONS
from ..vocabulary.study import Study
from .performance_table import MEASURES, measured

if TYPE_CHECKING:
    import pandas

BUDGET = 10_000
"""Replicates per cell at most, where a target was given without ``--replicates``."""


def check(targets: Mapping[str, float], study: Study) -> None:
    """Refuse a target for what is no measure and no functional of the study.

    Raises
    ------
    UsageError
        The sentence names what there is.
    """
    known = [*MEASURES, *study.measured]
    for name in targets:
        if name.partition("[")[0] not in known:
            raise UsageError(
                f'there is no measure "{name}" to reach a Monte-Carlo error of; choose from {", ".join(known)}.'
            )


def reached(store: Store, study: Study, units: Collection[str], targets: Mapping[str, float]) -> dict[str, float]:
    """The largest MCSE of each measure with a target, over estimators, estimands and intervals in these units.

    Raises
    ------
    UsageError
        None of these units has the measure: there is no truth, no interval or no such part of a functional.
    """
    table = measured(store, study, units)
    errors = {}
    for name in targets:
        base, bracket, part = name.partition("[")
        lines = table[(table["measure"] == base) & ((table["parameter"] == part.rstrip("]")) | (not bracket))]
        if lines.empty:
            known = ", ".join(map(str, table["measure"].unique()))
            raise UsageError(f'the study has no "{name}" to reach a Monte-Carlo error of; it has {known}.')
        errors[name] = _largest(lines)
    return errors


def enough(errors: Mapping[str, float], targets: Mapping[str, float]) -> bool:
    """Whether every target is reached."""
    return all(errors[name] <= target for name, target in targets.items())


def _largest(lines: "pandas.DataFrame") -> float:
    """A proportion of 0 or 1 is given the error of one that is two replicates away from it (Agresti & Coull 1998)."""
    errors = lines["mcse"].fillna(float("inf"))
    if lines["measure"].isin(PROPORTIONS).all():
        away = (lines["value"] * lines["used"] + 2) / (lines["used"] + 4)
        errors = errors.clip(lower=(away * (1 - away) / lines["used"]) ** 0.5)
    return float(errors.max())
