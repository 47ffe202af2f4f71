"""The table of distributions and of links: two wordings that say the same, moments, draws, and mutants that do not."""

from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pymc
import pytensor
import pytensor.tensor as pt
import pytest
import scipy
from pytensor.scalar import basic as scalar
from pytensor.scalar.basic import autocast_float_as

from mle_vs_bayes.model import families, links
from mle_vs_bayes.model.families import FAMILIES
from mle_vs_bayes.model.prior import DEFAULTS

TOLERANCE = 1e-10
"""Of |a − b| relative to 1 + |a|: the bound of `density/parity.py`."""
POINTS = 40
WORDED_TWICE = [name for name, family in FAMILIES.items() if family.worded_twice and name != "Dirichlet"]
FORMS = [(name, names) for name in WORDED_TWICE for names in FAMILIES[name].signatures]
IDS = [f"{name}({', '.join(names)})" for name, names in FORMS]


def arguments_of(family, names, rng):
    """Random arguments of one of the family's forms: ends in order, means inside the support, whole trials."""
    supports = {name: a.support for each in family.signatures for name, a in each.items() if name in names}
    drawn = {name: _inside(supports[name], rng) for name in names}
    if {"lower", "upper"} <= drawn.keys():
        drawn["upper"] = drawn["lower"] + 0.5 + abs(drawn["upper"])
    if "n" in drawn:
        drawn["n"] = rng.integers(1, 30, POINTS).astype(float)
    if family.name == "Beta" and "mu" in drawn:
        drawn["mu"] = rng.uniform(0.2, 0.8, POINTS)
        drawn |= {"sigma": np.full(POINTS, 0.2)} if "sigma" in drawn else {}
    return drawn


def _inside(support, rng):
    if support.name == "unit":
        return rng.uniform(0.05, 0.95, POINTS)
    number = rng.normal(0.0, 2.0, POINTS)
    return 0.2 + np.abs(number) if support.lower == 0 else number


@contextmanager
def in_double_precision():
    """PyMC's constants (log 2, √2) as doubles: PyTensor reads them in single precision, which rounds them by 2⁻²⁵."""
    with autocast_float_as("float64"), patch.object(scalar.autocast_int, "dtypes", ("int64",)):
        yield


def pymc_log_density(family, arguments, y):
    whole = {n: pt.as_tensor(v).astype("int64") if n == "n" else v for n, v in arguments.items()}
    return pymc.logp(family.dist(whole), y).eval(mode="FAST_COMPILE")


def gap(family, other, names, seed=1):
    """The largest |a − b| / (1 + |a|) between the wordings of one form, at values that it draws itself."""
    rng = np.random.default_rng(seed)
    arguments = arguments_of(family, names, rng)
    y = np.asarray(family.random(rng, POINTS, arguments), dtype=float)
    ours = np.asarray(family.logp(y, arguments))
    with in_double_precision():
        theirs = pymc_log_density(other, arguments, y)
    assert np.all(np.isfinite(ours))
    return float(np.max(np.abs(ours - theirs) / (1 + np.abs(ours))))


@pytest.mark.parametrize(("name", "names"), FORMS, ids=IDS)
def test_both_wordings_of_every_form_agree(name, names):
    family = FAMILIES[name]
    assert gap(family, family, names) <= TOLERANCE


MUTANTS = {
    "a rate for a scale": ("Exponential", {"of_scipy": lambda lam: {"scale": lam}}),
    "a survival function for a density": ("Weibull", {"log_density": lambda y, alpha, beta: -((y / beta) ** alpha)}),
    "alpha for 1/alpha": (
        "NegativeBinomial",
        {"log_density": lambda y, mu, alpha: scipy.stats.nbinom.logpmf(y, alpha, alpha / (alpha + mu))},
    ),
    "a dropped constant": (
        "Normal",
        {"log_density": lambda y, mu, sigma: -0.5 * ((y - mu) / sigma) ** 2 - np.log(sigma)},
    ),
    "the share of zeros for that of counts": (
        "ZeroInflatedPoisson",
        {"log_density": lambda y, psi, mu: families.zero_inflated_poisson.logp(y, {"psi": 1 - psi, "mu": mu})},
    ),
    "failures for attempts": ("Geometric", {"log_density": lambda y, p: scipy.stats.geom.logpmf(y + 1, p)}),
}


@pytest.mark.parametrize(("name", "change"), MUTANTS.values(), ids=MUTANTS)
def test_a_mutant_is_caught(name, change):
    family = FAMILIES[name]
    assert gap(replace(family, **change), family, family.names) > 1e-3


def test_shares_that_sum_to_one_agree_as_a_whole():
    a, rng = np.array([0.7, 2.0, 3.5]), np.random.default_rng(2)
    for _ in range(5):
        y = families.dirichlet.random(rng, 3, {"a": a})
        ours = families.dirichlet.logp(y, {"a": a})
        theirs = pymc.logp(pymc.Dirichlet.dist(a), y).eval(mode="FAST_COMPILE")
        assert abs(ours - theirs) <= TOLERANCE * (1 + abs(ours))


