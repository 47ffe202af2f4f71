"""Distributions above 0."""

from typing import Any

import numpy as np
import scipy

from ...data.column import positive as above_0
from ..support import frequency, positive, real
from . import tails
from .family import Argument, Family, Form, plain

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
    draw=lambda generator, size, lam: generator.exponential(1 / lam, size),
    mean=lambda lam: 1 / lam,
    variance=lambda lam: lam**-2,
    location="mean",
    at_mean=lambda mean: {"lam": 1 / mean},
    forms=(Form(plain("scale", within=positive), lambda scale: {"lam": 1 / scale}),),
    tails=lambda lam: tails.above_zero(tails.falling_exponentially(lam)),
)
gamma = Family(
    "Gamma",
    (
        Argument("alpha", positive, "shape", "α", "1/√shape is the standard deviation over the mean", "shape"),
        Argument("beta", positive, "rate", "β", "shape/rate is the mean", "events", typical=0.5),
    ),
    support=positive,
    values=above_0,
    scipy="gamma",
    of_scipy=lambda alpha, beta: {"a": alpha, "scale": 1 / beta},
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
)
inverse_gamma = Family(
    "InverseGamma",
    plain("alpha", "beta", within=positive),
    support=positive,
    values=above_0,
    scipy="invgamma",
    of_scipy=lambda alpha, beta: {"a": alpha, "scale": beta},
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
log_normal = Family(
    "LogNormal",
    (
        Argument("mu", real, symbol="μ", meaning="the mean of log y; exp(mu) is the median", prior="location"),
        Argument("sigma", positive, "sigma", "σ", "the standard deviation of log y", "scale"),
    ),
    support=positive,
    values=above_0,
    scipy="lognorm",
    of_scipy=lambda mu, sigma: {"s": sigma, "scale": np.exp(mu)},
    draw=lambda generator, size, mu, sigma: generator.lognormal(mu, sigma, size),
    mean=lambda mu, sigma: np.exp(mu + sigma**2 / 2),
    variance=lambda mu, sigma: np.expm1(sigma**2) * np.exp(2 * mu + sigma**2),
    location="mu",
    one_value="a spread",
    tails=lambda mu, sigma: tails.above_zero(tails.Tail(rate=0.0, square=0.0), tails.INFINITE),
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
    draw=lambda generator, size, alpha, beta: beta * generator.weibull(alpha, size=size),
    mean=lambda alpha, beta: beta * scipy.special.gamma(1 + 1 / alpha),
    variance=lambda alpha, beta: (
        beta**2 * (scipy.special.gamma(1 + 2 / alpha) - scipy.special.gamma(1 + 1 / alpha) ** 2)
    ),
    location="beta",
    one_value="a shape",
    tails=tails.of_weibull,
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
