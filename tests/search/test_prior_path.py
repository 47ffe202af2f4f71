"""The road from MLE to MAP and beyond, and the mode on the unconstrained scale, against closed forms."""

from itertools import pairwise

import numpy as np
import pytest
import scipy

from mle_vs_bayes import models
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.estimators import maximum_a_posteriori, maximum_likelihood, unconstrained_mode
from mle_vs_bayes.model.support import nonnegative, ordered, positive, real, simplex, unit
from mle_vs_bayes.search import prior_path
from mle_vs_bayes.search.problem import of_density

from ..agreement.checks import OPTIMUM, close, derivative, program
from ..model.cases import case

SHAPE, RATE = 3.0, 2.0
LIFETIMES = np.array([0.4, 1.9, 0.7, 3.1, 0.2])


def exponential(shape=SHAPE, rate=RATE):
    """n = 5 lifetimes of 6.3 in all under Gamma(shape, rate): the mode at power α is (n + α(a − 1))/(T + αb)."""
    data = Dataset({"y": LIFETIMES, "event": np.ones(len(LIFETIMES))})
    return program(models.get("exponential"), data, {"rate": f"Gamma({shape}, {rate})"})


@pytest.fixture(scope="module")
def gamma():
    return exponential()


@pytest.fixture(scope="module")
def coin():
    """6 of 9 under a flat prior."""
    data = Dataset({"y": np.array([6.0]), "trials": np.array([9.0])})
    return program(models.get("bernoulli"), data, {"p": "Uniform(0, 1)"})


def test_powers_go_from_0_to_4_by_way_of_1():
    assert prior_path.POWERS[0] == 0
    assert 1.0 in prior_path.POWERS
    assert prior_path.POWERS[-1] == 4
    assert np.all(np.diff(prior_path.POWERS) > 0)


def test_path_of_an_exponential_rate_is_the_closed_form(gamma):
    steps = prior_path.path(gamma)
    assert [step.power for step in steps] == list(prior_path.POWERS)
    n, time = len(LIFETIMES), LIFETIMES.sum()
    for step in steps:
        count, total = n + step.power * (SHAPE - 1), time + step.power * RATE
        assert step.status == "ok"
        # Newton's last step leaves rounding only.
        assert step.point[0] == pytest.approx(count / total, rel=1e-12)
        assert step.slope[0] == pytest.approx((SHAPE - 1) / total - count * RATE / total**2, rel=1e-10)


@pytest.mark.parametrize("name", ["normal", "logistic"])
def test_path_begins_at_the_mle_and_passes_the_map(name):
    made = case(name, "plain", 40)
    first, second = prior_path.path(made, (1.0, 0.0))  # in any order
    assert (first.power, second.power) == (0.0, 1.0)
    for step, estimate in ((first, maximum_likelihood.fit(made)), (second, maximum_a_posteriori.fit(made))):
        assert np.max(np.abs(step.point - estimate.point) / estimate.se) <= OPTIMUM
        assert step.gradient <= OPTIMUM


def test_slope_is_the_derivative_of_the_path():
    """Central differences with h = 1e-3 err by h²/6 of the third derivative, which is of the size of the slope."""
    made = case("logistic", "plain", 40)
    below, here, above = prior_path.path(made, (1 - 1e-3, 1.0, 1 + 1e-3))
    difference = (above.point - below.point) / 2e-3
    np.testing.assert_allclose(difference, here.slope, rtol=0, atol=1e-5 * np.abs(here.slope).max())


