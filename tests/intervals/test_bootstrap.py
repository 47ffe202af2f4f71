"""Bootstrap intervals: honest data sets, exact spreads, BCa against exact theory, failures counted."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import scipy

from mle_vs_bayes import intervals, models
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.estimators import exact, maximum_likelihood
from mle_vs_bayes.intervals.bootstrap import accelerations, bias_correction, corrected
from mle_vs_bayes.intervals.interval import IntervalRequest
from mle_vs_bayes.intervals.resampling import SCHEMES, replicates
from mle_vs_bayes.intervals.wald import wald
from mle_vs_bayes.model.censoring import Cutoffs, kaplan_meier

from ..agreement.checks import K
from ..model.cases import case

KINDS = [kind for kind in intervals.KINDS if kind.startswith("bootstrap")]


def lifetimes(n, rate=0.5, seed=8):
    return Dataset({"y": np.random.default_rng([seed, n]).exponential(1 / rate, size=n), "event": np.ones(n)})


@cache
def asked(name, n, count=1000, level=0.95):
    """A request at the closed-form estimate of simulated data; its replicates are drawn once per process."""
    model, rng = models.get(name), np.random.default_rng([9, n])
    design = model.design(n, rng)
    data = (
        lifetimes(n)
        if name == "exponential"
        else model.simulate({p.name: p.typical for p in model.parameters}, design, rng)
    )
    program = ModelDensity(model, data, {})
    return IntervalRequest(program, exact.fit_mle(program), level, seed=1, replicates=count)


def by_label(request, kind):
    return dict(zip(request.program.quantity_labels, intervals.KINDS[kind].compute(request), strict=True))


# Simulated data sets keep what is known of the design, and of the censoring.


def test_kaplan_meier_of_the_leukaemia_trial():
    """Remission on 6-MP (Gehan 1965, Biometrika 52, 203–223): products of 1 − ends/at risk, by hand.

    There, as is usual for lifetimes, a censoring lies behind an event of the same time: half a week behind, here.
    """
    relapse, censored = [6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    time, event = np.append(relapse, np.add(censored, 0.5)), np.repeat([1.0, 0.0], [9, 12])
    times, survival = kaplan_meier(time, event)
    assert times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    np.testing.assert_allclose(survival, [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482], atol=5e-5)


def test_an_end_that_ties_with_a_censoring_came_first():
    _, survival = kaplan_meier(np.array([3.0, 3.0, 5.0]), np.array([0.0, 1.0, 0.0]))
    np.testing.assert_allclose(survival, [1 / 2])


def check_cutoffs(cutoffs, y, event, draws=20_000):
    """Known times are kept; the others lie at or beyond the end, each as often as Kaplan–Meier's masses there say."""
    rng = np.random.default_rng(10)
    drawn = np.array([cutoffs.draw(rng) for _ in range(draws)])
    np.testing.assert_array_equal(drawn[:, event == 0], np.tile(y[event == 0], (draws, 1)))
    assert np.all(drawn >= y)
    times, survival = kaplan_meier(y, 1 - event)
    mass = np.append(-np.diff(np.append(1.0, survival)), survival[-1] if len(times) else 1.0)
    for unit in np.flatnonzero(event):
        beyond = np.append(times, np.inf) >= y[unit]
        p = np.where(beyond, mass, 0) / np.sum(mass[beyond])
        seen = np.array([np.mean(drawn[:, unit] == t) for t in np.append(times, np.inf)])
        assert np.all(np.abs(seen - p) <= K * np.sqrt(p * (1 - p) / draws) + 1e-12), (unit, seen, p)


@pytest.mark.parametrize(
    ("y", "event"),
    [
        ([1, 2, 3, 4, 5, 6, 7, 8], [1, 0, 1, 0, 1, 1, 0, 1]),
        ([1, 2, 3, 4, 5, 6, 7, 8], [1, 0, 1, 0, 1, 1, 0, 0]),
        ([3, 3, 3, 5, 5], [1, 0, 0, 1, 0]),
    ],
    ids=["last is an event", "last is censored", "ties"],
)
def test_censoring_times_are_drawn_from_their_conditional_distribution(y, event):
    y, event = np.array(y, dtype=float), np.array(event, dtype=float)
    check_cutoffs(Cutoffs(y, event), y, event)


