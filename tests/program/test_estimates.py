"""MLE and MAP of PyMC programs against closed forms, statsmodels and the catalogue; and mutants that must fail."""

from functools import cache

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
import statsmodels.api as sm

from mle_vs_bayes import Dataset, compare
from mle_vs_bayes.program.graphs.densities import Graphs
from mle_vs_bayes.program.graphs.differentiate import function
from mle_vs_bayes.program.opening import open_program

from .programs import EFFECTS, ERRORS, PROGRAMS, normal, numbers, schools

POINTS = ["mle", "map"]
OPTIMUM = 1e-6
"""Standard errors: the gradient at which an optimum is accepted, so how far from the exact one it may lie."""


@cache
def fitted(name):
    return compare(PROGRAMS[name](), estimators=POINTS)


def away(estimate, exact):
    """The largest distance to the exact answer ``(p,)`` in standard errors."""
    return np.max(np.abs(estimate.point - exact) / estimate.se)


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_program_has_an_mle_and_a_map(name):
    found = fitted(name)
    for estimator in POINTS:
        estimate = found[estimator]
        assert (estimate.status, estimate.reason) == ("ok", None)
        assert np.all(np.isfinite(estimate.se)) and np.all(estimate.se > 0)
    assert found["mle"].log_likelihood >= found["map"].log_likelihood - 1e-8
    summary = found["mle"].results.summary().as_text()
    assert all(label[:10] in summary for label in found["mle"].labels)
    assert set(found.rows["parameter"]) == set(found.fit.program.quantity_labels)


def test_labels_are_arviz_s_and_small_deterministics_have_rows():
    assert fitted("regression").fit.program.quantity_labels == ("beta[u]", "beta[v]", "intercept", "sigma", "ratio")
    assert fitted("classes")["mle"].labels == ("beta[u,b]", "beta[u,c]", "beta[v,b]", "beta[v,c]")
    assert fitted("shares")["mle"].labels[4:6] == ("each[0,0]", "each[0,1]")


def test_regression_is_least_squares():
    model = PROGRAMS["regression"]()
    x = np.column_stack([numbers().normal(size=(40, 2)), np.ones(40)])
    y = model.rvs_to_values[model["y"]].data
    ols = sm.OLS(y, x).fit()
    mle = fitted("regression")["mle"]
    assert away(mle, [*ols.params, np.sqrt(np.mean(ols.resid**2))]) < OPTIMUM
    spread = ols.bse * np.sqrt(ols.df_resid / 40)  # the MLE of sigma divides by n
    assert mle.se[:3] == pytest.approx(spread, rel=1e-8)
    assert mle.results.bse == pytest.approx(mle.se, rel=1e-12)
    assert mle.results.wald_test("beta[v] = 0", scalar=True).statistic == pytest.approx((mle.point[1] / spread[1]) ** 2)
    assert mle.results.t_test("beta[u] = beta[v]").effect[0] == pytest.approx(mle.point[0] - mle.point[1])
    assert mle.results.conf_int()[0] == pytest.approx(mle.point[0] + np.array([-1, 1]) * 1.959964 * spread[0], rel=1e-6)


def test_multinomial_regression_is_statsmodels_own():
    model = PROGRAMS["classes"]()
    x, y = numbers().normal(size=(80, 2)), model.rvs_to_values[model["y"]].data
    own = sm.MNLogit(y, x).fit(disp=0, tol=1e-12)
    assert away(fitted("classes")["mle"], own.params.ravel()) < 1e-5  # statsmodels stops at its own tolerance
    assert fitted("classes")["mle"].se == pytest.approx(np.asarray(own.bse).ravel(), rel=1e-5)


def test_shares_and_covariances_are_the_sample_s():
    shares = fitted("shares")["mle"]
    assert shares.point == pytest.approx([0.1, 0.2, 0.3, 0.4, 5 / 30, 10 / 30, 0.5, 0.2, 0.3, 0.5], rel=1e-7)
    assert shares.se[:4] == pytest.approx(np.sqrt(shares.point[:4] * (1 - shares.point[:4]) / 100), rel=1e-7)
    model = PROGRAMS["covariance"]()
    y = model.rvs_to_values[model["y"]].data
    root = np.linalg.cholesky(np.cov(y.T, ddof=0))
    assert away(fitted("covariance")["mle"], [root[0, 0], root[1, 0], root[1, 1], *y.mean(axis=0)]) < OPTIMUM


