"""Highest-density intervals: the shortest with their share, from draws and exactly."""

import numpy as np
import pytest
import scipy
import xarray

from mle_vs_bayes import models
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.estimators.estimate import Estimate
from mle_vs_bayes.estimators.exact import ExactPosteriors
from mle_vs_bayes.intervals.credible import equal_tailed, highest_density, shortest, shortest_of_exact
from mle_vs_bayes.intervals.interval import IntervalRequest
from mle_vs_bayes.model.moments import Missing

LEVEL = 0.9
EXACT = {
    "gamma": scipy.stats.gamma(3, scale=2),
    "beta": scipy.stats.beta(2.5, 7),
    "normal": scipy.stats.norm(1, 2),
    "t": scipy.stats.t(4, loc=-1),
    "inverse gamma": scipy.stats.invgamma(3, scale=5),
    "falling": scipy.stats.expon(scale=2),
    "falling from infinity": scipy.stats.gamma(0.5),
    "rising": scipy.stats.beta(3, 1),
}


def request(estimate, name="exponential"):
    data = Dataset({"y": np.array([1.0, 2.0, 3.0]), "event": np.ones(3)})
    return IntervalRequest(ModelDensity(models.get(name), data, {}), estimate, LEVEL)


def check_shortest(distribution, ends):
    """The right share, and no interval of that share is shorter: those starting at 10,001 other places are not."""
    assert abs(np.diff(distribution.cdf(ends))[0] - LEVEL) <= 1e-10
    below = np.linspace(0, 1 - LEVEL, 10_001)
    lengths = distribution.ppf(below + LEVEL) - distribution.ppf(below)
    assert ends[1] - ends[0] <= lengths.min() * (1 + 1e-9), f"one is shorter by {ends[1] - ends[0] - lengths.min():.3g}"


@pytest.mark.parametrize("distribution", EXACT.values(), ids=EXACT)
def test_exact_is_the_shortest(distribution):
    check_shortest(distribution, np.concatenate(shortest(distribution, LEVEL)))


def test_several_at_once_are_each_the_shortest():
    """Of shapes that have their highest density inside, at 0, and at 0 where it is infinite."""
    shapes = np.array([2.0, 1.0, 0.5, 40.0])
    for shape, *ends in zip(shapes, *shortest(scipy.stats.gamma(shapes), LEVEL, len(shapes)), strict=True):
        check_shortest(scipy.stats.gamma(shape), np.array(ends))


def test_mutant_equal_tails_are_not_the_shortest():
    with pytest.raises(AssertionError, match="one is shorter"):
        check_shortest(EXACT["gamma"], EXACT["gamma"].interval(LEVEL))


def test_ends_inside_have_equal_densities_and_edges_are_met_exactly():
    (lower,), (upper,) = shortest(EXACT["gamma"], LEVEL)
    np.testing.assert_allclose(*EXACT["gamma"].pdf([lower, upper]), rtol=1e-10)
    assert shortest(EXACT["falling"], LEVEL) == (0.0, pytest.approx(2 * np.log(10), rel=1e-12))
    assert shortest(EXACT["rising"], LEVEL) == (pytest.approx(0.1 ** (1 / 3), rel=1e-12), 1.0)


def test_symmetric_posteriors_have_equal_tails():
    np.testing.assert_allclose(np.concatenate(shortest(EXACT["t"], LEVEL)), EXACT["t"].interval(LEVEL), rtol=1e-8)


def test_exact_posterior_has_one_where_its_distribution_is_known():
    known = ExactPosteriors(("rate", "mean"), [{"rate": EXACT["gamma"]}], [(Missing(), Missing())])
    estimate = Estimate(estimator="posterior_exact", labels=("rate",), point=np.array([6.0]), exact=known)
    rate, mean = highest_density(request(estimate))
    assert (rate.lower, rate.upper) == shortest(EXACT["gamma"], LEVEL)
    assert (mean.status, mean.lower) == ("not_applicable", None)
    assert "no exact posterior of mean" in mean.reason


def test_draws_give_the_shortest_span_of_their_share():
    """Each quantity its own: the interval of 1/rate is not the reciprocal one."""
    rate = EXACT["gamma"].rvs(size=(4, 500), random_state=np.random.default_rng(5))
    draws = {"rate": (("chain", "draw"), rate), "mean": (("chain", "draw"), 1 / rate)}
    tree = xarray.DataTree.from_dict({"posterior": xarray.Dataset(draws)})
    asked = request(Estimate(estimator="posterior", labels=("rate",), point=np.array([rate.mean()]), tree=tree))
    found = highest_density(asked)
    for interval, values in zip(found, (rate, 1 / rate), strict=True):
        ordered = np.sort(values.ravel())
        held = int(np.floor(LEVEL * len(ordered)))
        spans = ordered[held:] - ordered[: len(ordered) - held]
        first = int(np.argmin(spans))
        assert (interval.lower, interval.upper) == (ordered[first], ordered[first + held])
    tails = equal_tailed(asked)
    assert all(h.upper - h.lower < e.upper - e.lower for h, e in zip(found, tails, strict=True))
    assert abs(found[1].lower - 1 / found[0].upper) > 0.01


def test_exact_posteriors_of_one_family_are_taken_together():
    """Each has the ends that it has alone, whatever families there are and however their parameters are written."""
    formulas = [EXACT["gamma"], scipy.stats.gamma(0.5), EXACT["t"], scipy.stats.gamma(3, scale=2.0)]
    formulas += [scipy.stats.gamma(5, scale=0.1), EXACT["beta"]]
    none = (Missing(),)
    together = ExactPosteriors(("rate",), [{"rate": each} for each in formulas], [none] * len(formulas))
    assert sum(1 for _ in together.of_quantity(0)) < len(formulas)
    for each, *ends in zip(formulas, *(end[:, 0] for end in shortest_of_exact(together, LEVEL)), strict=True):
        np.testing.assert_allclose(ends, np.concatenate(shortest(each, LEVEL)), rtol=1e-8, atol=1e-12)
