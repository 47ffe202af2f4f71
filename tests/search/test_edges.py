"""Searches that end where there is no maximum say where they have gone."""

import numpy as np
import pymc as pm
import pytest

from mle_vs_bayes import compare
from mle_vs_bayes.estimators import maximum_likelihood
from mle_vs_bayes.program.opening import open_program


@pytest.mark.parametrize(("y", "status"), [([0.1, 0.2, 0.3, 5, 9], "divergent"), ([1.0, 2, 2.5, 3, 4], "ok")])
def test_a_truncated_normal_may_be_an_exponential(y, status):
    """Where the coefficient of variation is above 1 its likelihood rises for ever, towards an exponential's.

    Del Castillo (1994), The singly truncated normal distribution: a non-steep exponential family, Annals of the
    Institute of Statistical Mathematics 46(1), 57–66: whether there is a maximum is told by that coefficient.
    """
    with pm.Model() as program:
        a, sigma = pm.Normal("a", 0, 50), pm.HalfNormal("sigma", 50)
        pm.Truncated("y", pm.Normal.dist(a, sigma), lower=0.0, observed=np.array(y))
    mle = maximum_likelihood.fit(open_program(program))
    assert (mle.status, np.std(y) > np.mean(y)) == (status, status == "divergent")
    assert status == "ok" or mle.reason == "a runs to minus infinity"


def test_an_inflection_is_no_maximum():
    """At alpha = 0 a skew normal has slope and curvature 0 in one direction, and rises with the data's skewness."""
    mle = compare("skew_normal", {"y": [1.0, 2, 4]}, estimators=["mle"])["mle"]
    assert (mle.status, mle.reason) == ("divergent", "alpha runs to infinity")


def test_a_coefficient_runs_where_it_does_and_not_its_coordinate():
    """Counts of 0 alone: the intercept falls; its coordinate is turned by the design and rises."""
    data = {"y": [0.0, 0, 0], "x": [1.0, 2, 4]}
    mle = compare("poisson_regression", data, formula="y ~ x", estimators=["mle"])["mle"]
    assert mle.reason.startswith("beta[Intercept] runs to minus infinity")


def test_covariates_that_explain_every_value_leave_no_spread():
    mle = compare("linear", {"y": [2.0, 4, 6, 8], "x": [1.0, 2, 3, 4]}, formula="y ~ x", estimators=["mle"])["mle"]
    assert (mle.status, mle.reason) == ("divergent", "sigma runs to 0: the terms explain every y exactly")
