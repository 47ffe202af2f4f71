"""The list of performance measures: what each is called, what it needs, in which unit, and its formula."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from . import formulas
from .formulas import Array, Columns, Result, Z, proportion, variance_of, wilson

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Measure:
    """``compute`` gives value, MCSE and number used ``(g,)`` for every group; see `formulas` for its definition."""

    name: str
    words: str
    compute: Callable[[Columns], Result]
    needs: frozenset[str] = frozenset()
    """What a table must have: truth, se, interval (or se), reference, prior_sd."""
    proportion: bool = False
    """Between 0 and 1; its Monte-Carlo interval is Wilson's."""
    succeeded: str | None = None
    """Column with the number that succeeded, where the measure uses those that failed too."""


def _measure(
    words: str,
    compute: Callable[[Columns], Result],
    needs: str = "",
    proportion: bool = False,
    succeeded: str | None = None,
) -> Measure:
    return Measure(compute.__name__, words, compute, frozenset(needs.split()), proportion, succeeded)


MEASURES = (
    _measure("bias", formulas.bias, "truth"),
    _measure("relative bias", formulas.relative_bias, "truth"),
    _measure("empirical SE", formulas.empirical_se),
    _measure("model SE", formulas.model_se, "se"),
    _measure("relative error of model SE, %", formulas.relative_error_model_se, "se"),
    _measure("mean squared error", formulas.mse, "truth"),
    _measure("root mean squared error", formulas.rmse, "truth"),
    _measure("relative precision, %", formulas.relative_precision, "reference"),
    _measure("coverage", formulas.coverage, "truth interval", proportion=True),
    _measure("coverage, worst case", formulas.coverage_worst_case, "truth interval", True, succeeded="interval_used"),
    _measure("bias-eliminated coverage", formulas.bias_eliminated_coverage, "interval", proportion=True),
    _measure("rejection rate", formulas.rejection_rate, "interval", proportion=True),
    _measure("mean width", formulas.mean_width, "interval"),
    _measure("interval score", formulas.interval_score, "truth interval"),
    _measure("convergence rate", formulas.convergence_rate, proportion=True, succeeded="answered_used"),
    _measure("contraction", formulas.contraction, "se prior_sd"),
    _measure("rank, mean", formulas.rank_mean, "rank"),
    _measure("rank, chi-square", formulas.rank_chi_square, "rank"),
    _measure("rank, p-value", formulas.rank_p_value, "rank"),
    _measure("estimate − reference", formulas.estimate_difference, "reference"),
    _measure("squared error − reference", formulas.squared_error_difference, "truth reference"),
    _measure("width − reference", formulas.width_difference, "interval reference"),
)
"""Every measure, in the order in which they are shown."""

WORDS = {measure.name: measure.words for measure in MEASURES}


ROUNDING = 1e-7
"""An MCSE below this share of its value is the rounding error of a sum of squares, and the spread is none."""


def measured(
    groups: "pd.DataFrame", available: frozenset[str], *, as_published: bool = False
) -> "Iterator[pd.DataFrame]":
    """For each measure that ``available`` allows: measure, gid, value, mcse, lower, upper, used, failed.

    A group that lacks what a measure needs, though its fits succeeded, has no line; one whose fits have all failed
    has a line without a value.
    """
    import pandas as pd

    columns = {str(name): groups[name].to_numpy(dtype=float) for name in groups if groups[name].dtype.kind in "iufb"}
    for measure in MEASURES:
        if not measure.needs <= available:
            continue
        value, mcse, used = _computed(measure, columns, as_published=as_published)
        lower, upper = wilson(value, used) if measure.proportion else (value - Z * mcse, value + Z * mcse)
        failed = columns["total"] - (columns[measure.succeeded] if measure.succeeded else used)
        table = {"measure": measure.name, "gid": groups["gid"], "value": value, "mcse": mcse}
        table |= {"lower": lower, "upper": upper, "used": used.astype(np.int64), "failed": failed.astype(np.int64)}
        yield pd.DataFrame(table)[(used > 0) | (columns["answered_used"] == 0)]


def _computed(measure: Measure, columns: Columns, *, as_published: bool) -> Result:
    """Value, MCSE and number used, NaN where there is none: no value of no replicate, no MCSE of one."""
    with np.errstate(divide="ignore", invalid="ignore"):
        value, mcse, used = measure.compute(columns)
        if as_published and measure.name in ERRORS:
            mcse = ERRORS[measure.name](columns)
    # An error that is rounding of the value (all replicates agree) is 0, so that it is neither divided by nor drawn.
    value = np.where(used > 0, value, np.nan)
    mcse = np.where((used > 1) & np.isfinite(mcse), mcse, np.nan)
    return value, np.where(mcse < ROUNDING * np.abs(value), 0.0, mcse), used


# The Monte-Carlo standard errors as they were published, for tables that shall agree with printed ones: Morris, White &
# Crowther (2019), Using simulation studies to evaluate statistical methods, Statistics in Medicine 38(11), 2074–2102,
# Table 6. They are those of `formulas` but for four measures, where the published ones take estimates for normal, for
# independent of their standard errors, or their mean for known.


def empirical_se(c: Columns) -> Array:
    """EmpSE/√(2(R − 1))."""
    return c["spread"] / np.sqrt(2 * (c["used"] - 1))


def relative_error_model_se(c: Columns) -> Array:
    """100 (ModelSE/EmpSE) √(Var(SE²)/(4 R ModelSE⁴) + 1/(2(R − 1)))."""
    used, variance = c["v_used"], c["v1"] / c["v_used"]
    of_squares, ratio = variance_of(c["v1"], c["v2"], used), np.sqrt(variance) / c["spread"]
    return 100 * ratio * np.sqrt(of_squares / (4 * used * variance**2) + 1 / (2 * (used - 1)))


def relative_precision(c: Columns) -> Array:
    """200 (EmpSE²(reference)/EmpSE²) √((1 − ρ²)/(R − 1))."""
    ours, other, pairs = c["pair_own2"], c["pair_other2"], c["pair_pairs"]
    correlation = np.clip(c["pair_both11"] / np.sqrt(ours * other), -1, 1)
    return 200 * other / ours * np.sqrt((1 - correlation**2) / (pairs - 1))


def bias_eliminated_coverage(c: Columns) -> Array:
    """√(p (1 − p)/R)."""
    return proportion(c["centred"], c["interval_used"])[1]


_OWN = (empirical_se, relative_error_model_se, relative_precision, bias_eliminated_coverage)
ERRORS: Mapping[str, Callable[[Columns], Array]] = {each.__name__: each for each in _OWN}
"""By the name of the measure; the others are the same as `formulas` has them."""
