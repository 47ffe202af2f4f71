"""Published models of classes that were counted: 1,681 tenants of Copenhagen, and how content they were.

Source: tests/Examples/MASS-Ex.Rout.save of R's MASS, ?polr and ?housing.
"""

from itertools import product

import pandas as pd
import pytest

from mle_vs_bayes import compare

from .test_published import check, half_unit, mle

CONTENT, INFLUENCE = ("Low", "Medium", "High"), ("Low", "Medium", "High")
HOUSES, CONTACT = ("Tower", "Apartment", "Atrium", "Terrace"), ("Low", "High")
TENANTS = """21 21 28 34 22 36 10 11 36 61 23 17 43 35 40 26 18 54 13 9 10 8 8 12 6 7 9 18 6 7 15 13 13 7 5 11 14 19
37 17 23 40 3 5 23 78 46 43 48 45 86 15 25 62 20 23 20 10 22 24 7 10 21 57 23 13 31 21 13 5 6 13"""
"""MASS's housing: contact, house and influence, the first changing slowest, by how content."""
TERMS = ["infl[T.Medium]", "infl[T.High]", "house[T.Apartment]", "house[T.Atrium]", "house[T.Terrace]", "cont[T.High]"]


@pytest.fixture(scope="module")
def housing():
    kinds = [(sat, infl, house, cont) for cont, house, infl, sat in product(CONTACT, HOUSES, INFLUENCE, CONTENT)]
    frame = pd.DataFrame(kinds, columns=["sat", "infl", "house", "cont"])
    levels = {"infl": INFLUENCE, "house": HOUSES, "cont": CONTACT}
    frame = frame.assign(**{name: pd.Categorical(frame[name], categories=each) for name, each in levels.items()})
    return frame.assign(tenants=[int(number) for number in TENANTS.split()])


ASKED = {"formula": "sat ~ infl + house + cont", "columns": {"weights": "tenants"}, "order": CONTENT}


def fitted(model, housing, **more):
    return mle(model, housing, **ASKED, **more)


@pytest.fixture(scope="module")
def ordered(housing):
    return {link: fitted("ordered", housing, link=link) for link in POLR}


POLR = {
    "loglog": (
        "0.367 0.790 -0.349 -0.196 -0.698 0.268 0.086 0.892",
        "0.0727 0.0806 0.0757 0.0988 0.1043 0.0636 0.083 0.087",
        "3491.41",
    ),
    "cloglog": (
        "0.382 0.915 -0.407 -0.281 -0.742 0.209 -0.796 0.055",
        "0.0703 0.0926 0.0861 0.1111 0.1013 0.0651 0.090 0.086",
        "3484.053",
    ),
}
"""By link: summary(polr(Sat ~ Infl + Type + Cont, weights = Freq, data = housing, method = link)) and deviance."""


@pytest.mark.parametrize("link", POLR)
def test_cumulative_models_of_counted_rows(ordered, link):
    fit, (estimates, errors, deviance) = ordered[link], POLR[link]
    assert fit.labels == (*(f"beta[{term}]" for term in TERMS), "cutpoints[1]", "cutpoints[2]")
    for label, value, se, estimate, error in zip(
        fit.labels, fit.point, fit.se, estimates.split(), errors.split(), strict=True
    ):
        check(value, estimate, what=label)
        check(se, error, what=f"SE of {label}")
    check(-2 * fit.log_likelihood, deviance, what="deviance")


def test_mutant_the_mirrored_link(ordered):
    """Of extreme values the link of one tail is another model than that of the other."""
    with pytest.raises(AssertionError):
        check(-2 * ordered["loglog"].log_likelihood, POLR["cloglog"][2])


MULTINOM = {
    "Medium": "-0.4192316 0.4464003 0.6649367 -0.4356851 0.1313663 -0.6665728 0.3608513",
    "High": "-0.1387453 0.7348626 1.6126294 -0.7356261 -0.4079808 -1.4123333 0.4818236",
}
"""multinom(Sat ~ Infl + Type + Cont, weights = Freq, data = housing), whose search ends 1e-8 of log L away."""


