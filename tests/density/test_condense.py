"""Fewer rows, the same likelihood: what is left out has no parameter in it."""

import numpy as np
import pytest

from mle_vs_bayes import models
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.density import batch_density
from mle_vs_bayes.density.batch_density import MANY_ROWS
from mle_vs_bayes.density.coordinates import Coordinates
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.density.stack import condensed
from mle_vs_bayes.fit import priors
from mle_vs_bayes.fit.replicates import fit_replicates
from mle_vs_bayes.model.layout import Layout

from ..agreement.checks import typical
from ..fit.test_rows import SAME
from ..model.cases import CASES, dataset

ROWS, POINTS = 60, 20
SHORTER = [case for case in CASES if case[0] in ("bernoulli", "poisson", "exponential", "normal", "linear")]
SHORTER = [case for case in SHORTER if case[1] != "upper"]  # inspected at two times: no two rows are alike


def points(model, data):
    """θ around the typical values, inside the supports."""
    layout, rng = Layout(model, data), np.random.default_rng(1)
    coordinates = Coordinates(layout, data)
    z = coordinates.z(typical(model, data)[1])
    return [layout.split(coordinates.theta(z + 0.3 * rng.standard_normal(len(z)))) for _ in range(POINTS)]


def check_same_likelihood(model, data, small, weights):
    """The difference of both log-likelihoods is one number, to 1e-10 of their size."""
    with np.errstate(all="ignore"):
        full = np.array([model.log_likelihood(theta, data).sum() for theta in points(model, data)])
        less = np.array([weights @ model.log_likelihood(theta, small) for theta in points(model, data)])
    left = full - less
    assert np.all(np.abs(left - left[0]) <= 1e-10 * (1 + np.abs(full).max()))


def repeated(data):
    """Three rows, many times."""
    return data.rows(np.arange(ROWS) % 3)


def few_distinct(data):
    """At most half of the rows differ, and rows are what is independent: those of counts mostly."""
    rows = np.column_stack([np.asarray(values, dtype=float) for values in data.values()])
    return "group" not in data and 2 * len(np.unique(rows, axis=0)) <= data.n


@pytest.mark.parametrize(("name", "variant"), CASES, ids=["-".join(each) for each in CASES])
def test_condensed_likelihood_is_the_same(name, variant):
    model, plain = models.get(name), dataset(name, variant, ROWS)
    for data in (plain, repeated(plain)):
        small, weights = condensed(model, data)
        alike = few_distinct(data) and model.unit != "series"  # equal values at two times differ
        assert (weights is not None) == ((name, variant) in SHORTER or alike)
        if weights is not None:
            assert 2 * small.n <= data.n
            check_same_likelihood(model, data, small, weights)


def test_mutant_wrong_weight():
    model, data = models.get("exponential"), dataset("exponential", "event", ROWS)
    small, weights = condensed(model, data)
    with pytest.raises(AssertionError):
        check_same_likelihood(model, data, small, weights + np.array([1.0, 0.0]))


@pytest.mark.parametrize("name", ["weibull", "linear", "logistic"])
def test_rows_are_those_of_all_data(name, monkeypatch):
    """Of data with few distinct rows and of others, condensed and not; n stays that of the data given."""
    sets = [dataset(name, "plain", ROWS), dataset(name, "plain", ROWS).rows(np.arange(ROWS) % 20)]
    condensed_rows = fit_replicates(name, sets, ("mle", "map")).rows
    monkeypatch.setattr("mle_vs_bayes.fit.replicates.stacking.condensed", lambda model, data: (data, None))
    plain = fit_replicates(name, sets, ("mle", "map")).rows
    assert list(plain["n"]) == list(condensed_rows["n"])
    assert list(plain["status"]) == list(condensed_rows["status"]) == ["ok"] * len(plain)
    for column in ("estimate", "se"):
        away = (plain[column] - condensed_rows[column]).abs() / plain["se"].fillna(plain["estimate"].abs())
        assert away.max() <= SAME


def test_a_thousand_distinct_rows_among_many_are_counted():
    """Of which the first two hundred are mostly distinct."""
    y = np.random.default_rng(1).permutation(np.repeat(np.arange(1.0, 1001.0), 25))
    assert len(np.unique(y[:200])) > 150
    small, weights = condensed(models.get("weibull"), Dataset({"y": y, "event": np.ones(len(y))}))
    assert small.n == 1000 and np.all(weights == 25)
    distinct = Dataset({"y": np.arange(1.0, 25_001.0), "event": np.ones(25_000)})
    assert condensed(models.get("weibull"), distinct)[1] is None


def test_a_column_that_the_model_does_not_read_keeps_no_equal_rows_apart():
    y = np.repeat([1.0, 2.0, 3.5], 10)
    data = Dataset({"unit": np.arange(30.0), "y": y})
    small, weights = condensed(models.get("weibull"), data)
    assert small["y"].tolist() == [1.0, 2.0, 3.5]
    assert weights.tolist() == [10.0, 10.0, 10.0]


def check_derivatives(name, change=lambda few: few):
    """Value, gradient and Hessian are those of all rows, to 1e-9 of their size: sums of 20,000 terms, rounded."""
    data = dataset(name, "plain", MANY_ROWS)
    whole = ModelDensity(models.get(name), data, priors.resolve(models.get(name), {}, data))
    few, w = change(batch_density.condensed(whole)), whole.coordinates.inverse @ whole.start + 0.01
    value, gradient, hessian = few.derivatives(w)
    of_all = whole._likelihood_derivatives(w)
    size = np.sqrt(np.abs(np.diagonal(of_all[1])))
    assert abs(value - whole.total(whole.working_units(w))) <= 1e-9 * abs(value)
    assert np.all(np.abs(gradient - of_all[0]) <= 1e-9 * (np.abs(of_all[0]) + size))
    assert np.all(np.abs(hessian - of_all[1]) <= 1e-9 * np.outer(size, size))


@pytest.mark.parametrize("name", ["linear", "poisson"])
def test_derivatives_from_few_rows_are_those_of_all(name):
    check_derivatives(name)


def forgets(few):
    few.left_out = 0.0
    return few


def stretches(few):
    few.turn = 1.001 * few.turn
    return few


@pytest.mark.parametrize(("name", "mutant"), [("poisson", forgets), ("linear", stretches)])
def test_mutants_without_what_is_left_out_and_in_other_coordinates(name, mutant):
    with pytest.raises(AssertionError):
        check_derivatives(name, mutant)


def test_of_few_rows_nothing_is_condensed_for_derivatives():
    data = dataset("linear", "plain", ROWS)
    assert batch_density.condensed(ModelDensity(models.get("linear"), data, {})) is None
