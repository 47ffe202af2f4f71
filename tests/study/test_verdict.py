"""Slopes, bands and the three words."""

import numpy as np
import pandas
import pytest

from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.performance.formulas import wilson
from mle_vs_bayes.performance.slopes import fit
from mle_vs_bayes.study import Scenario, Slope, Study, Value
from mle_vs_bayes.study.judge.performance_table import COLUMNS
from mle_vs_bayes.study.judge.verdict import lines

N = np.array([50, 100, 200, 400, 800])


def table(values, errors, measure="rmse", **columns):
    shared = {"model": "m", "variant": "default", "scenario": "default", "estimator": "mle", "parameter": "p"}
    frame = pandas.DataFrame(
        {"n": N, "used": 10_000, "value": values, "mcse": errors, "measure": measure, **shared, **columns}
    )
    return frame.reindex(columns=list(COLUMNS))


def both(line):
    return line.slope, line.se


def test_slope_of_an_exact_power_is_exact_and_needs_no_errors():
    assert fit(N, 3.0 * N**-0.5, np.zeros(5)).slope == pytest.approx(-0.5, abs=1e-12)
    assert fit(N, 3.0 / N, 0.01 / N).slope == pytest.approx(-1.0, abs=1e-12)


def test_the_slope_s_error_is_its_spread():
    """2,000 studies with known errors: spread over reported error is 1 within 4.9/√(2·2000) = 0.078."""
    rng = np.random.default_rng(3)
    truth, errors = 2.0 * N**-0.5, 2.0 * N**-0.5 * np.array([0.01, 0.03, 0.02, 0.02, 0.05])
    found = np.array([both(fit(N, truth + errors * rng.normal(size=5), errors)) for _ in range(2000)])
    band = 4.9 / np.sqrt(2 * 2000)
    assert np.std(found[:, 0]) / np.mean(found[:, 1]) == pytest.approx(1, abs=band)
    mutant = [both(fit(N, truth + errors * rng.normal(size=5), np.full(5, 0.01))) for _ in range(2000)]
    spread = np.std([each[0] for each in mutant])
    assert abs(spread / np.mean([each[1] for each in mutant]) - 1) > band  # errors that are not the values'


@pytest.mark.parametrize(
    ("power", "error", "word"),
    [(-0.5, 0.001, "holds"), (-1.0, 0.001, "does not hold"), (-0.5, 0.2, "undecided"), (-0.54, 0.01, "undecided")],
)
def test_three_words_for_a_slope(power, error, word):
    values = 2.0 * N**power
    (line,) = lines([Slope("rmse", slope=-0.5, within=0.05)], table(values, error * values))
    assert line.verdict == word
    assert line.place == "m · mle · p"


def test_a_value_is_judged_at_every_n_and_more_lines_need_more_certainty():
    values, prediction = np.array([0.95, 0.94, 0.95, 0.96, 0.80]), Value("coverage", least=0.93, most=0.97)
    found = lines([prediction], table(values, np.full(5, 0.002), "coverage", interval="wald"))
    assert [line.verdict for line in found] == ["holds", "holds", "holds", "holds", "does not hold"]
    assert found[0].place == "m · mle · p · wald · n = 50"
    errors = np.full(5, 0.002)
    alone = lines([Value("bias", least=0.9434, most=1, where={"n": 50})], table(values, errors, "bias"))
    among = lines([Value("bias", least=0.9434, most=1)], table(values, errors, "bias"))
    assert (alone[0].verdict, among[0].verdict) == ("holds", "undecided")  # 3.30 errors suffice for 1, not for 5


def test_an_estimate_is_judged_once_whatever_its_intervals():
    values = 2.0 * N**-0.5
    twice = pandas.concat([table(values, 0.001 * values, interval=kind) for kind in ("wald", "profile")])
    assert len(lines([Slope("rmse", slope=-0.5, within=0.05)], twice)) == 1


def test_a_claim_about_nothing_is_undecided_and_says_so():
    (line,) = lines([Slope("mse", slope=-1, within=0.1)], table(N, N))
    assert (line.verdict, line.place) == ("undecided", "no line of the table")


def test_a_prediction_that_cannot_be_is_refused():
    with pytest.raises(UsageError, match="where of a prediction names"):
        Study(n=[10], predictions=[Value("rmse", least=0, most=1, where={"estimater": "mle"})])
    with pytest.raises(UsageError, match='runs along "alpha"; the axes are n, p'):
        Study(
            n=[10],
            scenarios=[Scenario(at={"p": 3})],
            predictions=[Slope("rmse", slope=1, within=1, along="alpha")],
        )
    with pytest.raises(UsageError, match="swap the two"):
        Value("rmse", least=1, most=0)
    with pytest.raises(UsageError, match="above 0"):
        Slope("rmse", slope=-1, within=0)


@pytest.mark.parametrize(("measure", "interval"), [("coverage", "wald"), ("convergence_rate", "none")])
def test_a_proportion_of_one_is_not_without_error(measure, interval):
    """8 of 8 is no proof of 93 %, although its binomial MCSE is 0; 8,000 of 8,000 is."""
    claim = Value(measure, least=0.93, most=1.0)
    few, many = (table(1.0, 0.0, measure, interval=interval, used=used) for used in (8, 8000))
    assert {line.verdict for line in lines([claim], few)} == {"undecided"}
    assert {line.verdict for line in lines([claim], many)} == {"holds"}


def test_wilson_s_interval_is_the_published_one():
    """Newcombe (1998), Statistics in Medicine 17, 857–872, table I, method 3: 81/263 and 15/148."""
    assert wilson(81 / 263, 263, 1.959964) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15 / 148, 148, 1.959964) == pytest.approx((0.0624, 0.1605), abs=5e-5)
