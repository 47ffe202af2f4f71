"""Priors a second time, from SciPy: what PyMC's densities are checked against and true values are drawn from.

As with likelihoods, two independent wordings: a scale taken for a rate shows at once.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import scipy.stats
from numpy.typing import NDArray

from ..model.prior import Prior

Array = NDArray[np.float64]
stats = scipy.stats

DISTRIBUTIONS: Mapping[tuple[str, ...], Callable[..., Any]] = {
    ("Normal", "mu", "sigma"): lambda mu, sigma: stats.norm(mu, sigma),
    ("Normal", "mu", "tau"): lambda mu, tau: stats.norm(mu, tau**-0.5),
    ("StudentT", "nu", "mu", "sigma"): stats.t,
    ("Cauchy", "alpha", "beta"): stats.cauchy,
    ("Laplace", "mu", "b"): stats.laplace,
    ("Logistic", "mu", "s"): stats.logistic,
    ("Gumbel", "mu", "beta"): stats.gumbel_r,
    ("HalfNormal", "sigma"): lambda sigma: stats.halfnorm(scale=sigma),
    ("HalfCauchy", "beta"): lambda beta: stats.halfcauchy(scale=beta),
    ("Exponential", "lam"): lambda lam: stats.expon(scale=1 / lam),
    ("Exponential", "scale"): lambda scale: stats.expon(scale=scale),
    ("Gamma", "alpha", "beta"): lambda alpha, beta: stats.gamma(alpha, scale=1 / beta),
    ("Gamma", "mu", "sigma"): lambda mu, sigma: stats.gamma((mu / sigma) ** 2, scale=sigma**2 / mu),
    ("InverseGamma", "alpha", "beta"): lambda alpha, beta: stats.invgamma(alpha, scale=beta),
    ("LogNormal", "mu", "sigma"): lambda mu, sigma: stats.lognorm(sigma, scale=np.exp(mu)),
    ("Weibull", "alpha", "beta"): lambda alpha, beta: stats.weibull_min(alpha, scale=beta),
    ("ChiSquared", "nu"): stats.chi2,
    ("Beta", "alpha", "beta"): stats.beta,
    ("Uniform", "lower", "upper"): lambda lower, upper: stats.uniform(lower, upper - lower),
}
"""By family and argument names, as in `families.FAMILIES`: SciPy's frozen distribution of arrays of numbers."""


def frozen(prior: Prior, size: int) -> Any | None:
    """The distribution of one of ``size`` elements each, or None where there is no second wording.

    What is no `Prior` of the catalogue (a stranger's PyMC program has its own) has none.
    """
    arguments = getattr(prior, "arguments", {})
    for signature, of in DISTRIBUTIONS.items():
        if signature[0] == getattr(prior, "family", None) and set(signature[1:]) == set(arguments):
            numbers = [np.broadcast_to(np.asarray(arguments[name], dtype=float), size) for name in signature[1:]]
            return of(*numbers)
    return None


def known(prior: Prior, size: int) -> bool:
    """Whether there is a second wording of a prior of ``size`` elements."""
    return getattr(prior, "family", None) == "Dirichlet" or frozen(prior, size) is not None


def log_density(prior: Prior, values: Array) -> float | None:
    """Log density of all elements ``(k,)`` of a parameter, or None."""
    if getattr(prior, "family", None) == "Dirichlet":
        concentration = np.broadcast_to(np.asarray(prior.arguments["a"], dtype=float), len(values))
        return float(stats.dirichlet.logpdf(values / values.sum(), concentration))
    found = frozen(prior, len(values))
    return None if found is None else float(np.sum(found.logpdf(values)))


def draw(prior: Prior, size: int, generator: np.random.Generator) -> Array:
    """One draw ``(size,)`` from a `known` prior."""
    if prior.family == "Dirichlet":
        concentration = np.broadcast_to(np.asarray(prior.arguments["a"], dtype=float), size)
        return np.asarray(generator.dirichlet(concentration))
    found = frozen(prior, size)
    assert found is not None
    return np.asarray(found.rvs(size=size, random_state=generator), dtype=np.float64)
