"""Published fits of families, links and structures that no other file here has, to half a unit of the last digit."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

from mle_vs_bayes import compare

from .test_published import check, half_unit, mle


def numbers(text):
    return np.array(text.split(), dtype=float)


def named(fit):
    """Estimates and standard errors by label."""
    assert fit.status == "ok", fit.reason
    return {label: each for label, *each in zip(fit.labels, fit.point, fit.se, strict=True)}


DRAWN = """-0.6729911 1.8954534 -1.1545822 2.2133912 1.9997369 2.8370056 2.1291444 -1.2971730 0.5013226 2.1351255
-0.2158917 -0.1747560 -0.2475777 -0.9763769 0.5099497 -1.5745286 -0.4999175 -0.7357745 0.1859820 -0.2347899"""
"""R: set.seed(250); runif(20, min = -2, max = 3)."""


def test_an_unknown_upper_end():
    """R's EnvStats, example of ?eunif: "max = 2.837006". The end below, -2, is known here, and values are y + 2."""
    fit = mle("uniform", {"y": numbers(DRAWN) + 2})
    check(fit.point[0] - 2, "2.837006")


RAIL = {1: "55 53 54", 2: "26 37 32", 3: "78 91 85", 4: "92 100 96", 5: "49 51 50", 6: "80 85 83"}
"""Travel of ultrasonic waves in six rails: Rail of R's nlme, from Devore (2000), printed in its scripts/ch01.R."""


def rails():
    frame = pd.concat([pd.DataFrame({"y": numbers(text), "group": f"r{name}"}) for name, text in RAIL.items()])
    return mle("neyman_scott", frame), len(frame), len(RAIL)


def test_a_mean_for_each_rail():
    """Pinheiro & Bates (2000), Mixed-Effects Models in S and S-PLUS, section 1.1, as nlme's tests print it.

    Their lm(travel ~ Rail - 1) has the means; the standard deviation within, on n − G degrees of freedom, is that of
    lme(travel ~ 1, random = ~ 1 | Rail), as it is where groups are equally large. Maximum likelihood divides by n.
    """
    fit, rows, groups = rails()
    estimates = named(fit)
    for name, mean in {2: "31.7", 5: "50.0", 1: "54.0", 6: "82.7", 3: "84.7", 4: "96.0"}.items():
        check(estimates[f"mu[r{name}]"][0], mean, what=f"rail {name}")
    check(estimates["sigma"][0], "4.0208", math.sqrt(rows / (rows - groups)))


def test_mutant_degrees_of_freedom_that_are_not_lost():
    with pytest.raises(AssertionError):
        check(named(rails()[0])["sigma"][0], "4.0208")


YIELD = """0.122 0.223 0.347 0.457 0.08 0.131 0.266 0.074 0.182 0.304 0.069 0.152 0.26 0.336 0.144 0.268 0.349 0.1 0.248
0.317 0.028 0.064 0.161 0.278 0.05 0.176 0.321 0.14 0.232 0.085 0.147 0.18"""
TEMPERATURE = """205 275 345 407 218 273 347 212 272 340 235 300 365 410 307 367 395 267 360 402 235 275 358 416 285 365
444 351 424 365 379 428"""
BATCH = "1 1 1 1 2 2 2 3 3 3 4 4 4 4 5 5 5 6 6 6 7 7 7 7 8 8 8 9 9 10 10 10"
"""Prater (1956), the share of crude oil that becomes gasoline: GasolineYield of R's betareg."""
FROM_LAST = "share ~ C(batch, contr.treatment(base=10)) + temp"


@pytest.fixture(scope="module")
def gasoline():
    frame = pd.DataFrame({"share": numbers(YIELD), "temp": numbers(TEMPERATURE)})
    return frame.assign(batch=[int(batch) for batch in BATCH.split()])


