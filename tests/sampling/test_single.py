"""One data set as a problem of R = 1: which are, and that the tree is what PyMC's would be."""

import numpy as np
import pytest

from mle_vs_bayes import models
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.fit import priors
from mle_vs_bayes.fit.simulated import simulated
from mle_vs_bayes.sampling import pymc_nuts, single
from mle_vs_bayes.sampling.diagnostics import diagnose
from mle_vs_bayes.sampling.plan import Plan

from ..model.cases import SAMPLED

SHORT = Plan(draws=50, tune=50, chains=2, cores=1)


def program(name, rows=30):
    model = models.get(name)
    data = simulated(model, rows, {}, 1)[0]
    return ModelDensity(model, data, priors.resolve(model, {}, data))


@pytest.mark.parametrize("name", SAMPLED)
def test_every_model_of_the_catalogue_is_suited(name):
    assert single.suited(program(name))


def test_many_scalars_are_left_to_pymc():
    assert not single.suited(program("neyman_scott", rows=2 * single.MOST + 2))


def test_the_tree_is_pymcs_with_labelled_axes_and_the_data():
    tree = single.drawn(program("linear"), SHORT, seed=1)
    assert list(tree.children) == ["posterior", "sample_stats", "constant_data", "observed_data"]
    posterior = tree["posterior"]
    assert posterior["beta"].dims == ("chain", "draw", "term")
    assert list(posterior["term"].to_numpy()) == ["Intercept", "x1", "x2"]
    assert posterior["sigma"].shape == (2, 50)
    assert np.all(posterior["sigma"] > 0)
    assert {"diverging", "energy", "n_steps", "step_size", "depth"} <= set(tree["sample_stats"].data_vars)
    assert tree["observed_data"]["y"].shape == (30,)  # as given, and not as condensed
    assert posterior.attrs["tuning_steps"] == 50
    assert posterior.attrs["inference_library"] == "nutpie"


def test_latent_variables_stand_beside_the_parameters():
    tree = single.drawn(program("random_intercept"), SHORT, seed=1)
    assert tree["posterior"]["u"].dims == ("chain", "draw", "group")
    again = single.drawn(program("random_intercept"), SHORT, seed=1)
    np.testing.assert_array_equal(tree["posterior"]["u"], again["posterior"]["u"])


def means_on_a_grid(density):
    """Posterior means of mu and b, from 150 × 150 values of likelihood × prior within eight standard errors."""
    start = density.start
    axes = start[0] + np.linspace(-8, 8, 150) * start[1] / 5, start[1] * np.exp(np.linspace(-8, 8, 150) / 5)
    points = np.array([[mu, b] for mu in axes[0] for b in axes[1]])
    logs = density.log_likelihood_of_draws(points) + density.log_prior_of_draws(points)
    weights = np.exp(logs - logs.max()) * points[:, 1]  # equal steps of log b
    return weights @ points / weights.sum()


def test_a_density_with_a_kink_at_its_mode_is_sampled_as_it_is_compiled_for_all_data_sets(monkeypatch):
    """Else nutpie compiled it for each data set: 3 s, and 4 MB of machine code that Numba never forgets."""
    monkeypatch.setattr(pymc_nuts, "Sampler", None)
    laplace = program("laplace")
    tree = single.drawn(laplace, Plan(draws=1000, tune=None, chains=4), seed=1)
    found = diagnose(np.stack([tree["posterior"][name].to_numpy() for name in ("mu", "b")]))
    assert np.all(np.abs(found.mean - means_on_a_grid(laplace)) <= 4 * found.mcse)
    fewer = laplace.on(laplace.data.rows(np.arange(20)))  # mutant
    assert np.any(np.abs(found.mean - means_on_a_grid(fewer)) > 4 * found.mcse)
