"""The Monte-Carlo standard errors as they were published, for tables that shall agree with printed ones. [1]_

They are those of `formulas` but for four measures, where the published ones take estimates for normal, for independent
of their standard errors, or their mean for known.

.. [1] Morris, White & Crowther (2019), Using simulation studies to evaluate statistical methods, Statistics in
   Medicine 38(11), 2074–2102, Table 6.
"""

from collections.abc import Callable, Mapping

import numpy as np

from .formulas import Array, Columns, proportion, variance_of


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
    own, other, pairs = c["pair_own2"], c["pair_other2"], c["pair_pairs"]
    correlation = np.clip(c["pair_both11"] / np.sqrt(own * other), -1, 1)
    return 200 * other / own * np.sqrt((1 - correlation**2) / (pairs - 1))


def bias_eliminated_coverage(c: Columns) -> Array:
    """√(p (1 − p)/R)."""
    return proportion(c["centred"], c["interval_used"])[1]


_OWN = (empirical_se, relative_error_model_se, relative_precision, bias_eliminated_coverage)
ERRORS: Mapping[str, Callable[[Columns], Array]] = {each.__name__: each for each in _OWN}
"""By the name of the measure; the others are the same as `formulas` has them."""
