"""Fits of the catalogue by others: numbers as printed in their source, or another library's fit of the same data.

The second kind is computed here, by SciPy and statsmodels: their optimum has the log-likelihood that our formula gives
it, and no slope.
"""

import numpy as np
import pandas as pd
import pytest
import scipy
from scipy import stats
from statsmodels.discrete.count_model import ZeroInflatedNegativeBinomialP, ZeroInflatedPoisson
from statsmodels.discrete.discrete_model import NegativeBinomial
from statsmodels.discrete.truncated_model import HurdleCountModel

from mle_vs_bayes import compare, models
from mle_vs_bayes.data.prepare import prepare
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


def bounds(pairs):
    return {"lower": [low for low, _ in pairs], "upper": [high for _, high in pairs]}


SEEN = [13.5401, 37.4235, 11.906, 13.998, 0.4023, 10.9044, 21.0629, 9.6985, 12.9016, 39.164, 34.6396, 20.3665, 16.5889]
SEEN += [18.0952, 45.3818, 35.3306, 8.4949, 3.4041, 7.2828, 37.1265, 6.5969, 17.6868, 17.4977, 16.3391, 36.0541]
AWAY = [-41.564, 15.7384, 10.0452, -2.0684, -19.5399, 9.0005, 27.1227, 4.3113, -3.7372, 25.3111, 14.7987, 34.0887]
AWAY += [42.8496, 18.5862, 32.8921, 9.0448, -27.4591, 19.5083, -9.7199]
BY_R = {
    "logistic_distribution": (
        bounds([(-np.inf, 0.0)] * 5 + [(v, v) for v in SEEN]),
        {"mu": "14.633459", "s": "9.232736"},
    ),
    "gumbel": (
        bounds([(0, 1), (2, 2), (3, 3), (9, 9), (10, np.inf), (10, np.inf)]),
        {"mu": "4.487853", "beta": "4.843640"},
    ),
    "laplace": (
        bounds([(-np.inf, -50.0)] * 2 + [(50.0, np.inf)] * 4 + [(v, v) for v in AWAY]),
        {"mu": "14.79870", "b": "30.93601"},
    ),
    "beta": (
        bounds([(0.10, 0.20), (0.50, 0.55), (0.75, 0.90), (0.80, 0.95)]),
        {"alpha": "1.419941", "beta": "1.027066"},
    ),
}
"""R: fitdistcens of fitdistrplus, as SciPy's test_continuous_fit_censored.py quotes its calls and what they print."""


@pytest.mark.parametrize("name", BY_R)
def test_censored_on_either_side(name):
    """To 5e-6 of themselves, as SciPy's tests compare them: where R's search stopped."""
    frame, printed = BY_R[name]
    estimate = mle(f"{name}(censored=1)", frame)
    assert estimate.status == "ok", estimate.reason
    named = dict(zip(estimate.labels, estimate.point, strict=True))
    for label, number in printed.items():
        assert named[label] == pytest.approx(float(number), rel=5e-6), label


