"""Priors: what is written is what is read, resolved once into numbers, and a density."""

import numpy as np
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st

from mle_vs_bayes import models
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.fit import priors
from mle_vs_bayes.model.families import PRIORS
from mle_vs_bayes.model.prior import Prior, Scaled, parse
from mle_vs_bayes.model.summaries import SUMMARIES

SIGNATURES = [(family, names) for family, kind in PRIORS.items() for names in kind.signatures]
LOCATIONS = {"mu", "lower", "upper"}
"""Arguments that may be any number; the others are above 0."""


def arguments_of(family, names, number):
    """A strategy for admissible arguments from one for numbers above 0: ends in order, means inside the support."""
    location = number if PRIORS[family].support.lower == 0 else st.one_of(number, number.map(lambda v: -v))
    drawn = {name: location if name in LOCATIONS else number for name in names}
    return st.fixed_dictionaries(drawn).map(in_order)


def in_order(arguments):
    if {"lower", "upper"} <= set(arguments):
        lower, upper = sorted((arguments["lower"], arguments["upper"]))
        arguments = {**arguments, "lower": lower, "upper": upper + abs(upper) + 1}
    return arguments


@st.composite
def written(draw):
    """A family with admissible arguments of any size."""
    family, names = draw(st.sampled_from(SIGNATURES))
    number = st.floats(min_value=1e-300, max_value=1e300)
    return family, draw(arguments_of(family, names, number))


@given(written())
def test_repr_is_read_back_exactly(case):
    family, arguments = case
    prior = Prior(family, **arguments)
    assert eval(repr(prior), {"Prior": Prior}) == prior
    text = f"{family}({', '.join(f'{name}={value!r}' for name, value in arguments.items())})"
    assert parse(text) == prior
    assert hash(parse(text)) == hash(prior)
    assert parse(f"  {text} ") == prior


@given(written())
def test_positional_arguments_stand_in_pymcs_order(case):
    family, arguments = case
    order = PRIORS[family].names
    if set(arguments) == set(order):
        text = f"{family}({', '.join(repr(arguments[name]) for name in order)})"
        assert parse(text) == Prior(family, **{name: arguments[name] for name in order})


@given(st.sampled_from(SIGNATURES), st.data())
def test_str_is_read_back_for_numbers_people_type(signature, data):
    """Six digits: what a report prints can be typed in again."""
    family, names = signature
    number = st.integers(min_value=1, max_value=999_999).map(lambda v: v / 1000)
    prior = Prior(family, **data.draw(arguments_of(family, names, number)))
    assert parse(str(prior)).signature == prior.signature
    for name, value in prior.arguments.items():
        assert parse(str(prior)).arguments[name] == pytest.approx(value, rel=5e-6)


def test_order_of_arguments_is_pymcs():
    """The first signature of each family is PyMC's order, without the alternatives PyMC has in between."""
    import inspect

    import pymc

    for family in set(PRIORS) & set(dir(pymc)):
        first = PRIORS[family].names
        parameters = inspect.signature(getattr(pymc, family).dist).parameters
        assert tuple(name for name in parameters if name in first) == first, family


BAD = {
    "": "does not parse",
    "Normal(": "does not parse",
    "Normal(0 1)": "does not parse",
    "Normal(mu=x)": "does not parse",
    "Normal(0, sigma='a')": "does not parse",
    "__import__('os').system('true')": "does not parse",
    "2": "does not parse",
    "Normal(**{'mu': 0})": "does not parse",
    "Gama(2, 1)": "did you mean Gamma?",
    "Zipf(2)": "is not known",
    "Normal(0, -1)": "sigma=-1; it must be above 0",
    "Normal(0, 0)": "sigma=0; it must be above 0",
    "Gamma(alpha=0, beta=1)": "alpha=0; it must be above 0",
    "Normal(0, 1, 2)": "has 3 arguments; Normal takes mu, sigma",
    "Normal(mu=0)": "takes mu, sigma or mu, tau; it was given mu",
    "Normal(mu=0, scale=1)": "takes mu, sigma or mu, tau; it was given mu, scale",
    "Flat(1)": "has 1 arguments; Flat takes none",
    "Uniform(2, 1)": "lower not below upper",
    "Uniform(1, 1)": "lower not below upper",
}


@pytest.mark.parametrize(("text", "sentence"), BAD.items(), ids=BAD)
def test_bad_priors_get_one_sentence(text, sentence):
    with pytest.raises(UsageError) as raised:
        parse(text)
    assert sentence in str(raised.value)
    assert str(raised.value).endswith((".", "?"))
    assert "\n" not in str(raised.value)


def test_not_a_number_is_no_argument():
    with pytest.raises(UsageError):
        parse("Normal(0, nan)")


@pytest.mark.parametrize("text", ["Uniform(-inf, 3)", "Normal(0, inf)", "Gamma(2, 1e999)"])
def test_no_density_has_an_infinite_argument(text):
    with pytest.raises(UsageError, match="it must be a finite number"):
        parse(text)


