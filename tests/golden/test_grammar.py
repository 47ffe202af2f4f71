"""Published fits of families with formulas, links and censoring: each number to half a unit of its last digit."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.miscmodels.tests

from .test_published import check, check_rows, half_unit, mle

TOBIN = """0 57.7 236 0.7 50.9 283 0 48.5 207 0 41.7 220 0 47.7 238 0 59.8 216 0 44.3 284 3.7 45.1 221 0 51.7 275
3 50 269 10.4 46.8 207 0 58 249 0 58.9 246 0 40 277
1.5 34.1 231 0 39.9 219 0 33.4 240 3.5 48.1 266 6.1 46.6 214 0 53.1 251"""
"""Tobin (1958), Econometrica 26, 24–36: durable goods, age, liquidity ratio."""
MAINTAINED = "9 1 13 1 13 0 18 1 23 1 28 0 31 1 34 1 45 0 48 1 161 0"
NOT_MAINTAINED = "5 1 5 1 8 1 8 1 12 1 16 0 23 1 27 1 30 1 33 1 43 1 45 1"
"""Weeks to relapse and 1 for a relapse: Miller (1981), Survival Analysis (aml of R's survival)."""


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


STUDENTS = Path(statsmodels.miscmodels.tests.__file__).parent / "results" / "ologit_ucla.csv"
POLR = {
    "logit": ({"pared": "0.2658", "public": "0.2979", "gpa": "0.2606"}, ("1.0477", "-0.0587", "0.6158")),
    "probit": ({"pared": "0.1579", "public": "0.1728", "gpa": "0.1568"}, ("0.5981", "0.0102", "0.3581")),
}
"""By link: standard errors as R prints them, and estimates; the search of polr() ends a few 1e-5 from the maximum."""


@pytest.mark.parametrize("link", POLR)
def test_proportional_odds(link):
    """R 3.4.4, MASS::polr(apply ~ pared + public + gpa, method = link) on 400 students, by UCLA.

    Source: statsmodels, miscmodels/tests/results/results_ordinal_model.py.
    """
    order = ["unlikely", "somewhat likely", "very likely"]
    formula = "apply ~ pared + public + gpa"
    fit = mle("ordered", pd.read_csv(STUDENTS), formula=formula, link=link, order=order)
    errors, estimates = POLR[link]
    for (term, error), estimate in zip(errors.items(), estimates, strict=True):
        place = fit.labels.index(f"beta[{term}]")
        check(fit.se[place], error)
        assert fit.point[place] == pytest.approx(float(estimate), abs=1e-4)


def test_multinomial_logit():
    """Stata's mlogit of party identification on 944 voters, the first class the base.

    Source: statsmodels, discrete/tests/results/results_discrete.py, Anes.mnlogit_basezero.
    """
    frame = sm.datasets.anes96.load_pandas().data
    fit = mle("categorical", frame, formula="PID ~ logpopul + selfLR + age + educ + income")
    printed = {
        "beta[1,logpopul]": ("-.01153598", ".0342823657"),
        "beta[1,selfLR]": (".29771435", ".093626795"),
        "beta[3,age]": ("-.01485121", ".0113313133"),
        "beta[6,income]": (".10889408", ".025300888"),
        "beta[6,Intercept]": ("-12.105751", "1.059954821"),
    }
    for label, (estimate, error) in printed.items():
        place = fit.labels.index(label)
        # Stata's search ended 2e-7 standard errors from the maximum.
        assert fit.point[place] == pytest.approx(float(estimate), abs=half_unit(estimate) + 1e-6 * float(error))
        assert fit.se[place] == pytest.approx(float(error), rel=1e-7)
    check(fit.log_likelihood, "-1461.9227")