def test_of_a_simplex_one_share_may_be_read():
    """Identified, and singular on the model scale: 6 of 16 is the MLE, its SE √(p(1 − p)/n) that of either share."""
    with pm.Model() as model:
        shares = pm.Dirichlet("p", np.ones(2))
        pm.Binomial("y", 16, shares[0], observed=[6])
    mle = compare(model, estimators=["mle"])["mle"]
    assert mle.point == pytest.approx([6 / 16, 10 / 16], rel=1e-6)
    assert mle.se == pytest.approx([np.sqrt(6 * 10 / 16**3)] * 2, rel=1e-6)
    assert mle.results.bse == pytest.approx(mle.se, rel=1e-12)
    with pytest.raises(np.linalg.LinAlgError):  # mutant: the covariance that statsmodels' own fit would take
        np.linalg.inv(mle.results.model.hessian(mle.point))


def test_effects_that_sum_to_zero():
    found = fitted("contrasts")["mle"]
    model = PROGRAMS["contrasts"]()
    groups = model.rvs_to_values[model["y"]].data.reshape(3, 10)
    effects = groups.mean(axis=1) - groups.mean()
    spread = np.sqrt(np.mean((groups - groups.mean(axis=1, keepdims=True)) ** 2))
    exact = dict(zip(found.labels, found.point, strict=True))
    assert [exact[f"effect[{g}]"] for g in "abc"] == pytest.approx(effects, abs=1e-6 * found.se[1])
    assert exact["sigma"] == pytest.approx(spread, rel=1e-7)


def test_robust_errors_are_the_sandwich():
    found = fitted("regression")
    robust = found["mle"].results.model.fit_at(found["mle"].point, found["mle"].covariance)
    scores = robust.model.score_obs(found["mle"].point)
    by_hand = found["mle"].covariance @ scores.T @ scores @ found["mle"].covariance
    hc0 = found["mle"].results.model.fit(start_params=found["mle"].point, method="newton", cov_type="HC0", disp=False)
    assert hc0.bse == pytest.approx(np.sqrt(np.diag(by_hand)), rel=1e-6)
    assert scores.sum(axis=0) == pytest.approx(np.zeros(4), abs=1e-8)


@pytest.mark.parametrize(("centre", "unit"), [(5e6, 1e3), (3e-6, 1e-7), (-4e9, 1e-2)])
def test_units_do_not_matter(centre, unit):
    y = centre + unit * numbers().normal(size=30)
    found = compare(normal(y), estimators=POINTS)
    exact = np.array([y.mean(), np.sqrt(np.mean((y - y.mean()) ** 2))])
    rounding = 4 * np.spacing(abs(centre)) / (unit / np.sqrt(30))  # what a float64 so large can hold
    for estimator in POINTS:
        assert away(found[estimator], exact) < OPTIMUM + rounding
        assert found[estimator].se == pytest.approx(exact[1] / np.sqrt([30, 60]), rel=1e-5)


def weibull(y, shape, scale):
    with pm.Model() as model:
        pm.Weibull("y", pm.Gamma("shape", **shape.arguments), pm.HalfNormal("scale", **scale.arguments), observed=y)
    return model


def test_a_catalogue_model_written_as_a_program_has_the_same_rows():
    y = 3 * numbers().weibull(1.5, 40)
    ours = compare("weibull", Dataset({"y": y}), estimators=POINTS)
    theirs = compare(weibull(y, *ours.fit.program.priors.values()), estimators=POINTS)
    columns = ["estimate", "se", "lower", "upper"]
    left, right = (c.rows[c.rows["parameter"].isin(["shape", "scale"])] for c in (ours, theirs))
    assert list(left["parameter"]) == list(right["parameter"])
    assert right[columns].to_numpy() == pytest.approx(left[columns].to_numpy(), rel=1e-8)
    assert theirs["mle"].results.aic == pytest.approx(ours["mle"].results.aic, rel=1e-12)
    for label in ("shape", "scale"):
        pair = [c.interval(label, "profile") for c in (ours, theirs)]
        assert (pair[1].lower, pair[1].upper) == pytest.approx((pair[0].lower, pair[0].upper), rel=1e-6)


def test_mutant_prior_left_in_the_likelihood_is_no_mle(monkeypatch):
    """Stan's "MLE": the closed form then fails, as it must."""
    exact, right = fitted("own_density")["mle"], Graphs.units.func
    monkeypatch.setattr(Graphs, "units", property(lambda self: right(self) + self.log_prior / 40))
    mle = compare(PROGRAMS["own_density"](), estimators=["mle"])["mle"]
    assert away(mle, exact.point) > 1e3 * OPTIMUM


def test_mode_has_no_jacobian():
    """Exponential rate under Gamma(a, b): the mode is (n + a − 1)/(n ȳ + b), and with a Jacobian (n + a)/(n ȳ + b)."""
    y = numbers().exponential(2, size=12)
    with pm.Model() as model:
        pm.Exponential("y", pm.Gamma("rate", 2, 1), observed=y)
    found = compare(model, estimators=POINTS)
    total = y.sum() + 1
    assert away(found["map"], [13 / total]) < OPTIMUM < 1e-3 < abs(14 / total - found["map"].point[0])
    moved = found.explain()["rate"].scale  # the mode on the unconstrained scale, in SE of the MLE
    assert moved * found["mle"].se[0] == pytest.approx(1 / total, rel=1e-5)


