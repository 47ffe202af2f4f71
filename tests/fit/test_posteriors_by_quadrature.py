"""Sampled posteriors of every model with at most three free parameters beside the exact ones, quantity by quantity."""

from functools import cache

import numpy as np
import pytest

from mle_vs_bayes import models
from mle_vs_bayes.estimators.quadrature import quadrature
from mle_vs_bayes.fit.replicates import fit_replicates
from mle_vs_bayes.model.layout import Layout

from ..agreement.checks import K, program
from .checks import PLAN, by_label, datasets, posteriors

ROWS = 25
COUNTS = {1: 4, 2: 4, 3: 2}
"""Data sets by free parameters."""
CLOSED = {"bernoulli", "poisson", "exponential"}
"""Whose formulas `test_exact_posteriors` has."""

REFUSED = {"skew_normal": "has not settled", "laplace": "no mode on the unconstrained scale"}
"""Why there is no quadrature. The skew normal's posterior bends from a positive to a negative alpha: these few rows
need more nodes than there may be. The Laplace's has its mode at a kink, where no curvature says how wide it is: see
`test_draws_across_kinks`."""
COSTLY = {"poisson_mixture", "zero_inflated_negative_binomial"}
"""Two lumps a rate wide in three dimensions: four million nodes, minutes. `test_posteriors` has its kind, a mixture.
The other takes a third of a minute, and is what two that are here, of zeros and of counts, are together."""


def free(name):
    """How many free parameters a model has on its own data."""
    model = models.get(name)
    return Layout(model, datasets(name, 1, ROWS)[0]).free_size


NAMES = [name for name in models.MODELS if name not in CLOSED | COSTLY and free(name) <= quadrature.MOST]


@cache
def fitted(name):
    """Rows of both estimators, by replicate and quantity."""
    return both(name, datasets(name, COUNTS[free(name)], ROWS))


def both(name, sets):
    rows = fit_replicates(name, sets, ("posterior", "posterior_exact"), plan=PLAN, seed=1).rows
    return [rows[rows["estimator"] == each].reset_index(drop=True) for each in ("posterior", "posterior_exact")]


def check_means(name, shuffled=0):
    """Every mean that exists differs by less than K of its Monte-Carlo errors.

    A posterior mean's error has some 400 effective draws behind it, so that its own error is a few per cent; that of
    the quadrature is below 1e-4 standard deviations, a hundredth of it, or it is refused.
    ``shuffled`` takes the draws of other data.
    """
    check_rows(*fitted(name), COUNTS[free(name)], shuffled)


def check_rows(sampled, exact, sets, shuffled=0):
    assert list(sampled["parameter"]) == list(exact["parameter"])
    settled = (exact["status"] == "ok").to_numpy()
    assert all("not settled" in reason for reason in exact["reason"][~settled])
    size = len(exact) // sets
    estimate, error = (
        np.roll(sampled[column].to_numpy(dtype=float), shuffled * size) for column in ("estimate", "mcse")
    )
    gap, shown = estimate - exact["estimate"].to_numpy(dtype=float), settled & np.isfinite(error)
    assert shown.any()
    z = np.abs(gap[shown]) / error[shown]
    assert np.all(z <= K), f"{exact['parameter'][np.flatnonzero(shown)[np.argmax(z)]]}: {z.max():.1f}"


@pytest.mark.parametrize("name", [name for name in NAMES if name not in REFUSED])
def test_draws_are_those_of_the_exact_posterior(name):
    check_means(name)


@pytest.mark.parametrize(("name", "reason"), REFUSED.items())
def test_what_has_no_quadrature_is_refused(name, reason):
    found = fit_replicates(name, datasets(name, 1, ROWS), ("posterior_exact",)).rows
    assert set(found["status"]) == {"failed"}
    assert found["estimate"].isna().all() and found["reason"].str.contains(reason).all()


def test_mutant_draws_of_other_data():
    with pytest.raises(AssertionError):
        check_means("weibull", shuffled=1)


def test_draws_where_groups_say_much():
    """Rows of many trials, whose effects are drawn about their coefficient; the mutant is half a deviation away."""
    rng, ones = np.random.default_rng(5), np.ones(6)
    chances = 1 / (1 + np.exp(-0.3 - rng.normal(size=6)))
    data = {"trials": 400 * ones, "X": ones[:, None], "group": np.arange(6.0), "y": rng.binomial(400, chances) * 1.0}
    sampled, exact = both("logistic_random_intercept", [data])
    check_rows(sampled, exact, 1)
    with pytest.raises(AssertionError):
        check_rows(sampled, exact.assign(estimate=exact["estimate"] + exact["se"] / 2), 1)
    assert (sampled["ess_bulk"] > 1000).all()  # 3,128 and more; about 0 in place of the coefficient 246


def laplace_means(data):
    """Posterior means of mu and b by sums over a grid, 12 standard deviations of y wide and e⁶ high.

    Between two kinks the density is smooth, so that a sum over steps h of mu errs by some (h / SD of mu)² / 12 of that
    SD, here about 1e-4: a hundredth of the draws' Monte-Carlo errors.
    """
    y, prior = data["y"], program(models.get("laplace"), data).log_prior
    mu, log_b = np.median(y) + y.std() * np.linspace(-6, 6, 2401), np.log(y.std()) + np.linspace(-3, 3, 301)
    of_mu = np.array([prior(np.array([each, 1.0])) for each in mu])
    of_b = np.array([prior(np.array([0.0, each])) for each in np.exp(log_b)])
    away = np.abs(y[:, None] - mu).sum(axis=0)
    log = of_mu[:, None] + of_b + log_b - len(y) * log_b - away[:, None] / np.exp(log_b)
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    return np.array([weight.sum(axis=1) @ mu, weight.sum(axis=0) @ np.exp(log_b)])


def test_draws_across_kinks():
    """Where the density of mu has a kink at every y; the mutant takes the draws of other data."""
    sets = datasets("laplace", COUNTS[2], ROWS)
    rows = posteriors("laplace", sets, seed=1)
    mean, error = (by_label(rows, column)[["mu", "b"]].to_numpy() for column in ("estimate", "mcse"))
    exact = np.array([laplace_means(data) for data in sets])
    assert np.all(np.abs(mean - exact) <= K * error)
    assert np.any(np.abs(np.roll(mean, 1, axis=0) - exact) > K * error)
