"""What the audit names: flat directions, a normal that does not fit, optimisers that stay, modes that differ."""

import numpy as np
import pytest
import scipy

from mle_vs_bayes import compare, models
from mle_vs_bayes.data.column import Column, number
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.estimators import laplace_check, maximum_a_posteriori
from mle_vs_bayes.estimators.estimate import Estimate
from mle_vs_bayes.fit import priors
from mle_vs_bayes.fit.fit import different_modes
from mle_vs_bayes.fit.simulated import filled
from mle_vs_bayes.model.layout import combination
from mle_vs_bayes.model.model import Model
from mle_vs_bayes.model.parameter import Parameter
from mle_vs_bayes.model.prior import Prior
from mle_vs_bayes.model.support import real
from mle_vs_bayes.search.audit import concerns
from mle_vs_bayes.search.newton import NewtonState
from mle_vs_bayes.search.optimum import Optima, maximise, maximum
from mle_vs_bayes.search.problem import of_density

SMALL = np.array([3.1, 0.4, 1.9, 5.2, 2.2, 0.9, 1.1, 7.3, 2.8, 4.0])


def codes(estimate):
    return {concern.code for concern in estimate.concerns}


def line(centre):
    """y on a covariate of spread 1 around ``centre``."""
    x = np.linspace(-1.5, 1.5, 30) + centre
    y = 2 + 0.3 * x + np.random.default_rng(3).normal(size=30)
    return compare("linear", {"x": x, "y": y}, formula="y ~ x", estimators=["mle", "map"])


def test_an_intercept_far_from_the_data_is_a_flat_direction():
    """With x̄ = c and spread s the scaled information is [[1, r], [r, 1]] with r = c/√(c² + s²): 1/√(1 − r) SE."""
    far, near = line(1000.0), line(0.0)
    (concern,) = [c for c in far["mle"].concerns if c.code == "flat_direction"]
    x = np.linspace(-1.5, 1.5, 30)
    r = 1000 / np.sqrt(1000**2 + np.mean(x**2))
    assert f"{1 / np.sqrt(1 - r):.2g} times" in concern.detail
    assert "beta[Intercept] − 0.001 beta[x]" in concern.detail or "beta[x] − 1e+03 beta[Intercept]" in concern.detail
    assert "flat_direction" not in codes(near["mle"])


def test_a_map_without_an_inverse_tells_no_direction():
    """A rate of e^−800 does not move any more with its logarithm: there is no information matrix of it."""
    model, one = models.get("exponential"), np.ones(1)
    data = Dataset({"y": np.array([1.0, 2.0]), "event": np.ones(2)})
    problem = of_density(ModelDensity(model, data, priors.resolve(model, {}, data)), 0.0)
    end = NewtonState(-800 * one[None], one, 0 * one[None], -one[None, None], 0 * one[None], 0 * one)
    top = Optima(problem, 0 * one[None], end, one.astype(bool), np.ones(1, dtype=np.intp))
    assert concerns(top, [top]) == [()]


def test_a_combination_is_named_relative_to_its_first_parameter():
    shares = np.array([0.7, -0.7, 0.01])
    assert combination(("a", "b", "c"), np.array([2.0, -1.0, 5.0]), shares) == "a − 0.5 b"


def test_covariates_equal_to_rounding_are_ill_conditioned():
    model = models.get("linear")
    x = np.linspace(0, 1, 20)
    design = np.column_stack([np.ones(20), x, x + 1e-9 * np.sin(9 * x)])
    data = Dataset({"y": x + np.cos(40 * x), "X": design, "offset": np.zeros(20)}, {"term": ("Intercept", "a", "b")})
    made = ModelDensity(model, data, priors.resolve(model, {}, data))
    top = maximise(of_density(made, 0.0), made.coordinates.z(made.start)[None])
    ((concern,),) = concerns(top, [top])
    assert concern.code == "ill_conditioned"
    assert "a" in concern.detail and "b" in concern.detail


def program(name, y):
    model = models.get(name)
    data = filled(model, Dataset({"y": y}))
    return ModelDensity(model, data, priors.resolve(model, {}, data))


