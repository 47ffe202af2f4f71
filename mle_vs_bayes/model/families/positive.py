"""Distributions above 0."""

from typing import Any

import numpy as np
import scipy

from ...data.column import positive as above_0
from ..links import log_normal_cdf_symbol
from ..support import frequency, positive, real
from . import incomplete_gamma, tails
from .argument import Argument, Form, logarithm, plain
from .family import Family

half_flat = Family(
    "HalfFlat", support=positive, proper=False, tails=lambda: tails.above_zero(tails.falling_as_power(-1.0))
)
half_normal = Family(
    "HalfNormal",
    plain("sigma", within=positive),
    support=positive,
    values=above_0,
    scipy="halfnorm",
    of_scipy=lambda sigma: {"scale": sigma},
    mean=lambda sigma: sigma * np.sqrt(2 / np.pi),
    variance=lambda sigma: sigma**2 * (1 - 2 / np.pi),
    tails=lambda sigma: tails.above_zero(tails.falling_as_normal(sigma)),
)


def _half_student_t(y: Any, nu: Any, sigma: Any) -> Any:
    """Twice the density of Student's t above 0."""
    return np.where(y >= 0, np.log(2) + scipy.stats.t.logpdf(y, nu, scale=sigma), -np.inf)


half_student_t = Family(
    "HalfStudentT",
    plain("nu", "sigma", within=positive),
    support=positive,
    values=above_0,
    log_density=_half_student_t,
    draw=lambda generator, size, nu, sigma: np.abs(sigma * generator.standard_t(nu, size=size)),
    tails=lambda nu, sigma: tails.above_zero(tails.falling_as_power(nu)),
)
half_cauchy = Family(
    "HalfCauchy",
    plain("beta", within=positive),
    support=positive,
    values=above_0,
    scipy="halfcauchy",
    of_scipy=lambda beta: {"scale": beta},
    tails=lambda beta: tails.above_zero(tails.falling_as_power(1.0)),
)


exponential = Family(
    "Exponential",
    (Argument("lam", frequency, "rate", "λ", "events per unit of time; 1/rate is the mean", "events", typical=0.5),),
    support=positive,
    values=above_0,
    scipy="expon",
    of_scipy=lambda lam: {"scale": 1 / lam},
    log_survival_symbol=lambda y, lam: -lam * y,
    draw=lambda generator, size, lam: generator.exponential(1 / lam, size),
    mean=lambda lam: 1 / lam,
    variance=lambda lam: lam**-2,
    location="mean",
    at_mean=lambda mean: {"lam": 1 / mean},
    ratio="time_ratio",
    forms=(Form(plain("scale", within=positive), lambda scale: {"lam": 1 / scale}),),
    tails=lambda lam: tails.above_zero(tails.falling_exponentially(lam)),
    elsewhere={
        "R": "dexp(y, rate = rate); survreg(dist = 'exponential'): rate = exp(-intercept)",
        "Stata": "exponentialden(1/rate, y); streg, distribution(exponential): rate = exp(_cons)",
        "lifelines": "ExponentialFitter: lambda_ = 1/rate",
    },
)
gamma = Family(
    "Gamma",
    (
        Argument(
            "alpha",
            positive,
            "shape",
            "α",
            "1/√shape is the standard deviation over the mean",
            "concentration",
            typical=2.0,
        ),
        Argument("beta", positive, "rate", "β", "shape/rate is the mean", "slope", typical=0.5),
    ),
    support=positive,
    values=above_0,
    scipy="gamma",
    of_scipy=lambda alpha, beta: {"a": alpha, "scale": 1 / beta},
    log_survival_symbol=lambda y, alpha, beta: incomplete_gamma.log_upper(alpha, beta * y),
    log_distribution_symbol=lambda y, alpha, beta: incomplete_gamma.log_lower(alpha, beta * y),
    draw=lambda generator, size, alpha, beta: generator.gamma(alpha, 1 / beta, size),
    mean=lambda alpha, beta: alpha / beta,
    variance=lambda alpha, beta: alpha / beta**2,
    location="mean",
    at_mean=lambda mean, alpha: {"alpha": alpha, "beta": alpha / mean},
    forms=(
        Form(
            plain("mu", "sigma", within=positive),
            lambda mu, sigma: {"alpha": (mu / sigma) ** 2, "beta": mu / sigma**2},
        ),
    ),
    one_value="a shape",
    tails=lambda alpha, beta: tails.above_zero(tails.falling_exponentially(beta), alpha),
    elsewhere={
        "R": "dgamma(y, shape = shape, rate = rate); glm(Gamma): mean = shape/rate, dispersion = 1/shape, by moments",
        "Stata": "gammaden(shape, 1/rate, 0, y)",
        "scikit-learn": "GammaRegressor: exp(intercept_) is shape/rate",
    },
)
inverse_gamma = Family(
    "InverseGamma",
    plain("alpha", "beta", within=positive),
    support=positive,
    values=above_0,
    scipy="invgamma",
    of_scipy=lambda alpha, beta: {"a": alpha, "scale": beta},
    mean_from={"alpha": float(np.nextafter(1.0, 2.0))},
    mean=lambda alpha, beta: np.where(alpha > 1, beta / (alpha - 1), np.inf),
    variance=lambda alpha, beta: np.where(alpha > 2, beta**2 / ((alpha - 1) ** 2 * (alpha - 2)), np.inf),
    forms=(
        Form(
            plain("mu", "sigma", within=positive),
            lambda mu, sigma: {"alpha": (mu / sigma) ** 2 + 2, "beta": mu * ((mu / sigma) ** 2 + 1)},
        ),
    ),
    tails=lambda alpha, beta: tails.above_zero(tails.falling_as_power(alpha), tails.INFINITE),
)


