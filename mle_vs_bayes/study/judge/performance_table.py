"""The performance table of a study: measures of the rows, and the means of its functionals, with their errors."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...estimators import ESTIMATORS
from ...performance.measures import WORDS
from ...performance.summarise import summarise
from ..keep.store import Store

if TYPE_CHECKING:
    import pandas

MEASURES = tuple(WORDS)
"""Names of the performance measures."""

COLUMNS = (
    "model",
    "variant",
    "scenario",
    "n",
    "estimator",
    "parameter",
    "interval",
    "measure",
    "value",
    "mcse",
    "used",
    "failed",
)
"""Of the table; a functional has its name as the measure and no estimator, parameter or interval."""
_FUNCTIONAL = ["model", "variant", "scenario", "n", "name"]


def measured(store: Store, units: Collection[str] | None = None) -> "pandas.DataFrame":
    """One line per measure of every group in the finished units, or in those named."""
    import pandas

    rows, functionals = (
        [path for path in store.files(table) if units is None or path.stem in units]
        for table in ("rows", "functionals")
    )
    parts = [*([_performance(rows)] if rows else []), *([_means(functionals)] if functionals else [])]
    whole = [part.reindex(columns=list(COLUMNS)) for part in parts if len(part)]
    return pandas.concat(whole, ignore_index=True) if whole else pandas.DataFrame(columns=list(COLUMNS))


def _performance(files: Sequence[Path]) -> "pandas.DataFrame":
    """The measures of `performance`, in the words of rows."""
    scenario = ("model", "variant", "scenario")
    found = summarise([str(path) for path in files], scenario=scenario).rename(columns={"method": "estimator"})
    order = {name: place for place, name in enumerate(ESTIMATORS)}
    return found.sort_values("estimator", key=lambda names: names.map(order).fillna(len(order)), kind="stable")


def _means(files: Sequence[Path]) -> "pandas.DataFrame":
    """Mean over replicates of each functional; its Monte-Carlo standard error is s/√R."""
    import pandas

    total = pandas.concat([_sums(path) for path in files]).groupby(_FUNCTIONAL, sort=False).sum().reset_index()
    used = total["used"]
    mean = total["sum"] / used
    with np.errstate(all="ignore"):
        variance = (total["squares"] - used * mean**2).clip(lower=0) / (used - 1)
    lines = total.assign(value=mean, mcse=np.sqrt(variance / used), failed=(total["all"] - used).astype(int))
    return lines.assign(used=used.astype(int)).rename(columns={"name": "measure"})


def _sums(path: Path) -> "pandas.DataFrame":
    import pandas

    rows = pandas.read_parquet(path)
    used, value = rows["value"].notna().astype(float), rows["value"].fillna(0.0)
    sums = rows[_FUNCTIONAL].assign(sum=value, squares=value**2, used=used, all=1.0)
    return sums.groupby(_FUNCTIONAL, sort=False).sum().reset_index()
