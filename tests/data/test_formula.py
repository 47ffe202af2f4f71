import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mle_vs_bayes.data.formulas.formula import design_matrix
from mle_vs_bayes.data.formulas.parts import several
from mle_vs_bayes.errors import DataError, UsageError

FRAME = pd.DataFrame(
    {
        "y": [1.0, 2, 4, 8, 9, 11, 12],
        "x": [1, 2, 3, 5, 8, 13, 21],
        "z": [0.5, -1, 2, 0, 1, 3, -2],
        "site": ["b", "a", "c", "a", "b", "c", "a"],
        "dose": pd.Categorical(["hi", "lo", "hi", "lo", "hi", "lo", "hi"], categories=["lo", "hi", "never"]),
        "seen": [True, False, True, True, False, False, True],
        "my col": [2, 7, 1, 8, 2, 8, 1],
        "flat": [3] * 7,
        "one": ["only"] * 7,
        "x.1": [2, 7, 1, 8, 2, 8, 3],
        "day": pd.date_range("2020-01-01", periods=7),
        "iso": [f"2020-01-0{day}" for day in range(1, 8)],
        "american": [f"1/{day}/2020" for day in range(1, 8)],
        "stamp": [f"2020-01-01 0{hour}:30:00" for hour in range(7)],
        "season": ["2020-21", "2021-22", "2022-23", "2020-21", "2021-22", "2022-23", "2022-23"],
    },
    index=range(1, 8),
)

TERMS = {
    "y ~ 1": ["Intercept"],
    "y ~ x + z": ["Intercept", "x", "z"],
    "y ~ 0 + x": ["x"],
    "y ~ site": ["Intercept", "site[T.b]", "site[T.c]"],
    "y ~ 0 + site": ["site[a]", "site[b]", "site[c]"],
    "y ~ C(site, contr.treatment('b'))": [
        "Intercept",
        "C(site, contr.treatment('b'))[T.a]",
        "C(site, contr.treatment('b'))[T.c]",
    ],
    "y ~ dose": ["Intercept", "dose[T.hi]"],
    "y ~ seen": ["Intercept", "seen"],
    "y ~ C(seen)": ["Intercept", "C(seen)[T.True]"],
    "y ~ C(flat + x % 2)": ["Intercept", "C(flat + x % 2)[T.4]"],
    "y ~ x*site": ["Intercept", "x", "site[T.b]", "site[T.c]", "x:site[T.b]", "x:site[T.c]"],
    "y ~ I(x**2) + {z*2}": ["Intercept", "I(x ** 2)", "z * 2"],
    "y ~ poly(x, 2)": ["Intercept", "poly(x, 2)[1]", "poly(x, 2)[2]"],
    "y ~ center(x) + np.sin(z)": ["Intercept", "center(x)", "np.sin(z)"],
    "y ~ `my col` + x.1": ["Intercept", "my col", "x.1"],
    "y ~ log(`my col`)": ["Intercept", "log(`my col`)"],
    "y ~ {site == 'a'}": ["Intercept", "site == 'a'"],
}


@pytest.mark.parametrize(("formula", "terms"), TERMS.items(), ids=TERMS)
def test_terms_are_named_as_formulaic_names_them(formula, terms):
    design = design_matrix(formula, FRAME)
    assert list(design.terms) == terms
    assert design.X.shape == (7, len(terms))
    assert design.X.dtype == np.float64


RESPONSES = {
    "y ~ x": ("y", FRAME["y"]),
    "log(y) ~ x": ("log(y)", np.log(FRAME["y"])),
    "I(y + z) ~ x": ("I(y + z)", FRAME["y"] + FRAME["z"]),
    "seen ~ x": ("seen", FRAME["seen"].astype(float)),
    "{site == 'a'} ~ x": ("site == 'a'", (FRAME["site"] == "a").astype(float)),
}


@pytest.mark.parametrize(("formula", "expected"), RESPONSES.items(), ids=RESPONSES)
def test_response_may_be_an_expression(formula, expected):
    design = design_matrix(formula, FRAME)
    assert design.response == expected[0]
    np.testing.assert_array_equal(design.y, expected[1])


