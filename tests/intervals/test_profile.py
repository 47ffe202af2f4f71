"""Profile intervals: closed forms, independent root finding, published intervals, and everything that can go wrong."""

from dataclasses import replace

import numpy as np
import pytest
import scipy

from mle_vs_bayes import compare, models
from mle_vs_bayes.data.column import Column, count, number
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.data.formulas.parts import FormulaRule
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.estimators import maximum_a_posteriori, maximum_likelihood
from mle_vs_bayes.estimators.estimate import Estimate
from mle_vs_bayes.fit.priors import resolve
from mle_vs_bayes.fit.simulated import filled
from mle_vs_bayes.intervals.interval import IntervalRequest
from mle_vs_bayes.intervals.profile import curve as curves
from mle_vs_bayes.intervals.profile import newton_ends
from mle_vs_bayes.intervals.profile.profile import profile, profile_curve, profile_penalised
from mle_vs_bayes.model.model import Model
from mle_vs_bayes.model.parameter import Function, Parameter
from mle_vs_bayes.model.prior import Prior
from mle_vs_bayes.model.support import ordered, real, unit
from mle_vs_bayes.search.optimum import maximum
from mle_vs_bayes.search.starts import starts_of

EXACT = 1e-8
"""Relative error allowed against an exact end. The root is found to 1e-11 SE on a height known to 1e-11."""
LEVELS = (0.5, 0.95, 0.999)
levels = pytest.mark.parametrize("level", LEVELS)


def program_of(model, data, priors=None):
    data = filled(model, data)
    return ModelDensity(model, data, resolve(model, priors or {}, data))


def fitted(model, data, fit=maximum_likelihood.fit, priors=None):
    program = program_of(model, data, priors)
    return IntervalRequest(program, fit(program), 0.95)


def by_label(asked, level=0.95, kind=profile):
    return dict(zip(asked.program.quantity_labels, kind(replace(asked, level=level)), strict=True))


def pair(interval):
    assert (interval.status, interval.reason) == ("ok", None)
    return np.array([interval.lower, interval.upper])


def cut_off(level):
    return scipy.stats.chi2.ppf(level, 1)


def roots(deviance, estimate, lower, upper, level):
    """Both ends by an independent bisection-safe search on the exact deviance."""

    def end(edge):
        return scipy.optimize.brentq(
            lambda value: deviance(value) - cut_off(level), estimate, edge, xtol=1e-15, rtol=1e-14
        )

    return np.array([end(lower), end(upper)])


def close(found, expected, tolerance=EXACT):
    np.testing.assert_allclose(found, expected, rtol=tolerance)


# Exact references.

HEIGHTS = Dataset({"y": np.random.default_rng(1).normal(3.0, 2.0, size=12)})
LIFETIMES = Dataset({"y": np.random.default_rng(2).exponential(2.0, size=9), "event": np.array([1.0] * 6 + [0.0] * 3)})
TOSSES = Dataset({"y": np.array([3.0, 4.0]), "trials": np.array([4.0, 6.0])})


@pytest.fixture(scope="module")
def heights():
    return fitted(models.get("normal"), HEIGHTS)


@pytest.fixture(scope="module")
def lifetimes():
    return fitted(models.get("exponential"), LIFETIMES)


@pytest.fixture(scope="module")
def tosses():
    return fitted(models.get("bernoulli"), TOSSES)


@pytest.fixture(scope="module")
def moths():
    return fitted(models.get("logistic"), MOTHS)


def check_normal_mean(asked, level):
    """2 (ℓ̂ − ℓ_p) = n log(1 + (ȳ − μ)²/s²), so the ends are ȳ ± s √(exp(χ²/n) − 1)."""
    y = HEIGHTS["y"]
    half = y.std() * np.sqrt(np.expm1(cut_off(level) / len(y)))
    close(pair(by_label(asked, level)["mu"]), [y.mean() - half, y.mean() + half])


@levels
def test_normal_mean(heights, level):
    check_normal_mean(heights, level)


