"""Posteriors by quadrature beside closed forms, marginal likelihoods beside formulas, and refusals."""

import numpy as np
import pytest
import scipy

from mle_vs_bayes import models
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.estimators import exact
from mle_vs_bayes.estimators.quadrature import grid, integrals, quadrature
from mle_vs_bayes.estimators.quadrature.evidence import evidence
from mle_vs_bayes.fit import quantities
from mle_vs_bayes.fit.priors import resolve
from mle_vs_bayes.fit.replicates import fit_replicates
from mle_vs_bayes.fit.row_table import Context
from mle_vs_bayes.fit.simulated import filled, simulated
from mle_vs_bayes.search.standardised import FINE

from ..model.leaves import TwoMeans

LEVELS = (0.001, 0.025, 0.5, 0.975, 0.999)
FLAT = {"mu": "Flat()", "sigma": "HalfFlat()"}
CONJUGATE = [("bernoulli", {}), ("poisson", {}), ("exponential", {}), ("normal", FLAT)]
ERROR = 10 * FINE.enough
"""Numbers that have settled to a tenth of it on halving the step have a tenth of it left at most, and sums of some."""


def program(name, given, y=None, n=20):
    model = models.get(name)
    data = simulated(model, n, {}, 3)[0] if y is None else filled(model, Dataset({"y": np.array(y, dtype=float)}))
    return ModelDensity(model, data, resolve(model, given, data))


def errors(density, integrated):
    """The largest error of a mean or SD, in posterior SDs, or of a probability, of what has a closed form."""
    closed, labels = exact.conjugate(density, density.data, density.priors), density.quantity_labels
    worst = []
    for label, known in closed.items():
        found = integrated.marginal(0, labels.index(label))
        missing = density.missing_moments[labels.index(label)]
        scale = known.std() if not missing.deviation else np.ptp(known.ppf([0.16, 0.84])) / 2
        worst += [] if missing.mean else [abs(found.mean() - known.mean()) / scale]
        worst += [] if missing.deviation else [abs(found.std() / scale - 1)]
        worst += list(np.abs(known.cdf(found.ppf(LEVELS)) - LEVELS))
    return max(worst)


@pytest.mark.parametrize(("name", "given"), CONJUGATE, ids=[name for name, _ in CONJUGATE])
def test_it_is_the_closed_form(name, given):
    density = program(name, given)
    assert errors(density, quadrature.of_density(density)) <= ERROR


def test_heavy_tails():
    """Three values under flat priors: mu is t on 1 degree of freedom, without a mean."""
    density = program("normal", FLAT, y=(1.0, 2.0, 4.0))
    assert errors(density, quadrature.of_density(density)) <= ERROR


def test_mutant_one_node_of_a_distribution():
    density = program("exponential", {})
    integrated = quadrature.of_density(density)
    nodes = integrated.parts[0].grid
    nodes.logs[0, -nodes.lower[0] + 3] = -np.inf
    assert errors(density, integrated) > ERROR


def test_mutant_one_node_is_refused(monkeypatch):
    """Of no step is the sum then that of the next."""
    filled = grid.filled

    def without(nodes, wanted):
        made = filled(nodes, wanted)
        made.logs[0, -nodes.lower[0] + 3] -= 1.0
        return made

    monkeypatch.setattr(grid, "filled", without)
    monkeypatch.setattr(integrals, "filled", without)
    (reason,) = quadrature.of_density(program("exponential", {})).reason
    assert reason.startswith("the quadrature has not settled")


def log_gamma(shape, rate):
    """log of the integral of x^(shape − 1) e^(−rate x)."""
    return scipy.special.gammaln(shape) - shape * np.log(rate)


def of_formula(name, y, total):
    """Marginal likelihoods under Gamma(2, 1) and Beta(2, 2)."""
    if name == "bernoulli":
        return scipy.special.betaln(2 + total, 2 + len(y) - total) - scipy.special.betaln(2, 2)
    if name == "exponential":
        return log_gamma(2 + len(y), 1 + total) - log_gamma(2, 1)
    return log_gamma(2 + total, 1 + len(y)) - log_gamma(2, 1) - scipy.special.gammaln(y + 1).sum()


