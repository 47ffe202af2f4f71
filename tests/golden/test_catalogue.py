"""Fits of the catalogue by others: numbers as printed in their source, or another library's fit of the same data.

The second kind is computed here, by SciPy and statsmodels: their optimum has the log-likelihood that our formula gives
it, and no slope.
"""

import numpy as np
import pytest
import scipy
from scipy import stats
from statsmodels.discrete.count_model import ZeroInflatedNegativeBinomialP, ZeroInflatedPoisson
from statsmodels.discrete.discrete_model import NegativeBinomial
from statsmodels.discrete.truncated_model import HurdleCountModel

from mle_vs_bayes import models
from mle_vs_bayes.fit.simulated import simulated

from .test_published import check, check_rows, mle


def test_locomotive_controls():
    """Log-normal, right-censored: SAS output as SciPy's test_lognorm quotes it, mu 5.1169 and sigma 0.7055.

    Source: math.montana.edu/jobo/st528/documents/relc.pdf, page 279 (thousands of miles to failure, 59 still running).
    """
    miles = [22.5, 37.5, 46.0, 48.5, 51.5, 53.0, 54.5, 57.5, 66.5, 68.0, 69.5, 76.5, 77.0, 78.5, 80.0, 81.5, 82.0, 83.0]
    miles += [84.0, 91.5, 93.5, 102.5, 107.0, 108.5, 112.5, 113.5, 116.0, 117.0, 118.5, 119.0, 120.0, 122.5, 123.0]
    miles += [127.5, 131.0, 132.5, 134.0]
    frame = {"y": [*miles, *[135.0] * 59], "event": [1] * len(miles) + [0] * 59}
    check_rows(mle("lognormal", frame), {"mu": ("5.1169", None), "sigma": ("0.7055", None)})


def test_gamma_with_one_value_censored():
    """R: fitdistcens(data, 'gamma') prints shape 1.447623 (SE 0.7053086), scale 8.360197, as SciPy's tests quote it."""
    frame = {"y": [2.5, 2.9, 3.8, 9.1, 9.3, 12.0, 23.0, 25.0], "event": [1] * 7 + [0]}
    estimate = mle("gamma", frame)
    check(estimate.point[0], "1.447623", what="shape")
    check(1 / estimate.point[1], "8.3602", what="scale")  # where R's search stopped, 2e-6 from the maximum
    assert estimate.se[0] == pytest.approx(0.7053086, rel=1e-4)  # R's Hessian is by differences


def test_inverse_gaussian_with_values_censored_on_either_side():
    """R: fitdistcens(data, 'invgauss') prints mean 0.8699819, dispersion 1.2261362, as SciPy's test_invgauss quotes it.

    Five digits are compared, as there: R's search stopped at a relative tolerance of 1e-12 of the log-likelihood.
    """
    seen = [
        0.4813096,
        0.5571880,
        0.5132463,
        0.3801414,
        0.5904386,
        0.4822340,
        0.3478597,
        0.7191797,
        1.5810902,
        0.4442299,
    ]
    frame = {"lower": [0.0, 3.0, *seen], "upper": [0.15, np.inf, *seen]}
    estimate = mle("inverse_gaussian", frame)
    np.testing.assert_allclose([estimate.point[0], 1 / estimate.point[1]], [0.8699819, 1.2261362], rtol=5e-6)


def test_boys_in_families_of_saxony():
    """Beta-binomial: Wikipedia, "Beta-binomial distribution", example: 34.09558, 31.5715 and log L = −12492.9.

    The first 12 children of 6115 families of 13, Geissler (1889). Its log L leaves out no constant.
    """
    families = [3, 24, 104, 286, 670, 1033, 1343, 1112, 829, 478, 181, 45, 7]
    frame = {"y": list(range(13)), "trials": [12] * 13, "weights": families}
    estimate = mle("beta_binomial", frame)
    check(estimate.log_likelihood, "-12492.9", what="log-likelihood")
    # Along the ridge of equal means their search stopped 7e-3 away, where log L is lower by less than 1e-4.
    ours = float(np.sum(np.array(families) * stats.betabinom.logpmf(np.arange(13), 12, *estimate.point)))
    theirs = float(np.sum(np.array(families) * stats.betabinom.logpmf(np.arange(13), 12, 34.09558, 31.5715)))
    assert 0 <= ours - theirs < 1e-4


def test_yeast():
    """Negative binomial: MASS, fitdistr and glm.nb of Student's (1907) yeast cells: theta = 1/alpha."""
    estimate = mle("negative_binomial", {"y": [0, 1, 2, 3, 4, 5], "weights": [213, 128, 37, 18, 3, 1]})
    y = np.repeat(np.arange(6), [213, 128, 37, 18, 3, 1])
    theirs = NegativeBinomial(y, np.ones(400)).fit(disp=False, gtol=1e-10)
    np.testing.assert_allclose(estimate.point, [np.exp(theirs.params[0]), theirs.params[1]], rtol=1e-5)
    np.testing.assert_allclose(estimate.log_likelihood, theirs.llf, rtol=1e-10)