def test_mutant_censoring_times_drawn_without_regard_to_the_end():
    y, event = np.arange(1.0, 9), np.array([1.0, 0, 1, 0, 1, 1, 0, 1])
    mutant = Cutoffs(y, event)
    mutant.reach = np.ones(8)
    with pytest.raises(AssertionError):
        check_cutoffs(mutant, y, event)


def test_a_study_that_stopped_at_one_date_stops_there_again():
    y = np.minimum(lifetimes(50)["y"], 2.0)
    data = Dataset({"y": y, "event": (y < 2.0).astype(float)})
    program = ModelDensity(models.get("weibull"), data, {})
    drawn = program.outcomes(program.start, 30, np.random.default_rng(1))
    assert drawn["y"].max() == 2.0
    np.testing.assert_array_equal(drawn["event"] == 0, drawn["y"] == 2.0)
    assert 0 < np.mean(drawn["event"]) < 1


def test_lifetimes_that_were_never_censored_never_are():
    drawn = asked("exponential", 20).program.outcomes(np.array([0.5]), 30, np.random.default_rng(1))
    assert np.all(drawn["event"] == 1)


@pytest.mark.parametrize(
    ("name", "variant", "column"), [("bernoulli", "trials", "trials"), ("poisson", "exposure", "exposure")]
)
def test_the_design_is_kept(name, variant, column):
    """Means of the simulated outcomes follow each unit's own trials or exposure."""
    program = case(name, variant, 40)
    theta, count = program.start, 2000
    drawn = program.outcomes(theta, count, np.random.default_rng(2))["y"]
    mean = theta[0] * program.data[column]
    spread = mean * (1 - theta[0]) if name == "bernoulli" else mean
    assert np.all(np.abs(drawn.mean(axis=0) - mean) <= K * np.sqrt(spread / count))


def test_interval_censored_lifetimes_are_resampled_only_as_rows():
    program = case("exponential", "upper", 40)
    request = IntervalRequest(program, maximum_likelihood.fit(program), 0.95, replicates=200)
    assert by_label(request, "bootstrap_case")["rate"].status == "ok"
    for kind in ("bootstrap", "bootstrap_bca"):
        refused = by_label(request, kind)["rate"]
        assert (refused.status, refused.lower) == ("not_applicable", None)
        assert "bootstrap_case" in refused.reason


# The spread of the replicates.

N, REFITS, MANY = 10, 4000, 16_000


def check_spread(draws, variance):
    """The SD of R draws is √variance to K √((κ − 1)/(4R)) of itself (DESIGN, section 7)."""
    kurtosis = scipy.stats.kurtosis(draws, fisher=False)
    ratio = draws.std(ddof=1) / np.sqrt(variance)
    assert abs(ratio - 1) <= K * np.sqrt((kurtosis - 1) / (4 * len(draws))), f"the spread is {ratio:.3f} of the exact"


def exact_variance(scheme, y):
    """Of the mean of n values: σ̂²/n by cases and from the fitted normal, σ̂²/(n + 1) by Dirichlet weights."""
    return y.var() / (len(y) + 1 if scheme == "bayesian" else len(y))


@pytest.mark.parametrize("scheme", ["parametric", "case", "bayesian"])
def test_the_spread_of_a_mean_is_the_exact_one(scheme):
    request = asked("normal", N, MANY)
    check_spread(replicates(request, scheme).quantities[:, 0], exact_variance(scheme, request.program.data["y"]))


@pytest.mark.parametrize(("scheme", "other"), [("case", "bayesian"), ("bayesian", "case")])
def test_mutant_weights_of_the_other_kind(scheme, other):
    request = asked("normal", N, MANY)
    with pytest.raises(AssertionError, match="the spread is"):
        check_spread(replicates(request, scheme).quantities[:, 0], exact_variance(other, request.program.data["y"]))


