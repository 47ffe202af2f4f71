"""Which posterior moments exist: tails of priors against slopes of densities, orders against marginal posteriors.

A density that falls as x^−(m + 1) has the moments below m, so that the slope of its logarithm in log x, far out, is
−(m + 1): measured here by quadrature over the other parameters, and compared with what the model declares.
"""

import numpy as np
import pytest
import scipy

from mle_vs_bayes import models
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.fit.simulated import simulated
from mle_vs_bayes.model.families import PRIORS
from mle_vs_bayes.model.moments import _declared, tails_of
from mle_vs_bayes.model.prior import Prior, parse
from mle_vs_bayes.model.support import positive, real, unit

from ..agreement.checks import program

LINE = ["StudentT(3, 1, 2)", "Cauchy(1, 2)", "Normal(1, 2)", "Laplace(1, 0.5)", "Logistic(1, 0.5)", "Gumbel(1, 0.5)"]
ABOVE_0 = ["HalfCauchy(2)", "HalfNormal(2)", "Exponential(lam=3)", "Exponential(scale=3)", "Gamma(3, 2)"]
ABOVE_0 += ["Gamma(mu=3, sigma=2)", "InverseGamma(3, 2)", "LogNormal(0, 1)", "Weibull(2, 3)", "Weibull(1, 3)"]
ABOVE_0 += ["Weibull(0.5, 3)", "ChiSquared(3)"]
NEVER = 30.0
"""A slope beyond this far out is taken for faster than every power."""


def log_density(text):
    """SciPy's or, where there is no distribution of SciPy's, none."""
    prior = parse(text)

    def density(x):
        with np.errstate(all="ignore"):  # where it is 0
            return prior.log_density(np.array([x]))

    return density


def power_of(density, x=1e8):
    """m of a density like x^−(m + 1), from a factor of two."""
    with np.errstate(all="ignore"):
        return -(density(2 * x) - density(x)) / np.log(2) - 1


def check_tails(text, declared):
    density = log_density(text)
    for side, tail in ((1.0, declared.above), (-1.0, declared.below)):
        far = density(side * 60.0)
        if np.isneginf(far):
            continue
        check_power(lambda x, s=side: density(s * x), tail.power)
        check_square(lambda x, s=side: density(s * x), tail.square)
        slopes = [density(side * x) - density(side * (x + 1)) for x in (30.0, 300.0)]  # of an exponential: its rate
        if np.isinf(tail.rate):
            assert slopes[1] > 5 * slopes[0]
        elif tail.rate == 0:
            assert slopes[1] < 0.4 * slopes[0]
        else:
            assert slopes[1] == pytest.approx(tail.rate, abs=1e-2)


def check_square(density, square):
    """t of exp(−t x²), far out."""
    measured = (density(100.0) - density(200.0)) / (200.0**2 - 100.0**2)
    if np.isfinite(square):
        assert measured == pytest.approx(square, abs=2e-2)
    else:
        assert np.isneginf(density(1e100)) and measured > 10


def check_power(density, power):
    """The slope far out; a density that falls faster than every power may be 0 there."""
    if np.isfinite(power):
        assert power_of(density) == pytest.approx(power, abs=1e-6)
    else:
        assert np.isneginf(density(1e100)) or power_of(density, x=1e100) > NEVER


def check_end(density, near):
    """x^(near − 1) at 0, or faster than every power."""
    if np.isfinite(near):
        assert -power_of(density, x=1e-9) == pytest.approx(near, abs=1e-3)
    else:
        assert np.isneginf(density(1e-100)) or -power_of(density, x=1e-100) > NEVER


@pytest.mark.parametrize("text", [*LINE, *ABOVE_0])
def test_a_prior_falls_as_its_density_does(text):
    prior = parse(text)
    support = positive if prior.support.lower == 0 else real
    declared = tails_of(prior, support)
    check_tails(text, declared)
    if support is positive:
        check_end(log_density(text), declared.near_lower)


@pytest.mark.parametrize("text", ["Beta(3, 0.5)", "Uniform(0, 1)"])
def test_a_share_is_near_its_ends_as_its_density_is(text):
    declared, density = tails_of(parse(text), unit), log_density(text)
    check_end(density, declared.near_lower)
    assert -power_of(lambda x: density(1 - x), x=1e-6) == pytest.approx(declared.near_upper, abs=1e-4)


@pytest.mark.parametrize("text", ["Beta(mu=0.3, sigma=0.2)", "Beta(mu=0.3, nu=5)"])
def test_a_share_with_a_given_mean_and_spread_has_the_ends_that_belong_to_them(text):
    prior = parse(text)
    declared = tails_of(prior, unit)
    exact = scipy.stats.beta(declared.near_lower, declared.near_upper)
    assert exact.mean() == pytest.approx(0.3)
    given = prior.arguments
    assert exact.std() == pytest.approx(given["sigma"]) if "sigma" in given else exact.args[0] == 0.3 * given["nu"]


