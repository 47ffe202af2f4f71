"""The three estimators agree with one another, with exact answers and with theory, as closely as they should."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from mle_vs_bayes import compare, models
from mle_vs_bayes.checks.optima import FLAT
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.errors import DataError
from mle_vs_bayes.estimators import exact, maximum_a_posteriori, maximum_likelihood, posterior
from mle_vs_bayes.fit.agreement import agreements, predict
from mle_vs_bayes.fit.simulated import simulated
from mle_vs_bayes.search.optimum import maximise
from mle_vs_bayes.search.problem import of_density

from ..model.cases import CASES, case, dataset
from .checks import (
    FIXED,
    OPTIMUM,
    by_support,
    check_draws,
    check_equivariance,
    check_optimum,
    check_same_point,
    check_shift,
    check_slope,
    check_standard_errors,
    optimum,
    program,
    rescaled,
    units,
)

SMALL = 40
FIXED_SIZE = ("bernoulli", "poisson", "exponential", "weibull", "normal", "linear", "logistic", "random_intercept")
INTERIOR = (*FIXED_SIZE, "neyman_scott")
"""Models whose optima lie inside the support at every n, which the theory of small differences assumes; of the last
the parameters grow with n, so that no order in n is known."""

each_model = pytest.mark.parametrize("name", INTERIOR)

# Each estimate on its own.


INTERIOR_CASES = [(name, variant) for name, variant in CASES if name in INTERIOR]


@pytest.mark.parametrize(("name", "variant"), INTERIOR_CASES, ids=["-".join(pair) for pair in INTERIOR_CASES])
def test_estimates_are_maxima_with_their_curvature(name, variant):
    made = case(name, variant, SMALL)
    for estimate, power in ((maximum_likelihood.fit(made), 0.0), (maximum_a_posteriori.fit(made), 1.0)):
        assert estimate.status == "ok", estimate.reason
        check_optimum(made, estimate.point, power)
        check_standard_errors(made, estimate, power)


@each_model
def test_map_under_flat_priors_is_the_mle(name):
    model = models.get(name)
    made = program(model, dataset(name, "plain", SMALL), by_support(model, FLAT))
    # Each is accepted within OPTIMUM of the same optimum.
    check_same_point(maximum_likelihood.fit(made), maximum_a_posteriori.fit(made), 2 * OPTIMUM)


# MAP − MLE.

SIZES = [n for n, replicates in ((50, 32), (200, 16), (800, 8), (3200, 4)) for _ in range(replicates)]
"""Replicates × n nearly constant: logarithms scatter with variance 1/n, so each end of the slope is known as well."""


@pytest.mark.parametrize("name", FIXED_SIZE)
def test_map_minus_mle_and_the_error_of_its_prediction_fall_with_n(name):
    """MAP − MLE = Σ∇log π + O(n⁻²) with Σ = O(1/n), the prior being the same numbers at each n: slopes −1 and −2.

    The first must be told from the −½ of a standard error, the second from the −1 of a prediction that says nothing.
    """
    model = models.get(name)
    found = []
    for replicate, n in enumerate(SIZES):
        data, _ = simulated(model, n, {}, seed=replicate)
        found.append(shift(program(model, data, by_support(model, FIXED))))
    shifts, errors = np.transpose(found)
    check_slope(SIZES, shifts, -1, apart=0.5)
    check_slope(SIZES, errors, -2, apart=1.0)


def shift(made):
    """Lengths of MAP − MLE and of what its prediction leaves, in units that do not depend on n: SE × √n."""
    mle = optimum(made, 0.0, made.start)
    mode = optimum(made, 1.0, mle.point)
    difference = mode.point - mle.point
    unit = mle.se * np.sqrt(made.data.n)
    left = difference - predict(made, mode, mle).prior[: len(difference)]
    return np.linalg.norm(difference / unit), np.linalg.norm(left / unit)


# Mean − MAP.


def both(made):
    return {"mle": maximum_likelihood.fit(made), "map": maximum_a_posteriori.fit(made)}


def gamma_posterior(successes):
    """Counts under a Gamma prior: shape 2 + successes, rate 1 + 10."""
    data = Dataset({"y": np.full(10, successes / 10), "exposure": np.ones(10)})
    return program(models.get("poisson"), data, {"rate": "Gamma(2, 1)"})


def test_skewness_shift_is_exact_for_a_gamma_posterior():
    """Mean − mode of Gamma(a, b) is 1/b and so is ½ Σ ∂³ℓ Σ: what is left is the error of the numerical derivative.

    The Hessian −(a − 1)/λ² is differenced with a step of 0.01 SE, which errs by 2 × 0.01²/(a − 1) of the result.
    """
    made = gamma_posterior(successes=100)
    (shape, rate) = (102, 11)
    fits = both(made)
    found = predict(made, fits["map"], fits["mle"]).skewness[0]
    assert fits["map"].point[0] == pytest.approx((shape - 1) / rate, rel=1e-9)
    assert found == pytest.approx(1 / rate, rel=2 * 0.01**2 / (shape - 1) + 1e-9)


def test_skewness_shift_of_a_reciprocal_is_exact():
    """The mean of 1/λ under Gamma(a, b) is b/(a − 1), which is 1/mode: the two parts of the prediction cancel.

    The second difference of 1/λ with a step of 0.1 SE errs by 0.1²/(a − 1) of ½ g″Σ = 1/((a − 1)λ).
    """
    made = case("exponential", "plain", SMALL)
    fits = both(made)
    exact = made.model.conjugate_posterior(made.data, made.priors)["rate"]
    shape = SMALL + 1
    assert exact.args[0] == shape
    (_, found) = predict(made, fits["map"], fits["mle"]).skewness
    one_part = 1 / ((shape - 1) * fits["map"].point[0])
    assert abs(found) <= 1.01 * (0.1**2 + 2 * 0.01**2) / (shape - 1) * one_part


def test_error_of_the_skewness_shift_falls_as_n_squared():
    """Beta posteriors with the same share of successes: exact means of p and of the odds, no Monte Carlo."""
    sizes, errors = [50 * 4**k for k in range(4)], []
    for n in sizes:
        made = program(
            models.get("bernoulli"), Dataset({"y": np.array([0.3 * n, 0.1 * n]), "trials": np.full(2, n / 2)})
        )
        fits = both(made)
        a, b = 2 + 0.4 * n, 2 + 0.6 * n
        exact = np.array([a / (a + b), a / (b - 1)])
        mode = made.quantities(fits["map"].point)
        errors.append(exact - mode - predict(made, fits["map"], fits["mle"]).skewness)
    # No scatter: the error is c n⁻² (1 + d/n), so between the two largest sizes the slope is −2 + O(d/800), d about 5.
    slopes = np.diff(np.log(np.abs(errors)), axis=0) / np.log(4)
    assert np.all(np.abs(slopes[-1] + 2) <= 0.05)
    assert np.all(np.abs(slopes[-1] + 2) <= np.abs(slopes[0] + 2))


# The posterior. One sampling per entry and session; everything that can be asked of it is asked in one test.

EXACT = {"bernoulli": None, "poisson": None, "exponential": None, "normal": FLAT, "linear": FLAT}
"""Priors under which the posterior is known; None for the model's defaults."""


