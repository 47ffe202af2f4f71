"""Every kind of interval from Python, for one quantity; the profile of statsmodels' results; 2 × 2 tables."""

from functools import cache

import numpy as np
import pytest
import scipy

import mle_vs_bayes
from mle_vs_bayes import compare, intervals
from mle_vs_bayes.errors import UsageError

Y = [3.1, 0.4, 1.9, 5.2, 2.2, 0.9, 1.1, 7.3, 2.8, 4.0]


@cache
def everything():
    return compare("exponential", {"y": Y}, intervals=["all"], chains=2, draws=300, tune=300)


@pytest.mark.parametrize("label", ["rate", "mean"])
@pytest.mark.parametrize("kind", intervals.KINDS)
def test_one_interval_is_the_row_of_the_table(kind, label):
    row = next(r for r in everything().fit.rows if (r.interval, r.parameter) == (kind, label))
    found = everything().interval(label, kind)
    assert (found.lower, found.upper, found.status) == (row.lower, row.upper, row.status)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("rat", "wald"), 'exponential has no quantity "rat"; it has rate, mean'),
        (("rate", "walt"), "did you mean wald"),
        (("rate", "wald", "posterior"), "an interval of kind wald is one of mle or reml or mle_exact"),
        (("rate", "wald", None, 95), "level is 95; it must lie inside"),
    ],
)
def test_bad_requests_are_one_sentence(arguments, words):
    with pytest.raises(UsageError, match=words):
        everything().interval(*arguments)


def test_another_level_is_another_interval():
    narrow, wide = (everything().interval("rate", "profile", level=level) for level in (0.5, 0.99))
    assert wide.lower < narrow.lower < narrow.upper < wide.upper


def test_statsmodels_results_have_a_profile():
    results = everything()["mle"].results
    found = mle_vs_bayes.profile(results, "mean").interval(0.95)
    row = everything().interval("mean", "profile")
    assert (found.lower, found.upper) == pytest.approx((row.lower, row.upper), rel=1e-9)
    with pytest.raises(UsageError, match="there is no profile of float here"):
        mle_vs_bayes.profile(1.0, "mean")


A, B, C, D = 15, 5, 8, 14
"""Successes and failures with and without."""


@cache
def table():
    data = {"x": [1] * (A + B) + [0] * (C + D), "y": [1] * A + [0] * B + [1] * C + [0] * D}
    return compare("logistic", data, formula="y ~ x", estimators=["mle"], intervals=["wald"])


def test_a_two_by_two_table_has_closed_forms():
    """log(ad/bc) with Woolf's SE √(1/a + 1/b + 1/c + 1/d), and G² = 2 Σ O log(O/E). [1]_

    .. [1] Agresti (2013), Categorical Data Analysis, 3rd ed.
    """
    mle, (test,) = table()["mle"], table().page().tests
    assert mle.point[1] == pytest.approx(np.log(A * D / (B * C)), rel=1e-9)
    check_woolf(mle.se[1], 1)
    observed = np.array([[A, B], [C, D]])
    expected = np.outer(observed.sum(1), observed.sum(0)) / observed.sum()
    statistic = 2 * np.sum(observed * np.log(observed / expected))
    assert (test.quantity, test.likelihood_ratio) == ("beta[x]", pytest.approx(statistic, rel=1e-9))
    assert test.likelihood_ratio_p == pytest.approx(scipy.stats.chi2.sf(statistic, 1), rel=1e-6)


def check_woolf(se, factor):
    assert se == pytest.approx(np.sqrt(1 / A + 1 / B + factor / C + 1 / D), rel=1e-9)


def test_mutant_one_cell_forgotten():
    with pytest.raises(AssertionError):
        check_woolf(table()["mle"].se[1], 0)