def test_mutant_without_the_factor_2_is_caught(heights, monkeypatch):
    right = curves.normal_quantile
    for module in (curves, newton_ends):  # ℓ̂ − ℓ_p at the quantile
        monkeypatch.setattr(module, "normal_quantile", lambda level: np.sqrt(2) * right(level))
    with pytest.raises(AssertionError):
        check_normal_mean(heights, 0.95)


@levels
def test_normal_sigma_and_variance(heights, level):
    n, s = HEIGHTS.n, HEIGHTS["y"].std()
    ends = roots(lambda sigma: n * (2 * np.log(sigma / s) + (s / sigma) ** 2 - 1), s, s / 50, 50 * s, level)
    found = by_label(heights, level)
    close(pair(found["sigma"]), ends)
    close(pair(found["variance"]), ends**2)


@levels
def test_censored_exponential_rate_and_its_mean(lifetimes, level):
    events, time = LIFETIMES["event"].sum(), LIFETIMES["y"].sum()
    rate = events / time
    ends = roots(lambda r: 2 * (events * np.log(rate / r) - (rate - r) * time), rate, rate / 1e3, rate * 1e3, level)
    found = by_label(lifetimes, level)
    close(pair(found["rate"]), ends)
    close(pair(found["mean"]), 1 / ends[::-1])


@levels
def test_proportion_and_its_odds(tosses, level):
    y, n = TOSSES["y"].sum(), TOSSES["trials"].sum()

    def deviance(p):
        return 2 * (y * np.log(y / n / p) + (n - y) * np.log((1 - y / n) / (1 - p)))

    ends = roots(deviance, y / n, 1e-12, 1 - 1e-12, level)
    found = by_label(tosses, level)
    close(pair(found["p"]), ends)
    close(pair(found["odds"]), ends / (1 - ends))


@pytest.mark.parametrize(("prior", "each"), [("Beta(2, 2)", 1.0), ("Jeffreys()", -0.5)])
def test_penalised_proportion(prior, each):
    """The prior adds successes and as many failures to the density on the model scale."""
    y, n = TOSSES["y"].sum() + each, TOSSES["trials"].sum() + 2 * each
    density = scipy.stats.beta(y + 1, n - y + 1).logpdf
    ends = roots(lambda p: 2 * (density(y / n) - density(p)), y / n, 1e-12, 1 - 1e-12, 0.95)
    asked = fitted(models.get("bernoulli"), TOSSES, maximum_a_posteriori.fit, {"p": prior})
    found = by_label(asked, kind=profile_penalised)
    close(pair(found["p"]), ends)
    close(pair(found["odds"]), ends / (1 - ends))


def test_weibull_median_and_mean_by_reparametrisation():
    """Median and mean as parameters in the place of the scale, the shape maximised out by SciPy."""
    y = np.random.default_rng(3).weibull(1.5, size=25) * 5
    asked = fitted(models.get("weibull"), Dataset({"y": y}))
    found = by_label(asked)
    ratios = {"median": lambda k: np.log(2) ** (1 / k), "mean": lambda k: scipy.special.gamma(1 + 1 / k)}
    for label, ratio in ratios.items():

        def deviance(value, ratio=ratio):
            def height(k):
                return -scipy.stats.weibull_min.logpdf(y, k, scale=value / ratio(k)).sum()

            best = scipy.optimize.minimize_scalar(height, bounds=(0.2, 8.0), method="bounded", options={"xatol": 1e-9})
            return 2 * (asked.estimate.log_likelihood + best.fun)

        estimate = asked.program.quantities(asked.estimate.point)[asked.program.quantity_labels.index(label)]
        close(pair(found[label]), roots(deviance, estimate, estimate / 4, estimate * 4, 0.95))


class Staircase(Model):
    """Two normal means that are known to rise, each with its own measurements: a vector whose elements are tied."""

    name = "staircase"
    parameters = (Parameter("mu", "μ", ordered, Prior("Normal", mu=0, sigma=10), typical=0.0, dims=("step",)),)
    columns = (Column("y", number), Column("step", number))

    def coords(self, data):
        return {"step": ("low", "high")}

    def log_likelihood(self, theta, data):
        return scipy.stats.norm.logpdf(data["y"], theta["mu"][data["step"].astype(int)])

    def likelihood(self, theta, data):
        import pymc as pm

        mean = theta["mu"][0] + (theta["mu"][1] - theta["mu"][0]) * data["step"]
        return pm.Normal("y", mu=mean, sigma=1.0, observed=data["y"])

    def start(self, data):
        return {"mu": np.array([-1.0, 1.0])}


