"""Exact answers where the likelihood is not curved: the estimate stands, its standard error is missing."""

import numpy as np
import pytest

from mle_vs_bayes import models
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.estimators import exact, maximum_likelihood
from mle_vs_bayes.fit.priors import resolve


def program(name, y):
    model, data = models.get(name), Dataset({"y": np.array(y)})
    return ModelDensity(model, data, resolve(model, {}, data))


@pytest.mark.parametrize("y", [(2.0, 2.0), (2.0, 1.0, 0.3), (5.0,)])
def test_the_maximum_of_uniform_values_has_no_standard_error(y):
    found = exact.fit_mle(program("uniform", y))
    assert (found.status, found.point, found.has_errors) == ("ok", [max(y)], False)
    assert [concern.code for concern in found.concerns] == ["boundary"]
    assert found.log_likelihood == pytest.approx(-len(y) * np.log(max(y)), rel=1e-12)


def test_a_curved_likelihood_keeps_its_standard_errors():
    """The same Hessian at the same point as the search's."""
    this = program("normal", (2.0, 1.0, 0.3))
    found, searched = exact.fit_mle(this), maximum_likelihood.fit(this)
    np.testing.assert_allclose(found.covariance, searched.covariance, rtol=1e-9)
    assert found.concerns == ()
