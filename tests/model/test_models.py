"""Every listed model keeps the contract: a leaf is tested by being listed."""

import inspect
import re

import numpy as np
import pytest
import scipy

from mle_vs_bayes import models
from mle_vs_bayes.checks.optima import FLAT
from mle_vs_bayes.density import parity
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.model.layout import Layout
from mle_vs_bayes.model.prior import Prior
from mle_vs_bayes.search.optimum import maximum
from mle_vs_bayes.search.starts import starts_of

from ..agreement.checks import (
    K,
    by_support,
    check_density,
    check_gradient,
    check_simulator,
    check_unit_scores,
    derivative,
    program,
    typical,
)
from .cases import CASES, CENSORED, case, dataset

SMALL, LARGE = 40, 2500

each_model = pytest.mark.parametrize("name", models.MODELS)
each_case = pytest.mark.parametrize(
    ("name", "variant"),
    CASES,
    ids=["-".join(pair) for pair in CASES],
    scope="module",  # all tests of a case stand in a row
)


def layout_of(model):
    return Layout(model, model.design(SMALL, np.random.default_rng(1)))


@each_model
def test_declarations(name):
    model = models.get(name)
    layout = layout_of(model)
    assert model.name == name
    assert type(model).__name__ == models.MODELS[name]
    assert len(set(layout.labels)) == layout.size
    assert len({p.symbol for p in model.parameters}) == len(model.parameters)
    _, vector = typical(model, model.design(SMALL, np.random.default_rng(1)))
    assert all(p.support.contains(vector[layout.slices[p.name]]) for p in model.parameters)
    assert all(len(p.meaning.split()) > 1 for p in model.parameters), "a meaning in words"
    roles = [column.role for column in model.columns]
    assert roles[0] == "y"
    assert len(set(roles)) == len(roles)
    assert (model.formula is not None) == any("term" in p.dims for p in model.parameters)


def large(name, variant):
    """`LARGE`; few rows where they bring parameters with them, fewer where an integral's slope is a loop in Python."""
    if variant == "upper" and name.startswith(("beta", "gamma")):
        return LARGE // 5
    model = models.get(name)
    sizes = {Layout(model, model.design(n, np.random.default_rng(1))).size for n in (SMALL, LARGE)}
    return LARGE if len(sizes) == 1 else SMALL


def test_a_role_means_the_same_in_every_model():
    """All but ``y``, which is what the model is about."""
    meanings = {}
    for name in models.MODELS:
        for column in models.get(name).columns[1:]:
            meanings.setdefault(column.role, set()).add((column.kind.name, column.default))
    assert {role: found for role, found in meanings.items() if len(found) > 1} == {}


@each_model
def test_docstring_tells_the_story(name):
    """One line per parameter with the family of its default prior, one of the data, and a reference that is cited."""
    model = models.get(name)
    story = inspect.getdoc(type(model))
    for parameter in model.parameters:
        assert re.search(rf"^ +{parameter.name} +~ {parameter.prior.family}\(", story, re.MULTILINE), parameter.name
    assert re.search(r"^ +y\[i\] +~ \w+\(", story, re.MULTILINE)
    assert "[1]_" in story
    assert re.search(r"^\.\. \[1\] .*\((19|20)\d\d\)", story, re.MULTILINE)


@each_model
def test_default_priors_lie_inside_the_supports(name):
    made = case(name, "plain", SMALL)
    for parameter in made.model.parameters:
        prior = made.priors[parameter.name]
        assert prior.proper
        assert parameter.support.holds(prior.support)
    assert np.isfinite(made.log_prior(typical(made.model, made.data)[1]))


@each_model
def test_plausible_priors_are_plain_numbers_that_truths_are_drawn_from(name):
    """Proper on the support, and not so narrow or far off that the typical values are not among their draws."""
    made = case(name, "plain", SMALL)
    plausible = made.on(made.data, {p.name: p.plausible for p in made.model.parameters})
    assert all(prior.resolve(made.data) == prior and prior.proper for prior in plausible.priors.values())
    truths, (_, middle) = np.array(plausible.draw_prior(200, np.random.default_rng(0))), typical(made.model, made.data)
    for parameter in made.model.parameters:
        block = made.layout.slices[parameter.name]
        assert all(parameter.support.contains(truth[block]) for truth in truths)
        assert np.all((truths[:, block] < middle[block]).mean(axis=0) * (truths[:, block] > middle[block]).mean(axis=0))


