"""Users' programs whose maxima lie on kinks, at the end of a support that follows the data, or far from every start."""

import numpy as np
import pymc as pm
import pytest
import scipy

from mle_vs_bayes.estimators import maximum_a_posteriori, maximum_likelihood
from mle_vs_bayes.program.opening import open_program

GENERATOR = np.random.default_rng(3)
X = GENERATOR.normal(size=30)
Y = 1 + 2 * X + GENERATOR.normal(size=30)


def test_a_regression_quantile():
    """The 0.9 quantile is a linear programme. The scale is smooth: the mean loss over √(q (1 − q)), its SE scale/√n."""
    with pm.Model() as program:
        a, b, scale = pm.Normal("a", 0, 10), pm.Normal("b", 0, 10), pm.HalfNormal("scale", 5)
        pm.AsymmetricLaplace("y", mu=a + b * X, b=1 / scale, q=0.9, observed=Y)
    design = np.column_stack([np.ones(30), X])
    cost = np.concatenate([np.zeros(2), np.full(30, 0.9), np.full(30, 0.1)])
    equal = np.hstack([design, np.eye(30), -np.eye(30)])
    bounds = [(None, None)] * 2 + [(0, None)] * 60
    solution = scipy.optimize.linprog(cost, A_eq=equal, b_eq=Y, bounds=bounds)
    found = maximum_likelihood.fit(open_program(program))
    assert found.status == "ok"
    expected = solution.fun / 30 / np.sqrt(0.9 * 0.1)
    np.testing.assert_allclose(found.point, [*solution.x[:2], expected], rtol=1e-9)
    np.testing.assert_allclose(found.se, [np.nan, np.nan, expected / np.sqrt(30)], rtol=1e-6)
    assert "kink" in found.no_error


def test_the_largest_value_is_the_end_of_a_uniform():
    with pm.Model() as program:
        pm.Uniform("y", 0, pm.Pareto("top", alpha=1, m=0.1), observed=np.abs(Y))
    density = open_program(program)
    for found in (maximum_likelihood.fit(density), maximum_a_posteriori.fit(density)):
        assert (found.status, found.covariance) == ("ok", None)
        assert found.point[0] == pytest.approx(np.abs(Y).max(), rel=1e-12)
        assert "boundary" in [concern.code for concern in found.concerns]
        assert "support of the data ends" in found.no_error


@pytest.mark.parametrize("unit", [1.0, 1e6])
def test_both_ends_of_a_uniform_follow_the_data(unit):
    """The likelihood is level along ``low`` until an end meets the data: that is no direction they leave open."""
    with pm.Model() as program:
        low, width = pm.Normal("low", 0, 10 * unit), pm.HalfNormal("width", 10 * unit)
        pm.Uniform("y", low, low + width, observed=unit * Y)
    found = maximum_likelihood.fit(open_program(program))
    assert (found.status, found.covariance) == ("ok", None)
    np.testing.assert_allclose(found.point, [unit * Y.min(), unit * np.ptp(Y)], rtol=1e-10)


def test_what_an_end_does_not_hold_keeps_its_standard_error():
    """A Pareto's shape is n over the sum of logarithms above the least value, its SE shape/√n; from next to the end."""
    y = np.exp(np.abs(Y)) + 0.2
    with pm.Model() as program:
        pm.Pareto("y", pm.HalfNormal("shape", 3), pm.HalfNormal("least", 10), observed=y)
    found = maximum_likelihood.fit(open_program(program))
    shape = 30 / np.sum(np.log(y / y.min()))
    np.testing.assert_allclose(found.point, [shape, y.min()], rtol=1e-9)
    np.testing.assert_allclose(found.se, [shape / np.sqrt(30), np.nan], rtol=1e-6)


@pytest.mark.parametrize("edge", [0, 1])
def test_a_share_may_be_at_its_end(edge):
    """No success, or successes only; the likelihood ends at 1/2 for a prior's sake only, and goes on beyond."""
    for upper, status in ((1, "ok"), (0.5, "divergent" if edge else "ok")):
        with pm.Model() as program:
            pm.Binomial("y", 25, pm.Uniform("p", 0, upper), observed=25 * edge)
        found = maximum_likelihood.fit(open_program(program))
        assert found.status == status
        if status == "ok":
            assert (found.point.tolist(), [c.code for c in found.concerns]) == ([edge], ["boundary"])


def test_a_lasso_s_zeros_are_zero():
    """Under Laplace priors and a known σ the MAP is the lasso's: soft thresholds, one coefficient after the other."""
    design = GENERATOR.normal(size=(30, 3))
    y = design @ np.array([2.0, 0.0, 0.1]) + GENERATOR.normal(size=30)
    with pm.Model() as program:
        pm.Normal("y", pm.math.dot(design, pm.Laplace("beta", 0, 0.1, shape=3)), 1, observed=y)
    beta = np.zeros(3)
    for _ in range(500):
        for j in range(3):
            slope = design[:, j] @ (y - design @ beta + design[:, j] * beta[j])
            beta[j] = np.sign(slope) * max(abs(slope) - 10, 0) / (design[:, j] @ design[:, j])
    found = maximum_a_posteriori.fit(open_program(program))
    np.testing.assert_allclose(found.point, beta, rtol=1e-9)
    assert list(found.point == 0) == list(beta == 0)
    assert 0 < np.sum(beta == 0) < 3
    assert list(np.isnan(found.se)) == list(beta == 0)


def test_starts_differ_in_kind():
    """A share of outliers, and a mean whose prior starts on a plateau of the likelihood, a hundred SD from the data."""
    y = np.append(GENERATOR.normal(100, 1, 20), [60.0, 145.0, 80.0])
    with pm.Model() as program:
        mu, share = pm.Normal("mu", 0, 200), pm.Uniform("share", 0, 0.5)
        components = [pm.Normal.dist(mu, 1), pm.Normal.dist(100, 30)]
        pm.Mixture("y", w=pm.math.stack([1 - share, share]), comp_dists=components, observed=y)
    density = open_program(program)

    def loss(theta):
        parts = (1 - theta[1]) * scipy.stats.norm.pdf(y, theta[0], 1) + theta[1] * scipy.stats.norm.pdf(y, 100, 30)
        return -np.sum(np.log(parts))

    expected = scipy.optimize.minimize(loss, [100, 0.1], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12})
    for fit in (maximum_likelihood.fit, maximum_a_posteriori.fit):
        found = fit(density)
        assert found.status == "ok"
        assert found.point == pytest.approx(expected.x, abs=1e-3 if fit is maximum_a_posteriori.fit else 1e-6)
    assert abs(density.start[0] - 100) > 50
