"""Published fits of families with formulas, links and censoring: each number to half a unit of its last digit."""

import numpy as np
import pandas as pd
import pytest

from .test_published import check, check_rows, mle

TOBIN = """0 57.7 236 0.7 50.9 283 0 48.5 207 0 41.7 220 0 47.7 238 0 59.8 216 0 44.3 284 3.7 45.1 221 0 51.7 275
3 50 269 10.4 46.8 207 0 58 249 0 58.9 246 0 40 277
1.5 34.1 231 0 39.9 219 0 33.4 240 3.5 48.1 266 6.1 46.6 214 0 53.1 251"""
"""Tobin (1958), Econometrica 26, 24–36: durable goods, age, liquidity ratio."""
MAINTAINED = "9 1 13 1 13 0 18 1 23 1 28 0 31 1 34 1 45 0 48 1 161 0"
NOT_MAINTAINED = "5 1 5 1 8 1 8 1 12 1 16 0 23 1 27 1 30 1 33 1 43 1 45 1"
"""Weeks to relapse and 1 for a relapse: Miller (1981), Survival Analysis (R's survival::leukemia)."""


@pytest.fixture(scope="module")
def tobin():
    frame = pd.DataFrame(np.array(TOBIN.split(), dtype=float).reshape(-1, 3), columns=["durable", "age", "quant"])
    return frame.assign(low=frame["durable"].where(frame["durable"] > 0), high=frame["durable"])


@pytest.fixture(scope="module")
def leukemia():
    groups = {"Maintained": MAINTAINED, "Nonmaintained": NOT_MAINTAINED}
    values = {name: np.array(text.split(), dtype=float).reshape(-1, 2) for name, text in groups.items()}
    return pd.concat([pd.DataFrame({"time": v[:, 0], "status": v[:, 1], "x": name}) for name, v in values.items()])


def test_tobit(tobin):
    """R's survreg(Surv(durable, durable > 0, type = "left") ~ age + quant, tobin, dist = "gaussian").

    Source: README of the R package outreg (kota7/outreg), "Tobit regression", model 2.
    """
    fit = mle("normal", tobin, formula="durable ~ age + quant", columns={"lower": "low", "upper": "high"})
    check_rows(fit, {"beta[Intercept]": ("15.145", "16.079"), "beta[age]": ("-0.129", "0.219")})
    check_rows(fit, {"beta[quant]": ("-0.046", "0.058")})
    sigma = fit.labels.index("sigma")
    check(np.log(fit.point[sigma]), "1.718")
    check(fit.se[sigma] / fit.point[sigma], "0.310")
    check(2 * 4 - 2 * fit.log_likelihood, "65.880")


def test_accelerated_failure_times(leukemia):
    """R 4.5.3, survival 3.8-12: survreg(Surv(time, status) ~ ., aml), scale = 1/shape.

    Source: tests of a Python port of R's survival, which quote R's digits.
    """
    fit = mle("weibull", leukemia, formula="time ~ x", columns={"event": "status"})
    rows = dict(zip(fit.labels, fit.point, strict=True))
    check(rows["beta[Intercept]"], "4.10905505126")
    check(rows["beta[x[T.Nonmaintained]]"], "-0.92934161137")
    check(1 / rows["shape"], "0.79095443695")


def test_a_survival_function_in_place_of_a_density_would_be_noticed(leukemia):
    fit = mle("weibull", leukemia.assign(status=leukemia["status"].to_numpy() * (np.arange(23) != 3)),
              formula="time ~ x", columns={"event": "status"})  # fmt: skip
    with pytest.raises(AssertionError):
        check(fit.point[0], "4.10905505126")
