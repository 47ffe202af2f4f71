"""Frequency weights stay weights: every number is that of the rows written out, and no row is."""

import numpy as np
import pandas as pd
import pytest

from mle_vs_bayes import Dataset, compare, fit_replicates
from mle_vs_bayes.comparison.scores.scores import score
from mle_vs_bayes.data import values
from mle_vs_bayes.data.prepare import prepare
from mle_vs_bayes.errors import DataError, UsageError
from mle_vs_bayes.models import get
from mle_vs_bayes.sampling import tree_groups

SHORT = pd.DataFrame(
    {
        "y": [1.2, 0.4, 2.2, 3.1, 1.9, 0.8, 2.7, 1.5],
        "x": np.arange(8.0),
        "seen": [1, 1, 0, 1, 1, 1, 0, 1],
        "yes": [0, 1, 1, 0, 1, 0, 1, 0],
        "count": [2, 4, 3, 0, 5, 2, 3, 1],
        "se": 1 + np.arange(8) / 8,
        "g": list("aabbccdd"),
        "weights": [3, 1, 4, 2, 6, 5, 2, 7],
    }
)
LONG = SHORT.loc[np.repeat(SHORT.index, SHORT["weights"])].drop(columns="weights").reset_index(drop=True)
NUMBERS = ["n", "estimate", "se", "lower", "upper"]
CASES = {
    "normal": {"columns": {"y": "y"}},
    "bernoulli": {"columns": {"y": "yes"}},
    "poisson": {"columns": {"y": "count"}},
    "exponential": {"columns": {"y": "y", "event": "seen"}},
    "weibull": {"columns": {"y": "y", "event": "seen"}},
    "student_t": {"columns": {"y": "y"}},
    "linear": {"formula": "y ~ center(x) + np.log(se)"},
    "logistic": {"formula": "yes ~ x", "priors": {"beta": "jeffreys"}},
    "eight_schools": {"columns": {"y": "y", "se": "se"}},
    "random_intercept": {"columns": {"y": "y", "group": "g"}},
    "neyman_scott": {"columns": {"y": "y", "group": "g"}},
    "normal_mixture": {"columns": {"y": "y"}},
}
WITHOUT_PROFILES = ("normal_mixture",)
"""Several maxima make them slow, and nothing else of weights."""
INTERVALS = ("profile", "sandwich", "exact")


def rows_of(model, frame, **more):
    options = {**CASES[model], **more}
    weights = {"weights": "weights"} if "weights" in frame else {}
    return compare(model, frame, columns={**options.pop("columns", {}), **weights}, **options)


def differences(short, long, columns=NUMBERS):
    """The largest relative difference of any number, infinite where one has a number and the other none."""
    ours, theirs = short[columns].to_numpy(float), long[columns].to_numpy(float)
    if not np.array_equal(np.isnan(ours), np.isnan(theirs)):
        return np.inf
    return float(np.nanmax(np.abs(ours - theirs) / (1e-6 + np.abs(theirs))))


def estimates(rows):
    return rows.groupby(["estimator", "parameter"])[["estimate"]].first()


@pytest.mark.parametrize("model", CASES)
def test_estimates_and_intervals_are_those_of_the_rows_written_out(model):
    """To the precision of the searches; the same with one weight more must not agree."""
    kinds = INTERVALS[1:] if model in WITHOUT_PROFILES else INTERVALS
    options = {"estimators": ["mle", "map", "exact"], "intervals": kinds}
    short, long = (rows_of(model, frame, **options).rows for frame in (SHORT, LONG))
    assert list(short["reason"].fillna("")) == list(long["reason"].fillna(""))
    assert differences(short, long) < 1e-5
    heavier = SHORT.assign(weights=SHORT["weights"] + (SHORT.index == 3))
    # MAP as well: a maximum at infinity has no number, and the mode with priors has one.
    mutant = rows_of(model, heavier, estimators=["mle", "map"]).rows
    assert differences(estimates(mutant), estimates(long[long["estimator"] != "exact"]), ["estimate"]) > 1e-3


@pytest.mark.parametrize("model", ["weibull", "random_intercept"])
def test_posteriors_are_those_of_the_rows_written_out(model):
    """Within 5 Monte-Carlo errors; with single rows they are far away."""
    options = {"estimators": ["posterior"], "draws": 500, "tune": 500}
    short, long, bare = (
        rows_of(model, frame, **options).rows for frame in (SHORT, LONG, SHORT.drop(columns="weights"))
    )
    gaps = (short["estimate"] - long["estimate"]) / np.hypot(short["mcse"], long["mcse"])
    assert gaps.abs().max() < 5
    assert ((bare["se"] / long["se"]) > 1.2).any()


