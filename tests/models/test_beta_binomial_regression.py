"""Successes in trials whose chance differs from row to row, with covariates: by SciPy's density and optimiser.

Germination of seeds: Crowder (1978), Applied Statistics 27, 34–37, table 3.
"""

import numpy as np
import pandas
import pytest
import scipy

from mle_vs_bayes import compare
from mle_vs_bayes.errors import DataError

N = (39, 62, 81, 51, 39, 6, 74, 72, 51, 79, 13, 16, 30, 28, 45, 4, 12, 41, 30, 51, 7)
Y = (10, 23, 23, 26, 17, 5, 53, 55, 32, 46, 10, 8, 10, 8, 23, 0, 3, 22, 15, 32, 3)
SEED, CUCUMBER = np.repeat([1.0, 0.0], [11, 10]), np.repeat([0.0, 1.0, 0.0, 1.0], [5, 6, 5, 5])
FRAME = pandas.DataFrame({"y": Y, "n": N, "seed": SEED, "cucumber": CUCUMBER})
X = np.column_stack([np.ones(21), SEED, CUCUMBER, SEED * CUCUMBER])


def height(theta, of_mean=scipy.special.expit):
    """The log-likelihood of four coefficients and log phi, by SciPy."""
    chance, phi = of_mean(X @ theta[:4]), np.exp(theta[4])
    return np.sum(scipy.stats.betabinom.logpmf(Y, N, chance * phi, (1 - chance) * phi))


def check(link, of_mean, tolerance=1e-4):
    """At SciPy's own maximum, to a share of a standard error: where its search stops."""
    asked = {"formula": "y ~ seed * cucumber", "columns": {"trials": "n"}, "link": link}
    fit = compare("beta_binomial", FRAME, **asked, estimators=["mle"])["mle"]
    ours = np.append(fit.point[:4], np.log(fit.point[4]))
    options = {"xatol": 1e-9, "fatol": 1e-12, "maxiter": 20_000, "maxfev": 20_000}
    start = ours + 0.1
    theirs = scipy.optimize.minimize(lambda t: -height(t, of_mean), start, method="Nelder-Mead", options=options)
    assert fit.log_likelihood == pytest.approx(-theirs.fun, abs=1e-9)
    se = np.append(fit.se[:4], fit.se[4] / fit.point[4])
    np.testing.assert_allclose((ours - theirs.x) / se, 0, atol=tolerance)


@pytest.mark.parametrize(("link", "of_mean"), [("logit", scipy.special.expit), ("probit", scipy.stats.norm.cdf)])
def test_the_maximum_is_that_of_scipy(link, of_mean):
    check(link, of_mean)


def test_mutant_another_link():
    with pytest.raises(AssertionError):
        check("logit", scipy.stats.norm.cdf)


def test_rows_of_one_trial_say_nothing_of_how_chances_differ():
    single = FRAME.assign(y=np.minimum(FRAME["y"] % 2, 1), n=1)
    with pytest.raises(DataError, match="every row has one trial"):
        compare("beta_binomial", single, formula="y ~ seed", columns={"trials": "n"}, estimators=["mle"])
