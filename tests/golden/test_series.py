"""Published regressions with autoregressive errors.

R's arima() ends where log L/n moves by less than 1e-8 of itself, so log L is within 1e-6 of its maximum and an estimate
within √2e-6 standard errors of its own; its standard errors are of a Hessian by differences in steps of 1e-3.
"""

import numpy as np
import pandas as pd
import pytest

from .test_published import check, half_unit, mle

LEVELS = """580.38 581.86 580.97 580.8 579.79 580.39 580.42 580.82 581.4 581.32 581.44 581.68 581.17 580.53 580.01
579.91 579.14 579.16 579.55 579.67 578.44 578.24 579.1 579.09 579.35 578.82 579.32 579.01 579 579.8 579.83
579.72 579.89 580.01 579.37 578.69 578.19 578.67 579.55 578.92 578.09 579.37 580.13 580.14 579.51 579.24
578.66 578.86 578.05 577.79 576.75 576.75 577.82 578.64 580.58 579.48 577.38 576.9 576.94 576.24 576.84
576.85 576.9 577.79 578.18 577.51 577.23 578.42 579.61 579.05 579.26 579.22 579.38 579.1 577.95 578.12
579.75 580.85 580.41 579.96 579.61 578.76 578.18 577.21 577.13 579.1 578.25 577.91 576.89 575.96 576.8
577.68 578.38 578.52 579.74 579.31 579.89 579.96"""
"""Feet above the sea of Lake Huron, 1875 to 1972: R's data set LakeHuron."""


@pytest.fixture(scope="module")
def huron():
    levels = [float(level) for level in LEVELS.split()]
    return pd.DataFrame({"level": levels, "year": range(1875 - 1920, 1973 - 1920)})


def check_near(fit, printed):
    """Estimates and standard errors by label: half a unit of the last digit beside what R's search had left to go."""
    assert fit.status == "ok", fit.reason
    for label, (value, error) in printed.items():
        place = fit.labels.index(label)
        assert abs(fit.point[place] - float(value)) <= half_unit(value) + np.sqrt(2e-6) * float(error), label
        assert abs(fit.se[place] - float(error)) <= half_unit(error) + 1e-3 * float(error), label


HURON = {
    "beta[Intercept]": ("579.0993", "0.2370"),
    "beta[year]": ("-0.0216", "0.0081"),
    "phi[1]": ("1.0048", "0.0976"),
    "phi[2]": ("-0.2913", "0.1004"),
}
"""R: arima(LakeHuron, order = c(2, 0, 0), xreg = time(LakeHuron) - 1920), tests/Examples/stats-Ex.Rout.save of R."""


def test_levels_of_lake_huron_fall(huron):
    fit = mle("autoregressive(order=2)", huron, formula="level ~ year")
    check_near(fit, HURON)
    check(fit.point[fit.labels.index("sigma")] ** 2, "0.4566")
    check(-2 * fit.log_likelihood + 2 * 5, "212.4")


def test_mutant_no_trend(huron):
    squared = mle("autoregressive(order=2)", huron.assign(year=huron["year"] ** 2), formula="level ~ year")
    with pytest.raises(AssertionError):
        check_near(squared, HURON)