def test_many_data_sets_at_once_have_the_same_rows_as_each_alone():
    short = Dataset({"y": SHORT["y"].to_numpy(), "weights": SHORT["weights"].to_numpy(float)})
    long = Dataset({"y": LONG["y"].to_numpy()})
    for model in ("normal", "student_t"):  # sufficient statistics, and rows as they are
        together = fit_replicates(model, [short, long], ["mle", "map"], intervals=["wald", "laplace"]).rows
        ours, theirs = (together[together["replicate"] == place].reset_index(drop=True) for place in (0, 1))
        assert differences(ours, theirs) < 1e-6
        assert (ours["n"] == 30).all()


def test_scores_count_observations():
    """Of the plug-in estimate against the rows written out; LOO against ArviZ on the same draws, columns repeated."""
    import arviz_stats

    options = {"draws": 300, "tune": 300}
    compared, long = rows_of("weibull", SHORT, **options), rows_of("weibull", LONG, estimators=["mle"])
    short, other = score(compared), score(long)
    for name in ("log_likelihood", "aic", "bic", "units"):
        assert getattr(short, name) == pytest.approx(getattr(other, name), rel=1e-9)
    assert short.held_out["mle"] == pytest.approx(other.held_out["mle"], rel=1e-5)
    tree = compared["posterior"].tree.copy()
    tree_groups.add(compared.fits[0].program, tree, ("log_likelihood",), 0)
    bare = arviz_stats.loo(tree, var_name="y")
    values = tree["log_likelihood"]["y"]
    repeated = values.isel({values.dims[-1]: np.repeat(np.arange(8), SHORT["weights"])})
    tree["log_likelihood"] = repeated.to_dataset(name="y")
    exact = arviz_stats.loo(tree, var_name="y")
    assert short.loo == pytest.approx(exact.elpd, rel=1e-9)
    assert short.loo_se == pytest.approx(exact.se, rel=1e-9)
    assert short.effective_parameters == pytest.approx(exact.p, rel=1e-6)
    assert abs(bare.elpd - exact.elpd) > 5  # the mutant that forgets the weights


def test_nested_subsets_are_those_of_the_rows_written_out():
    for model in ("normal", "neyman_scott"):
        short, long = (
            rows_of(model, frame, estimators=["mle"], n=[12, "all"]).fits[0].program.data for frame in (SHORT, LONG)
        )
        assert np.array_equal(short.spelled_out()["y"], long["y"])
        assert short.size == long.size < 30


def test_resampled_weights_sum_to_the_observations():
    """A bootstrap of 30 observations in 8 rows: its standard error is that of the 30."""
    short, long = (
        rows_of("normal", frame, estimators=["mle"], intervals=["bootstrap_case", "bootstrap_bca"]).rows
        for frame in (SHORT, LONG)
    )
    widths = [(rows["upper"] - rows["lower"]).to_numpy(float) for rows in (short, long)]
    assert widths[0] == pytest.approx(widths[1], rel=0.15)  # 1,000 refits: quantiles good to about 5 %
    alone = rows_of("normal", SHORT.drop(columns="weights"), estimators=["mle"], intervals=["bootstrap_case"]).rows
    assert (alone["upper"] - alone["lower"]).min() > 1.3 * widths[1].min()


def test_a_thousand_million_observations_are_not_written_out(monkeypatch):
    """Ten to the ninth, which no memory holds as rows; the mean and its error by hand."""
    monkeypatch.setattr(values, "MOST_ROWS", 10)
    frame = pd.DataFrame({"y": [1.0, 3.0], "weights": [750_000_000, 250_000_000]})
    (mu, sigma) = compare("normal", frame, columns={"y": "y"}, estimators=["mle"]).rows["estimate"][:2]
    assert (mu, sigma) == pytest.approx((1.5, np.sqrt(0.75)))


class Plain(type(get("normal"))):
    """A model whose formulas do not know weights."""

    weighted = False


def test_a_model_that_does_not_know_weights_gets_the_rows_written_out():
    data = prepare(SHORT, Plain(), columns={"y": "y"}).data
    assert "weights" not in data and data.n == 30
    rows = fit_replicates(
        Plain(), [Dataset({"y": SHORT["y"], "weights": SHORT["weights"].to_numpy(float)})], ["mle"]
    ).rows
    assert rows["n"].iloc[0] == 30


def test_a_lag_and_weights_are_refused():
    with pytest.raises(UsageError, match="depends on the order of rows"):
        prepare(SHORT, get("linear"), formula="y ~ I(lag(x) * 0 + x)")
    with pytest.raises(DataError, match="0 in every row"):
        prepare(SHORT.assign(weights=0), get("linear"), formula="y ~ x")