@pytest.mark.parametrize(("name", "names"), FORMS, ids=IDS)
def test_draws_follow_the_density(name, names):
    """Of 4,000 draws at one point the mean log density has the expectation that the density says, to 5 errors."""
    family, rng, count = FAMILIES[name], np.random.default_rng(3), 4000
    arguments = {name: float(values[0]) for name, values in arguments_of(family, names, rng).items()}
    draws = np.asarray(family.random(rng, count, arguments), dtype=float)
    if family.discrete:
        values, shares = np.unique(draws, return_counts=True)
        expected = np.exp(family.logp(values, arguments))
        error = np.sqrt(expected * (1 - expected) / count)
        assert np.all(np.abs(shares / count - expected) <= 5 * error + 5 / count)
        return
    lower, upper = _ends(family, arguments)
    for q in (0.1, 0.5, 0.9):
        at = np.quantile(draws, q)
        below = _mass_below(family, arguments, at, lower, upper)
        assert abs(below - q) <= 5 * np.sqrt(q * (1 - q) / count) + 1e-3


WITH_CHANCES = [name for name in WORDED_TWICE if FAMILIES[name].scipy]


def check_places(family, count=4000):
    """Draws are uniform between their chances, by the bound of Dvoretzky, Kiefer and Wolfowitz with a risk of 1e-6.

    Massart (1990), Annals of Probability 18(3), 1269–1283: P(sup |F_n − F| > ε) ≤ 2 exp(−2 n ε²).
    """
    rng = np.random.default_rng(4)
    arguments = {name: float(values[0]) for name, values in arguments_of(family, family.names, rng).items()}
    y = np.asarray(family.random(rng, count, arguments), dtype=float)
    below, level = family.chances(y, arguments)
    u = np.sort(below + rng.random(count) * level)
    assert np.max(np.abs(u - (np.arange(count) + 0.5) / count)) <= np.sqrt(np.log(2e6) / 2 / count) + 1 / count


@pytest.mark.parametrize("name", WITH_CHANCES)
def test_draws_are_uniform_between_their_chances(name):
    check_places(FAMILIES[name])


class ContinuousCounts(families.Family):
    def chances(self, y, arguments):
        return super().chances(y, arguments)[0], 0.0


def test_mutants_a_mass_left_out_and_a_scale_for_a_rate_are_not_uniform():
    counts = ContinuousCounts(**vars(families.poisson))
    for wrong in (counts, replace(families.exponential, of_scipy=lambda lam: {"scale": lam})):
        with pytest.raises(AssertionError):
            check_places(wrong)


def _ends(family, arguments):
    if family.name in ("Uniform", "TruncatedNormal"):
        return arguments.get("lower", -np.inf), arguments.get("upper", np.inf)
    return family.support.lower, family.support.upper


def _mass_below(family, arguments, at, lower, upper):
    """∫ density by SciPy's quadrature, below or above ``at``, whichever end is nearer."""
    density = lambda y: float(np.exp(family.logp(y, arguments)))  # noqa: E731
    with np.errstate(all="ignore"):
        return (
            scipy.integrate.quad(density, lower, at, limit=200)[0]
            if np.isfinite(lower)
            else 1 - scipy.integrate.quad(density, at, upper, limit=200)[0]
        )


MOMENTS = [(name, family) for name, family in FAMILIES.items() if family.mean is not None and family.scipy]


@pytest.mark.parametrize(("name", "family"), MOMENTS, ids=[name for name, _ in MOMENTS])
def test_mean_and_variance_are_scipys(name, family):
    arguments = arguments_of(family, family.names, np.random.default_rng(4))
    with np.errstate(all="ignore"):
        mean, variance = getattr(scipy.stats, family.scipy).stats(**family.of_scipy(**arguments), moments="mv")
        ours = family.mean(**arguments), family.variance(**arguments)
    for exact, value in zip((mean, variance), ours, strict=True):
        finite = np.isfinite(exact)
        np.testing.assert_allclose(np.broadcast_to(value, POINTS)[finite], exact[finite], rtol=1e-9)
        assert not np.any(np.isfinite(np.broadcast_to(value, POINTS)[~finite]))


def scipys(family, what, arguments):
    """SciPy's mean or median."""
    return getattr(getattr(scipy.stats, family.scipy), what)(**family.of_scipy(**arguments))


@pytest.mark.parametrize("name", [name for name, family in FAMILIES.items() if family.at_mean is not None])
def test_arguments_at_a_location_have_it(name):
    family, rng = FAMILIES[name], np.random.default_rng(5)
    location, others = rng.uniform(0.2, 0.8, POINTS), {argument.name: 2.5 for argument in family.others}
    arguments = family.around_location(location, {**others, **{role: np.ones(POINTS) for role in family.read}})
    what = {"chance": "mean"}.get(family.location, family.location)  # of one trial the mean is its chance
    np.testing.assert_allclose(scipys(family, what, arguments), location, rtol=1e-12)


TAILED = [name for name, f in FAMILIES.items() if f.location and f.censored]