@pytest.mark.parametrize("wrong", [("Cauchy(1, 2)", "StudentT(2, 1, 2)"), ("Laplace(1, 0.5)", "Laplace(1, 1)")])
def test_mutant_tails_of_another_prior(wrong):
    with pytest.raises(AssertionError):
        check_tails(wrong[0], tails_of(parse(wrong[1]), real))


def test_every_family_has_tails():
    assert {name for name, family in PRIORS.items() if family.tails is None} == {"Dirichlet"}  # whose elements are Beta


@pytest.mark.parametrize("text", ["StudentT(3, 1, 2)", "Gamma(3, 2)", "InverseGamma(3, 2)", "Laplace(1, 0.5)"])
def test_a_prior_to_a_power_falls_as_its_density_to_that_power(text):
    density, support = log_density(text), positive if parse(text).support.lower == 0 else real
    declared = tails_of(parse(text), support, 0.5)
    check_power(lambda x: 0.5 * density(x), declared.above.power)
    if 0 < declared.above.rate < np.inf:
        assert 0.5 * (density(300.0) - density(301.0)) == pytest.approx(declared.above.rate, abs=1e-2)
    if support is positive:
        check_end(lambda x: 0.5 * density(x), declared.near_lower)


def test_ends_count_only_where_the_prior_reaches_them():
    assert np.isinf(tails_of(Prior("Uniform", lower=0.5, upper=2.0), positive).near_lower)
    assert tails_of(Prior("Uniform", lower=0.0, upper=2.0), positive).near_lower == 1


@pytest.mark.parametrize(("alpha", "side"), [(2.0, 1.0), (2.0, -1.0), (-2.0, 1.0)])
def test_a_skew_normal_falls_faster_on_one_side(alpha, side):
    """log 2 φ(z) Φ(αz), with SciPy's log Φ."""

    def density(x):
        return scipy.special.log_ndtr(alpha * x / 3) - (x / 3) ** 2 / 2

    declared = tails_of(Prior("SkewNormal", alpha=alpha, mu=0.0, sigma=3.0), real)
    check_square(lambda x: density(side * x), (declared.above if side > 0 else declared.below).square)


# Orders against marginal posteriors.

NODES = np.linspace(-6.0, 45.0, 206)
"""Logarithms of the other parameters, from far below the data's size to far above the largest value looked at."""


def marginal(made, label, value):
    """Log posterior density of one parameter at ``value``, the others integrated out on a grid, up to a constant."""
    layout = made.layout
    axes, weights = [], []
    for p in layout.parameters:
        if p.name == label:
            axes.append(np.array([value]))
            weights.append(np.zeros(1))
        elif p.support.name == "real":  # symmetric about 0, logarithmic on either side
            axes.append(np.concatenate([-np.exp(NODES[::-1]), np.exp(NODES)]))
            weights.append(np.concatenate([NODES[::-1], NODES]))
        else:
            axes.append(np.exp(NODES))
            weights.append(NODES)
    points = np.stack([each.ravel() for each in np.meshgrid(*axes, indexing="ij")], axis=-1)
    volume = sum(np.meshgrid(*weights, indexing="ij")).ravel()
    with np.errstate(all="ignore"):
        heights = [np.sum(made.log_likelihood_units(theta)) for theta in points] + made.log_prior_of_draws(points)
    return scipy.special.logsumexp(np.where(np.isnan(heights), -np.inf, heights) + volume)


def order_of(made, label, at):
    """m of a marginal like x^−(m + 1), measured between ``at`` and the next node beyond a factor of ten."""
    step = NODES[1] - NODES[0]
    first = np.exp(np.round(np.log(at) / step) * step)
    second = first * np.exp(round(np.log(10) / step) * step)
    return -(marginal(made, label, second) - marginal(made, label, first)) / np.log(second / first) - 1


def declared(made, name):
    """`Moments` of a parameter, and of a derived quantity of one parameter."""
    return _declared(made.model, made.layout, made.data, made.priors, made.prior_power)[name]


Y = {"y": np.array([0.4, 1.9, 0.7])}
SCHOOLS = {"y": np.array([3.0, -1.0, 4.0]), "se": np.array([1.0, 2.0, 1.5])}
CASES = {
    "a mean beside a spread, both heavy": ("normal", Y, {"mu": "StudentT(2, 0, 1)", "sigma": "HalfCauchy(1)"}),
    "a mean beside a spread, one flat": ("normal", Y, {"mu": "Flat()", "sigma": "HalfCauchy(1)"}),
    "both flat": ("normal", Y, {"mu": "Flat()", "sigma": "HalfFlat()"}),
    "schools": ("eight_schools", SCHOOLS, {"mu": "Cauchy(0, 5)", "tau": "HalfFlat()"}),
}


