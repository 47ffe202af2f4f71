"""Bayes factors beside formulas and brute force, what they are under other priors, and where there is none."""

import re

import numpy as np
import pytest
import scipy

from mle_vs_bayes import compare, models
from mle_vs_bayes.comparison.compare import prepared
from mle_vs_bayes.comparison.scores.bayes_factor import bayes_factor, widened
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.estimators import exact
from mle_vs_bayes.estimators.quadrature.evidence import evidence
from mle_vs_bayes.fit.priors import resolve
from mle_vs_bayes.fit.simulated import filled
from mle_vs_bayes.model.prior import Prior, parse

Y = np.array([0.3, 1.2, 0.7, 2.9, 0.4, 1.8])
COUNTS = np.array([0.0, 2.0, 1.0, 4.0, 3.0, 1.0])


def density(name, given=None, y=Y, power=1.0):
    model = models.get(name)
    data = filled(model, Dataset({"y": y}))
    return ModelDensity(model, data, resolve(model, given or {}, data), power)


def of_formula(alpha, beta):
    """log ∫ rate^n e^(−rate Σy) Gamma(rate; alpha, beta)."""
    log = scipy.special.gammaln(alpha + len(Y)) - scipy.special.gammaln(alpha)
    return log + alpha * np.log(beta) - (alpha + len(Y)) * np.log(beta + Y.sum())


def test_it_is_the_formula_under_every_width():
    """Half as wide is a Gamma prior with the same mean and four times alpha and beta."""
    first, other = (density("exponential", {"rate": f"Gamma({a}, {b})"}) for a, b in ((2, 1), (3, 4)))
    found = bayes_factor(first, other)
    for value, scale in ((found.log, 1), (found.halved, 4), (found.doubled, 0.25)):
        truth = of_formula(2 * scale, scale) - of_formula(3 * scale, 4 * scale)
        assert value == pytest.approx(truth, abs=1e-9)
    assert abs(found.halved - found.log) > 0.01  # and no width stands for another
    assert bayes_factor(other, first).log == -found.log


def test_two_parameters_by_brute_force():
    """A Weibull's marginal likelihood, integrated on the model scale by SciPy."""
    made = density("weibull", {"shape": "Gamma(2, 1)", "scale": "Exponential(1)"})

    def joint(scale, shape):
        prior = scipy.stats.gamma.pdf(shape, 2) * np.exp(-scale)
        return prior * np.exp(scipy.stats.weibull_min.logpdf(Y, shape, scale=scale).sum())

    truth, _ = scipy.integrate.dblquad(joint, 0, 20, 0, 60, epsabs=1e-14, epsrel=1e-9)
    assert evidence(made).value == pytest.approx(np.log(truth), abs=1e-6)


@pytest.mark.parametrize(
    ("first", "other", "words"),
    [
        (density("exponential", {"rate": "HalfFlat()"}), density("exponential"), "improper"),
        (density("exponential"), density("exponential", {"rate": "jeffreys"}), "improper"),
        (density("exponential", power=2.0), density("exponential"), "a prior to the power 2 is no distribution"),
        (density("normal", y=COUNTS), density("poisson", y=COUNTS), "probabilities and the other densities"),
        (density("autoregressive"), density("autoregressive(conditional=1)"), "takes the first 1 values for known"),
        (density("normal"), density("autoregressive"), "how much of the prior of phi is stationary is not known"),
        (density("normal"), density("normal_mixture"), "has 5 free parameters"),
    ],
)
def test_no_bayes_factor(first, other, words):
    found = bayes_factor(first, other)
    assert found.log is None
    assert words in found.reason