@pytest.mark.parametrize("mu", [(0.0, 0.0), (2.0, 0.0)])
def test_values_in_order_are_drawn_from_the_part_of_their_priors_that_has_it(mu):
    """Their difference is N(mu₂ − mu₁, 2) above 0, whatever the priors; sorting draws says so where both have one."""
    model = models.get("normal_mixture")
    priors = {p.name: p.plausible for p in model.parameters} | {"mu": Prior("Normal", mu=mu, sigma=1)}
    density = ModelDensity(model, case("normal_mixture", "plain", SMALL).data, priors)
    truths = np.array(density.draw_prior(4000, np.random.default_rng(0)))[:, density.layout.slices["mu"]]
    centre = mu[1] - mu[0]
    law = scipy.stats.truncnorm(-centre / np.sqrt(2), np.inf, centre, np.sqrt(2))
    z = (np.diff(truths).mean() - law.mean()) / law.std() * np.sqrt(len(truths))
    assert abs(z) < K
    if mu[0] > mu[1]:  # the mutant: two draws, sorted
        wrong = np.abs(np.diff(np.random.default_rng(0).normal(mu, 1, size=(4000, 2))))
        assert abs(wrong.mean() - law.mean()) / law.std() * np.sqrt(4000) > K


@each_model
def test_derived_quantities_serve_points_and_draws_alike(name):
    made = case(name, "plain", SMALL)
    theta, vector = typical(made.model, made.data)
    draws = made.layout.split(np.broadcast_to(vector, (2, 3, made.layout.size)))
    for function in made.model.functions:
        at_point, over_draws = np.asarray(function.of(theta)), np.asarray(function.of(draws))
        assert np.all(np.isfinite(at_point))
        assert at_point.size == len(made.layout.function_labels(function))
        # A ufunc may take another path over arrays than for one number: a few units in the last place.
        np.testing.assert_allclose(over_draws, np.broadcast_to(at_point, (2, 3, *at_point.shape)), rtol=1e-14)


@each_case
def test_simulated_data_are_what_the_columns_admit(name, variant):
    data, model = dataset(name, variant, SMALL), models.get(name)
    assert data.n == SMALL
    for column in model.columns:
        if column.role in data:
            finite = data[column.role][np.isfinite(data[column.role])]
            assert np.all(column.kind.admits(finite)), column.role
            assert column.unbounded or finite.size == data.n
    assert model.unusable(data) is None


