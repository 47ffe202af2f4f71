"""Intervals that theory gives: exact coverage sums, published values, other people's formulas."""

import numpy as np
import pytest
import scipy

from mle_vs_bayes import intervals, models
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.estimators import maximum_likelihood
from mle_vs_bayes.estimators.estimate import Estimate
from mle_vs_bayes.fit.simulated import filled
from mle_vs_bayes.intervals.exact import FORMULAS, exact, normal_theory, proportion, rate
from mle_vs_bayes.intervals.interval import IntervalRequest
from mle_vs_bayes.model.model import Model
from mle_vs_bayes.model.parameter import Function

from ..agreement.checks import typical

LEVELS = (0.5, 0.9, 0.95, 0.99)
levels = pytest.mark.parametrize("level", LEVELS)


def computed(name, data, kind, level=0.95, model=None):
    """Intervals by label; they need the data alone."""
    model = model or models.get(name)
    program = ModelDensity(model, filled(model, data), {})
    point = np.full(program.layout.size, np.nan)
    request = IntervalRequest(program, Estimate(estimator="none", labels=program.layout.labels, point=point), level)
    return dict(zip(program.quantity_labels, intervals.KINDS[kind].compute(request), strict=True))


def pair(interval):
    assert interval.status == "ok", interval.reason
    return interval.lower, interval.upper


def column(values):
    return Dataset({"y": np.asarray(values, dtype=float)})


# A proportion.


def coverage(formula, n, p, level):
    """P(interval covers p), summed over all outcomes: exact to rounding."""
    ends = np.array([formula(float(y), float(n), level) for y in range(n + 1)])
    return (scipy.stats.binom.pmf(np.arange(n + 1), n, p[:, None]) * covers(ends, p)).sum(axis=1)


def covers(ends, p):
    return (ends[:, 0] <= p[:, None]) & (p[:, None] <= ends[:, 1])


def mean_coverage(formula, n, level):
    """∫ coverage dp, exactly: each outcome's share is a beta probability of its interval, over n + 1."""
    ends = [formula(float(y), float(n), level) for y in range(n + 1)]
    shares = [np.diff(scipy.stats.beta.cdf(pair, y + 1, n - y + 1))[0] for y, pair in enumerate(ends)]
    return float(np.mean(shares))


GRID = np.linspace(0.0005, 0.9995, 1999)


def check_never_below(formula, level):
    for n in (1, 5, 20, 50):
        worst = coverage(formula, n, GRID, level).min()
        assert worst >= level - 1e-12, f"coverage falls to {worst:.4f} at n = {n}"


@levels
def test_clopper_pearson_never_covers_less_than_its_level(level):
    check_never_below(proportion.clopper_pearson, level)


@pytest.mark.parametrize("formula", [proportion.wilson, proportion.jeffreys])
def test_mutant_other_formulas_do(formula):
    with pytest.raises(AssertionError, match="coverage falls"):
        check_never_below(formula, 0.95)


def test_clopper_pearson_is_the_shortest_that_tests_allow():
    """Each end is where a one-sided test has its level exactly: a hair further in and it would reject."""
    lower, upper = proportion.clopper_pearson(7.0, 20.0, 0.95)
    np.testing.assert_allclose(scipy.stats.binom.sf(6, 20, lower), 0.025, rtol=1e-10)
    np.testing.assert_allclose(scipy.stats.binom.cdf(7, 20, upper), 0.025, rtol=1e-10)


@pytest.mark.parametrize("formula", [proportion.wilson, proportion.jeffreys])
def test_score_and_jeffreys_cover_on_average(formula):
    """Their mean coverage over p is the level + O(1/n): the intervals are Brown, Cai & DasGupta's (2001).

    The error halves when n doubles; at n = 40 and 95 % it is below half a per cent.
    """
    away = [abs(mean_coverage(formula, n, 0.95) - 0.95) for n in (40, 160)]
    assert away[0] < 0.005
    assert away[1] < away[0] / 2


