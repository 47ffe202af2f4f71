"""The performance table of a study: measures of the rows, and the means of its functionals, with their errors."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...estimators import ESTIMATORS
from ...performance.measures import WORDS
from ...performance.summarise import summarise
from ..keep.store import Store
from ..vocabulary.study import Study
from . import pairs

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
    "smallest",
    "largest",
)
"""Of the table. A functional has its name as the measure, its part as the parameter and no estimator or interval;
``smallest`` and ``largest`` are its values in any replicate. Then come the study's axes."""
_FUNCTIONAL = ["model", "variant", "scenario", "n", "name"]
_SUMS = ("sum", "squares", "used", "all", "smallest", "largest")
_TOGETHER = {"smallest": "min", "largest": "max"}


def measured(store: Store, study: Study, units: Collection[str] | None = None) -> "pandas.DataFrame":
    """One line per measure of every group in the finished units, or in those named.

    Raises
    ------
    UsageError
        The study predicts what cannot be measured.
    """
    import pandas

    rows, functionals = (
        [path for path in store.files(table) if units is None or path.stem in units]
        for table in ("rows", "functionals")
    )
    rows = [path for path in rows if study.estimators]
    parts = [*([_performance(rows, study)] if rows else []), *([_means(functionals)] if functionals else [])]
    parts += pairs.lines(study, rows, functionals) if parts else []
    whole = [part.reindex(columns=list(COLUMNS)) for part in parts if len(part)]
    table = pandas.concat(whole, ignore_index=True) if whole else pandas.DataFrame(columns=list(COLUMNS))
    order = {scenario.name: place for place, scenario in enumerate(study.scenarios)}
    table = table.sort_values("scenario", key=lambda names: names.map(order), kind="stable", ignore_index=True)
    return table.assign(**{axis: table["scenario"].map(places) for axis, places in pairs.of_axes(study)})


def _performance(files: Sequence[Path], study: Study) -> "pandas.DataFrame":
    """The measures of `performance`, in the words of rows."""
    scenario = ("model", "variant", "scenario")
    names = [str(path) for path in files]
    table = summarise(names, scenario=scenario, reference=study.reference).rename(columns={"method": "estimator"})
    order = {name: place for place, name in enumerate(ESTIMATORS)}
    return table.sort_values("estimator", key=lambda names: names.map(order).fillna(len(order)), kind="stable")


def _means(files: Sequence[Path]) -> "pandas.DataFrame":
    """Mean over replicates of each functional; its Monte-Carlo standard error is s/√R."""
    import pandas

    sums = pandas.concat([_sums(path) for path in files]).groupby(_FUNCTIONAL, sort=False)
    total = _by_part(sums.agg({name: _TOGETHER.get(name, "sum") for name in _SUMS}).reset_index())
    used = total["used"]
    mean = total["sum"] / used
    with np.errstate(all="ignore"):
        # From sums, so that no more than one file of replicates is in memory; rounding may leave less than 0.
        variance = (total["squares"] - used * mean**2).clip(lower=0) / (used - 1)
    lines = total.assign(value=mean, mcse=np.sqrt(variance / used), failed=(total["all"] - used).astype(int))
    base, part = pairs.split(lines["name"])
    return lines.assign(used=used.astype(int), measure=base, parameter=part)


def _by_part(total: "pandas.DataFrame") -> "pandas.DataFrame":
    """The replicates in which a functional of several numbers failed, counted for each of them, which have no row."""
    base, part = pairs.split(total["name"])
    keys = [total[name] for name in _FUNCTIONAL[:-1]] + [base]
    several = part.notna().groupby(keys).transform("any")
    lost = several & part.isna() & (total["used"] == 0)
    failed = total["all"].where(lost, 0.0).groupby(keys).transform("sum")
    return total.assign(all=total["all"] + failed)[~lost]


def _sums(path: Path) -> "pandas.DataFrame":
    import pandas

    rows = pandas.read_parquet(path)
    used, value = rows["value"].notna().astype(float), rows["value"].fillna(0.0)
    ends = {"smallest": rows["value"], "largest": rows["value"]}
    sums = rows[_FUNCTIONAL].assign(sum=value, squares=value**2, used=used, all=1.0, **ends)
    together = sums.groupby(_FUNCTIONAL, sort=False)
    return together.agg({name: _TOGETHER.get(name, "sum") for name in _SUMS}).reset_index()