@pytest.mark.parametrize("name", ["weibull", "logistic"])
def test_bootstrap_and_wald_standard_errors_agree(name):
    """At n = 400 to their Monte-Carlo error and a relative O(1/n), of which 10/n is generous."""
    program = case(name, "plain", 400)
    request = IntervalRequest(program, maximum_likelihood.fit(program), 0.95, replicates=1000)
    draws = replicates(request, "parametric").quantities[:, : program.layout.size]
    error = np.sqrt((scipy.stats.kurtosis(draws, fisher=False) - 1) / (4 * len(draws)))
    assert np.all(np.abs(draws.std(axis=0) / request.estimate.se - 1) <= K * error + 10 / 400)


# Percentile and BCa against exact theory: the rate of n exponential lifetimes.


def ideal(level, kind, n=N):
    """What the parametric bootstrap tends to with R, in units of the rate: rate* = n/G with G ~ Gamma(n).

    z₀ = Φ⁻¹ P(rate* < rate) and a = −1/(3√n), minus a sixth of the skewness of a sum of n exponentials.
    """
    distribution = scipy.stats.invgamma(n, scale=n)
    tails = (1 - level) / 2, (1 + level) / 2
    if kind == "bca":
        tails = corrected(level, scipy.stats.norm.ppf(distribution.cdf(1)), -1 / (3 * np.sqrt(n)))
    return distribution.ppf(tails)


def errors(ends, n=N):
    """P(rate below the lower end), P(rate above the upper one) for ends in units of the estimate: by the χ² pivot."""
    pivot = scipy.stats.gamma(n, scale=1 / n)
    return np.array([pivot.cdf(ends[0]), pivot.sf(ends[1])])


def check_second_order(errors, n=N):
    """Tail errors of BCa are 2.5 % + O(1/n), the percentile's + O(1/√n): a per cent at n = 10 tells them apart."""
    assert np.all(np.abs(errors - 0.025) <= 0.1 / n), f"the tails hold {errors}"


def test_ideal_bca_is_second_order_exact():
    check_second_order(errors(ideal(0.95, "bca")))


def test_mutant_percentile_for_bca():
    with pytest.raises(AssertionError, match="the tails hold"):
        check_second_order(errors(ideal(0.95, "percentile")))


def check_is_ideal(interval, estimate, kind):
    """Each end has the ideal's probability under the bootstrap distribution, to Monte-Carlo error.

    A quantile of R draws errs by √(p(1−p)/R) in probability; z₀ by √(π/2R), which moves a corrected level by at
    most φ(z) (1 + 1/(1 − az)²) times that; a by about √6/(6n√50), which moves it by φ(z) z²/(1 − az)² times that.
    """
    distribution = scipy.stats.invgamma(N, scale=N)
    found = distribution.cdf(np.array([interval.lower, interval.upper]) / estimate)
    expected = distribution.cdf(ideal(0.95, kind))
    variance = expected * (1 - expected) / REFITS
    if kind == "bca":
        density, z, slow = scipy.stats.norm.pdf(scipy.stats.norm.ppf(expected)), 2.3, 0.75
        of_z0 = density * (1 + 1 / slow**2) * np.sqrt(np.pi / 2 / REFITS)
        of_a = density * (z / slow) ** 2 * np.sqrt(6 / 50) / (6 * N)
        variance = (np.sqrt(variance) + of_z0 + of_a) ** 2  # they move together at worst
    assert np.all(np.abs(found - expected) <= K * np.sqrt(variance)), f"{found}, not {expected}"


@pytest.mark.parametrize(("kind", "which"), [("bootstrap", "percentile"), ("bootstrap_bca", "bca")])
def test_intervals_are_the_ideal_ones(kind, which):
    request = asked("exponential", N, REFITS)
    check_is_ideal(by_label(request, kind)["rate"], request.estimate.point[0], which)