def test_mutant_wald_does_not_cover_on_average():
    def wald(y, n, level):
        p, z = y / n, scipy.stats.norm.ppf(0.5 + level / 2)
        return max(p - z * np.sqrt(p * (1 - p) / n), 0.0), min(p + z * np.sqrt(p * (1 - p) / n), 1.0)

    assert abs(mean_coverage(wald, 40, 0.95) - 0.95) > 0.005


@pytest.mark.parametrize("counts", [(0, 10), (1, 10), (5, 10), (10, 10), (682, 925)])
@pytest.mark.parametrize(("kind", "method"), [("clopper_pearson", "exact"), ("wilson", "wilson")])
@levels
def test_proportions_are_scipys(kind, method, counts, level):
    ours = pair(
        computed("bernoulli", Dataset({"y": np.array([counts[0]]), "trials": np.array([counts[1]])}), kind, level)["p"]
    )
    theirs = scipy.stats.binomtest(*counts).proportion_ci(level, method=method)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-15)


def test_mendels_peas():
    """R's help page of binom.test: 682 dominant of 925, 95 % interval 0.7076683 to 0.7654066."""
    data = Dataset({"y": np.array([682.0]), "trials": np.array([925.0])})
    assert np.round(pair(computed("bernoulli", data, "exact")["p"]), 7).tolist() == [0.7076683, 0.7654066]


def test_jeffreys_is_the_beta_posterior_with_its_ends_at_the_edges():
    ours = pair(computed("bernoulli", column([1, 1, 0, 0, 0, 0, 0]), "jeffreys")["p"])
    np.testing.assert_allclose(ours, scipy.stats.beta(2.5, 5.5).interval(0.95), rtol=1e-12)
    assert pair(computed("bernoulli", column([0, 0, 0]), "jeffreys")["p"])[0] == 0
    assert pair(computed("bernoulli", column([1, 1, 1]), "jeffreys")["p"])[1] == 1


def test_odds_have_the_mapped_ends_and_one_side_open_without_failures():
    found = computed("bernoulli", column([1, 1, 0, 0, 0]), "exact")
    np.testing.assert_allclose(pair(found["odds"]), [p / (1 - p) for p in pair(found["p"])], rtol=1e-14)
    every = computed("bernoulli", column([1, 1, 1]), "exact")
    assert every["p"].upper == 1
    assert (every["odds"].status, every["odds"].upper) == ("ok", None)


# A Poisson rate.


def test_garwood_never_covers_less_than_its_level():
    counts, means = np.arange(200), np.linspace(0.05, 40, 800)
    ends = np.array([rate.garwood(float(y), 0.95) for y in counts])
    found = (scipy.stats.poisson.pmf(counts, means[:, None]) * covers(ends, means)).sum(axis=1)
    assert found.min() >= 0.95 - 1e-12


def test_garwood_is_rs_poisson_test():
    """R's help page of poisson.test: 137 events in 24.19893 units of time, 4.753125 to 6.692709."""
    data = Dataset({"y": np.array([100.0, 37.0]), "exposure": np.array([20.0, 4.19893])})
    assert np.round(pair(computed("poisson", data, "exact")["rate"]), 6).tolist() == [4.753125, 6.692709]


def test_garwood_without_events():
    """Published tables: 0 events, 95 %: 0 to 3.689 (Ulm 1990, American Journal of Epidemiology 131(2), 373–375)."""
    lower, upper = pair(computed("poisson", Dataset({"y": np.zeros(2)}), "garwood")["rate"])
    assert lower == 0
    assert round(2 * upper, 3) == 3.689


# An exponential rate.


def check_pivot(formula, level, events=7, time=3.0):
    """P(lower ≤ rate ≤ upper) with time = pivot/(2 rate) is the χ² probability between the pivots at the ends."""
    lower, upper = formula(events, time, level)
    held = np.diff(scipy.stats.chi2(2 * events).cdf([2 * lower * time, 2 * upper * time]))[0]
    assert abs(held - level) <= 1e-12, f"the interval holds {held:.4f} of the pivot's distribution"


