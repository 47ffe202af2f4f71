"""Distributions on the whole line."""

from dataclasses import replace
from typing import Any

import numpy as np
import scipy

from ...data.column import number
from ..links import log_normal_cdf_symbol
from ..support import positive, real
from . import incomplete_beta, incomplete_gamma, tails
from .argument import Argument, Form, plain
from .family import Family

TINY = np.finfo(float).tiny


def _normal_log_density(y: Any, mu: Any, sigma: Any) -> Any:
    """By hand: SciPy's checks of its arguments cost ten times the formula."""
    return -0.5 * ((y - mu) / sigma) ** 2 - np.log(np.where(sigma > 0, sigma, np.nan)) - 0.5 * np.log(2 * np.pi)


def _log_student_cdf_symbol(t: Any, nu: Any) -> Any:
    """log P(T ≤ t): P(T ≤ −|t|) = I_x(ν/2, ν/2) at x = (s − |t|)/(2s) = ν/(2s(s + |t|)), s² = t² + ν, and 1 − that."""
    import pytensor.tensor as pt

    s = pt.sqrt(t**2 + nu)
    below = incomplete_beta.log_tail(nu / 2, nu / 2, nu / (2 * s * (s + pt.abs(t))))
    return pt.switch(pt.lt(t, 0), below, incomplete_gamma.remainder(below))


def _log_laplace_cdf_symbol(z: Any) -> Any:
    """log P(Z ≤ z): log ½ + z below 0, log(1 − ½ exp(−z)) above."""
    import pytensor.tensor as pt

    return pt.switch(pt.lt(z, 0), np.log(0.5) + z, pt.log1p(-0.5 * pt.exp(-pt.abs(z))))


mu = Argument("mu", symbol="μ", meaning="the mean", prior="location", typical=1.0)
sigma = Argument("sigma", positive, symbol="σ", meaning="the standard deviation", prior="scale", typical=2.0)

flat = Family("Flat", support=real, proper=False, tails=lambda: tails.on_the_line(tails.falling_as_power(-1.0)))
jeffreys = Family("Jeffreys", support=real, proper=False, tails=lambda: tails.JOINT)  # on any support: see jeffreys.py
normal = Family(
    "Normal",
    (mu, sigma),
    support=real,
    values=number,
    scipy="norm",
    of_scipy=lambda mu, sigma: {"loc": mu, "scale": sigma},
    log_density=_normal_log_density,
    log_survival_symbol=lambda y, mu, sigma: log_normal_cdf_symbol((mu - y) / sigma),
    log_distribution_symbol=lambda y, mu, sigma: log_normal_cdf_symbol((y - mu) / sigma),
    draw=lambda generator, size, mu, sigma: generator.normal(mu, sigma, size),
    mean=lambda mu, sigma: mu,
    variance=lambda mu, sigma: sigma**2,
    location="mu",
    forms=(Form((*plain("mu"), *plain("tau", within=positive)), lambda mu, tau: {"mu": mu, "sigma": tau**-0.5}),),
    one_value="a spread",
    tails=lambda mu, sigma: tails.on_the_line(tails.falling_as_normal(sigma)),
    elsewhere={
        "R": "dnorm(y, mean = mu, sd = sigma); lm() prints sigma with n - k below, here n is",
        "Stata": "normalden(y, mu, sigma)",
        "scikit-learn": "BayesianRidge: alpha_ = 1/sigma²",
    },
)
student_t = Family(
    "StudentT",
    (
        Argument("nu", positive, "nu", "ν", "degrees of freedom: the lower, the more outliers", "tails", typical=5.0),
        Argument("mu", symbol="μ", meaning="the median, and the mean where nu is above 1", prior="location"),
        Argument("sigma", positive, "sigma", "σ", "the scale, below the standard deviation", "scale", typical=2.0),
    ),
    support=real,
    values=number,
    scipy="t",
    of_scipy=lambda nu, mu, sigma: {"df": nu, "loc": mu, "scale": sigma},
    log_survival_symbol=lambda y, nu, mu, sigma: _log_student_cdf_symbol((mu - y) / sigma, nu),
    log_distribution_symbol=lambda y, nu, mu, sigma: _log_student_cdf_symbol((y - mu) / sigma, nu),
    draw=lambda generator, size, nu, mu, sigma: mu + sigma * generator.standard_t(nu, size=size),
    mean=lambda nu, mu, sigma: np.where(nu > 1, mu, np.nan),
    mean_from={"nu": 1.0},
    variance=lambda nu, mu, sigma: np.where(nu > 2, sigma**2 * nu / np.maximum(nu - 2, TINY), np.inf),
    location="mu",
    one_value="a spread",
    tails=lambda nu, mu, sigma: tails.on_the_line(tails.falling_as_power(nu)),
    elsewhere={
        "R": "MASS::fitdistr(y, 't'): m = mu, s = sigma, df = nu; dt((y - mu)/sigma, df = nu)/sigma",
        "Stata": "tden(nu, (y - mu)/sigma)/sigma",
    },
)
cauchy = Family(
    "Cauchy",
    (*plain("alpha"), *plain("beta", within=positive)),
    support=real,
    values=number,
    scipy="cauchy",
    of_scipy=lambda alpha, beta: {"loc": alpha, "scale": beta},
    location="alpha",
    one_value="a spread",
    tails=lambda alpha, beta: tails.on_the_line(tails.falling_as_power(1.0)),
)
laplace = Family(
    "Laplace",
    (
        Argument("mu", symbol="μ", meaning="the mean and median", prior="location"),
        Argument("b", positive, "b", "b", "the mean distance from mu", "scale", typical=2.0),
    ),
    support=real,
    values=number,
    scipy="laplace",
    of_scipy=lambda mu, b: {"loc": mu, "scale": b},
    log_survival_symbol=lambda y, mu, b: _log_laplace_cdf_symbol((mu - y) / b),
    log_distribution_symbol=lambda y, mu, b: _log_laplace_cdf_symbol((y - mu) / b),
    draw=lambda generator, size, mu, b: generator.laplace(mu, b, size),
    mean=lambda mu, b: mu,
    variance=lambda mu, b: 2 * b**2,
    location="mu",
    one_value="a spread",
    tails=lambda mu, b: tails.on_the_line(tails.falling_exponentially(1 / b)),
    elsewhere={
        "R": "VGAM::dlaplace(y, location = mu, scale = b); quantreg::rq(tau = 0.5) has the same mu",
        "Stata": "laplaceden(mu, b, y); qreg has the same mu",
        "scikit-learn": "QuantileRegressor(quantile=0.5, alpha=0): intercept_ is mu",
    },
    smooth=False,
)
logistic = Family(
    "Logistic",
    (
        Argument("mu", symbol="μ", meaning="the mean and median", prior="location"),
        Argument("s", positive, "s", "s", "the scale: the standard deviation is s π/√3", "scale", typical=2.0),
    ),
    support=real,
    values=number,
    scipy="logistic",
    of_scipy=lambda mu, s: {"loc": mu, "scale": s},
    draw=lambda generator, size, mu, s: generator.logistic(mu, s, size),
    mean=lambda mu, s: mu,
    variance=lambda mu, s: (s * np.pi) ** 2 / 3,
    location="mu",
    one_value="a spread",
    tails=lambda mu, s: tails.on_the_line(tails.falling_exponentially(1 / s)),
    elsewhere={
        "R": "dlogis(y, location = mu, scale = s)",
        "Stata": "logisticden(mu, s, y)",
    },
)


