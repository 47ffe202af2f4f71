"""Likelihood-ratio tests at values on edges, near them and far away: closed forms, exact tests, and mutants."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import scipy

from mle_vs_bayes import compare
from mle_vs_bayes.comparison.scores import likelihood_ratio as tests
from mle_vs_bayes.comparison.scores import null_bootstrap
from mle_vs_bayes.comparison.scores.null_tests import null_tests
from mle_vs_bayes.comparison.scores.scores import Scoreboard
from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.intervals.profile import walk
from mle_vs_bayes.intervals.profile.curve import LostOptimumError, ProfileCurve

from ..agreement.checks import K

SMALL = {"chains": 2, "draws": 300, "tune": 300}
GROUPS, ROWS = 6, 5
EFFECTS = {"y": [12.0, -3.0, 4.0, 9.0, 1.0, 30.0], "se": [8.0, 9.0, 7.0, 10.0, 6.0, 9.0]}
NO_SPREAD = {"y": [12.0, -3.0, 4.0, 9.0, 1.0, 11.0], "se": [15.0, 10.0, 16.0, 11.0, 9.0, 11.0]}


def one(fit, **null):
    (test,) = null_tests(fit, null)
    return test


def balanced(ratio_of_squares):
    """Six groups of five with mean square within 1 and between ``ratio_of_squares``: F, exactly."""
    within = np.arange(ROWS) - 2.0
    means = np.arange(GROUPS) - 2.5
    scale = np.sqrt(ratio_of_squares / ROWS / means.var(ddof=1))
    y = (scale * means)[:, None] + within / np.sqrt(within @ within / (ROWS - 1))
    return {"y": y.ravel(), "group": np.repeat(list("abcdef"), ROWS)}


@cache
def grouped(ratio_of_squares):
    return compare("random_intercept", balanced(ratio_of_squares), estimators=["mle"])


def marginal(data, mu, tau, sigma):
    """Log-likelihood of grouped data by SciPy's multivariate normal, one group at a time."""
    groups = data["y"].reshape(GROUPS, ROWS)
    covariance = tau**2 * np.ones((ROWS, ROWS)) + sigma**2 * np.eye(ROWS)
    return scipy.stats.multivariate_normal(np.full(ROWS, mu), covariance).logpdf(groups).sum()


# On an edge.


@pytest.mark.parametrize("null", ["tau", "icc"])
def test_variance_between_groups_is_tested_on_its_edge(null):
    """Both models in closed form; the derived quantity says the same of the same edge."""
    fit, data = grouped(4.0).fit, balanced(4.0)
    between = (GROUPS - 1) / GROUPS * 4.0
    large = marginal(data, 0.0, np.sqrt((between - 1) / ROWS), 1.0)
    small = scipy.stats.norm(0.0, data["y"].std()).logpdf(data["y"]).sum()
    test = one(fit, **{null: 0.0})
    assert test.likelihood_ratio == pytest.approx(2 * (large - small), rel=1e-9)
    assert test.likelihood_ratio_p == pytest.approx(scipy.stats.chi2(1).sf(test.likelihood_ratio) / 2, rel=1e-9)
    assert test.reference == "½χ²₀ + ½χ²₁"
    assert test.bootstrap_replicates == 999
    assert test.wald is None and "no value lies beyond this one" in test.reason


def check_exact(p, error):
    """The ratio rises with F while tau is above 0, so its exact p-value is F's on 5 and 24 degrees of freedom."""
    assert abs(p - scipy.stats.f(GROUPS - 1, GROUPS * (ROWS - 1)).sf(1.6)) <= K * error


def test_bootstrap_beside_the_exact_test_with_six_groups():
    test = one(grouped(1.6).fit, tau=0.0)
    check_exact(test.bootstrap_p, test.bootstrap_error)


def test_mutant_the_reference_with_six_groups():
    """P(τ̂ = 0) is P(F ≤ 6/5) = 0.66 there and not ½, which is why the bootstrap stands beside it."""
    assert scipy.stats.f(GROUPS - 1, GROUPS * (ROWS - 1)).cdf(1.2) == pytest.approx(0.66, abs=0.005)
    test = one(grouped(1.6).fit, tau=0.0)
    with pytest.raises(AssertionError):
        check_exact(test.likelihood_ratio_p, test.bootstrap_error)


