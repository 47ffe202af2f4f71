"""Exact coverage by enumeration, predictions from theory, and scenarios with replicates of their own."""

import math
from dataclasses import replace

import numpy as np
import pandas
import pytest
from scipy.stats import beta, binom

from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.study import Theory, binomial_coverage
from mle_vs_bayes.study.judge.performance_table import COLUMNS
from mle_vs_bayes.study.judge.verdict import lines

LUCKY = {17: 0.951, 20: 0.959, 25: 0.957, 30: 0.957}
UNLUCKY = {10: 0.891, 12: 0.854, 13: 0.908, 15: 0.882, 18: 0.904, 40: 0.919}
PUBLISHED = {**LUCKY, **UNLUCKY}
"""Brown, Cai & DasGupta (2001), table 1: actual coverage of the nominal 95 % Wald interval at p = 1/2, by n."""


@pytest.mark.parametrize("n", PUBLISHED)
def test_wald_coverage_is_the_published_one(n):
    assert round(binomial_coverage(0.5, n, "mle", "wald"), 3) == PUBLISHED[n]


def test_a_rare_event():
    """One data set in twenty has no success: summed by hand.

    The mutant leaves these data sets out, as if they were none.
    """
    k = np.arange(0, 592)
    chance, half = binom.pmf(k, 591, 0.005), 1.959964 * np.sqrt(k / 591 * (1 - k / 591) / 591)
    expected = np.sum(chance[np.abs(k / 591 - 0.005) <= half])
    assert binomial_coverage(0.005, 591, "mle", "wald") == pytest.approx(expected)
    assert round(expected, 3) == 0.945
    assert round(expected / (1 - chance[0]), 3) == 0.996


def test_of_every_data_set():
    """Wald by hand: k of 10 covers 0.1 where |k/10 − 0.1| ≤ 1.96 √(k/10 (1 − k/10)/10), which 0 and 10 do not.

    Clopper–Pearson's of them has a width: 0 to 0.3085 covers.
    """
    k = np.arange(0, 11)
    chance, half = binom.pmf(k, 10, 0.1), 1.959964 * np.sqrt(k / 10 * (1 - k / 10) / 10)
    covers = np.abs(k / 10 - 0.1) <= half
    assert binomial_coverage(0.1, 10, "mle", "wald") == pytest.approx(np.sum(chance[covers]))
    exact = [beta.ppf(0.025, k, 11 - k), beta.ppf(0.975, k + 1, 10 - k)]
    covers = (np.nan_to_num(exact[0]) <= 0.1) & (np.nan_to_num(exact[1], nan=1.0) >= 0.1)
    assert covers[0]
    assert binomial_coverage(0.1, 10, "mle", "clopper_pearson") == pytest.approx(np.sum(chance[covers]))
    assert math.isnan(binomial_coverage(0.1, 10, "mle", "eti"))
    with pytest.raises(UsageError, match="no such interval"):
        binomial_coverage(0.1, 10, "mle", "no such interval")


def table(values, used=1000):
    shared = {"model": "m", "variant": "default", "scenario": "s", "estimator": "mle", "parameter": "p"}
    frame = pandas.DataFrame({"n": [10, 20, 30, 40], "value": values, "mcse": 0.0, "used": used})
    return frame.assign(measure="coverage", interval="wald", **shared).reindex(columns=list(COLUMNS))


def prediction(shift=0.0):
    return Theory("coverage", value=lambda line: 0.9 + 0.001 * line["n"] + shift, within=0.02)


def test_theory_is_compared_on_average_over_n_with_the_error_of_its_own_share():
    exact = 0.9 + 0.001 * np.array([10, 20, 30, 40])
    (line,) = lines([prediction()], table(exact + 0.004, used=500))
    assert line.measured == pytest.approx(0.004)
    assert line.se == pytest.approx(np.sqrt(np.sum(exact * (1 - exact) / 500)) / 4)
    assert line.verdict == "undecided"
    (line,) = lines([prediction()], table(exact + 0.004, used=100_000))
    assert line.verdict == "holds"
    (line,) = lines([prediction(shift=-0.05)], table(exact, used=100_000))  # the mutant
    assert line.verdict == "does not hold"


def test_a_theory_needs_a_band():
    with pytest.raises(UsageError, match="must be above 0"):
        Theory("coverage", value=lambda line: 0.95, within=0)


STUDY = """
study = Study(n=(10,), models=["normal"], replicates=40, batch=10, estimators=("mle",), scenarios=[
    Scenario("many"), Scenario("few", replicates=20, intervals=("t",), estimators=("mle", "exact"))])
"""


def test_scenarios_have_replicates_intervals_and_estimators_of_their_own(desk):
    from mle_vs_bayes.study.plan import plan
    from mle_vs_bayes.study.plan.cells import setting_of
    from mle_vs_bayes.study.run import unit
    from mle_vs_bayes.study.vocabulary import source

    found = source.find(str(desk.write("from mle_vs_bayes.study import *\n" + STUDY)))
    design = plan.design(found, seed=0, request={}, command="")
    jobs = list(design.jobs(found))
    assert (design.total, design.units, len(jobs)) == (60, 6, 6)
    assert [job.batch for job in jobs if job.cell.scenario == "few"] == [0, 1]
    few = setting_of(found.study, jobs[1].cell)
    assert (few.study.fitted, few.study.intervals) == (("mle", "exact"), ("t",))
    assert unit.run(jobs[1]).fits == 30
    more = design.topped_up(30)
    assert [more.batches_of(cell) for cell in more.cells] == [4, 3]
    assert more.hashed().plan_sha256 == design.hashed().plan_sha256
    assert plan.design(replace(found, quick=True), seed=0, request={}, command="").total == 40
    asked = plan.design(found, seed=0, request={"replicates": 10}, command="")
    assert [asked.batches_of(cell) for cell in asked.cells] == [1, 1]


def test_a_scenario_of_one_replicate_leaves_the_batches_of_others_as_they_are(desk):
    from mle_vs_bayes.study.plan import plan
    from mle_vs_bayes.study.vocabulary import source

    text = STUDY.replace("replicates=20", "replicates=1")
    found = source.find(str(desk.write("from mle_vs_bayes.study import *\n" + text)))
    design = plan.design(found, seed=0, request={}, command="")
    assert [(design.batch_of(cell), design.batches_of(cell)) for cell in design.cells] == [(10, 4), (1, 1)]
