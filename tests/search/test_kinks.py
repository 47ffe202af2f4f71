"""Maxima on kinks and where a support ends: against linear programmes, coordinate descent and formulas."""

import numpy as np
import pytest
import scipy

from mle_vs_bayes import models
from mle_vs_bayes.fit.simulated import simulated
from mle_vs_bayes.search.kinks.corner_search import corner_search, find_corner
from mle_vs_bayes.search.kinks.evaluation import run
from mle_vs_bayes.search.problem import of_density

from ..agreement.checks import program

GENERATOR = np.random.default_rng(12)
X = GENERATOR.normal(size=41)
Y = 1 + 2 * X + GENERATOR.standard_t(3, size=41)
DESIGN = np.column_stack([np.ones(41), X])


def laplace(design, y, q=0.5):
    """Asymmetric Laplace errors: coefficients and the logarithm of a scale."""

    def evaluate(z):
        residual, scale = y - design @ z[:-1], np.exp(z[-1])
        weight = np.where(residual > 0, q, np.where(residual < 0, q - 1, 0.0))
        loss, slope = weight @ residual, design.T @ weight
        hessian = np.zeros((len(z), len(z)))
        hessian[:-1, -1] = hessian[-1, :-1] = -slope / scale
        hessian[-1, -1] = -loss / scale
        return -loss / scale - len(y) * z[-1], np.append(slope, loss - len(y) * scale) / scale, hessian

    return evaluate


def by_linear_programme(design, y, q):
    """min Σ q u + (1 − q) v with y = Xβ + u − v and u, v ≥ 0 (Koenker 2005, Quantile Regression)."""
    n, k = design.shape
    cost = np.concatenate([np.zeros(k), np.full(n, q), np.full(n, 1 - q)])
    bounds = [(None, None)] * k + [(0, None)] * 2 * n
    return scipy.optimize.linprog(cost, A_eq=np.hstack([design, np.eye(n), -np.eye(n)]), b_eq=y, bounds=bounds)


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("q", [0.5, 0.9])
def test_a_regression_quantile_is_the_linear_programme_s(q, unit):
    """In any unit. A mutant's coefficients, which are not on two of the points, are no corner."""
    corner = find_corner(laplace(DESIGN, unit * Y, q), np.array([0.0, 0.0, np.log(unit)]))
    solution = by_linear_programme(DESIGN, Y, q)
    np.testing.assert_allclose(corner.z[:2], unit * solution.x[:2], rtol=1e-9)
    assert np.exp(corner.z[2]) == pytest.approx(unit * solution.fun / len(Y), rel=1e-9)
    assert np.sum(np.abs(unit * Y - DESIGN @ corner.z[:2]) < 1e-12 * unit) == 2
    assert corner.jumps.shape == (3, 2)
    assert np.sum(np.abs(unit * Y - DESIGN @ (corner.z[:2] + 1e-9 * unit)) < 1e-12 * unit) == 0


def hyperplanes(seed):
    """Forty points in four coefficients, and three starts: at least squares, at the median, anywhere."""
    generator = np.random.default_rng(seed)
    design = np.column_stack([np.ones(40), generator.standard_normal((40, 3))])
    y = design @ [1.0, 0.5, 0.0, 0.0] + generator.laplace(size=40)
    least = np.linalg.lstsq(design, y, rcond=None)[0]
    starts = least, np.array([np.median(y), 0, 0, 0]), generator.standard_normal(4)
    return design, y, [np.append(start, 0.0) for start in starts]


@pytest.mark.parametrize("seed", range(5))
def test_four_coefficients_are_the_linear_programme_s_from_every_start(seed):
    """Kinks that were left by 1e-6, as each line once did, ended two climbs of three before the maximum."""
    design, y, starts = hyperplanes(seed)
    solution = by_linear_programme(design, y, 0.5).x[:4]
    for start in starts:
        np.testing.assert_allclose(find_corner(laplace(design, y), start).z[:4], solution, rtol=0, atol=1e-9)


def test_climbs_side_by_side_end_as_each_alone():
    """And ask for the densities no more often than the longest of them does."""
    cases = [hyperplanes(seed) for seed in range(3)]
    densities = [laplace(design, y) for design, y, _ in cases]
    calls = []

    def evaluate(z, index):
        calls.append(set(index.tolist()))
        each = [densities[i](point) for point, i in zip(z, index, strict=True)]
        values, gradients, hessians = zip(*each, strict=True)
        return np.array(values), np.array(gradients), np.array(hessians)

    corners = run({i: corner_search(starts[0]) for i, (*_, starts) in enumerate(cases)}, evaluate, 10_000)
    for i, (*_, starts) in enumerate(cases):
        np.testing.assert_array_equal(corners[i].z, find_corner(densities[i], starts[0]).z)
    assert len(calls) == max(sum(i in each for each in calls) for i in range(3))


LASSO_PRIOR = {"beta": "Laplace(0, 1)"}


