"""Moments of coefficients and odds ratios under heavy tails: rays of the likelihood, and separation."""

import numpy as np
import pytest

from mle_vs_bayes import models
from mle_vs_bayes.data.dataset import Dataset

from ..agreement.checks import program


def logistic(y, x, prior):
    columns = {"X": np.column_stack([np.ones(len(y)), x]), "y": np.array(y, dtype=float)}
    columns |= {"trials": np.ones(len(y)), "offset": np.zeros(len(y))}
    return program(models.get("logistic"), Dataset(columns, {"term": ("Intercept", "x")}), {"beta": prior})


def lacking(made):
    """Label → whether the mean and the standard deviation exist."""
    named = zip(made.quantity_labels, made.missing_moments, strict=True)
    return {label: (m.mean is None, m.deviation is None) for label, m in named}


BINARY = [0, 0, 0, 0, 1, 1, 1, 1]
ONE_FAILURE = [0, 1, 0, 1, 0, 1, 1, 1]
"""One failure of four where x is 1: along (0, 1) the likelihood falls as exp(−t)."""


@pytest.mark.parametrize(
    ("prior", "mean", "deviation"),
    [
        ("Normal(0, 1)", True, True),
        ("Cauchy(0, 2.5)", True, False),  # at exp(t) exp(−t) a power is left, t^−2
        ("StudentT(0.5, 0, 2.5)", True, False),  # t^−1.5
        ("Flat()", False, False),  # nothing is left
        ("Laplace(0, 1)", True, False),  # 1 + 1 is just not above 2
        ("Laplace(0, 0.9)", True, True),
        ("Logistic(0, 1)", True, False),
    ],
)
def test_an_odds_ratio_has_the_moments_that_likelihood_and_prior_leave(prior, mean, deviation):
    assert lacking(logistic(ONE_FAILURE, BINARY, prior))["odds_ratio[x]"] == (mean, deviation)


@pytest.mark.parametrize("size", [0.1, 1.0, 10.0])
def test_the_unit_of_a_covariate_decides_as_exp_beta_is_per_unit(size):
    """The likelihood falls as exp(−size t) per unit of beta."""
    made = logistic(ONE_FAILURE, size * np.array(BINARY), "StudentT(3, 0, 1)")
    assert lacking(made)["odds_ratio[x]"] == (size >= 1, size >= 2)


@pytest.mark.parametrize("prior", ["Cauchy(0, 2.5)", "StudentT(3, 0, 2.5)", "Laplace(0, 1)"])
def test_the_declared_order_is_where_the_integral_begins_to_diverge(prior):
    """∫ exp(k β) L π over β of x below T, the intercept integrated out on a grid: does it still grow at T = 60?"""
    made = logistic(ONE_FAILURE, BINARY, prior)
    steps, intercepts = np.linspace(-5, 60, 651), np.linspace(-8, 8, 81)
    points = np.stack(np.meshgrid(intercepts, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    heights = np.array([np.sum(made.log_likelihood_units(theta)) for theta in points])
    heights = (heights + made.log_prior_of_draws(points)).reshape(len(intercepts), len(steps))
    exists = lacking(made)["odds_ratio[x]"]
    for k, expected in ((1, exists[0]), (2, exists[1])):
        parts = np.exp(heights + k * steps - heights.max()).sum(axis=0)
        growing = parts[-200:].sum() / parts[-400:-200].sum()  # a power t^−2 halves it, a constant leaves it
        assert (growing < 0.6) == expected


def test_cauchy_priors_leave_no_mean_to_a_covariate_that_separates_alone():
    """Ghosh, Li & Mitra (2018), Bayesian Analysis 13(2), 359–383."""
    alone = lacking(logistic([0, 1, 0, 1, 1, 1, 1, 1], BINARY, "Cauchy(0, 2.5)"))
    assert alone["beta[x]"] == (False, False)
    assert alone["beta[Intercept]"] == (True, True)
    together = lacking(logistic([0, 0, 1, 1], [1.0, 2.0, 3.0, 4.0], "Cauchy(0, 2.5)"))  # only x − 2.5 separates
    assert together["beta[x]"] == (True, False)
    assert lacking(logistic([0, 1, 0, 1], [1.0, 2.0, 3.0, 4.0], "Cauchy(0, 2.5)"))["beta[x]"] == (True, True)


def test_a_flat_prior_under_separation_is_improper():
    made = logistic([0, 0, 1, 1], [1.0, 2.0, 3.0, 4.0], "Flat()")
    assert all("improper" in str(each.mean) for each in made.missing_moments)


def test_more_rows_than_the_first_bound_reads_change_nothing():
    rows = np.random.default_rng(0).permutation(np.arange(700) / 700)
    y = (np.arange(700) % 2).astype(float)
    assert lacking(logistic(y, rows, "Cauchy(0, 1)"))["odds_ratio[x]"] == (True, True)