def precise(of, x0, args=(), disp=0):
    return scipy.optimize.fmin(of, x0, args=args, disp=disp, xtol=1e-10, ftol=1e-13, maxiter=5000, maxfun=10000)


def by_scipy(name, of, **held):
    """SciPy's fit of the distribution as {our parameter: value} by ``of``."""

    def fit(y):
        fitted = getattr(stats, name).fit(y, *held.get("start", ()), optimizer=precise, **held.get("fixed", {}))
        return of(*fitted), float(np.sum(getattr(stats, name).logpdf(y, *fitted)))

    return fit


def by_statsmodels(model, of, **keywords):
    def fit(y):
        made = model(y, np.ones((len(y), 1)), **keywords)
        found = made.fit(disp=False, maxiter=500, method="bfgs", gtol=1e-8)
        return of(*np.asarray(found.params)), float(found.llf)

    return fit


ZERO = {"fixed": {"floc": 0}}
FITS = {
    "logistic_distribution": by_scipy("logistic", lambda loc, scale: {"mu": loc, "s": scale}),
    "gumbel": by_scipy("gumbel_r", lambda loc, scale: {"mu": loc, "beta": scale}),
    "skew_normal": by_scipy("skewnorm", lambda a, loc, scale: {"alpha": a, "mu": loc, "sigma": scale}, start=(2.0,)),
    "gamma": by_scipy("gamma", lambda a, _, scale: {"shape": a, "rate": 1 / scale}, **ZERO),
    "lognormal": by_scipy("lognorm", lambda s, _, scale: {"mu": np.log(scale), "sigma": s}, **ZERO),
    "loglogistic": by_scipy("fisk", lambda c, _, scale: {"shape": c, "scale": scale}, **ZERO),
    "inverse_gaussian": by_scipy("invgauss", lambda mu, _, scale: {"mu": mu * scale, "lam": scale}, **ZERO),
    "gompertz": by_scipy("gompertz", lambda c, _, scale: {"shape": 1 / scale, "rate": c / scale}, **ZERO),
    "pareto": by_scipy("pareto", lambda b, *_: {"alpha": b}, fixed={"floc": 0, "fscale": 1}),
    "beta": by_scipy("beta", lambda a, b, *_: {"alpha": a, "beta": b}, fixed={"floc": 0, "fscale": 1}),
    "negative_binomial": by_statsmodels(NegativeBinomial, lambda b, alpha: {"mu": np.exp(b), "alpha": alpha}),
    "negative_binomial_1": by_statsmodels(
        NegativeBinomial, lambda b, alpha: {"mu": np.exp(b), "alpha": alpha}, loglike_method="nb1"
    ),
    "zero_inflated_poisson": by_statsmodels(
        ZeroInflatedPoisson, lambda z, b: {"psi": scipy.special.expit(-z), "mu": np.exp(b)}
    ),
    "zero_inflated_negative_binomial": by_statsmodels(
        ZeroInflatedNegativeBinomialP,
        lambda z, b, alpha: {"psi": scipy.special.expit(-z), "mu": np.exp(b), "alpha": alpha},
    ),
    "hurdle_poisson": by_statsmodels(
        HurdleCountModel, lambda z, b: {"psi": -np.expm1(-np.exp(z)), "mu": np.exp(b)}, dist="poisson"
    ),
}
"""Their fits of data without covariates, and how their numbers are ours (`Family.elsewhere` says it in words)."""


def check_fit(model, data, theta, log_likelihood):
    """Ours at their optimum is theirs, and has no slope: less than a hundredth of a standard error per one."""

    def ours(values):
        return float(np.sum(model.log_likelihood(dict(zip(theta, values, strict=True)), data)))

    point = np.array(list(theta.values()))
    assert ours(point) == pytest.approx(log_likelihood, rel=1e-9)
    for i, value in enumerate(point):
        step = 1e-3 * np.where(np.arange(len(point)) == i, abs(value), 0.0)
        up, down = ours(point + step), ours(point - step)
        slope, bend = (up - down) / 2, -(up - 2 * ours(point) + down)
        assert abs(slope) <= 0.01 * np.sqrt(bend), (list(theta)[i], slope, bend)


@pytest.mark.filterwarnings("ignore")  # of their searches
@pytest.mark.parametrize("name", FITS)
def test_another_librarys_fit_is_a_maximum_here(name):
    model = models.get(name)
    data, _ = simulated(model, 300, {}, seed=2)
    check_fit(model, data, *FITS[name](data["y"]))


def test_mutant_a_rate_for_a_scale():
    model = models.get("gamma")
    data, _ = simulated(model, 300, {}, seed=2)
    theta, log_likelihood = FITS["gamma"](data["y"])
    with pytest.raises(AssertionError):
        check_fit(model, data, {"shape": theta["shape"], "rate": 1 / theta["rate"]}, log_likelihood)
