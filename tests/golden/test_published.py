"""Published fits: each number as printed in its source, compared to half a unit of its last digit.

Regression programs print s² = RSS/(n − k) and standard errors with it; maximum likelihood divides by n, so theirs
are √(n/(n − k)) times ours.
"""

import math

import numpy as np
import pytest
import scipy
import statsmodels.api as sm

from mle_vs_bayes import compare


def half_unit(text):
    """Half a unit of the last digit printed: 5e-05 for "0.9479", 0.5 for "98"."""
    mantissa, _, exponent = text.lower().partition("e")
    return 0.5 * 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))


def check(found, printed, factor=1.0, what=""):
    """``found`` × ``factor`` is what is printed."""
    assert abs(found * factor - float(printed)) <= half_unit(printed) * (1 + 1e-9), (
        f"{what}: {found * factor!r}, not {printed}"
    )


def check_rows(estimate, printed, factor=1.0):
    """Estimates and standard errors by label; ``factor`` turns our standard errors into the source's."""
    assert estimate.status == "ok"
    for label, (value, se) in printed.items():
        position = estimate.labels.index(label)
        check(estimate.point[position], value, what=label)
        if se is not None:
            check(estimate.se[position], se, factor, what=f"SE of {label}")


def mle(*arguments, **keywords):
    return compare(*arguments, estimators=["mle"], **keywords)["mle"]


def shipped(name):
    return getattr(sm.datasets, name).load_pandas().data


def test_longley():
    """NIST StRD linear regression, Longley: certified values, to ten digits; condition number of X 5e9.

    Source: Longley (1967), An appraisal of least squares programs for the electronic computer, JASA 62, 819–841.
    """
    estimate = mle("linear", shipped("longley"), formula="TOTEMP ~ GNPDEFL + GNP + UNEMP + ARMED + POP + YEAR")
    n, k = 16, 7
    certified = {
        "beta[Intercept]": ("-3482258.635", "890420.3836"),
        "beta[GNPDEFL]": ("15.06187227", "84.91492577"),
        "beta[GNP]": ("-0.03581917929", "0.03349100777"),
        "beta[UNEMP]": ("-2.020229804", "0.4883996817"),
        "beta[ARMED]": ("-1.033226867", "0.2142741632"),
        "beta[POP]": ("-0.05110410565", "0.2260732001"),
        "beta[YEAR]": ("1829.151465", "455.4784991"),
    }
    check_rows(estimate, certified, math.sqrt(n / (n - k)))
    check(estimate.point[-1], "304.8540736", math.sqrt(n / (n - k)), "residual standard deviation")


def test_stack_loss():
    """R: summary(lm(stack.loss ~ ., stackloss)), the example of ?stackloss.

    Source: Brownlee (1965), Statistical Theory and Methodology in Science and Engineering, 2nd ed., 491–500.
    """
    estimate = mle("linear", shipped("stackloss"), formula="STACKLOSS ~ AIRFLOW + WATERTEMP + ACIDCONC")
    n, k = 21, 4
    printed = {
        "beta[Intercept]": ("-39.9197", "11.8960"),
        "beta[AIRFLOW]": ("0.7156", "0.1349"),
        "beta[WATERTEMP]": ("1.2953", "0.3680"),
        "beta[ACIDCONC]": ("-0.1521", "0.1563"),
    }
    check_rows(estimate, printed, math.sqrt(n / (n - k)))
    check(estimate.point[-1], "3.243", math.sqrt(n / (n - k)), "residual standard error")


def test_spector_mazzeo():
    """Stata 11, as statsmodels quotes it: discrete/tests/results/results_discrete.py, Spector.logit.

    Source: Spector & Mazzeo (1980), Probit analysis and economic education, J. Economic Education 11(2), 37–44.
    """
    estimate = mle("logistic", shipped("spector"), formula="GRADE ~ GPA + TUCE + PSI")
    printed = {
        "beta[Intercept]": ("-13.02135", "4.93132"),
        "beta[GPA]": ("2.82611", "1.26294"),
        "beta[TUCE]": ("0.09516", "0.14155"),
        "beta[PSI]": ("2.37869", "1.06456"),
    }
    check_rows(estimate, printed)
    check(estimate.log_likelihood, "-12.8896", what="log-likelihood")
    check(estimate.results.aic, "33.7793", what="AIC")