def grouped(formula, nodes=None, y=(1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0), name="logistic"):
    frame = {"y": y, "g": [f"g{k}" for k in np.arange(len(y)) // 3], "x": np.arange(len(y)) % 3}
    model, data, _ = prepared(models.specified(name, formula=formula, nodes=nodes), frame, {}, formula, False)
    given = {"beta": "Normal(0, 2)", "sd": "HalfNormal(1)"} if "|" in formula else {"beta": "Normal(0, 2)"}
    return ModelDensity(model, data, resolve(model, given, data), 1.0)


def test_effects_of_groups_by_brute_force():
    """Evidence, mean and SD of both parameters on a grid of them, the effects summed by Gauss and Hermite's rule.

    Where it ends the priors have e^−18 and less, and the model's own nodes move a log-likelihood by 1e-5 at most. The
    mutant leaves the spread's Jacobian out.
    """
    made, successes = grouped("y ~ 1 + (1 | g)"), np.array([2, 3, 0, 1])
    b, s = np.linspace(-9, 9, 121), np.linspace(0, 6, 121)
    x, w = scipy.special.roots_hermite(61)
    eta = b[:, None, None] + np.sqrt(2) * s[:, None] * x
    each = [np.exp(k * eta - 3 * np.logaddexp(0, eta)) @ w / np.sqrt(np.pi) for k in successes]
    joint = np.prod(each, axis=0) * scipy.stats.norm.pdf(b, 0, 2)[:, None] * scipy.stats.halfnorm.pdf(s)

    def total(values):
        return scipy.integrate.simpson(scipy.integrate.simpson(joint * values, x=s, axis=1), x=b)

    means = np.array([total(b[:, None]), total(s)]) / total(1)
    spreads = np.sqrt(np.array([total(b[:, None] ** 2), total(s**2)]) / total(1) - means**2)
    found = exact.fit_posterior(made)
    assert found.point == pytest.approx(means, abs=1e-5)
    assert found.se == pytest.approx(spreads, rel=1e-5)
    assert evidence(made).value == pytest.approx(np.log(total(1)), abs=1e-5)
    assert abs(np.log(total(1 / np.maximum(s, 1e-3))) - np.log(total(1))) > 0.1


def test_three_parameters_by_brute_force():
    """As above for counts, whose groups all have x = 0, 1, 2: their totals say all of a group's mean t = b0 + s v.

    Simpson's and the trapezoid rule end where nothing is left. The mutant has another prior of the spread.
    """
    y, x = np.array([1, 0, 4, 2, 3, 9, 0, 1, 2, 3, 3, 3]), np.arange(12) % 3
    made = grouped("y ~ x + (1 | g)", y=tuple(y), name="poisson")
    b0, b1, s, t = (
        np.linspace(-4.5, 4.5, 61),
        np.linspace(-2.5, 2.5, 61),
        np.linspace(0, 5, 161),
        np.arange(-400, 401) / 20,
    )
    density = np.exp(-0.5 * ((t - b0[:, None, None]) / np.maximum(s, 1e-3)[:, None]) ** 2)
    density /= density.sum(axis=2, keepdims=True)
    means = np.exp(t) * np.exp(b1[:, None] * np.arange(3)).sum(axis=1)[:, None]
    each = [density @ np.exp(total * t - means).T for total in y.reshape(4, 3).sum(axis=1)]  # (b0, s, b1)
    joint = np.prod(each, axis=0) * np.exp(b1 * (x @ y) - scipy.special.gammaln(y + 1).sum())
    joint *= scipy.stats.norm.pdf(b0, 0, 2)[:, None, None] * scipy.stats.norm.pdf(b1, 0, 2)
    joint *= scipy.stats.halfnorm.pdf(s)[:, None]

    def total(values):
        for axis in (b1, s, b0):
            values = scipy.integrate.simpson(values, x=axis)
        return values

    points = (b0[:, None, None], b1, s[:, None])
    means = np.array([total(joint * each) for each in points]) / total(joint)
    spreads = np.sqrt(np.array([total(joint * each**2) for each in points]) / total(joint) - means**2)
    found = exact.fit_posterior(made)
    assert found.point == pytest.approx(means, abs=1e-5)
    assert found.se == pytest.approx(spreads, rel=1e-5)
    assert evidence(made, found.exact.integrated).value == pytest.approx(np.log(total(joint)), abs=1e-5)
    assert abs(total(joint * s[:, None] ** 2) / total(joint * s[:, None]) - means[2]) > 0.1


def test_a_bayes_factor_of_effects_of_groups():
    """That of groups against none is the ratio of what the test above and logistic regression have."""
    first, other = grouped("y ~ 1 + (1 | g)"), grouped("y ~ 1")
    found = bayes_factor(first, other)
    assert found.log == pytest.approx(evidence(first).value - evidence(other).value, abs=1e-12)
    assert found.halved is not None


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (
            grouped("y ~ x + (1 | g)", y=[1, 0, 1, 1, 1, 0] * 700),
            r"over 3 parameters it would take minutes: some 2e\+09 log densities of rows",
        ),
        (grouped("y ~ 1 + (1 | g)", nodes=3), "whose graph takes minutes to compile; read the posterior"),
    ],
    ids=["dear", "few nodes"],
)
def test_quadrature_over_a_quadrature_is_refused_where_it_would_take_minutes(made, words):
    assert re.search(words, exact.fit_posterior(made).reason)
    assert re.search(words, bayes_factor(made, grouped("y ~ 1")).reason)