def test_elements_of_a_tied_vector():
    y, step = np.array([0.1, -0.4, 0.3, 5.0, 5.5, 6.1, 5.2]), np.array([0.0, 0, 0, 1, 1, 1, 1])
    found = by_label(fitted(Staircase(), Dataset({"y": y, "step": step})))
    for label, group in (("mu[low]", y[:3]), ("mu[high]", y[3:])):
        half = np.sqrt(cut_off(0.95) / len(group))
        close(pair(found[label]), [group.mean() - half, group.mean() + half])


SCHOOLS = Dataset({"y": np.array([28.0, 8, -3, 7, -1, 1, 18, 12]), "se": np.array([15.0, 10, 16, 11, 9, 11, 10, 18])})
"""Rubin (1981), Journal of Educational Statistics 6, 377–401: tau is estimated at 0, the edge of its support."""


def test_optimum_on_an_edge_of_the_support():
    """For given tau the best mu is a weighted mean; for given mu the best tau is 0 or found by SciPy."""
    y, se = SCHOOLS["y"], SCHOOLS["se"]

    def height(mu, tau):
        return scipy.stats.norm.logpdf(y, mu, np.hypot(tau, se)).sum()

    def weighted_mean(tau):
        return np.average(y, weights=1 / (tau**2 + se**2))

    def best_tau(mu):
        best = scipy.optimize.minimize_scalar(
            lambda tau: -height(mu, tau), bounds=(0, 60), method="bounded", options={"xatol": 1e-10}
        )
        return max(-best.fun, height(mu, 0.0))

    top = height(weighted_mean(0.0), 0.0)
    asked = fitted(models.get("eight_schools"), SCHOOLS)
    found = by_label(asked)
    assert asked.estimate.point[1] == found["tau"].detail.estimate == found["tau"].lower == 0.0
    upper = scipy.optimize.brentq(lambda tau: 2 * (top - height(weighted_mean(tau), tau)) - cut_off(0.95), 0.0, 99.0)
    close(pair(found["tau"])[1], upper)
    close(pair(found["mu"]), roots(lambda mu: 2 * (top - best_tau(mu)), weighted_mean(0.0), -40.0, 60.0, 0.95))


def test_a_share_that_may_be_none_begins_at_0():
    """icc = tau² / (tau² + sigma²) is 0 where tau is: its interval ends where the data leave off, by SciPy."""
    groups, y = np.repeat(np.arange(4.0), 3), np.array([1.0, 4, 7, 2, 3, 8, 1, 5, 5, 2, 4, 6.5])
    asked = fitted(models.get("random_intercept"), Dataset({"y": y, "group": groups}, {"group": ("a", "b", "c", "d")}))

    def height(mu, sigma, icc):
        covariance = sigma**2 * (np.eye(3) + icc / (1 - icc))
        return scipy.stats.multivariate_normal([mu] * 3, covariance).logpdf(y.reshape(4, 3)).sum()

    def profiled(icc):
        return scipy.optimize.minimize(
            lambda at: -height(at[0], np.exp(at[1]), icc),
            [y.mean(), 0.5],
            method="BFGS",
            options={"gtol": 1e-9},
        )

    found = by_label(asked)["icc"]
    assert (found.lower, found.status, found.concerns) == (0.0, "ok", ())
    top = profiled(0.0).fun
    close(found.upper, scipy.optimize.brentq(lambda icc: 2 * (profiled(icc).fun - top) - cut_off(0.95), 0.01, 0.9))


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_units_do_not_matter(heights, factor):
    one, other = by_label(heights), by_label(fitted(models.get("normal"), Dataset({"y": factor * HEIGHTS["y"]})))
    for label, power in (("mu", 1), ("sigma", 1), ("variance", 2)):
        close(pair(other[label]), pair(one[label]) * factor**power)


# Published intervals.

