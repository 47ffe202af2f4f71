"""Beside each check a mutant that must fail it: the same function, once on the right claim and once on a wrong one."""

from dataclasses import replace

import numpy as np
import pytest
import scipy

from mle_vs_bayes import models
from mle_vs_bayes.checks.optima import FLAT
from mle_vs_bayes.density import parity
from mle_vs_bayes.errors import ModelError
from mle_vs_bayes.estimators import maximum_a_posteriori, maximum_likelihood
from mle_vs_bayes.fit.agreement import predict
from mle_vs_bayes.model.prior import Prior
from mle_vs_bayes.models.bernoulli import Bernoulli
from mle_vs_bayes.models.exponential import Exponential
from mle_vs_bayes.models.normal import Normal
from mle_vs_bayes.models.weibull import Weibull

from ..model.cases import case, dataset
from .checks import (
    OPTIMUM,
    by_support,
    check_density,
    check_draws,
    check_equivariance,
    check_gradient,
    check_optimum,
    check_same_point,
    check_shift,
    check_simulator,
    check_slope,
    check_standard_errors,
    check_unit_scores,
    claimed,
    optimum,
    program,
    rescaled,
    typical,
    units,
)

SMALL, LARGE = 40, 2500
N, A, B = SMALL, 2.0, 3.0
"""Exponential lifetimes under Gamma(A, B): a posterior Gamma(A + N, B + total)."""


def caught(check, *arguments):
    with pytest.raises(AssertionError):
        check(*arguments)


# The two likelihoods.


class WithoutConstant(Normal):
    """½ log 2π is missing from the NumPy likelihood: the estimates stay, AIC and every comparison of models go."""

    def log_likelihood(self, theta, data):
        return super().log_likelihood(theta, data) + 0.5 * np.log(2 * np.pi)


class WithoutWays(Bernoulli):
    """The binomial coefficient is missing, which nobody sees while every trial stands in its own row."""

    def log_likelihood(self, theta, data):
        return data["y"] * np.log(theta["p"]) + (data["trials"] - data["y"]) * np.log1p(-theta["p"])


class RateForScale(Exponential):
    """PyMC's Exponential is given the mean where it takes the rate."""

    def likelihood(self, theta, data):
        return super().likelihood({"rate": 1 / theta["rate"]}, data)


class Swapped(Weibull):
    """Shape and scale change places in one of the two."""

    def log_likelihood(self, theta, data):
        return super().log_likelihood({"shape": theta["scale"], "scale": theta["shape"]}, data)


class EventsForgotten(Exponential):
    """Censored lifetimes are taken for seen ones."""

    def log_likelihood(self, theta, data):
        return super().log_likelihood(theta, {**data, "event": np.ones_like(data["y"])})


