"""compare() in Python: what it returns, in every form people want it."""

from dataclasses import replace

import numpy as np
import pandas
import pytest
import xarray

from mle_vs_bayes import compare
from mle_vs_bayes.comparison import verdict
from mle_vs_bayes.comparison.comparison import Comparison
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.errors import MleVsBayesError, UsageError
from mle_vs_bayes.estimators.estimate import missing
from mle_vs_bayes.fit.replicates import fit_replicates
from mle_vs_bayes.fit.subsets import nested
from mle_vs_bayes.rows import COLUMNS
from mle_vs_bayes.sampling.tree_groups import GROUPS

SAMPLER = {"chains": 2, "draws": 200, "tune": 200}


@pytest.fixture(scope="module")
def poisson():
    return compare("poisson", simulate=40, truth={"rate": 2.0}, groups=tuple(GROUPS), seed=3, **SAMPLER)


def test_rows_have_the_schema_and_carry_the_truth(poisson):
    rows = poisson.rows
    assert tuple(rows.columns) == COLUMNS
    assert rows["n"].dtype == "int64" and rows["estimate"].dtype == "float64"
    assert set(rows["truth"]) == {2.0}
    assert list(rows["estimator"]) == ["mle", "map", "posterior"]


def test_the_screen_says_why_an_estimator_is_missing_beside_those_that_are_there(poisson):
    """In one sentence, which the headline does not hold; and so the reason of an interval."""
    refused = missing("maximum_likelihood", ("rate",), "not_applicable", "the joint mode is no estimate")
    fit = replace(poisson.fit, estimates={**poisson.fit.estimates, "mle": refused})
    assert poisson.fit.agreement and "joint mode" not in verdict.headline(fit)
    shown = " ".join(str(Comparison(poisson.model, (fit,), 0.95, 3, {})).split())
    assert "no maximum likelihood: the joint mode is no estimate." in shown
    assert shown.count("the joint mode is no estimate") == 1
    failed = replace(fit, estimates={**fit.estimates, "map": missing("map", ("rate",), "failed", "it stopped")})
    assert verdict.missing(failed) == ["no maximum likelihood: the joint mode is no estimate."]
    assert "it stopped" in verdict.headline(failed)
    schools, asked = {"y": [1.0, 1.2, 0.9], "se": [5.0, 5.0, 5.0]}, ("wald_transformed",)
    edge = compare("eight_schools", schools, estimators=["mle"], intervals=asked)
    shown = " ".join(str(edge).split())
    assert "mle: no wald_transformed interval of tau: no standard error" in shown
    heads = compare("bernoulli", {"y": [7], "trials": [7]}, estimators=["mle"])
    assert "mle: no estimate of odds: its value at the estimate is infinite" in " ".join(str(heads).split())


def test_an_interval_is_asked_for_by_the_name_it_has_for_another_estimator():
    def kinds(*estimators, **asked):
        comparison = compare("exponential", {"y": [1.0, 2.0, 4.0]}, estimators=estimators, **asked)
        return {row.estimator: row.interval for row in comparison.fit.rows}, comparison

    assert kinds("map", intervals=["profile"])[0] == {"map": "profile_penalised"}
    assert kinds("mle", "map", intervals=["wald"])[0] == {"mle": "wald", "map": "laplace"}
    rows, comparison = kinds("mle", "map", intervals=["sandwich"])
    assert rows == {"mle": "sandwich", "map": "laplace_transformed"}
    assert "map has no sandwich interval and keeps laplace_transformed." in " ".join(str(comparison).split())
    assert kinds("mle", "map")[1].document()["notes"] == []
    with pytest.raises(UsageError, match="the interval eti is one of posterior and posterior_exact, and fitted is mle"):
        kinds("mle", intervals=["eti"])
    with pytest.raises(UsageError, match="the interval hdi is one of"):
        fit_replicates("exponential", [], ("mle", "map"), intervals=["hdi"])


def test_the_table_is_wide(poisson):
    assert list(poisson.table.index) == ["rate"]
    assert poisson.table[("mle", "estimate")].iloc[0] == pytest.approx(poisson["mle"].point[0])


def test_the_tree_holds_all_three_and_survives_a_file(poisson, tmp_path):
    tree = poisson.data_tree
    wanted = {"posterior", "sample_stats", "prior", "prior_predictive", "log_prior", "log_likelihood"}
    assert wanted | {"posterior_predictive", "observed_data", "mle", "map"} <= set(tree.children)
    tree.to_netcdf(tmp_path / "tree.nc", engine="h5netcdf")
    with xarray.open_datatree(tmp_path / "tree.nc", engine="h5netcdf") as read:
        assert float(read["mle"]["rate"]) == poisson["mle"].point[0]
        np.testing.assert_array_equal(read["posterior"]["rate"], tree["posterior"]["rate"])


def test_groups_are_what_was_asked_for_and_the_cheap_ones_by_default():
    exact = {"y": [3, 1, 4, 1, 5]}
    plain = set(compare("poisson", exact, estimators=["posterior"], groups=(), **SAMPLER).data_tree.children)
    usual = set(compare("poisson", exact, estimators=["posterior"], **SAMPLER).data_tree.children)
    assert usual - plain == {"prior", "log_prior"}
    with pytest.raises(UsageError, match='no group "priors" of draws; choose from prior, log_prior'):
        compare("poisson", exact, estimators=["posterior"], groups=("priors",), **SAMPLER)


