"""What the sampler calls is the sum of the single models' log posteriors, with its gradient, whatever was done to it.

Checks stripped, guards taken out, constants hoisted, products unrolled, rows condensed, a replicate axis, one flat
array of numbers: PyMC's own `compile_logp` and `compile_dlogp` of each data set know nothing of these.
"""

import ctypes

import numpy as np
import pytest

from mle_vs_bayes import models
from mle_vs_bayes.density import pymc_model
from mle_vs_bayes.fit.replicates.batch_fit import starts
from mle_vs_bayes.fit.replicates.stacking import sorted_out, stacked
from mle_vs_bayes.sampling import NOWHERE
from mle_vs_bayes.sampling.batch_posterior import Posteriors
from mle_vs_bayes.sampling.c_callbacks import of_density

from ..fit.checks import datasets
from ..model.cases import SAMPLED

COUNT, ROWS, POINTS = 3, 30, 4
SAME = 1e-9
"""Relative to the largest number in a sum: rounding errors of some hundred terms."""


def problem(name, count=COUNT):
    model = models.get(name)
    members, _ = sorted_out(model, datasets(name, count, ROWS), {})
    stack = stacked(model, members)
    return Posteriors(stack, starts(stack, members)), members


def called(posteriors, u, change=lambda inputs: inputs):
    """Value and gradient ``(R f,)`` through the C callback, as nutpie would."""
    inputs = change(posteriors.density.prepare(posteriors.stack.inputs))
    target = posteriors.density.target(inputs, posteriors.whitening.centre, posteriors.whitening.root)
    header = target.header
    gradient, value, u = np.zeros(len(u)), np.zeros(1), np.ascontiguousarray(u)
    pointer = ctypes.POINTER(ctypes.c_double)
    arrays = [each.ctypes.data_as(pointer) for each in (u, gradient, value)]
    code = of_density().ctypes(len(u), *arrays, header.ctypes.data_as(ctypes.POINTER(ctypes.c_int64)))
    assert code == 0
    return value[0], gradient


def alone(model, member):
    """PyMC's log posterior of one data set as given, and its gradient, as functions of z ``(f,)``."""
    program = member.program(model)
    one = pymc_model.build(model, program.layout, program.data, program.priors, {})
    variables = [one[p.name] for p in model.parameters]
    ordered = [one.rvs_to_values[variable] for variable in variables]
    logp = one.compile_logp(jacobian=True, mode="FAST_COMPILE")
    dlogp = one.compile_dlogp(vars=variables, jacobian=True, mode="FAST_COMPILE")

    def point(z):
        parts = [z[program.layout.free_slices[p.name]] for p in model.parameters]
        return {v.name: part if v.ndim else part[0] for v, part in zip(ordered, parts, strict=True)}

    return lambda z: float(logp(point(z))), lambda z: np.asarray(dlogp(point(z)))


def check_same(posteriors, members, call):
    model, (count, size) = posteriors.stack.program.model, posteriors.whitening.centre.shape
    singles = [alone(model, member) for member in members]
    rng = np.random.default_rng(2)
    points = [np.zeros(count * size), *rng.standard_normal((POINTS, count * size))]
    zs = [posteriors.space.z(u.reshape(1, count, size), np.arange(count))[0] for u in points]
    ours = [call(u) for u in points]
    theirs = [[logp(z[r]) for r, (logp, _) in enumerate(singles)] for z in zs]
    for place in range(1, len(points)):  # a condensed likelihood lacks a number without parameters
        expected, size_of = np.sum(theirs[place]) - np.sum(theirs[0]), 1 + np.abs(theirs[place]).max()
        assert abs(ours[place][0] - ours[0][0] - expected) <= SAME * size_of
    for (_, gradient), z in zip(ours, zs, strict=True):
        expected = np.concatenate(
            [posteriors.whitening.root[r].T @ slope(z[r]) for r, (_, slope) in enumerate(singles)]
        )
        np.testing.assert_allclose(gradient, expected, rtol=SAME, atol=SAME * (1 + np.abs(expected).max()))


@pytest.mark.parametrize("name", SAMPLED)
def test_joint_density_is_the_sum_of_the_single_ones(name):
    posteriors, members = problem(name)
    assert posteriors.whitening.has_mode.all()
    check_same(posteriors, members, lambda u: called(posteriors, u))


@pytest.mark.parametrize("name", ["weibull", "logistic", "linear", "random_intercept"])
def test_density_of_one_data_set_without_an_axis_of_replicates(name):
    posteriors, members = problem(name, count=1)
    check_same(posteriors, members, lambda u: called(posteriors, u))


@pytest.mark.parametrize("name", ["weibull", "logistic", "student_t"])
def test_one_data_set_is_standardised_by_differences_as_by_its_hessian(name):
    posteriors, _ = problem(name, count=1)
    _, gradient, hessian = posteriors.space.derivatives(posteriors.whitening.centre, posteriors.stack.inputs)
    root = posteriors.whitening.root[0]
    np.testing.assert_allclose(root.T @ gradient[0], 0.0, atol=1e-5)  # in standard errors
    np.testing.assert_allclose(root.T @ -hessian[0] @ root, np.eye(len(root)), atol=1e-5)


def test_mutant_two_data_sets_swapped():
    posteriors, members = problem("weibull")

    def swap(inputs):
        several = posteriors.density.stacked
        return {name: values[[1, 0, 2]] if name in several else values for name, values in inputs.items()}

    with pytest.raises(AssertionError):
        check_same(posteriors, members, lambda u: called(posteriors, u, swap))


def test_mutant_jacobian_dropped():
    posteriors, members = problem("exponential")

    def without(u):
        value, gradient = called(posteriors, u)
        root = posteriors.whitening.root.ravel()
        return value - float(root @ u), gradient - root  # z = log rate is its own log-Jacobian

    with pytest.raises(AssertionError):
        check_same(posteriors, members, without)


def test_a_point_off_the_support_is_no_number_for_the_sampler():
    posteriors, _ = problem("weibull")
    value, gradient = called(posteriors, np.full(COUNT * 2, 1e6))
    assert value == NOWHERE
    assert not gradient.any()


def test_a_divergence_is_put_down_to_the_replicate_that_fell():
    posteriors, _ = problem("weibull")
    start = np.zeros(2 * COUNT)
    end = start.copy()
    end[2] = 1e6
    np.testing.assert_array_equal(posteriors._blame([(start, end)], np.arange(COUNT)), [0, 1, 0])
    np.testing.assert_array_equal(posteriors._blame([(np.zeros(0), np.zeros(0))], np.arange(COUNT)), [1, 1, 1])