def test_potentials_are_counted_and_said():
    found = fitted("moving_average")
    assert [c.detail for name, c in found.fit.concerns if c.code == "potential"] == ["likelihood"]
    assert found.n == 1 and found["mle"].converged


def test_latent_effects_have_no_joint_mode_unless_insisted_on():
    for centred, name in ((True, "theta"), (False, "z")):
        found = compare(schools(centred), estimators=POINTS)
        for estimator in POINTS:
            assert found[estimator].status == "not_applicable"
            assert f"{name} is latent" in found[estimator].reason and "--allow-joint" in found[estimator].reason
        assert "latent" in found.verdict
    insisted = compare(schools(False), estimators=["map"], allow_joint=True)
    joint = dict(zip(insisted["map"].labels, insisted["map"].point, strict=True))
    assert joint["tau"] == 0.0 and joint["z[A]"] == pytest.approx(0.0, abs=1e-6)  # why it is refused
    assert "joint_mode" in {c.code for _, c in insisted.fit.concerns}


def test_priors_that_read_noise_are_no_hierarchy():
    """Where the likelihood reads the governing variable itself, dropping priors leaves a proper MLE."""
    y = numbers().normal(3, 2, size=30)
    with pm.Model() as model:
        sigma = pm.HalfNormal("sigma", 5)
        pm.Normal("y", pm.Normal("mu", 0, 10 * sigma), sigma, observed=y)
    assert away(compare(model, estimators=["mle"])["mle"], [np.std(y), y.mean()]) < OPTIMUM


def test_effects_times_a_scale_of_their_own_are_latent():
    group = np.repeat(np.arange(5), 8)
    with pm.Model() as model:
        effects = pm.HalfNormal("tau", 1) * pm.Normal("z", 0, 1, shape=5)
        pm.Normal("y", effects[group], pm.HalfNormal("sigma", 1), observed=numbers().normal(size=40))
    assert open_program(model).model.effects == {"z": "it enters the likelihood times tau"}


def test_values_that_nothing_observes_are_latent():
    """A normal sample with each value below 0 a parameter: their densities are no likelihood of anything seen."""
    with pm.Model() as model:
        mu, sigma = pm.Normal("mu", 0, 5), pm.HalfNormal("sigma", 5)
        pm.TruncatedNormal("hidden", mu, sigma, upper=0.0, shape=3, initval=-np.ones(3))
        pm.Normal("y", mu, sigma, observed=np.array([0.5, 1, 3]))
    found = compare(model, estimators=POINTS)
    for estimator in POINTS:
        assert found[estimator].status == "not_applicable"
        assert "its density depends on mu and sigma, and no observation on it" in found[estimator].reason


def test_scores_and_pages_of_a_program():
    found = fitted("regression")
    page = found.page(nulls={"beta[u]": 0.0})
    assert page.tests[0].likelihood_ratio > 0 and page.scores[0].held_out["mle"][0] < 0
    kinds = ["sandwich", "bootstrap_case", "bootstrap_case_bca", "bootstrap_bayesian", "profile", "wald_transformed"]
    lame = compare(PROGRAMS["own_density"](), estimators=["mle"], intervals=["bootstrap_case"]).rows
    assert lame["reason"].str.contains("many replicates at once").all()  # bounds by element have no replicate axis
    every = compare(PROGRAMS["regression"](), estimators=["mle"], intervals=["all"]).rows
    assert every[every["interval"].isin(kinds)]["status"].eq("ok").all()
    assert every[every["interval"] == "bootstrap"]["reason"].str.contains("models of the catalogue only").all()


def test_a_spread_between_groups_may_be_zero():
    """Eight schools, effects integrated out: tau = 0, mu the weighted mean (7.7; Gelman et al. 2013, section 5.5)."""
    with pm.Model() as model:
        mu, tau = pm.Normal("mu", 0, 5), pm.HalfCauchy("tau", 5)
        pm.Normal("y", mu, pm.math.sqrt(tau**2 + ERRORS**2), observed=EFFECTS)
    found = compare(model, estimators=POINTS)
    weights = ERRORS**-2 / np.sum(ERRORS**-2)
    assert found["mle"].point == pytest.approx([weights @ EFFECTS, 0.0], rel=1e-7)
    assert found["mle"].se[0] == pytest.approx(np.sum(ERRORS**-2) ** -0.5, rel=1e-7)
    shrunk = weights @ EFFECTS / (1 + 1 / (25 * np.sum(ERRORS**-2)))
    assert found["map"].point == pytest.approx([shrunk, 0.0], rel=1e-7)
    assert {c.code for c in found["mle"].concerns} >= {"boundary"}


