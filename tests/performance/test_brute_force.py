"""Every Monte-Carlo standard error against brute force: the spread of a measure over 2,000 studies is what it reports.

The SD of 2,000 values has a relative standard error of √((κ − 1)/8000), 0.016 for normal measures and at most 0.02 at
the kurtosis κ ≤ 4 that these have: 0.1 is more than 4 of them, and leaves room for the second-order error of a delta
method on 1,000 replicates.
"""

import numpy as np
import pytest

from mle_vs_bayes.performance.measures import MEASURES

from .tables import long, spread_over_mcse, summarise

STUDIES, REPLICATES, SIZE = 2000, 1000, 20
BAND = 0.1
WITHOUT_MCSE = {"rank_chi_square", "rank_p_value"}
TAKEN = {"a": 0.97, "b": 0.9}
"""Share of fits that succeed."""


def normal(rng, shape):
    """Mean and a noisier, correlated rival, with SEs from the sample variance."""
    variance = rng.chisquare(SIZE - 1, shape) / (SIZE - 1)
    mean = 1 + rng.normal(size=shape) / np.sqrt(SIZE)
    rival = mean + rng.normal(size=shape) * 0.15
    return (mean, np.sqrt(variance / SIZE)), (rival, np.sqrt(variance / SIZE + 0.02))


def exponential(rng, shape):
    """The rate's MLE, 1/mean, skewed and with an SE that grows with it; and a rival that shrinks and adds noise."""
    rate = SIZE / rng.gamma(SIZE, size=shape)
    rival = rate * (SIZE - 1) / SIZE * rng.normal(1, 0.05, shape)
    return (rate, rate / np.sqrt(SIZE)), (rival, rival / np.sqrt(SIZE - 1))


def studies(draw, seed):
    rng = np.random.default_rng(seed)
    shape = STUDIES * REPLICATES
    methods = {}
    for name, (estimate, se) in zip("ab", draw(rng, shape), strict=True):
        estimate[rng.random(shape) > TAKEN[name]] = np.nan
        methods[name] = {"estimate": estimate, "se": se, "truth": 1.0, "prior_sd": 2.0}
        methods[name]["rank"] = rng.integers(0, 100, shape)
    return long(STUDIES, REPLICATES, **methods)


@pytest.mark.parametrize(("draw", "seed"), [(normal, 1), (exponential, 2)], ids=["normal", "exponential"])
def test_mcse_is_the_spread_over_studies(draw, seed):
    ratio = spread_over_mcse(studies(draw, seed), reference="a", null=0.7).dropna()
    off = ratio[(ratio - 1).abs() > BAND]
    assert off.empty, off
    assert set(ratio.xs("b", level="method").index) == {measure.name for measure in MEASURES} - WITHOUT_MCSE


@pytest.fixture(scope="module")
def skewed():
    """Estimates that are exponentially distributed, as of a variance from two observations: kurtosis 9."""
    rng = np.random.default_rng(3)
    own = rng.exponential(size=1000 * 4000)
    rival = own + 0.5 * rng.exponential(size=own.size)
    se = np.sqrt(own)  # the SE goes with the estimate
    return long(1000, 4000, a={"estimate": own, "se": se}, b={"estimate": rival, "se": se})


def test_robust_errors_hold_where_those_of_normal_theory_do_not(skewed):
    """4,000 replicates, since a sample's kurtosis falls short of 9; 1,000 studies: 0.1 is 4.5 errors of the ratio."""
    ratio = spread_over_mcse(skewed, reference="a")
    for key in (("empirical_se", "a"), ("relative_error_model_se", "a"), ("relative_precision", "b")):
        assert abs(ratio[key] - 1) < BAND, (key, ratio[key])


@pytest.mark.parametrize("measure", ["empirical_se", "relative_error_model_se", "relative_precision"])
def test_mutant_published_errors_of_normal_theory_fail(skewed, measure):
    """Morris et al. (2019), Table 6, as it is printed."""
    by = skewed.assign(v=skewed["se"] ** 2).groupby(["study", "method"])
    spread, model, squares = by["estimate"].std(), by["v"].mean() ** 0.5, by["v"].var()
    count = 4000
    if measure == "empirical_se":
        value, mcse = spread, spread / np.sqrt(2 * (count - 1))
    elif measure == "relative_error_model_se":
        value = 100 * (model / spread - 1)
        mcse = 100 * model / spread * np.sqrt(squares / (4 * count * model**4) + 1 / (2 * (count - 1)))
    else:
        wide = skewed.pivot(index=["study", "replicate"], columns="method", values="estimate")
        rho = wide.groupby("study").corr().xs("a", level=1)["b"]
        ratio = (spread.xs("a", level=1) / spread.xs("b", level=1)) ** 2
        value, mcse = 100 * (ratio - 1), 200 * ratio * np.sqrt((1 - rho**2) / (count - 1))
    if "method" in value.index.names:
        value, mcse = value.xs("a", level="method"), mcse.xs("a", level="method")
    assert abs(value.std() / mcse.mean() - 1) > 1.5 * BAND


@pytest.fixture(scope="module")
def lopsided():
    """Rates from 5 observations with 50 % intervals: coverage of the mean estimate depends on where the mean is."""
    rng = np.random.default_rng(4)
    rate = 5 / rng.gamma(5, size=2000 * 1000)
    return long(2000, 1000, a={"estimate": rate, "se": rate / np.sqrt(5)})


def test_bias_eliminated_coverage_knows_that_the_mean_is_estimated(lopsided):
    assert abs(spread_over_mcse(lopsided, level=0.5)["bias_eliminated_coverage", "a"] - 1) < BAND


def test_mutant_published_error_of_bias_eliminated_coverage_fails(lopsided):
    found = summarise(lopsided, scenario=["study"], level=0.5)
    p = found.loc[found["measure"] == "bias_eliminated_coverage", "value"]
    assert abs(p.std() / np.sqrt(p * (1 - p) / 1000).mean() - 1) > BAND
