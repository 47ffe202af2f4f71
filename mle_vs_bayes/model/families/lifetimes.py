"""Lifetimes that PyMC has no distribution for, or none with the survival function that censored ones need."""

from typing import Any

import numpy as np
import scipy

from ...data.column import positive as above_0
from ..links import log_normal_cdf_symbol
from ..support import frequency, nonnegative, positive
from .argument import Argument
from .family import Family

ABOVE_1 = float(np.nextafter(1.0, 2.0))

# Log-logistic: log y is logistic with the location log(scale) and the scale 1/shape.


def _odds(y: Any, alpha: Any, beta: Any) -> Any:
    """log of P(Y ≤ y)/P(Y > y) = (y/scale)^shape."""
    return alpha * (np.log(y) - np.log(beta))


def _log_logistic(y: Any, alpha: Any, beta: Any) -> Any:
    odds = _odds(y, alpha, beta)
    return np.log(alpha) - np.log(y) + odds - 2 * np.logaddexp(0, odds)


def _odds_symbol(y: Any, alpha: Any, beta: Any) -> Any:
    import pytensor.tensor as pt

    return alpha * (pt.log(y) - pt.log(beta))


def _softplus(value: Any) -> Any:
    import pytensor.tensor as pt

    return pt.softplus(value)


def _log_logistic_symbol(y: Any, alpha: Any, beta: Any) -> Any:
    import pytensor.tensor as pt

    odds = _odds_symbol(y, alpha, beta)
    return pt.log(alpha / y) - pt.softplus(odds) - pt.softplus(-odds)


def _log_logistic_mean(alpha: Any, beta: Any) -> Any:
    """β (π/α) / sin(π/α), infinite where α ≤ 1."""
    angle = np.pi / np.maximum(alpha, 1.0)
    with np.errstate(divide="ignore"):
        return np.where(alpha > 1, beta * angle / np.sin(angle), np.inf)


def _log_logistic_variance(alpha: Any, beta: Any) -> Any:
    """β² (2π/α) / sin(2π/α) less the mean's square, infinite where α ≤ 2."""
    # E Y² = ∫ 2y S(y) dy is finite for α > 2 only, as S falls as y^−α.
    half = np.pi / np.maximum(alpha, 2.0)
    with np.errstate(all="ignore"):
        square = beta**2 * 2 * half / np.sin(2 * half)
        return np.where(alpha > 2, square - _log_logistic_mean(alpha, beta) ** 2, np.inf)


log_logistic = Family(
    "LogLogistic",
    (
        Argument("alpha", positive, "shape", "k", "above 1 the hazard rises and then falls", "shape", typical=2.0),
        Argument("beta", positive, "scale", "λ", "half have failed by then", "size", typical=5.0),
    ),
    support=positive,
    values=above_0,
    prior=False,
    scipy="fisk",
    of_scipy=lambda alpha, beta: {"c": alpha, "scale": beta},
    log_density=_log_logistic,
    log_survival=lambda y, alpha, beta: -np.logaddexp(0, _odds(y, alpha, beta)),
    log_density_symbol=_log_logistic_symbol,
    log_survival_symbol=lambda y, alpha, beta: -_softplus(_odds_symbol(y, alpha, beta)),
    log_distribution_symbol=lambda y, alpha, beta: -_softplus(-_odds_symbol(y, alpha, beta)),
    mean=_log_logistic_mean,
    mean_from={"alpha": ABOVE_1},
    variance=_log_logistic_variance,
    location="beta",
    ratio="time_ratio",
    one_value="a shape",
    elsewhere={
        "R": "survreg(dist = 'loglogistic'): scale = exp(intercept), shape = 1/Scale; flexsurv's llogis: as here",
        "Stata": "streg, distribution(loglogistic): scale = exp(_cons), shape = 1/gamma",
        "lifelines": "LogLogisticFitter: alpha_ = scale, beta_ = shape",
    },
)

# Inverse Gaussian: the time in which Brownian motion with drift first covers a distance.


def _distances(y: Any, mu: Any, lam: Any, sqrt: Any) -> tuple[Any, Any]:
    """a and b of P(Y > y) = Φ(−a) − e^(2λ/μ) Φ(−b)."""
    there, back, root = sqrt(y) / mu, 1 / sqrt(y), sqrt(lam)
    return root * (there - back), root * (there + back)