@pytest.mark.parametrize(("kind", "which"), [("bootstrap", "bca"), ("bootstrap_bca", "percentile")])
def test_mutant_one_in_place_of_the_other(kind, which):
    request = asked("exponential", N, REFITS)
    with pytest.raises(AssertionError, match="not"):
        check_is_ideal(by_label(request, kind)["rate"], request.estimate.point[0], which)


def test_bca_comes_closer_to_the_exact_interval_than_percentile():
    request = asked("exponential", N, REFITS)
    pivot, plain, better = (by_label(request, kind)["rate"] for kind in ("gamma_pivot", "bootstrap", "bootstrap_bca"))
    for end in ("lower", "upper"):
        truth = getattr(pivot, end)
        assert abs(getattr(better, end) - truth) < abs(getattr(plain, end) - truth) / 2


def test_bca_follows_transformations():
    """The mean is 1/rate: z₀ and a change their signs, so the ends are mapped, to one order statistic."""
    request = asked("exponential", N, REFITS)
    found = by_label(request, "bootstrap_bca")
    np.testing.assert_allclose(found["mean"].lower, 1 / found["rate"].upper, rtol=1e-2)
    np.testing.assert_allclose(found["mean"].upper, 1 / found["rate"].lower, rtol=1e-2)


def test_bca_by_cases_is_scipys():
    """scipy.stats.bootstrap, an independent program with its own jackknife: probabilities to Monte-Carlo error."""
    request = asked("exponential", 40, REFITS)
    ours, draws = by_label(request, "bootstrap_case_bca")["mean"], replicates(request, "case").quantities[:, 1]
    theirs = scipy.stats.bootstrap(
        (request.program.data["y"],), np.mean, n_resamples=REFITS, method="BCa", rng=np.random.default_rng(3)
    ).confidence_interval
    for ours_end, theirs_end in ((ours.lower, theirs.low), (ours.upper, theirs.high)):
        p, q = np.mean(draws <= ours_end), np.mean(draws <= theirs_end)
        error = np.sqrt(p * (1 - p) / REFITS) + 2 * scipy.stats.norm.pdf(scipy.stats.norm.ppf(p)) * np.sqrt(
            np.pi / 2 / REFITS
        )
        assert abs(p - q) <= K * np.sqrt(2) * error


# The parts of BCa.


def test_acceleration_of_a_mean_is_the_jackknifes():
    """For a mean, jackknife values are linear in y: a = Σ(y − ȳ)³/(6 (Σ(y − ȳ)²)^1.5), E&T equation 14.15, exactly."""
    request = asked("exponential", 40)
    program, estimate = request.program, request.estimate
    deviation = program.data["y"] - program.data["y"].mean()
    expected = np.sum(deviation**3) / (6 * np.sum(deviation**2) ** 1.5)
    found = accelerations(program, estimate.point, estimate.covariance, [program.data])
    np.testing.assert_allclose(found, [-expected, expected], rtol=1e-5)


def test_parametric_acceleration_of_an_exponential_rate():
    """−1/(3√n); the mean cube of N × 500 exponentials' deviations has error √(E d⁶ − 4)/√(500 N) with E d⁶ = 265."""
    request = asked("exponential", N)
    drawn = request.program.outcomes(request.estimate.point, 500, np.random.default_rng(4))["y"]
    samples = [request.program.data.replace(y=y) for y in drawn]
    found = accelerations(request.program, request.estimate.point, request.estimate.covariance, samples)[0]
    relative = np.sqrt(265 / 4 / (500 * N)) + 1.5 * np.sqrt(8 / (500 * N))
    assert abs(found * -3 * np.sqrt(N) - 1) <= K * relative


def test_ties_count_by_half():
    draws = np.array([1.0, 2.0, 2.0, 2.0, 3.0, 4.0])
    assert bias_correction(draws, 2.0, 1.0) == pytest.approx(scipy.stats.norm.ppf((1 + 1.5) / 6))
    assert bias_correction(draws, 2.0 + 1e-10, 1.0) == bias_correction(draws, 2.0, 1.0)