def test_fair():
    """statsmodels documentation, notebook "Discrete Choice Models": logit of having had an affair.

    Source: Fair (1978), A theory of extramarital affairs, J. Political Economy 86(1), 45–61 (n = 6366).
    """
    frame = shipped("fair")
    frame = frame.assign(affair=(frame["affairs"] > 0).astype(float))
    terms = "occupation + educ + occupation_husb + rate_marriage + age + yrs_married + children + religious"
    estimate = mle("logistic", frame, formula=f"affair ~ {terms}")
    printed = {
        "beta[Intercept]": ("3.7257", "0.299"),
        "beta[occupation]": ("0.1602", "0.034"),
        "beta[educ]": ("-0.0392", "0.015"),
        "beta[occupation_husb]": ("0.0124", "0.023"),
        "beta[rate_marriage]": ("-0.7161", "0.031"),
        "beta[age]": ("-0.0605", "0.010"),
        "beta[yrs_married]": ("0.1100", "0.011"),
        "beta[children]": ("-0.0042", "0.032"),
        "beta[religious]": ("-0.3752", "0.035"),
    }
    check_rows(estimate, printed)
    check(estimate.log_likelihood, "-3471.5", what="log-likelihood")


def test_ball_bearings():
    """Weibull, complete: the data of Leemis (2009), Reliability, 2nd ed., example 8.1; no print of the estimates found.

    Source: Lieblein & Zelen (1956), J. Research of the National Bureau of Standards 57, from 273; 10⁶ revolutions.
    """
    revolutions = [17.88, 28.92, 33.00, 41.52, 42.12, 45.60, 48.48, 51.84, 51.96, 54.12, 55.56, 67.80]
    revolutions += [68.64, 68.64, 68.88, 84.12, 93.12, 98.64, 105.12, 105.84, 127.92, 128.04, 173.40]
    estimate = mle("weibull", {"y": revolutions})
    check_rows(estimate, {"shape": ("2.102", None), "scale": ("81.88", None)})
    check(estimate.log_likelihood, "-113.691", what="log-likelihood")


def test_censored_lifetimes():
    """Weibull, right-censored, Wald limits: doi 10.1080/00224065.1997.11979730, as tests of others quote it."""
    failed, running = [45, 46, 34, 45, 32, 24, 58, 79, 56, 63, 34, 50], [23, 24, 57, 78, 76, 85, 51, 59]
    frame = {"y": failed + running, "event": [1] * len(failed) + [0] * len(running)}
    comparison = compare("weibull", frame, estimators=["mle"], intervals=["wald"])
    check_rows(comparison["mle"], {"shape": ("2.7540", None), "scale": ("67.9188", None)})
    rows = comparison.rows[comparison.rows["interval"] == "wald"].set_index("parameter")
    for label, lower, upper in (("shape", "1.4977", "4.0102"), ("scale", "53.8755", "81.9622")):
        check(rows.loc[label, "lower"], lower, what=f"lower limit of {label}")
        check(rows.loc[label, "upper"], upper, what=f"upper limit of {label}")


def test_air_conditioning():
    """Exponential: Proschan (1963), Technometrics 5, 375–383 (an aeroplane in R's VGAM); mean and height by hand."""
    hours = [23, 261, 87, 7, 120, 14, 62, 47, 225, 71, 246, 21, 42, 20, 5]
    hours += [12, 120, 11, 3, 14, 71, 11, 14, 11, 16, 90, 1, 16, 52, 95]
    comparison = compare("exponential", {"y": hours}, estimators=["mle"])
    mean = comparison.rows.set_index("parameter").loc["mean"]
    check(mean["estimate"], "59.6")
    assert mean["se"] == pytest.approx(59.6 / math.sqrt(30), rel=1e-6)
    assert comparison["mle"].log_likelihood == pytest.approx(-30 * (math.log(59.6) + 1), rel=1e-12)


def test_deaths_by_horse_kick():
    """Poisson: von Bortkiewicz (1898), Das Gesetz der kleinen Zahlen: 0.61 deaths a year, and the usual frequencies."""
    estimate = mle("poisson", {"y": np.repeat([0, 1, 2, 3, 4], [109, 65, 22, 3, 1])})
    check_rows(estimate, {"rate": ("0.61", None)})
    assert estimate.se[0] == pytest.approx(math.sqrt(0.61 / 200), rel=1e-12)
    for deaths, printed in enumerate(("108.7", "66.3", "20.2", "4.1", "0.6")):
        check(200 * scipy.stats.poisson.pmf(deaths, estimate.point[0]), printed, what=f"{deaths} deaths")


def test_darwins_maize():
    """Normal: Fisher (1935), The Design of Experiments (R's boot::darwin): mean 314/15 eighths of an inch; by hand."""
    eighths = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    estimate = mle("normal", {"y": eighths})
    n = len(eighths)
    check_rows(estimate, {"mu": ("20.93", "9.75"), "sigma": ("36.46", None)}, math.sqrt(n / (n - 1)))
    check(estimate.point[0] / estimate.se[0], "2.148", math.sqrt((n - 1) / n), "t")
    check(estimate.point[1], "37.74", math.sqrt(n / (n - 1)), "SD with n − 1")


def test_half_units():
    assert [half_unit(text) for text in ("0.9479", "98", "1.5e3", "-39.92")] == pytest.approx([5e-5, 0.5, 50, 5e-3])
    with pytest.raises(AssertionError, match=r"not 2\.10"):
        check(2.106, "2.10")
