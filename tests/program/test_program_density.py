"""The density of a user's program: finished when it is opened, and asked the same questions as that of a model."""

import inspect
from dataclasses import FrozenInstanceError

import numpy as np
import pymc as pm
import pytest

from mle_vs_bayes.density.density import Density
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.program.opening import open_program
from mle_vs_bayes.program.program_density import ProgramDensity

THETA = np.array([0.3, 1.2])


@pytest.fixture(scope="module")
def program():
    with pm.Model() as model:
        mu, sigma = pm.Normal("mu", 0, 10), pm.HalfNormal("sigma", 5)
        pm.Normal("y", mu, sigma, observed=np.linspace(-1, 2, 12))
        pm.Poisson("k", pm.math.exp(mu), observed=np.array([1, 2, 3]))
    return open_program(model)


def test_a_density_is_abstract_and_both_its_kinds_are_final():
    assert inspect.isabstract(Density)
    assert {kind.__name__ for kind in Density.__subclasses__()} == {"ModelDensity", "ProgramDensity"}
    for kind in (ModelDensity, ProgramDensity):
        assert kind.__final__
        assert not kind.__subclasses__()
        assert not inspect.isabstract(kind)


def test_an_opened_program_is_finished(program):
    """Its start was read of the point that the model has now, and nobody can give it another."""
    assert program.start.tolist() == program.layout.join(program.model.start(program.data)).tolist()
    with pytest.raises(FrozenInstanceError):
        program.model.point = {}


def test_scores_of_other_data_are_those_of_a_program_of_them(program):
    (data,) = program.replicate([THETA], np.random.default_rng(0))
    scores = program.score_units_on(data)(THETA)
    assert scores == pytest.approx(program.on(data).score_units(THETA), rel=1e-9)
    assert not np.allclose(scores, program.score_units(THETA))  # the mutant that reads its own data
    mu, sigma = THETA
    assert scores[:12, 0] == pytest.approx((data["y"] - mu) / sigma**2, rel=1e-9)
    assert scores[12:, 0] == pytest.approx(data["k"] - np.exp(mu), rel=1e-9)


def test_data_are_drawn_alike_one_by_one_and_many_at_a_time(program):
    drawn = program.outcomes(THETA, 3, np.random.default_rng(1))
    one = program.replicate([THETA] * 3, np.random.default_rng(1))
    assert {role: values.shape for role, values in drawn.items()} == {"y": (3, 12), "k": (3, 3)}
    for place, data in enumerate(one):
        assert data["y"].tolist() == drawn["y"][place].tolist()
    assert one[0]["y"].tolist() != one[1]["y"].tolist()