MOTHS = Dataset(
    {
        "X": np.column_stack([np.repeat([0.0, 1.0], 6), np.repeat([1.0, 0.0], 6), np.tile(np.arange(6.0), 2)]),
        "y": np.array([1.0, 4, 9, 13, 18, 20, 0, 2, 6, 10, 12, 16]),
        "trials": np.full(12, 20.0),
    },
    {"term": ("sexF", "sexM", "ldose")},
)
"""Deaths among 20 moths per dose and sex (Venables & Ripley 2002, Modern Applied Statistics with S)."""
MASS = {
    "beta[sexF]": (-4.4581438, -2.613610),
    "beta[sexM]": (-3.1728745, -1.655117),
    "beta[ldose]": (0.8228708, 1.339058),
}
"""confint(glm(SF ~ sex + ldose - 1, binomial)), from the reference output of R's package MASS (MASS-Ex.Rout.save)."""


class Counts(Model):
    """Counts whose log mean is linear in the covariates."""

    name = "counts"
    parameters = (Parameter("beta", "β", real, Prior("Normal", mu=0, sigma=10), typical=0.5, dims=("term",)),)
    columns = (Column("y", count),)
    formula = FormulaRule()

    def log_likelihood(self, theta, data):
        return scipy.stats.poisson.logpmf(data["y"], np.exp(data["X"] @ theta["beta"]))

    def likelihood(self, theta, data):
        import pymc as pm

        return pm.Poisson("y", mu=pm.math.exp(data["X"] @ theta["beta"]), observed=data["y"])

    def start(self, data):
        return {"beta": np.zeros(data["X"].shape[1])}


OUTCOME, TREATMENT = np.tile(np.arange(3), 3), np.repeat(np.arange(3), 3)
TRIAL = Dataset(
    {
        "X": np.column_stack([np.ones(9), OUTCOME == 1, OUTCOME == 2, TREATMENT == 1, TREATMENT == 2]).astype(float),
        "y": np.array([18.0, 17, 15, 20, 10, 20, 25, 13, 12]),
    },
    {"term": ("Intercept", "outcome2", "outcome3", "treatment2", "treatment3")},
)
"""The randomized trial of Dobson (1990, An Introduction to Generalized Linear Models, page 93), as in R's ?glm."""
GLM = {
    "beta[Intercept]": (2.6958215, 3.36655581),
    "beta[outcome2]": (-0.8577018, -0.06255840),
    "beta[outcome3]": (-0.6753696, 0.08244089),
    "beta[treatment2]": (-0.3932548, 0.39325483),
    "beta[treatment3]": (-0.3932548, 0.39325483),
}
"""confint(glm(counts ~ outcome + treatment, poisson)) in R, from the README of its package profileCI."""


def check_published(found, published, asked):
    """R reads its ends off a spline through signed roots 0.5 SE apart, by straight lines between three points a step.

    A chord over a third of a step errs by at most (1/3)²/8 of the second difference of a step, the spline by less than
    the fourth difference; divided by the slope that is an error along the axis. Half a printed digit comes on top.
    """
    errors = dict(zip(asked.program.layout.labels, asked.estimate.se, strict=True))
    for label, ends in published.items():
        curve, step = found[label].detail, 0.4995 * errors[label]
        grid = curve.estimate + step * np.arange(-6, 7)
        signed = np.sign(np.arange(-6, 7)) * np.sqrt(np.maximum([curve.deviance_at(value) for value in grid], 0.0))
        off = np.max(np.abs(np.diff(signed, 2))) / 72 + np.max(np.abs(np.diff(signed, 4)))
        tolerance = step * off / np.min(np.diff(signed)) + 5e-7
        assert np.all(np.abs(pair(found[label]) - ends) <= tolerance), (label, pair(found[label]), ends, tolerance)


def check_published_and_mutant(asked, published, monkeypatch):
    check_published(by_label(asked), published, asked)
    right = curves.normal_quantile
    for module in (curves, newton_ends):
        monkeypatch.setattr(module, "normal_quantile", lambda level: np.sqrt(2) * right(level))
    with pytest.raises(AssertionError):
        check_published(by_label(asked), published, asked)


def test_intervals_published_by_mass(moths, monkeypatch):
    check_published_and_mutant(moths, MASS, monkeypatch)