def test_boys_in_families_of_saxony():
    """Beta-binomial: Wikipedia, "Beta-binomial distribution", example: 34.09558, 31.5715 and log L = −12492.9.

    The first 12 children of 6115 families of 13 in Saxony. Its log L leaves out no constant.
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


def test_death_notices():
    """Poisson mixture: deaths of women of 80 and more by day in the London Times of 1910–1912 (Hasselblad 1969).

    The counts as tests of EM elsewhere have them. The maximum is found here again by EM alone.
    """
    days = np.array([162, 267, 271, 185, 111, 61, 27, 8, 3, 1], dtype=float)
    deaths = np.arange(10)
    estimate = mle("poisson_mixture", {"y": deaths.tolist(), "weights": days.astype(int).tolist()})
    share, rates = np.array([0.3, 0.7]), np.array([1.0, 3.0])
    for _ in range(20_000):
        joint = share * stats.poisson.pmf(deaths[:, None], rates)
        chances = joint / joint.sum(axis=1, keepdims=True) * days[:, None]
        share, rates = chances.sum(axis=0) / days.sum(), deaths @ chances / chances.sum(axis=0)
    np.testing.assert_allclose(estimate.point, [*share, *rates], rtol=1e-5)


def test_children_of_women_without_a_degree():
    """Poisson, 217 children of 111 women, under Gamma(2, 1).

    Source: Hoff (2009), A First Course in Bayesian Statistical Methods, section 3.2, as notes on the book print R's
    qgamma(c(.025, .975), 2 + 217, 1 + 111) and the mode; the mean by arithmetic.
    """
    frame, prior = {"y": [217], "exposure": [111]}, {"rate": "Gamma(alpha=2, beta=1)"}
    rows = compare("poisson", frame, priors=prior, estimators=["map", "exact"]).rows
    rows = rows[rows["parameter"] == "rate"].set_index("estimator")
    check(rows.loc["map", "estimate"], "1.946429")
    exact = rows.loc["posterior_exact"]
    assert exact["estimate"] == pytest.approx(219 / 112, rel=1e-9)
    check(exact["lower"], "1.704943")
    check(exact["upper"], "2.222679")


EVENT_AT_THE_END = {"y": [1.0, 2.0, 3.0], "event": [0, 0, 1]}


@pytest.mark.parametrize("name", ["inverse_gaussian", "gompertz"])
def test_what_runs_off_is_no_estimate(name):
    """Where the only event is at the longest time the likelihood has no bound; rounding far out is no maximum."""
    estimate = mle(name, EVENT_AT_THE_END)
    assert estimate.status == "divergent"
    assert "every event is at 3" in estimate.reason


def test_stein_s_paradox():
    """Efron & Morris (1977), Stein's paradox in statistics, Scientific American 236(5), 119–127: c = 0.212.

    As stats.stackexchange question 5727 quotes it: averages of 18 players after 45 times at bat are drawn towards their
    mean by z = m + c (y − m), the variance being that of a share of m in 45.
    """
    hits = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7])
    y = np.round(hits / 45, 3)
    frame = {"y": y, "se": np.full(18, np.sqrt(y.mean() * (1 - y.mean()) / 45)), "group": [f"p{i}" for i in range(18)]}
    model = models.get("normal_means")
    data = prepare(pd.DataFrame(frame), model).data
    share = (model.james_stein(data)[0] - y.mean()) / (y[0] - y.mean())
    check(share, "0.212", what="c")
    np.testing.assert_allclose(model.closed_form_mle(data)["mean"], y)


WAITING = """
79 54 74 62 85 55 88 85 51 85 54 84 78 47 83 52 62 84 52 79 51 47 78 69 74 83 55 76 78 79 73 77 66 80 74 52 48 80 59
90 80 58 84 58 73 83 64 53 82 59 75 90 54 80 54 83 71 64 77 81 59 84 48 82 60 92 78 78 65 73 82 56 79 71 62 76 60 78
76 83 75 82 70 65 73 88 76 80 48 86 60 90 50 78 63 72 84 75 51 82 62 88 49 83 81 47 84 52 86 81 75 59 89 79 59 81 50
85 59 87 53 69 77 56 88 81 45 82 55 90 45 83 56 89 46 82 51 86 53 79 81 60 82 77 76 59 80 49 96 53 77 77 65 81 71 70
81 93 53 89 45 86 58 78 66 76 63 88 52 93 49 57 77 68 81 81 73 50 85 74 55 77 83 83 51 78 84 46 83 55 81 57 76 84 77
81 87 77 51 78 60 82 91 53 78 46 77 84 49 83 71 80 49 75 64 76 53 94 55 76 50 82 54 75 78 79 78 78 70 79 70 54 86 50
90 54 54 77 79 64 75 47 86 63 85 82 57 82 67 74 54 83 73 73 88 80 71 83 56 79 78 84 58 83 43 60 75 81 46 90 46 74"""
"""Minutes between 272 eruptions of Old Faithful, R's data set faithful: seaborn-data, geyser.csv."""
MIXTOOLS = {"mu[1]": 54.614893, "mu[2]": 80.091093, "sigma[1]": 5.871245, "sigma[2]": 5.867716, "weight[1]": 0.360887}
"""R: summary(normalmixEM(waiting)) of mixtools, as users quote it, with the log likelihood -1034.002."""


def check_mixture(estimate):
    """EM stops where a step gains 1e-8 in log L; fifty such steps more would move a value by √(2 × 5e-7) SE."""
    check(estimate.log_likelihood, "-1034.002")
    for label, printed in MIXTOOLS.items():
        place = estimate.labels.index(label)
        assert abs(estimate.point[place] - printed) <= 1e-3 * estimate.se[place] + 5e-7, label


def test_two_kinds_of_eruptions():
    check_mixture(mle("normal_mixture", {"y": [float(minutes) for minutes in WAITING.split()]}))


def test_mutant_an_eruption_left_out():
    with pytest.raises(AssertionError):
        check_mixture(mle("normal_mixture", {"y": [float(minutes) for minutes in WAITING.split()][1:]}))
