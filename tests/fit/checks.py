"""Checks that tests share with their mutants: each is told a claim and raises AssertionError where it is false."""

import numpy as np
import scipy

from mle_vs_bayes import models
from mle_vs_bayes.fit.replicates import Plan, fit_replicates
from mle_vs_bayes.fit.simulated import simulated

from ..agreement.checks import K

PLAN = Plan(size=32, draws=300, tune=100)


def datasets(name, count, rows, first=0):
    """Simulated at typical values, one seed each."""
    return [simulated(models.get(name), rows, {}, seed)[0] for seed in range(first, first + count)]


def posteriors(name, sets, **settings):
    """Rows of the posteriors alone."""
    return fit_replicates(name, sets, ("posterior",), **{"plan": PLAN, **settings}).rows


def by_label(rows, column):
    """A column as ``(replicates, quantities)``."""
    return rows.pivot(index="replicate", columns="parameter", values=column).astype(float)


def check_standard_normal(z):
    """Independent numbers ``(R,)``: mean and variance within K standard errors of 0 and 1; Kolmogorov–Smirnov.

    The standard error of a variance is √((κ − 1)/R) with κ the fourth moment, 3 for normal numbers and estimated where
    heavier tails show. MCSEs that are estimated themselves have a relative error of about 1/√(2 ESS), below 4 % here,
    which moves the variance by its square.
    """
    count = len(z)
    assert abs(np.mean(z)) <= K / np.sqrt(count), f"mean {np.mean(z):.3f}"
    fourth = max(3.0, np.mean((z - np.mean(z)) ** 4) / np.var(z) ** 2)
    assert abs(np.var(z) - 1) <= K * np.sqrt((fourth - 1) / count), f"variance {np.var(z):.3f}"
    least = scipy.stats.kstest(z, "norm").pvalue
    assert least > 1e-5, f"Kolmogorov–Smirnov p = {least:.1e}"
