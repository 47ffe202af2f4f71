"""The coin of 73 heads in 100: README's smallest example, every number by hand."""

import numpy as np
import pytest
from scipy import stats

from mle_vs_bayes import compare

COIN = {"y": [1.0] * 73 + [0.0] * 27}


@pytest.fixture(scope="module")
def rows():
    comparison = compare("bernoulli", COIN, estimators=["mle", "map", "exact"])
    table = comparison.rows
    return table[table["parameter"] == "p"].set_index("estimator"), comparison


def test_maximum_likelihood_is_the_share_of_heads(rows):
    table, comparison = rows
    assert table.loc["mle", "estimate"] == pytest.approx(0.73, abs=1e-12)
    assert table.loc["mle", "se"] == pytest.approx(np.sqrt(0.73 * 0.27 / 100), rel=1e-10)
    by_hand = 73 * np.log(0.73) + 27 * np.log(0.27)
    assert comparison["mle"].log_likelihood == pytest.approx(by_hand, rel=1e-12)
    assert comparison["mle"].results.aic == pytest.approx(2 - 2 * by_hand, rel=1e-12)


def test_map_and_exact_posterior_under_the_default_beta_2_2(rows):
    table, _ = rows
    assert table.loc["map", "estimate"] == pytest.approx(74 / 102, abs=1e-10)
    assert table.loc["posterior_exact", "estimate"] == pytest.approx(75 / 104, abs=1e-12)
    assert table.loc["posterior_exact", "lower"] == pytest.approx(stats.beta(75, 29).ppf(0.025), abs=1e-12)
    assert table.loc["posterior_exact", "upper"] == pytest.approx(stats.beta(75, 29).ppf(0.975), abs=1e-12)


def test_a_uniform_prior_gives_the_mle_as_map_and_laplace_s_rule_as_mean():
    comparison = compare("bernoulli", COIN, estimators=["map", "exact"], priors={"p": "Beta(1, 1)"})
    assert comparison["map"].point[0] == pytest.approx(0.73, abs=1e-10)
    assert comparison["posterior_exact"].point[0] == pytest.approx(74 / 102, abs=1e-12)


def test_six_in_nine_has_the_published_laplace_error():
    """McElreath (2020), Statistical Rethinking, 2nd ed., section 2.4.4: 0.67 with 0.16; more digits by hand."""
    comparison = compare("bernoulli", {"y": [1] * 6 + [0] * 3}, estimators=["map"], priors={"p": "Uniform(0, 1)"})
    assert comparison["map"].point[0] == pytest.approx(2 / 3, abs=1e-9)
    assert comparison["map"].se[0] == pytest.approx(0.157135, abs=5e-7)
    assert comparison["map"].se[0] != pytest.approx(0.639602, abs=1e-3)  # that is the transformed scale's