def _log(y: Any) -> Any:
    with np.errstate(divide="ignore"):
        return np.log(y)


def _log_normal(y: Any, mu: Any, sigma: Any) -> Any:
    """A normal density of log y, times d log y / dy = 1/y; SciPy's checks cost ten times the formula."""
    inside = np.asarray(y) > 0
    logs = np.log(np.where(inside, y, 1.0))
    z = (logs - mu) / sigma
    density = -0.5 * z**2 - np.log(np.where(sigma > 0, sigma, np.nan)) - 0.5 * np.log(2 * np.pi) - logs
    return np.where(inside, density, -np.inf)


log_normal = Family(
    "LogNormal",
    (
        Argument(
            "mu",
            real,
            symbol="μ",
            meaning="the mean of log y; exp(mu) is the median",
            prior="location of logarithms",
        ),
        Argument("sigma", positive, "sigma", "σ", "the standard deviation of log y", "spread of logarithms"),
    ),
    support=positive,
    values=above_0,
    scipy="lognorm",
    of_scipy=lambda mu, sigma: {"s": sigma, "scale": np.exp(mu)},
    log_density=_log_normal,
    log_survival=lambda y, mu, sigma: scipy.special.log_ndtr((mu - _log(y)) / sigma),
    log_survival_symbol=lambda y, mu, sigma: log_normal_cdf_symbol((mu - logarithm(y)) / sigma),
    log_distribution_symbol=lambda y, mu, sigma: log_normal_cdf_symbol((logarithm(y) - mu) / sigma),
    draw=lambda generator, size, mu, sigma: generator.lognormal(mu, sigma, size),
    mean=lambda mu, sigma: np.exp(mu + sigma**2 / 2),
    variance=lambda mu, sigma: np.expm1(sigma**2) * np.exp(2 * mu + sigma**2),
    location="median",
    at_mean=lambda median, sigma: {"mu": logarithm(median), "sigma": sigma},
    ratio="time_ratio",
    one_value="a spread",
    tails=lambda mu, sigma: tails.above_zero(tails.Tail(rate=0.0, square=0.0), tails.INFINITE),
    elsewhere={
        "R": "dlnorm(y, meanlog = mu, sdlog = sigma); survreg(dist = 'lognormal'): mu = intercept, sigma = Scale",
        "Stata": "streg, distribution(lognormal): mu = _cons, sigma as here",
        "lifelines": "LogNormalFitter: mu_ = mu, sigma_ = sigma",
    },
)
weibull = Family(
    "Weibull",
    (
        Argument("alpha", positive, "shape", "k", "above 1 the hazard rises with age", "shape", typical=1.5),
        Argument("beta", positive, "scale", "λ", "63.2 % have failed by then", "size", typical=5.0),
    ),
    support=positive,
    values=above_0,
    scipy="weibull_min",
    of_scipy=lambda alpha, beta: {"c": alpha, "scale": beta},
    log_survival_symbol=lambda y, alpha, beta: -((y / beta) ** alpha),
    draw=lambda generator, size, alpha, beta: beta * generator.weibull(alpha, size=size),
    mean=lambda alpha, beta: beta * scipy.special.gamma(1 + 1 / alpha),
    mean_from={"alpha": float(np.nextafter(0.0, 1.0))},
    variance=lambda alpha, beta: (
        beta**2 * (scipy.special.gamma(1 + 2 / alpha) - scipy.special.gamma(1 + 1 / alpha) ** 2)
    ),
    location="beta",
    ratio="time_ratio",
    one_value="a shape",
    tails=tails.of_weibull,
    elsewhere={
        "R": "dweibull(y, shape = shape, scale = scale); survreg(): scale = exp(intercept), shape = 1/Scale",
        "Stata": "weibullden(shape, scale, y); streg, distribution(weibull): p = shape, exp(_cons) = scale^-shape",
        "lifelines": "WeibullFitter: lambda_ = scale, rho_ = shape",
    },
)
chi_squared = Family(
    "ChiSquared",
    plain("nu", within=positive),
    support=positive,
    values=above_0,
    scipy="chi2",
    of_scipy=lambda nu: {"df": nu},
    draw=lambda generator, size, nu: generator.chisquare(nu, size),
    mean=lambda nu: nu,
    variance=lambda nu: 2 * nu,
    tails=lambda nu: tails.above_zero(tails.falling_exponentially(0.5), nu / 2),
)