def test_multinomial_logit_of_counted_rows(housing):
    fit = fitted("categorical", housing)
    assert fit.status == "ok", fit.reason
    for answer, printed in MULTINOM.items():
        for term, estimate in zip(["Intercept", *TERMS], printed.split(), strict=True):
            place = fit.labels.index(f"beta[{answer},{term}]")
            # Where log L is within 1e-8 of its maximum, an estimate is within √2e-8 standard errors of its own.
            assert abs(fit.point[place] - float(estimate)) <= half_unit(estimate) + 1.5e-4 * fit.se[place], term
    check(-2 * fit.log_likelihood, "3470.084", what="deviance")


CHANCES = {
    "ordered": """.38 .29 .33  .26 .27 .47  .14 .21 .65  .52 .26 .22  .38 .29 .33  .23 .26 .51  .47 .27 .26  .33 .29 .38
.19 .25 .56  .64 .21 .14  .51 .26 .23  .33 .29 .38  .30 .28 .42  .19 .25 .56  .10 .17 .72  .43 .28 .29  .30 .28 .42
.17 .23 .60  .38 .29 .33  .26 .27 .47  .14 .21 .64  .56 .25 .19  .42 .28 .30  .26 .27 .47""",
    "categorical": """.40 .26 .34  .26 .27 .47  .15 .19 .66  .54 .23 .23  .39 .26 .34  .26 .21 .53  .43 .32 .25
.30 .35 .36  .19 .27 .54  .65 .22 .14  .51 .27 .22  .37 .24 .39  .30 .28 .42  .18 .27 .54  .10 .19 .71  .44 .27 .30
.30 .28 .42  .18 .21 .61  .33 .36 .31  .22 .36 .42  .13 .27 .60  .55 .27 .19  .40 .31 .29  .27 .26 .47""",
}
"""?housing: round(predict(fit, expand.grid(hnames[-1]), type = "probs"), 2) of polr and of multinom, row by row."""


def check_chances(housing, model, chances):
    """Of each kind of tenant, influence changing fastest, then house, then contact."""
    kinds = housing.drop_duplicates(["infl", "house", "cont"])
    rows = compare(model, housing, estimators=["mle"], **ASKED).predict(kinds).rows
    assert list(rows["class"]) == [*CONTENT] * len(kinds)
    for line, printed in zip(rows.to_dict("records"), chances.split(), strict=True):
        check(line["mean"], printed, what=f"{line['class']} of row {line['row']}")
        assert line["lower"] < line["mean"] < line["upper"]


@pytest.mark.parametrize("model", CHANCES)
def test_chances_of_classes(housing, model):
    check_chances(housing, model, CHANCES[model])


def test_mutant_the_chances_of_the_other_model(housing):
    with pytest.raises(AssertionError):
        check_chances(housing, "ordered", CHANCES["categorical"])


CARS = {
    "mpg": """21 21 22.8 21.4 18.7 18.1 14.3 24.4 22.8 19.2 17.8 16.4 17.3 15.2 10.4 10.4 14.7 32.4 30.4 33.9 21.5 15.5
15.2 13.3 19.2 27.3 26 30.4 15.8 19.7 15 21.4""",
    "hp": """110 110 93 110 175 105 245 62 95 123 123 180 180 180 205 215 230 66 52 65 97 150 150 245 175 66 91 113 264
175 335 109""",
    "gear": "4 4 4 3 3 3 3 4 4 4 4 3 3 3 3 3 3 4 4 4 3 3 3 3 3 4 5 5 5 5 5 4",
}
"""R's data set mtcars: cars of 1974."""
GEARS = {"3": ("0.203", "0.096"), "4": ("0.578", "0.123"), "5": ("0.218", "0.101")}
"""marginaleffects.com, Categorical outcomes: predictions(polr(factor(gear) ~ mpg + hp), datagrid(mpg = 25, hp = 110)).

Of the errors that are printed, 0.0959, 0.1229 and 0.1007, the last digit is left out: it hangs on where polr's search
ends, and versions of that page differ in it for the same fit (slopes of -0.00318 and -0.00321).
"""


def test_errors_of_chances():
    frame = pd.DataFrame({name: [float(text) for text in texts.split()] for name, texts in CARS.items()})
    frame = frame.assign(gear=frame["gear"].astype(int).astype(str))
    fit = compare("ordered", frame, formula="gear ~ mpg + hp", order=list(GEARS), estimators=["mle"])
    rows = fit.predict({"mpg": [25.0], "hp": [110.0]}).rows.set_index("class")
    for gear, (chance, error) in GEARS.items():
        check(rows.loc[gear, "mean"], chance, what=gear)
        check(rows.loc[gear, "se"], error, what=f"SE of {gear}")
