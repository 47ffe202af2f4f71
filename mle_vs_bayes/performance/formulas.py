"""Formulas of the performance measures and their Monte-Carlo standard errors in central moments of a group. [1]_

Every function takes the columns of `moments` and `pairs` by name, arrays ``(g,)`` with one entry per group, and gives
``value, mcse, used``, each ``(g,)``. A measure is a smooth function of means; its MCSE is the delta method's, with the
moments as they are and not as they would be of normal estimates. Where the published formula differs, brute force has
decided (``tests/performance/test_brute_force.py``), and the docstring says so.

.. [1] Morris, White & Crowther (2019), Using simulation studies to evaluate statistical methods, Statistics in
   Medicine 38(11), 2074–2102, Table 6.
.. [2] Brown, Cai & DasGupta (2001), Interval estimation for a binomial proportion, Statistical Science 16(2),
   101–133.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Columns = Mapping[str, Array]
Result = tuple[Array, Array, Array]
Z = 1.959963984540054
"""Quantile 0.975 of the normal distribution: Monte-Carlo intervals have level 95 %."""


def bias(c: Columns) -> Result:
    """Mean of estimate − truth, in units of the estimate."""
    return c["centre"], c["spread"] / np.sqrt(c["used"]), _if(c["has_truth"], c["used"])


def relative_bias(c: Columns) -> Result:
    """Mean of (estimate − truth)/truth, as a fraction; replicates whose truth is 0 have none."""
    return c["relative"], np.sqrt(c["relative_spread"] / c["relative_used"]), c["relative_used"]


def empirical_se(c: Columns) -> Result:
    """SD of estimate − truth over replicates, divisor R − 1; of the estimate where the truth is not known.

    The published MCSE, EmpSE/√(2(R − 1)), holds for normal estimates. This one is exact to first order for any with
    kurtosis κ, EmpSE·√((κ − (R − 3)/(R − 1))/(4R)), and is the same where κ = 3.
    """
    used = c["used"]
    return c["spread"], c["spread"] * np.sqrt(_log_variance_error(c) / 4), used


def _log_variance_error(c: Columns) -> Array:
    """Squared relative standard error of the sample variance."""
    used = c["used"]
    return np.maximum(_kurtosis(c) - (used - 3) / (used - 1), 0) / used


def _kurtosis(c: Columns) -> Array:
    return c["d4"] * c["used"] / c["d2"] ** 2


def mse(c: Columns) -> Result:
    """Mean of (estimate − truth)², in squared units of the estimate."""
    used, shift = c["used"], c["centre"]
    second, third, fourth = c["d2"] / used, c["d3"] / used, c["d4"] / used
    # Var((e + b)²) of errors e with mean 0 and a bias b: the third moment comes in with b, the second with b².
    spread = fourth - second**2 + 4 * shift * third + 4 * shift**2 * second
    return second + shift**2, np.sqrt(np.maximum(spread, 0) / (used - 1)), _if(c["has_truth"], used)


def rmse(c: Columns) -> Result:
    """√MSE, in units of the estimate."""
    value, error, used = mse(c)
    return np.sqrt(value), error / (2 * np.sqrt(value)), used


def model_se(c: Columns) -> Result:
    """√(mean of SE²), in units of the estimate."""
    used, value = c["v_used"], np.sqrt(c["v1"] / c["v_used"])
    return value, np.sqrt(variance_of(c["v1"], c["v2"], used) / used) / (2 * value), used


def relative_error_model_se(c: Columns) -> Result:
    """100 (ModelSE/EmpSE − 1), in per cent.

    The published MCSE takes the estimates for normal and for independent of their SEs. Neither holds for a rate or a
    variance, whose SE grows with the estimate, so that the errors of the two partly cancel.
    """
    used, variance, empirical = c["v_used"], c["v1"] / c["v_used"], c["spread"]
    ratio = np.sqrt(variance) / empirical
    # Delta method on log(ModelSE²/EmpSE²): both relative variances less twice the covariance, and half of it per root.
    of_model = variance_of(c["v1"], c["v2"], used) / variance**2
    together = (c["v_d2"] - variance * c["v_d2_alone"]) / (used - 1) / (variance * empirical**2)
    spread = of_model / used + _log_variance_error(c) - 2 * together / used
    return 100 * (ratio - 1), 100 * ratio * np.sqrt(np.maximum(spread, 0) / 4), used


def relative_precision(c: Columns) -> Result:
    """100 (EmpSE²(reference)/EmpSE² − 1), in per cent, over the replicates that both methods have.

    The published MCSE, 200 (EmpSE²(reference)/EmpSE²) √((1 − ρ²)/(R − 1)), holds for normal pairs.
    """
    used, ours, other = c["pair_pairs"], c["pair_own2"], c["pair_other2"]
    # Of a ratio of variances s₂²/s₁² the delta method gives Var(log ratio) = Var(log s₁²) + Var(log s₂²) − 2 Cov, where
    # the variance of s² is (μ₄ − σ⁴)/(R − 1): the −1 of both and the +2 of the covariance cancel.
    ratio = other / ours
    spread = c["pair_own4"] / ours**2 + c["pair_other4"] / other**2 - 2 * c["pair_both22"] / (ours * other)
    return 100 * (ratio - 1), 100 * ratio * np.sqrt(np.maximum(spread, 0) / (used - 1)), _if(c["has_reference"], used)


def coverage(c: Columns) -> Result:
    """Share of the intervals that hold the truth, among replicates that have one."""
    return proportion(c["covered"], _if(c["has_truth"], c["interval_used"]))


def coverage_worst_case(c: Columns) -> Result:
    """Share of all replicates whose interval holds the truth: a failed one does not cover."""
    counts = (c["has_truth"] > 0) & (c["interval_used"] > 0)
    return proportion(c["covered"], _if(counts | (c["answered_used"] == 0), c["total"]))


def bias_eliminated_coverage(c: Columns) -> Result:
    """Share of the intervals that hold the truth + bias, the mean of the estimates where the truth is constant.

    The published MCSE, √(p(1 − p)/R), forgets that the mean of the estimates is itself estimated. Coverage changes by
    slope × error when it is off, and the slope is not 0 for skewed estimates: it is read from the coverage of the
    mean ± ``window_``.
    """
    used = _if(c["used"] > 0, c["interval_used"])  # without a mean of anything there is no bias to eliminate
    value = c["centred"] / used
    slope = (c["centred_above"] - c["centred_below"]) / (2 * c["window_"] * used)
    spread = value * (1 - value) + 2 * slope * c["centred_d"] / used + slope**2 * c["d2"] / c["used"]
    return value, np.sqrt(np.maximum(np.where(c["window_"] > 0, spread, value * (1 - value)), 0) / used), used


def rejection_rate(c: Columns) -> Result:
    """Share of the intervals that leave the null value out, which is the power of the test that they invert."""
    return proportion(c["rejected"], c["interval_used"])


def mean_width(c: Columns) -> Result:
    """Mean of upper − lower, in units of the estimate; an interval that is open on a side has none."""
    return _mean(c["width1"], c["width2"], c["width_used"])


def interval_score(c: Columns) -> Result:
    """Winkler's score: width + 2/α × the distance by which the interval misses the truth; less is better. [2]_

    .. [2] Gneiting & Raftery (2007), Strictly proper scoring rules, JASA 102(477), 359–378, equation 43.
    """
    return _mean(c["score1"], c["score2"], _if(c["has_truth"], c["width_used"]))


def convergence_rate(c: Columns) -> Result:
    """Share of replicates whose fit succeeded."""
    return proportion(c["answered_used"], c["total"])


def contraction(c: Columns) -> Result:
    """Mean of 1 − SE²/prior SD²: 0 where the data said nothing, towards 1 as they say all. [3]_

    .. [3] Betancourt (2018), Calibrating model-based inferences and decisions, arXiv:1803.08393.
    """
    used = c["contraction_used"]
    return c["contraction"], np.sqrt(c["contraction_spread"] / used), used


def rank_mean(c: Columns) -> Result:
    """Mean place of the truth among the draws, in (0, 1): ½ where the posterior is calibrated."""
    return c["rank_mean"], np.sqrt(c["rank_spread"] / c["rank_used"]), c["rank_used"]


def rank_chi_square(c: Columns) -> Result:
    """Chi-square statistic of the ranks in equal bins against uniformity; it has no MCSE."""
    return c["rank_statistic"], np.full_like(c["rank_used"], np.nan), c["rank_used"]


def rank_p_value(c: Columns) -> Result:
    """Its p-value: small where the ranks are not uniform; it has no MCSE."""
    return c["rank_p"], np.full_like(c["rank_used"], np.nan), c["rank_used"]


def estimate_difference(c: Columns) -> Result:
    """Mean of estimate − reference's estimate on the same replicate, in units of the estimate."""
    return _mean_of_pairs(c, "estimate", c["pair_pairs"])


