"""Standard errors of derived quantities where a parameter has none."""

import numpy as np
import pytest

from mle_vs_bayes import models
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.intervals.delta import standard_errors

DATA = Dataset({"X": np.column_stack([np.ones(4), [1.0, 2.0, 3.0, 5.0]]), "y": np.array([1.0, 2.0, 2.0, 4.0])})


@pytest.fixture(scope="module")
def density():
    data = DATA.replace(exposure=np.ones(4))
    return ModelDensity(models.get("poisson_regression"), Dataset(dict(data), {"term": ("Intercept", "x")}), {})


def test_a_ratio_keeps_its_error_beside_a_parameter_without_one(density):
    """Only the ratio of the coefficient that has no error goes without; d exp(β) is exp(β) dβ for the other."""
    point, covariance = np.array([0.3, 0.2]), np.array([[0.04, np.nan], [np.nan, np.nan]])
    of_beta, missing, of_ratio, missing_ratio = standard_errors(density, point, covariance)
    assert (of_beta, np.isnan(missing), np.isnan(missing_ratio)) == (0.2, True, True)
    assert of_ratio == pytest.approx(0.2 * np.exp(0.3), rel=1e-6)  # differences of 1e-3 SE err by its square


def test_many_replicates_at_once_are_each_alone(density):
    points = np.array([[0.3, 0.2], [0.1, -0.2]])
    covariances = np.array([[[0.04, np.nan], [np.nan, np.nan]], [[0.04, 0.01], [0.01, 0.09]]])
    together = standard_errors(density, points, covariances)
    for row, point, covariance in zip(together, points, covariances, strict=True):
        np.testing.assert_array_equal(row, standard_errors(density, point, covariance))