@pytest.mark.parametrize(
    "text",
    ["Normal(1, 2)", "HalfNormal(2)", "Exponential(3)", "Exponential(scale=3)", "Gamma(2, 3)", "Laplace(1, 2)"],
)
def test_a_wider_prior_has_a_larger_standard_deviation(text):
    """By SciPy's draws of both from one seed, whose distances from the middle double; of a Gamma prior by formula."""
    prior, wider = parse(text), widened(parse(text), 2.0)
    if prior.family == "Gamma":
        (alpha, beta), (a, b) = (each.arguments.values() for each in (prior, wider))
        assert (a / b, np.sqrt(a) / b) == pytest.approx((alpha / beta, 2 * np.sqrt(alpha) / beta))
        return
    narrow, wide = (each.draw(1000, np.random.default_rng(1)) for each in (prior, wider))
    middle = float(prior.arguments.get("mu", 0.0))
    np.testing.assert_allclose(wide - middle, 2 * (narrow - middle), rtol=1e-9)


def test_priors_without_a_width():
    assert widened(Prior("Beta", alpha=2, beta=2), 2.0) is None


def test_the_page_says_it():
    first, other = (compare(name, {"y": Y}, estimators=["mle"]) for name in ("exponential", "weibull"))
    page = first.page(other)
    (line,) = page.document()["against"]
    assert line["log_bayes_factor"] == pytest.approx(
        evidence(first.fit.program).value - evidence(other.fit.program).value, abs=1e-9
    )
    better = "exponential over weibull" if line["log_bayes_factor"] > 0 else "weibull over exponential"
    assert f"Bayes factor of {better}" in " ".join(str(page).split())
    assert "with prior widths halved" in " ".join(str(page).split())


def test_exact_scores_leave_each_unit_out():
    """Under a conjugate Gamma prior p(y | the others) and the marginal likelihood have formulas.

    The mutant leaves no unit out: its posterior has seen y.
    """
    y, a, b = np.random.default_rng(2).exponential(2.0, size=20), 2.0, 3.0
    n, total = len(y), y.sum()
    score = compare("exponential", {"y": y}, priors={"rate": "Gamma(2, 3)"}, estimators=["exact"]).page().scores[0]
    law = (a + n - 1) * np.log((b + total - y) / (b + total)) + np.log((a + n - 1) / (b + total))
    assert score.held_out["posterior_exact"][0] == pytest.approx(law.mean(), rel=1e-9)
    seen = (a + n) * np.log((b + total) / (b + total + y)) + np.log((a + n) / (b + total + y))
    assert abs(score.held_out["posterior_exact"][0] - seen.mean()) > 1e-3
    marginal = a * np.log(b) + scipy.special.gammaln(a + n) - scipy.special.gammaln(a) - (a + n) * np.log(b + total)
    assert score.log_marginal_likelihood == pytest.approx(marginal, rel=1e-9)