def test_without_bias_and_acceleration_bca_is_percentile():
    np.testing.assert_allclose(corrected(0.9, 0.0, 0.0), (0.05, 0.95), rtol=1e-12)
    assert np.isnan(corrected(0.95, 0.0, 0.6)).any()  # 1 − a z changes its sign
    assert np.isnan(corrected(0.95, -np.inf, 0.0)).any() or corrected(0.95, -np.inf, 0.0) == (0.0, 0.0)


# Failures.


@cache
def nearly_separated():
    """Nine trials in which one failure among the successes keeps the estimate finite; many resamples lose it."""
    x = np.array([-4.0, -3, -2, -1, 0, 1, 2, 3, 4])
    y = np.array([0.0, 0, 0, 1, 0, 0, 1, 1, 1])
    data = Dataset(
        {"y": y, "trials": np.ones(9), "offset": np.zeros(9), "X": np.column_stack([np.ones(9), x])},
        {"term": ("Intercept", "x")},
    )
    program = ModelDensity(models.get("logistic"), data, {})
    return IntervalRequest(program, maximum_likelihood.fit(program), 0.9, replicates=300)


@pytest.mark.parametrize("kind", ["bootstrap", "bootstrap_bca", "bootstrap_case"])
def test_many_failures_are_reported_and_give_no_interval(kind):
    for label, interval in by_label(nearly_separated(), kind).items():
        failed = int(np.sum(np.isnan(interval.detail)))
        assert failed > 15, label
        assert len(interval.detail) == 300, "failed refits were redrawn"
        assert (interval.status, interval.lower, interval.upper) == ("failed", None, None)
        assert f"{failed} of 300 refits have no estimate" in interval.reason
        assert "separate" in interval.reason
        assert [concern.code for concern in interval.concerns] == ["bootstrap_failures"]


def test_weights_that_are_all_above_0_never_separate():
    assert all(interval.status == "ok" for interval in by_label(nearly_separated(), "bootstrap_bayesian").values())


def test_few_failures_are_shown_beside_the_interval():
    """Successes in 4 of 8: P(no or every success) = 2/2⁸, so about 8 of 1,000 resamples have no estimate."""
    data = Dataset({"y": np.array([1.0, 1, 1, 1, 0, 0, 0, 0]), "trials": np.ones(8)})
    program = ModelDensity(models.get("bernoulli"), data, {})
    request = IntervalRequest(program, exact.fit_mle(program), 0.9)
    interval = by_label(request, "bootstrap_case")["p"]
    failed = int(np.sum(np.isnan(interval.detail)))
    assert abs(failed - 1000 / 128) <= K * np.sqrt(1000 / 128)
    assert failed > 0
    assert interval.status == "ok"
    assert f"{failed} of 1000" in interval.concerns[0].detail


def test_no_failures_no_concern():
    assert by_label(asked("exponential", N, REFITS), "bootstrap")["rate"].concerns == ()


# What is asked for.


def test_a_request_names_its_replicates():
    """The same seed gives the same draws, another seed others, and more replicates begin with the same."""
    request = replace(asked("normal", N), replicates=50)
    for scheme in ("parametric", "case", "bayesian"):
        draws = replicates(request, scheme).quantities
        fresh = replace(request, program=ModelDensity(request.program.model, request.program.data, {}))
        np.testing.assert_array_equal(replicates(fresh, scheme).quantities, draws)
        np.testing.assert_allclose(
            replicates(replace(request, replicates=80), scheme).quantities[:50], draws, rtol=1e-12
        )
        assert np.all(replicates(replace(request, seed=2), scheme).quantities != draws)


def test_too_few_replicates_for_the_level():
    interval = by_label(replace(asked("normal", N), replicates=50, level=0.99), "bootstrap")["mu"]
    assert (interval.status, interval.lower) == ("failed", None)
    assert "ask for at least 200" in interval.reason