@pytest.fixture(scope="session")
def sampled():
    @cache
    def fit(name, flat, y=1.0):
        model = models.get(name)
        data = rescaled(dataset(name, "plain", SMALL), y=y)
        made = program(model, data, by_support(model, FLAT) if flat else None)
        return made, posterior.fit(made, posterior.ALONE, seed=1)

    return fit


@pytest.mark.parametrize("name", EXACT)
def test_posterior_is_the_exact_one(name, sampled):
    made, found = sampled(name, flat=EXACT[name] is not None)
    assert found.status == "ok"
    assert not found.concerns or {c.code for c in found.concerns} == {"no_prior_draws"}
    exact = made.model.conjugate_posterior(made.data, made.priors)
    assert exact
    for label, distribution in exact.items():
        check_draws(found.results.loc[label], distribution)
    check_predictions(made, found)


def check_predictions(made, found):
    """Posterior mean − MAP and − MLE of all quantities are what `agreements` expects, within its remainder."""
    fits = {**both(made), "posterior": found}
    table = found.results.loc[list(made.quantity_labels)]
    values = {name: made.quantities(fits[name].point) for name in ("mle", "map")}
    values["posterior"] = table["mean"].to_numpy()
    remainder = predict(made, fits["map"], fits["mle"]).remainder
    compared = agreements(made, fits, values, table["mcse_mean"].to_numpy())
    assert len(compared) == 3 * len(table)
    for pair in compared:
        check_shift(pair.in_se, pair.expected, pair.monte_carlo_error, remainder)
        assert pair.verdict == "as expected"


