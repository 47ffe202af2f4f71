"""Components that change places: drawn in any order where the posterior stays the same, and put in order afterwards."""

import numpy as np
import pytest

from mle_vs_bayes import models
from mle_vs_bayes.fit.replicates.stacking import sorted_out, stacked
from mle_vs_bayes.fit.simulated import simulated
from mle_vs_bayes.model.prior import Prior
from mle_vs_bayes.sampling.batch_posterior import any_order, in_order

THREE = "normal_mixture(components=3)"
EXCHANGED = [2, 0, 1]
UNLIKE = {
    "mu": Prior("Normal", mu=(0.0, 4.0, 8.0), sigma=3.0),
    "weight": Prior("Dirichlet", a=(1.0, 1.0, 2.0)),
    "sigma": Prior("Gamma", alpha=2.0, beta=(1.0, 1.0, 2.0)),
}


def stack(name=THREE, given=None, count=2):
    model = models.get(name)
    sets = [simulated(model, 40, {}, seed=seed)[0] for seed in range(count)]
    return stacked(model, sorted_out(model, sets, given or {})[0])


def exchanged(program, theta):
    """θ ``(p,)`` with the components in another order."""
    named = program.layout.split(theta)
    dims = {p.name: p.dims for p in program.layout.parameters}
    return program.layout.join({name: v[EXCHANGED] if dims[name] else v for name, v in named.items()})


def point(program):
    """θ ``(p,)`` in order, whose components differ in everything."""
    named = program.layout.split(program.start)
    sigma = named.get("sigma", np.ones(3)) * (np.array([1.0, 1.5, 2.0]) if np.ndim(named.get("sigma", 0)) else 1.0)
    return program.layout.join({**named, "sigma": sigma, "weight": np.array([0.2, 0.3, 0.5])})


def height(program, theta):
    return program.log_likelihood(theta) + program.log_prior(theta)


@pytest.mark.parametrize(
    "name", [THREE, "normal_mixture(components=3, common_sigma=1)", "poisson_mixture(components=3)"]
)
def test_the_density_stays_the_same_in_any_order(name):
    program = any_order(stack(name)).program
    assert not any(p.support.rising for p in program.layout.parameters)
    theta = point(program)
    other = exchanged(program, theta)
    assert height(program, other) == pytest.approx(height(program, theta), rel=1e-13)
    np.testing.assert_array_equal(in_order(program, np.array([[other, theta]])), [[theta] * 2])


@pytest.mark.parametrize("parameter", UNLIKE)
def test_components_with_priors_of_their_own_keep_their_order(parameter):
    """Mutant: without the order, another point would stand for θ whose density is another one."""
    kept = stack(given={parameter: UNLIKE[parameter]})
    assert any_order(kept) is kept
    program, theta = kept.program, point(kept.program)
    assert abs(height(program, exchanged(program, theta)) - height(program, theta)) > 0.1


def test_priors_that_are_unlike_in_one_data_set_alone():
    here = stack()
    alike = np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 2.0]])
    here.numbers["prior_weight_a"] = alike
    assert any_order(here) is here
    here.numbers["prior_weight_a"] = alike[[0, 0]]
    assert any_order(here) is not here


def test_other_models_are_left_as_they_are():
    """The cutpoints of ordered classes rise, too, and may not change places."""
    here = stack("ordered")
    assert any_order(here) is here
    theta = np.array([[3.0, 1.0]])
    assert in_order(here.program, theta) is theta