def test_gasoline_from_crude_oil(gasoline):
    """R: summary(betareg(yield ~ batch + temp)), vignettes/betareg.Rout.save; errors are of expected information."""
    fit = compare("beta", gasoline, formula=FROM_LAST, estimators=["mle"], intervals=["wald_expected"])
    check(fit["mle"].log_likelihood, "84.798")
    rows = fit.rows.set_index("parameter")
    printed = {"beta[Intercept]": ("-6.1595710", "0.1823247"), "beta[temp]": ("0.0109669", "0.0004126")}
    printed["beta[C(batch, contr.treatment(base=10))[T.1]]"] = ("1.7277289", "0.1012294")
    for label, (value, error) in printed.items():
        check(rows.loc[label, "estimate"], value, what=label)
        check((rows.loc[label, "upper"] - rows.loc[label, "lower"]) / 2 / ndtri(0.975), error, what=f"SE of {label}")
    check(rows.loc["phi", "estimate"], "440.2784")


@pytest.mark.parametrize("link", ["loglog", "cloglog"])
def test_gasoline_under_the_log_log_link(gasoline, link):
    """The same, link = "loglog": AIC is -168.3101. Of the link of the other tail it is not."""
    aic = mle("beta", gasoline, formula=FROM_LAST, link=link).results.aic
    if link == "loglog":
        check(aic, "-168.3101")
    else:
        with pytest.raises(AssertionError):
            check(aic, "-168.3101")


FLUID = {
    26: "5.79 1579.52 2323.7",
    30: "7.74 17.05 20.46 21.02 22.66 43.4 47.3 139.07 144.12 175.88 194.9",
    34: "0.19 0.78 0.96 1.31 2.78 3.16 4.15 4.67 4.85 6.5 7.35 8.01 8.27 12.06 31.75 32.52 33.91 36.71 72.89",
    38: "0.09 0.39 0.47 0.73 0.74 1.13 1.4 2.38",
}
"""Minutes to breakdown of an insulating fluid by kilovolts: Nelson (1982), R's survival::ifluid."""
BREAKDOWN = {
    26: ("6.86249", "1.10404", "0.54519", "0.28568"),
    30: ("4.35133", "0.30151", "1.05881", "0.25274"),
    34: ("2.50326", "0.31476", "0.77082", "0.13603"),
    38: ("0.00092629", "0.27318", "1.3630", "0.37861"),
}
"""SAS, PROC RELIABILITY, and R: survreg(Surv(time) ~ voltage + strata(voltage) - 1), survival's tests/r_sas.Rout.save.

By voltage the log of the scale and the shape, each with its standard error, to the five digits that are asked for.
"""


def test_a_scale_and_a_shape_for_each_voltage():
    frame = pd.concat([pd.DataFrame({"time": numbers(text), "kv": voltage}) for voltage, text in FLUID.items()])
    fit = named(mle("weibull", frame, formula=["time ~ 0 + C(kv)", "shape ~ 0 + C(kv)"]))
    for voltage, (scale, scale_error, shape, shape_error) in BREAKDOWN.items():
        value, error = fit[f"beta[C(kv)[{voltage}]]"]
        check(value, scale, what=f"scale at {voltage} kV")
        check(error, scale_error)
        value, error = fit[f"beta_shape[C(kv)[{voltage}]]"]
        check(math.exp(value), shape, what=f"shape at {voltage} kV")
        check(error, shape_error, math.exp(value))


WHEELS = "4 39 0 10 53 4 14 33 2 18 73 7 22 30 5 26 39 9 30 42 9 34 13 6 38 34 22 42 40 21 46 36 21"
"""Hundreds of hours, turbine wheels inspected then and those with cracks: SAS and R's survival::turbine."""


def test_cracks_known_to_be_earlier_or_later():
    """R: survreg(Surv(time1, time2, type = "interval2") ~ 1, weights = n, dist = "lognormal"), r_sas.Rout.save."""
    hours, inspected, failed = numbers(WHEELS).reshape(-1, 3).T
    before = pd.DataFrame({"high": hours, "wheels": failed})
    after = pd.DataFrame({"low": hours, "wheels": inspected - failed})
    frame = pd.concat([before[before["wheels"] > 0], after])
    columns = {"lower": "low", "upper": "high", "weights": "wheels"}
    fit = mle("lognormal", frame, columns=columns)
    (mu, mu_error), (sigma, sigma_error) = named(fit).values()
    check(mu, "3.700")
    check(mu_error, "0.0708")
    check(math.log(sigma), "-0.329")
    check(sigma_error / sigma, "0.1232")
    check(fit.log_likelihood, "-190.7")


