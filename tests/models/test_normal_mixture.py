"""The mixture of normals: EM and direct maximisation, components that collapse, rising means, shares of one."""

from dataclasses import replace

import numpy as np
import pytest

from mle_vs_bayes import models
from mle_vs_bayes.checks.optima import FLAT
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.estimators import maximum_a_posteriori, maximum_likelihood
from mle_vs_bayes.fit.agreement import predict
from mle_vs_bayes.fit.simulated import simulated
from mle_vs_bayes.intervals.delta import along, root
from mle_vs_bayes.models.normal_mixture import NormalMixture
from mle_vs_bayes.sampling import tree_groups
from mle_vs_bayes.search import expectation_maximisation as em
from mle_vs_bayes.search.audit import concerns
from mle_vs_bayes.search.optimum import maximise
from mle_vs_bayes.search.problem import of_density
from mle_vs_bayes.search.starts import starts_of

from ..agreement.checks import (
    OPTIMUM,
    K,
    by_support,
    check_optimum,
    check_same_point,
    check_standard_errors,
    optimum,
    program,
    rescaled,
    units,
)

THREE = "normal_mixture(components=3)"
NAMES = ("normal_mixture", THREE, "normal_mixture(components=2, common_sigma=1)", "poisson_mixture")
N = 300

COUNTS = (
    "1 0 3 5 4 3 5 5 6 5 7 9 6 4 3 4 7 6 0 4 3 4 3 2 1 1 2 4 5 1 7 6 8 9 12 15 10 8 13 12 14 10 6 6 2 6 3 6 1 1 2 1 0 1"
)
WAITING = dict(enumerate(map(int, COUNTS.split()), start=43))
"""Minutes → how often Old Faithful kept people waiting so long: 272 times (Azzalini & Bowman 1990, Applied Statistics
39(3), 357–365; R's ``faithful``)."""


@pytest.fixture(scope="module")
def made():
    """Programs by name, and what maximum likelihood makes of them, on data drawn from the typical parameters."""
    found = {}
    for name in NAMES:
        model = models.get(name)
        here = program(model, simulated(model, N, {}, seed=1)[0])
        found[name] = here, maximum_likelihood.fit(here)
    return found


def stepped(here, step, z, count):
    """θ ``(p,)`` after ``count`` steps of EM from z, and the log-likelihood before each step and at the end."""
    theta, heights = here.coordinates.theta(z), []
    for _ in range(count):
        heights.append(float(np.sum(here.log_likelihood_units(theta))))
        theta = here.layout.join(step(here.layout.split(theta), here.data))
    return theta, np.array([*heights, float(np.sum(here.log_likelihood_units(theta)))])


def check_never_falls(heights):
    """Beyond the rounding of a sum of `N` terms, 2⁻⁵³ times its size each."""
    lost = -np.diff(heights) / (1 + np.abs(heights[1:]))
    assert np.all(lost <= N * 2.0**-53), f"a step lost {np.max(lost):.2g} of the log-likelihood"


def check_fixed_point(theta, estimate):
    np.testing.assert_allclose(theta, estimate.point, rtol=1e-8, atol=1e-8)


# EM.


@pytest.mark.parametrize("name", NAMES)
def test_em_rises_at_every_step_to_where_direct_maximisation_ends(name, made):
    here, estimate = made[name]
    assert estimate.status == "ok"
    for z in starts_of(here, 3, seed=1):
        # Components 4 SD apart: each step leaves at most about a third of the way, 3^-200 of it after 200.
        theta, heights = stepped(here, here.model.em_step, z, count=200)
        check_never_falls(heights)
        check_fixed_point(theta, estimate)


class Unbiased(NormalMixture):
    """Variances are divided by n − 1 where the likelihood wants n."""

    def em_step(self, theta, data):
        found = super().em_step(theta, data)
        return {**found, "sigma": found["sigma"] * np.sqrt(len(data["y"]) / (len(data["y"]) - 1))}


