"""Moments of coefficients and odds ratios under heavy tails: rays of the likelihood, and separation."""

import numpy as np
import pandas as pd
import pytest
import scipy

from mle_vs_bayes import compare, models
from mle_vs_bayes.comparison.compare import prepared
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.model.families.tails import Tails, falling_as_power
from mle_vs_bayes.models.trunks import falls, separation

from ..agreement.checks import program


def logistic(y, x, prior):
    columns = {"X": np.column_stack([np.ones(len(y)), x]), "y": np.array(y, dtype=float)}
    columns |= {"trials": np.ones(len(y)), "offset": np.zeros(len(y))}
    return program(models.get("logistic"), Dataset(columns, {"term": ("Intercept", "x")}), {"beta": prior})


def lacking(made):
    """Label → whether the mean and the standard deviation exist."""
    named = zip(made.quantity_labels, made.missing_moments, strict=True)
    return {label: (m.mean is None, m.deviation is None) for label, m in named}


BINARY = [0, 0, 0, 0, 1, 1, 1, 1]
ONE_FAILURE = [0, 1, 0, 1, 0, 1, 1, 1]
"""One failure of four where x is 1: along (0, 1) the likelihood falls as exp(−t)."""


@pytest.mark.parametrize(
    ("prior", "mean", "deviation"),
    [
        ("Normal(0, 1)", True, True),
        ("Cauchy(0, 2.5)", True, False),  # at exp(t) exp(−t) a power is left, t^−2
        ("StudentT(0.5, 0, 2.5)", True, False),  # t^−1.5
        ("Flat()", False, False),  # nothing is left
        ("Laplace(0, 1)", True, False),  # 1 + 1 is just not above 2
        ("Laplace(0, 0.9)", True, True),
        ("Logistic(0, 1)", True, False),
    ],
)
def test_an_odds_ratio_has_the_moments_that_likelihood_and_prior_leave(prior, mean, deviation):
    assert lacking(logistic(ONE_FAILURE, BINARY, prior))["odds_ratio[x]"] == (mean, deviation)


@pytest.mark.parametrize("size", [0.1, 1.0, 10.0])
def test_the_unit_of_a_covariate_decides_as_exp_beta_is_per_unit(size):
    """The likelihood falls as exp(−size t) per unit of beta."""
    made = logistic(ONE_FAILURE, size * np.array(BINARY), "StudentT(3, 0, 1)")
    assert lacking(made)["odds_ratio[x]"] == (size >= 1, size >= 2)