def squared_error_difference(c: Columns) -> Result:
    """Mean of squared error − reference's squared error on the same replicate; below 0 this method is closer."""
    return _mean_of_pairs(c, "square", _if(c["has_truth"], c["pair_pairs"]))


def width_difference(c: Columns) -> Result:
    """Mean of width − the reference's width on the same replicate, in units of the estimate."""
    return _mean_of_pairs(c, "width", c["pair_widths"])


def _mean_of_pairs(c: Columns, what: str, used: Array) -> Result:
    return c[f"pair_{what}"], np.sqrt(c[f"pair_{what}_spread"] / used), _if(c["has_reference"], used)


def proportion(count: Array, used: Array) -> Result:
    """A share ``count`` of ``used``, with the binomial's standard error."""
    value = np.nan_to_num(count) / used
    return value, np.sqrt(value * (1 - value) / used), used


def _mean(first: Array, second: Array, used: Array) -> Result:
    return first / used, np.sqrt(variance_of(first, second, used) / used), used


def variance_of(first: Array, second: Array, used: Array) -> Array:
    """Sample variance, divisor ``used − 1``, from sums of first and second powers."""
    return np.maximum(second - first**2 / used, 0) / (used - 1)


def _if(known: Array | NDArray[np.bool_], used: Array) -> Array:
    return np.where(known > 0, used, 0)


def wilson(proportion: ArrayLike, used: ArrayLike, z: float = Z) -> tuple[Array, Array]:
    """Ends ``(g,)`` of Wilson's interval of ``proportion`` ``(g,)`` out of ``used`` ``(g,)``; NaN where none. [2]_

    It is what a Monte-Carlo error of zero hides: of 100 intervals that all covered, the coverage is 0.963 to 1. ``z``
    is the normal quantile: of the 95 % interval unless given.
    """
    share, of = np.asarray(proportion, dtype=float), np.asarray(used, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = 1 + z**2 / of
        middle = (share + z**2 / (2 * of)) / spread
        reach = z / spread * np.sqrt(share * (1 - share) / of + z**2 / (4 * of**2))
    none, every = share == 0, share == 1  # exact ends, without rounding
    return np.where(none, 0.0, middle - reach), np.where(every, 1.0, middle + reach)
