"""What the contract carries beyond the catalogue: matrices, series, classes, ends that follow the data, clauses."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose
from statsmodels.tsa.arima.model import ARIMA

from mle_vs_bayes import compare, fit_replicates
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.data.formulas.parts import FormulaRule
from mle_vs_bayes.data.prepare import prepare
from mle_vs_bayes.density import parity
from mle_vs_bayes.density.coordinates import Coordinates
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.density.stack import condensed
from mle_vs_bayes.errors import DataError, ModelError, UsageError
from mle_vs_bayes.fit import priors
from mle_vs_bayes.fit.subsets import nested
from mle_vs_bayes.model.layout import Layout
from mle_vs_bayes.models.autoregressive import Autoregressive
from mle_vs_bayes.models.normal import Normal

from ..agreement.checks import check_gradient, check_simulator, check_unit_scores, program, typical
from .leaves import Inside, Multinomial, Pareto

N = 60
LEAVES = {leaf.name: leaf for leaf in (Multinomial(), Autoregressive(), Pareto(), Inside())}
each_leaf = pytest.mark.parametrize("model", LEAVES.values(), ids=LEAVES)
ALL = ["mle", "map", "posterior"]
SEARCH = 1e-6
"""In standard errors: how near to an optimum every search ends (DESIGN, section 4)."""
MONTE_CARLO = 5
"""Errors: of the dozens of means that are compared one in a million lies farther away."""


def drawn(model, seed=0, n=N):
    rng = np.random.default_rng([seed, n])
    design = model.design(n, rng)
    return model.simulate(typical(model, design)[0], design, rng)


@pytest.fixture(scope="module")
def fits():
    """Both ways to the same rows: each of two data sets alone, and both at once."""
    made = {}

    def of(name):
        if name not in made:
            model, data = LEAVES[name], [drawn(LEAVES[name], seed) for seed in (1, 2)]
            alone = compare(model, data[0], estimators=ALL, draws=500, tune=500, chains=2)
            made[name] = alone, fit_replicates(model, data, ALL, seed=1).rows
        return made[name]

    return of


# One density.


@each_leaf
def test_both_wordings_and_their_derivatives(model):
    made = program(model, drawn(model))
    assert parity.check(made) <= parity.TOLERANCE
    for z in parity.random_points(made, count=2):
        check_gradient(made, z, 0.0)
        check_gradient(made, z, 1.0)
    check_unit_scores(made, parity.random_points(made, count=1)[0])


def test_the_simulator_of_classes_is_the_likelihood():
    made = program(LEAVES["multinomial"], drawn(LEAVES["multinomial"], n=2500))
    check_simulator(made, typical(made.model, made.data)[1])


class Transposed(Multinomial):
    """The matrix is filled column after column in one of the two wordings."""

    def log_likelihood(self, theta, data):
        beta = theta["beta"]
        return super().log_likelihood({"beta": beta.T.reshape(beta.shape)}, data)


class Stationary(Autoregressive):
    """The first value is taken for known in one of the two wordings: the conditional likelihood for the exact one."""

    def log_likelihood(self, theta, data):
        first = Dataset({"y": data["y"][:1]})
        return super().log_likelihood(theta, data) - super().log_likelihood(theta, first)


@pytest.mark.parametrize("mutant", [Transposed, Stationary])
def test_a_mutant_fails_parity(mutant):
    with pytest.raises(ModelError, match="the two likelihoods"):
        parity.check(program(mutant(), drawn(mutant())))


def test_every_line_of_a_matrix_is_turned_by_the_design():
    """X βᵀ is the same from turned coordinates; turned along the other axis it is not."""
    model, data = LEAVES["multinomial"], drawn(LEAVES["multinomial"])
    made = program(model, data)
    w = made.coordinates.inverse @ made.layout.join({"beta": np.array([[0.3, -0.2], [1.0, 0.4]])})
    beta = made.layout.split(w)["beta"]
    predictors = data["X"] @ np.array([[0.3, -0.2], [1.0, 0.4]]).T
    assert_allclose(made.coordinates.data["X"] @ beta.T, predictors, rtol=1e-12)
    turned = made.coordinates.turns["X"]
    wrong = np.kron(np.linalg.inv(turned), np.eye(2)) @ np.array([0.3, -0.2, 1.0, 0.4])
    assert not np.allclose(made.coordinates.data["X"] @ wrong.reshape(2, 2).T, predictors, rtol=1e-3)


def test_two_designs_are_turned_by_themselves():
    """A formula for a second parameter brings a matrix of its own, ``X_sigma`` along ``term_sigma``."""
    rng = np.random.default_rng(5)
    columns = {"X": rng.normal(size=(20, 2)), "X_sigma": rng.normal(size=(20, 3))}
    data = Dataset(columns, {"term": ("a", "b"), "term_sigma": ("c", "d", "e")})
    assert data.designs == {"X": "term", "X_sigma": "term_sigma"}

    class Two(Normal):
        parameters = tuple(
            replace(Normal().parameters[0], name=name, dims=(axis,))
            for name, axis in (("beta", "term"), ("gamma", "term_sigma"))
        )

    layout = Layout(Two(), data)
    coordinates = Coordinates(layout, data)
    theta = rng.normal(size=layout.size)
    w = coordinates.inverse @ theta
    for role, name in (("X", "beta"), ("X_sigma", "gamma")):
        block = layout.slices[name]
        assert_allclose(coordinates.data[role] @ w[block], data[role] @ theta[block], rtol=1e-10, atol=1e-12)


# Estimates.


def test_classes_have_the_estimates_of_statsmodels(fits):
    alone, _ = fits("multinomial")
    theirs = sm.MNLogit(*(lambda d: (d["y"], d["X"]))(drawn(LEAVES["multinomial"], 1))).fit(disp=False, tol=1e-12)
    assert_allclose(alone["mle"].point, theirs.params.T.ravel(), atol=1e-6)
    assert_allclose(alone["mle"].se, theirs.bse.T.ravel(), rtol=1e-5)
    assert alone["mle"].log_likelihood == pytest.approx(theirs.llf, rel=1e-9)


def test_a_series_has_the_estimates_of_the_state_space_model(fits):
    """statsmodels' exact likelihood by the Kalman filter; BIC counts the values of the series, not the series."""
    alone, _ = fits("autoregressive")
    theirs = ARIMA(drawn(LEAVES["autoregressive"], 1)["y"], order=(1, 0, 0)).fit()
    mu, phi, variance = theirs.params
    assert_allclose(alone["mle"].point, [mu, phi, np.sqrt(variance)], atol=2e-3)
    assert alone["mle"].log_likelihood >= theirs.llf - 1e-8
    assert alone["mle"].log_likelihood == pytest.approx(theirs.llf, abs=1e-4)
    assert alone["mle"].results.bic == pytest.approx(-2 * alone["mle"].log_likelihood + 3 * np.log(N), rel=1e-12)