def test_each_power_has_its_own_status():
    """Separated: no MLE, but a mode at every other power. Gamma(0.2, ·): no mode from n/(1 − a) = 6.25 on."""
    columns = {"y": np.repeat([0.0, 1.0], 3), "trials": np.ones(6), "offset": np.zeros(6)}
    separated = Dataset({**columns, "X": np.column_stack([np.ones(6), np.arange(6.0)])}, {"term": ("Intercept", "x1")})
    steps = prior_path.path(program(models.get("logistic"), separated), (0.0, 0.01, 1.0, 4.0))
    assert [step.status for step in steps] == ["divergent", "ok", "ok", "ok"]
    assert steps[0].reason.startswith("beta[x1] runs off")
    assert np.all(np.isnan(steps[0].point))
    assert [step.point[1] for step in steps[1:]] == sorted((step.point[1] for step in steps[1:]), reverse=True)
    *_, before, after = prior_path.path(exponential(0.2, 1.0), (0.0, 6.0, 7.0))
    assert before.point[0] == pytest.approx((5 - 0.8 * 6) / (6.3 + 6), rel=1e-9)
    assert (after.status, after.reason) == ("divergent", "rate runs to 0")


# The unconstrained scale.


def check_unconstrained(found, expected):
    assert found == pytest.approx(expected, rel=1e-9), f"the mode is at {found:.6g}, not {expected:.6g}"


def test_unconstrained_mode_of_a_rate_is_the_posterior_mean(gamma):
    (step,) = prior_path.path(gamma, (1.0,))
    found = unconstrained_mode.mode(gamma, step.point)
    assert (found.status, found.scale) == ("ok", "unconstrained")
    n = len(LIFETIMES)
    assert found.point[0] / step.point[0] == pytest.approx((n + SHAPE) / (n + SHAPE - 1), rel=1e-12)
    check_unconstrained(found.point[0], (n + SHAPE) / (LIFETIMES.sum() + RATE))
    # log λ has information n + a at its mode.
    assert found.se[0] == pytest.approx((n + SHAPE) ** -0.5, rel=1e-9)


@pytest.mark.parametrize(("mutant", "share"), [(0.0, 6 / 9), (-1.0, 5 / 7)], ids=["dropped", "wrong sign"])
def test_jacobian_is_there_with_the_right_sign(coin, monkeypatch, mutant, share):
    """With it the mode of log odds is (y + 1)/(n + 2); dropped it is y/n, subtracted (y − 1)/(n − 2)."""
    start = np.array([0.5])
    check_unconstrained(unconstrained_mode.mode(coin, start).point[0], 7 / 11)
    right = unconstrained_mode.log_volume

    def wrong(support, u):
        value, gradient = right(support, u)
        return mutant * value, mutant * gradient

    monkeypatch.setattr(unconstrained_mode, "log_volume", wrong)
    broken = unconstrained_mode.mode(coin, start).point[0]
    assert broken == pytest.approx(share, rel=1e-9)
    with pytest.raises(AssertionError, match="the mode is at"):
        check_unconstrained(broken, 7 / 11)


def test_laplace_errors_of_six_in_nine_on_both_scales(coin):
    """The globe of McElreath (2020, Statistical Rethinking, 2nd ed., chapter 2); the transformed one is of log odds."""
    (flat,) = prior_path.path(coin, (1.0,))
    z = coin.coordinates.z(flat.point)
    assert flat.point[0] == pytest.approx(2 / 3, rel=1e-12)
    model_scale = coin.coordinates.covariance(z, coin.evaluate(z, 1.0).hessian)[0, 0] ** 0.5
    assert model_scale == pytest.approx((2 / 3 * 1 / 3 / 9) ** 0.5, rel=1e-12)
    assert round(model_scale, 6) == 0.157135
    problem = unconstrained_mode.in_unconstrained_coordinates(of_density(coin, 1.0))
    bend = problem.evaluate(z[None], np.zeros(1, dtype=int))[2][0, 0, 0]
    assert (-bend) ** -0.5 == pytest.approx((9 / 22) ** 0.5, rel=1e-9)  # (n + 2) p (1 − p) at p = 2/3
    assert round((-bend) ** -0.5, 6) == 0.639602
    assert unconstrained_mode.mode(coin, flat.point).se[0] == pytest.approx(
        (11 / 28) ** 0.5, rel=1e-9
    )  # at its own mode


SUPPORTS = {"real": real, "positive": positive, "nonnegative": nonnegative, "unit": unit}
VECTORS = {"ordered": ordered, "simplex": simplex}


