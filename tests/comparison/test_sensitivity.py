"""Power scaling: ArviZ's measure against quadrature, and the mean's shift against closed forms and the mode's."""

import arviz_base
import numpy as np
import pytest
import scipy

from mle_vs_bayes import compare, models
from mle_vs_bayes.comparison import sensitivity
from mle_vs_bayes.concerns import KINDS
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.estimators import maximum_a_posteriori, maximum_likelihood
from mle_vs_bayes.fit.agreement import predict

from ..agreement.checks import K, program

A, B = 3.0, 8.0


def beta(successes, trials):
    data = Dataset({"y": np.array([successes]), "trials": np.array([trials])})
    return program(models.get("bernoulli"), data, {"p": f"Beta({A}, {B})"})


def scaled(successes, trials, prior=1.0, likelihood=1.0):
    """The posterior of `beta` with prior and likelihood to these powers."""
    a, b = prior * (A - 1) + 1, prior * (B - 1) + 1
    return scipy.stats.beta(a + likelihood * successes, b + likelihood * (trials - successes))


def perfect(distribution, size):
    """Quantiles in the middles of ``size`` equal steps, shuffled: draws without Monte-Carlo error ``(4, size/4)``."""
    quantiles = distribution.ppf((np.arange(size) + 0.5) / size)
    return np.random.default_rng(0).permutation(quantiles).reshape(4, -1)


def of_draws(made, draws, mode=None):
    log_prior = made.log_prior_of_draws(draws.reshape(-1, 1)).reshape(draws.shape)
    groups = {"posterior": {"p": draws, "odds": draws / (1 - draws)}, "log_prior": {"p": log_prior}}
    return sensitivity.of_draws(made, arviz_base.from_dict(groups), mode)


@pytest.fixture(scope="module")
def made():
    return beta(24.0, 40.0)


# ArviZ's measure.


def distance(first, second):
    """Cumulative Jensen–Shannon distance of two distribution functions on a grid (Kallioinen et al. 2024)."""
    middle = (first + second) / 2
    with np.errstate(all="ignore"):
        terms = [np.where(f > 0, f * np.log2(f / middle), 0.0).sum() for f in (first, second)]
    return np.sqrt(sum(terms) / (first + second).sum())


def measured(component, low, high, steps=50_000):
    """The measure by quadrature of exact distribution functions, over the range the draws have."""
    grid = np.linspace(low, high, steps)
    here = scaled(24.0, 40.0).cdf(grid)
    found = []
    for power in (0.99, 1.01):
        there = scaled(24.0, 40.0, **{component: power}).cdf(grid)
        largest = max(distance(here, there), distance(1 - here, 1 - there))
        found.append(largest / abs(np.log2(power)))
    return np.mean(found)


@pytest.mark.parametrize("component", ["prior", "likelihood"])
def test_measure_is_that_of_the_exact_posteriors(made, component):
    """S quantiles leave an error of O(1/S) in each distribution function, and smoothing the last √S weights another."""
    errors = []
    for size in (1000, 4000):
        draws = perfect(scaled(24.0, 40.0), size)
        found = getattr(of_draws(made, draws)["p"], component)
        errors.append(abs(found / measured(component, draws.min(), draws.max()) - 1))
    assert errors[1] <= 0.005
    assert errors[1] <= errors[0] / 2


def test_threshold_is_a_quarter_of_a_standard_deviation_per_doubling():
    """log π = b z tilts a standard normal posterior into itself moved by (α − 1) b: d mean/d log₂α = b log 2."""
    z = perfect(scipy.stats.norm(), 4000)
    found = sensitivity.psense({"z": z}, 0.25 / np.log(2) * z)["z"]
    assert found == pytest.approx(sensitivity.THRESHOLD, rel=0.1)


def test_flat_prior_has_no_sensitivity():
    assert sensitivity.psense({"z": np.arange(8.0).reshape(2, 4)}, np.zeros((2, 4))) == {"z": 0.0}


@pytest.mark.parametrize(
    ("prior", "likelihood", "code"),
    [(0.04, 0.5, None), (0.04, 0.01, None), (0.05, 0.05, "prior_likelihood_conflict"), (0.2, 0.04, "prior_sensitive")],
)
def test_diagnosis_is_arviz_s_rule(prior, likelihood, code):
    assert sensitivity.diagnosis(prior, likelihood) == code
    assert code is None or code in KINDS


# The mean's shift.


