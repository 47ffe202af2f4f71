"""Neyman and Scott's pairs: the maximum likelihood estimate of sigma² is half of it, and stays so."""

import numpy as np
import pytest
import scipy

from mle_vs_bayes import compare, models
from mle_vs_bayes.checks.optima import FLAT
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.errors import DataError
from mle_vs_bayes.estimators import exact, maximum_a_posteriori, maximum_likelihood, posterior
from mle_vs_bayes.sampling.plan import Plan

from ..agreement.checks import K, by_support, check_draws, check_optimum, check_simulator, program, typical

MODEL = models.get("neyman_scott")
SIGMA = 2.0


def pairs(groups, seed=1, k=2):
    """``groups`` groups of ``k`` with means of their own, far apart."""
    rng = np.random.default_rng(seed)
    names = tuple(f"g{j}" for j in range(groups))
    design = Dataset({"group": np.repeat(np.arange(float(groups)), k)}, {"group": names})
    return MODEL.simulate({"mu": rng.normal(0, 10, size=groups), "sigma": SIGMA}, design, rng)


def sigma_squared(data):
    return MODEL.closed_form_mle(data)["sigma"] ** 2


def within(data):
    """Mean square within groups, over n − G: REML's estimate."""
    return sigma_squared(data) * data.n / (data.n - len(data.coords["group"]))


# The inconsistency.


def test_mle_of_pairs_is_a_quarter_of_the_mean_squared_difference():
    data = pairs(20)
    first, second = data["y"].reshape(-1, 2).T
    assert sigma_squared(data) == pytest.approx(np.mean((first - second) ** 2) / 4, rel=1e-12)
    found = maximum_likelihood.fit(program(MODEL, data))
    assert found.point[-1] ** 2 == pytest.approx(np.mean((first - second) ** 2) / 4, rel=1e-9)
    np.testing.assert_allclose(found.point[:-1], (first + second) / 2, rtol=1e-12)


def check_limit(estimate, limit, freedom, n):
    """n × estimate / σ² is χ² on ``freedom`` degrees: mean freedom/n = limit/σ², SD √(2 freedom)/n."""
    error = SIGMA**2 * np.sqrt(2 * freedom) / n
    away = abs(estimate - limit) / error
    assert away <= K, f"{estimate:.6g} is {away:.1f} standard errors from {limit:.6g}"


@pytest.mark.parametrize("k", [2, 3, 10])
@pytest.mark.parametrize("groups", [1000, 10_000, 100_000])
def test_more_groups_do_not_help(groups, k):
    """σ² (k − 1)/k at each n: the standard error shrinks as 1/√n and the bias does not."""
    data = pairs(groups, k=k)
    freedom = groups * (k - 1)
    check_limit(sigma_squared(data), SIGMA**2 * (k - 1) / k, freedom, data.n)
    check_limit(within(data), SIGMA**2, freedom, freedom)
    with pytest.raises(AssertionError):
        check_limit(sigma_squared(data), SIGMA**2, freedom, data.n)


def test_the_bias_falls_with_the_size_of_groups():
    """Larger, not more, groups: −1/k of σ²."""
    biases = [np.mean([sigma_squared(pairs(50, seed, k)) for seed in range(40)]) / SIGMA**2 - 1 for k in (2, 8, 32)]
    # A mean of 40 estimates with 50 (k − 1) degrees of freedom each: an SE of √(2 × 50 (k − 1)/40)/(50 k).
    for bias, k in zip(biases, (2, 8, 32), strict=True):
        assert abs(bias + 1 / k) <= K * np.sqrt(2 * 50 * (k - 1) / 40) / (50 * k)


def test_joint_mode_shares_the_bias():
    """MAP is the joint mode of means and sigma; the prior's pull on sigma is of the order of 1/n."""
    data = pairs(100)
    found = maximum_a_posteriori.fit(program(MODEL, data))
    assert found.point[-1] ** 2 / sigma_squared(data) == pytest.approx(1, abs=0.1)


# Exact answers.


def test_marginal_mode_is_the_corrected_estimate():
    """p(sigma | y) under flat priors, all means integrated out, is highest at √(SSW/(n − G))."""
    data = pairs(30, k=3)
    flat = program(MODEL, data, by_support(MODEL, FLAT))
    variance = MODEL.conjugate_posterior(data, flat.priors)["variance"]
    surprise = lambda sigma: -variance.logpdf(sigma**2) - np.log(2 * sigma)  # noqa: E731
    mode = scipy.optimize.minimize_scalar(surprise, bracket=(0.5 * SIGMA, 2 * SIGMA), tol=1e-10).x
    assert mode**2 == pytest.approx(within(data), rel=1e-6)
    assert variance.mean() == pytest.approx(within(data), rel=0.1)
    check_optimum(flat, maximum_a_posteriori.fit(flat).point, 0.0)