def test_an_estimate_on_the_edge_says_nothing_against_it():
    fit = grouped(0.9).fit
    assert fit.estimates["mle"].point[1] == 0
    test = one(fit, tau=0.0)
    assert (test.likelihood_ratio, test.likelihood_ratio_p, test.bootstrap_p) == (0.0, 1.0, 1.0)


def test_beside_the_smaller_model_fitted_by_itself():
    large, small = grouped(4.0), compare("normal", {"y": balanced(4.0)["y"]}, estimators=["mle"])
    (pair,) = large.page(small).against
    test = one(large.fit, tau=0.0)
    assert (pair.likelihood_ratio, pair.p) == pytest.approx((test.likelihood_ratio, test.likelihood_ratio_p), rel=1e-8)
    assert pair.reference == test.reference
    assert "½χ²₀ + ½χ²₁" in str(large.page(small))


def test_no_side_has_a_probability_where_there_is_one_only():
    comparison = compare("eight_schools", EFFECTS, estimators=["mle", "posterior"], **SMALL)
    edge, inside = null_tests(comparison.fit, {"tau": 0.0, "mu": 0.0})
    assert edge.direction is None and inside.direction > 0.5
    assert edge.likelihood_ratio is not None


def test_another_parameter_on_an_edge_brings_the_bootstrap():
    """The maximum over tau at mu = 0 by SciPy; with tau at 0 there, χ² is a name and no promise."""
    fit = compare("eight_schools", NO_SPREAD, estimators=["mle"]).fit
    y, se = np.array(NO_SPREAD["y"]), np.array(NO_SPREAD["se"])

    def at(mu, tau):
        return scipy.stats.norm(mu, np.hypot(tau, se)).logpdf(y).sum()

    assert fit.estimates["mle"].point[1] == 0
    top = at(np.average(y, weights=1 / se**2), 0.0)
    null = max(at(0.0, 0.0), -scipy.optimize.minimize_scalar(lambda t: -at(0.0, t), bounds=(0, 50)).fun)
    test = one(fit, mu=0.0)
    assert test.likelihood_ratio == pytest.approx(2 * (top - null), rel=1e-6)
    assert test.reference == "χ²₁" and test.bootstrap_replicates == 999
    assert abs(test.bootstrap_p - test.likelihood_ratio_p) < 0.2
    assert one(compare("eight_schools", EFFECTS, estimators=["mle"]).fit, mu=0.0).bootstrap_p is None


def shares(data):
    """A user's program of effects whose spread has two parts, either of which may be 0."""
    import pymc as pm

    with pm.Model() as model:
        mu, first, second = pm.Normal("mu", 0, 50), pm.HalfNormal("first", 50), pm.HalfNormal("second", 50)
        pm.Deterministic("spread", first**2 + second**2)
        variance = data["se"] ** 2 + first**2 + second**2 * data["x"]
        pm.Normal("y", mu, pm.math.sqrt(variance), observed=data["y"])
    return model


def test_a_user_s_program_on_one_edge_and_on_two(monkeypatch):
    """The ratio by SciPy. Where both variances are 0 no reference is named, and the bootstrap answers alone."""
    monkeypatch.setattr(null_bootstrap, "FEWEST", 19)
    rng = np.random.default_rng(2)
    x = np.repeat([0.0, 4.0], 10)
    data = {"x": x, "se": np.ones(20), "y": rng.normal(0, np.sqrt(4 + 4 * x))}

    def lost(theta):
        mu, first, second = theta
        return -scipy.stats.norm(mu, np.sqrt(1 + first**2 + second**2 * x)).logpdf(data["y"]).sum()

    fit = compare(shares(data), estimators=["mle"]).fit
    top = -lost(fit.estimates["mle"].point)
    one_edge, both = null_tests(fit, {"second": 0.0, "spread": 0.0})
    without = scipy.optimize.minimize(lambda theta: lost([*theta, 0.0]), [0.0, 2.0], tol=1e-10)
    assert one_edge.likelihood_ratio == pytest.approx(2 * (top + without.fun), rel=1e-6)
    assert (one_edge.reference, one_edge.bootstrap_replicates) == ("½χ²₀ + ½χ²₁", 19)
    assert both.likelihood_ratio == pytest.approx(2 * (top + lost([data["y"].mean(), 0.0, 0.0])), rel=1e-9)
    assert (both.reference, both.likelihood_ratio_p) == (None, None)
    assert both.bootstrap_p == 1 / 20 and "no reference is known" in both.reason