def _inverse_gaussian(y: Any, mu: Any, lam: Any) -> Any:
    """log √(λ/(2π y³)) − λ (y − μ)²/(2 μ² y)."""
    return 0.5 * np.log(lam / (2 * np.pi)) - 1.5 * np.log(y) - lam * (y - mu) ** 2 / (2 * mu**2 * y)


def _inverse_gaussian_survival(y: Any, mu: Any, lam: Any) -> Any:
    # log(Φ(−a) − e^(2λ/μ) Φ(−b)) from the logarithms of both terms, since e^(2λ/μ) alone may overflow.
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = _distances(y, mu, lam, np.sqrt)
        first, second = scipy.special.log_ndtr(-a), 2 * lam / mu + scipy.special.log_ndtr(-b)
        left = np.where(np.isneginf(first), 0.0, np.log1p(-np.exp(second - first)))
    return np.where(np.asarray(y) > 0, first + left, 0.0)


def _inverse_gaussian_symbol(y: Any, mu: Any, lam: Any) -> Any:
    import pytensor.tensor as pt

    return 0.5 * (pt.log(lam) - np.log(2 * np.pi)) - 1.5 * pt.log(y) - lam * (y - mu) ** 2 / (2 * mu**2 * y)


def _inverse_gaussian_survival_symbol(y: Any, mu: Any, lam: Any) -> Any:
    import pytensor.tensor as pt

    a, b = _distances(y, mu, lam, pt.sqrt)
    first = log_normal_cdf_symbol(-a)
    return first + pt.log(-pt.expm1(2 * lam / mu + log_normal_cdf_symbol(-b) - first))


def _inverse_gaussian_distribution_symbol(y: Any, mu: Any, lam: Any) -> Any:
    import pytensor.tensor as pt

    a, b = _distances(y, mu, lam, pt.sqrt)
    return pt.logaddexp(log_normal_cdf_symbol(a), 2 * lam / mu + log_normal_cdf_symbol(-b))


inverse_gaussian = Family(
    "Wald",
    (
        Argument("mu", positive, symbol="μ", meaning="the mean", prior="size", typical=5.0),
        Argument("lam", positive, symbol="λ", meaning="the variance is mu³/lam", prior="large size", typical=10.0),
    ),
    support=positive,
    values=above_0,
    prior=False,
    scipy="invgauss",
    of_scipy=lambda mu, lam: {"mu": mu / lam, "scale": lam},
    log_density=_inverse_gaussian,
    log_survival=_inverse_gaussian_survival,
    log_density_symbol=_inverse_gaussian_symbol,
    log_survival_symbol=_inverse_gaussian_survival_symbol,
    log_distribution_symbol=_inverse_gaussian_distribution_symbol,
    draw=lambda generator, size, mu, lam: generator.wald(mu, lam, size),
    mean=lambda mu, lam: mu,
    variance=lambda mu, lam: mu**3 / lam,
    location="mu",
    one_value="a shape",
    elsewhere={
        "R": "statmod::dinvgauss(y, mean = mu, shape = lam); glm(inverse.gaussian): dispersion = 1/lam, by moments",
        "Stata": "igaussianden(mu, lam, y); glm, family(igaussian): phi = 1/lam, by moments",
    },
)

# Gompertz: the hazard is rate × exp(shape × y), at shape 0 the exponential's.

FLAT = 0.01
"""Arguments below this take the power series of (e^x − 1)/x, whose first term left out is x⁷/8! = 2e-19."""


def _growth(x: Any) -> Any:
    """(e^x − 1)/x, 1 at 0."""
    return scipy.special.exprel(x)


def _growth_symbol(x: Any) -> Any:
    import pytensor.tensor as pt

    # (e^x − 1)/x cancels near 0, where its power series is exact.
    series = 1 + x / 2 * (1 + x / 3 * (1 + x / 4 * (1 + x / 5 * (1 + x / 6 * (1 + x / 7)))))
    safe = pt.maximum(x, FLAT)
    return pt.switch(pt.lt(x, FLAT), series, pt.expm1(safe) / safe)


def _gompertz_distribution_symbol(y: Any, shape: Any, rate: Any) -> Any:
    import pytensor.tensor as pt

    return pt.log(-pt.expm1(-rate * y * _growth_symbol(shape * y)))


def _gompertz_symbol(y: Any, shape: Any, rate: Any) -> Any:
    import pytensor.tensor as pt

    return pt.log(rate) + shape * y - rate * y * _growth_symbol(shape * y)