def test_intervals_published_for_a_poisson_regression(monkeypatch):
    check_published_and_mutant(fitted(Counts(), TRIAL), GLM, monkeypatch)


def test_slope_and_odds_ratio_against_nested_optimisation(moths):
    """The other two coefficients maximised out by SciPy's simplex search from the NumPy likelihood alone."""
    asked, found, data = moths, by_label(moths), moths.program.data

    def deviance(slope):
        def height(others):
            return -asked.program.model.log_likelihood({"beta": np.append(others, slope)}, data).sum()

        best = scipy.optimize.minimize(height, asked.estimate.point[:2], method="Nelder-Mead", tol=1e-12)
        return 2 * (asked.estimate.log_likelihood + best.fun)

    ends = roots(deviance, asked.estimate.point[2], 0.3, 2.0, 0.95)
    close(pair(found["beta[ldose]"]), ends)
    close(pair(found["odds_ratio[ldose]"]), np.exp(ends))


# What can go wrong.


class Guessing(Model):
    """Half of the answers are right by chance: successes with probability ½ + u/2."""

    name = "guessing"
    parameters = (Parameter("u", "u", unit, Prior("Beta", alpha=1, beta=1), typical=0.5),)
    columns = (Column("y", count), Column("trials", count))
    functions = (Function("p", lambda theta: 0.5 + 0.5 * theta["u"], support=unit),)

    def log_likelihood(self, theta, data):
        return scipy.stats.binom.logpmf(data["y"], data["trials"], 0.5 + 0.5 * theta["u"])

    def likelihood(self, theta, data):
        import pymc as pm

        return pm.Binomial("y", n=data["trials"], p=0.5 + 0.5 * theta["u"], observed=data["y"])


def test_side_on_which_the_curve_never_crosses_is_open():
    found = by_label(fitted(Guessing(), Dataset({"y": np.array([57.0]), "trials": np.array([100.0])})))

    def deviance(p):
        return 2 * (57 * np.log(0.57 / p) + 43 * np.log(0.43 / (1 - p)))

    assert deviance(0.5) < cut_off(0.95)
    upper = scipy.optimize.brentq(lambda p: deviance(p) - cut_off(0.95), 0.57, 0.9, xtol=1e-15)
    close(found["u"].upper, 2 * upper - 1)
    assert (found["u"].lower, found["u"].reason, found["u"].concerns) == (0.0, None, ())  # a chance may be 0
    interval = found["p"]
    assert (interval.status, interval.lower) == ("ok", None)
    close(interval.upper, upper)
    assert interval.reason.startswith("p is open towards 0.5:")
    assert f"{deviance(0.5):.3g}" in interval.reason
    assert [concern.code for concern in interval.concerns] == ["profile_open"]
    assert np.all(np.diff(found["u"].detail.values) > 0)


def test_prior_that_ends_inside_the_interval_opens_it_there():
    centre = HEIGHTS["y"].mean()
    prior = f"Uniform({centre - 0.5}, {centre + 0.25})"
    asked = fitted(models.get("normal"), HEIGHTS, maximum_a_posteriori.fit, {"mu": prior})
    interval = by_label(asked, kind=profile_penalised)["mu"]
    assert (interval.status, interval.lower, interval.upper) == ("ok", None, None)
    for edge in (centre - 0.5, centre + 0.25):
        assert f"mu is open towards {edge:.4f}" in interval.reason
    assert "the density is zero" in interval.reason


class Cauchy(Model):
    """Measurements around a location with the heaviest tails: its likelihood may have a mode at each of them."""

    name = "cauchy"
    parameters = (Parameter("mu", "μ", real, Prior("Normal", mu=0, sigma=100), typical=1.0),)
    columns = (Column("y", number),)
    functions = (
        Function("cube", lambda theta: theta["mu"] ** 3),
        Function("constant", lambda theta: 1.0 + 0.0 * theta["mu"]),
    )

    def log_likelihood(self, theta, data):
        return scipy.stats.cauchy.logpdf(data["y"], theta["mu"])

    def likelihood(self, theta, data):
        import pymc as pm

        return pm.Cauchy("y", alpha=theta["mu"], beta=1.0, observed=data["y"])


