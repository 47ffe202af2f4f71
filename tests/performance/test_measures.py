"""Measures on tables small enough to work out by hand, exact theory, and what must not change them."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import stdtr

from mle_vs_bayes import rows
from mle_vs_bayes.performance.slopes import fit, slopes
from mle_vs_bayes.performance.summarise import summarise

from .tables import long, one, value

FOUR = one([1.0, 2.0, 3.0, 6.0], se=[1.0, 1.0, 1.0, 2.0], truth=2.0)
"""Errors −1, 0, 1, 4: their mean is 1, their squares' mean 4.5, their SD √(14/3)."""


@pytest.mark.parametrize(
    ("measure", "expected", "mcse"),
    [
        ("bias", 1, np.sqrt(14 / 3 / 4)),
        ("relative_bias", 0.5, np.sqrt(14 / 3 / 4) / 2),
        ("empirical_se", np.sqrt(14 / 3), None),
        ("mse", 4.5, np.std([1, 0, 1, 16], ddof=1) / 2),
        ("rmse", np.sqrt(4.5), np.std([1, 0, 1, 16], ddof=1) / 4 / np.sqrt(4.5)),
        ("model_se", np.sqrt(7 / 4), np.std([1, 1, 1, 4], ddof=1) / 2 / 2 / np.sqrt(7 / 4)),
        ("relative_error_model_se", 100 * (np.sqrt(7 / 4 / (14 / 3)) - 1), None),
        ("coverage", 0.75, np.sqrt(0.75 * 0.25 / 4)),  # 6 ± 3.92 is above 2
        ("bias_eliminated_coverage", 0.75, None),  # 1 ± 1.96 ends at 2.96, below the mean 3
        ("rejection_rate", 0.75, np.sqrt(0.75 * 0.25 / 4)),  # 1 ± 1.96 holds 0
        ("mean_width", 2 * 1.959964 * 1.25, 2 * 1.959964 * 0.5 / 2),
        ("interval_score", 2 * 1.959964 * 1.25 + 40 * (6 - 2 * 1.959964 - 2) / 4, None),
        ("convergence_rate", 1, 0),
    ],
)
def test_by_hand(measure, expected, mcse):
    assert value(FOUR, measure) == pytest.approx(expected, rel=1e-6)
    if mcse is not None:
        assert value(FOUR, measure, "mcse") == pytest.approx(mcse, rel=1e-6)


def test_relative_precision_and_differences_are_paired():
    pair = pd.concat([FOUR, FOUR.assign(method="b", estimate=[2.0, 2.0, 3.0, 3.0])])
    assert value(pair, "relative_precision", method="b", reference="a") == pytest.approx(100 * (14 / 3 / (1 / 3) - 1))
    assert value(pair, "estimate_difference", method="b", reference="a") == pytest.approx(-0.5)
    spread = np.std([1, 0, 0, -3], ddof=1) / 2
    assert value(pair, "estimate_difference", "mcse", "b", reference="a") == pytest.approx(spread)
    assert value(pair, "squared_error_difference", method="b", reference="a") == pytest.approx(0.5 - 4.5)


def test_wilson_interval_where_every_interval_covers():
    """Brown, Cai & DasGupta (2001): the lower end at x = n is n/(n + z²)."""
    sure = one(np.zeros(100), lower=-1.0, upper=1.0, truth=0.0)
    assert value(sure, "coverage", "mcse") == 0
    assert value(sure, "coverage", "lower") == pytest.approx(100 / (100 + 1.959964**2))
    assert value(sure, "coverage", "upper") == 1


def within(table, measure, exact, errors=4.42):
    """``errors`` standard errors: a family of 100 checks fails by chance once in 1,000 runs of the suite."""
    return abs(value(table, measure) - exact) <= errors * value(table, measure, "mcse")


def test_exact_coverage_of_the_mean_with_z():
    """Mean of n normal values with the maximum-likelihood SD (divisor n): 2T(z√((n − 1)/n)) − 1, T of n − 1 df."""
    rng, n = np.random.default_rng(11), 5
    y = rng.normal(size=(100_000, n))
    table = one(y.mean(axis=1), se=y.std(axis=1) / np.sqrt(n), truth=0.0)
    exact = 2 * stdtr(n - 1, 1.959964 * np.sqrt((n - 1) / n)) - 1
    assert within(table, "coverage", exact)
    assert not within(table, "coverage", 2 * stdtr(n - 1, 1.959964) - 1)  # mutant: divisor n − 1
    with_t = table.assign(se=y.std(axis=1, ddof=1) / np.sqrt(n), df=n - 1)
    assert within(with_t, "coverage", 0.95)