@pytest.mark.parametrize(
    ("mutant", "variant"),
    [
        (WithoutConstant, "plain"),
        (WithoutWays, "trials"),
        (RateForScale, "plain"),
        (Swapped, "plain"),
        (EventsForgotten, "event"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_two_likelihoods_that_differ(mutant, variant):
    right = case(mutant.name, variant, SMALL)
    assert parity.check(right) <= parity.TOLERANCE
    with pytest.raises(ModelError, match=f"the two likelihoods of {mutant.name} differ in unit"):
        parity.check(program(mutant(), right.data))


def test_what_one_trial_per_row_hides():
    """Without trials the dropped coefficient is log 1: parity is right to let it pass."""
    right = case("bernoulli", "plain", SMALL)
    assert parity.check(program(WithoutWays(), right.data)) <= parity.TOLERANCE


# Derivatives and the simulator.


class HalfGradient:
    """A program whose derivatives are half of what they should be, as after forgetting one of two equal terms."""

    def __init__(self, right):
        self.right = right

    def __getattr__(self, name):
        return getattr(self.right, name)

    def evaluate(self, z, power):
        found = self.right.evaluate(z, power)
        return replace(found, gradient=0.5 * found.gradient, hessian=0.5 * found.hessian)

    def score_units(self, theta):
        return 0.5 * self.right.score_units(theta)


def test_derivatives_of_something_else():
    right = case("weibull", "plain", SMALL)
    (z,) = parity.random_points(right, count=1)
    check_gradient(right, z, 1.0)
    check_unit_scores(right, z)
    caught(check_gradient, HalfGradient(right), z, 1.0)
    caught(check_unit_scores, HalfGradient(right), z)


class TenPercentLonger(Weibull):
    """Draws lifetimes 10 % too long: the score's mean moves by 0.1 √n shape, 7 standard errors here."""

    def simulate(self, theta, design, rng):
        return super().simulate({**theta, "scale": 1.1 * theta["scale"]}, design, rng)


class WiderByTen(Normal):
    """Draws with an SD 10 % too large."""

    def simulate(self, theta, design, rng):
        return super().simulate({**theta, "sigma": 1.1 * theta["sigma"]}, design, rng)


class InverseScale(Exponential):
    """Draws with the rate where NumPy takes the mean."""

    def simulate(self, theta, design, rng):
        return super().simulate({"rate": 1 / theta["rate"]}, design, rng)


@pytest.mark.parametrize("mutant", [TenPercentLonger, WiderByTen, InverseScale], ids=lambda mutant: mutant.__name__)
def test_simulator_off_by_a_factor(mutant):
    right = case(mutant.name, "plain", LARGE)
    design = right.model.design(LARGE, np.random.default_rng(1))
    theta, vector = typical(right.model, design)
    check_simulator(right, vector)
    drawn = mutant().simulate(theta, design, np.random.default_rng(1))
    full = right.data.replace(**{role: drawn[role] for role in drawn if role in right.data})
    caught(check_simulator, program(mutant(), full), vector)


# Points.


@pytest.fixture(scope="module")
def lifetimes():
    return program(
        models.get("exponential"), dataset("exponential", "plain", SMALL), {"rate": Prior("Gamma", alpha=A, beta=B)}
    )


def test_jacobian_left_on(lifetimes):
    """On the log scale the mode of an exponential rate is the posterior mean: (n + a)/(n + a − 1) times the MAP."""
    mode = maximum_a_posteriori.fit(lifetimes)
    check_optimum(lifetimes, mode.point, 1.0)
    wrong = claimed(lifetimes, [log_scale_mode(lifetimes)], mode.covariance)
    caught(check_optimum, lifetimes, wrong.point, 1.0)
    caught(check_same_point, mode, wrong, OPTIMUM)
    posterior = lifetimes.model.conjugate_posterior(lifetimes.data, lifetimes.priors)["rate"]
    # The search on the log scale ends at rounding, about 1e-8 (the root of 1e-16: it only sees values).
    assert wrong.point[0] / mode.point[0] == pytest.approx((N + A) / (N + A - 1), rel=1e-7)
    assert wrong.point[0] == pytest.approx(posterior.mean(), rel=1e-7)


def log_scale_mode(made):
    """The mode of PyMC's own density of log rate, Jacobian and all, by golden section."""
    (value,) = made.pymc_model.value_vars
    density = made.pymc_model.compile_logp(jacobian=True, mode="FAST_COMPILE")
    centre = np.log(made.start[0])
    found = scipy.optimize.minimize_scalar(
        lambda log: -float(density({value.name: log})), bracket=(centre - 1, centre + 1), method="golden", tol=1e-12
    )
    return float(np.exp(found.x))


def test_find_map_with_our_program_leaves_the_jacobian_out(lifetimes):
    """PyMC's own answer is right to the optimiser's tolerance: a gradient of 1e-5 (L-BFGS-B's) is 1e-5/√n SE."""
    posterior = lifetimes.model.conjugate_posterior(lifetimes.data, lifetimes.priors)["rate"]
    tree = maximum_a_posteriori.find_map(lifetimes, lifetimes.start)
    found = claimed(lifetimes, [float(tree["posterior"]["rate"].squeeze())])
    exact = claimed(lifetimes, [(N + A - 1) / (N + A) * posterior.mean()], np.array([[posterior.var()]]))
    check_same_point(exact, found, 1e-3)
    caught(check_same_point, exact, claimed(lifetimes, [posterior.mean()]), 1e-3)


def test_ddof_one():
    made = case("normal", "plain", SMALL)
    y = made.data["y"]
    check_optimum(made, np.array([y.mean(), y.std(ddof=0)]), 0.0)
    caught(check_optimum, made, np.array([y.mean(), y.std(ddof=1)]), 0.0)


def test_wrong_prior_scale(lifetimes):
    """The MAP under a prior whose scale is off by one per cent is no mode under this one."""
    other = program(lifetimes.model, lifetimes.data, {"rate": Prior("Gamma", alpha=A, beta=1.01 * B)})
    right, wrong = (optimum(made, 1.0, made.start) for made in (lifetimes, other))
    check_optimum(lifetimes, right.point, 1.0)
    caught(check_optimum, lifetimes, wrong.point, 1.0)


def test_prior_taken_for_its_reciprocal():
    """Scale instead of rate: the shift from the MLE is not what the declared prior predicts, by far more than 1/n."""
    data = dataset("exponential", "plain", SMALL)
    declared = program(models.get("exponential"), data, {"rate": "Exponential(lam=6)"})
    mistaken = program(models.get("exponential"), data, {"rate": "Exponential(scale=6)"})
    mle = optimum(declared, 0.0, declared.start)
    right, wrong = (optimum(made, 1.0, made.start) for made in (declared, mistaken))
    prediction = predict(declared, right, mle)
    expected, remainder = prediction.prior[0] / mle.se[0], prediction.remainder
    check_shift((right.point - mle.point) / mle.se, expected, 0.0, remainder)
    caught(check_shift, (wrong.point - mle.point) / mle.se, expected, 0.0, remainder)


def test_map_called_mle():
    """Under a prior that is not flat the MAP is another point, and no maximum of the likelihood."""
    made = case("weibull", "plain", SMALL)
    mle, mode = maximum_likelihood.fit(made), maximum_a_posteriori.fit(made)
    check_optimum(made, mle.point, 0.0)
    caught(check_optimum, made, mode.point, 0.0)
    caught(check_same_point, mle, mode, 2 * OPTIMUM)


# Standard errors and exact posteriors.


@pytest.mark.parametrize("name", ["weibull", "linear"])
def test_hessian_off_by_a_factor_of_two(name):
    """Curvature of the deviance instead of the likelihood: standard errors off by √2."""
    made = case(name, "plain", SMALL)
    estimate = maximum_likelihood.fit(made)
    check_standard_errors(made, estimate, 0.0)
    caught(check_standard_errors, made, replace(estimate, covariance=estimate.covariance / 2), 0.0)
    caught(check_standard_errors, made, replace(estimate, covariance=estimate.covariance * 2), 0.0)


def test_covariance_without_its_correlations():
    made = case("weibull", "plain", SMALL)
    estimate = maximum_likelihood.fit(made)
    alone = np.diag(np.diag(estimate.covariance))
    caught(check_standard_errors, made, replace(estimate, covariance=alone), 0.0)


def test_covariance_on_the_unconstrained_scale():
    """What `find_MAP` would report: the inverse Hessian in z, not J H⁻¹ Jᵀ."""
    made = case("weibull", "plain", SMALL)
    estimate = maximum_likelihood.fit(made)
    hessian = made.evaluate(made.coordinates.z(estimate.point), 0.0).hessian
    caught(check_standard_errors, made, replace(estimate, covariance=np.linalg.inv(-hessian)), 0.0)


def test_exact_posterior_of_another_parametrisation(lifetimes):
    """SciPy's gamma takes a scale where PyMC's takes a rate; and one event too few is seen, too."""
    right = lifetimes.model.conjugate_posterior(lifetimes.data, lifetimes.priors)["rate"]
    total = B + lifetimes.data["y"].sum()
    grid = right.ppf(np.linspace(0.01, 0.99, 5))

    def log_density(rate):
        theta = np.array([rate])
        return float(np.sum(lifetimes.log_likelihood_units(theta))) + lifetimes.log_prior(theta)

    check_density(right, log_density, grid)
    caught(check_density, scipy.stats.gamma(A + N, scale=total), log_density, grid)
    caught(check_density, scipy.stats.gamma(A + N - 1, scale=1 / total), log_density, grid)


# Draws. Independent draws stand in for a sampler: the check is the one that `test_agreement` makes of PyMC's.


@pytest.fixture(scope="module")
def draws(lifetimes):
    import arviz_stats
    import xarray

    exact = lifetimes.model.conjugate_posterior(lifetimes.data, lifetimes.priors)["rate"]
    values = exact.rvs(size=(4, 1000), random_state=np.random.default_rng(1))
    tree = xarray.DataTree.from_dict({"posterior": xarray.Dataset({"rate": (("chain", "draw"), values)})})
    return exact, arviz_stats.summary(tree, round_to="none").loc["rate"]


def test_draws_from_another_posterior(lifetimes, draws):
    """A prior worth two units less, n − 1 for n, and the likelihood alone."""
    exact, summary = draws
    total = B + lifetimes.data["y"].sum()
    check_draws(summary, exact)
    caught(check_draws, summary, scipy.stats.gamma(N, scale=1 / total))
    caught(check_draws, summary, scipy.stats.gamma(N + A, scale=1 / (total - B)))
    caught(check_draws, summary, scipy.stats.gamma(2 * (N + A), scale=0.5 / total))


def test_mode_reported_as_mean(lifetimes, draws):
    """Mean − MAP is half a per cent of the rate here, a sixth of a standard error: ten Monte-Carlo errors."""
    exact, summary = draws
    mle, mode = (optimum(lifetimes, power, lifetimes.start) for power in (0.0, 1.0))
    expected = predict(lifetimes, mode, mle).skewness[0]
    check_shift(summary["mean"] - mode.point[0], expected, summary["mcse_mean"], 0.0)
    caught(check_shift, summary["mean"] - exact.mean(), expected, summary["mcse_mean"], 0.0)


# Orders and units.


@pytest.mark.parametrize("wrong", [-0.5, -1.5, 0.0])
def test_wrong_order_in_n(wrong):
    sizes = np.repeat([50, 200, 800, 3200], 8)
    noise = np.exp(np.random.default_rng(1).normal(size=len(sizes)) / np.sqrt(sizes))
    check_slope(sizes, noise / sizes, -1, 0.5)
    caught(check_slope, sizes, noise * sizes**wrong, -1, 0.5)


def test_scatter_that_hides_the_order():
    """A slope that nobody could have missed is no evidence."""
    sizes = np.repeat([50, 200, 800, 3200], 2)
    noise = np.exp(np.random.default_rng(1).normal(size=len(sizes)))
    caught(check_slope, sizes, noise / sizes, -1, 0.5)


def test_prior_in_other_units_than_the_data():
    """A prior of fixed numbers stays where it is when y goes into millionths: the MAP does not follow."""
    model, data = models.get("normal"), dataset("normal", "plain", SMALL)
    other = rescaled(data, y=1e-6)
    fits = {}
    for given in (None, {"mu": "Normal(0, 1)", "sigma": "Exponential(1)"}):
        made = program(model, data, given), program(model, other, given)
        fits[given is None] = [optimum(each, 1.0, each.start) for each in made], units(made[1], y=1e-6)
    check_equivariance(*fits[True][0], fits[True][1], 1e-8)
    caught(check_equivariance, *fits[False][0], fits[False][1], 1e-8)


def test_flat_prior_that_is_not_flat():
    """1/σ, the limit of vague inverse gammas: flat for log σ, not for σ."""
    model, data = models.get("normal"), dataset("normal", "plain", SMALL)
    flat = program(model, data, by_support(model, FLAT))
    log_flat = program(model, data, {"mu": "Flat()", "sigma": "InverseGamma(1e-3, 1e-3)"})
    mle = optimum(flat, 0.0, flat.start)
    check_same_point(mle, optimum(flat, 1.0, flat.start), 2 * OPTIMUM)
    caught(check_same_point, mle, optimum(log_flat, 1.0, log_flat.start), 2 * OPTIMUM)