# At a limit.


def test_infinite_degrees_of_freedom_are_the_normal():
    y = np.random.default_rng(1).standard_t(2, size=60)
    fit = compare("student_t", {"y": y}, estimators=["mle"]).fit
    nu, mu, sigma = fit.estimates["mle"].point
    heights = [f.logpdf(y).sum() for f in (scipy.stats.t(nu, mu, sigma), scipy.stats.norm(y.mean(), y.std()))]
    test = one(fit, nu=np.inf)
    assert test.likelihood_ratio == pytest.approx(2 * (heights[0] - heights[1]), rel=1e-9)
    assert (test.reference, test.direction) == ("½χ²₀ + ½χ²₁", None)
    assert test.bootstrap_p <= 0.01
    assert json.loads(json.dumps(test.record, allow_nan=False))["null"] == "inf"


def test_a_likelihood_that_rises_to_its_limit_says_nothing_against_it():
    y = scipy.stats.norm.ppf((np.arange(40) + 0.5) / 40)
    fit = compare("student_t", {"y": y}, estimators=["mle"]).fit
    assert fit.estimates["mle"].status == "divergent"
    test = one(fit, nu=np.inf)
    assert (test.likelihood_ratio, test.likelihood_ratio_p) == (0.0, 1.0)
    assert one(fit, mu=0.0).likelihood_ratio_p is None


# Far away.


def far(y, mu):
    """n log(1 + (ȳ − μ)²/s²), without the square that overflows."""
    distance = abs(y.mean() - mu) / y.std()
    return 2 * len(y) * (np.log(distance) + 0.5 * np.log1p(distance**-2))


@pytest.mark.parametrize("mu", [5.0, 1e9, -1e30])
def test_a_far_value_has_a_ratio(mu):
    y = np.array([3.1, 0.4, 1.9, 5.2, 2.2, 0.9])
    test = one(compare("normal", {"y": y}, estimators=["mle"]).fit, mu=mu)
    assert test.likelihood_ratio == pytest.approx(far(y, mu), rel=1e-9)
    assert test.bootstrap_p is None and test.reference == "χ²₁"


NEAR, LEFT, RIGHT = np.array([0.4, 0.6, 0.5]), np.array([-5.2, -5.0, -4.9]), np.array([5.1, 5.0, 4.8])


def two_places():
    """A user's program whose ``b`` lies among the left or the right values, as ``a`` says which of them are exact."""
    import pymc as pm

    with pm.Model() as model:
        a, b = pm.Normal("a", 0, 10), pm.Normal("b", 0, 10)
        pm.Normal("near", a, 0.5, observed=NEAR)
        pm.Cauchy("left", b, pm.math.exp(a), observed=LEFT)
        pm.Cauchy("right", b, pm.math.exp(-a), observed=RIGHT)
    return model


def height_of_places(a, b):
    parts = (scipy.stats.norm(a, 0.5), NEAR), (scipy.stats.cauchy(b, np.exp(a)), LEFT)
    return sum(f.logpdf(y).sum() for f, y in (*parts, (scipy.stats.cauchy(b, np.exp(-a)), RIGHT)))


def check_places(ratio, fit):
    """The higher of the two maxima over b, by SciPy."""
    sides = [
        scipy.optimize.minimize_scalar(lambda b: -height_of_places(-0.7, b), bounds=ends, method="bounded").fun
        for ends in ((-8, 0), (2, 8))
    ]
    assert sides[0] < sides[1] - 1
    top = height_of_places(*fit.estimates["mle"].point)
    assert ratio == pytest.approx(2 * (top + min(sides)), rel=1e-6)