@levels
def test_gamma_pivot_holds_its_share_exactly(level):
    check_pivot(rate.gamma_pivot, level)


def test_mutant_degrees_of_freedom_of_the_pivot():
    with pytest.raises(AssertionError, match="of the pivot"):
        check_pivot(lambda r, time, level: rate.gamma_pivot(r + 0.5, time, level), 0.95)


def test_gamma_pivot_without_censoring_and_up_to_the_rth_event():
    y = np.array([1.0, 2.0, 4.0, 5.0, 5.0, 5.0])
    uncensored = computed("exponential", column(y), "exact")
    np.testing.assert_allclose(pair(uncensored["rate"]), scipy.stats.chi2(12).ppf([0.025, 0.975]) / 44, rtol=1e-12)
    type_two = computed("exponential", Dataset({"y": y, "event": np.array([1.0, 1, 1, 1, 0, 0])}), "exact")
    np.testing.assert_allclose(pair(type_two["rate"]), scipy.stats.chi2(8).ppf([0.025, 0.975]) / 44, rtol=1e-12)
    np.testing.assert_allclose(pair(type_two["mean"]), [1 / r for r in reversed(pair(type_two["rate"]))], rtol=1e-14)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (Dataset({"y": np.array([1.0, 2.0, 3.0]), "event": np.array([1.0, 0.0, 1.0])}), "random censoring"),
        (Dataset({"lower": np.array([1.0, 2.0]), "upper": np.array([2.0, np.inf])}), "interval-censored"),
    ],
    ids=["random", "intervals"],
)
def test_gamma_pivot_says_why_it_does_not_hold(data, reason):
    model = models.get("exponential")
    program = ModelDensity(model, data, {})
    request = IntervalRequest(program, Estimate(estimator="none", labels=("rate",), point=np.array([np.nan])), 0.95)
    for interval in exact(request):
        assert interval.status == "not_applicable"
        assert reason in interval.reason
        assert interval.lower is None


def test_gamma_pivot_without_an_event():
    """Two units until 1 and 2: at the upper end P(no event) = exp(−3 rate) is 0.025. The mutant is ½χ² on 0 degrees."""
    program = ModelDensity(models.get("exponential"), Dataset({"y": np.array([1.0, 2.0]), "event": np.zeros(2)}), {})
    rate, mean = exact(IntervalRequest(program, maximum_likelihood.fit(program), 0.95))
    assert (rate.lower, mean.upper) == (0.0, None)
    assert np.exp(-3 * rate.upper) == pytest.approx(0.025, rel=1e-12)
    assert mean.lower == pytest.approx(1 / rate.upper, rel=1e-12)
    assert not scipy.special.gammaincinv(0, 0.975) > 0


# A normal mean, coefficients and standard deviation.

SLEEP = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
"""Student (1908): extra hours of sleep under the first drug."""


def check_t(formula):
    """The t interval of R's sleep data (group 1) is SciPy's."""
    theirs = scipy.stats.ttest_1samp(SLEEP, 0).confidence_interval(0.95)
    np.testing.assert_allclose(formula(SLEEP), theirs, rtol=1e-12)


def test_t_is_scipys():
    check_t(lambda y: pair(computed("normal", column(y), "t")["mu"]))


@pytest.mark.parametrize("ddof", [0, 2])
def test_mutant_ddof(ddof):
    def wrong(y):
        reach = scipy.stats.t.ppf(0.975, len(y) - 1) * y.std(ddof=ddof) / np.sqrt(len(y))
        return y.mean() - reach, y.mean() + reach

    with pytest.raises(AssertionError):
        check_t(wrong)


def test_sigma_and_variance_by_chi_square():
    found, squares = computed("normal", column(SLEEP), "exact"), np.sum((SLEEP - SLEEP.mean()) ** 2)
    expected = np.sqrt(squares / scipy.stats.chi2(9).ppf([0.975, 0.025]))
    np.testing.assert_allclose(pair(found["sigma"]), expected, rtol=1e-12)
    np.testing.assert_allclose(pair(found["variance"]), expected**2, rtol=1e-12)
    np.testing.assert_allclose(pair(found["mu"]), pair(computed("normal", column(SLEEP), "t")["mu"]), rtol=0)