@pytest.mark.parametrize("prior", ["Cauchy(0, 2.5)", "StudentT(3, 0, 2.5)", "Laplace(0, 1)"])
def test_the_declared_order_is_where_the_integral_begins_to_diverge(prior):
    """∫ exp(k β) L π over β of x below T, the intercept integrated out on a grid: does it still grow at T = 60?"""
    made = logistic(ONE_FAILURE, BINARY, prior)
    steps, intercepts = np.linspace(-5, 60, 651), np.linspace(-8, 8, 81)
    points = np.stack(np.meshgrid(intercepts, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    heights = np.array([np.sum(made.log_likelihood_units(theta)) for theta in points])
    heights = (heights + made.log_prior_of_draws(points)).reshape(len(intercepts), len(steps))
    exists = lacking(made)["odds_ratio[x]"]
    for k, expected in ((1, exists[0]), (2, exists[1])):
        parts = np.exp(heights + k * steps - heights.max()).sum(axis=0)
        growing = parts[-200:].sum() / parts[-400:-200].sum()  # a power t^−2 halves it, a constant leaves it
        assert (growing < 0.6) == expected


def test_cauchy_priors_leave_no_mean_to_a_covariate_that_separates_alone():
    """Ghosh, Li & Mitra (2018), Bayesian Analysis 13(2), 359–383."""
    alone = lacking(logistic([0, 1, 0, 1, 1, 1, 1, 1], BINARY, "Cauchy(0, 2.5)"))
    assert alone["beta[x]"] == (False, False)
    assert alone["beta[Intercept]"] == (True, True)
    together = lacking(logistic([0, 0, 1, 1], [1.0, 2.0, 3.0, 4.0], "Cauchy(0, 2.5)"))  # only x − 2.5 separates
    assert together["beta[x]"] == (True, False)
    assert lacking(logistic([0, 1, 0, 1], [1.0, 2.0, 3.0, 4.0], "Cauchy(0, 2.5)"))["beta[x]"] == (True, True)


def test_a_flat_prior_under_separation_is_improper():
    made = logistic([0, 0, 1, 1], [1.0, 2.0, 3.0, 4.0], "Flat()")
    assert all("improper" in str(each.mean) for each in made.missing_moments)


def test_more_rows_than_the_first_bound_reads_change_nothing():
    rows = np.random.default_rng(0).permutation(np.arange(700) / 700)
    y = (np.arange(700) % 2).astype(float)
    assert lacking(logistic(y, rows, "Cauchy(0, 1)"))["odds_ratio[x]"] == (True, True)


X = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0])
WITH_X = {"X": np.column_stack([np.ones(7), X]), "offset": np.zeros(7)}
FALLING = {
    # model, columns, coords, coefficient, order: what the likelihood gives up per step of it, all others free
    "no rate of the reference may rise, and its two events sink": (
        "poisson_regression",
        WITH_X | {"y": np.array([1.0, 0.0, 1.0, 3.0, 0.0, 0.0, 2.0]), "exposure": np.ones(7)},
        {"term": ("Intercept", "x")},
        1,
        2.0,
    ),
    "an end that was seen recedes, one that was not stays": (
        "exponential(formula='y')",
        WITH_X | {"y": np.arange(1.0, 8.0), "event": np.array([1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0])},
        {"term": ("Intercept", "x")},
        1,
        3.0,
    ),
    "the classes beside the reference rise together": (
        "multinomial_logit",
        {"X": np.ones((7, 1)), "y": np.array([0.0, 0.0, 1.0, 1.0, 1.0, 2.0, 2.0])},
        {"term": ("Intercept",), "outcome": ("a", "b", "c")},
        1,
        2.0,
    ),
    "cutpoints rise with the covariate": (
        "ordered",
        {"X": X[:, None], "y": np.array([0.0, 0.0, 1.0, 2.0, 2.0, 1.0, 0.0]), "offset": np.zeros(7)},
        {"term": ("x",), "outcome": ("0", "1", "2")},
        0,
        1.0,
    ),
}
"""By why: what a step of the coefficient costs where all others follow as they like."""


def falling(why):
    name, columns, coords, place, order = FALLING[why]
    model = models.get(name)
    flat = {parameter.name: "Flat()" for parameter in model.parameters}
    return program(model, Dataset(columns, coords), flat), place, order


@pytest.mark.parametrize("why", FALLING)
def test_a_likelihood_falls_as_fast_as_the_moments_say(why):
    """∫ L over all other parameters, whose slope in one far out is the order of exp(β)'s moments under a flat prior."""
    made, place, order = falling(why)
    size, logs = made.layout.size, []
    for far in (24.0, 30.0):
        axes = [np.array([far]) if k == place else np.arange(-36.0, 37.0, 1.0) for k in range(size)]
        points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, size)
        points = points[np.all(np.diff(points[:, 1:], axis=1) > 0, axis=1)] if size > 2 else points
        logs.append(scipy.special.logsumexp([made.log_likelihood(point) for point in points]))
    assert (logs[0] - logs[1]) / 6 == pytest.approx(order, abs=0.05)
    ratio = next(function for function in made.model.functions if function.name.endswith("ratio"))
    tails = {p.name: (Tails(falling_as_power(1.0), falling_as_power(1.0)),) * k for p, k in sizes(made)}
    assert ratio.moments(tails, made.data)[place].order == pytest.approx(order)


def sizes(made):
    return [(p, len(made.layout.labels_of[p.name])) for p in made.layout.parameters]


@pytest.mark.parametrize(("events", "exists"), [([0, 0, 0], False), ([1, 0, 0], True)])
def test_a_rate_ratio_has_a_mean_where_the_reference_has_an_event(events, exists):
    """Under Cauchy priors; under normal ones always."""
    y = np.array([*events, 3.0, 0.0, 0.0, 2.0])
    data = Dataset(WITH_X | {"y": y, "exposure": np.ones(7)}, {"term": ("Intercept", "x")})
    for prior, expected in (("Cauchy(0, 2.5)", exists), ("Normal(0, 2.5)", True)):
        made = program(models.get("poisson_regression"), data, {"beta": prior})
        assert lacking(made)["rate_ratio[x]"][0] == expected


