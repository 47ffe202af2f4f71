"""A statsmodels likelihood as it is: statsmodels' own MLE, and MAP and posterior of the same model in PyMC."""

import numpy as np
import pymc as pm
import pytest
import scipy.stats
import statsmodels.api as sm
from statsmodels.base.model import GenericLikelihoodModel

from mle_vs_bayes import compare, from_statsmodels
from mle_vs_bayes.errors import ModelError, UsageError

PRIORS = {"const": "Normal(0, 2)", "x1": "Normal(0, 2)"}
NUMBERS = np.random.default_rng(0)
X = sm.add_constant(NUMBERS.normal(size=50))
Y = NUMBERS.poisson(np.exp(X @ [0.5, 0.3]))


class Counts(GenericLikelihoodModel):
    def loglikeobs(self, params):
        return scipy.stats.poisson.logpmf(self.endog, np.exp(self.exog @ params))


class CountsWithScore(Counts):
    def score_obs(self, params):
        return (self.endog - np.exp(self.exog @ params))[:, None] * self.exog


class WrongScore(Counts):
    def score_obs(self, params):
        return 1.01 * self.endog[:, None] * self.exog - np.exp(self.exog @ params)[:, None] * self.exog


class CountsInOne(GenericLikelihoodModel):
    def loglike(self, params):
        return scipy.stats.poisson.logpmf(self.endog, np.exp(self.exog @ params)).sum()


class Broken(GenericLikelihoodModel):
    def loglikeobs(self, params):
        raise RuntimeError("no such day")


def away(estimate, exact):
    return np.max(np.abs(estimate.point - exact) / estimate.se)


def same_in_pymc():
    with pm.Model() as model:
        theta = pm.math.stack([pm.Normal(name, 0, 2) for name in PRIORS])
        pm.Poisson("y", pm.math.exp(X @ theta), observed=Y)
    return model


@pytest.mark.parametrize("kind", [Counts, CountsWithScore, CountsInOne])
def test_mle_is_statsmodels_own_and_map_is_pymc_s(kind):
    own = sm.Poisson(Y, X).fit(disp=0, tol=1e-14)
    found = compare(from_statsmodels(kind(Y, X), PRIORS), estimators=["mle", "map"])
    exact = compare(same_in_pymc(), estimators=["map"])["map"]
    assert away(found["mle"], own.params) < 1e-6
    assert found["mle"].se == pytest.approx(own.bse, rel=1e-5)  # second differences with a step of a hundredth SE
    assert away(found["map"], exact.point) < 1e-6
    (cost,) = [c.detail for name, c in found.fit.concerns if c.code == "black_box"]
    assert ("its own score" in cost) == (kind is CountsWithScore)


def test_mutant_wrong_score_is_not_the_mle():
    own = sm.Poisson(Y, X).fit(disp=0)
    mle = compare(from_statsmodels(WrongScore(Y, X), PRIORS), estimators=["mle"])["mle"]
    assert mle.status != "ok" or away(mle, own.params) > 1e-3


def test_posterior_of_a_black_box():
    """Its mean against the same model's in PyMC: both have Monte-Carlo errors."""
    settings = {"estimators": ["posterior"], "draws": 500, "tune": 500, "chains": 2, "groups": ()}
    found = compare(from_statsmodels(CountsWithScore(Y, X), PRIORS), **settings).rows
    exact = compare(same_in_pymc(), **settings).rows
    error = np.hypot(found["mcse"], exact["mcse"])
    assert np.all(np.abs(found["estimate"] - exact["estimate"]) < 4.42 * error)  # DESIGN, section 7


@pytest.mark.parametrize(
    ("priors", "words"),
    [
        ({"const": "Normal(0, 2)"}, "no prior for x1"),
        ({**PRIORS, "x2": "Normal(0, 2)"}, 'no parameter "x2" for a prior; it has const, x1'),
        ({**PRIORS, "x1": "jeffreys"}, "plain numbers"),
    ],
)
def test_priors_must_fit_the_parameters(priors, words):
    with pytest.raises(UsageError, match=words):
        from_statsmodels(Counts(Y, X), priors)


def test_a_likelihood_that_raises_is_told():
    with pytest.raises(ModelError, match="Broken raised RuntimeError: no such day"):
        from_statsmodels(Broken(Y, X), PRIORS)