@pytest.mark.parametrize("kind", KINDS)
def test_the_edge_of_a_support_is_refused(kind):
    data = Dataset({"y": np.array([1.0, 2.0, 4.0])})
    program = ModelDensity(models.get("uniform"), data, {})
    interval = by_label(IntervalRequest(program, maximum_likelihood.fit(program), 0.95), kind)["upper"]
    assert (interval.status, interval.lower) == ("not_applicable", None)
    assert "inconsistent" in interval.reason


def test_a_kink_is_no_edge():
    program = ModelDensity(models.get("laplace"), Dataset({"y": np.array([1.0, 2.0, 4.0])}), {})
    interval = by_label(IntervalRequest(program, exact.fit_mle(program), 0.95), "bootstrap")["mu"]
    assert (interval.status, interval.lower) == ("not_applicable", None)
    assert "lies on a kink of the likelihood" in interval.reason


@pytest.mark.parametrize("kind", KINDS)
def test_no_estimate_no_bootstrap(kind):
    data = Dataset({"y": np.zeros(5), "exposure": np.ones(5)})
    program = ModelDensity(models.get("poisson"), data, {})
    interval = by_label(IntervalRequest(program, exact.fit_mle(program), 0.95), kind)["rate"]
    assert (interval.status, interval.lower) == ("not_applicable", None)


def test_every_kind_is_near_wald_where_n_is_large():
    """At n = 400 the ends of all kinds lie within their Monte-Carlo error and 2/√n SE of Wald's."""
    request = asked("normal", 400)
    expected = {
        label: (i.lower, i.upper) for label, i in zip(request.program.quantity_labels, wald(request), strict=True)
    }
    for kind in (kind for kind in KINDS if kind != "bootstrap_block"):  # which is of series
        for label, interval in by_label(request, kind).items():
            se = np.diff(expected[label])[0] / (2 * 1.96)
            gap = np.abs(np.subtract((interval.lower, interval.upper), expected[label])) / se
            # A 2.5 % quantile of R draws errs by √(p(1 − p)/R)/φ(z) SE, and BCa's level by that of z₀ twice.
            error = np.sqrt(0.025 * 0.975 / 1000) / scipy.stats.norm.pdf(1.96) + 2 * np.sqrt(np.pi / 2 / 1000)
            assert np.all(gap <= K * error + 2 * 1.96**2 / np.sqrt(400)), (kind, label, gap)


def test_rows_that_belong_together_are_drawn_together():
    data = Dataset({"y": np.arange(1.0, 7), "group": np.array([0.0, 1, 0, 2, 1, 2])}, {"group": ("a", "b", "c")})
    made = ModelDensity(models.get("exponential"), data, {})
    for scheme in ("case", "bayesian"):
        _, weights = SCHEMES[scheme](made, made.start, 50, np.random.default_rng(3))
        np.testing.assert_array_equal(weights[:, [0, 1, 3]], weights[:, [2, 4, 5]])
        assert not np.array_equal(weights[:, 0], weights[:, 1])


def test_acceleration_of_each_of_several_parameters():
    """Of a normal sample, the influences are y − ȳ on the mean and (y − ȳ)² − s² on sigma and the variance."""
    y = np.random.default_rng(12).gamma(2.0, size=40)
    made = ModelDensity(models.get("normal"), Dataset({"y": y}), {})
    estimate = exact.fit_mle(made)
    deviation = y - y.mean()
    influence = {"mu": deviation, "sigma": deviation**2 - np.mean(deviation**2)}
    influence["variance"] = influence["sigma"]
    found = accelerations(made, estimate.point, estimate.covariance, [made.data])
    for label, value in zip(made.quantity_labels, found, strict=True):
        u = influence[label]
        # Central differences at 1e-3 SE give each unit's derivative to about six digits.
        assert value == pytest.approx(np.sum(u**3) / (6 * np.sum(u**2) ** 1.5), rel=1e-4), label