def test_a_ratio_whose_likelihood_is_not_known_to_fall_has_a_mean_by_its_prior_alone():
    """Groups, whose effects may follow a coefficient, and a shape that may be near 0."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {"seen": [0.0, 1.0] * 6, "x": rng.normal(size=12), "y": rng.exponential(size=12), "g": [1, 2, 3] * 4}
    )
    for name, formula in (("bernoulli", "seen ~ x + (1 | g)"), ("weibull", "y ~ x")):
        for prior, exists in (("Cauchy(0, 1)", False), ("Normal(0, 1)", True)):
            model, data, _ = prepared(models.specified(name, formula=formula), frame, {}, formula, False)
            ratio = next(iter(model.functions)).name
            assert lacking(program(model, data, {"beta": prior}))[f"{ratio}[x]"][0] == exists


ALONE = {
    "counts of nothing": ("negative_binomial", "y ~ x", {"y": [0, 0, 0, 2, 0, 1, 3]}),
    "lives whose ends were not seen": ("weibull", "y ~ x", {"y": np.arange(1.0, 8.0), "event": [0, 0, 0, 1, 1, 0, 1]}),
    "successes alone, as a threshold": ("bernoulli", "y ~ x", {"y": [1, 1, 1, 0, 1, 0, 1], "link": "probit"}),
}
"""By what a group of rows is: models whose likelihood stays level as it runs off."""


@pytest.mark.parametrize("what", ALONE)
def test_a_group_that_says_nothing_leaves_its_coefficient_to_the_prior(what):
    """The first three rows, where x is 1. Of both coefficients together the priors leave more than of one."""
    name, formula, columns = ALONE[what]
    link = {"link": columns["link"]} if "link" in columns else {}
    frame = pd.DataFrame(
        {"x": 1 - X, **{key: np.asarray(value, float) for key, value in columns.items() if key != "link"}}
    )
    for prior, exists in (("Cauchy(0, 1)", False), ("Normal(0, 1)", True)):
        model, data, _ = prepared(models.specified(name, formula=formula, **link), frame, {}, formula, False)
        known = lacking(program(model, data, {"beta": prior}))
        assert known["beta[x]"][0] == exists
        assert known["beta[Intercept]"][0]  # nothing is improper
    frame["x"] = 0.5 - (np.arange(7) % 2)  # both groups have outcomes of either kind
    model, data, _ = prepared(models.specified(name, formula=formula, **link), frame, {}, formula, False)
    assert lacking(program(model, data, {"beta": "Cauchy(0, 1)"}))["beta[x]"][0]


ASCENDING = np.array([-2.0, -1.0, -0.5, 0.3, 0.8, 1.5, 2.0, 2.5])
CLASSES = {
    # class by class along x: no overlap; the middle ones meet at one value (quasi-complete); overlapping
    "apart": ("aaabbbcc", ASCENDING, True),
    "meeting": ("aaabbbcc", [-2.0, -1.0, 0.3, 0.3, 0.8, 1.5, 1.5, 2.5], True),
    "overlapping": ("aabacbcc", ASCENDING, False),
    "one apart": ("abababcc", ASCENDING, None),  # c lies above all others, which overlap
}


def test_nothing_is_separated_where_no_coefficient_is_left():
    data = Dataset({"X": np.zeros((4, 0)), "y": np.array([0.0, 1, 0, 1]), "trials": np.ones(4)}, {"term": ()})
    assert separation.divergence(models.get("logistic"), data, falls.of_trials(data), "all") is None


@pytest.mark.parametrize("order", [True, False])
@pytest.mark.parametrize("name", CLASSES)
def test_covariates_that_separate_classes_leave_no_maximum(name, order):
    """In an order one slope serves all cutpoints, so that only all classes together are separated; else each may be."""
    words, x, apart = CLASSES[name]
    separated = (not order) if apart is None else apart
    frame = pd.DataFrame({"x": x, "y": list(words)})
    model = "ordered" if order else "categorical"
    comparison = compare(model, frame, formula="y ~ x", estimators=("mle",), order=("a", "b", "c"))
    estimate = comparison.fit.estimates["mle"]
    assert estimate.status == ("divergent" if separated else "ok")
    if separated:
        assert estimate.reason.endswith("runs off: the covariates separate the classes")