@pytest.mark.parametrize("name", LEAVES)
def test_one_and_many_have_the_same_rows(fits, name):
    alone, rows = fits(name)
    for estimator in ALL:
        one = alone.rows.query("estimator == @estimator").drop_duplicates("parameter")
        many = rows.query("replicate == 0 and estimator == @estimator")
        assert list(many["parameter"]) == list(one["parameter"])
        scale = one["se"].fillna(1.0).to_numpy()
        apart = np.abs(one["estimate"].to_numpy() - many["estimate"].to_numpy()) / scale
        if estimator == "posterior":
            error = np.hypot(one["mcse"].to_numpy(), many["mcse"].to_numpy()) / scale
            assert np.all(apart <= MONTE_CARLO * error), one["parameter"]
        else:
            assert np.all(apart <= 2 * SEARCH)


def test_an_estimate_on_an_upper_end_is_an_answer(fits):
    """The least value bounds the minimum from above: the MLE lies on that end, and draws lie below it."""
    alone, _ = fits("pareto")
    least = drawn(LEAVES["pareto"], 1)["y"].min()
    assert alone["mle"].point[1] == pytest.approx(least, rel=1e-12)
    assert {c.code for c in alone["mle"].concerns} >= {"boundary"}
    assert alone["posterior"].tree["posterior"]["m"].to_numpy().max() < least


