"""Sampled posteriors of every model with at most three free parameters beside the exact ones, quantity by quantity."""

from functools import cache

import numpy as np
import pytest

from mle_vs_bayes import models
from mle_vs_bayes.estimators.quadrature import quadrature
from mle_vs_bayes.fit.replicates import fit_replicates
from mle_vs_bayes.model.layout import Layout

from ..agreement.checks import K
from .checks import PLAN, datasets

ROWS = 25
COUNTS = {1: 4, 2: 4, 3: 2}
"""Data sets by free parameters."""
CLOSED = {"bernoulli", "poisson", "exponential"}
"""Whose formulas `test_exact_posteriors` has."""

REFUSED = {"skew_normal"}
"""Whose posterior bends from a positive to a negative alpha: these few rows need more nodes than there may be."""


def free(name):
    """How many free parameters a model has on its own data."""
    model = models.get(name)
    return Layout(model, datasets(name, 1, ROWS)[0]).free_size


NAMES = [name for name in models.MODELS if name not in CLOSED and free(name) <= quadrature.MOST]


@cache
def fitted(name):
    """Rows of both estimators, by replicate and quantity."""
    sets = datasets(name, COUNTS[free(name)], ROWS)
    rows = fit_replicates(name, sets, ("posterior", "posterior_exact"), plan=PLAN, seed=1).rows
    return [rows[rows["estimator"] == each].reset_index(drop=True) for each in ("posterior", "posterior_exact")]


def check_means(name, shuffled=0):
    """Every mean that exists differs by less than K of its Monte-Carlo errors.

    A posterior mean's error has some 400 effective draws behind it, so that its own error is a few per cent; that of
    the quadrature is below 1e-4 standard deviations, a hundredth of it, or it is refused.
    ``shuffled`` takes the draws of other data.
    """
    sampled, exact = fitted(name)
    assert list(sampled["parameter"]) == list(exact["parameter"])
    settled = (exact["status"] == "ok").to_numpy()
    assert all("not settled" in reason for reason in exact["reason"][~settled])
    size = len(exact) // COUNTS[free(name)]
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


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_not_settled_is_refused(name):
    found = fit_replicates(name, datasets(name, 1, ROWS), ("posterior_exact",)).rows
    assert set(found["status"]) == {"failed"}
    assert found["estimate"].isna().all() and found["reason"].str.contains("has not settled").all()


def test_mutant_draws_of_other_data():
    with pytest.raises(AssertionError):
        check_means("weibull", shuffled=1)