@pytest.mark.parametrize("support", {**SUPPORTS, **VECTORS}.values(), ids={**SUPPORTS, **VECTORS})
def test_log_volume_is_that_of_the_map_with_its_gradient(support):
    u = np.array([0.3, -0.8, 0.5])
    value, gradient = unconstrained_mode.log_volume(support, u)
    # Central differences of fourth order, h = 1e-2: h⁴/30 of derivatives of order one, and 1e-16/h of rounding.
    jacobian = derivative(lambda at: support.constrain(at)[:3], u, np.full(3, 1e-2))
    close(np.linalg.slogdet(jacobian)[1], value, 1e-8, "log volume")
    close(
        derivative(lambda at: unconstrained_mode.log_volume(support, at)[0], u, np.full(3, 1e-2)),
        gradient,
        1e-8,
        "gradient",
    )


def test_volume_of_shares_is_their_product():
    u = np.array([0.3, -0.8])
    assert unconstrained_mode.log_volume(simplex, u)[0] == pytest.approx(np.log(simplex.constrain(u)).sum(), rel=1e-12)


def test_real_parameters_have_the_same_mode_on_both_scales():
    made = case("logistic", "plain", 40)
    (step,) = prior_path.path(made, (1.0,))
    np.testing.assert_allclose(unconstrained_mode.mode(made, step.point).point, step.point, rtol=1e-9)


def test_both_parameters_of_a_normal_at_once():
    """Flat priors: σ̂² = S/n on the model scale and S/(n − 1) on the logarithm's, where σ dσ⁻ⁿ loses one power."""
    data = Dataset({"y": np.array([1.0, 2.5, 4.0, 0.3, 2.2])})
    made = program(models.get("normal"), data, {"mu": "Flat()", "sigma": "HalfFlat()"})
    (step,) = prior_path.path(made, (1.0,))
    squares = scipy.stats.tvar(data["y"]) * 4
    np.testing.assert_allclose(step.point, [2.0, np.sqrt(squares / 5)], rtol=1e-9)
    np.testing.assert_allclose(unconstrained_mode.mode(made, step.point).point, [2.0, np.sqrt(squares / 4)], rtol=1e-9)


def on_the_edge(given=None):
    """Six values in three pairs that are as far apart as the pairs are: tau is 0."""
    y, group = np.array([1.0, 5.0, 2.0, 4.5, 0.0, 6.0]), np.array([0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    return program(models.get("random_intercept"), Dataset({"y": y, "group": group}, {"group": ("1", "2", "3")}), given)


def test_along_an_edge_the_path_is_that_of_the_model_without_the_parameter():
    """With tau at 0 a random intercept is a normal sample, under the same priors of mu and sigma."""
    made = on_the_edge()
    plain = program(models.get("normal"), Dataset({"y": made.data["y"]}))
    assert all(made.priors[name] == plain.priors[name] for name in ("mu", "sigma"))
    for ours, theirs in zip(prior_path.path(made), prior_path.path(plain), strict=True):
        assert (ours.status, ours.point[1], ours.slope[1]) == ("ok", 0.0, 0.0)
        close(ours.point[[0, 2]], theirs.point, OPTIMUM, "the mode")
        close(ours.slope[[0, 2]], theirs.slope, 1e-6, "the slope")


def test_the_path_leaves_an_edge_where_the_prior_vanishes_on_it():
    made = on_the_edge({"tau": "Gamma(2, 1)"})
    steps = prior_path.path(made)
    assert steps[0].point[1] == 0
    assert all(step.point[1] > 0 for step in steps[1:])
    assert all(after.point[1] > before.point[1] for before, after in pairwise(steps))


def test_mutant_a_path_that_never_leaves_an_edge():
    made = on_the_edge({"tau": "Gamma(2, 1)"})
    held = np.array([0.0, -np.inf, 0.0])
    assert (
        prior_path.maximum(made, 1.0, np.where(np.isfinite(held), made.coordinates.z(made.start), held)).status != "ok"
    )