@pytest.mark.parametrize(
    ("draw", "truth", "exact", "mutant"),
    [
        pytest.param(lambda r: 10 / r.gamma(10, size=10**5) * 2, 2, 2 / 9, 2 / 10, id="exponential rate: λ/(n − 1)"),
        pytest.param(lambda r: r.chisquare(9, 10**5) / 10 * 3, 3, -3 / 10, -3 / 9, id="normal variance: −σ²/n"),
        pytest.param(lambda r: 4 * r.beta(10, 1, 10**5), 4, -4 / 11, -4 / 10, id="uniform maximum: −θ/(n + 1)"),
    ],
)
def test_exact_bias(draw, truth, exact, mutant):
    table = one(draw(np.random.default_rng(12)), truth=float(truth))
    assert within(table, "bias", exact)
    assert not within(table, "bias", mutant)


def test_truth_may_vary_by_replicate():
    table = one([1.0, 2.0, 4.0], truth=[1.0, 1.0, 2.0], se=1.0)
    assert value(table, "bias") == pytest.approx(1)
    assert value(table, "relative_bias") == pytest.approx(2 / 3)
    assert value(table, "relative_bias", "mcse") == pytest.approx(np.std([0, 1, 1], ddof=1) / np.sqrt(3))
    assert value(table, "empirical_se") == pytest.approx(1)


def test_failed_replicates_are_counted_in_every_measure():
    table = one([1.0, 2.0, np.nan, 9.0], lower=[0.0, 1.0, np.nan, 8.0], upper=[2.0, 3.0, np.nan, 10.0], truth=1.0)
    table["status"] = ["ok", "ok", "failed", "failed"]
    found = summarise(table).set_index("measure")
    assert (found["failed"] == 2).all()
    assert found.loc["bias", ["value", "used"]].tolist() == [0.5, 2]
    assert found.loc["coverage", ["value", "used"]].tolist() == [1, 2]
    assert found.loc["coverage_worst_case", ["value", "used"]].tolist() == [0.5, 4]
    assert found.loc["convergence_rate", ["value", "used"]].tolist() == [0.5, 4]


def test_more_failures_change_counts_only():
    more = pd.concat([FOUR, pd.DataFrame({"replicate": [7, 8], "method": "a", "estimate": np.nan, "truth": 2.0})])
    before, after = summarise(FOUR).set_index("measure"), summarise(more).set_index("measure")
    counted = ["coverage_worst_case", "convergence_rate"]
    numbers = ["value", "mcse", "used"]
    pd.testing.assert_frame_equal(before.drop(counted)[numbers], after.drop(counted)[numbers])
    assert (after["failed"] == 2).all()


def test_open_and_missing_ends():
    table = one([1.0, 1.0, 1.0], lower=[0.0, 2.0, np.nan], upper=[np.nan, np.nan, np.nan], truth=1.0, se=1.0)
    assert value(table, "coverage") == 0.5
    assert value(table, "coverage", "failed") == 1
    assert "mean_width" not in set(summarise(table)["measure"])


def test_a_method_without_ends_takes_walds():
    bare = FOUR.assign(method="wald")
    ended = FOUR.assign(lower=-100.0, upper=100.0)
    both = pd.concat([bare, ended])
    assert value(both, "coverage", method="wald") == value(FOUR, "coverage")
    assert value(both, "coverage") == 1