def mean_slope(successes, trials):
    """d/dα of the mean (α(a − 1) + 1 + y)/(α(a + b − 2) + 2 + n) at α = 1."""
    count, total = A + successes, A + B + trials
    return (A - 1) / total - count * (A + B - 2) / total**2


def mode_slope(successes, trials):
    count, total = A - 1 + successes, A + B - 2 + trials
    return (A - 1) / total - count * (A + B - 2) / total**2


def test_mean_and_mode_shift_are_the_closed_forms(made):
    exact = scaled(24.0, 40.0)
    part = of_draws(made, perfect(exact, 4000), mode=np.array([(A - 1 + 24) / (A + B - 2 + 40)]))["p"]
    # Sums over S quantiles: their second moments err by O(log S/S), far below a thousandth.
    assert part.mean_shift == pytest.approx(mean_slope(24, 40) / exact.std(), rel=1e-3)
    assert part.mode_shift == pytest.approx(mode_slope(24, 40) / exact.std(), rel=1e-3)


def test_wrong_sign_of_the_log_prior_is_seen(made):
    exact = scaled(24.0, 40.0)
    draws = perfect(exact, 1000)
    right = made.log_prior_of_draws(draws.reshape(-1, 1)).reshape(draws.shape)
    expected = mean_slope(24, 40) / exact.std()
    for sign, ok in ((1, True), (-1, False)):
        tree = arviz_base.from_dict({"posterior": {"p": draws, "odds": draws}, "log_prior": {"p": sign * right}})
        part = sensitivity.of_draws(made, tree, None)["p"]
        assert bool(abs(part.mean_shift - expected) <= K * part.monte_carlo_error) is ok


def test_mean_and_mode_shift_come_together_as_theory_says():
    """In SD the shift falls as n^−½ and its difference from the mode's, shift × skewness, as n^−3/2."""
    sizes, gaps = [50 * 4**k for k in range(4)], []
    for n in sizes:
        shifts = np.array([mean_slope(0.6 * n, n), mode_slope(0.6 * n, n)])
        gaps.append(abs(np.diff(shifts)[0]) / scaled(0.6 * n, n).std())
    # No scatter: the slope between the two largest is −3/2 + O(20/n).
    assert np.log(gaps[-1] / gaps[-2]) / np.log(4) == pytest.approx(-1.5, abs=0.05)


def test_mean_and_mode_shift_agree_within_the_remainder():
    made, exact = beta(2400.0, 4000.0), scaled(2400.0, 4000.0)
    fits = maximum_a_posteriori.fit(made), maximum_likelihood.fit(made)
    remainder = predict(made, *fits).remainder
    for part in of_draws(made, perfect(exact, 4000), mode=fits[0].point).parts:
        assert abs(part.mean_shift - part.mode_shift) <= remainder
        assert abs(part.mean_shift) > 2 * remainder  # so that a missing shift would be seen


def test_table_shows_the_measures_and_the_remarks():
    found = of_draws(beta(24.0, 40.0), perfect(scaled(24.0, 40.0), 1000))
    shown = str(found)
    part = found["p"]
    line = next(line for line in shown.splitlines() if line.startswith("p "))
    lengths = [f"{value:.2f}" for value in (part.prior, part.likelihood, part.monte_carlo_error)]
    assert line.split()[1:] == [*lengths[:2], f"{part.mean_shift:+.2f}", lengths[2], "–"]
    assert [concern.code for concern in found.concerns] == ["prior_likelihood_conflict"]
    assert found.concerns[0].detail.endswith(" and 1 more")
    assert "! the posterior moves when the prior is made stronger" in shown


def test_there_must_be_a_posterior():
    with pytest.raises(UsageError, match="fit the estimator posterior, too"):
        compare("bernoulli", {"y": [1.0, 0.0, 0.0]}, estimators=["mle"]).sensitivity()


def test_without_the_group_the_prior_is_evaluated_at_the_draws():
    """PyMC's group of log priors and the program's own density differ by rounding only."""
    asked = {"chains": 2, "draws": 200, "tune": 200, "estimators": ["posterior"]}
    y = {"y": [3.0, 1.0, 4.0, 1.0, 5.0]}
    (grouped,), (bare,) = (compare("poisson", y, groups=g, **asked).sensitivity().parts for g in (("log_prior",), ()))
    assert bare.prior == pytest.approx(grouped.prior, rel=1e-9)
    assert bare.mean_shift == pytest.approx(grouped.mean_shift, rel=1e-9)
