"""The mode on the unconstrained scale beside the MAP: on request, labelled, and another number by a known factor."""

import json

import numpy as np
import pytest

from mle_vs_bayes import compare
from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.estimators import unconstrained_mode

from ..cli.conftest import run_command

HOURS = np.array([0.4, 2.1, 0.8, 1.7, 3.0, 0.2])
A, B = 3.0, 2.0
POINTS = {"estimators": ["mle", "map"], "scale": "unconstrained"}
PRIOR = {"rate": f"Gamma(alpha={A:g}, beta={B:g})"}


@pytest.fixture(scope="module")
def lifetimes():
    return compare("exponential", {"y": HOURS}, priors=PRIOR, intervals=["laplace", "profile_penalised"], **POINTS)


def modes(comparison, label):
    """Rows of the MAP of one quantity, one for each scale."""
    rows = comparison.rows
    own = rows[(rows["estimator"] == "map") & (rows["parameter"] == label) & rows["interval"].str.startswith("laplace")]
    return own.set_index("scale")


def check_ratio(rows):
    """DESIGN 5.2: the mode of log rate is (n + a)/(n + a − 1) times that of the rate, to rounding."""
    ratio = rows.loc["unconstrained", "estimate"] / rows.loc["model", "estimate"]
    assert ratio == pytest.approx((len(HOURS) + A) / (len(HOURS) + A - 1), rel=1e-9)


def test_both_modes_of_a_rate(lifetimes):
    rows = modes(lifetimes, "rate")
    check_ratio(rows)
    assert rows.loc["model", "estimate"] == pytest.approx((len(HOURS) + A - 1) / (HOURS.sum() + B), rel=1e-9)


def test_mutant_without_the_jacobian(monkeypatch):
    monkeypatch.setattr(unconstrained_mode, "log_volume", lambda support, u: (0.0, np.zeros_like(u)))
    with pytest.raises(AssertionError):
        check_ratio(modes(compare("exponential", {"y": HOURS}, priors=PRIOR, **POINTS), "rate"))


def test_the_interval_is_symmetric_in_the_logarithm(lifetimes):
    """log rate has information n + a at its mode; 1.959964 is the normal quantile."""
    row = modes(lifetimes, "rate").loc["unconstrained"]
    reach = 1.959963984540054 / np.sqrt(len(HOURS) + A)
    ends = np.log([row["lower"], row["upper"]]) - np.log(row["estimate"])
    assert ends == pytest.approx([-reach, reach], abs=1e-8)
    assert row["se"] == pytest.approx(row["estimate"] / np.sqrt(len(HOURS) + A), rel=1e-8)


def test_rows_are_labelled_and_nothing_else_changes(lifetimes):
    alone = compare(
        "exponential", {"y": HOURS}, priors=PRIOR, estimators=["mle", "map"], intervals=["laplace", "profile_penalised"]
    )
    rows = lifetimes.rows
    assert set(alone.rows["scale"]) == {"model"}
    assert set(rows[rows["scale"] == "unconstrained"]["estimator"]) == {"map"}
    kept = rows[rows["scale"] == "model"].reset_index(drop=True)
    assert kept.equals(alone.rows)
    assert lifetimes.table.equals(alone.table)
    assert lifetimes.verdict == alone.verdict
    assert lifetimes.agreement == alone.agreement


def test_screen_and_figures(lifetimes):
    words = str(lifetimes)
    assert words.count("MAP, unconstrained scale") == 2  # of the rate and of the mean
    assert {"forest", "path", "profile"} <= set(lifetimes.figures())


def test_json_and_other_words_of_the_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hours.csv").write_text("y\n" + "".join(f"{y}\n" for y in HOURS))
    command = "compare exponential hours.csv --scale unconstrained --estimator"
    document = json.loads(run_command(f"{command} map --json").out)
    assert {(row["estimator"], row["scale"]) for row in document["rows"]} == {
        ("map", "model"),
        ("map", "unconstrained"),
    }
    seen = run_command(f"{command} mle")
    assert (seen.code, seen.out) == (2, "")
    assert seen.err.startswith("mle-vs-bayes: the scale is unconstrained, which is for the MAP, and no MAP is fitted")


def test_unknown_scale_is_refused():
    with pytest.raises(UsageError, match='no scale "log"; choose model or unconstrained'):
        compare("exponential", {"y": HOURS}, scale="log")


def test_a_program_of_one_s_own():
    import pymc

    with pymc.Model() as program:
        pymc.Exponential("y", pymc.Gamma("rate", A, B), observed=HOURS)
    check_ratio(modes(compare(program, **POINTS), "rate"))


def test_a_mode_may_be_there_where_the_map_is_not():
    """A rate under Gamma(1/2, b) and no event: its density runs to 0, that of its logarithm has a mode at a/(b + t)."""
    found = compare(
        "exponential", {"y": HOURS, "event": np.zeros(6)}, priors={"rate": "Gamma(alpha=0.5, beta=1)"}, **POINTS
    ).rows
    rows = found[(found["estimator"] == "map") & (found["parameter"] == "rate")].set_index("scale")
    assert list(rows["status"]) == ["divergent", "ok"]
    assert rows.loc["unconstrained", "estimate"] == pytest.approx(0.5 / (1 + HOURS.sum()), rel=1e-6)


def test_a_refusal_of_the_map_is_one_of_the_mode():
    import pymc

    with pymc.Model() as program:
        effects = pymc.Normal("effects", 0, pymc.HalfNormal("tau"), shape=3)
        pymc.Normal("y", effects, 1, observed=[1.0, 2.0, 4.0])
    rows = compare(program, **POINTS).rows
    assert set(rows["status"]) == {"not_applicable"}
    assert set(rows[rows["estimator"] == "map"]["scale"]) == {"model", "unconstrained"}
