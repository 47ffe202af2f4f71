"""Distributions of shares, and between two ends."""

from typing import Any

import numpy as np
import scipy

from ...data.column import number, share
from ...data.column import positive as above_0
from ..support import correlation, positive, real, simplex, unit
from . import tails
from .argument import Argument, Form, plain
from .family import Family

beta = Family(
    "Beta",
    (
        Argument("alpha", positive, "alpha", "α", "alpha/(alpha + beta) is the mean", "concentration", typical=2.0),
        Argument("beta", positive, "beta", "β", "the larger both, the nearer the mean", "concentration", typical=3.0),
    ),
    support=unit,
    values=share,
    scipy="beta",
    of_scipy=lambda alpha, beta: {"a": alpha, "b": beta},
    draw=lambda generator, size, alpha, beta: generator.beta(alpha, beta, size),
    mean=lambda alpha, beta: alpha / (alpha + beta),
    variance=lambda alpha, beta: alpha * beta / ((alpha + beta) ** 2 * (alpha + beta + 1)),
    location="mean",
    at_mean=lambda mean, phi: {"alpha": mean * phi, "beta": (1 - mean) * phi},
    around=(Argument("phi", positive, "phi", "φ", "the larger, the closer to the mean", "precision", typical=5.0),),
    forms=(
        Form(
            plain("mu", "sigma", within=positive),
            lambda mu, sigma: {
                "alpha": mu * (mu * (1 - mu) / sigma**2 - 1),
                "beta": (1 - mu) * (mu * (1 - mu) / sigma**2 - 1),
            },
        ),
        Form(plain("mu", "nu", within=positive), lambda mu, nu: {"alpha": mu * nu, "beta": (1 - mu) * nu}),
    ),
    one_value="a spread",
    tails=lambda alpha, beta: tails.Tails(near_lower=alpha, near_upper=beta),
    elsewhere={
        "R": "dbeta(y, shape1 = alpha, shape2 = beta); betareg: mu = alpha/(alpha + beta), phi = alpha + beta",
        "Stata": "betaden(alpha, beta, y); betareg: scale = alpha + beta",
    },
)


def _kumaraswamy(y: Any, a: Any, b: Any) -> Any:
    """F(y) = 1 − (1 − yᵃ)ᵇ, differentiated."""
    return np.log(a * b) + (a - 1) * np.log(y) + (b - 1) * np.log1p(-(y**a))


kumaraswamy = Family(
    "Kumaraswamy",
    plain("a", "b", within=positive),
    support=unit,
    values=share,
    log_density=_kumaraswamy,
    draw=lambda generator, size, a, b: (1 - generator.random(size) ** (1 / b)) ** (1 / a),
    tails=lambda a, b: tails.Tails(near_lower=a, near_upper=b),
)


def _logit_normal(y: Any, mu: Any, sigma: Any) -> Any:
    """A normal density of the log odds, times d log odds / dy = 1/(y (1 − y))."""
    return scipy.stats.norm.logpdf(scipy.special.logit(y), mu, sigma) - np.log(y) - np.log1p(-y)


logit_normal = Family(
    "LogitNormal",
    (*plain("mu"), *plain("sigma", within=positive)),
    support=unit,
    values=share,
    log_density=_logit_normal,
    draw=lambda generator, size, mu, sigma: scipy.special.expit(generator.normal(mu, sigma, size)),
    tails=lambda mu, sigma: tails.Tails(),
)
dirichlet = Family(
    "Dirichlet",
    plain("a", within=positive),
    support=simplex,
    log_density=lambda y, a: scipy.stats.dirichlet.logpdf(y / y.sum(), np.broadcast_to(a, len(y))),
    draw=lambda generator, size, a: generator.dirichlet(np.broadcast_to(a, size)),
)
uniform = Family(
    "Uniform",
    (Argument("lower"), Argument("upper", real, "upper", "θ", "no y lies above it", "size", typical=5.0)),
    support=real,
    values=above_0,
    scipy="uniform",
    of_scipy=lambda lower, upper: {"loc": lower, "scale": upper - lower},
    draw=lambda generator, size, lower, upper: generator.uniform(lower, upper, size),
    mean=lambda lower, upper: (lower + upper) / 2,
    variance=lambda lower, upper: (upper - lower) ** 2 / 12,
    tails=tails.between_ends,
    elsewhere={"R": "dunif(y, min = 0, max = upper)", "Stata": "runiform(0, upper)"},
)


def _truncated(mu: Any, sigma: Any, lower: Any = -np.inf, upper: Any = np.inf) -> dict[str, Any]:
    return {"a": (lower - mu) / sigma, "b": (upper - mu) / sigma, "loc": mu, "scale": sigma}


_normal = (*plain("mu"), *plain("sigma", within=positive))
truncated_normal = Family(
    "TruncatedNormal",
    (*_normal, *plain("lower", "upper")),
    support=real,
    values=number,
    scipy="truncnorm",
    of_scipy=_truncated,
    forms=(
        Form((*_normal, *plain("lower")), lambda mu, sigma, lower: {"mu": mu, "sigma": sigma, "lower": lower}),
        Form(_normal, lambda mu, sigma: {"mu": mu, "sigma": sigma}),
    ),
    tails=tails.between_ends,
)


def _log_density_of_correlation(y: Any, eta: Any) -> Any:
    """(eta − 1) log(1 − y²) less the logarithm of its integral, 2^(2 eta − 1) B(eta, eta), in PyTensor."""
    import pytensor.tensor as pt

    integral = (2 * eta - 1) * np.log(2) + 2 * pt.gammaln(eta) - pt.gammaln(2 * eta)
    return (eta - 1) * pt.log1p(-(y**2)) - integral


# The density of Lewandowski, Kurowicka & Joe (2009), Journal of Multivariate Analysis 100(9), 1989–2001, of a matrix
# of one correlation: det^(eta − 1) = (1 − y²)^(eta − 1), which makes (1 + y)/2 a Beta(eta, eta).
lkj = Family(
    "LKJ",
    plain("eta", within=positive),
    support=correlation,
    scipy="beta",
    of_scipy=lambda eta: {"a": eta, "b": eta, "loc": -1.0, "scale": 2.0},
    log_density_symbol=_log_density_of_correlation,
    tails=lambda eta: tails.Tails(near_lower=eta, near_upper=eta),
)