def test_numbers_that_people_write():
    assert parse("Normal(-1e3, 2.5)") == Prior("Normal", mu=-1000, sigma=2.5)
    assert parse("TruncatedNormal(mu=0, sigma=1, lower=-inf, upper=3)").support.lower == -np.inf
    assert parse("Normal([0, 1], [2, 3])") == Prior("Normal", mu=(0, 1), sigma=(2, 3))
    assert parse("Flat") == parse("Flat()") == Prior("Flat")


# Scaled priors and elements.

COINS = models.get("bernoulli")
LINE = Dataset(
    {"y": np.array([1.0, 3.0, 2.0, 6.0]), "X": np.array([[1.0, 0], [1, 2], [1, 4], [1, 6]])},
    {"term": ("Intercept", "x1")},
)


def test_scaled_arguments_become_numbers():
    prior = Prior("Normal", mu=Scaled(1, "mean(y)"), sigma=Scaled(2.5, "sd(y)"))
    assert str(prior) == "Normal(mu=mean(y), sigma=2.5 × sd(y))"
    assert prior.resolve(LINE) == Prior("Normal", mu=3.0, sigma=2.5 * np.std([1, 3, 2, 6]))
    assert prior.resolve(LINE).resolve(LINE) == prior.resolve(LINE)
    assert eval(repr(prior), {"Prior": Prior, "Scaled": Scaled}) == prior


def test_vocabulary_is_closed():
    with pytest.raises(KeyError):
        Scaled(1, "median(y)")


OF_COVARIATES = ("x", "Intercept", "effect")


@pytest.mark.parametrize("by", [name for name in SUMMARIES if not any(word in name for word in OF_COVARIATES)])
@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_summaries_follow_the_units(by, unit):
    """Degree 1 in y, or −1 for the reciprocal; without it a default prior would mean another thing in other units.

    A mean of logarithms moves by that of the unit, and their spread does not.
    """
    data = Dataset({"y": LINE["y"], "event": np.ones(4)})
    scaled = data.replace(y=data["y"] * unit)
    if "log" in by:
        moved = np.log(unit) if by.startswith("mean") else 0.0
        assert Scaled(1, by).resolve(scaled) == pytest.approx(Scaled(1, by).resolve(data) + moved, rel=1e-12)
        return
    degree = -1 if by.startswith("1/") else 1
    assert Scaled(2, by).resolve(scaled) == pytest.approx(Scaled(2, by).resolve(data) * unit**degree, rel=1e-12)


def test_regression_scales_are_rstanarms():
    """2.5 sd(y)/sd(x) for slopes; the intercept at x = 0 carries the slopes' spread at mean(x) = 3 in quadrature."""
    resolved = priors.resolve(models.get("linear"), {}, LINE)["beta"]
    sd_y, sd_x = np.std(LINE["y"]), np.std(LINE["X"][:, 1])
    slope = 2.5 * sd_y / sd_x
    np.testing.assert_allclose(resolved.arguments["sigma"], [np.hypot(2.5 * sd_y, slope * 3), slope], rtol=1e-12)
    np.testing.assert_allclose(resolved.arguments["mu"], [3.0, 0.0], rtol=1e-12)


def test_one_prior_for_all_elements_or_for_one():
    linear = models.get("linear")
    default = priors.resolve(linear, {}, LINE)["beta"]
    both = priors.resolve(linear, {"beta": "Normal(0, 10)"}, LINE)["beta"]
    assert both == Prior("Normal", mu=0, sigma=10)
    assert both.element(0) == both.element(1) == both
    one = priors.resolve(linear, {"beta[x1]": "Normal(1, 2)"}, LINE)["beta"]
    assert one.element(1) == Prior("Normal", mu=1, sigma=2)
    assert one.element(0) == default.element(0)
    nested = priors.resolve(linear, {"beta": "StudentT(4, 0, 1)", "beta[x1]": "StudentT(7, 1, 2)"}, LINE)["beta"]
    assert nested.element(0) == Prior("StudentT", nu=4, mu=0, sigma=1)
    assert nested.element(1) == Prior("StudentT", nu=7, mu=1, sigma=2)


REFUSED = {
    "no such parameter": ("bernoulli", {"q": "Beta(1, 1)"}, 'no parameter "q"'),
    "no such element": ("linear", {"beta[x9]": "Normal(0, 1)"}, 'no parameter "beta[x9]"'),
    "mass outside": ("bernoulli", {"p": "Normal(0, 1)"}, "mass outside p's support (unit: 0 to 1)"),
    "ends outside": ("bernoulli", {"p": "Uniform(0, 2)"}, "mass outside p's support"),
    "half outside": ("linear", {"sigma": "Normal(0, 1)"}, "mass outside sigma's support (positive: 0 to inf)"),
    "another family": ("linear", {"beta[x1]": "Laplace(0, 1)"}, "elements of one vector share a family"),
    "another length": ("linear", {"beta": "Normal([0, 1, 2], 1)"}, "has 3 values for mu; beta has 2 elements"),
    "does not parse": ("linear", {"beta": "Normal(0,"}, "does not parse"),
    "shares for a real": ("linear", {"beta": "Dirichlet([1, 1])"}, "such as Normal"),
    "no shares": ("normal_mixture", {"weight": "Beta(2, 2)"}, "such as Dirichlet"),
    "one share alone": ("normal_mixture", {"weight[1]": "Beta(2, 2)"}, "such as Dirichlet"),
    "three shares for two": ("normal_mixture", {"weight": "Dirichlet([1, 1, 1])"}, "weight has 2 elements"),
    "shares for rising values": ("normal_mixture", {"mu": "Dirichlet(1)"}, "such as Normal"),
}


