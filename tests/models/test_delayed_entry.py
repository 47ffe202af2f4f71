"""Draws of values that are there only because they exceed an entry, however rarely they do."""

from unittest.mock import patch

import numpy as np
import pytest

from mle_vs_bayes import models
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.models.trunks.censored import Censored

REAL = [f"{name}(censored=1)" for name in ("normal", "student_t", "gumbel", "logistic_distribution", "beta")]
NAMES = [name for name in (*models.MODELS, *REAL) if "entry" in [column.role for column in models.get(name).columns]]
LEAVES = [name for name in NAMES if not any(parameter.dims for parameter in models.get(name).parameters)]
N = 500


def check_beyond(name):
    """P(Y > y)/P(Y > entry) is uniform at every y drawn, of which one in ten million lies beyond its entry."""
    model = models.get(name)
    theta = {parameter.name: float(parameter.typical) for parameter in model.parameters}
    design = model.design(N, np.random.default_rng(1))
    arguments = model.arguments(theta, design)
    entry = np.full(N, model.family.exceeded_with(1e-7, arguments))
    y = model.simulate(theta, Dataset({**design, "entry": entry}), np.random.default_rng(2))["y"]
    assert np.all(y > entry)
    shares = np.exp(model.family.logsf(y, arguments) - model.family.logsf(entry, arguments))
    assert abs(shares.mean() - 0.5) < 5 / np.sqrt(12 * N)
    assert abs(shares.std() - 1 / np.sqrt(12)) < 5 / np.sqrt(180 * N) * np.sqrt(3)


@pytest.mark.parametrize("name", LEAVES)
def test_a_value_is_drawn_beyond_its_entry(name):
    check_beyond(name)


def test_mutant_what_was_drawn_before_its_entry():
    with patch.object(Censored, "_entered", lambda self, values, *others: values), pytest.raises(AssertionError):
        check_beyond("exponential")
