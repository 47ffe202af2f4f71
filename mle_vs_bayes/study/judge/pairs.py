"""Comparisons that need the replicates themselves: two estimators on the same data sets, sums over a vector, laws.

What is compared is a mean over replicates, or its root, so that with a and b the two estimators' numbers on the same
replicate, any comparison f(ā, b̄) has by the delta method the Monte-Carlo variance of the mean of f₁a + f₂b, where f₁
and f₂ are the slopes of f. The covariance of a and b, which is what makes pairs precise, comes along.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import UsageError
from ..vocabulary.predictions import DISTANCE, TOTAL, Paired, Prediction, Ratio
from ..vocabulary.study import Study

if TYPE_CHECKING:
    import pandas

Array = NDArray[np.float64]
CELL = ("model", "variant", "scenario", "n")
KEY = [*CELL, "parameter", "replicate", "estimator"]
READ = [*KEY, "estimate", "truth", "lower", "upper"]
"""Columns of the rows that comparisons are made of."""
ROOTS = ("rmse", "empirical_se")
MEASURES = ("bias", "mse", "rmse", "empirical_se", "coverage", "mean_width", TOTAL)
"""What pairs may compare, beside functionals."""
LAWS = ("uniform", "normal")
Numbers = Callable[[str], "pandas.Series[float]"]
"""What each replicate contributes to a measure, by the measure's name."""


def lines(study: Study, rows: Sequence[Path], functionals: Sequence[Path]) -> "list[pandas.DataFrame]":
    """Lines of the performance table that the study's predictions and laws ask for.

    Raises
    ------
    UsageError
        A pair of what is no mean over replicates, or a law that is not known.
    """
    parts = []
    numbers = cache(partial(_numbers, rows))
    for prediction in {each.label: each for each in study.predictions}.values():
        if isinstance(prediction, Paired):
            parts.append(_compared(prediction, _two(prediction, study, numbers, functionals)))
        elif prediction.measure == TOTAL:
            parts.append(_totals(numbers(TOTAL)))
    return [*parts, *(_distances(name, law, functionals) for name, law in study.laws.items())]


def check(predictions: Sequence[Prediction], study: Study) -> None:
    """Refuse pairs and laws that cannot be measured.

    Raises
    ------
    UsageError
        The sentence names what there is.
    """
    names = (*MEASURES, *study.measured)
    for prediction in predictions:
        if isinstance(prediction, Paired) and prediction.measure not in names:
            raise UsageError(f'a pair compares no "{prediction.measure}"; it may compare {", ".join(names)}.')
    for name, law in study.laws.items():
        if law not in LAWS or name not in study.measured:
            raise UsageError(f"{name} is to follow the law {law}; laws of functionals are {' and '.join(LAWS)}.")


def _two(prediction: Paired, study: Study, numbers: Numbers, functionals: Sequence[Path]) -> "pandas.DataFrame":
    """The two numbers of each replicate, one column each, indexed by cell, parameter and replicate."""
    if prediction.measure in study.measured:
        values = _values(functionals, prediction.measure).set_index([*CELL, "replicate", "parameter"])["value"]
        wide = values.unstack("parameter").assign(parameter="").set_index("parameter", append=True)
        return _both(wide.reorder_levels([*CELL, "parameter", "replicate"]), prediction)
    each = numbers(prediction.measure)
    some = each.index.get_level_values("estimator").isin([prediction.of, prediction.to])
    return _both(each[some].unstack("estimator"), prediction)


def _both(wide: "pandas.DataFrame", prediction: Paired) -> "pandas.DataFrame":
    return wide.reindex(columns=[prediction.of, prediction.to])


def _numbers(rows: Sequence[Path], measure: str) -> "pandas.Series[float]":
    """What each replicate contributes to a measure, indexed by cell, parameter, replicate and estimator."""
    import pandas

    if measure != "empirical_se":
        return pandas.concat([_contributions(path, measure) for path in rows])
    estimates = pandas.concat([_once(path)["estimate"] for path in rows])
    centre = estimates.groupby([*CELL, "parameter", "estimator"], dropna=False).transform("mean")
    return (estimates - centre) ** 2


def _contributions(path: Path, measure: str) -> "pandas.Series[float]":
    """What each replicate of one file, which holds whole replicates, adds to the measure."""
    table = _once(path)
    error = table["estimate"] - table["truth"]
    if measure == "coverage":
        inside = (table["lower"] <= table["truth"]) & (table["truth"] <= table["upper"])
        return inside.astype(float).where(table["lower"].notna() & table["upper"].notna())
    if measure == "mean_width":
        return table["upper"] - table["lower"]
    if measure == "bias":
        return error
    if measure != TOTAL:
        return error**2
    together = (error**2).groupby([*CELL, "replicate", "estimator"], dropna=False, sort=False)
    total = together.sum().where(together.count() == together.size()).to_frame("total")
    return total.assign(parameter="all").set_index("parameter", append=True)["total"].reorder_levels(KEY)  # type: ignore[arg-type]  # names do as well as places


def _once(path: Path) -> "pandas.DataFrame":
    """A file's rows by their key: an estimate counts once, whatever intervals stand beside it."""
    import pandas

    return pandas.read_parquet(path, columns=READ).drop_duplicates(KEY).set_index(KEY)