def test_em_of_another_model_ends_elsewhere(made):
    """0.2 % of sigma; and from the maximum the likelihood falls."""
    here, estimate = made["normal_mixture"]
    theta, heights = stepped(here, Unbiased().em_step, here.coordinates.z(here.start), count=200)
    with pytest.raises(AssertionError):
        check_fixed_point(theta, estimate)
    with pytest.raises(AssertionError):
        check_never_falls(stepped(here, Unbiased().em_step, here.coordinates.z(estimate.point), count=3)[1])
    assert heights[-1] < estimate.log_likelihood


@pytest.mark.parametrize("name", NAMES)
def test_em_and_direct_maximisation_agree_from_each_start(name, made):
    here, estimate = made[name]
    assert "em_disagrees" not in [concern.code for concern in estimate.concerns]
    for z in starts_of(here, 2, seed=2):
        problem = of_density(here, 0.0)
        ends = [maximise(problem, z[None]), em.em_ascent(problem, z[None])]
        assert [end.status(0) for end in ends] == ["ok", "ok"]
        assert em.disagreement([ends[0]], [ends[1]]) == [()]
        for end in ends:
            np.testing.assert_allclose(end.theta[0], estimate.point, rtol=1e-8, atol=1e-8)


def moved_to(optima, z, value, converged):
    """The same searches as if they had ended at z, at another height."""
    end = replace(optima.end, z=z, value=np.array([value]))
    return replace(optima, end=end, converged=np.array([converged]))


def test_a_disagreement_is_a_concern(made):
    here, estimate = made["normal_mixture"]
    top = maximise(of_density(here, 0.0), here.coordinates.z(estimate.point)[None])
    height = float(top.end.value[0])
    moved = moved_to(top, top.z + 0.1, height - 1, True)
    collapsed = top.z - 20.0 * (np.array(here.layout.free_labels) == "sigma[1]")
    lost = moved_to(top, collapsed, height, False)
    assert em.disagreement([top], [lost, top]) == [()]
    assert em.disagreement([lost], [lost]) == [()]
    for direct, by_em in ((top, moved), (moved, top), (top, lost), (lost, top)):
        ((concern,),) = em.disagreement([direct], [by_em])
        assert concern.code == "em_disagrees"
        assert f"{estimate.log_likelihood:.6g}" in concern.detail
        assert ("sigma[1] runs to 0" in concern.detail) == (direct is lost or by_em is lost)


# The estimates.


def test_old_faithful():
    """What ``summary(normalmixEM(faithful$waiting))`` of the R package mixtools prints.

    It stops when a step gains less than 1e-8. Steps that halve the distance (here they do better) leave a third of
    that to be gained, so it ends within √(2 × 1e-8) of a standard error; half a unit of the last digit is added.
    """
    y = np.repeat(list(WAITING), list(WAITING.values()))
    assert len(y) == 272
    found = maximum_likelihood.fit(program(models.get("normal_mixture"), Dataset({"y": y.astype(float)})))
    published = np.array([0.360887, 0.639113, 54.614893, 80.091093, 5.871245, 5.867716])
    reach = np.sqrt(2e-8) * found.se + 5e-7
    assert np.all(np.abs(found.point - published) <= reach)
    assert found.log_likelihood == pytest.approx(-1034.002, abs=5e-4)
    assert found.concerns == ()
    assert not np.any(np.abs(found.point - published[[1, 0, 3, 2, 5, 4]]) <= reach)  # the labels switched


@pytest.mark.parametrize("name", NAMES)
def test_estimates_are_maxima_with_their_curvature(name, made):
    here, estimate = made[name]
    mode = maximum_a_posteriori.fit(here)
    for found, power in ((estimate, 0.0), (mode, 1.0)):
        assert found.status == "ok"
        check_optimum(here, found.point, power)
        check_standard_errors(here, found, power)
        assert np.sum(found.point[here.layout.slices["weight"]]) == pytest.approx(1, abs=1e-14)
        (rising,) = [p.name for p in here.layout.parameters if p.support.rising]
        assert np.all(np.diff(found.point[here.layout.slices[rising]]) > 0)
    with pytest.raises(AssertionError):  # standard errors off by √2
        check_standard_errors(here, replace(estimate, covariance=2 * estimate.covariance), 0.0)