@pytest.mark.parametrize("name", TAILED)
def test_both_wordings_of_the_tails(name):
    """To nine digits in logarithms, far into both tails; constants of single precision are off by 1e-6."""
    family, rng = FAMILIES[name], np.random.default_rng(7)
    arguments = arguments_of(family, family.names, rng)
    law = getattr(scipy.stats, family.scipy)(**family.of_scipy(**arguments))
    y = np.concatenate([law.ppf(p) for p in (1e-8, 0.3, 0.9)] + [law.isf(1e-8)])
    arguments = {key: np.tile(value, 4) for key, value in arguments.items()}
    for symbol, ours in ((family.symbolic_logsf, family.logsf), (family.symbolic_logcdf, family.logcdf)):
        graph = pt.as_tensor(symbol(y, {key: pt.as_tensor(value) for key, value in arguments.items()}))
        graph = graph.eval(mode="FAST_COMPILE")
        np.testing.assert_allclose(graph, ours(y, arguments), rtol=1e-9, atol=1e-12)


def test_pymcs_own_wording_of_a_normal_tail_would_be_noticed():
    y, arguments = np.array([0.5]), {"mu": 0.0, "sigma": 1.0}
    family = FAMILIES["Normal"]
    theirs = pymc.logccdf(family.dist(arguments), y).eval(mode="FAST_COMPILE")
    assert not np.allclose(theirs, family.logsf(y, arguments), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["Weibull", "Exponential", "Gamma", "LogNormal", "Normal", "Logistic", "Poisson"])
def test_survival_and_distribution_function_make_one(name):
    family, rng = FAMILIES[name], np.random.default_rng(6)
    arguments = arguments_of(family, family.names, rng)
    y = np.asarray(family.random(rng, POINTS, arguments), dtype=float)
    total = np.exp(family.logsf(y, arguments)) + np.exp(family.logcdf(y, arguments))
    np.testing.assert_allclose(total, 1.0, rtol=1e-12)


def test_every_parameter_has_a_default_prior_a_link_and_a_meaning():
    for family in FAMILIES.values():
        for argument in family.arguments:
            assert argument.link in links.LINKS
            assert (argument.prior in DEFAULTS) == bool(argument.meaning) == bool(argument.prior), (family, argument)
        assert (family.at_mean is not None) == (family.location not in ("", *family.names))
        assert {*family.location_links} <= {*links.LINKS}
        for argument in family.others:
            assert (argument.prior in DEFAULTS, bool(argument.meaning), argument.link in links.LINKS) == (True,) * 3


# Links.

ETA = np.concatenate([np.linspace(-8.0, 8.0, 33), [-30.0, 30.0]])
each_link = pytest.mark.parametrize("link", links.LINKS.values(), ids=links.LINKS)


def predictors(link):
    """η where the link has a mean that is a number."""
    return np.abs(ETA) + 0.1 if link.predictors.lower == 0 else ETA


def symbol(of, eta):
    vector = pt.vector("eta", dtype="float64")
    return pytensor.function([vector], of(vector), mode="FAST_COMPILE")(eta)


@each_link
def test_both_wordings_of_a_link_agree(link):
    eta = predictors(link)
    np.testing.assert_allclose(symbol(link.inverse_symbol, eta), link.inverse(eta), rtol=1e-12)
    np.testing.assert_allclose(symbol(link.derivative_symbol, eta), link.derivative(eta), rtol=1e-12)
    if link.log_odds is not None:
        np.testing.assert_allclose(symbol(link.log_odds_symbol, eta), link.log_odds(eta), rtol=1e-10)


@each_link
def test_the_derivative_is_that_of_the_inverse(link):
    """PyTensor's own derivative of the inverse, an independent rule, where neither has run to a constant."""
    eta = predictors(link)
    eta = eta[np.abs(eta) < 4]
    exact = symbol(lambda vector: pytensor.grad(link.inverse_symbol(vector).sum(), vector), eta)
    np.testing.assert_allclose(link.derivative(eta), exact, rtol=1e-9)
    mutant = replace(link, derivative=lambda eta: link.derivative(eta) * (1 + 1e-6))
    assert np.max(np.abs(mutant.derivative(eta) / exact - 1)) > 1e-7


@each_link
def test_link_and_inverse_undo_each_other(link):
    eta = predictors(link)
    eta = eta[np.abs(eta) < 3]
    np.testing.assert_allclose(link.link(link.inverse(eta)), eta, rtol=1e-9, atol=1e-9)
    assert link.means.contains(link.inverse(eta))


@pytest.mark.parametrize("link", [link for link in links.LINKS.values() if link.log_odds], ids=lambda link: link.name)
def test_log_odds_are_those_of_the_mean(link):
    eta = np.linspace(-2.5, 2.5, 21)
    mean = link.inverse(eta)
    np.testing.assert_allclose(link.odds(eta), np.log(mean / (1 - mean)), rtol=1e-9, atol=1e-9)
    assert np.all(np.isfinite(link.odds(np.array([-30.0, 6.0]))))


def test_a_mean_that_is_no_probability_has_no_odds():
    with pytest.raises(ValueError, match="no probability"):
        links.log.odds(1.0)
