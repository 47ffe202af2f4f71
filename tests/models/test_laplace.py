"""Laplace errors: the median, a score of signs, and why there is no standard error."""

import numpy as np
import pytest

from mle_vs_bayes import compare, models
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.density import parity

from ..model.cases import case

Y = np.array([-41.564, 15.7384, 10.0452, -2.0684, -19.5399, 9.0005, 27.1227, 4.3113, -3.7372, 25.3111])


def test_the_gradient_is_signs_and_distances():
    """Σ sign(y − μ)/b and Σ (|y − μ| − b)/b², in working coordinates, away from kinks; at the median the first is 0."""
    made = case("laplace", "plain", 40)
    for z in parity.random_points(made, count=3):
        mu, b = theta = made.coordinates.theta(z)
        away = made.data["y"] - mu
        expected = [np.sign(away) / b, (np.abs(away) - b) / b**2]
        np.testing.assert_allclose(made.score_units(theta).T, expected, rtol=1e-9, atol=1e-12)
        mutant = [np.sign(away) / b, (np.abs(away) - 1) / b**2]
        assert not np.allclose(made.score_units(theta).T, mutant, rtol=1e-3)


def test_mle_and_its_closed_form_are_the_median_without_a_standard_error():
    fitted = compare("laplace", {"y": Y}, estimators=["mle", "exact"], groups=())
    for name in ("mle", "mle_exact"):
        estimate = fitted[name]
        np.testing.assert_allclose(estimate.point, [np.median(Y), np.mean(np.abs(Y - np.median(Y)))], rtol=1e-9)
        assert np.isnan(estimate.se[0])
        assert "kink" in fitted.rows.query("estimator == @name and parameter == 'mu'")["reason"].iloc[0]


@pytest.mark.parametrize("weights", [[3, 1, 1], [1, 1, 2], [1, 3, 1]])
def test_a_weighted_median_is_that_of_the_rows_written_out(weights):
    y = np.array([5.0, -1.0, 2.0])
    made = models.get("laplace").closed_form_mle(Dataset({"y": y, "weights": np.array(weights, dtype=float)}))
    rows = np.repeat(y, weights)
    assert made["mu"] == np.median(rows)
    assert made["b"] == pytest.approx(np.mean(np.abs(rows - np.median(rows))))
