"""Many data sets at once give the rows that fitting each alone gives."""

import numpy as np
import pytest

from mle_vs_bayes import models
from mle_vs_bayes.comparison.compare import compare
from mle_vs_bayes.fit import priors
from mle_vs_bayes.fit.replicates import Plan, fit_replicates
from mle_vs_bayes.fit.simulated import simulated

from ..model.cases import SAMPLED

COUNT, ROWS = 4, 30
PLAN = Plan(size=4, draws=250, tune=100)
SAME = 1e-8


def datasets(name, count=COUNT, rows=ROWS):
    return [simulated(models.get(name), rows, {}, seed)[0] for seed in range(count)]


def check_same_rows(ours, theirs):
    """Optima to `SAME` relative to the larger of the number and its standard error, and what is said of them."""
    for mine, other in zip(ours.itertuples(), theirs.itertuples(), strict=True):
        assert (mine.parameter, mine.estimator, mine.interval) == (other.parameter, other.estimator, other.interval)
        assert (mine.status, mine.reason, mine.converged) == (other.status, other.reason, other.converged)
        size = max(abs(other.estimate), other.se) if np.isfinite(other.se) else abs(other.estimate)
        for column in ("estimate", "se", "lower", "upper"):
            a, b = getattr(mine, column), getattr(other, column)
            assert (np.isnan(a) and np.isnan(b)) or abs(a - b) <= SAME * size, (column, mine.parameter, a, b)


@pytest.mark.parametrize("name", SAMPLED)
def test_optima_are_those_of_single_fits(name):
    sets = datasets(name)
    found = fit_replicates(name, sets, ("mle", "map")).rows
    alone = compare(name, sets[-1], estimators=("mle", "map"), groups=()).rows
    check_same_rows(found[found["replicate"] == COUNT - 1], alone)


def test_mutant_other_data():
    sets = datasets("weibull")
    found = fit_replicates("weibull", sets, ("mle", "map")).rows
    alone = compare("weibull", sets[1], estimators=("mle", "map"), groups=()).rows
    with pytest.raises(AssertionError):
        check_same_rows(found[found["replicate"] == 0], alone)


def test_mutant_prior_of_another():
    """Priors follow each data set; those of the first would move the others' MAP."""
    model, sets = models.get("weibull"), datasets("weibull")
    first = priors.resolve(model, {}, sets[0])
    found = fit_replicates("weibull", sets, ("map",), priors=first).rows
    alone = compare("weibull", sets[1], estimators=("map",), groups=()).rows
    with pytest.raises(AssertionError):
        check_same_rows(found[found["replicate"] == 1], alone)


def test_a_leaf_with_another_likelihood_is_compiled_anew(monkeypatch):
    """A batch's functions are kept by what the leaf says, not by its name: here each y counts twice."""
    import pymc as pm

    data = simulated(models.get("exponential"), 30, {}, 1)[0]
    before = fit_replicates("exponential", [data], ("mle",)).rows
    kind, numbers = type(models.get("exponential")), type(models.get("exponential")).log_likelihood

    def twice(self, theta, data):
        def density(value, rate):
            return 2 * pm.logp(pm.Exponential.dist(lam=rate), value)

        return pm.CustomDist("y", theta["rate"], logp=density, observed=data["y"])

    monkeypatch.setattr(kind, "likelihood", twice)
    monkeypatch.setattr(kind, "log_likelihood", lambda self, theta, data: 2 * numbers(self, theta, data))
    monkeypatch.setattr(kind, "condense", lambda self, data: None)
    after = fit_replicates("exponential", [data], ("mle",)).rows
    assert after["se"][0] == pytest.approx(before["se"][0] / np.sqrt(2), rel=1e-8)


def test_what_says_nothing_at_an_optimum_says_so_of_one_data_set_and_of_many():
    """A correlation beside a variance of 0, here the mean of a leaf that says so of its second data set."""

    class Doubting(type(models.get("exponential"))):
        def meaningless(self, theta, data):
            return {"mean": "it is past counting"} if data["y"][0] == sets[1]["y"][0] else {}

    sets = datasets("exponential", 2)
    found = fit_replicates(Doubting(), sets, ("mle",)).rows.query("parameter == 'mean'")
    alone = compare(Doubting(), sets[1], estimators=("mle",), groups=()).rows.query("parameter == 'mean'")
    assert found["estimate"].isna().tolist() == [False, True]
    assert found["reason"].tolist()[1] == alone["reason"].tolist()[0] == "it is past counting"