def test_map_under_flat_priors_is_the_mle(made):
    here, estimate = made["normal_mixture"]
    flat = program(here.model, here.data, by_support(here.model, FLAT))
    check_same_point(estimate, maximum_a_posteriori.fit(flat), 2 * OPTIMUM)


def test_three_components_follow_the_units(made):
    """Estimates, and the predicted shifts, whose directions must not mix shares near one with means in the millions."""
    (here, estimate), y = made[THREE], 1e6
    other = program(here.model, rescaled(here.data, y=y))
    unit = units(other, y=y)
    found = maximum_likelihood.fit(other)
    np.testing.assert_allclose(found.point, estimate.point * unit, rtol=1e-8, atol=1e-8 * y)
    np.testing.assert_allclose(found.se, estimate.se * unit, rtol=1e-7)
    first = predict(here, optimum(here, 1.0, estimate.point), estimate)
    second = predict(other, optimum(other, 1.0, found.point), found)
    np.testing.assert_allclose(second.prior / found.se, first.prior / estimate.se, rtol=0, atol=1e-7)
    # Third derivatives by differences with steps of 0.01 SE: relative errors of 1e-4.
    np.testing.assert_allclose(second.skewness / found.se, first.skewness / estimate.se, rtol=1e-3, atol=1e-4)
    assert second.remainder == pytest.approx(first.remainder, rel=1e-3)


def test_directions_of_a_covariance_between_units():
    """Means in the millions beside two shares that sum to one."""
    free = np.array([[0.1, 0.03], [-0.1, -0.03], [2e5, 1e6]])
    covariance = free @ free.T
    directions = root(covariance)
    np.testing.assert_allclose(directions @ directions.T, covariance, rtol=1e-7)
    assert np.all(np.abs(directions[0] + directions[1]) <= 1e-7 * np.sqrt(covariance[0, 0]))
    shift = free @ [0.5, -2.0]
    np.testing.assert_allclose(directions @ along(covariance, shift), shift, rtol=1e-7)
    assert np.linalg.norm(along(covariance, shift)) == pytest.approx(np.hypot(0.5, 2.0), rel=1e-7)


# No bound.


def test_a_component_that_collapses_is_named():
    """Equal values in two places: whatever the start, a component ends on some. In millions, where 0 is far."""
    data = Dataset({"y": 1e6 * np.array([1.0, 1.0, 1.0, 5.0, 5.0, 5.0, 9.0])})
    found = maximum_likelihood.fit(program(models.get("normal_mixture"), data))
    assert found.status == "divergent"
    assert found.reason.startswith(("sigma[1] runs to 0: a component closes in", "sigma[2] runs to 0: a component"))
    assert np.all(np.isnan(found.point))
    assert [concern.code for concern in found.concerns] == ["divergent"]


def test_as_many_components_as_values():
    data = Dataset({"y": np.array([1.0, 2.0, 1.0, 2.0])})
    here = program(models.get("normal_mixture"), data)
    found = maximum_likelihood.fit(here)
    assert found.status == "divergent"
    assert found.reason.startswith("sigma[1] runs to 0: 2 distinct values of y for 2 components")
    mode = maximum_a_posteriori.fit(here)  # the prior on sigma vanishes at 0 faster than the likelihood rises
    assert mode.status == "ok"
    check_optimum(here, mode.point, 1.0)


