"""Bias, spread, coverage and width with their Monte-Carlo standard errors, file by file: memory does not grow."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas

Columns = tuple[Any, Any, Any]
"""Value, Monte-Carlo standard error and number used, one per group."""
KEY = ["model", "variant", "scenario", "n", "estimator", "parameter", "interval"]


def performance(files: Iterable[Path]) -> "pandas.DataFrame":
    """One line per group of `KEY` and measure: value, mcse, used, failed."""
    import pandas

    sums = [_sums(path) for path in files]
    if not sums:
        return pandas.DataFrame(columns=[*KEY, "measure", "value", "mcse", "used", "failed"])
    total = _with_failures(pandas.concat(sums).groupby(KEY, dropna=False, sort=False).sum().reset_index())
    return pandas.concat([_lines(total, name) for name in MEASURES], ignore_index=True)


def _with_failures(total: "pandas.DataFrame") -> "pandas.DataFrame":
    """Failed fits have no kind of interval: they count as failed for every kind that the estimator has elsewhere."""
    place = [name for name in KEY if name != "interval"]
    empty = (total["interval"] == "none") & (total["used"] == 0)
    lost = total[empty].set_index(place)["failed"].rename("lost")
    kept = total[~empty].join(lost, on=place)
    kept["failed"] += kept.pop("lost").fillna(0.0)
    elsewhere = total.set_index(place).index.isin(kept.set_index(place).index)
    import pandas

    return pandas.concat([kept, total[empty & ~elsewhere]])


def _sums(path: Path) -> "pandas.DataFrame":
    import pandas

    rows = pandas.read_parquet(path)
    error = rows["estimate"] - rows["truth"]
    found = pandas.DataFrame({"used": rows["estimate"].notna(), "failed": rows["estimate"].isna()}).astype(float)
    for power in (1, 2, 3, 4):
        found[f"e{power}"] = error**power
    found["truths"] = error.notna().astype(float)
    inside = (rows["lower"].fillna(-np.inf) <= rows["truth"]) & (rows["truth"] <= rows["upper"].fillna(np.inf))
    has = (rows["lower"].notna() | rows["upper"].notna()) & rows["truth"].notna()
    found["intervals"], found["covered"] = has.astype(float), (inside & has).astype(float)
    width = rows["upper"] - rows["lower"]
    found["widths"], found["w1"], found["w2"] = width.notna().astype(float), width, width**2
    found["ses"], found["s2"], found["s4"] = rows["se"].notna().astype(float), rows["se"] ** 2, rows["se"] ** 4
    return pandas.concat([rows[KEY], found], axis=1).groupby(KEY, dropna=False, sort=False).sum().reset_index()


def _bias(t: "pandas.DataFrame") -> Columns:
    mean = t["e1"] / t["truths"]
    return mean, np.sqrt(_variance(t) / t["truths"]), t["truths"]


def _variance(t: "pandas.DataFrame") -> "pandas.Series":
    return (t["e2"] - t["e1"] ** 2 / t["truths"]).clip(lower=0) / (t["truths"] - 1)


def _empirical_se(t: "pandas.DataFrame") -> Columns:
    r, m = t["truths"], t["e1"] / t["truths"]
    fourth = t["e4"] / r - 4 * m * t["e3"] / r + 6 * m**2 * t["e2"] / r - 3 * m**4
    variance = _variance(t)
    return np.sqrt(variance), np.sqrt((fourth - variance**2).clip(lower=0) / (4 * r * variance)), r


def _mse(t: "pandas.DataFrame") -> Columns:
    r, value = t["truths"], t["e2"] / t["truths"]
    return value, np.sqrt((t["e4"] / r - value**2).clip(lower=0) / (r - 1)), r


def _rmse(t: "pandas.DataFrame") -> Columns:
    value, mcse, r = _mse(t)
    return np.sqrt(value), mcse / (2 * np.sqrt(value)), r


def _coverage(t: "pandas.DataFrame") -> Columns:
    value = t["covered"] / t["intervals"]
    return value, np.sqrt(value * (1 - value) / t["intervals"]), t["intervals"]


def _coverage_worst_case(t: "pandas.DataFrame") -> Columns:
    """A failed fit counts as an interval that does not cover."""
    everything = t["intervals"] + t["failed"]
    value = t["covered"] / everything
    return value, np.sqrt(value * (1 - value) / everything), everything.where(t["intervals"] > 0, 0)


def _mean_width(t: "pandas.DataFrame") -> Columns:
    r, value = t["widths"], t["w1"] / t["widths"]
    return value, np.sqrt((t["w2"] / r - value**2).clip(lower=0) / (r - 1)), r


def _model_se(t: "pandas.DataFrame") -> Columns:
    r, value = t["ses"], np.sqrt(t["s2"] / t["ses"])
    return value, np.sqrt((t["s4"] / r - value**4).clip(lower=0) / (4 * r * value**2)), r


MEASURES = {
    "bias": _bias,
    "empirical_se": _empirical_se,
    "model_se": _model_se,
    "mse": _mse,
    "rmse": _rmse,
    "coverage": _coverage,
    "coverage_worst_case": _coverage_worst_case,
    "mean_width": _mean_width,
}


def _lines(total: "pandas.DataFrame", name: str) -> "pandas.DataFrame":
    with np.errstate(all="ignore"):
        value, mcse, used = MEASURES[name](total)
    lines = total[KEY].assign(measure=name, value=value, mcse=mcse, used=used.astype(int), failed=total["failed"])
    return lines[lines["used"] > 0].astype({"failed": int})
