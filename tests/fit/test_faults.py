"""One bad data set among many fails alone, with its reason, and moves nobody else."""

import numpy as np
import pytest

from mle_vs_bayes import models
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.errors import DataError, UsageError
from mle_vs_bayes.estimators import maximum_likelihood
from mle_vs_bayes.fit import priors
from mle_vs_bayes.fit.replicates import fit_replicates
from mle_vs_bayes.fit.simulated import simulated

from ..agreement.checks import K
from .checks import PLAN, datasets

COUNT, ROWS = 4, 30


def spoilt(name):
    """Bad data sets beside the first of the good ones, and what their maximum likelihood rows must say."""
    good = datasets(name, 1, ROWS)[0]
    y = good["y"].copy()
    y[3] = np.nan
    bad = {"1 value that is not a number": good.replace(y=y), "needs at least": good.rows(np.arange(1))}
    if name == "bernoulli":
        bad |= {"in row 0": good.replace(y=np.full(ROWS, 2.0))}
    if name == "logistic":
        x = good["X"].copy()
        x[:, 2] = 2 * x[:, 1]
        bad |= {"separate": good.replace(y=(x[:, 1] > 0).astype(float)), "collinear": good.replace(X=x)}
    if name == "weibull":
        bad |= {"must be above 0": good.replace(y=-good["y"]), "every y is 2": good.replace(y=np.full(ROWS, 2.0))}
    return bad


@pytest.mark.parametrize("name", ["bernoulli", "logistic", "weibull"])
def test_bad_data_fail_alone(name):
    good, bad = datasets(name, COUNT, ROWS), spoilt(name)
    alone = fit_replicates(name, good, plan=PLAN).rows
    mixed = fit_replicates(name, [*bad.values(), *good], plan=PLAN).rows  # bad ones first: stacks start with them
    for place, said in enumerate(bad):
        rows = mixed[mixed["replicate"] == place].set_index("estimator")
        assert set(rows.index) == {"mle", "map", "posterior"}
        assert not rows.loc["mle", "estimate"].notna().any()
        assert rows.loc["mle", "reason"].str.contains(said).all()
        assert not rows.loc["mle", "converged"].any()
    others = mixed[mixed["replicate"] >= len(bad)].reset_index(drop=True)
    for estimator in ("mle", "map"):
        ours, theirs = (rows[rows["estimator"] == estimator] for rows in (others, alone))
        np.testing.assert_allclose(ours["estimate"], theirs["estimate"], rtol=1e-12, atol=1e-12)
    ours, theirs = (rows[rows["estimator"] == "posterior"] for rows in (others, alone))
    z = (ours["estimate"] - theirs["estimate"]) / np.hypot(ours["mcse"], theirs["mcse"])
    assert z.abs().max() <= K
    assert set(others["status"]) == {"ok"}


def test_posterior_under_separation_is_a_posterior():
    rows = fit_replicates("logistic", [spoilt("logistic")["separate"]], ("mle", "posterior"), plan=PLAN).rows
    assert set(rows.loc[rows["estimator"] == "mle", "status"]) == {"divergent"}
    assert set(rows.loc[rows["estimator"] == "posterior", "status"]) == {"ok"}


def test_a_column_that_is_not_there_is_refused():
    with pytest.raises(
        DataError,
        match=r"data set 1 does not fit: the data have no column y \(there is z\); bernoulli reads y and trials",
    ):
        fit_replicates("bernoulli", [Dataset({"y": np.ones(5)}), Dataset({"z": np.ones(5)})])


def test_optional_columns_have_their_defaults():
    full = datasets("bernoulli", 2, ROWS)
    bare = [Dataset({"y": data["y"]}) for data in full]
    found, expected = (fit_replicates("bernoulli", sets, ("mle",)).rows for sets in (bare, full))
    assert list(found["estimate"]) == list(expected["estimate"])


def test_of_only_bad_data_and_of_none():
    rows = fit_replicates("normal", [Dataset({"y": np.zeros(5)})]).rows
    assert set(rows["status"]) == {"failed"}
    assert set(rows["parameter"]) == {"mu", "sigma", "variance"}
    assert fit_replicates("normal", []).rows.empty


@pytest.mark.parametrize("priors", [{}, {"p": "jeffreys"}], ids=["proper", "jeffreys"])
def test_no_success_at_all(priors):
    """Under Beta(½, ½) the density of p rises without bound towards 0, and the posterior is one all the same."""
    data = datasets("bernoulli", 1, ROWS)[0]
    rows = fit_replicates("bernoulli", [data.replace(y=np.zeros(ROWS)), data], priors=priors, plan=PLAN).rows
    first = rows[(rows["replicate"] == 0) & (rows["parameter"] == "p")].set_index("estimator")
    assert first.loc["mle", ["status", "estimate", "concerns"]].tolist() == ["ok", 0.0, "boundary"]
    assert first.loc["map", "status"] == ("divergent" if priors else "ok")
    a, b = (0.5, ROWS + 0.5) if priors else (2, ROWS + 2)
    assert abs(first.loc["posterior", "estimate"] - a / (a + b)) <= K * first.loc["posterior", "mcse"]


def test_three_components():
    """Where one start finds no optimum in any data set, another may."""
    sets = datasets("normal_mixture(components=3)", 1, 40)
    rows = fit_replicates("normal_mixture(components=3)", sets, ("map",)).rows
    assert len(rows) == 9
    assert set(rows["status"]) == {"ok"}


@pytest.mark.parametrize("seed", [0, 1])
def test_a_search_has_run_off_by_where_it_began(seed):
    """Where ν runs to infinity every start says so, however near to zero it was, and a single fit says the same."""
    sets = datasets("student_t", 3, 20, first=1)
    found = fit_replicates("student_t", sets, ("mle",), seed=seed).rows.drop_duplicates("replicate")
    assert set(found["reason"]) == {"nu runs to infinity"}
    assert set(found["path"]) == {"joint"}
    model = models.get("student_t")
    for data in sets:
        single = maximum_likelihood.fit(ModelDensity(model, data, priors.resolve(model, {}, data)), seed)
        assert (single.status, single.reason) == ("divergent", "nu runs to infinity")


def test_a_truth_may_lie_on_a_closed_end_of_its_support_and_not_beyond():
    groups = models.get("random_intercept")
    data, truth = simulated(groups, 20, {"tau": 0.0}, 0)
    assert truth["tau"] == truth["icc"] == 0.0
    assert np.isfinite(data["y"]).all()
    with pytest.raises(UsageError, match=r"truth tau=-1 lies outside its support \(nonnegative\)"):
        simulated(groups, 20, {"tau": -1.0}, 0)
    with pytest.raises(UsageError, match="truth sigma=0 lies outside"):
        simulated(groups, 20, {"sigma": 0.0}, 0)
