"""Wald on the transformed scale: closed forms, equivariance, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
import scipy

from mle_vs_bayes import models
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.estimators import exact, maximum_likelihood
from mle_vs_bayes.fit.priors import resolve
from mle_vs_bayes.fit.simulated import filled
from mle_vs_bayes.intervals.interval import IntervalRequest
from mle_vs_bayes.intervals.wald import wald, wald_transformed
from mle_vs_bayes.model.parameter import Function
from mle_vs_bayes.model.support import Above, ordered, ordered_positive, positive, real, simplex, unit
from mle_vs_bayes.models.exponential import Exponential
from mle_vs_bayes.models.normal import Normal
from mle_vs_bayes.models.trunks.stationary import stationary

Z = scipy.stats.norm.ppf(0.975)
DELTA = 1e-6
"""Relative error of a numerical delta method (its step is 1e-3 SE, its error the square of that times curvature)."""
LIFETIMES = Dataset({"y": np.random.default_rng(1).exponential(2.0, size=15)})
HEIGHTS = Dataset({"y": np.random.default_rng(2).normal(3.0, 2.0, size=15)})


def request(model, data, level=0.95):
    """The exact MLE: nothing here depends on an optimiser."""
    data = filled(model, data)
    program = ModelDensity(model, data, resolve(model, {}, data))
    return IntervalRequest(program, exact.fit_mle(program), level)


def computed(model, data, kind=wald_transformed):
    asked = request(model, data)
    return dict(zip(asked.program.quantity_labels, kind(asked), strict=True))


def check(interval, lower, upper, tolerance=1e-12):
    assert interval.status == "ok", interval.reason
    np.testing.assert_allclose([interval.lower, interval.upper], [lower, upper], rtol=tolerance)


def check_rate(found):
    """log r̂ has standard error 1/√events whatever the rate."""
    rate, half = 1 / LIFETIMES["y"].mean(), Z / np.sqrt(LIFETIMES.n)
    check(found["rate"], rate * np.exp(-half), rate * np.exp(half))


def test_rate_and_its_mean_are_one_interval():
    found = computed(Exponential(), LIFETIMES)
    check_rate(found)
    check(found["mean"], 1 / found["rate"].upper, 1 / found["rate"].lower, DELTA)


def test_mutant_without_the_jacobian_is_caught(monkeypatch):
    asked = request(Exponential(), LIFETIMES)
    monkeypatch.setattr(Above, "slope", lambda self, u: np.ones_like(u))
    with pytest.raises(AssertionError):
        check_rate(dict(zip(asked.program.quantity_labels, wald_transformed(asked), strict=True)))


def test_probability_on_the_log_odds_and_odds_on_the_log_are_one_interval():
    found = computed(models.get("bernoulli"), Dataset({"y": np.array([7.0]), "trials": np.array([9.0])}))
    ends = scipy.special.logit(7 / 9) + np.array([-1, 1]) * Z / np.sqrt(9 * (7 / 9) * (2 / 9))
    check(found["p"], *scipy.special.expit(ends))
    check(found["odds"], *np.exp(ends), DELTA)


def test_real_parameter_has_the_plain_interval():
    plain, found = computed(Normal(), HEIGHTS, wald), computed(Normal(), HEIGHTS)
    check(found["mu"], plain["mu"].lower, plain["mu"].upper)
    sigma, half = HEIGHTS["y"].std(), Z / np.sqrt(2 * HEIGHTS.n)
    check(found["sigma"], sigma * np.exp(-half), sigma * np.exp(half))
    check(found["variance"], found["sigma"].lower ** 2, found["sigma"].upper ** 2, DELTA)


def test_small_samples_stay_inside_the_support():
    data = Dataset({"y": np.array([1.0]), "trials": np.array([3.0])})
    bernoulli = models.get("bernoulli")
    plain, found = computed(bernoulli, data, wald)["p"], computed(bernoulli, data)["p"]
    assert plain.lower < 0 < found.lower < found.upper < 1


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_units_do_not_matter(factor):
    one, other = computed(Exponential(), LIFETIMES), computed(Exponential(), Dataset({"y": factor * LIFETIMES["y"]}))
    check(other["rate"], one["rate"].lower / factor, one["rate"].upper / factor, 1e-10)


class Declared(Exponential):
    """Two quantities that are positive at the estimate: nobody has said so of the first, and of the second wrongly."""

    functions = (
        Function("undeclared", lambda theta: 1 / theta["rate"]),
        replace(models.get("exponential").functions[0], name="negative", of=lambda theta: -theta["rate"]),
    )


def test_undeclared_quantity_is_taken_for_real_whatever_its_sign():
    plain, found = computed(Declared(), LIFETIMES, wald), computed(Declared(), LIFETIMES)
    check(found["undeclared"], plain["undeclared"].lower, plain["undeclared"].upper)


def test_estimate_outside_its_declared_support_is_refused():
    found = computed(Declared(), LIFETIMES)["negative"]
    assert (found.status, found.lower) == ("not_applicable", None)
    assert "positive" in found.reason


def test_no_standard_error_no_interval():
    asked = request(Normal(), HEIGHTS)
    without = wald_transformed(replace(asked, estimate=replace(asked.estimate, covariance=None)))
    assert {interval.status for interval in without} == {"not_applicable"}
    edge = replace(asked.estimate, covariance=np.full((2, 2), np.nan))
    assert {i.status for i in wald_transformed(replace(asked, estimate=edge))} == {"not_applicable"}


@pytest.mark.parametrize(("support", "of_one"), [(ordered, real), (ordered_positive, positive), (simplex, unit)])
def test_an_element_of_a_vector_has_the_support_of_its_values(support, of_one):
    assert [support.element(place, 3) for place in range(3)] == [of_one] * 3


@pytest.mark.parametrize("root", [1 / 0.998, -1 / 0.998])
@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_coefficients_of_a_stationary_series_come_near_to_their_ends_and_not_beyond(order, root):
    """1 − φ[1] z − … = (1 − z/root)^p: with every root near 1 or −1 each coefficient is near to one of its ends."""
    phi = -np.poly([1 / root] * order)[1:]
    assert stationary.contains(phi)
    for place, value in enumerate(phi):
        end = stationary.element(place, order)
        assert end.contains(value)
        assert abs(value) > 0.99 * end.upper
        assert end.lower == -end.upper


def test_the_interval_of_a_share_of_the_last_value_stays_below_1():
    """A short series that is nearly a random walk: symmetric on the model scale the interval passes 1."""
    y = np.cumsum(np.random.default_rng(3).normal(size=12))
    data = Dataset({"y": y - y.mean()})
    model = models.get("autoregressive")
    program = ModelDensity(model, data, resolve(model, {}, data))
    estimate = maximum_likelihood.fit(program)
    place = program.quantity_labels.index("phi[1]")
    plain, found = (kind(IntervalRequest(program, estimate, 0.95))[place] for kind in (wald, wald_transformed))
    assert plain.upper > 1
    assert -1 < found.lower < estimate.point[place] < found.upper < 1
