"""Jeffreys' prior: what it is for each model, Firth's logistic regression, and when it is refused."""

from functools import cache

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
import scipy

from mle_vs_bayes import models
from mle_vs_bayes.compile_cache import MODE
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.data.reading import examples
from mle_vs_bayes.density import batch_density, graphs
from mle_vs_bayes.density.stack import Stack
from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.model.prior import Prior, parse
from mle_vs_bayes.search.optimum import maximum

from ..agreement.checks import OPTIMUM, check_density, check_gradient, close, program
from .cases import dataset

KNOWN = [name for name in models.MODELS if "fisher_information" in models.get(name).offers]


def jeffreys(name, data):
    model = models.get(name)
    return program(model, data, {p.name: "jeffreys" for p in model.parameters})


@cache
def usual(name):
    """The model's usual data under Jeffreys' prior, compiled once."""
    return jeffreys(name, dataset(name, "plain", 40))


def regression(y, *covariates):
    X = np.column_stack([np.ones(len(y)), *covariates])
    terms = ("Intercept", *(f"x{i}" for i in range(1, X.shape[1])))
    columns = {"y": np.asarray(y, float), "trials": np.ones(len(y)), "offset": np.zeros(len(y))}
    return Dataset({"X": X, **columns}, {"term": terms})


def mode(made):
    found = maximum(made, 1.0, made.coordinates.z(made.start))
    assert found.status == "ok", found.reason
    return made.coordinates.theta(found.z)


def test_the_word_is_read_and_the_record_goes_round():
    prior = parse("jeffreys")
    assert prior == Prior("Jeffreys")
    assert parse(str(prior)) == prior
    assert eval(repr(prior)) == prior
    assert not prior.proper


def test_the_models_whose_information_is_known():
    assert {"bernoulli", "poisson", "exponential", "normal", "logistic"} <= set(KNOWN)