def test_a_recursion_written_out_has_exact_derivatives():
    """A moving average of 20 steps in Python, of which each is a function of all before."""
    y = numbers().normal(size=20)
    with pm.Model() as model:
        theta, sigma = pm.Uniform("theta", -1, 1), pm.HalfNormal("sigma", 2)
        errors = [y[0]]
        for now in y[1:]:
            errors.append(now - theta * errors[-1])
        pm.Potential("likelihood", pm.logp(pm.Normal.dist(0, sigma), pt.stack(errors)))
    program = open_program(model)
    assert program.exact_gradient
    mle = compare(program, estimators=["mle"])["mle"]
    by_hand = [y[0]]
    for now in y[1:]:
        by_hand.append(now - mle.point[0] * by_hand[-1])
    assert mle.point[1] ** 2 == pytest.approx(np.mean(np.square(by_hand)), rel=1e-8)


def test_a_sum_of_hundreds_of_terms_has_exact_derivatives():
    """NumPy takes 32 arrays at once and PyTensor joins all terms of a sum, unless `compile_cache._divided`."""
    a = pt.vector("a")
    terms = [pt.exp(-a[k % 2] * k) for k in range(300)]
    value, slope = function(a, [pt.add(*terms), pytensor.grad(pt.add(*terms), a)])(np.array([0.5, 0.5]))
    steps = np.arange(300.0)
    assert value == pytest.approx(np.exp(-0.5 * steps).sum(), rel=1e-12)
    assert slope.sum() == pytest.approx(-(steps * np.exp(-0.5 * steps)).sum(), rel=1e-12)


def test_second_derivatives_that_are_no_numbers_are_taken_by_differences():
    """Cracks seen between inspections, the first at 0: the power of 0 has a gradient and no Hessian in PyTensor."""
    lower, upper, count = np.array([0.0, 2, 4]), np.array([2.0, 4, 9]), np.array([5, 9, 6])
    with pm.Model() as model:
        shape, scale = pm.HalfNormal("shape", 5), pm.HalfNormal("scale", 10)
        survival = [pt.exp(-((pt.as_tensor(times) / scale) ** shape)) for times in (lower, upper)]
        pm.Potential("seen", count * pt.log(survival[0] - survival[1]))
    mle = compare(model, estimators=["mle"])["mle"]
    assert mle.status == "ok"

    def log_likelihood(shape, scale):
        left, right = (np.exp(-((times / scale) ** shape)) for times in (lower, upper))
        return count @ np.log(left - right)

    top = log_likelihood(*mle.point)
    for step in (0.01 * mle.se[0], 0.0), (0.0, 0.01 * mle.se[1]):
        assert log_likelihood(*(mle.point + step)) < top > log_likelihood(*(mle.point - step))


def test_a_prior_s_mean_may_be_no_start():
    """A vague prior on a Weibull's shape: PyMC's own point is 1,000, where every lifetime has density 0."""
    times = 20 * numbers().weibull(3, 60)
    with pm.Model() as vague:
        shape, level = pm.Exponential("shape", 0.001), pm.Normal("level", 0, 100)
        pm.Weibull("times", shape, pm.math.exp(level), observed=times)
    with pm.Model() as usual:
        shape, level = pm.HalfNormal("shape", 5), pm.Normal("level", 3, 2)
        pm.Weibull("times", shape, pm.math.exp(level), observed=times)
    one, other = (compare(model, estimators=["mle"])["mle"] for model in (vague, usual))
    assert away(one, other.point) < 2 * OPTIMUM


def test_a_saturated_model_has_an_mle():
    """A chance for each row and nothing else: r/n; with a level that all rows share it would be latent."""
    deaths, trials = np.array([3, 7, 5, 12, 8]), np.array([38, 114, 69, 153, 88])
    with pm.Model() as model:
        pm.Binomial("deaths", trials, pm.Beta("chance", 1, 1, shape=5), observed=deaths)
    assert compare(model, estimators=["mle"])["mle"].point == pytest.approx(deaths / trials, rel=1e-7)


def test_a_mode_at_a_bound_that_depends_on_others_says_so():
    """Two shares that add up to less than 1, and data that say 1.2."""
    with pm.Model() as model:
        first = pm.Uniform("first", 0, 1)
        second = pm.Uniform("second", 0, 1 - first)
        pm.Normal("y", first + second, 0.1, observed=numbers().normal(1.2, 0.1, 20))
        pm.Normal("z", first - second, 0.1, observed=numbers().normal(0.3, 0.1, 20))
    found = compare(model, estimators=["map"])["map"]
    assert found.status == "divergent" and "depends on other parameters" in found.reason