def _compared(prediction: Paired, two: "pandas.DataFrame") -> "pandas.DataFrame":
    """One line per cell and parameter."""
    import pandas

    records = []
    for group, block in two.groupby([*CELL, "parameter"], dropna=False, sort=False):
        values = block.to_numpy(dtype=float)
        if np.isnan(values).all(axis=0).any():
            continue  # this cell has only one of the two
        known = values[np.isfinite(values).all(axis=1)]
        value, error = compared(known[:, 0], known[:, 1], isinstance(prediction, Ratio), prediction.measure in ROOTS)
        records.append(_line(group, prediction.label, value, error, len(known), len(values) - len(known)))
    return pandas.DataFrame(records)


def compared(a: Array, b: Array, ratio: bool, root: bool = False) -> tuple[float, float]:
    """f(ā, b̄) of paired numbers ``(r,)`` and its Monte-Carlo standard error: a ratio or a difference, or of roots."""
    if len(a) < 2:
        return float("nan"), float("nan")
    first, second = float(a.mean()), float(b.mean())
    # Delta method on pairs: the spread of f′₁ a + f′₂ b counts their correlation without estimating it.
    with np.errstate(all="ignore"):
        if ratio:
            whole = np.float64(first) / second
            value = np.sqrt(whole) if root else whole
            slopes = (value / (2 * first), -value / (2 * second)) if root else (1 / second, -whole / second)
        else:
            value = np.sqrt(first) - np.sqrt(second) if root else first - second
            slopes = (0.5 / np.sqrt(first), -0.5 / np.sqrt(second)) if root else (1.0, -1.0)
        spread = np.std(slopes[0] * a + slopes[1] * b, ddof=1)
    return float(value), float(spread / np.sqrt(len(a)))


def _totals(numbers: "pandas.Series[float]") -> "pandas.DataFrame":
    """The squared error summed over all quantities: its mean over replicates, by estimator."""
    import pandas

    records = []
    for group, block in numbers.groupby([*CELL, "parameter", "estimator"], dropna=False, sort=False):
        known = block.dropna().to_numpy(dtype=float)
        error = float(np.std(known, ddof=1) / np.sqrt(len(known))) if len(known) > 1 else float("nan")
        line = _line(group[:5], TOTAL, float(known.mean()), error, len(known), len(block) - len(known))
        records.append({**line, "estimator": group[5]})
    return pandas.DataFrame(records)


def _distances(name: str, law: str, functionals: Sequence[Path]) -> "pandas.DataFrame":
    """The largest distance of the values' distribution function from the law's: Kolmogorov and Smirnov's D.

    A value that is missing counts as the worst that it may be. The standard error reported is that of a share of ½, the
    largest that an empirical distribution function has anywhere.
    """
    import pandas

    records = []
    for group, block in _values(functionals, name).groupby([*CELL, "parameter"], dropna=False, sort=False):
        known = block["value"].dropna().to_numpy(dtype=float)
        missing = len(block) - len(known)
        value, error = distance(known, law, missing), 0.5 / np.sqrt(max(1, len(known)))
        records.append(_line(group, f"{name}{DISTANCE}", value, error, len(known), missing))
    return pandas.DataFrame(records)


def distance(values: Array, law: str, missing: int = 0) -> float:
    """sup |F̂ − F| of values ``(r,)``, the largest wherever those that are ``missing`` lie; NaN of none."""
    import scipy

    if not len(values):
        return float("nan")
    ordered, count = np.sort(values), len(values) + missing
    at = scipy.stats.norm.cdf(ordered) if law == "normal" else np.clip(ordered, 0, 1)
    # F̂ is highest where all that are missing lie below every value, lowest where all lie above.
    before, share = np.arange(len(values)) / count, missing / count
    return float(max(np.max(before + 1 / count + share - at), np.max(at - before), share))


def _values(functionals: Sequence[Path], name: str) -> "pandas.DataFrame":
    """The values of one functional, its parts told apart by ``parameter``."""
    import pandas

    table = pandas.concat(
        [pandas.read_parquet(path, columns=[*CELL, "replicate", "name", "value"]) for path in functionals]
    )
    base, parts = split(table["name"])
    lines = table.assign(parameter=parts)[base == name]
    lost = lines["parameter"].isna() & lines["value"].isna()
    # One that gives several numbers and failed has failed in each of them, whose names its row does not know.
    known = lines.loc[~lost, [*CELL, "parameter"]].drop_duplicates().dropna(subset="parameter")
    spread = lines[lost].drop(columns="parameter").merge(known, on=list(CELL), how="left")
    return pandas.concat([lines[~lost], spread], ignore_index=True) if lost.any() else lines


def split(names: "pandas.Series[Any]") -> "tuple[pandas.Series[Any], pandas.Series[Any]]":
    """``rank[mu]`` → ``rank`` and ``mu``: a functional's name, and its part where it gives several numbers."""
    parts = names.str.extract(r"^(?P<base>[^\[]+)(?:\[(?P<part>.*)\])?$")
    return parts["base"], parts["part"].astype(object).where(parts["part"].notna(), None)


def _line(group: Any, measure: str, value: float, error: float, used: int, failed: int) -> dict[str, Any]:
    key = dict(zip((*CELL, "parameter"), group, strict=True))
    return {**key, "measure": measure, "value": value, "mcse": error, "used": used, "failed": failed}


def of_axes(study: Study) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each axis of the study, with the place of each scenario on it."""
    for axis in study.axes:
        yield axis, {scenario.name: scenario.at.get(axis) for scenario in study.scenarios}