def regression(rows=12, seed=3):
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.ones(rows), rng.normal(size=rows), 1e4 + rng.normal(size=rows)])
    return Dataset({"X": design, "y": rng.normal(size=rows)}, {"term": ("Intercept", "x1", "x2")})


def test_coefficients_are_those_of_ordinary_least_squares():
    """statsmodels' OLS, an independent program; the condition number of 1e4 costs its normal equations digits."""
    from statsmodels.regression.linear_model import OLS

    data = regression()
    ours = computed("linear", data, "exact")
    theirs = OLS(data["y"], data["X"]).fit().conf_int(0.05)
    np.testing.assert_allclose([pair(ours[f"beta[{term}]"]) for term in data.coords["term"]], theirs, rtol=1e-6)
    sigma = np.sqrt(OLS(data["y"], data["X"]).fit().ssr / scipy.stats.chi2(9).ppf([0.975, 0.025]))
    np.testing.assert_allclose(pair(ours["sigma"]), sigma, rtol=1e-8)


def test_no_degrees_of_freedom_left():
    for interval in computed("linear", regression(rows=3), "exact").values():
        assert (interval.status, interval.lower) == ("not_applicable", None)
        assert "degrees of freedom" in interval.reason


# Where they apply.

FOR = {
    "t": {
        "normal": ["mu"],
        "linear": ["beta[Intercept]", "beta[x1]", "beta[x2]"],
        "neyman_scott": [f"mu[{j}]" for j in range(1, 11)],
    },
    "chi_square": {"normal": ["sigma", "variance"], "linear": ["sigma"], "neyman_scott": ["sigma", "variance"]},
    **{kind: {"bernoulli": ["p", "odds"]} for kind in ("clopper_pearson", "wilson", "jeffreys")},
    "garwood": {"poisson": ["rate"]},
    "gamma_pivot": {"exponential": ["rate", "mean"]},
}
FOR["exact"] = {
    name: [label for kind in FOR.values() for label in kind.get(name, [])]
    for name in ("normal", "linear", "neyman_scott", "bernoulli", "poisson", "exponential")
}


@pytest.mark.parametrize("name", models.MODELS)
@pytest.mark.parametrize("kind", FOR)
def test_kinds_apply_to_their_own_quantities_and_say_so_elsewhere(name, kind):
    model, rng = models.get(name), np.random.default_rng(1)
    design = model.design(20, rng)
    found = computed(name, model.simulate(typical(model, design)[0], design, rng), kind)
    applies = [label for label, interval in found.items() if interval.status == "ok"]
    assert set(applies) == set(FOR[kind].get(name, []))
    assert all(interval.reason for interval in found.values() if interval.status != "ok")


def test_every_declared_kind_has_a_formula_and_is_listed():
    for name in models.MODELS:
        model = models.get(name)
        assert set(model.exact_intervals) <= {p.name for p in model.parameters}
        assert set(model.exact_intervals.values()) <= set(FORMULAS) & set(intervals.KINDS)


class Folded(models.get("normal").__class__):
    """A normal with derived quantities that theory has no interval of."""

    functions = (
        Function("distance", lambda theta: abs(theta["mu"])),  # not monotone where 0 is inside
        Function("signal", lambda theta: theta["mu"] / theta["sigma"]),  # of two parameters
    )


def test_only_monotone_functions_of_one_parameter_are_mapped():
    found = computed("folded", column(SLEEP), "exact", model=Folded())
    assert isinstance(Folded(), Model)
    assert [found[label].status for label in ("distance", "signal")] == ["not_applicable"] * 2
    away = computed("folded", column(SLEEP + 100), "exact", model=Folded())
    np.testing.assert_allclose(pair(away["distance"]), pair(away["mu"]), rtol=1e-14)


def test_normal_theory_names_are_the_kinds():
    assert {normal_theory.T, normal_theory.CHI_SQUARE} <= set(intervals.KINDS)
