"""Rows that were kept, held against today's: other draws of the same posterior pass, and each change is found."""

import pandas as pd
import pytest

from mle_vs_bayes import compare
from mle_vs_bayes.checks import drift
from mle_vs_bayes.checks.baseline import baseline
from mle_vs_bayes.checks.run import check
from mle_vs_bayes.errors import UsageError

from ..cli.conftest import run_command

HOURS = {"y": [3.1, 4.5, 2.2, 8.1, 5.5, 6.1, 1.9, 3.3, 7.4, 4.2]}
KINDS_KEPT = ("wald_transformed", "profile", "laplace_transformed", "eti", "hdi")


@pytest.fixture(scope="module")
def runs():
    """The same data, sampled with two seeds."""
    return [compare("exponential", HOURS, seed=seed, draws=400, intervals=KINDS_KEPT) for seed in (0, 1)]


@pytest.fixture
def findings(runs, tmp_path, monkeypatch):
    """What is found against rows of the first run that were changed, the second being today's."""

    def of(change=lambda rows: rows):
        change(runs[0].rows).to_csv(tmp_path / "rows.csv", index=False)
        monkeypatch.setattr(drift, "fit", lambda *arguments: runs[1].fit)
        report = check("exponential", HOURS, baseline=tmp_path)
        return {each.check for each in report.failed}, report

    return of


def moved(estimator, column, by, unit="se", parameter="rate", kind=None):
    """``column`` moved ``by`` so many of another column; of one kind of interval, or of all."""

    def change(rows):
        place = (rows["estimator"] == estimator) & (rows["parameter"] == parameter)
        place &= rows["interval"] == kind if kind else True
        assert place.any()
        return rows.assign(**{column: rows[column].where(~place, rows[column] + by * rows[unit])})

    return change


def test_the_same_passes_with_other_draws(findings):
    failed, report = findings()
    assert failed == set()
    assert [each.outcome for each in report.findings] == ["passed"] * 7
    assert report["posterior means"].statistic > 0  # the draws are others


MUTANTS = [
    ("optima", moved("mle", "estimate", 1e-5)),
    ("optima", moved("map", "estimate", -1e-5, parameter="mean")),
    ("standard errors", moved("map", "se", 1e-4)),
    ("posterior means", moved("posterior", "estimate", 8, "mcse")),
    ("posterior quantiles", moved("posterior", "upper", -1.0, kind="eti")),
    ("posterior quantiles", moved("posterior", "lower", 1.0, kind="eti")),
    ("hdi intervals", moved("posterior", "lower", -1.5, kind="hdi")),
    ("hdi intervals", moved("posterior", "upper", 1.5, kind="hdi")),
    ("intervals", moved("mle", "lower", 1e-4, kind="profile")),
    ("intervals", moved("mle", "upper", -1e-4, kind="wald_transformed", parameter="mean")),
    ("intervals", moved("map", "upper", 1e-4)),
    ("intervals", lambda rows: rows.assign(lower=rows["lower"].where(rows["interval"] != "profile"))),
    ("posterior quantiles", moved("posterior", "median", 0.5)),
    ("the same rows", lambda rows: rows[rows["parameter"] != "mean"]),
    ("the same rows", lambda rows: rows.assign(status=rows["status"].where(rows["estimator"] != "map", "failed"))),
]


@pytest.mark.parametrize(("name", "change"), MUTANTS)
def test_what_changed_is_found_by_its_check_alone(findings, name, change):
    failed, _ = findings(change)
    assert failed == {name}


def test_what_is_not_compared_is_named(runs, findings):
    def more(rows):
        few, other = rows.assign(n=3), rows[rows["estimator"] == "map"].assign(scale="unconstrained")
        drawn = rows[rows["interval"] == "profile"].assign(interval="bootstrap", lower=0.0)
        return pd.concat([few, rows, drawn, other])

    failed, report = findings(more)
    assert failed == set()
    left = "rows of n below 10, rows on the unconstrained scale and bootstrap intervals, which are drawn anew"
    assert report["the rest"].detail == f"not compared: {left}"


def test_the_kept_kinds_are_made_again(runs, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(drift, "fit", lambda *arguments: asked.append(arguments[3].kinds) or runs[1].fit)
    runs[0].rows.to_csv(tmp_path / "rows.csv", index=False)
    check("exponential", HOURS, baseline=tmp_path)
    assert set(asked[0]) == {*KINDS_KEPT, "profile_penalised"}


def test_rows_from_before_the_median_was_kept(findings):
    failed, _ = findings(lambda rows: rows.drop(columns="median"))
    assert failed == set()


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (None, "there is no .*rows.csv to compare with; make it with `mle-vs-bayes compare … --out"),
        ("a,b\n1,2\n", "has no column"),
        ("", "cannot be read"),
    ],
)
def test_a_folder_that_is_no_baseline_is_one_sentence(tmp_path, rows, words):
    if rows is not None:
        (tmp_path / "rows.csv").write_text(rows)
    with pytest.raises(UsageError, match=words):
        baseline(tmp_path)


def test_what_the_rows_are_not_of_is_refused(runs, tmp_path):
    runs[0].rows.to_csv(tmp_path / "rows.csv", index=False)
    for model, data, options, words in (
        ("weibull", HOURS, {}, "rows of the model exponential, and today's are of the model weibull"),
        ("exponential", {"y": HOURS["y"][:9]}, {}, "on n = 10, and today's are on n = 9"),
        ("exponential", HOURS, {"priors": {"rate": "Gamma(alpha=2, beta=1)"}}, "under the priors default"),
        ("exponential", None, {}, "a baseline is of data"),
    ):
        with pytest.raises(UsageError, match=words):
            check(model, data, baseline=tmp_path, **options)


def test_on_the_command_line(runs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(drift, "fit", lambda *arguments: runs[1].fit)
    runs[0].rows.to_csv("rows.csv", index=False)
    pd.DataFrame(HOURS).to_csv("hours.csv", index=False)
    seen = run_command("check exponential hours.csv --baseline .")
    assert (seen.code, seen.err) == (0, "") and "7 checks passed" in seen.out
    moved("mle", "estimate", 1.0)(runs[0].rows).to_csv("rows.csv", index=False)
    assert run_command("check exponential hours.csv --baseline .").code == 1