TINY = pd.DataFrame({"time": [9, 1, 1, 6, 6, 8], "status": [1, 1, 0, 1, 1, 0], "x": [0, 1, 1, 1, 0, 0]})
BY_FAMILY = {
    "loglogistic": (("2.177", "0.365"), ("-1.196", "0.711"), ("-0.955", "0.396"), "-10.7"),
    "lognormal": (("2.210", "0.404"), ("-1.268", "0.585"), ("-0.446", "0.342"), "-10.5"),
}
"""R: summary(survreg(Surv(time, status) ~ x, dist)), survival's tests/testreg.Rout.save, "we used SAS" to verify."""


@pytest.mark.parametrize("name", BY_FAMILY)
def test_six_lifetimes(name):
    fit = mle(name, TINY, formula="time ~ x", columns={"event": "status"})
    *printed, (log_scale, error), height = BY_FAMILY[name]
    rows = named(fit)
    for term, (value, se) in zip(["Intercept", "x"], printed, strict=True):
        check(rows[f"beta[{term}]"][0], value, what=term)
        check(rows[f"beta[{term}]"][1], se, what=f"SE of {term}")
    value, se = (
        rows["sigma"] if name == "lognormal" else (1 / rows["shape"][0], rows["shape"][1] / rows["shape"][0] ** 2)
    )
    check(math.log(value), log_scale)
    check(se / value, error)
    check(fit.log_likelihood, height)


LITTERS = {
    1: """1/10 4/11 9/12 4/4 10/10 9/11 9/9 11/11 10/10 7/10 12/12 9/10 8/8 9/11 4/6 7/9 14/14 7/12 9/11 8/13 5/14 10/10
10/12 8/13 10/10 3/14 13/13 3/4 8/8 5/13 12/12""",
    2: "1/10 1/3 1/13 0/12 4/14 2/9 2/13 1/16 0/11 0/4 0/1 0/12",
    3: "0/8 1/11 0/14 1/14 0/11",
    4: "0/3 0/13 2/9 2/17 0/15 0/2 1/14 0/8 0/6 0/17",
}
"""Dead of the foetuses in each litter, by the diet of the mother: Moore & Tsiatis (1991), R's VGAM::lirat."""
DIETS = {"Intercept": "1.3458", "C(diet)[T.2]": "-3.1144", "C(diet)[T.3]": "-3.8681", "C(diet)[T.4]": "-3.9225"}
"""R: VGAM's vglm(cbind(y, n - y) ~ group, betabinomial(zero = 2), rats), with log L and the logit of rho.

Source: the R notes to Agresti's Categorical Data Analysis, "Beta-Binomial and Quasi-likelihood Analysis". Its search
ends where a step changes log L by less than 1e-7 of itself, so an estimate is within √2e-7 × 93 SE of its own.
"""


@pytest.fixture(scope="module")
def litters():
    counts = [(diet, *map(int, litter.split("/"))) for diet, text in LITTERS.items() for litter in text.split()]
    frame = pd.DataFrame(counts, columns=["diet", "dead", "size"])
    return mle("beta_binomial", frame, formula="dead ~ C(diet)", columns={"trials": "size"})


def test_litters_whose_chances_differ(litters):
    """Their rho is the correlation within a litter, 1/(1 + phi), and the logit of rho is -log phi."""
    rows, left = named(litters), math.sqrt(2e-7 * 93.46)
    for term, value in DIETS.items():
        ours, error = rows[f"beta[{term}]"]
        assert abs(ours - float(value)) <= half_unit(value) + left * error, term
    phi, error = rows["phi"]
    assert abs(-math.log(phi) - -1.1458) <= half_unit("-1.1458") + left * error / phi
    check(litters.log_likelihood, "-93.45675")


def test_mutant_a_precision_for_a_correlation(litters):
    with pytest.raises(AssertionError):
        check(-math.log(1 / named(litters)["phi"][0]), "-1.1458")