def test_a_value_is_looked_for_from_every_start(monkeypatch):
    """One of which lies among the left values."""
    fit = compare(two_places(), estimators=["mle"]).fit
    assert fit.estimates["mle"].point[1] > 4
    left = fit.program.coordinates.z(np.array([0.0, -4.0]))
    monkeypatch.setattr(walk, "starts_of", lambda program, count, seed: [left])
    check_places(one(fit, a=-0.7).likelihood_ratio, fit)


def test_mutant_only_along_the_curve(monkeypatch):
    monkeypatch.setattr(walk.Trace, "_from_elsewhere", lambda trace, t: [])
    fit = compare(two_places(), estimators=["mle"]).fit
    with pytest.raises(AssertionError):
        check_places(one(fit, a=-0.7).likelihood_ratio, fit)


# A failure is no evidence.


def test_no_p_value_without_a_ratio(monkeypatch):
    def lost(curve, value):
        raise LostOptimumError("nowhere")

    fit = grouped(4.0).fit
    monkeypatch.setattr(ProfileCurve, "highest_at", lost)
    test = one(fit, mu=1.0)
    assert (test.likelihood_ratio, test.likelihood_ratio_p, test.reference) == (None, None, None)
    assert "nowhere" in test.reason


def test_bootstrap_fits_that_failed_do_not_count_as_evidence(monkeypatch):
    fit = grouped(4.0).fit
    exact = one(fit, tau=0.0)
    original = null_bootstrap.fit_batch

    def half(program, *arguments, **options):
        optima = original(program, *arguments, **options)
        converged = optima.converged & (np.arange(len(optima.converged)) % 2 == 0)
        return replace(optima, converged=converged)

    monkeypatch.setattr(null_bootstrap, "fit_batch", half)
    test = one(fit, tau=0.0)
    # the half that is left has the share of the whole within four standard errors of 500 data sets
    assert abs(test.bootstrap_p - exact.bootstrap_p) <= 4 * test.bootstrap_error
    assert test.bootstrap_replicates == 500
    assert "499 of 999 data sets have no ratio and are left out" in test.reason


def test_a_larger_model_below_its_special_case_has_no_ratio():
    large, small = grouped(4.0), compare("normal", {"y": balanced(4.0)["y"]}, estimators=["mle"])
    lower = replace(large["mle"], log_likelihood=small["mle"].log_likelihood - 0.5)
    large.fit.estimates["mle"] = lower
    (pair,) = Scoreboard((large, small)).against
    assert (pair.likelihood_ratio, pair.p) == (None, None)
    assert (
        pair.no_ratio
        == "the log-likelihood of normal is 0.5 higher: the larger model's search ended at a lower maximum"
    )


def test_an_estimate_below_its_null_has_no_ratio():
    fit = grouped(4.0).fit
    mle = fit.estimates["mle"]
    test = tests.likelihood_ratio(fit.program, replace(mle, log_likelihood=mle.log_likelihood - 10), "tau", 0.0, 0)
    assert (test.ratio, test.p) == (None, None)
    assert "ended at a lower maximum; ask for more starts" in test.reason


def test_no_test_where_the_support_follows_the_parameter():
    test = one(compare("uniform", {"y": [1.0, 2.0, 4.0]}, estimators=["mle"]).fit, upper=5.0)
    assert test.likelihood_ratio_p is None and "the ratio is no χ²" in test.reason


# What cannot be tested is told.


@pytest.mark.parametrize(
    ("label", "null"),
    [("mu", np.nan), ("mu", np.inf), ("sigma", 0.0), ("sigma", np.inf), ("tau", -1.0), ("icc", 1.0), ("icc", -0.1)],
)
def test_values_outside_the_support_are_refused(label, null):
    with pytest.raises(UsageError, match=f"for {label} lies outside its support"):
        null_tests(grouped(4.0).fit, {label: null})


def test_reference_is_named_by_its_degrees():
    assert tests.reference(1, edge=False) == "χ²₁"
    assert tests.reference(2, edge=True) == "½χ²₁ + ½χ²₂"
    assert tests.p_value(3.0, 2, edge=True) == pytest.approx(scipy.stats.chi2.sf(3.0, [1, 2]).mean(), rel=1e-12)
    assert (tests.p_value(0.0, 1, edge=True), tests.p_value(1e-300, 1, edge=True)) == (1.0, pytest.approx(0.5))