EVIDENCE = [("bernoulli", {"p": "Beta(2, 2)"}), ("exponential", {"rate": "Gamma(2, 1)"})]
EVIDENCE += [("poisson", {"rate": "Gamma(2, 1)"})]


@pytest.mark.parametrize(("name", "given"), EVIDENCE, ids=[name for name, _ in EVIDENCE])
def test_marginal_likelihood_has_every_constant(name, given):
    """The rows are condensed, which leaves constants out that a Bayes factor needs."""
    density = program(name, given)
    y, found = density.data["y"], evidence(density)
    assert abs(found.value - of_formula(name, y, y.sum())) <= max(found.error, 1e-12)
    assert abs(found.value - of_formula(name, y, y.sum() + 1e-6)) > found.error  # and what is off by a millionth is not


def two_values():
    """Two values under two equally likely means with one prior N(0, 1), and the exact log marginal likelihood.

    Both come from one component or one from each: ½ N(y; 0, I + 11ᵀ) + ½ N(y₁; 0, 2) N(y₂; 0, 2).
    """
    y = np.array([0.3, 2.1])
    model = TwoMeans()
    density = ModelDensity(model, Dataset({"y": y}), resolve(model, {}, Dataset({"y": y})))
    apart = scipy.stats.norm(0, np.sqrt(2)).logpdf(y).sum()
    together = scipy.stats.multivariate_normal([0, 0], [[2, 1], [1, 2]]).logpdf(y)
    return density, np.logaddexp(apart, together) - np.log(2)


def test_marginal_likelihood_of_ordered_means_has_its_factorial():
    density, truth = two_values()
    found = evidence(density)
    assert abs(found.value - truth) <= max(found.error, 1e-12)
    assert abs(quadrature.of_density(density).log_integral[0] + np.log(2) - found.value) < 1e-12  # the mutant lacks it


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("normal", FLAT, "improper"),
        ("normal", {"mu": "jeffreys", "sigma": "jeffreys"}, "improper"),
        ("linear", {}, "has 4 free parameters"),
    ],
)
def test_no_marginal_likelihood(name, given, words):
    assert words in evidence(program(name, given)).reason


def test_many_data_sets_are_each_alone():
    """Weibull: nothing is condensed, and some need a smaller step than others."""
    model = models.get("weibull")
    sets = [simulated(model, 5 + 20 * (seed % 2), {}, seed)[0] for seed in range(6)]
    found = fit_replicates("weibull", sets, ("posterior_exact",)).rows.pivot(index="replicate", columns="parameter")
    for replicate, data in enumerate(sets):
        one = exact.fit_posterior(ModelDensity(model, data, resolve(model, {}, data)))
        for label, marginal in one.distributions.items():
            ends = marginal.interval(0.95)
            for column, value in zip(("median", "lower", "upper"), (marginal.median(), *ends), strict=True):
                assert found[column][label][replicate] == pytest.approx(value, abs=ERROR * (ends[1] - ends[0]))


@pytest.mark.parametrize(
    ("name", "given", "status", "words"),
    [
        ("linear", {}, "not_applicable", "has 4 free parameters here, and quadrature takes at most 3"),
        ("normal", {"mu": "Flat()", "sigma": "HalfFlat()"}, "not_applicable", "improper"),
    ],
)
def test_refusals(name, given, status, words):
    found = exact.fit_posterior(program(name, given, y=(1.0, 2.0) if name == "normal" else None))
    assert (found.status, words in str(found.reason)) == (status, True), found.reason


def test_a_density_that_breaks_off_has_a_formula_or_nothing():
    """Three successes under Beta(0.02, 0.02): 1 − p is below all numbers with a probability that is not small."""
    density = program("bernoulli", {"p": "Beta(0.02, 0.02)"}, y=(1.0, 1.0, 1.0))
    found = exact.fit_posterior(density)
    p, odds = quantities.rows("posterior_exact", found, density, Context(0.95, 0))
    assert (p.status, p.estimate) == ("ok", pytest.approx(3.02 / 3.04))
    assert (odds.status, odds.estimate, odds.median) == ("failed", None, None)
    assert "breaks off" in odds.reason
    (*_, together) = fit_replicates(
        "bernoulli", [density.data], ("posterior_exact",), priors={"p": "Beta(0.02, 0.02)"}
    ).rows.itertuples()
    assert (together.status, together.reason) == (odds.status, odds.reason)