def test_draws_between_two_ends_that_follow_the_data(fits):
    alone, _ = fits("inside")
    y, draws = drawn(LEAVES["inside"], 1)["y"], alone["posterior"].tree["posterior"]["mu"].to_numpy()
    assert y.min() < draws.min() < draws.max() < y.max()


def test_labels_and_axes_of_a_matrix(fits):
    alone, _ = fits("multinomial")
    assert alone["mle"].labels == ("beta[b,Intercept]", "beta[b,x1]", "beta[c,Intercept]", "beta[c,x1]")
    assert alone["posterior"].tree["posterior"]["beta"].dims == ("chain", "draw", "class", "term")


# Priors.


def test_a_prior_per_column_stands_for_every_row():
    model, data = LEAVES["multinomial"], drawn(LEAVES["multinomial"])
    default = priors.resolve(model, {}, data)["beta"]
    assert len(default.arguments["sigma"]) == 4
    assert default.arguments["sigma"][:2] == default.arguments["sigma"][2:]
    one = priors.resolve(model, {"beta[c,x1]": "Normal(1, 2)"}, data)["beta"]
    assert [one.element(i).arguments["sigma"] == 2.0 for i in range(4)] == [False, False, False, True]
    with pytest.raises(UsageError, match="beta has 4 elements"):
        priors.resolve(model, {"beta": "Normal(0, [1, 2, 3])"}, data)


# The unit: what is condensed, thinned, weighted and resampled.


class Exchangeable(Autoregressive):
    """The same series whose rows are taken for exchangeable."""

    unit = "row"


ROUNDED = Dataset({"y": np.round(drawn(Autoregressive(), n=200)["y"])})


def test_equal_values_of_a_series_are_not_one_row():
    assert condensed(Autoregressive(), ROUNDED)[1] is None
    small, weights = condensed(Exchangeable(), ROUNDED)
    assert small.n < 20 and weights.sum() == 200


def test_subsets_of_a_series_are_its_first_rows():
    model = Autoregressive()
    for subset, size in zip(nested(ROUNDED, [20, 50], 1, 2, model.unit), (20, 50), strict=True):
        np.testing.assert_array_equal(subset["y"], ROUNDED["y"][:size])
    assert any(np.any(s["y"] != ROUNDED["y"][: s.n]) for s in nested(ROUNDED, [20, 50], 1, 2, Exchangeable.unit))
    assert set(compare(model, ROUNDED, estimators=["mle"], n=[20, 50]).rows["n"]) == {20, 50}


def test_a_series_is_simulated_as_a_whole(monkeypatch):
    """Replicates drawn as one long series would depend on each other at the seams: lag-one across seams is 0."""
    made = program(Autoregressive(), drawn(Autoregressive(), n=10))
    theta = made.layout.join({"mu": 0.0, "phi": 0.9, "sigma": 1.0})
    sets = made.outcomes(theta, 2000, np.random.default_rng(1))["y"]

    def across(sets):
        return np.corrcoef(sets[:-1, -1], sets[1:, 0])[0, 1]

    assert abs(across(sets)) < 5 / np.sqrt(2000)
    monkeypatch.setattr(ModelDensity, "_abreast", True)
    assert across(made.outcomes(theta, 2000, np.random.default_rng(1))["y"]) > 0.5