def per_unit(x: Any) -> Any:
    """log(1 + x)/x, 1 at 0."""
    safe = np.where(x < 1e-8, 1.0, x)
    return np.where(x < 1e-8, 1 - x / 2, np.log1p(safe) / safe)


def _draw_gompertz(generator: np.random.Generator, size: Any, shape: Any, rate: Any) -> Any:
    """The time at which the cumulative hazard reaches an exponential number."""
    reached = generator.exponential(1 / rate, size)
    return reached * per_unit(shape * reached)


gompertz = Family(
    "Gompertz",
    (
        Argument(
            "shape",
            nonnegative,
            symbol="γ",
            meaning="how fast the log hazard rises",
            prior="slope",
            link="log",
            typical=0.3,
        ),
        Argument("rate", positive, "rate", "λ", "the hazard at the start", "events", typical=0.1),
    ),
    support=positive,
    values=above_0,
    prior=False,
    scipy="gompertz",
    of_scipy=lambda shape, rate: {"c": rate / shape, "scale": 1 / shape},
    log_density=lambda y, shape, rate: np.log(rate) + shape * y - rate * y * _growth(shape * y),
    log_survival=lambda y, shape, rate: -rate * y * _growth(shape * y),
    log_density_symbol=_gompertz_symbol,
    log_survival_symbol=lambda y, shape, rate: -rate * y * _growth_symbol(shape * y),
    log_distribution_symbol=_gompertz_distribution_symbol,
    draw=_draw_gompertz,
    location="rate",
    links=("log", "identity", "inverse"),
    ratio="hazard_ratio",
    one_value="a shape",
    elsewhere={
        "R": "flexsurv's gompertz: shape and rate as here, but for shapes below 0, with which some never fail",
        "Stata": "streg, distribution(gompertz): gamma = shape, exp(_cons) = rate; gamma may be below 0 there",
    },
)

# Pareto: log(y/m) is exponential.


def _log_pareto(y: Any, alpha: Any, m: Any) -> Any:
    with np.errstate(divide="ignore"):
        return np.where(y >= m, np.log(alpha) + alpha * np.log(m) - (alpha + 1) * np.log(y), -np.inf)


def _log_pareto_symbol(y: Any, alpha: Any, m: Any) -> Any:
    import pytensor.tensor as pt

    return pt.switch(pt.ge(y, m), pt.log(alpha) - alpha * (pt.log(y) - pt.log(m)) - pt.log(y), -np.inf)


def _pareto_survival_symbol(y: Any, alpha: Any, m: Any) -> Any:
    import pytensor.tensor as pt

    return -alpha * (pt.log(pt.maximum(y, m)) - pt.log(m))


def _pareto_distribution_symbol(y: Any, alpha: Any, m: Any) -> Any:
    import pytensor.tensor as pt

    # Below the minimum F is 0 whatever alpha, and the other branch needs a value at which its gradient is finite.
    below = pt.le(y, m)
    return pt.switch(below, -np.inf, pt.log(-pt.expm1(pt.switch(below, -1.0, _pareto_survival_symbol(y, alpha, m)))))


pareto = Family(
    "Pareto",
    (
        Argument("alpha", frequency, symbol="α", meaning="shares above y fall as y^−alpha", prior="shape", typical=2.0),
        Argument("m", positive),
    ),
    support=positive,
    values=above_0,
    prior=False,
    scipy="pareto",
    of_scipy=lambda alpha, m: {"b": alpha, "scale": m},
    log_density=_log_pareto,
    log_survival=lambda y, alpha, m: -alpha * np.log(np.maximum(y, m) / m),
    log_density_symbol=_log_pareto_symbol,
    log_survival_symbol=_pareto_survival_symbol,
    log_distribution_symbol=_pareto_distribution_symbol,
    draw=lambda generator, size, alpha, m: m * (1 + generator.pareto(alpha, size)),
    mean_from={"alpha": ABOVE_1},
    mean=lambda alpha, m: np.where(alpha > 1, alpha * m / np.maximum(alpha - 1, 1e-300), np.inf),
    variance=lambda alpha, m: np.where(
        alpha > 2, m**2 * alpha / ((alpha - 1) ** 2 * np.maximum(alpha - 2, 1e-300)), np.inf
    ),
    elsewhere={
        "R": "VGAM::dpareto(y, scale = xm, shape = alpha); poweRlaw prints the density's exponent, alpha + 1",
        "Stata": "paretofit (user-written): a = alpha, x0 = xm",
    },
)
