"""Draws whose mean may not exist are of concern, where nobody declares moments: a user's program."""

from types import SimpleNamespace

import numpy as np
import pymc
import pytest
import xarray

from mle_vs_bayes import compare
from mle_vs_bayes.estimators.draws_summary import heavy_tails, of_concern
from mle_vs_bayes.model.moments import Missing

SIZE = (4, 1000)
GENERATOR = np.random.default_rng(7)
HEAVY = {  # by theory neither has a mean
    "ratio": GENERATOR.standard_normal(SIZE) / GENERATOR.standard_normal(SIZE),
    "exp_cauchy": np.exp(GENERATOR.standard_cauchy(SIZE).clip(-300, 300)),
    "overflow": np.where(GENERATOR.random(SIZE) < 1e-3, np.inf, 1.0),
}
LIGHT = {  # and these have all moments
    "normal": GENERATOR.standard_normal(SIZE),
    "gamma": GENERATOR.gamma(0.2, size=SIZE),
    "lognormal": np.exp(GENERATOR.standard_normal(SIZE)),
    "share": GENERATOR.random(SIZE),
    "constant": np.ones(SIZE),
}


def concerns(name, declared=None, prior_by_parameter=False):
    posterior = xarray.Dataset({name: (("chain", "draw"), {**HEAVY, **LIGHT}[name])})
    moments = (Missing(declared),)
    program = SimpleNamespace(prior_by_parameter=prior_by_parameter, quantity_labels=(name,), missing_moments=moments)
    return of_concern(heavy_tails({"posterior": posterior}, program))


@pytest.mark.parametrize("name", HEAVY)
def test_what_has_no_mean_is_of_concern(name):
    (concern,) = concerns(name)
    assert concern.code == "heavy_tail"
    assert concern.detail.startswith(f"{name}: Pareto k ")
    assert not concerns(name, declared="its tail falls as 1/x²")  # which says so itself
    assert not concerns(name, prior_by_parameter=True)  # of the catalogue, where theory decides


@pytest.mark.parametrize("name", LIGHT)
def test_what_has_all_moments_is_not(name):
    assert concerns(name) == ()


def ratio_of_means():
    """Of two means near 0, neither of which is known well enough to be told from 0: its posterior has no mean."""
    values = np.random.default_rng(3).normal([1.0, 0.1], 1.0, size=(20, 2))
    with pymc.Model() as program:
        above, below = pymc.Normal("above", 0, 5), pymc.Normal("below", 0, 5)
        pymc.Normal("y", pymc.math.stack([above, below]), 1.0, observed=values)
        pymc.Deterministic("ratio", above / below)
    return program


def test_a_mean_that_is_nothing_to_go_by_is_compared_with_nothing():
    """It is shown with the concern, without an error; the headline and the agreement are about other quantities."""
    comparison = compare(ratio_of_means(), seed=1)
    (row,) = (row for row in comparison.fit.rows if (row.estimator, row.parameter) == ("posterior", "ratio"))
    assert "heavy_tail" in row.concerns and row.mcse is None and row.estimate is not None
    compared = {(each.parameter, each.pair) for each in comparison.fit.agreement}
    assert ("below", "posterior - mle") in compared and ("ratio", "posterior - mle") not in compared
    assert "ratio" not in comparison.verdict