def _skew_normal_symbol(y: Any, alpha: Any, mu: Any, sigma: Any) -> Any:
    """log 2 φ(z) Φ(αz)/σ; PyMC's own has √2 in single precision, and loses Φ where it is small."""
    import pytensor.tensor as pt

    z = (y - mu) / sigma
    return np.log(2) - 0.5 * z**2 - 0.5 * np.log(2 * np.pi) - pt.log(sigma) + log_normal_cdf_symbol(alpha * z)


def _skew_normal(y: Any, alpha: Any, mu: Any, sigma: Any) -> Any:
    """As SciPy's, with the logarithm of Φ where it is small."""
    z = (y - mu) / sigma
    return np.log(2) + _normal_log_density(y, mu, sigma) + scipy.special.log_ndtr(alpha * z)


skew_normal = Family(
    "SkewNormal",
    (
        Argument("alpha", real, "alpha", "α", "the lean: above 0 the longer tail is above", "skewness", typical=3.0),
        Argument("mu", symbol="ξ", meaning="the location, which is not the mean unless alpha is 0", prior="location"),
        Argument("sigma", positive, "sigma", "ω", "the scale, above the standard deviation", "scale", typical=2.0),
    ),
    support=real,
    values=number,
    scipy="skewnorm",
    of_scipy=lambda alpha, mu, sigma: {"a": alpha, "loc": mu, "scale": sigma},
    log_density=_skew_normal,
    log_density_symbol=_skew_normal_symbol,
    mean=lambda alpha, mu, sigma: mu + sigma * np.sqrt(2 / np.pi) * alpha / np.hypot(1, alpha),
    variance=lambda alpha, mu, sigma: sigma**2 * (1 - 2 / np.pi * alpha**2 / (1 + alpha**2)),
    location="mu",
    one_value="a spread",
    tails=tails.of_skew_normal,
    distribution_function=False,
    elsewhere={
        "R": "sn::dsn(y, xi = mu, omega = sigma, alpha = alpha); selm() prints mean and SD unless asked for DP",
        "Stata": "sknor (user-written): location mu, scale sigma, shape alpha",
    },
)
_of_gumbel = Argument(
    "beta", positive, "beta", "β", "the scale: the standard deviation is beta π/√6", "scale", typical=2.0
)
gumbel = Family(
    "Gumbel",
    (Argument("mu", symbol="μ", meaning="the mode; 36.8 % lie below it", prior="location"), _of_gumbel),
    support=real,
    values=number,
    scipy="gumbel_r",
    of_scipy=lambda mu, beta: {"loc": mu, "scale": beta},
    draw=lambda generator, size, mu, beta: generator.gumbel(mu, beta, size),
    mean=lambda mu, beta: mu + np.euler_gamma * beta,
    variance=lambda mu, beta: (np.pi * beta) ** 2 / 6,
    location="mu",
    # Beside a formula beta is the name of its coefficients.
    around=(replace(_of_gumbel, row="scale", symbol="σ", meaning="the scale: the standard deviation is scale π/√6"),),
    one_value="a spread",
    tails=lambda mu, beta: tails.Tails(above=tails.falling_exponentially(1 / beta)),
    elsewhere={
        "R": "evd::dgumbel(y, loc = mu, scale = beta), the same as extRemes::fevd(type = 'Gumbel'); of minima take -y",
    },
)