@pytest.mark.parametrize("name", KNOWN)
def test_information_is_minus_the_hessian_at_the_mle(name):
    """The expected and the observed information of these models are the same function at the MLE."""
    made = usual(name)
    found = maximum(made, 0.0, made.coordinates.z(made.start))
    theta = made.coordinates.theta(found.z)
    told = pt.as_tensor(made.model.fisher_information(made.layout.split(pt.constant(theta)), made.data)).eval()
    information = told if np.ndim(told) == 2 else np.diag(np.atleast_1d(told))
    unit = np.sqrt(np.diag(information))
    _, hessian = made.likelihood_derivatives(theta)
    # The MLE is within OPTIMUM standard errors, over which the information changes by O(OPTIMUM/√n).
    close(-hessian / np.outer(unit, unit), information / np.outer(unit, unit), OPTIMUM, "information")
    sign, log_determinant = np.linalg.slogdet(information)
    assert sign == 1
    assert made.log_prior(theta) == pytest.approx(0.5 * log_determinant, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", KNOWN)
def test_derivatives_with_the_prior_are_those_of_the_density(name):
    made = usual(name)
    check_gradient(made, made.coordinates.z(made.start) + 0.02, 1.0)


COUNTS = Dataset({"y": np.array([3.0, 0.0, 2.0]), "exposure": np.array([1.0, 2.0, 0.5])})
LIFETIMES = Dataset({"y": np.array([0.3, 2.0, 1.1]), "event": np.ones(3)})
POSTERIORS = {
    "bernoulli": (Dataset({"y": np.array([6.0]), "trials": np.array([9.0])}), scipy.stats.beta(6.5, 3.5), 0.05),
    "poisson": (COUNTS, scipy.stats.gamma(5.5, scale=1 / 3.5), 0.5),
    "exponential": (LIFETIMES, scipy.stats.gamma(3, scale=1 / 3.4), 0.3),
}
"""Jeffreys (1946): Beta(1/2, 1/2), λ^(−1/2) and 1/λ times the likelihood."""


@pytest.mark.parametrize("name", POSTERIORS)
def test_posterior_is_the_textbook_one(name):
    data, exact, step = POSTERIORS[name]
    made = jeffreys(name, data)
    grid = exact.mean() + step * np.arange(-4, 5) * exact.std()

    def density(value):
        return float(np.sum(made.log_likelihood_units(np.array([value])))) + made.log_prior(np.array([value]))

    check_density(exact, density, grid)
    wrong = {"bernoulli": scipy.stats.beta(7, 4), "poisson": scipy.stats.gamma(6, scale=1 / 3.5)}
    with pytest.raises(AssertionError, match="not proportional"):
        check_density(wrong.get(name, scipy.stats.gamma(4, scale=1 / 3.4)), density, grid)


def test_normal_has_sigma_to_the_minus_two():
    made = usual("normal")
    assert made.log_prior(np.array([0.0, 3.0])) - made.log_prior(np.array([5.0, 1.0])) == pytest.approx(-2 * np.log(3))


@pytest.mark.parametrize("name", KNOWN)
def test_no_exact_posterior_is_claimed(name):
    made = usual(name)
    assert made.model.conjugate_posterior(made.data, made.priors) is None


# Firth.


def side_by_side(made, near, far):
    """The values of two data sets, one of whose points is far out."""
    stack = Stack(made, 2, {}, None)
    density = batch_density.with_derivatives(graphs.penalised_likelihood(stack, 1.0), stack.shape.stacked, MODE)
    return density(np.stack([near, far]), stack.working)[0]


def test_a_singular_information_far_out_is_no_value_and_stops_no_other_data_set():
    """Where all chances are 0 or 1 to the last digit a step of a search is refused, and the search goes on."""
    made = usual("logistic")
    alone = [made.coordinates.z(theta) for theta in (made.start, [5000.0, 0.0, 0.0])]
    near, far = map(made.coordinates.working, alone)
    values = side_by_side(made, near, far)
    assert values[0] == pytest.approx(made.evaluate(alone[0], 1.0).value, rel=1e-12)
    assert np.isnan([values[1], made.evaluate(alone[1], 1.0).value]).all()
    # The mutant that was there before: the slope of the determinant itself, for which NumPy inverts all or none.
    information = pt.tensor3("information")
    slope = pytensor.grad(pt.linalg.slogdet(information)[1].sum(), information)
    with pytest.raises(np.linalg.LinAlgError):
        slope.eval({information: np.stack([np.eye(3), np.zeros((3, 3))])})


def firth(X, y):
    """Firth's (1993) modified score, Σ (yᵢ − pᵢ + hᵢ(½ − pᵢ)) xᵢ = 0, by Fisher scoring from zero; in NumPy alone."""
    beta = np.zeros(X.shape[1])
    for _ in range(200):
        p = scipy.special.expit(X @ beta)
        w = p * (1 - p)
        inverse = np.linalg.inv(X.T @ (w[:, None] * X))
        h = w * np.einsum("ij,jk,ik->i", X, inverse, X)
        beta = beta + inverse @ (X.T @ (y - p + h * (0.5 - p)))
    return beta, np.sqrt(np.diag(inverse))


def test_map_is_firths_estimate():
    frame = examples.load("spector")
    data = regression(frame["GRADE"], frame["GPA"], frame["TUCE"], frame["PSI"])
    made = jeffreys("logistic", data)
    found = mode(made)
    expected, se = firth(data["X"], data["y"])
    np.testing.assert_allclose((found - expected) / se, 0, atol=OPTIMUM)
    # The mutant: without the prior it is the MLE, which is elsewhere.
    mle = made.coordinates.theta(maximum(made, 0.0, made.coordinates.z(made.start)).z)
    assert np.max(np.abs(mle - expected) / se) > 0.1


def test_two_by_two_table_gains_half_a_case_in_each_cell():
    """For a saturated model Firth's penalty adds ½ to every cell, so that an empty one is no separation."""
    cells = {(0, 0): 7, (0, 1): 0, (1, 0): 4, (1, 1): 5}
    rows = np.repeat(list(cells), list(cells.values()), axis=0)
    found = mode(jeffreys("logistic", regression(rows[:, 1], rows[:, 0])))
    intercept, other = np.log(0.5 / 7.5), np.log(5.5 / 4.5)
    np.testing.assert_allclose(found, [intercept, other - intercept], rtol=1e-7)


def test_collinear_covariates_cost_no_digits():
    """A straight line and the same plus a millionth of another: the condition of XᵀX is 1e13."""
    rng = np.random.default_rng(3)
    x, other = rng.normal(size=(2, 50))
    plain = jeffreys("logistic", regression(rng.integers(0, 2, 50), x, other))
    turned = jeffreys("logistic", plain.data.replace(X=np.column_stack([np.ones(50), x, x + 1e-6 * other])))
    beta = np.array([0.2, 0.5, -0.3])
    same = np.array([0.2, beta[1] - beta[2] / 1e-6, beta[2] / 1e-6])
    # β₁ x + β₂ other = same₁ x + same₂ (x + 1e-6 other), and det is multiplied by 1e-6; η keeps 16 − 6 digits.
    (changed,) = turned.log_prior_of_draws(same[None]) - plain.log_prior_of_draws(beta[None])
    assert changed == pytest.approx(np.log(1e-6), abs=1e-8)


# Refused.

REFUSED = {
    "only one of two": ("normal", {"mu": "jeffreys"}, "--prior mu=jeffreys --prior sigma=jeffreys"),
    "not known": ("weibull", {"shape": "jeffreys", "scale": "jeffreys"}, "Fisher information of weibull is not known"),
    "one element": ("logistic", {"beta[x1]": "jeffreys"}, "elements of one vector share a family"),
}


@pytest.mark.parametrize(("name", "given", "words"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_where_it_means_nothing(name, given, words):
    with pytest.raises(UsageError, match=words.replace("[", r"\[")):
        program(models.get(name), dataset(name, "plain", 40), given)


@pytest.mark.parametrize("variant", ["event", "upper"])
def test_it_is_refused_under_censoring(variant):
    with pytest.raises(UsageError, match="without censoring"):
        jeffreys("exponential", dataset("exponential", variant, 40))