def test_a_start_that_collapses_is_told_beside_the_maximum_inside(made):
    here, estimate = made["normal_mixture"]
    gone = here.start.copy()
    gone[here.layout.slices["mu"]] = [here.data["y"][0], 4.0]
    gone[here.layout.slices["sigma"]] = [1e-3, 3.0]
    problem, begin = of_density(here, 0.0), here.coordinates.z(gone)[None]
    for ascent in (em.em_ascent, maximise):
        end = ascent(problem, begin)
        assert end.status(0) == "divergent"
        assert "runs to 0: a component closes in on one value" in end.reason(0)
    top = maximise(problem, here.coordinates.z(estimate.point)[None])
    ((concern,),) = concerns(top, [top, end])
    assert concern.code == "ran_off"
    assert concern.severity == "note"
    assert concern.detail.startswith("1 of 2: sigma[")


class Narrow(NormalMixture):
    """Begins where two values lie 0.02 apart."""

    def start(self, data):
        mu, sigma = np.array([4.01, 5.1]), np.array([0.01, 3.2])
        return {"weight": np.array([0.17, 0.83]), "mu": mu, "sigma": sigma}


def test_a_maximum_on_two_values_is_doubted(made):
    """Any two values that lie close make a maximum; the one that holds a third and two thirds is not doubted."""
    y = np.array([0.0, 1.1, 1.9, 3.2, 4.0, 4.02, 5.1, 5.8, 7.2, 8.1, 8.8, 10.0])
    found = maximum_likelihood.fit(program(Narrow(), Dataset({"y": y})))
    (concern,) = [concern for concern in found.concerns if concern.code == "spurious"]
    assert concern.detail == "component 1 (sigma = 0.01) stands on 2.0 of 12 values"
    assert made["normal_mixture"][1].concerns == ()


def test_one_value_is_refused():
    assert "groups cannot be told apart" in models.get("normal_mixture").unusable(Dataset({"y": np.ones(5)}))


# PyMC.

BOUNDED = {"mu": "Uniform(-100, 200)", "sigma": "Gamma(2, 1)", "weight": "Dirichlet([2, 3])"}


@pytest.mark.parametrize("given", [None, BOUNDED], ids=["default", "bounded"])
def test_pymc_density_is_likelihood_times_prior_without_the_constant(given, made):
    """Values through PyMC's transforms and back; its Jacobian is that of the map it walks on."""
    right = made["normal_mixture"][0]
    here = program(right.model, right.data, given)
    model, theta = here.pymc_model, made["normal_mixture"][1].point
    named = here.layout.split(theta)
    values, volume = {}, 0.0
    for rv in model.free_RVs:
        transform, value = model.rvs_to_transforms[rv], model.rvs_to_values[rv]
        forward = transform.forward(named[rv.name], *rv.owner.inputs).eval(mode="FAST_COMPILE")
        back = transform.backward(forward, *rv.owner.inputs).eval(mode="FAST_COMPILE")
        np.testing.assert_allclose(back, named[rv.name], rtol=1e-12)
        values[value.name] = forward
        volume += log_volume(transform, forward, rv.owner.inputs)
    log_density = model.compile_logp(jacobian=False, mode="FAST_COMPILE")(values)
    ours = np.sum(here.log_likelihood_units(theta)) + here.log_prior(theta)
    assert log_density == pytest.approx(ours, rel=1e-12)
    with_jacobian = model.compile_logp(jacobian=True, mode="FAST_COMPILE")(values)
    assert with_jacobian - log_density == pytest.approx(volume, abs=1e-6)


def log_volume(transform, at, inputs):
    """log |det| of a transform's way back by central differences (error 1e-10 of the third derivative).

    The simplex is left out by PyMC's own convention: coordinates that sum to zero have another unit of volume.
    """
    if len(np.atleast_1d(transform.backward(at, *inputs).eval(mode="FAST_COMPILE"))) != len(at):
        return float(np.sum(transform.log_jac_det(at, *inputs).eval(mode="FAST_COMPILE")))
    ends = [
        [transform.backward(at + side * step, *inputs).eval(mode="FAST_COMPILE") for side in (1, -1)]
        for step in 1e-5 * np.eye(len(at))
    ]
    return float(np.linalg.slogdet(np.array([(up - down) / 2e-5 for up, down in ends]))[1])


