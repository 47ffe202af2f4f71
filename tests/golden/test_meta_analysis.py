"""Published meta-analyses and restricted likelihoods of normal outcomes: numbers as R prints them.

Sources: tests of metafor (test_misc_fitstats.r: −12.6651, 29.3302 and −7.6857 for the 13 BCG trials without and with
their latitude; test_analysis_example_dersimonian2007.r, which quotes DerSimonian & Kacker 2007, tables 3 and 4); tau by
allocation as ``rma.mv(yi, vi, random = ~ alloc | id, struct = "DIAG", method = "ML")`` prints it; tests of nlme,
extras/scripts.Rout.save, of Pinheiro & Bates (2000), section 1.1.
"""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

from mle_vs_bayes import compare

from .test_published import check, mle, shipped

BCG = """4 119 11 128 44 r 6 300 29 274 55 r 3 228 11 209 42 r 62 13536 248 12619 52 r 33 5036 47 5761 13 a
180 1361 372 1079 44 a 8 2537 10 619 19 r 505 87886 499 87892 13 r 29 7470 45 7232 27 r 17 1699 65 1600 42 s
186 50448 141 27197 18 s 5 2493 3 2338 33 s 27 16886 29 17825 33 s"""
"""Tuberculosis yes and no with the vaccine and without, latitude, allocation (random, alternate, systematic)."""
CLASP = [(5, 156, 8, 74), (5, 303, 17, 303), (12, 565, 9, 477), (69, 1570, 94, 1565), (9, 103, 11, 105)]
CLASP += [(313, 4659, 352, 4650)]
"""Events and women under treatment, and under control."""
RAIL = "55 53 54 26 37 32 78 91 85 92 100 96 49 51 50 80 85 83"
"""Travel times of ultrasound along six rails, three times each."""


def bcg():
    names = ["tpos", "tneg", "cpos", "cneg", "latitude", "alloc"]
    frame = pd.DataFrame(np.array(BCG.split()).reshape(-1, 6), columns=names)
    tpos, tneg, cpos, cneg, latitude = (frame[name].astype(float) for name in names[:5])
    treated, control = tpos + tneg, cpos + cneg
    y = np.log(tpos / treated) - np.log(cpos / control)
    se = np.sqrt(1 / tpos - 1 / treated + 1 / cpos - 1 / control)
    return frame.assign(y=y, se=se, latitude=latitude)


def clasp():
    a, n, c, m = np.array(CLASP, dtype=float).T
    y = np.log(a / (n - a)) - np.log(c / (m - c))
    return {"y": y, "se": np.sqrt(1 / a + 1 / (n - a) + 1 / c + 1 / (m - c))}


def restricted(*arguments, **keywords):
    estimate = compare(*arguments, estimators=["reml"], **keywords)["reml"]
    return {label: (estimate.point[k], estimate.se[k]) for k, label in enumerate(estimate.labels)}


def test_risk_ratios_of_thirteen_trials():
    alone = mle("eight_schools", bcg())
    check(alone.log_likelihood, "-12.6651", what="log-likelihood")
    check(alone.results.aic, "29.3302", what="AIC")
    check(alone.point[0], "-0.7112", what="mu")
    rows = restricted("eight_schools", bcg())
    check(rows["mu"][0], "-0.7145")
    check(rows["tau"][0] ** 2, "0.3132")


def test_risk_ratios_by_latitude_and_their_spread_by_allocation():
    check(mle("eight_schools", bcg(), formula="y ~ latitude").log_likelihood, "-7.6857", what="log-likelihood")
    fit = mle("eight_schools", bcg(), formula=["y ~ 1", "tau ~ alloc"])
    rows = dict(zip(fit.labels, fit.point, strict=True))
    check(rows["beta[Intercept]"], "-0.6579")
    for letter, tau in (("a", "0.1870"), ("r", "0.6059"), ("s", "0.5333")):
        more = rows.get(f"beta_tau[alloc[T.{letter}]]", 0.0)
        check(math.exp(rows["beta_tau[Intercept]"] + more), tau, what=letter)


def test_mutant_standard_errors_that_are_not_read():
    """As an ordinary regression, which the formula made of it once, the trials have another log-likelihood."""
    with pytest.raises(AssertionError):
        check(mle("linear", bcg(), formula="y ~ latitude").log_likelihood, "-7.6857")


def test_errors_of_restricted_means_take_the_spread_for_known():
    """Where precisions differ the joint Hessian has a covariance of mu with tau, and an error of 0.197."""
    rows = restricted("eight_schools", clasp())
    for label, value in (("mu", "-0.298"), ("tau", "0.1843")):
        check(rows[label][0], value, what=label)
    check(rows["mu"][1], "0.1343", what="SE of mu")


def test_rails():
    frame = {"y": [float(time) for time in RAIL.split()], "group": np.repeat(list("abcdef"), 3)}
    rows = restricted("random_intercept", frame)
    for label, value in (("mu", "66.5"), ("tau", "24.805"), ("sigma", "4.0208")):
        check(rows[label][0], value, what=label)
    check(rows["mu"][1], "10.171", what="SE of mu")
    fit = compare("random_intercept", frame, estimators=["mle"], intervals=["wald_expected"])
    lower, upper = fit.rows.set_index("parameter").loc["mu", ["lower", "upper"]]
    check((upper - lower) / 2 / ndtri(0.975) * math.sqrt(18 / 17), "9.554", what="SE by maximum likelihood")
    assert fit.rows.set_index("parameter").loc["tau", "reason"].startswith("the expected information of spreads")


def test_restricted_likelihood_of_a_line_is_what_regression_programs_print():
    """R: summary(lm(stack.loss ~ ., stackloss)), as in `test_published`, without any factor."""
    rows = restricted("linear", shipped("stackloss"), formula="STACKLOSS ~ AIRFLOW + WATERTEMP + ACIDCONC")
    check(rows["sigma"][0], "3.243", what="residual standard error")
    for label, value, error in (("Intercept", "-39.9197", "11.8960"), ("AIRFLOW", "0.7156", "0.1349")):
        check(rows[f"beta[{label}]"][0], value, what=label)
        check(rows[f"beta[{label}]"][1], error, what=f"SE of {label}")