@pytest.mark.parametrize(("name", "given_priors", "sentence"), REFUSED.values(), ids=REFUSED)
def test_priors_that_do_not_fit_the_model(name, given_priors, sentence):
    with pytest.raises(UsageError) as raised:
        priors.resolve(models.get(name), given_priors, LINE)
    assert sentence in str(raised.value)
    assert str(raised.value).endswith(".")


def test_a_prior_inside_the_support_is_taken():
    assert priors.resolve(COINS, {"p": "Uniform(0.2, 0.8)"}, LINE)["p"] == Prior("Uniform", lower=0.2, upper=0.8)
    truncated = {"sigma": "TruncatedNormal(0, 1, lower=0)"}
    assert priors.resolve(models.get("linear"), truncated, LINE)["sigma"].support.lower == 0


# Densities.

VALUES = {"alpha": 2.5, "beta": 1.5, "mu": 0.4, "sigma": 0.3, "tau": 2.0, "nu": 4.0, "b": 1.2, "s": 0.8, "lam": 0.7}
VALUES |= {"scale": 1.3, "a": 2.0, "lower": -0.5, "upper": 2.0, "eta": 2.0}
"""Arguments for which every proper family has a density that vanishes or stays finite at the ends of its support."""

PROPER = [(f, names) for f, names in SIGNATURES if PRIORS[f].proper and not PRIORS[f].support.tied]


@pytest.mark.parametrize(("family", "names"), PROPER, ids=[f"{family}({', '.join(names)})" for family, names in PROPER])
def test_density_integrates_to_one(family, names):
    """By the trapezium rule over a variable in which the integrand is smooth and vanishes at both ends.

    For such integrands the rule's error falls faster than any power of the step (a density with a kink, Laplace's, by
    its square: (1/50)²/12 of the kink). The heaviest tail, Cauchy's, holds 1/sinh(30) = 2e-13 beyond the grid.
    PyMC writes some constants of order one (log 2) in single precision, which rounds them by 2⁻²⁵ = 3e-8.
    """
    prior = Prior(family, **{name: VALUES[name] for name in names})
    u = np.linspace(-30.0, 30.0, 3001)
    x, slope = on_support(prior.support, u)
    total = scipy.integrate.trapezoid(prior.density(x) * slope, u)
    assert total == pytest.approx(1.0, abs=1e-4 if family == "Laplace" else 3e-8)


def test_one_of_several_shares_has_a_beta_density():
    """The marginal of a Dirichlet, against SciPy's moments of the whole."""
    a = (1.0, 2.5, 4.0)
    exact = scipy.stats.dirichlet(a)
    for position in range(3):
        share = Prior("Dirichlet", a=a).element(position)
        marginal = scipy.stats.beta(*share.arguments.values())
        assert marginal.mean() == pytest.approx(exact.mean()[position], rel=1e-12)
        assert marginal.var() == pytest.approx(exact.var()[position], rel=1e-12)


def on_support(support, u):
    """A grid over a support and its spacing: sinh on the line, exp on a half line, logistic inside an interval."""
    if np.isinf(support.lower) and np.isinf(support.upper):
        return np.sinh(u), np.cosh(u)
    if np.isinf(support.upper):
        return support.lower + np.exp(u), np.exp(u)
    share = scipy.special.expit(u)
    width = support.upper - support.lower
    return support.lower + width * share, width * share * scipy.special.expit(-u)


def test_arguments_keep_double_precision():
    """PyTensor reads the Python number 2.5 as single precision, and computes log(2.5) in it."""
    grid = np.array([0.3, 1.7])
    np.testing.assert_allclose(Prior("Uniform", lower=-0.5, upper=2.0).density(grid), [0.4, 0.4], rtol=1e-14)
    far = Prior("Normal", mu=0, sigma=123456.5).density(1e6 * grid)
    np.testing.assert_allclose(far, scipy.stats.norm.pdf(1e6 * grid, 0, 123456.5), rtol=1e-12)


def test_density_outside_the_support_is_zero():
    np.testing.assert_array_equal(Prior("Gamma", alpha=2, beta=1).density(np.array([-1.0, 0.0])), [0.0, 0.0])
    np.testing.assert_array_equal(Prior("Uniform", lower=0, upper=1).density(np.array([-0.1, 0.5, 1.1])), [0, 1, 0])


def test_improper_priors_say_so():
    assert [family for family in ("Flat", "HalfFlat") if Prior(family).proper] == []
    assert Prior("Normal", mu=0, sigma=1).proper
