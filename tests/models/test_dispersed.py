"""Where every count is 0 the likelihood says nothing of what is beside the mean, and no maximum is reported."""

import numpy as np
import pytest

from mle_vs_bayes import models
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.estimators import maximum_likelihood
from mle_vs_bayes.models.trunks.dispersed import Dispersed

from ..agreement.checks import program, typical

LEAVES = [name for name in models.MODELS if isinstance(models.get(name), Dispersed)]
TINY = 1e-12
"""In the place of 0, where SciPy has no counts; the likelihood is that near to its end's."""


def outcome(*y):
    return Dataset({"y": np.array(y, dtype=float), "exposure": np.ones(len(y))})


def silent(model, data):
    """The parameters whose value changes nothing at the end that the likelihood runs to."""
    theta = {**typical(model, data)[0], model.runs_to_0: TINY}
    others = [parameter.name for parameter in model.parameters if parameter.name != model.runs_to_0]
    height = model.log_likelihood(theta, data).sum()
    moved = {name: model.log_likelihood({**theta, name: 0.7 * theta[name]}, data).sum() for name in others}
    return [name for name in others if abs(moved[name] - height) <= 10 * data.n * TINY]


@pytest.mark.parametrize("name", LEAVES)
def test_what_zeros_say_nothing_of_is_not_identified(name):
    model, zeros, one = models.get(name), outcome(0, 0, 0, 0, 0, 0), outcome(0, 0, 0, 0, 0, 2)
    estimate = maximum_likelihood.fit(program(model, zeros))
    assert estimate.status in ("not_applicable", "divergent")
    assert np.isnan(estimate.point).all()
    names = silent(model, zeros)
    assert names
    assert model.unidentified(zeros).startswith(f"{', '.join(names)}: not identified")
    assert estimate.reason in (model.unidentified(zeros), model.divergence(zeros))
    assert model.unidentified(one) is None
    assert silent(model, one) != names, "a count above 0 tells the parameters apart"


def test_what_is_held_needs_no_likelihood():
    zeros = outcome(0, 0, 0)
    assert models.get("negative_binomial(fix='alpha=1')").unidentified(zeros) is None
    assert "alpha" in models.get("zero_inflated_negative_binomial(fix='psi=0.5')").unidentified(zeros)