@pytest.mark.parametrize(("name", "flat", "y"), [("normal", True, 1e6), ("exponential", False, 1e-6)])
def test_posterior_follows_the_units(name, flat, y, sampled):
    made, found = sampled(name, flat)
    other, scaled = sampled(name, flat, y)
    check_predictions(other, scaled)
    factor = units(other, y=y)
    tables = [fit.results.loc[list(made.layout.labels)] for fit in (found, scaled)]
    for column in ("mean", "sd"):
        first, second = (table[column].to_numpy() for table in tables)
        errors = [table[f"mcse_{column}"].to_numpy() for table in tables]
        error = np.hypot(errors[0], errors[1] / factor)
        check_shift(second / factor, first, error, 0.0)


# Units.

RESCALED = {
    "normal": ({"y": 1e-6}, {"y": 1e6}),
    "exponential": ({"y": 1e-6}, {"y": 1e6}),
    "weibull": ({"y": 1e-6}, {"y": 1e6}),
    "normal_mixture": ({"y": 1e-6}, {"y": 1e6}),
    "random_intercept": ({"y": 1e-6}, {"y": 1e6}),
    "neyman_scott": ({"y": 1e-6}, {"y": 1e6}),
    "linear": ({"y": 1e-6, "x": 1e6}, {"y": 1e6}),
    "logistic": ({}, {"x": 1e6}),
}
"""The same data twice, in millionths and in millions: what differs by 1e12 is seen at once."""


@pytest.mark.parametrize("name", RESCALED)
def test_mle_and_map_follow_the_units(name):
    data = dataset(name, "plain", SMALL)
    first, second = (program(models.get(name), change(data, **by)) for by in RESCALED[name])
    factor = units(second, **RESCALED[name][1]) / units(first, **RESCALED[name][0])
    fits = both(first), both(second)
    for estimator in ("mle", "map"):
        # Newton steps end at rounding, 1e-16 × the condition of what they solve (below 1e4): 1e-8 is generous.
        check_equivariance(fits[0][estimator], fits[1][estimator], factor, 1e-8)
    gaps = [(fit["map"].point - fit["mle"].point) / fit["mle"].se for fit in fits]
    np.testing.assert_allclose(gaps[1], gaps[0], rtol=0, atol=1e-8)
    expected = [predict(made, fit["map"], fit["mle"]) for made, fit in zip((first, second), fits, strict=True)]
    # Numerical derivatives with steps of h = 0.01 SE along directions that turn with the units: h² = 1e-4, a few
    # times.
    assert expected[1].remainder == pytest.approx(expected[0].remainder, rel=1e-3)


def change(data, y=1.0, x=1.0):
    return data if (y, x) == (1.0, 1.0) else rescaled(data, y, x)


# No maximum.


def line(y, x=None):
    """Outcomes against an intercept and x1."""
    x = np.arange(len(y), dtype=float) if x is None else np.asarray(x, dtype=float)
    columns = {"y": np.asarray(y, dtype=float), "trials": np.ones(len(y)), "offset": np.zeros(len(y))}
    return Dataset({**columns, "X": np.column_stack([np.ones(len(y)), x])}, {"term": ("Intercept", "x1")})


def lifetimes(event):
    return Dataset({"y": np.array([1.0, 2.0, 4.0, 8.0]), "event": np.full(4, float(event))})


def coins(y):
    return Dataset({"y": np.full(5, float(y)), "trials": np.ones(5)})


NO_MAXIMUM = {
    "separated": ("logistic", line([0, 0, 0, 1, 1, 1]), "beta[x1] runs off"),
    "separated but for a tie": ("logistic", line([0, 0, 1, 0, 1, 1], [0, 1, 2, 2, 3, 4]), "beta[x1] runs off"),
    "no event, two parameters": ("weibull", lifetimes(event=0), "scale runs to infinity"),
}
ON_EDGE = {
    "all failures": ("bernoulli", coins(0), 0.0),
    "all successes": ("bernoulli", coins(1), 1.0),
    "no count": ("poisson", Dataset({"y": np.zeros(5), "exposure": np.ones(5)}), 0.0),
    "no event": ("exponential", lifetimes(event=0), 0.0),
}
"""What is certain there has probability 1, so that the log-likelihood, constants and all, is 0."""