@pytest.mark.parametrize("case", CASES)
def test_location_and_scale_fall_as_declared(case):
    name, columns, given = CASES[case]
    made = program(models.get(name), Dataset(columns), given)
    for label in made.layout.labels:
        assert order_of(made, label, 1e6) == pytest.approx(declared(made, label).order, abs=0.02)


def test_mutant_one_row_more_is_another_order():
    made = program(models.get("normal"), Dataset(Y), {"mu": "Flat()", "sigma": "HalfFlat()"})
    more = program(
        models.get("normal"), Dataset({"y": np.append(Y["y"], 1.0)}), {"mu": "Flat()", "sigma": "HalfFlat()"}
    )
    assert abs(order_of(made, "mu", 1e6) - declared(more, "mu").order) > 0.9


@pytest.mark.parametrize("rows", [3, 4, 5])
def test_under_flat_priors_the_moments_are_those_of_students_t(rows):
    """Gelman et al. (2013), section 3.2, with p(mu, sigma) ∝ 1: n − 2 degrees of freedom; SciPy knows its moments."""
    data = Dataset({"y": np.arange(float(rows)) ** 2})
    made = program(models.get("normal"), data, {"mu": "Flat()", "sigma": "HalfFlat()"})
    exact = made.model.conjugate_posterior(data, made.priors)
    lacking = dict(zip(made.quantity_labels, made.missing_moments, strict=True))
    with np.errstate(all="ignore"):
        assert (lacking["mu"].mean is None) == (rows - 2 > 1)
        assert (lacking["mu"].deviation is None) == bool(np.isfinite(exact["mu"].std()))
        assert (lacking["variance"].mean is None) == bool(np.isfinite(exact["variance"].mean()))
        assert (lacking["variance"].deviation is None) == bool(np.isfinite(exact["variance"].std()))


@pytest.mark.parametrize(("successes", "prior"), [(3.0, "Beta(2, 2)"), (2.0, "Beta(2, 0.5)"), (3.0, "Uniform(0, 1)")])
def test_odds_fall_as_declared(successes, prior):
    """The odds' density at x is that of p = x/(1 + x) times dp/dx = (1 + x)^−2."""
    made = program(
        models.get("bernoulli"), Dataset({"y": np.array([successes]), "trials": np.array([3.0])}), {"p": prior}
    )
    with np.errstate(all="ignore"):

        def density(x):
            at = np.array([x / (1 + x)])
            return np.sum(made.log_likelihood_units(at)) + made.log_prior(at) - 2 * np.log1p(x)

        assert power_of(density, x=1e5) == pytest.approx(declared(made, "odds").order, abs=1e-3)


@pytest.mark.parametrize("events", [0, 1, 2])
def test_a_mean_lifetime_falls_as_declared(events):
    data = Dataset({"y": np.array([1.0, 2.0]), "event": np.array([1.0] * events + [0.0] * (2 - events))})
    made = program(models.get("exponential"), data, {"rate": "Gamma(1, 2)"})

    def density(x):
        return np.sum(made.log_likelihood_units(np.array([1 / x]))) + made.log_prior(np.array([1 / x])) - 2 * np.log(x)

    assert power_of(density, x=1e8) == pytest.approx(declared(made, "mean").order, abs=1e-6)


def weibull(given=None, count=30):
    return program(models.get("weibull"), simulated(models.get("weibull"), count, {}, 0)[0], given)


def test_the_posterior_mean_of_a_weibull_mean_grows_without_bound_as_small_shapes_are_let_in():
    """The integral of the mean times the posterior over shapes above ε, at the MLE's scale: in orders of magnitude."""
    made = weibull()
    scale = made.start[1]

    def largest(least):
        shapes = np.geomspace(least, 10.0, 4000)
        at = np.stack([shapes, np.full_like(shapes, scale)], axis=-1)
        heights = np.array([np.sum(made.log_likelihood_units(theta)) for theta in at]) + made.log_prior_of_draws(at)
        logs = heights + np.log(shapes) + scipy.special.gammaln(1 + 1 / shapes)
        return scipy.special.logsumexp(logs) - scipy.special.logsumexp(heights + np.log(shapes))

    assert largest(0.1) < 10  # what draws see
    assert largest(1e-3) > largest(2e-3) + 1000
    assert declared(made, "mean").order == 0


@pytest.mark.parametrize("text", [*ABOVE_0, "HalfStudentT(3, 1)", "Uniform(0, 9)", "Kumaraswamy(3, 2)", "HalfFlat()"])
def test_no_usual_prior_gives_a_weibull_mean_a_posterior_mean(text):
    made = weibull({"shape": text})
    lacking = dict(zip(made.quantity_labels, made.missing_moments, strict=True))
    assert lacking["mean"].mean is not None
    assert lacking["median"].mean is None
    assert lacking["median"].deviation is None


