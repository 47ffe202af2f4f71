"""One parameter on a closed edge has no standard error; the others keep theirs, and all that is made of them.

Groups whose means are one and the same have the spread 0: what is left is the normal model, whose errors are known.
"""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from mle_vs_bayes.comparison.compare import compare
from mle_vs_bayes.comparison.forms import material
from mle_vs_bayes.comparison.scores.null_tests import null_tests
from mle_vs_bayes.fit.prediction.predict import delta_error

Y = np.array([1.0, 2.0, 4.0, 5.0, 1.5, 2.5, 3.0, 5.0, 0.5, 2.0, 4.5, 5.0])


@pytest.fixture(scope="module")
def level():
    frame = pd.DataFrame({"y": Y, "x": np.tile([0.0, 1.0], 6), "g": np.repeat(list("abc"), 4)})
    return compare("linear", frame, formula="y ~ x + (1 | g)", estimators=("mle", "map")), frame


def test_the_others_keep_agreement_wald_profile_prediction_and_effect(level):
    """Of two means of six values each the errors are s/√6 and, of their difference, s √(1/6 + 1/6)."""
    fitted, frame = level
    mle = fitted["mle"]
    assert mle.without_error == ("sd[Intercept|g]",)
    assert {"beta[x]", "sigma"} <= {each.parameter for each in fitted.agreement}
    assert "No two of" not in fitted.verdict
    s, difference = mle.point[-1], mle.point[1]
    (test,) = null_tests(fitted.fit, {"beta[x]": 0.0})
    np.testing.assert_allclose(test.wald, difference / (s * np.sqrt(2 / 6)), rtol=1e-6)
    predicted = fitted.predict(frame[["x", "g"]][:1].assign(g="new")).rows.set_index("estimator").loc["mle"]
    np.testing.assert_allclose(predicted["se"], s / np.sqrt(6), rtol=1e-6)
    effect = fitted.effect("x").rows.set_index("estimator").loc["mle"]
    np.testing.assert_allclose(effect["se"], s * np.sqrt(2 / 6), rtol=1e-6)
    curves = material.curve_rows(fitted.fit, {}, ["beta[x]"])
    assert "mle" in set(curves["curve"])
    assert "sd[Intercept|g]" in fitted.explain()["beta[x]"].sentence


def test_what_hangs_on_the_edge_to_first_order_has_no_error():
    """A function of the square of a parameter at 0 does not; one of the parameter itself does."""
    covariance = np.array([[4.0, np.nan], [np.nan, np.nan]])
    se = np.array([2.0, np.nan])
    mle = SimpleNamespace(has_some_errors=True, covariance=covariance, se=se, point=np.array([1.0, 0.0]))
    np.testing.assert_allclose(delta_error(mle, lambda p: np.array([3 * p[0] + p[1] ** 2])), 6.0, rtol=1e-9)
    assert np.isnan(delta_error(mle, lambda p: np.array([3 * p[0] + 0.1 * p[1]]))).all()


def test_on_the_edge_the_default_interval_is_the_profile(level):
    """Of six counts without a zero ℓ(psi) = 6 log psi + …, whose likelihood ratio meets χ²₁ at exp(−χ²₁/12)."""
    counts = {"y": [1, 2, 3, 2, 1, 4]}
    rows = compare("zero_inflated_poisson", counts, estimators=("mle",)).rows.set_index("parameter")
    assert list(rows["interval"]) == ["profile", "wald_transformed", "profile"]
    np.testing.assert_allclose(rows.loc["psi", ["lower", "upper"]].astype(float), [np.exp(-chi2.ppf(0.95, 1) / 12), 1])
    asked = compare("zero_inflated_poisson", counts, estimators=("mle",), intervals=("wald_transformed",)).rows
    assert np.isnan(asked["lower"][0]) and "edge" in asked["reason"][0]
    spreads = level[0].rows.set_index("parameter").loc["sd[Intercept|g]"]
    assert list(spreads["interval"]) == ["profile", "profile_penalised"]
    assert (spreads["lower"] == 0).all() and (spreads["upper"] > 0.5).all()
