"""The coin: 73 heads in 100 tosses. Everything about it is known in closed form."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mle_vs_bayes import compare

HEADS, TOSSES = 73, 100
COIN = {"y": [1] * HEADS + [0] * (TOSSES - HEADS)}
ROUNDING = 1e-12
"""Relative: sums of a hundred numbers of order one round by 100 × 1e-16, and Newton's last step by less."""


@pytest.fixture(scope="module")
def coin():
    return compare("bernoulli", COIN, estimators=["mle", "map", "exact"])


def row(comparison, estimator, parameter="p"):
    """The first row of an estimator: its estimate, standard error and default interval."""
    rows = comparison.rows
    return rows[(rows["estimator"] == estimator) & (rows["parameter"] == parameter)].iloc[0]


def test_maximum_likelihood(coin):
    found = row(coin, "mle")
    se = math.sqrt(0.73 * 0.27 / 100)
    assert_allclose([found.estimate, found.se], [0.73, se], rtol=ROUNDING)
    assert found.interval == "wald_transformed"
    # On log odds the standard error is SE/(p (1 − p)); by hand, without the package's maps.
    reach = 1.959963984540054 * se / (0.73 * 0.27)
    ends = [1 / (1 + 27 / 73 * math.exp(-step * reach)) for step in (-1, 1)]
    assert_allclose([found.lower, found.upper], ends, rtol=ROUNDING)
    plain = coin.interval("p", "wald")
    assert_allclose(
        [plain.lower, plain.upper], [0.73 - 1.959963984540054 * se, 0.73 + 1.959963984540054 * se], rtol=ROUNDING
    )
    assert_allclose(coin["mle"].log_likelihood, 73 * math.log(0.73) + 27 * math.log(0.27), rtol=ROUNDING)
    assert_allclose(coin["mle"].results.aic, 2 - 2 * coin["mle"].log_likelihood, rtol=ROUNDING)


def test_exact_rows_say_the_same_as_the_optimiser(coin):
    assert_allclose(row(coin, "mle_exact").estimate, 0.73, rtol=ROUNDING)
    assert_allclose(row(coin, "mle_exact").se, row(coin, "mle").se, rtol=ROUNDING)


def test_map_under_the_default_prior(coin):
    """Beta(2, 2) adds one head and one tail to the mode; the curvature there is that of 102 tosses."""
    mode = (73 + 1) / (100 + 2)
    found = row(coin, "map")
    assert_allclose([found.estimate, found.se], [mode, math.sqrt(mode * (1 - mode) / 102)], rtol=ROUNDING)
    assert found.interval == "laplace_transformed"


def test_exact_posterior(coin):
    """Beta(75, 29): mean and SD by formula, quantiles through the binomial sum P(X ≥ 75) of 103 tosses."""
    found = row(coin, "posterior_exact")
    assert_allclose(found.estimate, 75 / 104, rtol=ROUNDING)
    assert_allclose(found.se, math.sqrt(75 * 29 / (104**2 * 105)), rtol=ROUNDING)
    assert found.interval == "eti"
    assert_allclose([tail(found.lower), tail(found.upper)], [0.025, 0.975], rtol=1e-10)


def tail(p):
    """I_p(75, 29), the distribution function of Beta(75, 29), as a sum of binomial probabilities."""
    return math.fsum(math.comb(103, k) * p**k * (1 - p) ** (103 - k) for k in range(75, 104))


def test_odds(coin):
    """Delta method: the odds p/(1 − p) move by 1/(1 − p)² times p."""
    assert_allclose(row(coin, "mle", "odds").estimate, 73 / 27, rtol=ROUNDING)
    # Central differences with a step of 1e-3 SE err by its square times a third derivative of SE²/(1 − p)² = 0.03.
    assert_allclose(row(coin, "mle", "odds").se, row(coin, "mle").se / 0.27**2, rtol=1e-6 * 0.03 + 1e-9)
    share, odds = row(coin, "mle"), row(coin, "mle", "odds")
    of_share = [share.lower / (1 - share.lower), share.upper / (1 - share.upper)]
    assert_allclose([odds.lower, odds.upper], of_share, rtol=1e-6)  # one interval, whatever it is told on


def test_exact_posterior_of_the_odds(coin):
    """Under Beta(75, 29) they are beta prime, with mean 75/28; their quantiles are the odds of the proportion's."""
    found, proportion = row(coin, "posterior_exact", "odds"), row(coin, "posterior_exact")
    assert_allclose(found.estimate, 75 / 28, rtol=1e-9)
    assert_allclose(found.se, math.sqrt(75 * 103 / (27 * 28**2)), rtol=1e-9)
    for end in ("lower", "upper", "median"):
        p = proportion[end]
        assert_allclose(found[end], p / (1 - p), rtol=1e-7)


def test_uniform_prior():
    """Beta(1, 1): the mode is the MLE, the mean Laplace's rule of succession."""
    comparison = compare("bernoulli", COIN, priors={"p": "Beta(1, 1)"}, estimators=["mle", "map", "exact"])
    assert_allclose(row(comparison, "map").estimate, 0.73, rtol=ROUNDING)
    assert_allclose(row(comparison, "map").se, row(comparison, "mle").se, rtol=ROUNDING)
    assert_allclose(row(comparison, "posterior_exact").estimate, 74 / 102, rtol=ROUNDING)
    assert set(comparison.rows["variant"]) == {"p ~ Beta(alpha=1, beta=1)"}


def test_agreement_with_theory(coin):
    """MAP − MLE is 1/102 of a half minus the share; to first order Σ∇log π = (1 − 2p)/n."""
    (pair,) = [a for a in coin.agreement if (a.pair, a.parameter) == ("map - mle", "p")]
    se = math.sqrt(0.73 * 0.27 / 100)
    assert_allclose(pair.difference, 74 / 102 - 0.73, rtol=1e-10)
    assert_allclose(pair.expected, (1 - 2 * 0.73) / 100 / se, rtol=1e-10)
    assert pair.verdict == "as expected"


def test_a_hundred_rows_or_one_with_trials():
    """The same estimates; the log-likelihood gains log C(100, 73), the ways to order the heads."""
    comparison = compare("bernoulli", {"y": [73.0], "trials": [100.0]}, estimators=["mle"])
    estimate = comparison["mle"]
    assert_allclose(estimate.point, [0.73], rtol=ROUNDING)
    rows = 73 * math.log(0.73) + 27 * math.log(0.27)
    assert_allclose(estimate.log_likelihood, rows + math.log(math.comb(100, 73)), rtol=1e-10)


def test_six_heads_in_nine_tosses():
    """McElreath (2020), Statistical Rethinking, 2nd ed., section 2.4.4: the quadratic approximation.

    On the model scale the Laplace SE is √(6 × 3/9³) = 0.157135; 0.639602 would be the transformed scale's.
    """
    comparison = compare("bernoulli", {"y": [1] * 6 + [0] * 3}, priors={"p": "Uniform(0, 1)"}, estimators=["map"])
    found = row(comparison, "map")
    assert_allclose(found.estimate, 6 / 9, rtol=ROUNDING)
    assert_allclose(found.se, 0.157135, atol=5e-7)
    assert_allclose(found.se / (found.estimate * (1 - found.estimate)), 0.7071068, atol=5e-8)
    assert np.round(found.se, 2) == 0.16
