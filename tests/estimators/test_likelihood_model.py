"""The maximum likelihood results are statsmodels' own: everything a statsmodels user asks of them works and is right.

OLS and Logit of statsmodels are the reference. Both sides invert well-conditioned 3 × 3 or 4 × 4 matrices, so they
agree to 1e-16 × a few hundred; `RTOL` also holds for the score, a difference of sums.
"""

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose
from statsmodels.base.model import GenericLikelihoodModel, GenericLikelihoodModelResults

from mle_vs_bayes import models
from mle_vs_bayes.estimators import maximum_likelihood
from mle_vs_bayes.estimators.likelihood_model import LikelihoodModel

from ..agreement.checks import program
from ..model.cases import case, dataset

N = 40
RTOL = 1e-9


@pytest.fixture(scope="module")
def linear():
    """Our results and statsmodels' OLS on the same data."""
    made = case("linear", "plain", N)
    return maximum_likelihood.fit(made).results, sm.OLS(made.data["y"], made.data["X"])


@pytest.fixture(scope="module")
def logistic():
    made = case("logistic", "plain", N)
    return maximum_likelihood.fit(made).results, sm.Logit(made.data["y"], made.data["X"])


@pytest.fixture(scope="module")
def groups():
    return np.arange(N) % 8


def of_logit(reference, **keywords):
    return reference.fit(disp=False, method="newton", tol=1e-12, **keywords)


def refit(results, **keywords):
    """Our model fitted again by statsmodels at the optimum, with another covariance."""
    return results.model.fit(start_params=results.params, method="newton", disp=False, **keywords)


def test_it_is_statsmodels(linear):
    results, _ = linear
    assert isinstance(results.model, LikelihoodModel)
    assert isinstance(results.model, GenericLikelihoodModel)
    assert isinstance(results, GenericLikelihoodModelResults)
    assert results.model.exog_names == ["beta[Intercept]", "beta[x1]", "beta[x2]", "sigma"]


def test_linear_against_ols(linear):
    results, reference = linear
    ols = reference.fit()
    divisor = np.sqrt(ols.df_resid / N)
    assert_allclose(results.params[:3], ols.params, rtol=RTOL)
    assert_allclose(results.params[3], np.sqrt(ols.ssr / N), rtol=RTOL)
    assert_allclose(results.bse[:3], ols.bse * divisor, rtol=RTOL)
    assert_allclose(results.bse[3], results.params[3] / np.sqrt(2 * N), rtol=RTOL)
    assert_allclose(results.llf, ols.llf, rtol=RTOL)


def test_linear_counts_sigma_as_a_parameter(linear):
    """OLS's own AIC and BIC leave sigma out of k; as likelihoods of four parameters they have it in."""
    results, reference = linear
    llf = reference.fit().llf
    assert (results.df_model, results.df_resid, results.nobs) == (2, N - 4, N)
    assert_allclose(results.aic, -2 * llf + 2 * 4, rtol=RTOL)
    assert_allclose(results.bic, -2 * llf + np.log(N) * 4, rtol=RTOL)


def test_logistic_against_logit(logistic):
    results, reference = logistic
    logit = of_logit(reference)
    assert_allclose(results.params, logit.params, rtol=RTOL)
    assert_allclose(results.bse, logit.bse, rtol=RTOL)
    assert_allclose(results.cov_params(), logit.cov_params(), rtol=RTOL)
    assert_allclose(results.conf_int(), logit.conf_int(), rtol=RTOL)
    assert_allclose(results.tvalues, logit.tvalues, rtol=RTOL)
    assert_allclose(results.pvalues, logit.pvalues, rtol=1e-7)
    assert (results.df_model, results.df_resid) == (logit.df_model, logit.df_resid) == (2, N - 3)
    assert_allclose([results.llf, results.aic, results.bic], [logit.llf, logit.aic, logit.bic], rtol=RTOL)


def test_lifetimes_count_both_parameters():
    results = maximum_likelihood.fit(case("weibull", "event", N)).results
    assert (results.df_model, results.df_resid) == (0, N - 2)
    assert_allclose(results.aic, -2 * results.llf + 2 * 2, rtol=RTOL)
    assert_allclose(results.bic, -2 * results.llf + np.log(N) * 2, rtol=RTOL)


def test_interval_censored_lifetimes_have_results_too():
    """Without a column ``y`` the lower ends stand for the outcome; nothing is computed from them."""
    results = maximum_likelihood.fit(case("weibull", "upper", N)).results
    assert results.nobs == N
    assert "shape" in str(results.summary())