def large(seed=5, size=400):
    rng = np.random.default_rng(seed)
    own = {"estimate": 1 + rng.normal(size=size), "se": rng.gamma(50, 0.02, size), "truth": 0.8}
    rival = {"estimate": own["estimate"] + rng.normal(size=size) / 5, "se": rng.gamma(50, 0.02, size), "truth": 0.8}
    return long(4, size // 4, a=own, b=rival)


def test_the_order_of_rows_does_not_matter():
    table = large()
    one_way = summarise(table, reference="a", scenario=["study"])
    other = summarise(table.sample(frac=1, random_state=1), reference="a", scenario=["study"])
    pd.testing.assert_frame_equal(one_way, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("factor", [1e6, 1e-6])
def test_units_scale_the_answers(factor):
    powers = {"bias": 1, "empirical_se": 1, "model_se": 1, "rmse": 1, "mean_width": 1, "interval_score": 1, "mse": 2}
    powers |= {"estimate_difference": 1, "width_difference": 1, "squared_error_difference": 2}
    table = large()
    scaled = table.assign(**{name: table[name] * factor for name in ("estimate", "se", "truth")})
    before, after = (summarise(each, reference="a", scenario=["study"]) for each in (table, scaled))
    power = factor ** before["measure"].map(powers).fillna(0)
    for column in ("value", "mcse"):
        np.testing.assert_allclose(after[column], before[column] * power, rtol=1e-8, atol=0)


def test_far_from_zero_no_digits_are_lost():
    """Estimates of 10⁶ ± 1 without a truth: raw fourth powers would leave nothing of the kurtosis."""
    values = np.random.default_rng(8).normal(size=500)
    near, far = one(values), one(values + 1e6)
    assert value(far, "empirical_se", "mcse") == pytest.approx(value(near, "empirical_se", "mcse"), rel=1e-7)


def own_rows():
    shared = {"model": "normal", "n": 10, "parameter": "mu", "level": 0.95}
    found = []
    for replicate in range(4):
        ok = {**shared, "replicate": replicate, "truth": 0.0, "estimate": 0.1 * replicate, "se": 1.0}
        found.append(rows.Row(**ok, estimator="mle", interval="wald", lower=-1.0, upper=1.0, converged=True))
        found.append(rows.Row(**ok, estimator="mle", interval="profile", lower=0.05, upper=1.0, converged=True))
        if replicate < 3:
            found.append(rows.Row(**ok, estimator="map", interval="laplace", lower=-1.0, upper=1.0, converged=True))
    found.append(rows.Row(**shared, replicate=3, estimator="map", status="failed", reason="no", converged=False))
    return rows.frame(found)


def test_own_rows_are_recognised_and_a_failed_fit_counts_with_its_intervals():
    found = summarise(own_rows(), reference="mle")
    coverage = found[found["measure"] == "coverage_worst_case"].set_index(["method", "interval"])
    assert coverage["value"].to_dict() == {("map", "laplace"): 0.75, ("mle", "profile"): 0.0, ("mle", "wald"): 1.0}
    assert coverage["failed"].to_dict() == {("map", "laplace"): 1, ("mle", "profile"): 0, ("mle", "wald"): 0}
    compared = found[(found["measure"] == "estimate_difference") & (found["method"] == "map")]
    assert compared["used"].tolist() == [3]


def test_slope_of_a_power_law():
    sizes = np.array([10, 20, 40, 80])
    line = fit(sizes, 3 / sizes, 0.01 * 3 / sizes)
    assert line.slope == pytest.approx(-1)
    assert line.se == pytest.approx(0.01 / np.sqrt(((np.log(sizes) - np.log(sizes).mean()) ** 2).sum()))
    assert line.chi_square == pytest.approx(0, abs=1e-9)
    assert np.isnan(fit(sizes, [1, -1, 1, 1], np.ones(4)).slope)


def test_slope_of_the_mse_of_a_mean():
    rng = np.random.default_rng(6)
    parts = [one(rng.normal(size=4000) / np.sqrt(n), truth=0.0, n=n) for n in (10, 30, 100)]
    line = slopes(summarise(pd.concat(parts)), "mse", predicted=-1).iloc[0]
    assert abs(line["z"]) < 4.42
    assert abs(line["slope"] + 0.5) / line["se"] > 4.42  # mutant: the RMSE's slope


def test_ranks():
    rng = np.random.default_rng(7)
    table = one(np.zeros(2000), rank=rng.integers(0, 100, 2000), rank_draws=99)
    assert value(table, "rank_p_value") > 0.001
    assert abs(value(table, "rank_mean") - 0.5) < 4.42 * value(table, "rank_mean", "mcse")
    skewed = table.assign(rank=(99 * rng.beta(1.3, 1, 2000)).round().astype(int))
    assert value(skewed, "rank_p_value") < 1e-6
