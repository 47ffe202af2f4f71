"""Priors are small records: read from text, printed back, resolved once, refused with a sentence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mle_vs_bayes import Dataset, models
from mle_vs_bayes.comparison import priors
from mle_vs_bayes.contract.families import FAMILIES
from mle_vs_bayes.contract.prior import Prior, Scaled, parse
from mle_vs_bayes.errors import UsageError

POSITIVE = st.floats(0.01, 100).map(lambda x: float(f"{x:.6g}"))
DATA = Dataset(
    {"y": np.array([1.0, 2.0, 4.0, 9.0]), "X": np.column_stack([np.ones(4), [0.0, 1.0, 2.0, 3.0]])},
    {"term": ("Intercept", "x1")},
)


@st.composite
def written(draw):
    family = draw(st.sampled_from([name for name in FAMILIES if name not in ("Uniform", "TruncatedNormal")]))
    signature = draw(st.sampled_from(FAMILIES[family].signatures))
    return family, {name: draw(POSITIVE) for name in signature}


@given(written())
def test_text_and_repr_round_trip(prior):
    family, arguments = prior
    record = Prior(family, **arguments)
    assert parse(str(record)) == record
    assert eval(repr(record), {"Prior": Prior, "Scaled": Scaled}) == record


@given(written())
def test_positional_arguments_stand_in_pymc_s_order(prior):
    family, arguments = prior
    if tuple(arguments) == FAMILIES[family].signatures[0]:
        assert parse(f"{family}({', '.join(map(repr, arguments.values()))})") == Prior(family, **arguments)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Gamma(alpha=2", "does not parse"),
        ("Gamma(alpha=two, beta=1)", "does not parse"),
        ("__import__('os').system('true')", "does not parse"),
        ("Gama(2, 1)", "did you mean Gamma?"),
        ("Gamma(alpha=2)", "takes alpha, beta or mu, sigma"),
        ("Normal(0, -1)", "must be above 0"),
        ("Normal(0, 1, 2)", "3 arguments"),
        ("Uniform(5, 1)", "lower not below upper"),
    ],
)
def test_what_cannot_be_a_prior_is_refused_with_the_way_out(text, words):
    with pytest.raises(UsageError, match=words.replace("?", r"\?")):
        parse(text)


@pytest.mark.parametrize("prior", [Prior("Gamma", alpha=2, beta=1), Prior("Beta", alpha=2, beta=3)], ids=str)
def test_the_density_integrates_to_one(prior):
    grid = np.linspace(1e-6, 30 if prior.family == "Gamma" else 1 - 1e-6, 20_001)
    # The trapezium rule errs by h²/12 of the slope's change: (30/20,000)² × 1/12 < 2e-7; the tail beyond 30 is 3e-12.
    assert np.trapezoid(prior.density(grid), grid) == pytest.approx(1, abs=1e-5)


def test_scaled_priors_follow_the_data_s_units():
    once = Prior("Normal", mu=Scaled(1, "mean(y)"), sigma=Scaled(2.5, "sd(y)")).resolve(DATA)
    scaled = Prior("Normal", mu=Scaled(1, "mean(y)"), sigma=Scaled(2.5, "sd(y)")).resolve(
        DATA.replace(y=DATA["y"] * 1e6)
    )
    assert once.arguments == {"mu": 4.0, "sigma": 2.5 * np.std(DATA["y"])}
    for name in ("mu", "sigma"):
        assert scaled.arguments[name] == pytest.approx(1e6 * once.arguments[name], rel=1e-12)


def test_one_element_of_a_vector_can_have_its_own_numbers():
    given = {"beta": "Normal(0, 10)", "beta[x1]": "Normal(1, 2)"}
    resolved = priors.resolve(models.get("linear"), given, DATA)["beta"]
    assert resolved.arguments == {"mu": (0.0, 1.0), "sigma": (10.0, 2.0)}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"shape": "Normal(0, 1)"}, "no parameter"),
        ({"sigma": "Normal(0, 1)"}, "outside sigma's support"),
        ({"beta[x1]": "Cauchy(0, 1)"}, "share a family"),
    ],
)
def test_priors_that_do_not_fit_the_model_are_refused(given, words):
    with pytest.raises(UsageError, match=words):
        priors.resolve(models.get("linear"), given, DATA)
