"""When a cell has enough replicates: its Monte-Carlo standard errors have reached their targets."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from ..errors import UsageError
from .store import Store
from .table import measured

if TYPE_CHECKING:
    import pandas

BUDGET = 10_000
"""Replicates per cell at most, where a target was given without ``--replicates``."""


def reached(store: Store, units: Collection[str], targets: Mapping[str, float]) -> dict[str, float]:
    """The largest MCSE of each measure with a target, over estimators, estimands and intervals in these units.

    Raises
    ------
    UsageError
        A target for a measure that the study does not have.
    """
    table = measured(store, units)
    found = {}
    for name in targets:
        own = table[table["measure"] == name]
        if own.empty:
            known = ", ".join(map(str, table["measure"].unique()))
            raise UsageError(f'there is no measure "{name}" to reach a Monte-Carlo error of; this study has {known}.')
        found[name] = _largest(own)
    return found


def enough(errors: Mapping[str, float], targets: Mapping[str, float]) -> bool:
    """Whether every target is reached."""
    return all(errors[name] <= target for name, target in targets.items())


def _largest(lines: "pandas.DataFrame") -> float:
    return float(lines["mcse"].fillna(float("inf")).max())