def test_the_log_likelihood_group_is_the_model_s(poisson):
    first = float(poisson.data_tree["posterior"]["rate"][0, 0])
    group = poisson.data_tree["log_likelihood"]["y"].to_numpy()
    assert group.shape == (2, 200, 40)
    np.testing.assert_allclose(group[0, 0], poisson.fit.program.log_likelihood_units(np.array([first])), rtol=1e-12)


def test_notebooks_see_a_table_and_the_verdict(poisson):
    page = poisson._repr_html_()
    assert "<table" in page and poisson.verdict in page


def test_the_same_seed_gives_the_same_rows(poisson):
    again = compare("poisson", simulate=40, truth={"rate": 2.0}, seed=3, **SAMPLER)
    pandas.testing.assert_frame_equal(poisson.rows, again.rows)


def test_optima_do_not_depend_on_the_seed(poisson):
    again = compare("poisson", {"y": poisson.fit.program.data["y"]}, seed=4, estimators=["mle", "map"])
    for estimator in ("mle", "map"):
        # Each is accepted within 1e-6 SE of the optimum, wherever its starts were.
        assert abs(again[estimator].point[0] - poisson[estimator].point[0]) < 2e-6 * poisson["mle"].se[0]


def test_every_column_has_its_type_whatever_is_missing(poisson):
    frame = poisson.rows
    types = {name: str(frame[name].dtype) for name in ("divergences", "iterations", "seed", "converged", "replicate")}
    assert types == {**dict.fromkeys(types, "Int64"), "converged": "boolean"}
    numbers = ["truth", "estimate", "se", "level", "lower", "upper", "mcse", "ess_bulk", "ess_tail", "rhat", "gradient"]
    assert {str(frame[name].dtype) for name in numbers} == {"float64"}
    assert np.all(frame.loc[frame["estimator"] != "posterior", ["mcse", "rhat"]].isna())
    assert np.all(np.isfinite(frame.loc[frame["estimator"] == "posterior", ["mcse", "rhat", "ess_bulk", "ess_tail"]]))


def test_estimates_and_what_lies_underneath(poisson):
    assert poisson["mle"].results.params[0] == poisson["mle"].point[0]
    assert poisson["posterior"].tree["posterior"]["rate"].dims == ("chain", "draw")
    assert {(a.pair, a.parameter) for a in poisson.agreement} == {
        (pair, "rate") for pair in ("map - mle", "posterior - map", "posterior - mle")
    }
    by_pair = {a.pair: a.difference for a in poisson.agreement}
    steps = by_pair["map - mle"] + by_pair["posterior - map"]
    assert by_pair["posterior - mle"] == pytest.approx(steps, abs=1e-12)


def test_truth_of_derived_quantities_is_derived_from_the_truth():
    rows = compare("exponential", simulate=20, truth={"rate": 0.25}, estimators=["mle"]).rows
    assert dict(zip(rows["parameter"], rows["truth"], strict=True)) == {"rate": 0.25, "mean": 4.0}
    rows = compare("logistic", simulate=60, truth={"beta[x1]": 1.0}, estimators=["mle"]).rows
    truth = dict(zip(rows["parameter"], rows["truth"], strict=True))
    assert truth["beta[x1]"] == 1.0
    assert truth["odds_ratio[x1]"] == pytest.approx(np.e)
    assert truth["beta[x2]"] == 0.5  # the typical value, as it was not named


def test_a_fit_without_an_answer_is_a_row_without_numbers():
    cut = {"y": [1.0, 2.0, 4.0, 8.0], "event": [0, 0, 0, 0]}
    comparison = compare("weibull", cut, estimators=["mle", "map"])
    lost = comparison.rows.query("estimator == 'mle'")
    assert set(lost["status"]) == {"divergent"}
    assert lost["reason"].str.contains("scale runs to infinity").all()
    assert lost[["estimate", "se", "lower", "upper"]].isna().all(axis=None)
    assert not lost["converged"].any()
    assert comparison.rows.query("estimator == 'map'")["estimate"].notna().all()
    assert float(comparison.data_tree["map"]["scale"]) > 8
    assert str(comparison.data_tree["mle"]["status"].item()) == "divergent"


def test_subsets_are_nested_and_seeded():
    data = Dataset({"y": np.arange(50.0)})
    sizes = [10, "all", 25]
    first, second, third = nested(data, sizes, seed=1, least=2)
    assert (first.n, second.n, third.n) == (10, 25, 50)
    assert set(first["y"]) < set(second["y"]) < set(third["y"])
    assert list(next(nested(data, sizes, seed=1, least=2))["y"]) == list(first["y"])


def test_convergence_has_rows_of_every_n():
    comparison = compare("exponential", simulate=60, n=[10, "all"], estimators=["mle", "map"])
    assert sorted(set(comparison.rows["n"])) == [10, 60]
    assert comparison.n == 60


def test_what_cannot_be_a_table_is_refused_with_a_sentence():
    with pytest.raises(MleVsBayesError, match="no table"):
        compare("poisson", {"y": [1, 2], "exposure": [1, 2, 3]})