@each_model
def test_simulator_keeps_the_design_and_follows_its_seed(name):
    model = models.get(name)
    design = model.design(SMALL, np.random.default_rng(1))
    theta, _ = typical(model, design)
    first, again, other = (model.simulate(theta, design, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first["y"], again["y"])
    assert np.any(first["y"] != other["y"])
    read = {column.role for column in model.columns} | {*design.designs}
    for role in read & set(design):
        np.testing.assert_array_equal(first[role], design[role])


@each_case
def test_both_likelihoods_agree(name, variant):
    assert parity.check(case(name, variant, SMALL)) <= parity.TOLERANCE


@each_case
def test_start_has_a_finite_likelihood(name, variant):
    made = case(name, variant, SMALL)
    values = made.log_likelihood_units(made.start)
    assert np.all(np.isfinite(values))
    assert values.shape == np.shape(made.pymc_units(made.coordinates.inverse @ made.start))


@pytest.mark.parametrize("power", [0.0, 1.0])
@each_case
def test_gradient_and_hessian(name, variant, power):
    if not models.get(name).smooth:
        pytest.skip("differences across a kink are no derivative")
    made = case(name, variant, SMALL)
    for z in parity.random_points(made, count=3):
        check_gradient(made, z, power)


@each_case
def test_scores_of_units(name, variant):
    if not models.get(name).smooth:
        pytest.skip("differences across a kink are no derivative")
    made = case(name, variant, SMALL)
    check_unit_scores(made, parity.random_points(made, count=1)[0])


@each_case
def test_simulator_and_likelihood_are_the_same_model(name, variant):
    if not models.get(name).regular:
        pytest.skip("the support depends on the parameter, so the score's mean is not zero")
    if not models.get(name).smooth:
        pytest.skip("across kinks the information is no mean of second derivatives")
    made = case(name, variant, large(name, variant))
    check_simulator(made, typical(made.model, made.data)[1])


@each_case
def test_closed_form_is_where_the_optimiser_ends(name, variant):
    """From a start two standard errors off, so that the closed form is not what the search began with."""
    made = case(name, variant, SMALL)
    exact = made.model.closed_form_mle(made.data)
    if exact is None:
        pytest.skip("no closed form")
    exact = made.layout.join(exact)
    for start in starts_of(made, 3, seed=1)[1:]:
        found = maximum(made, 0.0, start)
        assert found.status == "ok"
        # Newton steps end below 1e-13 SE or at rounding: 1e-8 leaves room for five digits of cancellation in the data.
        np.testing.assert_allclose(made.coordinates.theta(found.z), exact, rtol=1e-8)


@each_case
def test_exact_posterior_is_likelihood_times_prior(name, variant):
    """Under the default and the flat priors; what the exact posterior leaves out is integrated numerically."""
    model = models.get(name)
    if "conjugate_posterior" not in model.offers:
        pytest.skip("no exact posterior")
    if any(p.support.tied for p in model.parameters):
        pytest.skip("an element of a simplex is not integrated out by itself: see tests/models/test_grammar.py")
    default, flat = case(name, variant, SMALL), program(model, dataset(name, variant, SMALL), by_support(model, FLAT))
    known = [(made, model.conjugate_posterior(made.data, made.priors)) for made in (default, flat)]
    known = [(made, exact) for made, exact in known if exact is not None]
    assert known or variant in CENSORED
    for made, exact in known:
        for label, distribution in exact.items():
            grid = distribution.ppf(np.linspace(0.01, 0.99, 5))
            check_density(distribution, lambda value, m=made, at=label: log_marginal(m, at, value), grid)


def log_marginal(made, label, value):
    """log ∫ likelihood × prior over all but one parameter (or function of one positive parameter), at ``value``.

    Real parameters are integrated by Laplace's formula, exact here because the log-likelihood is quadratic in them;
    a positive one by the trapezium rule over its logarithm, whose error for such smooth integrands is below rounding.
    """
    layout = made.layout
    real = np.array([p.support.name == "real" for p in layout.parameters for _ in layout.labels_of[p.name]])
    if label not in layout.labels:
        (function,) = [f for f in made.model.functions if f.name == label]
        (position,) = np.flatnonzero(~real)
        of = lambda at: np.asarray(function.of(layout.split(at)))  # noqa: E731
        point = inverse(of, made.start, position, value)
        step = np.where(np.arange(layout.size) == position, 1e-3 * point, 1.0)
        jacobian = derivative(of, point, step)[position]
        return laplace(made, point, free=real) - np.log(np.abs(jacobian))
    position = layout.labels.index(label)
    fixed = made.start.copy()
    fixed[position] = value
    free = real & (np.arange(layout.size) != position)
    if real[position] and not real.all():
        (scale,) = np.flatnonzero(~real)
        return trapezium(made, fixed, free, scale)
    return laplace(made, fixed, free)


def inverse(of, point, position, value):
    """``point`` with the element at ``position`` such that ``of`` gives ``value``; the functions are monotone."""
    moved = point.copy()

    def gap(log_scale):
        moved[position] = np.exp(log_scale)
        return np.log(of(moved) / value)

    centre = np.log(point[position])
    moved[position] = np.exp(scipy.optimize.brentq(gap, centre - 10, centre + 10, xtol=1e-15, rtol=1e-15))
    return moved


def laplace(made, point, free):
    """log density with the ``free`` parameters integrated out, the log density being quadratic in them."""
    theta = point.copy()
    if free.any():
        gradient, hessian = made.likelihood_derivatives(theta)
        block = hessian[np.ix_(free, free)]
        theta[free] -= np.linalg.solve(block, gradient[free])
        volume = -0.5 * np.linalg.slogdet(-block)[1]
    else:
        volume = 0.0
    return float(np.sum(made.log_likelihood_units(theta))) + made.log_prior(theta) + volume


def trapezium(made, point, free, scale):
    """log ∫ exp(laplace) d(scale) by the trapezium rule over t = log(scale/start).

    The integrand is about exp(−n (t + (e^(−2t) − 1)/2)): for n = 40 below 1e-15 of its peak outside (−1, 2), and as
    wide as a normal of SD 0.11, so that a spacing of 0.05 errs by exp(−2π² (0.11/0.05)²), nothing.
    """
    logs = np.log(point[scale]) + np.linspace(-1.0, 2.0, 61)
    values = []
    for log in logs:
        at = point.copy()
        at[scale] = np.exp(log)
        values.append(laplace(made, at, free) + log)
    return float(scipy.special.logsumexp(values))