def test_a_shape_that_is_bounded_away_from_0_gives_it_one():
    lacking = dict(zip(weibull().quantity_labels, weibull({"shape": "Uniform(0.5, 9)"}).missing_moments, strict=True))
    assert lacking["mean"].mean is None


def test_a_heavy_prior_on_a_weibull_scale_leaves_a_mean_at_its_bound_and_no_standard_deviation():
    """∫ λ^−(1 + kd) dλ is 1/(kd), which the posterior of k makes up for: at the Cauchy's own order there is a mean."""
    made = weibull({"scale": "HalfCauchy(5)"}, count=3)
    lacking = dict(zip(made.quantity_labels, made.missing_moments, strict=True))
    for label in ("scale", "median"):
        assert lacking[label].mean is None
        assert lacking[label].deviation is not None


def test_every_derived_quantity_of_the_catalogue_declares_its_moments():
    silent = {
        (name, function.name)
        for name in models.MODELS
        for function in models.get(name).functions
        if function.moments is None
    }
    assert silent == set()


@pytest.mark.parametrize("name", list(models.MODELS))
def test_default_priors_leave_every_mean_but_two(name):
    made = program(models.get(name), simulated(models.get(name), 12, {}, 0)[0])
    lacking = {label for label, m in zip(made.quantity_labels, made.missing_moments, strict=True) if m.mean}
    assert lacking == ({"mean"} if name in ("weibull", "lognormal") else set())


def test_a_flat_prior_on_a_mixture_or_a_weibull_scale_is_improper_and_leaves_no_mean_of_anything():
    """An empty component has its prior, and for a small shape the likelihood of the scale is level."""
    for name, given in (("normal_mixture", {"mu": "Flat()"}), ("weibull", {"scale": "HalfFlat()"})):
        made = program(models.get(name), simulated(models.get(name), 12, {}, 0)[0], given)
        assert all("improper" in str(each.mean) for each in made.missing_moments)


LOGS = np.array([-0.5, 0.3, 1.1, 0.2])


def log_normal_moments(mu, sigma):
    """What is declared of exp(mu + sigma²/2), and how its k-th moment grows when larger sigma are let in."""
    from mle_vs_bayes.models.trunks.moments import mean_of_log_normal

    given = {"mu": parse(mu), "sigma": parse(sigma)}
    fall = {"mu": (tails_of(given["mu"], real),), "sigma": (tails_of(given["sigma"], positive),)}
    nodes = np.linspace(0.25, 60.0, 240)
    places = np.concatenate([-np.geomspace(1e-2, 2e4, 150)[::-1], np.geomspace(1e-2, 2e4, 150)])
    squares = np.sum((LOGS[:, None] - places) ** 2, axis=0)
    heights = -squares / (2 * nodes[:, None] ** 2) - len(LOGS) * np.log(nodes[:, None])
    heights += [log_density(mu)(place) for place in places] + np.log(np.gradient(places))
    heights += np.array([log_density(sigma)(node) for node in nodes])[:, None]

    def share(k):
        """The logarithm of the integral over sigma from 30 to 60 against that from 15 to 30."""
        parts = scipy.special.logsumexp(heights + k * places, axis=1) + k * nodes**2 / 2
        return scipy.special.logsumexp(parts[nodes > 30]) - scipy.special.logsumexp(parts[(nodes > 15) & (nodes < 30)])

    return mean_of_log_normal(fall, len(LOGS)), share


@pytest.mark.parametrize(
    ("mu", "sigma", "order"),
    [
        ("Normal(0, 1)", "Exponential(1)", 0.0),
        ("Normal(0, 1)", "HalfCauchy(1)", 0.0),
        ("Normal(0, 1)", "HalfNormal(1)", 1.0),
        ("Normal(0, 1)", "HalfNormal(0.5)", 4.0),
        ("Laplace(0, 1)", "HalfNormal(0.8)", 1 + (np.sqrt(16 + 16 * (1 / 0.64 - 1)) - 4) / 2),
        ("Normal(0, 1)", "Uniform(0, 5)", np.inf),
    ],
)
def test_a_log_normal_mean_has_the_moments_that_the_prior_of_sigma_leaves(mu, sigma, order):
    declared, share = log_normal_moments(mu, sigma)
    assert declared.order == pytest.approx(order)
    for k in (0.5 * order, 0.9 * order) if 0 < order < np.inf else ():
        assert declared.has(k) and share(k) < 0
    for k in (1.1 * order + 0.1, 2 * order + 0.1) if order < np.inf else ():
        assert not declared.has(k) and share(k) > 0