def test_a_column_that_patsy_quotes_is_read():
    assert several("""y ~ Q("a b") + Q( 'c.d' ):x""") == ("y ~ `a b` + `c.d`:x",)


def test_numbers_written_as_text_are_a_response_and_a_category():
    frame = pd.DataFrame({"y": ["1.5", "2", " 4 ", "3"], "x": ["1", "2", "1", "2"]})
    design = design_matrix("y ~ x", frame)
    assert design.y.tolist() == [1.5, 2, 4, 3]
    assert design.terms == ("Intercept", "x[T.2]")


@pytest.mark.parametrize("power", ["I(x**{})", "{{x**{}}}"])
def test_polynomial_of_degree_10_is_not_collinear(power):
    """As badly conditioned as NIST's Filip: raw powers of x between −9 and −3."""
    x = np.linspace(-8.8, -3.1, 82)
    formula = "y ~ x + " + " + ".join(power.format(j) for j in range(2, 11))
    design = design_matrix(formula, pd.DataFrame({"y": np.sin(x), "x": x}))
    np.testing.assert_allclose(design.X, x[:, None] ** np.arange(11), rtol=1e-14)


def test_powers_of_whole_numbers_do_not_overflow():
    frame = pd.DataFrame({"y": [1.0, 2, 4, 8], "year": [1998, 1999, 2000, 2001]})
    assert design_matrix("y ~ I(year**10)", frame).X[2, 1] == 2000.0**10


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_exact_combinations_are_refused_in_any_units_and_independent_columns_are_not(seed):
    rng = np.random.default_rng(seed)
    rows, terms = int(rng.integers(8, 200)), int(rng.integers(2, 6))
    covariates = rng.normal(size=(rows, terms)) * 10 ** rng.uniform(-6, 6, terms)
    weights = rng.integers(1, 4, terms) * rng.choice([-1, 1], terms)
    frame = pd.DataFrame(covariates, columns=[f"x{j}" for j in range(terms)]).assign(y=rng.normal(size=rows))
    formula = "y ~ " + " + ".join(f"x{j}" for j in range(terms))
    assert design_matrix(formula, frame).X.shape == (rows, terms + 1)
    frame["total"] = (covariates / covariates.std(axis=0)) @ weights
    with pytest.raises(DataError, match="collinear"):
        design_matrix(formula + " + total", frame)


