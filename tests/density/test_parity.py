"""Parity on a sample of many rows: it sees what it would see on all, and names the row."""

import re

import numpy as np
import pytest

from mle_vs_bayes import models
from mle_vs_bayes.density import parity
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.errors import ModelError
from mle_vs_bayes.fit import priors
from mle_vs_bayes.fit.simulated import simulated

ROWS = parity.MOST_UNITS + 3_000


def program(name):
    model = models.get(name)
    data = simulated(model, ROWS, {}, 1)[0]
    return ModelDensity(model, data, priors.resolve(model, {}, data))


@pytest.mark.parametrize("name", ["weibull", "linear"])  # the latter in coordinates that all rows have turned
def test_so_many_rows_are_compared_and_agree(name, monkeypatch):
    made, seen = program(name), []
    genuine = type(made.model).log_likelihood
    monkeypatch.setattr(
        type(made.model), "log_likelihood", lambda *given: seen.append(genuine(*given).size) or genuine(*given)
    )
    assert parity.check(made) <= parity.TOLERANCE
    assert seen.count(parity.MOST_UNITS) == parity.POINTS


def test_mutant_a_wording_that_is_wrong_in_every_tenth_row_is_refused_by_the_row(monkeypatch):
    made = program("weibull")
    genuine = type(made.model).log_likelihood
    every_tenth = {float(y) for y in made.data["y"][::10]}

    def wrong(self, theta, data):
        return genuine(self, theta, data) + 1e-6 * np.array([y in every_tenth for y in data["y"].tolist()])

    monkeypatch.setattr(type(made.model), "log_likelihood", wrong)
    with pytest.raises(ModelError, match="differ in unit") as refused:
        parity.check(made)
    assert (int(re.search(r"unit (\d+)", str(refused.value)).group(1)) - 1) % 10 == 0
