"""A quick run answers: as many replicates as there is time for by the clock that a test sets, and few looks at them."""

import json
from dataclasses import replace

import pytest

from mle_vs_bayes.study.judge import results, verdict
from mle_vs_bayes.study.plan import plan, timing
from mle_vs_bayes.study.run.run import RunRequest, run
from mle_vs_bayes.study.vocabulary import source

from .conftest import TINY
from .test_verdict import N, Slope, table

FIXED, EACH = 0.001, {10: 0.01, 20: 0.01, 40: 0.04}
"""Seconds of a unit, and of a replicate by n."""
STUDY = 'study = Study(n=(10, 20, 40), models=["normal"], replicates={most}, estimators=("mle",), scenarios=[\n' + (
    '    Scenario("small", n=(10, 20)), Scenario("large", n=(40,))])\n'
)


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(timing, "_seconds", lambda _run, job: FIXED + EACH[job.cell.n] * job.count)


def planned(desk, most, workers):
    path = desk.write("from mle_vs_bayes.study import *\n" + STUDY.format(most=most))
    found = source.find(str(path))
    design = plan.design(replace(found, quick=True), seed=0, request={}, command="")
    return timing.afforded(design, found, lambda _job: None, workers)


def check_shares(design, seconds):
    """All the time is used, and R is as 1/√cost: twice as many of what costs a quarter."""
    small, middle, large = (design.batches_of(cell) * design.batch_of(cell) for cell in design.cells)
    assert small == middle == pytest.approx(2 * large, rel=0.02)
    spent = 3 * design.looks * FIXED + small * EACH[10] + middle * EACH[20] + large * EACH[40]
    assert spent == pytest.approx(seconds, rel=0.07)  # the scales that are tried are 5 % apart


@pytest.mark.usefixtures("clock")
def test_replicates_are_what_there_is_time_for_most_where_they_cost_least(desk):
    design, alone = planned(desk, 100_000, workers=1)
    assert alone and design.looks == plan.LOOKS
    check_shares(design, timing.QUICK_SECONDS)
    design, alone = planned(desk, 100_000, workers=3)
    assert not alone
    check_shares(design, 3 * (timing.QUICK_SECONDS - timing.STARTING))


def test_mutant_one_number_of_replicates_for_all(desk, clock, monkeypatch):
    monkeypatch.setattr(timing, "_shared", lambda costs, *_: [500] * len(costs))
    with pytest.raises(AssertionError):
        check_shares(planned(desk, 100_000, workers=1)[0], timing.QUICK_SECONDS)


@pytest.mark.usefixtures("clock")
def test_never_more_than_the_full_study_nor_fewer_than_asked(desk, monkeypatch):
    design, alone = planned(desk, 60, workers=2)
    assert alone and design.total == 3 * 60
    monkeypatch.setattr(timing, "QUICK_SECONDS", 0.0)
    monkeypatch.setattr(timing, "BEYOND_FEWEST", 0.0)
    design, alone = planned(desk, 60, workers=2)
    assert alone and design.total == 3 * 20


@pytest.mark.usefixtures("clock")
def test_where_the_fewest_take_all_the_time_there_are_more_of_what_costs_little(desk, monkeypatch):
    monkeypatch.setattr(timing, "QUICK_SECONDS", -20.0)  # spent before they are shared out
    design, _ = planned(desk, 100_000, workers=1)
    small, middle, large = (cell.replicates for cell in design.cells)
    assert small == middle > 2 * 20 and large >= 20
    assert (small + middle) * EACH[10] + large * EACH[40] == pytest.approx(20 * 0.06 + timing.BEYOND_FEWEST, rel=0.07)


def test_nothing_is_timed_where_there_is_nothing_to_choose(desk, monkeypatch):
    monkeypatch.setattr(timing, "_cost", lambda *_: pytest.fail("timed"))
    design, alone = planned(desk, 20, workers=2)
    assert (design.total, design.looks, alone) == (3 * 20, 1, False)
    with pytest.raises(pytest.fail.Exception):  # mutant: one more replicate is one to choose
        planned(desk, 21, workers=2)


@pytest.mark.usefixtures("clock")
def test_a_quick_run_stops_when_its_verdict_is_settled(desk):
    """In this process, with as many replicates as one of its looks needs; the same again when it is asked again."""
    found = source.find(str(desk.write(TINY.replace("within=0.5", "within=3.0"))))
    outcome = run(found, desk.folder / "quick", RunRequest(quick=True))
    assert outcome.design.looks == plan.LOOKS and outcome.replicates == outcome.design.total / plan.LOOKS
    assert outcome.most_replicates == outcome.replicates / len(outcome.design.cells)
    again = run(found, desk.folder / "quick", RunRequest(quick=True))
    assert again.entries == outcome.entries


def test_looks_share_the_error_of_the_family():
    """A slope 4 standard errors inside its band holds at one look; of four looks each needs more certainty."""
    error = 0.01 / 4
    frame = table(3.0 * N**-0.5, 3.0 * N**-0.5 * error)
    one = verdict.lines([Slope("rmse", slope=-0.5, within=0.1)], frame)
    within = one[0].se * 3.4  # the quantile is 3.29 of one look and 3.66 of four
    words = [verdict.lines([Slope("rmse", slope=-0.5, within=within)], frame, looks=k)[0].verdict for k in (1, 4)]
    assert words == ["holds", "undecided"]


def test_replicates_that_are_asked_for_are_taken_as_they_are(desk):
    found = source.find(str(desk.write(TINY)))
    outcome = run(found, desk.folder / "asked", RunRequest(quick=True, replicates=10, workers=1))
    assert outcome.design.looks == 1 and outcome.replicates == outcome.design.total == 20
    assert json.loads((desk.folder / "asked" / "design.json").read_text())["looks"] == 1


@pytest.mark.parametrize("name", ["underflow", "cross_entropy", "invariance"])
def test_a_study_that_ships_ends_and_nothing_it_predicts_fails(desk, name):
    """Those that end in seconds; `.ci/long` runs every one."""
    outcome = run(source.find(name), desk.folder / name, RunRequest(quick=True, replicates=100, workers=1))
    judged = results.leave(outcome)
    assert outcome.replicates > 0 and outcome.failed == 0 and judged.lines and judged.lost == ()
    assert {line.verdict for line in judged.lines} <= {"holds", "undecided"}
