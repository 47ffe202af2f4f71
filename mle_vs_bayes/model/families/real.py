"""Distributions on the whole line."""

from typing import Any

import numpy as np

from ...data.column import number
from ..support import positive, real
from . import tails
from .family import Argument, Family, Form, plain

TINY = np.finfo(float).tiny


def _normal_log_density(y: Any, mu: Any, sigma: Any) -> Any:
    """By hand: SciPy's checks of its arguments cost ten times the formula."""
    return -0.5 * ((y - mu) / sigma) ** 2 - np.log(np.where(sigma > 0, sigma, np.nan)) - 0.5 * np.log(2 * np.pi)


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
    draw=lambda generator, size, mu, sigma: generator.normal(mu, sigma, size),
    mean=lambda mu, sigma: mu,
    variance=lambda mu, sigma: sigma**2,
    location="mu",
    forms=(Form((*plain("mu"), *plain("tau", within=positive)), lambda mu, tau: {"mu": mu, "sigma": tau**-0.5}),),
    one_value="a spread",
    tails=lambda mu, sigma: tails.on_the_line(tails.falling_as_normal(sigma)),
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
    draw=lambda generator, size, nu, mu, sigma: mu + sigma * generator.standard_t(nu, size=size),
    mean=lambda nu, mu, sigma: np.where(nu > 1, mu, np.nan),
    variance=lambda nu, mu, sigma: np.where(nu > 2, sigma**2 * nu / np.maximum(nu - 2, TINY), np.inf),
    location="mu",
    one_value="a spread",
    tails=lambda nu, mu, sigma: tails.on_the_line(tails.falling_as_power(nu)),
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
    draw=lambda generator, size, mu, b: generator.laplace(mu, b, size),
    mean=lambda mu, b: mu,
    variance=lambda mu, b: 2 * b**2,
    location="mu",
    one_value="a spread",
    tails=lambda mu, b: tails.on_the_line(tails.falling_exponentially(1 / b)),
)
logistic = Family(
    "Logistic",
    (*plain("mu"), *plain("s", within=positive)),
    support=real,
    values=number,
    scipy="logistic",
    of_scipy=lambda mu, s: {"loc": mu, "scale": s},
    mean=lambda mu, s: mu,
    variance=lambda mu, s: (s * np.pi) ** 2 / 3,
    location="mu",
    one_value="a spread",
    tails=lambda mu, s: tails.on_the_line(tails.falling_exponentially(1 / s)),
)
skew_normal = Family(
    "SkewNormal",
    (*plain("alpha", "mu"), *plain("sigma", within=positive)),
    support=real,
    values=number,
    scipy="skewnorm",
    of_scipy=lambda alpha, mu, sigma: {"a": alpha, "loc": mu, "scale": sigma},
    mean=lambda alpha, mu, sigma: mu + sigma * np.sqrt(2 / np.pi) * alpha / np.hypot(1, alpha),
    variance=lambda alpha, mu, sigma: sigma**2 * (1 - 2 / np.pi * alpha**2 / (1 + alpha**2)),
    location="mu",
    one_value="a spread",
    tails=tails.of_skew_normal,
)
gumbel = Family(
    "Gumbel",
    (*plain("mu"), *plain("beta", within=positive)),
    support=real,
    values=number,
    scipy="gumbel_r",
    of_scipy=lambda mu, beta: {"loc": mu, "scale": beta},
    draw=lambda generator, size, mu, beta: generator.gumbel(mu, beta, size),
    mean=lambda mu, beta: mu + np.euler_gamma * beta,
    variance=lambda mu, beta: (np.pi * beta) ** 2 / 6,
    location="mu",
    one_value="a spread",
    tails=lambda mu, beta: tails.Tails(above=tails.falling_exponentially(1 / beta)),
)