BAD = {
    # does not parse
    "y ~ x +": (UsageError, ['"y ~ x +"', "does not parse", 'write it like "y ~ x"']),
    "y ~ (x": (UsageError, ["does not parse", "context marker"]),
    "y ~ {x +}": (UsageError, ["does not parse"]),
    "y ~ x ~ z": (UsageError, ["does not parse"]),
    "y ~ 5": (UsageError, ["does not parse", "Numeric literals"]),
    "y ~ .": (UsageError, ['has "." for all other columns', 'as in "y ~ x + z"']),
    "y = x": (UsageError, ["does not parse", 'write it like "y ~ x"']),
    "y ~ x^2": (UsageError, ["x^2 in a formula is x alone", "write I(x**2)"]),
    "y ~ z + x ** 2": (UsageError, ["x ** 2 in a formula is x alone", "write I(x**2)"]),
    "y ~ 'x'": (UsageError, ["does not parse", "String literals"]),
    # left side
    "x + z": (UsageError, ['"x + z"', "no left side", "y ~ x + z"]),
    "~ x": (UsageError, ["no left side"]),
    "": (UsageError, ["no left side"]),
    "1 ~ x": (UsageError, ["one response"]),
    "y + z ~ x": (UsageError, ["one response", "I(a + b)"]),
    "log(y) + 1 ~ x": (UsageError, ["one response"]),
    "C(y) ~ x": (UsageError, ["on the left", "one response that is a number"]),
    "site ~ x": (DataError, ["y (column site)", '"b" in row 1', "not a number"]),
    "day ~ x": (DataError, ["column day", "2020-01-01", "days since"]),
    # right side
    "y ~ 0": (UsageError, ["no terms", "write 1"]),
    "y ~ x | z": (UsageError, ["more than one right side"]),
    "y | trials(z) ~ x": (UsageError, ['"|" on its left', "--column trials=NAME"]),
    "y ~ x + y": (UsageError, ["y on both sides"]),
    "y ~ day": (DataError, ["covariate day", "2020-01-01", "row 1"]),
    "y ~ iso": (DataError, ["covariate iso is a date, 2020-01-01 in row 1", "days since"]),
    "y ~ x + american": (DataError, ["covariate american is a date, 1/1/2020"]),
    "y ~ stamp": (DataError, ["covariate stamp is a date"]),
    # R's words
    "y ~ x + offset(log(z))": (UsageError, ["offset()", "--column offset=NAME"]),
    "cbind(y, z) ~ x": (UsageError, ["cbind()", "--column trials=NAME"]),
    "y ~ x + I(x^2)": (UsageError, ["^ is no power", "write I(x**2)"]),
    "y ~ as.factor(site)": (UsageError, ["as.factor()", "write C()"]),
    "y ~ factor(site)": (UsageError, ["factor()", "write C()"]),
    "y ~ x + (1|site)": (UsageError, ["(1|site)", "inside another term"]),
    "y ~ x + (x || site)": (UsageError, ["(x || site)", "inside another term"]),
    "(1|site)": (UsageError, ["inside another term", '"y ~ x + z + (1|site)"']),
    "y ~ x + wurzel(x)": (UsageError, ["wurzel()", "write one of C, I"]),
    "z ~ x +": (UsageError, ["does not parse", 'write it like "z ~ x"']),
    "y ~ log(site)": (UsageError, ["cannot be computed", "log(site)"]),
    # names
    "y ~ sit": (DataError, ["names sit", "did you mean site?", "the data have y, x, z, site"]),
    "y ~ log(age)": (DataError, ["names age", "the data have"]),
    "y ~ poly(age, 2)": (DataError, ["names age"]),
    "y ~ sqrt(x)": (UsageError, ["sqrt()", "np.sqrt()"]),
    "y ~ ploy(x, 2)": (UsageError, ["ploy()", "did you mean poly?"]),
    # values
    "y ~ log(z)": (DataError, ["log(z) is not finite in rows 2, 4 and 7", "z is -1", "change"]),
    "log(z) ~ x": (DataError, ["log(z) is not finite"]),
    "y ~ lag(x)": (DataError, ["lag(x) is not finite in row 1"]),
    # nothing to tell apart
    "y ~ x + flat": (DataError, ["covariate flat is 3 in every row", "intercept", "leave it out"]),
    "y ~ one": (DataError, ["covariate one", '"only"', "leave it out"]),
    "y ~ C(flat)": (DataError, ["covariate C(flat)", "flat is 3 in every row", "leave it out"]),
    "y ~ x*C(flat)": (DataError, ["covariate C(flat)"]),
    "y ~ 0 + {x - x}": (DataError, ["x - x is 0 in every row"]),
    "y ~ x + z + {2*x}": (DataError, ["covariates x and 2 * x are collinear", "leave one of them out"]),
    "y ~ x + z + I(x - z + 1)": (DataError, ["covariates Intercept, x, z and I(x - z + 1) are collinear"]),
    "y ~ 0 + flat + {flat*2}": (DataError, ["flat and flat * 2 are collinear"]),
    "y ~ C(x) + z": (DataError, ["7 rows", "8 terms", "use fewer"]),
}


def test_advice_never_names_a_function_that_is_not_there():
    for formula, (kind, _) in BAD.items():
        with pytest.raises(kind) as error:
            design_matrix(formula, FRAME)
        for name in re.findall(r"np\.(\w+)\(", str(error.value)):
            assert callable(getattr(np, name)), formula


def test_text_that_is_no_date_and_a_date_in_c_are_categories():
    assert len(design_matrix("y ~ season", FRAME).terms) == 3
    assert design_matrix("y ~ 0 + C(american)", FRAME).terms[1] == "C(american)[1/2/2020]"


@pytest.mark.parametrize(("formula", "expected"), BAD.items(), ids=BAD)
def test_bad_formula_gets_one_sentence(formula, expected):
    kind, fragments = expected
    with pytest.raises(kind) as error:
        design_matrix(formula, FRAME)
    sentence = str(error.value)
    assert [part for part in fragments if part not in sentence] == [], sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "\x1b" not in sentence