def test_the_normal_fits_a_mean_and_not_a_lifetime():
    """The mean of many values is normal; the mean of an exponential lifetime from ten has a heavy right tail."""
    many = program("poisson", np.random.default_rng(1).poisson(50, size=200).astype(float))
    assert laplace_check.pareto_shape(many, maximum_a_posteriori.fit(many), 0) < 0.5
    few = program("weibull", SMALL)
    fitted = maximum_a_posteriori.fit(few)
    assert laplace_check.pareto_shape(few, fitted, 0) > laplace_check.GOOD
    assert "laplace_shape" in codes(fitted)


def test_a_shape_that_cannot_be_estimated_is_told_in_words(monkeypatch):
    """Weights of which one has everything, and the posterior that is the normal: neither has a tail to fit."""
    made = program("poisson", np.full(20, 50.0))
    mode = maximum_a_posteriori.fit(made)
    monkeypatch.setattr(laplace_check, "_log_weights", lambda *of: 1e5 * np.arange(400.0))
    (told,) = laplace_check.concern(laplace_check.pareto_shape(made, mode, 0))
    assert "nan" not in str(told) and "few of 400 draws have all the weight" in str(told)
    monkeypatch.setattr(laplace_check, "_log_weights", lambda *of: np.full(400, -3.0))
    assert laplace_check.concern(laplace_check.pareto_shape(made, mode, 0)) == ()


def test_optimisers_that_return_their_start_are_named(monkeypatch):
    made = program("weibull", SMALL)
    genuine = maximum_a_posteriori.find_map

    def stay(program, theta):
        tree = genuine(program, theta)
        for name, value in program.layout.split(theta).items():
            tree["posterior"][name][...] = value
        return tree

    assert "did_not_move" not in codes(maximum_a_posteriori.fit(made))
    monkeypatch.setattr(maximum_a_posteriori, "find_map", stay)
    assert "did_not_move" in codes(maximum_a_posteriori.fit(made))


class Location(Model):
    """The location of a Cauchy distribution of scale 1: with two clusters of data its likelihood has two modes."""

    name = "location"
    parameters = (Parameter("mu", "μ", real, Prior("Normal", mu=12, sigma=0.3), typical=0.0),)
    columns = (Column("y", number),)

    def log_likelihood(self, theta, data):
        return scipy.stats.cauchy.logpdf(data["y"], theta["mu"])

    def likelihood(self, theta, data):
        import pymc

        return pymc.Cauchy("y", alpha=theta["mu"], beta=1.0, observed=data["y"])


def at(made, power, mu):
    """The optimum that a search from ``mu`` ends in."""
    optimum = maximum(made, power, np.array([mu]))
    point = made.coordinates.theta(optimum.z)
    spread = made.coordinates.covariance(optimum.z, optimum.evaluation.hessian)
    return Estimate(estimator="any", labels=("mu",), point=point, covariance=spread, status=optimum.status)


def test_mle_and_map_on_one_mode_and_on_two():
    """The MLE is among the larger cluster; the prior prefers the smaller one, and a mode is left at the larger."""
    data = Dataset({"y": np.array([-0.5, -0.2, 0.0, 0.1, 0.4, 0.6, 11.8, 12.0, 12.3])})
    wide = {"mu": Prior("Normal", mu=12, sigma=4)}
    made = ModelDensity(Location(), data, priors.resolve(Location(), wide, data))
    mle, near, far = at(made, 0.0, 0.0), at(made, 1.0, 0.0), at(made, 1.0, 12.0)
    assert (mle.status, near.status, far.status) == ("ok", "ok", "ok")
    assert different_modes(made, {"mle": mle, "map": near}) == ()
    (concern,) = different_modes(made, {"mle": mle, "map": far})
    assert concern.code == "different_modes" and "mu: the mode next to the MLE is -" in concern.detail


@pytest.mark.parametrize(("draws", "expected"), [("independent", False), ("a walk", True)])
def test_slow_energy_is_of_concern(draws, expected):
    import arviz_base

    from mle_vs_bayes.estimators.draws_summary import diagnostics, summary

    rng = np.random.default_rng(4)
    energy = rng.normal(size=(4, 500))
    energy = np.cumsum(energy, axis=1) if draws == "a walk" else energy
    stats = {"energy": energy, "diverging": np.zeros((4, 500), dtype=bool)}
    tree = arviz_base.from_dict({"posterior": {"mu": rng.normal(size=(4, 500))}, "sample_stats": stats})
    found = {concern.code for concern in diagnostics(tree, summary(tree))}
    assert ("bfmi" in found) == expected