@pytest.mark.parametrize(("name", "data", "direction"), NO_MAXIMUM.values(), ids=NO_MAXIMUM)
def test_mle_without_a_maximum_is_divergent_and_says_where_to(name, data, direction):
    found = maximum_likelihood.fit(program(models.get(name), data))
    assert found.status == "divergent"
    assert found.reason.startswith(direction)
    assert np.all(np.isnan(found.point))
    assert np.all(np.isnan(found.se))
    assert [concern.code for concern in found.concerns] == ["divergent"]


@pytest.mark.parametrize("fit", [maximum_likelihood.fit, exact.fit_mle], ids=["search", "formula"])
@pytest.mark.parametrize(("name", "data", "edge"), ON_EDGE.values(), ids=ON_EDGE)
def test_the_highest_likelihood_may_lie_on_an_edge(name, data, edge, fit):
    made = program(models.get(name), data)
    found = fit(made)
    assert found.log_likelihood == 0.0
    check_on_edge(made, found, edge, 0.0)


def check_on_edge(made, found, edge, power):
    """The mutant's edge is open."""
    assert (found.status, found.point.tolist()) == ("ok", [edge])
    assert found.covariance is None
    assert not found.has_errors
    assert [concern.code for concern in found.concerns] == ["boundary"]
    end = maximise(of_density(made, power), made.coordinates.z(made.start)[None])
    assert np.isinf(end.z).all()
    (parameter,) = made.layout.parameters
    made.layout.parameters = (replace(parameter, support=replace(parameter.support, attainable=())),)
    mutant = maximise(of_density(made, power), made.coordinates.z(made.start)[None])
    assert mutant.status(0) == "divergent"
    assert mutant.reason(0) == f"{parameter.name} runs to {edge:g}"


@pytest.mark.parametrize(
    ("case", "prior"),
    [("all successes", "Beta(3, 1)"), ("no count", "Gamma(1, 2)"), ("no event", "Gamma(1, 2)")],
)
def test_the_mode_lies_on_an_edge_where_the_prior_has_mass(case, prior):
    """Of Beta(3 + n, 1) and Gamma(1, 2 + n), which are highest at their end."""
    name, data, edge = ON_EDGE[case]
    parameter = models.get(name).parameters[0].name
    made = program(models.get(name), data, {parameter: prior})
    check_on_edge(made, maximum_a_posteriori.fit(made), edge, 1.0)


@pytest.mark.parametrize("case", [("all failures", "Beta(0.5, 0.5)"), ("no count", "Gamma(0.5, 2)")])
def test_there_is_no_mode_where_the_density_has_no_bound_at_the_edge(case):
    name, data, _ = ON_EDGE[case[0]]
    made = program(models.get(name), data, {models.get(name).parameters[0].name: case[1]})
    assert maximise(of_density(made, 1.0), made.coordinates.z(made.start)[None]).status(0) == "divergent"


PROPER_MODE = {
    "separated": {},
    "all failures": {},
    "no count": {"rate": "Gamma(2, 1)"},
    "no event": {"rate": "Gamma(2, 1)"},
}
"""The priors under which the same data have a posterior mode inside."""


@pytest.mark.parametrize("data", PROPER_MODE)
def test_map_goes_on_where_the_mle_diverges(data):
    name, rows, _ = (NO_MAXIMUM | ON_EDGE)[data]
    made = program(models.get(name), rows, PROPER_MODE[data])
    found = maximum_a_posteriori.fit(made)
    assert found.status == "ok"
    check_optimum(made, found.point, 1.0)
    if made.model.conjugate_posterior(made.data, made.priors):
        # Mode of Gamma(2, 1 + T) and of Beta(2, 7).
        mode = {"poisson": 1 / 6, "exponential": 1 / 16, "bernoulli": 1 / 7}[name]
        np.testing.assert_allclose(found.point, [mode], rtol=1e-9)


@pytest.mark.parametrize("name", ["normal", "linear", "weibull"])
def test_a_constant_is_refused(name):
    formula = "y ~ x" if models.get(name).takes_formula else None
    with pytest.raises(DataError, match=r"every y is 2\.5"):
        compare(name, {"y": [2.5] * 6, "x": [1, 2, 3, 4, 5, 7]} if formula else {"y": [2.5] * 6}, formula=formula)