def test_prior_draws_rise(made):
    here, _ = made["normal_mixture"]
    drawn = tree_groups._prior_draws(
        tree_groups.GroupsRequest(here, None, seed=1, step=1), "prior", ["weight", "mu", "sigma"]
    )
    mu = drawn["mu"].to_numpy()[0]
    assert len(mu) == tree_groups.PRIOR_DRAWS
    assert np.all(np.diff(mu, axis=1) > 0)
    spread = here.priors["mu"].arguments["sigma"]
    away = (mu.mean(axis=0) - here.priors["mu"].arguments["mu"]) / spread
    exact, error = np.array([-1, 1]) / np.sqrt(np.pi), np.sqrt((1 - 1 / np.pi) / len(mu))  # the lower and upper of two
    np.testing.assert_allclose(away, exact, rtol=0, atol=K * error)
    predicted = tree_groups._prior_draws(
        tree_groups.GroupsRequest(here, None, seed=1, step=1), "prior_predictive", ["y"]
    )
    assert predicted["y"].shape == (1, len(mu), N)


# The name.


def test_text_of_a_model_makes_it_again():
    for name in (*NAMES, "normal_mixture(components=2)", " normal_mixture( components = 3 ) ", "normal_mixture()"):
        model = models.get(name)
        again = models.get(model.name)
        assert again.name == model.name
        assert again.components == model.components == (3 if "3" in name else 2)
    assert models.get("normal()").name == "normal"


REFUSED = {
    "normal_mixture(components=1)": "components is 1; a mixture has at least 2",
    "normal_mixture(components=2.5)": "components of normal_mixture is 2.5, which is not a whole number",
    "normal_mixture(components=-2)": "components of normal_mixture is -2, which is not a whole number",
    "normal_mixture(components='two')": "is two, which is not a whole number",
    "normal_mixture(components=open('x'))": "is not a whole number; write it like normal_mixture(components=2)",
    "normal_mixture(k=3)": "takes no argument k (given 3); write it like normal_mixture(components=2, common_sigma=0)",
    "normal_mixture(3)": "does not parse; write it like normal_mixture",
    "normal_mixture(components=2": "does not parse",
    "normal_mixture(components=2, components=3)": "does not parse",
    "normal_mixture(**{'components': 2})": "does not parse",
    "normal_mixture(components=2)(1)": "does not parse",
    "normal(components=3)": "the model normal takes no argument components (given 3); write it like normal",
    "normal_mixtur(components=3)": "did you mean normal_mixture?",
}


@pytest.mark.parametrize(("text", "sentence"), REFUSED.items(), ids=REFUSED)
def test_wrong_arguments_get_one_sentence(text, sentence):
    with pytest.raises(UsageError) as raised:
        models.get(text)
    assert sentence in str(raised.value)
    assert str(raised.value).endswith((".", "?"))


def test_truth_of_a_vector():
    model = models.get("normal_mixture")
    _, truth = simulated(model, 20, {"weight[1]": 0.2, "weight[2]": 0.8, "mu[2]": 7.0}, seed=1)
    assert truth == {"weight[1]": 0.2, "weight[2]": 0.8, "mu[1]": 0, "mu[2]": 7, "sigma[1]": 1, "sigma[2]": 1}
    with pytest.raises(UsageError, match=r"truth weight=\[0\.2, 0\.667\] lies outside its support \(simplex\)"):
        simulated(model, 20, {"weight[1]": 0.2}, seed=1)
    with pytest.raises(UsageError, match=r"truth mu=\[9, 4\] lies outside its support \(ordered\)"):
        simulated(model, 20, {"mu[1]": 9.0}, seed=1)