def at_mode(y, start, model=None):
    """A request at the mode that a search from ``start`` ends in."""
    program = program_of(model or Cauchy(), Dataset({"y": np.asarray(y)}))
    found = maximum(program, 0.0, np.array([start]))
    covariance = program.coordinates.covariance(found.z, found.evaluation.hessian)
    point = program.coordinates.theta(found.z)
    return IntervalRequest(
        program, Estimate(estimator="test", labels=("mu",), point=point, covariance=covariance), 0.95
    )


def test_curve_that_falls_again_is_named_and_its_outer_ends_are_found():
    """Two measurements, two equal modes: the hump between them stays below the cut-off."""
    asked = at_mode([0.0, 5.0], 0.0)
    found = by_label(asked)
    height = Cauchy().log_likelihood({"mu": asked.estimate.point[:, None]}, asked.program.data).sum()

    def deviance(mu):
        return 2 * (height - Cauchy().log_likelihood({"mu": mu}, asked.program.data).sum())

    lower = scipy.optimize.brentq(lambda mu: deviance(mu) - cut_off(0.95), 0.0, -20.0, xtol=1e-14)
    for label, power in (("mu", 1), ("cube", 3)):
        close(pair(found[label]), np.array([lower, 5 - lower]) ** power)
        assert [concern.code for concern in found[label].concerns] == ["profile_not_monotone"]


def test_better_optimum_on_the_way_is_reported_and_adopted():
    y = [0.0, 0.3, 5.0]
    lesser, best = at_mode(y, 5.0), at_mode(y, 0.0)
    found, expected = by_label(lesser), by_label(best)
    for label in ("mu", "cube"):
        close([found[label].lower, found[label].upper], pair(expected[label]))
        concern = found[label].concerns[0]
        assert concern.code == "better_optimum"
        assert f"mu = {best.estimate.point[0]:.4g}" in concern.detail
        assert "around a higher maximum than the estimate" in found[label].reason
        assert not expected[label].concerns
        close(found[label].detail.estimate, expected[label].detail.estimate)


def test_quantity_that_does_not_vary_has_no_profile():
    interval = by_label(at_mode([0.0, 0.3], 0.0))["constant"]
    assert (interval.status, interval.lower) == ("not_applicable", None)
    assert len(interval.detail.values) == 0


class Cliff(Cauchy):
    """A likelihood that breaks down a little above its maximum."""

    functions = ()

    def log_likelihood(self, theta, data):
        return np.where(theta["mu"] < 0.2, super().log_likelihood(theta, data), np.nan)


def test_broken_likelihood_is_a_failure_with_a_reason():
    (interval,) = profile(at_mode([0.0, 0.1, -0.1], 0.0, Cliff()))
    assert (interval.status, interval.lower, interval.upper) == ("failed", None, None)
    assert interval.reason.startswith("the search stopped at 0.1")
    assert "not finite" in interval.reason
    assert np.isnan(interval.detail.deviance_at(0.5))  # and not ∞, which would be evidence
    assert len(interval.detail.values) >= 5


class Irregular(Cauchy):
    """The same with a support that depends on the parameter, it says."""

    regular = False


def test_refused_without_a_regular_optimum(heights):
    no_curvature = replace(heights, estimate=replace(heights.estimate, covariance=None, no_error="there is a kink"))
    irregular = IntervalRequest(program_of(Irregular(), HEIGHTS), heights.estimate, 0.95)
    for asked in (no_curvature, irregular):
        found = profile(asked)
        assert {interval.status for interval in found} == {"not_applicable"}
        assert all("χ²" in interval.reason for interval in found)


def test_divergent_likelihood_stays_divergent():
    asked = fitted(models.get("weibull"), Dataset({"y": np.array([1.0, 2.0, 4.0]), "event": np.zeros(3)}))
    assert {(i.status, i.reason) for i in profile(asked)} == {("divergent", asked.estimate.reason)}
    with pytest.raises(UsageError, match="scale runs to infinity"):
        profile_curve(asked.program, asked.estimate, "scale")


