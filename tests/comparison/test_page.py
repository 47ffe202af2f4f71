"""Tests and scores: closed forms, exact refits, exact leave-one-out, nested models; and mutants of each."""

from functools import cache

import numpy as np
import pytest
import scipy

from mle_vs_bayes import compare
from mle_vs_bayes.comparison.scores import held_out
from mle_vs_bayes.comparison.scores.null_tests import usual_nulls
from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.model.parameter import SpecialCase
from mle_vs_bayes.models.weibull import Weibull
from mle_vs_bayes.sampling import tree_groups

from ..agreement.checks import K

SAMPLER = {"chains": 2, "draws": 500, "tune": 500}
Y = np.array([3.1, 0.4, 1.9, 5.2, 2.2, 0.9, 1.1, 7.3, 2.8, 4.0])
HEADS, TOSSES = 73, 100


@cache
def coin():
    return compare("bernoulli", {"y": [1] * HEADS + [0] * (TOSSES - HEADS)}, **SAMPLER)


@cache
def lifetimes(model):
    return compare(model, {"y": Y}, **SAMPLER)


def test_tests_of_a_coin():
    """Closed forms: 2 Σ O log(O/E) and (p̂ − ½)/√(p̂(1 − p̂)/n); the posterior is Beta(75, 29)."""
    (found,) = coin().page(nulls={"p": 0.5}).tests
    p = HEADS / TOSSES
    ratio = 2 * (HEADS * np.log(2 * p) + (TOSSES - HEADS) * np.log(2 * (1 - p)))
    assert found.likelihood_ratio == pytest.approx(ratio, rel=1e-9)
    assert found.likelihood_ratio_p == pytest.approx(scipy.stats.chi2.sf(ratio, 1), rel=1e-6)
    wald = (p - 0.5) / np.sqrt(p * (1 - p) / TOSSES)
    assert found.wald == pytest.approx(wald, rel=1e-9)
    assert found.wald_p == pytest.approx(2 * scipy.stats.norm.sf(wald), rel=1e-6)
    assert found.above and found.direction > 0.999  # P(p > ½) = 1 − 3e-6


@pytest.mark.parametrize("null", [0.65, 0.72, 0.80])
def test_the_direction_is_the_posterior_s(null):
    (found,) = coin().page(nulls={"p": null}).tests
    below = scipy.stats.beta(2 + HEADS, 2 + TOSSES - HEADS).cdf(null)
    assert found.above == (below < 0.5)
    check_direction(found, max(below, 1 - below))


def check_direction(found, truth):
    assert abs(found.direction - truth) <= K * found.monte_carlo_error


def test_mutant_direction_of_a_flat_prior():
    (found,) = coin().page(nulls={"p": 0.65}).tests
    with pytest.raises(AssertionError):
        check_direction(found, scipy.stats.beta(20 + HEADS, 20 + TOSSES - HEADS).sf(0.65))


def test_the_nested_model_is_the_profile_at_its_value():
    """Two ways to one number: a fit of the exponential, and the Weibull's likelihood maximised at shape 1."""
    page = lifetimes("weibull").page(lifetimes("exponential"))
    (test,), (pair,) = page.tests, page.against
    assert (test.quantity, test.null, pair.degrees) == ("shape", 1.0, 1)
    assert pair.likelihood_ratio == pytest.approx(test.likelihood_ratio, abs=1e-8)
    assert pair.p == pytest.approx(scipy.stats.chi2.sf(pair.likelihood_ratio, 1), rel=1e-9)
    assert pair.nested == "exponential is weibull with shape = 1"
    (back,) = lifetimes("exponential").page(lifetimes("weibull")).against
    assert (back.likelihood_ratio, back.difference) == (pair.likelihood_ratio, -pair.difference)


def test_on_an_edge_half_of_the_p_value(monkeypatch):
    usual = lifetimes("weibull").page(lifetimes("exponential")).against[0]
    monkeypatch.setattr(Weibull, "special_cases", {"exponential": SpecialCase("shape", 1.0, edge=True)})
    assert lifetimes("weibull").page(lifetimes("exponential")).against[0].p == pytest.approx(usual.p / 2, rel=1e-12)


def test_information_criteria_are_statsmodels_own():
    (score,) = lifetimes("weibull").page().scores
    results = lifetimes("weibull")["mle"].results
    assert (score.aic, score.bic) == pytest.approx((results.aic, results.bic), rel=1e-12)


def without_each(y):
    """Log density of each value at the normal fitted to the others."""
    rest = [np.delete(y, i) for i in range(len(y))]
    return np.array([scipy.stats.norm.logpdf(v, r.mean(), r.std()) for v, r in zip(y, rest, strict=True)])


def check_plug_in(values):
    np.testing.assert_allclose(values, without_each(Y), rtol=1e-8)


