"""The same posteriors by another way: one at a time under other seeds for every model, and `compare`'s for some."""

from functools import cache

import numpy as np
import pytest

from mle_vs_bayes.comparison.compare import compare
from mle_vs_bayes.estimators.estimate import missing
from mle_vs_bayes.fit.replicates import Plan, batch_fit, fit_replicates, plan_replicates

from ..agreement.checks import K
from ..model.cases import SAMPLED
from .checks import by_label, check_standard_normal, datasets, posteriors

COUNT, ROWS = 24, 30
DEAR = {"normal_mixture": 6}
"""Data sets of a model that takes seconds each."""
ALONE = Plan(size=1, draws=300, tune=100)


@cache
def together(name):
    return posteriors(name, sets(name))


def sets(name):
    return datasets(name, DEAR.get(name, COUNT), ROWS)


def differences(rows, others):
    """z of the means, by parameter ``(R,)``."""
    error = np.hypot(by_label(rows, "mcse"), by_label(others, "mcse"))
    return (by_label(rows, "estimate") - by_label(others, "estimate")) / error


WITHOUT_ERROR = {"weibull": {"mean"}, "normal_mixture": {"sigma[1]", "sigma[2]"}}
"""Quantities without a posterior mean, or without a standard deviation: an empty component has its prior's."""


@pytest.mark.parametrize("name", SAMPLED)
def test_one_at_a_time_is_the_same(name):
    apart = posteriors(name, sets(name), plan=ALONE, seed=7)
    both = differences(together(name), apart)
    assert {label for label in both if both[label].isna().all()} == WITHOUT_ERROR.get(name, set())
    for z in both.dropna(axis=1, how="all").to_numpy().T:
        check_standard_normal(z)


def test_mutant_next_data_set():
    rows = together("weibull")
    moved = rows.assign(replicate=(rows["replicate"] + 1) % COUNT)
    with pytest.raises(AssertionError):
        check_standard_normal(differences(rows, moved)["shape"])


def test_mutant_narrower_prior():
    others = posteriors("weibull", sets("weibull"), priors={"shape": "Gamma(2, 2)"}, seed=7)
    with pytest.raises(AssertionError):
        check_standard_normal(differences(together("weibull"), others)["shape"])


@pytest.mark.parametrize("name", ["weibull", "random_intercept", "uniform"])
def test_compare_gives_the_same(name):
    (data,) = datasets(name, 1, ROWS)
    alone = compare(name, data, estimators=("posterior",), groups=()).rows
    rows = together(name)
    ours, theirs = (each.set_index("parameter") for each in (rows[rows["replicate"] == 0], alone))
    error = np.hypot(ours["mcse"], theirs["mcse"])
    assert set(error.index[error.isna()]) == WITHOUT_ERROR.get(name, set())
    same = ["estimate", "se", "mcse", "lower", "upper", "median", "reason"]
    assert ours[same].isna().equals(theirs[same].isna())
    ours, theirs, error = (each[error.notna()] for each in (ours, theirs, error))
    assert np.all(np.abs(ours["estimate"] - theirs["estimate"]) <= K * error)
    # A standard deviation's own error: sd √((κ − 1)/(4 ESS)); a kurtosis κ of 9 covers what these posteriors have.
    relative = np.sqrt(2 * (1 / ours["ess_bulk"] + 1 / theirs["ess_bulk"]))
    assert np.all(np.abs(np.log(ours["se"] / theirs["se"])) <= K * relative)


def test_effects_of_groups_are_sampled_one_data_set_after_the_other(monkeypatch):
    """All at once they were integrated out in one graph, whose rewriting took more memory than there is."""

    def refuse(*arguments):
        raise AssertionError("one graph for all")

    def alone(program, sampling, seed):
        return missing("posterior", program.layout.labels, "failed", f"{program.data.n} rows alone")

    monkeypatch.setattr(batch_fit, "Posteriors", refuse)
    monkeypatch.setattr(batch_fit.posterior, "fit", alone)
    sets = datasets("logistic_random_intercept", 2, 40)
    assert plan_replicates("logistic_random_intercept", sets) == Plan()
    rows = fit_replicates("logistic_random_intercept", sets, ["posterior"]).rows
    assert set(rows["replicate"]) == {0, 1}
    assert set(zip(rows["status"], rows["reason"], rows["path"], strict=True)) == {
        ("failed", "40 rows alone", "single")
    }
