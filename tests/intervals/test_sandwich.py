"""Sandwich intervals: White's formula, the model's own variance where the model is true, another where it is not."""

import numpy as np
import pytest

from mle_vs_bayes import compare, models
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.estimators import exact
from mle_vs_bayes.intervals.interval import IntervalRequest
from mle_vs_bayes.intervals.sandwich import clustered, robust_covariance, sandwich
from mle_vs_bayes.intervals.wald import normal_quantile, wald

from ..agreement.checks import K

RATE, ROWS = 3.0, 20_000


def request(name, data, level=0.95):
    """A request at the closed-form estimate."""
    program = ModelDensity(models.get(name), data, {})
    return IntervalRequest(program, exact.fit_mle(program), level)


def standard_errors(asked, intervals):
    reach = np.array([(interval.upper - interval.lower) / 2 for interval in intervals])
    return reach / normal_quantile(asked.level)


def counts(overdispersion=0.0, n=ROWS):
    """Poisson counts, or negative binomial ones of variance λ + overdispersion × λ²."""
    rng = np.random.default_rng([5, n])
    rate = rng.gamma(1 / overdispersion, RATE * overdispersion, size=n) if overdispersion else RATE
    return Dataset({"y": rng.poisson(rate, size=n).astype(float), "exposure": np.ones(n)})


def check_equals_model_variance(robust, model, n=ROWS):
    """Robust over model variance is the mean of (y − λ)²/λ, of variance (2 + 1/λ)/n where y is Poisson.

    That the mean is estimated takes off a relative 1/n, far below the first term.
    """
    error = np.sqrt((2 + 1 / RATE) / n)
    ratio = robust**2 / model**2
    assert abs(ratio - 1) <= K * error + 2 / n, f"robust over model variance is {ratio:.3f}"


def test_under_the_true_model_it_is_the_models_variance():
    asked = request("poisson", counts())
    check_equals_model_variance(*(standard_errors(asked, kind(asked))[0] for kind in (sandwich, wald)))


def test_under_a_wrong_model_it_is_the_true_variance_instead():
    """Counts of variance λ + λ²/2: the ratio is 1 + λ/2, known to 4.42 times its error (by the fourth moment seen)."""
    data = counts(overdispersion=0.5)
    asked = request("poisson", data)
    robust, model = (standard_errors(asked, kind(asked))[0] for kind in (sandwich, wald))
    with pytest.raises(AssertionError, match="robust over model variance"):
        check_equals_model_variance(robust, model)
    squares = (data["y"] - data["y"].mean()) ** 2 / RATE
    assert abs(robust**2 / model**2 - (1 + RATE / 2)) <= K * squares.std() / np.sqrt(ROWS)


def regression(n=60):
    rng = np.random.default_rng(6)
    design = np.column_stack([np.ones(n), rng.normal(size=n), rng.normal(size=n)])
    y = design @ [1.0, 2.0, -1.0] + rng.normal(size=n) * np.exp(design[:, 1])
    return Dataset({"X": design, "y": y, "group": np.arange(n) % 15.0}, {"term": ("Intercept", "x1", "x2")})


@pytest.mark.parametrize("clusters", [False, True], ids=["rows", "clusters"])
def test_regression_has_whites_and_liang_zegers_covariance(clusters):
    """Coefficients under heteroscedasticity against statsmodels' OLS: HC0, and clusters without correction."""
    from statsmodels.regression.linear_model import OLS

    data = regression()
    if not clusters:
        data = Dataset({role: data[role] for role in ("X", "y")}, data.coords)
    asked = request("linear", data)
    groups = {"groups": data["group"].astype(int), "use_correction": False} if clusters else None
    theirs = OLS(data["y"], data["X"]).fit(cov_type="cluster" if clusters else "HC0", cov_kwds=groups)
    np.testing.assert_allclose(standard_errors(asked, sandwich(asked))[:3], theirs.bse, rtol=1e-9)


def test_repeating_every_row_in_one_cluster_changes_nothing():
    """Four copies carry no more than one; taken as independent they would halve the standard error."""
    once = counts(n=200)
    again = once.rows(np.repeat(np.arange(200), 4))
    found = {}
    for name, data in {
        "once": once,
        "again": again,
        "known": again.replace(group=np.repeat(np.arange(200.0), 4)),
    }.items():
        asked = request("poisson", data)
        found[name] = standard_errors(asked, sandwich(asked))[0]
    np.testing.assert_allclose(found["known"], found["once"], rtol=1e-12)
    np.testing.assert_allclose(found["again"], found["once"] / 2, rtol=1e-12)


def test_derived_quantities_follow_by_the_delta_method():
    data = Dataset({"y": np.random.default_rng(7).normal(2.0, 3.0, size=50)})
    asked = request("normal", data)
    _, sigma, variance = standard_errors(asked, sandwich(asked))
    np.testing.assert_allclose(variance, 2 * asked.estimate.point[1] * sigma, rtol=1e-5)


def test_scores_of_whole_groups_stay_as_they_are():
    program = ModelDensity(models.get("poisson"), counts(n=8).replace(group=np.arange(8.0) // 2), {})
    scores = np.arange(8.0)[:, None]
    np.testing.assert_array_equal(clustered(program, scores), [[1], [5], [9], [13]])
    np.testing.assert_array_equal(clustered(program, scores[:4]), scores[:4])


def test_bread_on_both_sides():
    covariance, scores = np.array([[0.04]]), np.full((10, 1), 1.0)
    np.testing.assert_allclose(robust_covariance(covariance, scores), [[0.04**2 * 10]])


def test_too_few_clusters():
    data = regression().replace(group=np.arange(60) % 4.0)
    for interval in sandwich(request("linear", data)):
        assert (interval.status, interval.lower) == ("not_applicable", None)
        assert "4 independent units" in interval.reason


def test_no_hessian_no_sandwich():
    for interval in sandwich(request("poisson", Dataset({"y": np.zeros(5), "exposure": np.ones(5)}))):
        assert (interval.status, interval.lower) == ("not_applicable", None)
        assert interval.reason


def test_a_column_of_groups_makes_it_clustered():
    """Every row told twice under one name: scores add up in pairs, and the error is that of the rows told once."""
    rng = np.random.default_rng(6)
    y = rng.poisson(RATE, size=40)
    frame = {"y": np.repeat(y, 2), "who": np.repeat([f"p{i}" for i in range(40)], 2)}

    def width(columns, data):
        found = compare("poisson", data, columns=columns, estimators=["mle"], intervals=["sandwich"]).rows
        return float(found["upper"].iloc[0] - found["lower"].iloc[0])

    once = width({"y": "y"}, {"y": y})
    assert width({"y": "y", "group": "who"}, frame) == pytest.approx(once, rel=1e-9)
    assert width({"y": "y"}, frame) == pytest.approx(once / np.sqrt(2), rel=1e-9)  # the mutant: clusters forgotten
