"""Published models of classes that were counted: 1,681 tenants of Copenhagen, and how content they were.

Source: tests/Examples/MASS-Ex.Rout.save of R's MASS, ?polr and ?housing.
"""

from itertools import product

import pandas as pd
import pytest

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


def fitted(model, housing, **more):
    formula = "sat ~ infl + house + cont"
    return mle(model, housing, formula=formula, columns={"weights": "tenants"}, order=CONTENT, **more)


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
