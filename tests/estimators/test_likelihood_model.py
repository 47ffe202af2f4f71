"""Maximum likelihood is a genuine statsmodels result: the same numbers as statsmodels' own models, the same methods."""

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.base.model import GenericLikelihoodModel, GenericLikelihoodModelResults

from mle_vs_bayes import compare
from mle_vs_bayes.estimators.likelihood_model import LikelihoodModel

RNG = np.random.default_rng(20)
X1, X2 = RNG.normal(size=120), RNG.normal(size=120)
EXOG = sm.add_constant(np.column_stack([X1, X2]))
Y = 1 + 2 * X1 - X2 + RNG.normal(size=120)
BINARY = (RNG.random(120) < 1 / (1 + np.exp(-X1))).astype(float)


@pytest.fixture(scope="module")
def linear():
    data = {"y": Y, "x1": X1, "x2": X2}
    return compare("linear", data, formula="y ~ x1 + x2", estimators=["mle"])["mle"].results


@pytest.fixture(scope="module")
def logistic():
    data = {"y": BINARY, "x1": X1, "x2": X2}
    return compare("logistic", data, formula="y ~ x1 + x2", estimators=["mle"])["mle"].results


def test_it_is_statsmodels_own_kind(linear):
    assert isinstance(linear, GenericLikelihoodModelResults)
    assert isinstance(linear.model, GenericLikelihoodModel)
    assert "beta[x1]" in str(linear.summary())


def test_linear_agrees_with_ols(linear):
    ols = sm.OLS(Y, EXOG).fit()
    by_n = np.sqrt(ols.df_resid / ols.nobs)  # OLS divides by n − p, maximum likelihood by n
    np.testing.assert_allclose(linear.params[:3], ols.params, rtol=1e-10)
    np.testing.assert_allclose(linear.bse[:3], ols.bse * by_n, rtol=1e-10)
    assert linear.llf == pytest.approx(ols.llf, rel=1e-12)
    # Four parameters: OLS does not count sigma.
    assert linear.aic == pytest.approx(ols.aic + 2, rel=1e-12)
    assert linear.bic == pytest.approx(ols.bic + np.log(120), rel=1e-12)
    assert (linear.df_model, linear.df_resid) == (2, 116)


def test_logistic_agrees_with_logit(logistic):
    logit = sm.Logit(BINARY, EXOG).fit(disp=False, tol=1e-12)
    np.testing.assert_allclose(logistic.params, logit.params, rtol=1e-9)
    np.testing.assert_allclose(logistic.bse, logit.bse, rtol=1e-8)
    np.testing.assert_allclose(logistic.conf_int(), logit.conf_int(), rtol=1e-8)
    assert logistic.aic == pytest.approx(logit.aic, rel=1e-12)
    assert logistic.bic == pytest.approx(logit.bic, rel=1e-12)
    assert logistic.df_resid == logit.df_resid


def test_wald_and_t_tests_take_our_labels(logistic):
    logit = sm.Logit(BINARY, EXOG).fit(disp=False, tol=1e-12)
    ours = logistic.wald_test("beta[x1] = 0, beta[x2] = 0", scalar=True)
    theirs = logit.wald_test("x1 = 0, x2 = 0", scalar=True)
    assert float(ours.statistic) == pytest.approx(float(theirs.statistic), rel=1e-7)
    assert float(logistic.t_test("beta[x1] = 0").pvalue) == pytest.approx(logit.pvalues[1], rel=1e-6)


def test_scores_of_units_sum_to_a_zero_gradient(logistic):
    scores = logistic.model.score_obs(logistic.params)
    assert scores.shape == (120, 3)
    # Each term is below 1 × |x|; a sum of 120 of them rounds below 120 × 3 × 2⁻⁵².
    assert np.all(np.abs(scores.sum(axis=0)) < 1e-8)


ROBUST = [{"cov_type": "HC0"}, {"cov_type": "cluster", "cov_kwds": {"groups": np.repeat(np.arange(30), 4)}}]


@pytest.mark.parametrize("keywords", ROBUST, ids=["HC0", "cluster"])
def test_robust_covariances_agree_with_logit(logistic, keywords):
    logit = sm.Logit(BINARY, EXOG).fit(disp=False, tol=1e-12, **keywords)
    model = LikelihoodModel(logistic.model.program)
    ours = model.fit(start_params=logistic.params, method="newton", disp=False, **keywords)
    np.testing.assert_allclose(ours.bse, logit.bse, rtol=1e-6)