def test_bootstraps_of_a_series_and_of_classes():
    intervals = ["bootstrap", "bootstrap_case", "sandwich"]
    series = compare(Autoregressive(), drawn(Autoregressive(), 1), estimators=["mle"], intervals=intervals)
    rows = series.rows.set_index(["parameter", "interval"])
    assert rows.loc[("phi[1]", "bootstrap"), "status"] == "ok"
    assert rows.loc[("phi[1]", "bootstrap"), "lower"] < 0.5 < rows.loc[("phi[1]", "bootstrap"), "upper"]
    for kind in ("bootstrap_case", "sandwich"):
        assert rows.loc[("phi[1]", kind), "status"] == "not_applicable"
        assert "depend on each other" in rows.loc[("phi[1]", kind), "reason"]
    classes = compare(Multinomial(), drawn(Multinomial(), 1, n=200), estimators=["mle"], intervals=intervals)
    assert set(classes.rows["status"]) == {"ok"}


@pytest.mark.parametrize(
    ("frame", "keywords", "sentence"),
    [
        ({"y": [1.0, np.nan, 2.0, 0.5]}, {"drop_missing": True}, "row 2 has no value, and a series must have no gaps"),
        ({"y": [1.0, 0.3, 2.0], "weights": [1, 2, 1]}, {}, "in a series each row is one time"),
    ],
)
def test_what_would_break_a_series_is_refused(frame, keywords, sentence):
    with pytest.raises(DataError, match=sentence):
        prepare(pd.DataFrame(frame), Autoregressive(), **keywords)
    prepare(pd.DataFrame(frame), Normal(), **keywords)


# Classes and formulas.

TRAVEL = pd.DataFrame({"mode": ["train", "bus", "car", "bus", "train", "car"], "cost": [3.0, 1, 4, 2, 5, 7]})


def test_classes_are_read_by_name_and_known_to_the_design():
    data = prepare(TRAVEL, Multinomial(), formula="mode ~ cost").data
    assert data.coords["outcome"] == ("bus", "car", "train")
    assert data["y"].tolist() == [2, 0, 1, 0, 2, 1]
    assert Multinomial().coords(data)["class"] == ("car", "train")
    assert data.rows(np.array([1, 3])).coords["outcome"] == ("bus", "car", "train")
    ordered = pd.Categorical(TRAVEL["mode"], ["train", "car", "bus", "boat"])
    assert prepare(TRAVEL.assign(mode=ordered), Multinomial(), formula="mode ~ cost").data.coords["outcome"] == (
        "train",
        "car",
        "bus",
    )
    numbers = TRAVEL.assign(mode=[10, 9, 100, 9, 10, 100])
    assert prepare(numbers, Multinomial(), formula="mode ~ cost").data.coords["outcome"] == ("9", "10", "100")


def test_classes_that_cannot_be_told_apart_or_named():
    with pytest.raises(DataError, match="every y is bus; one class cannot be told apart"):
        prepare(TRAVEL.assign(mode="bus"), Multinomial(), formula="mode ~ cost")
    with pytest.raises(UsageError, match="classes are names"):
        prepare(TRAVEL, Multinomial(), formula="log(cost) ~ cost")


class WithoutIntercept(Multinomial):
    formula = FormulaRule(intercept=False)


def test_a_formula_without_intercept():
    """Categories leave out a level as they do beside an intercept, which the model has in constants of its own."""
    frame = TRAVEL.assign(town=["a", "b", "a", "b", "b", "a"])
    assert prepare(frame, Multinomial(), formula="mode ~ cost + town").data.coords["term"][0] == "Intercept"
    data = prepare(frame, WithoutIntercept(), formula="mode ~ cost + town").data
    assert data.coords["term"] == ("cost", "town[T.b]")
    assert data["X"].shape == (6, 2)
    with pytest.raises(UsageError, match="has no covariate"):
        prepare(frame, WithoutIntercept(), formula="mode ~ 1")


# Clauses.


def test_a_clause_is_offered_and_there_or_neither():
    with pytest.raises(ModelError, match="Silent offers no em_step"):

        class Silent(Normal):
            def em_step(self, theta, data):
                return theta

    with pytest.raises(ModelError, match="Boasting offers latent"):

        class Boasting(Normal):
            offers = frozenset({"latent", "fisher_information"})