def test_exact_posterior_needs_flat_priors_and_freedom():
    data = pairs(4)
    assert exact.fit_posterior(program(MODEL, data)).status == "not_applicable"
    flat = by_support(MODEL, FLAT)
    assert exact.fit_posterior(program(MODEL, data, flat)).status == "ok"
    assert exact.fit_posterior(program(MODEL, pairs(1), flat)).status == "not_applicable"


def test_posterior_is_the_exact_one():
    """What is sampled averages over the means: its variance is the exact one, about twice the MLE's."""
    made = program(MODEL, pairs(15), by_support(MODEL, FLAT))
    found = posterior.fit(made, Plan(draws=1000, tune=500, chains=2), seed=1)
    exactly = MODEL.conjugate_posterior(made.data, made.priors)
    for label in ("mu[g0]", "mu[g14]", "variance"):
        check_draws(found.results.loc[label], exactly[label])
    assert "latent" not in found.tree.children
    assert found.results.loc["variance", "mean"] > 1.5 * sigma_squared(made.data)


def by_label(kind, data):
    found = compare(MODEL, data, estimators=["mle"], intervals=[kind])
    return {row.parameter: row for row in found.rows.itertuples()}


def test_exact_intervals_are_those_of_a_one_way_analysis_of_variance():
    """χ² and t on n − G degrees of freedom, groups of unequal size; the MLE of sigma may lie outside its own."""
    data = pairs(40).rows(np.arange(1, 80))
    freedom, squares = 39, within(pairs(40).rows(np.arange(1, 80))) * 39
    found = by_label("exact", data)
    ends = np.sqrt(squares / scipy.stats.chi2(freedom).ppf([0.975, 0.025]))
    np.testing.assert_allclose([found["sigma"].lower, found["sigma"].upper], ends, rtol=1e-10)
    np.testing.assert_allclose([found["variance"].lower, found["variance"].upper], ends**2, rtol=1e-10)
    assert found["sigma"].estimate < ends[0]
    for label, size in (("mu[g0]", 1), ("mu[g1]", 2)):
        reach = scipy.stats.t(freedom).ppf(0.975) * np.sqrt(squares / freedom / size)
        np.testing.assert_allclose(
            [found[label].lower, found[label].upper], found[label].estimate + np.array([-reach, reach]), rtol=1e-9
        )


@pytest.mark.parametrize("kind", ["bootstrap_case", "bootstrap_case_bca", "bootstrap_bayesian"])
def test_resampling_is_not_applicable_where_groups_have_parameters(kind):
    found = by_label(kind, pairs(6))
    assert {row.status for row in found.values()} == {"not_applicable"}
    assert found["sigma"].reason.startswith("each group has a mu of its own")


def test_sandwich_is_not_applicable():
    assert {row.status for row in by_label("sandwich", pairs(6)).values()} == {"not_applicable"}


def test_parametric_bootstrap_repeats_the_bias():
    """Refits of data drawn at σ̂ have (k − 1)/k of σ̂² on average: the interval lies below the estimate."""
    found = by_label("bootstrap", pairs(20))["variance"]  # χ² on 20 degrees has its 97.5 % quantile at 34 < 40
    assert found.status == "ok"
    assert found.upper < found.estimate < SIGMA**2


# The simulator and the data.


def test_simulator_with_few_large_groups():
    """The contract's test has pairs, too few rows for the scores of sigma to tell much."""
    data = pairs(4, k=500)
    truth = np.append(np.random.default_rng(1).normal(0, 10, size=4), SIGMA)
    check_simulator(program(MODEL, data), truth)
    with pytest.raises(AssertionError):
        check_simulator(program(MODEL, data.replace(y=1.1 * data["y"])), truth)


def test_design_is_of_pairs():
    design = MODEL.design(7, np.random.default_rng(1))
    assert sorted(np.bincount(design["group"].astype(int))) == [2, 2, 3]
    assert typical(MODEL, design)[1].shape == (4,)


def test_unusable_data_get_one_sentence():
    for y, group, words in (
        ([1, 2, 4], "ABC", "each of the 3 groups has one row"),
        ([1, 1, 2, 2], "AABB", "the same as the others of its group"),
        ([3, 3, 3], "AAB", "every y is 3"),
    ):
        with pytest.raises(DataError, match=words):
            compare("neyman_scott", {"y": y, "group": list(group)})


def test_a_prior_of_one_group_goes_with_it_into_subsets():
    data = pairs(4)
    given = {"mu[g2]": "Normal(3, 0.5)"}
    found = compare(MODEL, data, n=[2, 4, 6, "all"], estimators=["map"], priors=given)
    for fit in found.fits:
        names = fit.program.data.coords["group"]
        centre, spread = (np.broadcast_to(fit.program.priors["mu"].arguments[k], len(names)) for k in ("mu", "sigma"))
        assert [(m, s) == (3.0, 0.5) for m, s in zip(centre, spread, strict=True)] == [name == "g2" for name in names]
    assert [len(fit.program.data.coords["group"]) for fit in found.fits] == [1, 2, 3, 4]
