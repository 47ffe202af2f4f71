"""nutpie on a PyMC model: PyMC's own draws, compiled once, ended when it costs too much, and counted exactly."""

import numpy as np
import pymc as pm
import pytest

from mle_vs_bayes.estimators import posterior
from mle_vs_bayes.program.opening import open_program
from mle_vs_bayes.quiet import quiet
from mle_vs_bayes.sampling import pymc_nuts
from mle_vs_bayes.sampling.plan import Plan
from mle_vs_bayes.sampling.pymc_nuts import Sampler

SHORT = {"draws": 30, "tune": 30, "cores": 1, "target_accept": 0.8, "progress_bar": False}
START = {"a": np.zeros(3), "s": np.array(1.0)}


@pytest.fixture(scope="module")
def model():
    with pm.Model() as built:
        pm.Normal("y", pm.Normal("a", 0, 2, shape=3), pm.HalfNormal("s", 1), observed=[1.0, 2, 4])
    return built


@pytest.fixture(scope="module")
def sampler(model):
    return Sampler(model, START)


def test_draws_are_those_of_pymc_s_own_call(model, sampler):
    with quiet():
        theirs = pm.sample(
            30,
            tune=30,
            chains=2,
            cores=1,
            model=model,
            random_seed=5,
            initvals=START,
            target_accept=0.8,
            nuts_sampler="nutpie",
            compile_kwargs={"freeze_model": True},
            progressbar=False,
            compute_convergence_checks=False,
        )
    ours = sampler.run(5, 2, **SHORT).tree
    np.testing.assert_array_equal(ours["posterior"]["a"], theirs["posterior"]["a"])
    np.testing.assert_array_equal(ours["observed_data"]["y"], [1.0, 2, 4])


def test_gradients_are_those_of_all_transitions_with_tuning(sampler):
    warm = sampler.run(5, 2, **SHORT)
    kept = int(warm.tree["sample_stats"]["n_steps"].sum())
    assert kept < warm.gradients < 10 * kept + 1000
    longer = sampler.run(5, 2, **SHORT | {"draws": 31})
    last = int(longer.tree["sample_stats"]["n_steps"].isel(draw=-1).sum())
    assert longer.gradients == warm.gradients + last


def test_a_run_that_costs_too_much_is_none_whenever_that_is_seen(sampler):
    gradients = sampler.run(5, 2, **SHORT).gradients
    assert sampler.run(5, 2, most=gradients, **SHORT) is not None
    assert sampler.run(5, 2, most=gradients - 1, **SHORT) is None


def test_a_run_is_ended_long_before_its_end(sampler, monkeypatch):
    """A billion draws, which nobody waits for."""
    monkeypatch.setattr(pymc_nuts, "_LOOK", 1e-3)
    assert sampler.run(5, 2, most=100, **SHORT | {"draws": 10**6}) is None


def ridge():
    """Two effects of a group that only their sum is known of: a diagonal metric hardly mixes."""
    with pm.Model() as model:
        mu, tau = pm.Normal("mu", 0, 100), pm.HalfNormal("tau", 0.01)
        effects = pm.Normal("effects", mu, tau, shape=5)
        pm.Normal("y", effects[np.arange(20) % 5], 0.01, observed=np.random.default_rng(1).normal(size=20))
    return open_program(model)


@pytest.fixture
def runs(monkeypatch):
    """What is asked of every run, and what it gives."""
    seen = []

    def run(self, *arguments, run=Sampler.run, **options):
        found = run(self, *arguments, **options)
        seen.append((options, found))
        return found

    monkeypatch.setattr(Sampler, "run", run)
    return seen


def test_a_second_run_may_cost_as_much_as_the_first(runs):
    posterior.fit(ridge(), Plan(draws=40, tune=40, chains=2), 1)
    (_, first), (options, second) = runs
    assert (options["adaptation"], options["most"]) == ("low_rank", first.gradients)
    assert second is None or second.gradients <= first.gradients


def test_there_is_none_where_its_matrices_would_cost_more(runs, monkeypatch):
    monkeypatch.setattr(posterior, "_MATRICES", 2 * 40 * 7**3 - 1)
    posterior.fit(ridge(), Plan(draws=40, tune=40, chains=2), 1)
    assert len(runs) == 1