@pytest.mark.parametrize(
    ("text", "options", "priors", "power", "kinked"),
    [
        ("logistic", {}, {"beta": "jeffreys"}, 1.0, False),
        ("logistic", {}, LASSO_PRIOR, 1.0, True),
        ("logistic", {}, LASSO_PRIOR, 0.0, False),
        ("laplace", {}, {}, 0.0, True),
        ("laplace", {"formula": "y ~ x1"}, {}, 0.0, True),
        ("laplace", {"fix": {"b": 1.0}}, {}, 0.0, True),
        ("uniform", {}, {}, 0.0, True),
    ],
)
def test_only_what_has_kinks_is_searched_for_them(text, options, priors, power, kinked):
    model = models.specified(text, **options)
    assert of_density(program(model, simulated(model, 12, {}, 0)[0], priors), power).kinked is kinked


@pytest.mark.parametrize("start", [-3.0, 0.0, 0.26, 1e3])
@pytest.mark.parametrize("count", [40, 41])
def test_a_median_is_the_middle(count, start):
    """Of an even number the middle of the stretch on which the density is level, which says so."""
    corner = find_corner(laplace(np.ones((count, 1)), Y[:count]), np.array([start, 0.0]))
    assert corner.z[0] == pytest.approx(np.median(Y[:count]), rel=1e-12)
    assert corner.level == (count == 40)


def uniform(z):
    """On mu ± exp(z): two ends, both of which the data touch."""
    if np.any(np.abs(Y - z[0]) > np.exp(z[1])):
        return -np.inf, np.zeros(2), np.zeros((2, 2))
    return -len(Y) * z[1], np.array([0.0, -len(Y)]), np.zeros((2, 2))


def shifted(z):
    """Exponential above z₀: one end, and a rate that is smooth."""
    if Y.min() < z[0]:
        return -np.inf, np.zeros(2), np.zeros((2, 2))
    rate, total = np.exp(z[1]), np.sum(Y - z[0])
    gradient = np.array([len(Y) * rate, len(Y) - rate * total])
    hessian = np.array([[0.0, len(Y) * rate], [len(Y) * rate, -rate * total]])
    return len(Y) * z[1] - rate * total, gradient, hessian


def test_ends_of_a_support_hold_the_maximum():
    both = find_corner(uniform, np.array([0.3, 4.0]))
    expected = (Y.max() + Y.min()) / 2, (Y.max() - Y.min()) / 2
    assert (both.z[0], np.exp(both.z[1])) == pytest.approx(expected, rel=1e-10)
    one = find_corner(shifted, np.array([Y.min() - 3, 0.0]))
    assert (one.z[0], np.exp(one.z[1])) == pytest.approx((Y.min(), 1 / np.mean(Y - Y.min())), rel=1e-9)
    assert [corner.walls.sum() for corner in (both, one)] == [2, 1]


LASSO = GENERATOR.normal(size=(50, 6))
RESPONSE = LASSO @ np.array([2.0, 0.0, 0.0, 1.5, 0.0, 0.3]) + GENERATOR.normal(size=50)


def lasso(penalty):
    def evaluate(z):
        residual = RESPONSE - LASSO @ z
        value = -residual @ residual / 2 - penalty * np.abs(z).sum()
        return value, LASSO.T @ residual - penalty * np.sign(z), -LASSO.T @ LASSO

    return evaluate


def coordinate_descent(penalty):
    """Soft thresholds one after the other (Friedman, Hastie & Tibshirani 2010, J. Stat. Softw. 33(1), 1–22)."""
    beta = np.zeros(6)
    for _ in range(2000):
        for j in range(6):
            slope = LASSO[:, j] @ (RESPONSE - LASSO @ beta + LASSO[:, j] * beta[j])
            beta[j] = np.sign(slope) * max(abs(slope) - penalty, 0) / (LASSO[:, j] @ LASSO[:, j])
    return beta


@pytest.mark.parametrize("start", [np.zeros(6), np.full(6, 0.7)], ids=["at zero", "away"])
def test_a_lasso_has_the_zeros_of_coordinate_descent(start):
    expected = coordinate_descent(20.0)
    corner = find_corner(lasso(20.0), start)
    np.testing.assert_allclose(corner.z, expected, rtol=0, atol=1e-12)
    assert corner.jumps.shape[1] == np.sum(expected == 0) > 1
    assert np.max(np.abs(corner.z - coordinate_descent(20.01))) > 1e-6


def test_what_is_smooth_or_has_no_maximum_is_left_to_others():
    """A quadratic; a kink that rises for ever on both sides; a ridge with no end."""

    def quadratic(z):
        return -z @ z / 2, -z, -np.eye(2)

    def valley(z):
        return np.abs(z).sum(), np.sign(z), np.zeros((2, 2))

    def ridge(z):
        return z[1] - abs(z[0]), np.array([-np.sign(z[0]), 1.0]), np.zeros((2, 2))

    assert [find_corner(f, np.array([0.3, 0.4])) for f in (quadratic, valley, ridge)] == [None, None, None]