def test_an_edge_is_an_end():
    """Of no success in 25 trials: 50 log(1 − p) is −3.84 at 0.07395; of every one the same from above.

    Infinite odds have no profile. The mutant takes the edge for open.
    """
    width = 1 - np.exp(-scipy.stats.chi2.ppf(0.95, 1) / 50)
    for successes, expected in ((0.0, (0.0, width)), (25.0, (1 - width, 1.0))):
        asked = fitted(models.get("bernoulli"), Dataset({"y": np.array([successes]), "trials": np.array([25.0])}))
        p, odds = profile(asked)
        # A point's √D is good to 1e-6, which is 2 × 1.96 × 1e-6/50 of p.
        assert (p.lower, p.upper) == pytest.approx(expected, abs=8e-8)
        assert (odds.status == "ok") == (successes == 0)
        open_ended = replace(asked.estimate, no_error="there is a kink")
        assert profile(replace(asked, estimate=open_ended))[0].lower is None
    assert "infinite" in odds.reason


# For people: one quantity at a time.


def test_one_quantity_from_a_comparison(tosses):
    comparison = compare("bernoulli", TOSSES, estimators=["mle", "map"])
    found = comparison.profile("odds")
    assert pair(found.interval(0.95)) == pytest.approx(pair(by_label(tosses)["odds"]))
    assert comparison.profile("p", estimator="map").estimate == pytest.approx(comparison["map"].point[0])
    with pytest.raises(UsageError, match='no quantity "q" to profile; it has p, odds'):
        comparison.profile("q")
    with pytest.raises(UsageError, match="posterior"):
        comparison.profile("p", estimator="posterior")
    for level in (0.0, 1.0, -1.0, np.nan):
        with pytest.raises(UsageError, match="inside"):
            found.interval(level)


def test_curve_is_drawn_when_asked_for(heights):
    curve = profile_curve(heights.program, heights.estimate, "sigma")
    narrow, wide = curve.interval(0.5), curve.interval(0.95)
    assert wide.lower < narrow.lower < curve.estimate < narrow.upper < wide.upper
    before = curve.evaluations
    values, deviance = curve.values, curve.deviance
    assert 0 < curve.evaluations - before <= 3 * len(values)
    assert values[0] < wide.lower < wide.upper < values[-1]
    assert np.all(np.diff(values) > 0)
    assert np.all(np.diff(np.sign(values - curve.estimate) * np.sqrt(np.maximum(deviance, 0.0))) > 0)
    assert min(deviance[0], deviance[-1]) > cut_off(0.95)
    assert curve.deviance_at(wide.lower) == pytest.approx(cut_off(0.95))


# What it costs.


def _regression(name, n):
    rng = np.random.default_rng(4)
    terms = ("Intercept", "a", "b", "c", "d")[: 5 if name == "logistic" else 4]
    X = np.column_stack([np.ones(n), rng.normal(size=(n, len(terms) - 1))])
    centre = X @ np.array([1.0, 0.5, -0.3, 2.0, 0.0])[: len(terms)]
    y = centre + rng.normal(size=n) if name == "linear" else (rng.random(n) < scipy.special.expit(centre)).astype(float)
    return program_of(models.get(name), Dataset({"X": X, "y": y}, {"term": terms}))


@pytest.mark.parametrize("name", ["linear", "logistic"])
def test_cost_in_evaluations_of_five_parameters_on_1000_rows(name, monkeypatch):
    """Asked for: at most 40 refits' worth per parameter. Both ends cost about two."""
    program, calls = _regression(name, 1000), []
    evaluate = program.evaluate
    monkeypatch.setattr(program, "evaluate", lambda z, power: calls.append(z) or evaluate(z, power))
    cold = starts_of(program, 2, seed=0)[1]
    assert maximum(program, 0.0, cold).status == "ok"
    refit = len(calls)
    estimate = maximum_likelihood.fit(program)
    for label in program.layout.labels:
        calls.clear()
        curve = profile_curve(program, estimate, label)
        assert curve.interval(0.95).status == "ok"
        assert len(calls) <= min(40 * refit, 25)
        ends = len(calls)
        assert len(curve.values) == 9
        assert len(calls) - ends <= 25
