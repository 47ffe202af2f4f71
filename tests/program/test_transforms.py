"""Supports read from PyMC's transforms: there and back, derivatives against differences, volumes against PyMC's."""

import numpy as np
import pymc as pm
import pytest
from pymc.distributions import transforms

from mle_vs_bayes.program.graphs.supports import Between, support_of

KINDS = {
    "none": lambda: pm.Normal("x"),
    "log": lambda: pm.HalfNormal("x", shape=3),
    "log odds": lambda: pm.Beta("x", 2, 2, shape=2),
    "interval": lambda: pm.Uniform("x", -1, 3, shape=2),
    "above": lambda: pm.TruncatedNormal("x", 0, 1, lower=-1),
    "below": lambda: pm.TruncatedNormal("x", 0, 1, upper=1),
    "interval by element": lambda: pm.Uniform("x", np.array([0.0, 1]), np.array([3.0, 5]), shape=2),
    "simplex": lambda: pm.Dirichlet("x", np.ones(3)),
    "simplexes": lambda: pm.Dirichlet("x", np.ones(3), shape=(2, 3)),
    "rising": lambda: pm.Normal("x", shape=3, transform=transforms.ordered),
    "zero sum": lambda: pm.ZeroSumNormal("x", shape=4),
    "circular": lambda: pm.VonMises("x", 0, 1),
    "Cholesky": lambda: pm.LKJCholeskyCov("x", n=3, eta=2, sd_dist=pm.HalfNormal.dist(1, shape=3), compute_corr=False),
    "correlations": lambda: pm.LKJCorr("x", n=3, eta=2),
    "chained": lambda: pm.Normal(
        "x", shape=2, transform=transforms.Chain([transforms.Interval(0, None), transforms.ordered])
    ),
    "log exp m1": lambda: pm.Normal("x", transform=transforms.log_exp_m1),
}
SIZES = {"simplex": 2, "simplexes": 4, "zero sum": 3, "Cholesky": 6, "correlations": 3, "log": 3, "rising": 3}
STEP = 1e-5


def made(kind):
    with pm.Model() as model:
        KINDS[kind]()
    rv = model["x"]
    shape = tuple(rv.shape.eval())
    support = support_of(model, rv, shape)
    size = support.free(int(np.prod(shape)))
    return support, 0.5 * np.random.default_rng(3).standard_normal(size)


def differences(of, u):
    steps = STEP * np.eye(len(u))
    return np.stack([(of(u + step) - of(u - step)) / (2 * STEP) for step in steps], axis=-1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_support_is_a_map_with_its_derivatives(kind):
    support, u = made(kind)
    assert len(u) == SIZES.get(kind, len(u))
    theta = support.constrain(u)
    assert support.contains(theta)
    ends = [support.element(place, len(theta)) for place in range(len(theta))]
    assert all(each.elementwise and each.lower <= value <= each.upper for each, value in zip(ends, theta, strict=True))
    assert support.unconstrain(theta) == pytest.approx(u, abs=1e-10)
    jacobian = support.jacobian(u)
    # Central differences err by the third derivative times the step's square, and by rounding over the step.
    assert differences(support.constrain, u) == pytest.approx(jacobian, abs=1e-9 * max(1, np.abs(jacobian).max()))
    gradient = np.random.default_rng(4).standard_normal(len(theta))
    bend = differences(lambda at: support.jacobian(at).T @ gradient, u)
    assert support.curvature(u, gradient) == pytest.approx(bend, abs=1e-8)


@pytest.mark.parametrize("kind", ["Cholesky", "correlations", "chained", "interval by element", "simplexes"])
def test_a_volume_has_its_gradient(kind):
    support, u = made(kind)
    value, gradient = support.log_volume(u)
    assert np.isfinite(value)
    assert differences(lambda at: np.atleast_1d(support.log_volume(at)[0]), u)[0] == pytest.approx(gradient, abs=1e-8)


def test_mutant_slope_without_its_width_fails(monkeypatch):
    monkeypatch.setattr(Between, "slope", lambda self, u: 1 / (2 + np.exp(u) + np.exp(-u)))
    with pytest.raises(AssertionError):
        test_a_support_is_a_map_with_its_derivatives("interval")


@pytest.mark.parametrize(
    ("kind", "ends"),
    [("interval by element", [(0, 3), (1, 5)]), ("correlations", [(-1, 1)] * 9), ("simplex", [(0, 1)] * 3)],
)
def test_each_element_has_its_own_ends(kind, ends):
    support, _ = made(kind)
    found = [support.element(place, len(ends)) for place in range(len(ends))]
    assert [(each.lower, each.upper) for each in found] == ends
