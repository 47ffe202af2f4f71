"""MLE and MAP are fitted again just where another estimator, or the posterior's highest draw, knows a higher point."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import xarray

from mle_vs_bayes.estimators import Settings, maximum_a_posteriori, maximum_likelihood
from mle_vs_bayes.estimators.estimate import Estimate
from mle_vs_bayes.fit import second_look as module
from mle_vs_bayes.fit.second_look import second_look

from ..model.cases import case

FITS = {"mle": maximum_likelihood.fit, "map": maximum_a_posteriori.fit}


@pytest.fixture
def program(monkeypatch):
    """A density whose start knows nothing of the data, as that of a user's program."""
    made = case("exponential", "plain", 40)
    monkeypatch.setattr(type(made), "start_reads_data", False)
    return made


@cache
def estimate(name):
    return FITS[name](case("exponential", "plain", 40))


@pytest.fixture
def again(monkeypatch):
    """The further starts of each fit that is made again, by estimator."""
    starts = {}

    def recorded(name):
        def fit(program, seed, count, more):
            starts[name] = more
            return FITS[name](program, seed, count, more)

        return fit

    powers = {"mle": 0.0, "map": 1.0}
    monkeypatch.setattr(module, "_FITS", {name: (power, recorded(name)) for name, power in powers.items()})
    return starts


def short(name):
    """An estimate that stopped at twice the optimum."""
    return replace(estimate(name), point=2 * estimate(name).point)


def draws(program, *rates):
    values = np.array([rates])
    tree = xarray.DataTree.from_dict({"posterior": xarray.Dataset({"rate": (("chain", "draw"), values)})})
    mean = np.array([values.mean()])
    return Estimate(estimator="posterior", labels=program.layout.labels, point=mean, tree=tree)


def test_optima_stay(program, again):
    estimates = {"mle": estimate("mle"), "map": estimate("map")}
    posterior = draws(program, *estimate("mle").point, *estimate("map").point)
    assert second_look(program, {**estimates, "posterior": posterior}, Settings())["mle"] is estimates["mle"]
    assert not again


def test_a_mutant_that_judges_the_map_by_the_likelihood_fits_it_again(program, again, monkeypatch):
    monkeypatch.setitem(module._FITS, "map", (0.0, module._FITS["map"][1]))
    second_look(program, {"mle": estimate("mle"), "map": estimate("map")}, Settings())
    assert set(again) == {"map"}


@pytest.mark.parametrize("name", FITS)
def test_the_other_optimum_leads_higher(program, again, name):
    other = "map" if name == "mle" else "mle"
    looked = second_look(program, {name: short(name), other: estimate(other)}, Settings())
    assert looked[other] is estimate(other)
    assert set(again) == {name}
    np.testing.assert_allclose(again[name], [[program.coordinates.z(estimate(other).point)]], rtol=1e-14)
    np.testing.assert_allclose(looked[name].point, estimate(name).point, rtol=1e-8)


@pytest.mark.parametrize("name", FITS)
def test_the_highest_draw_leads_higher(program, again, name):
    best = 1.01 * estimate(name).point[0]
    estimates = {name: short(name), "posterior": draws(program, 5 * best, best, 7 * best)}
    looked = second_look(program, estimates, Settings())
    np.testing.assert_allclose(again[name], [[program.coordinates.z(np.array([best]))]], rtol=1e-14)
    np.testing.assert_allclose(looked[name].point, estimate(name).point, rtol=1e-8)


def test_priors_that_can_be_chosen_are_no_program(again):
    estimates = {"mle": short("mle"), "map": estimate("map")}
    assert second_look(case("exponential", "plain", 40), estimates, Settings()) == estimates
    assert not again
