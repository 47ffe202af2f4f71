"""A posterior mean that does not exist: nothing is shown as one, and nothing is made of one, in any form."""

import json

import numpy as np
import pytest

from mle_vs_bayes import compare, summarise
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.fit.replicates import Plan, fit_replicates
from mle_vs_bayes.report import text

TIMES = Dataset({"y": np.array([1.0, 3.0, 4.0, 9.0, 30.0])})
FEW = {"draws": 200, "tune": 200, "chains": 2}
NUMBERS = ("estimate", "se", "mcse")


@pytest.fixture(scope="module")
def lives():
    return compare("weibull", TIMES, **FEW)


@pytest.fixture(scope="module")
def many():
    sets = [TIMES, Dataset({"y": TIMES["y"][::-1] * 2})]
    return fit_replicates("weibull", sets, truth={"mean": 10.0, "shape": 1.0}, plan=Plan(size=2, draws=300, tune=200))


def row(rows, parameter, estimator="posterior"):
    return rows[(rows["parameter"] == parameter) & (rows["estimator"] == estimator)].iloc[0]


def check_without_a_mean(found):
    assert found["status"] == "ok"
    assert all(np.isnan(found[name]) for name in NUMBERS)
    assert found["lower"] < found["median"] < found["upper"]
    assert "mean does not exist: near shape 0" in found["reason"]
    assert "no_mean" in found["concerns"]


def test_one_fit_and_many_have_the_median_and_the_interval_and_no_mean(lives, many):
    check_without_a_mean(row(lives.rows, "mean"))
    check_without_a_mean(row(many.rows, "mean"))


def test_mutant_the_median_life_has_a_mean(lives):
    with pytest.raises(AssertionError):
        check_without_a_mean(row(lives.rows, "median"))


def test_the_median_is_that_of_the_draws(lives, many):
    for name in ("shape", "mean"):
        draws = lives["posterior"].tree["posterior"][name].to_numpy()
        assert row(lives.rows, name)["median"] == np.median(draws)
    assert many.rows["median"].notna().equals(many.rows["estimator"] == "posterior")


def test_no_distance_prediction_or_verdict_is_made_of_it(lives):
    pairs = {(a.parameter, a.pair) for a in lives.agreement}
    assert ("mean", "map - mle") in pairs
    assert not {("mean", "posterior - map"), ("mean", "posterior - mle")} & pairs
    assert ("median", "posterior - map") in pairs
    assert "(mean, posterior" not in lives.verdict


def test_the_explanation_says_so_and_has_no_part_of_it(lives):
    part = lives.explain()["mean"]
    assert (part.difference, part.skewness, part.skewness_expected, part.monte_carlo_error) == (None,) * 4
    assert part.prior is not None
    assert "the posterior mean of mean does not exist" in part.sentence
    assert "does not exist" not in lives.explain()["median"].sentence


def test_power_scaling_moves_no_mean_that_is_not_there(lives):
    parts = lives.sensitivity()
    assert (parts["mean"].mean_shift, parts["mean"].mode_shift) == (None, None)
    assert parts["mean"].prior > 0
    assert parts["median"].mean_shift is not None


def test_tables_of_the_object_underneath_have_none_either(lives):
    table = lives["posterior"].results
    assert table.loc["mean", ["mean", "sd", "mcse_mean"]].isna().all()
    assert table.loc["median", ["mean", "sd", "mcse_mean"]].notna().all()


def test_screen_and_document_say_median(lives):
    screen, line = str(lives), row(lives.rows, "mean")
    block = screen.partition("\nmean ")[2].partition("\nmedian ")[0]
    assert "posterior median" in block
    assert "posterior mean" not in block
    assert "has no mean" in screen
    document = json.loads(json.dumps(lives.document(), allow_nan=False))
    (record,) = [r for r in document["rows"] if (r["parameter"], r["estimator"]) == ("mean", "posterior")]
    assert [record[name] for name in NUMBERS] == [None] * 3
    assert record["median"] == line["median"]
    assert record["reason"] == line["reason"]


def test_a_table_copes_with_missing_cells(lives):
    records = [vars(a) for a in lives.agreement]
    shown = text.plain(text.agreement(records, ["map - mle", "posterior - map", "posterior - mle"]))
    (line,) = [line for line in shown.splitlines() if line.startswith("mean")]
    assert line.split()[-4:] == ["–"] * 4


def test_figures_mark_the_median(lives):
    figures = lives.figures()
    assert "mean (posterior median)" in [axes.get_title(loc="left") for axes in figures["marginal"].axes]
    assert "Posterior median, as there is no mean: mean." in figures["forest"].get_supxlabel().replace("\n", " ")
    marks = [line.get_gid() for line in figures["path"].axes[2].lines]
    assert "posterior point" not in marks
    assert "posterior point" in [line.get_gid() for line in figures["path"].axes[0].lines]


def test_a_study_measures_its_interval_and_not_its_mean(many):
    measures = summarise(many.rows)
    own = measures[(measures["method"] == "posterior") & (measures["parameter"] == "mean")].set_index("measure")
    assert own.loc["coverage", "used"] == 2
    assert own.loc["convergence_rate", "value"] == 1
    assert not {"bias", "mse", "rmse", "empirical_se", "model_se", "bias_eliminated_coverage"} & set(own.index)
    shape = measures[(measures["method"] == "posterior") & (measures["parameter"] == "shape")]
    assert {"bias", "coverage"} <= set(shape["measure"])


def test_rows_without_the_new_column_are_read_as_before(many):
    old = many.rows[many.rows["parameter"] == "shape"].drop(columns="median")
    new = many.rows[many.rows["parameter"] == "shape"]
    assert summarise(old).equals(summarise(new))


def test_a_mean_without_a_standard_deviation_has_no_error_and_no_distance():
    """Odds of 3 successes of 3 under Beta(2, 2): E odds² diverges at 1 as ∫ (1 − p)^−1."""
    found = compare("bernoulli", {"y": [1, 1, 1]}, estimators=["map", "posterior", "exact"], **FEW)
    odds = row(found.rows, "odds")
    assert np.isfinite(odds["estimate"])
    assert np.isnan(odds["se"])
    assert np.isnan(odds["mcse"])
    assert "standard deviation does not exist" in odds["reason"]
    assert {a.parameter for a in found.agreement} == {"p"}


def test_an_exact_posterior_without_a_mean_says_so():
    """Three values under flat priors: Student's t on one degree of freedom."""
    flat = {"mu": "Flat()", "sigma": "HalfFlat()"}
    found = compare("normal", {"y": [1.0, 2.0, 4.0]}, priors=flat, estimators=["exact"])
    mu = row(found.rows, "mu", "posterior_exact")
    assert np.isnan(mu["estimate"])
    assert mu["median"] == pytest.approx(7 / 3)
    assert "mean does not exist" in mu["reason"]
    sigma = row(found.rows, "sigma", "posterior_exact")
    assert "mean does not exist" in sigma["reason"]
    assert "exact posterior median" in str(found)