def test_each_unit_is_left_out_for_real():
    fit = compare("normal", {"y": Y}, estimators=["mle"]).fit
    units = held_out.units(fit.program, 0)
    check_plug_in(held_out.plug_in(fit.program, fit.estimates["mle"], 0.0, units).values)


def test_mutant_a_unit_that_is_not_left_out():
    fit = compare("normal", {"y": Y}, estimators=["mle"]).fit
    with pytest.raises(AssertionError):
        check_plug_in(fit.program.log_likelihood_units(fit.estimates["mle"].point))


def test_a_sample_of_units_where_all_would_be_too_many(monkeypatch):
    monkeypatch.setattr(held_out, "CELLS", 40)
    monkeypatch.setattr(held_out, "FEWEST", 3)
    fit = compare("normal", {"y": Y}, estimators=["mle"]).fit
    units = held_out.units(fit.program, 5)
    assert len(set(units)) == 4
    found = held_out.plug_in(fit.program, fit.estimates["mle"], 0.0, units)
    np.testing.assert_allclose(found.values, without_each(Y)[units], rtol=1e-8)


def test_loo_of_a_coin_is_the_exact_one():
    """Leaving out a head leaves Beta(74, 29): its predictive is 74/103, and 28/103 for a tail.

    −log mean(1/p) over S effective draws errs by sd(1/p)/mean(1/p)/√S, the same for all heads and for all tails.
    """
    (score,) = coin().page().scores
    exact = HEADS * np.log(74 / 103) + (TOSSES - HEADS) * np.log(28 / 103)
    p = coin()["posterior"].tree["posterior"]["p"].to_numpy()
    size = coin()["posterior"].results["ess_bulk"].iloc[0]
    error = sum(count * np.std(1 / q) / np.mean(1 / q) for count, q in ((HEADS, p), (TOSSES - HEADS, 1 - p)))
    assert abs(score.loo - exact) <= K * error / np.sqrt(size)
    assert abs(score.loo - (HEADS * np.log(0.73) + 27 * np.log(0.27))) > 0.5  # not the likelihood of what was seen


def test_usual_nulls_are_coefficients_and_special_cases():
    line = compare("linear", simulate=30, estimators=["mle"])
    assert usual_nulls(line.fit) == {"beta[x1]": 0.0, "beta[x2]": 0.0}
    assert usual_nulls(lifetimes("weibull").fit) == {"shape": 1.0}
    assert usual_nulls(coin().fit) == {}


def test_what_has_no_number_has_a_reason():
    cut = {"y": [1.0, 2.0, 4.0, 8.0], "event": [0, 0, 0, 0]}
    page = compare("weibull", cut, estimators=["mle", "map"]).page(nulls={"shape": 1.0})
    assert page.tests[0].likelihood_ratio is None and "scale runs to infinity" in page.tests[0].reason
    assert page.scores[0].aic is None and "scale runs to infinity" in page.scores[0].reasons["mle"]
    assert "mle" not in page.scores[0].held_out and "map" in page.scores[0].held_out
    edge = compare("uniform", {"y": Y}, estimators=["mle"]).page()
    assert "support" in edge.scores[0].reasons["mle"]


def test_other_data_and_unknown_quantities_are_refused():
    with pytest.raises(UsageError, match="different outcomes"):
        lifetimes("weibull").page(compare("exponential", {"y": Y + 1}, estimators=["mle"]))
    with pytest.raises(UsageError, match='no quantity "shpe" to test; it has shape, scale, mean, median'):
        lifetimes("weibull").page(nulls={"shpe": 1.0})


def test_units_that_differ_are_not_compared():
    """A group of rows and a row are not predicted by the same likelihood; the log-likelihoods are of the same data."""
    frame = {"y": Y, "group": list("aabbbccddd")}
    page = compare("random_intercept", frame, **SAMPLER).page(compare("normal", {"y": Y}, **SAMPLER))
    (pair,) = page.against
    assert pair.difference is None
    assert pair.remark.startswith("4 units of random_intercept and 10 of normal are left out")
    assert pair.nested == "normal is random_intercept with tau = 0" and pair.degrees == 1


def test_a_unit_on_which_much_hangs_is_of_concern():
    """One value of 60 among standard normal ones: without it the posterior of sigma is elsewhere."""
    y = np.append(np.random.default_rng(5).normal(size=40), 60.0)
    (score,) = compare("normal", {"y": y}, **SAMPLER).page().scores
    assert [concern.code for concern in score.concerns] == ["pareto_k"]
    assert lifetimes("exponential").page().scores[0].concerns == ()


def test_few_draws_are_said_and_their_shape_is_not(monkeypatch):
    monkeypatch.setattr(tree_groups, "PREDICTIVE_LIMIT", 400)
    (score,) = lifetimes("exponential").page().scores
    assert [concern.code for concern in score.concerns] == ["thinned"]