def test_score_and_hessian_are_logits(logistic):
    """Away from the optimum, where no sum is zero; a score of a unit with x = 0 is, to rounding."""
    results, reference = logistic
    at = results.params + 0.3
    ours = results.model
    assert_allclose(ours.loglikeobs(at), reference.loglikeobs(at), rtol=RTOL)
    assert_allclose(ours.score_obs(at), reference.score_obs(at), rtol=RTOL, atol=1e-14)
    assert_allclose(ours.score(at), reference.score(at), rtol=RTOL)
    assert_allclose(ours.hessian(at), reference.hessian(at), rtol=RTOL)
    assert_allclose(ours.score_obs(at).sum(axis=0), ours.score(at), rtol=RTOL)
    assert_allclose(ours.loglike(at), reference.loglike(at), rtol=RTOL)


def test_score_is_zero_at_the_optimum(linear, logistic):
    for results, _ in (linear, logistic):
        assert np.max(np.abs(results.model.score(results.params) * results.bse)) < 1e-6


@pytest.mark.parametrize("robust", ["HC0", "cluster"])
def test_robust_covariances_are_logits(logistic, groups, robust):
    results, reference = logistic
    keywords = {"cov_type": robust, **({"cov_kwds": {"groups": groups}} if robust == "cluster" else {})}
    assert_allclose(refit(results, **keywords).bse, of_logit(reference, **keywords).bse, rtol=RTOL)


@pytest.mark.parametrize("robust", ["HC0", "cluster"])
def test_robust_covariances_are_those_of_ols(linear, groups, robust):
    """The sandwich of the normal likelihood has OLS's block for beta: at the optimum beta and sigma are orthogonal.

    Without the small-sample factor, which counts k and so depends on whether sigma is one of the parameters.
    """
    results, reference = linear
    options = {"cov_kwds": {"groups": groups, "use_correction": False}} if robust == "cluster" else {}
    ours = refit(results, cov_type=robust, **options)
    assert_allclose(ours.bse[:3], reference.fit(cov_type=robust, **options).bse, rtol=1e-7)
    assert np.max(np.abs(ours.bse[:3] / results.bse[:3] - 1)) > 0.01


def test_tests_of_a_coefficient(linear):
    """By name as people write it; Wald statistics are squares of z."""
    results, reference = linear
    ols = reference.fit()
    z = ols.tvalues[1] / np.sqrt(ols.df_resid / N)
    wald = results.wald_test("beta[x1] = 0", scalar=True)
    t = results.t_test("beta[x1] = 0")
    assert_allclose(wald.statistic, z**2, rtol=RTOL)
    assert_allclose(np.squeeze(t.tvalue), z, rtol=RTOL)
    assert_allclose(np.squeeze(t.effect), ols.params[1], rtol=RTOL)
    assert_allclose(
        np.squeeze(results.t_test("beta[x1] - beta[x2] = 0").effect), ols.params[1] - ols.params[2], rtol=RTOL
    )
    both = results.wald_test("beta[x1] = 0, beta[x2] = 0", scalar=True)
    contrast = ols.params[1:] @ np.linalg.solve(ols.cov_params()[1:, 1:] * ols.df_resid / N, ols.params[1:])
    assert_allclose(both.statistic, contrast, rtol=RTOL)


def test_summary_names_the_parameters(linear):
    results, _ = linear
    text = str(results.summary())
    assert all(label in text for label in ("beta[Intercept]", "beta[x1]", "beta[x2]", "sigma"))
    assert "Log-Likelihood" in text
    assert "[0.05" in str(results.summary(alpha=0.1))


def test_confidence_intervals_are_those_of_the_estimate(linear):
    results, _ = linear
    reach = 1.6448536269514722 * results.bse
    assert_allclose(
        results.conf_int(alpha=0.1), np.column_stack([results.params - reach, results.params + reach]), rtol=RTOL
    )


def test_no_digits_are_lost_to_a_polynomial():
    """1, x, …, x⁵ for x = 0 … 20 (the design of Wampler 1970, JASA 65, 549–565): normal equations keep 4 of 16 digits.

    The outcome is the polynomial with all coefficients 1 plus noise made orthogonal to it, so that they are exact.
    """
    x = np.arange(21.0)
    design = np.vander(x, 6, increasing=True)
    noise = np.random.default_rng(1).normal(size=21)
    q, _ = np.linalg.qr(design / np.linalg.norm(design, axis=0))
    noise = noise - q @ (q.T @ noise)
    noise = noise - q @ (q.T @ noise)
    template = dataset("linear", "plain", N)
    data = type(template)({"y": design.sum(axis=1) + noise, "X": design}, {"term": tuple(f"x{k}" for k in range(6))})
    found = maximum_likelihood.fit(program(models.get("linear"), data))
    assert found.status == "ok"
    # y is stored to 2⁻⁵³ of 3e6, which moves coefficients by that over the smallest singular value: 1e-8 at the most.
    assert_allclose(found.point[:6], np.ones(6), atol=1e-7)
    scaled = design / np.linalg.norm(design, axis=0)
    inverse = np.linalg.inv(np.linalg.qr(scaled, mode="r")) / np.linalg.norm(design, axis=0)[:, None]
    assert_allclose(found.se[:6], np.sqrt(np.sum(inverse**2, axis=1) * np.mean(noise**2)), rtol=1e-7)
