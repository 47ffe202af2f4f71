"""Counts that vary more than a Poisson's: negative binomial ones, inflated zeros, hurdles.

The dispersion α of a negative binomial count may be 0, which makes it a Poisson count. As its usual formula divides by
α, both wordings go through log Γ(y + 1/α) − log Γ(1/α) − y log(1/α) = Σⱼ log(1 + αj), j below y, which is 0 there.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import scipy

from ...data.column import count
from ..support import frequency, nonnegative, unit
from .argument import Argument
from .family import Family

NEAR = 1e-3
"""Dispersions below this take Stirling's series for log Γ(1/α), whose first term left out is α⁵/1260 < 1e-18."""
SMALL = 0.01
"""Arguments below this take the power series of log(1 + x)/x, whose first term left out is x⁷/8 < 2e-15."""


def _per_unit(x: Any) -> Any:
    """L(x) = log(1 + x)/x, 1 at 0."""
    series = np.polynomial.polynomial.polyval(-x, 1 / np.arange(1.0, 8.0))
    safe = np.where(x < SMALL, 1.0, x)
    return np.where(x < SMALL, series, np.log1p(safe) / safe)


def _rising(y: Any, alpha: Any) -> Any:
    """Σⱼ log(1 + αj) for whole j from 0 to y − 1."""
    # log Γ(y + 1/α) − log Γ(1/α) + y log α is exact and cancels near α = 0: there Stirling's series of both, subtracted
    # term by term.
    size = 1 / np.maximum(alpha, NEAR)
    direct = scipy.special.gammaln(y + size) - scipy.special.gammaln(size) - y * np.log(size)
    end = alpha / (1 + alpha * y)
    near = y * (_per_unit(alpha * y) - 1) + (y - 0.5) * np.log1p(alpha * y)
    near = near + (end - alpha) / 12 - (end**3 - alpha**3) / 360
    return np.where(np.asarray(alpha) < NEAR, near, direct)


def _negative_binomial(y: Any, mu: Any, alpha: Any) -> Any:
    whole = np.where(y >= 0, y, 0.0)
    free = scipy.special.xlogy(whole, mu) - scipy.special.gammaln(whole + 1)
    density = free + _rising(whole, alpha) - whole * np.log1p(alpha * mu) - mu * _per_unit(alpha * mu)
    return np.where(y >= 0, density, -np.inf)


def _per_unit_symbol(x: Any) -> Any:
    """log(1 + x)/x, by its series near 0, where both are 0."""
    import pytensor.tensor as pt

    series = 1 - x * (1 / 2 - x * (1 / 3 - x * (1 / 4 - x * (1 / 5 - x * (1 / 6 - x / 7)))))
    safe = pt.maximum(x, SMALL)
    return pt.switch(pt.lt(x, SMALL), series, pt.log1p(safe) / safe)


def _negative_binomial_symbol(y: Any, mu: Any, alpha: Any, product: Any = None) -> Any:
    """y log μ − log y! + Σⱼ log(1 + αj) − (μ + αμ y) L(αμ), ``product`` being αμ where that is the simpler number.

    Near α = 0 the sum is (y + (y − ½) αy) L(αy) − y, and Stirling's corrections.
    """
    import pytensor.tensor as pt

    product = alpha * mu if product is None else product
    size, times = 1 / pt.maximum(alpha, NEAR), alpha * y
    direct = pt.gammaln(y + size) - pt.gammaln(size) - y * pt.log(size)
    near = (y + (y - 0.5) * times) * _per_unit_symbol(times) - y
    near += _stirling_symbol(alpha / (1 + times)) - _stirling_symbol(alpha)
    free = pt.switch(pt.gt(y, 0), y * pt.log(mu), 0.0) - pt.gammaln(y + 1)
    return free + pt.switch(pt.lt(alpha, NEAR), near, direct) - (mu + product * y) * _per_unit_symbol(product)


def _stirling_symbol(x: Any) -> Any:
    """log Γ(1/x) − (1/x − ½) log(1/x) + 1/x − ½ log 2π, but for terms from x⁵ on."""
    return x / 12 - x**3 / 360


def _draw(generator: np.random.Generator, size: Any, mu: Any, alpha: Any) -> Any:
    """A Poisson count whose mean is gamma distributed with the coefficient of variation √α."""
    shape = 1 / np.maximum(alpha, 1e-12)
    return generator.poisson(mu * generator.gamma(shape, 1 / shape, size))


mu = Argument("mu", frequency, "mu", "μ", "the mean", "events", typical=3.0)
negative_binomial = Family(
    "NegativeBinomial",
    (mu, Argument("alpha", nonnegative, "alpha", "α", "the variance is mu + alpha mu²", "dispersion", "log", 0.5)),
    values=count,
    prior=False,
    scipy="nbinom",
    of_scipy=lambda mu, alpha: {"n": 1 / alpha, "p": 1 / (1 + alpha * mu)},
    of_pymc=lambda mu, alpha: {"mu": mu, "alpha": 1 / alpha},
    log_density=_negative_binomial,
    log_density_symbol=_negative_binomial_symbol,
    draw=_draw,
    mean=lambda mu, alpha: mu,
    variance=lambda mu, alpha: mu + alpha * mu**2,
    location="mu",
    elsewhere={
        "R": "dnbinom(y, size = 1/alpha, mu = mu); glm.nb() and fitdistr() print theta = size = 1/alpha",
        "Stata": "nbreg, dispersion(mean): alpha as here",
        "statsmodels": "NegativeBinomial(loglike_method='nb2'): alpha as here",
    },
)


def _negative_binomial_1(y: Any, mu: Any, alpha: Any) -> Any:
    """The other's dispersion is alpha/mu."""
    return _negative_binomial(y, mu, alpha / mu)


negative_binomial_1 = Family(
    "NegativeBinomial1",
    (mu, Argument("alpha", nonnegative, "alpha", "α", "the variance is mu (1 + alpha)", "dispersion", "log", 0.5)),
    values=count,
    prior=False,
    scipy="nbinom",
    of_scipy=lambda mu, alpha: {"n": mu / alpha, "p": 1 / (1 + alpha)},
    log_density=_negative_binomial_1,
    log_density_symbol=lambda y, mu, alpha: _negative_binomial_symbol(y, mu, alpha / mu, alpha),
    draw=lambda generator, size, mu, alpha: _draw(generator, size, mu, alpha / mu),
    mean=lambda mu, alpha: mu,
    variance=lambda mu, alpha: mu * (1 + alpha),
    location="mu",
    elsewhere={
        "R": "dnbinom(y, size = mu/alpha, prob = 1/(1 + alpha)); glmmTMB's nbinom1 prints alpha as dispersion",
        "Stata": "nbreg, dispersion(constant): delta = alpha",
        "statsmodels": "NegativeBinomial(loglike_method='nb1'): alpha as here",
    },
)


# Zeros of two origins: those of the counts' own distribution, which a share ψ of the rows has, and all other rows.


def _share(meaning: str) -> Argument:
    return Argument("psi", unit, "psi", "ψ", meaning, "chance", typical=0.7)


def _mean(of: str) -> Argument:
    return replace(mu, meaning=f"the mean of the {of}")


def _inflated(y: Any, psi: Any, of_zero: Any, of_y: Any) -> Any:
    with np.errstate(divide="ignore"):  # at an edge one of the two parts is nothing
        return np.where(y == 0, np.logaddexp(np.log1p(-psi), np.log(psi) + of_zero), np.log(psi) + of_y)


def _zero_inflated_poisson(y: Any, psi: Any, mu: Any) -> Any:
    return _inflated(y, psi, -mu, scipy.special.xlogy(y, mu) - mu - scipy.special.gammaln(y + 1))


def _zero_inflated_negative_binomial(y: Any, psi: Any, mu: Any, alpha: Any) -> Any:
    return _inflated(y, psi, _negative_binomial(0.0, mu, alpha), _negative_binomial(y, mu, alpha))


def _zero_inflated_negative_binomial_symbol(y: Any, psi: Any, mu: Any, alpha: Any) -> Any:
    import pytensor.tensor as pt

    counted = _negative_binomial_symbol(y, mu, alpha)
    return pt.switch(pt.eq(y, 0), pt.log1p(psi * pt.expm1(counted)), pt.log(psi) + counted)


def _zero_inflated_poisson_symbol(y: Any, psi: Any, mu: Any) -> Any:
    """PyMC's own has no number at ψ = 1."""
    import pytensor.tensor as pt

    counted = pt.switch(pt.gt(y, 0), y * pt.log(mu), 0.0) - mu - pt.gammaln(y + 1)
    return pt.switch(pt.eq(y, 0), pt.log1p(psi * pt.expm1(-mu)), pt.log(psi) + counted)


zero_inflated_poisson = Family(
    "ZeroInflatedPoisson",
    (_share("the share that is Poisson"), _mean("Poisson counts, their zeros among them")),
    values=count,
    prior=False,
    log_density=_zero_inflated_poisson,
    log_density_symbol=_zero_inflated_poisson_symbol,
    draw=lambda generator, size, psi, mu: generator.poisson(mu, size) * (generator.random(size) < psi),
    mean=lambda psi, mu: psi * mu,
    variance=lambda psi, mu: psi * mu * (1 + (1 - psi) * mu),
    location="mu",
    elsewhere={
        "R": "pscl::zeroinfl(dist = 'poisson'): its zero model is for 1 - psi, on the log odds",
        "Stata": "zip: its inflate() equation is for 1 - psi, on the log odds",
        "statsmodels": "ZeroInflatedPoisson: its inflate_ coefficients are for 1 - psi, on the log odds",
    },
)
zero_inflated_negative_binomial = Family(
    "ZeroInflatedNegativeBinomial",
    (
        _share("the share that is negative binomial"),
        _mean("negative binomial counts, their zeros among them"),
        replace(negative_binomial.arguments[1], meaning="the variance of those counts is mu + alpha mu²"),
    ),
    values=count,
    prior=False,
    of_pymc=lambda psi, mu, alpha: {"psi": psi, "mu": mu, "alpha": 1 / alpha},
    log_density=_zero_inflated_negative_binomial,
    log_density_symbol=_zero_inflated_negative_binomial_symbol,
    draw=lambda generator, size, psi, mu, alpha: _draw(generator, size, mu, alpha) * (generator.random(size) < psi),
    mean=lambda psi, mu, alpha: psi * mu,
    variance=lambda psi, mu, alpha: psi * mu * (1 + (1 - psi + alpha) * mu),
    location="mu",
    elsewhere={
        "R": "pscl::zeroinfl(dist = 'negbin'): theta = 1/alpha; its zero model is for 1 - psi, on the log odds",
        "Stata": "zinb: alpha as here; its inflate() equation is for 1 - psi, on the log odds",
        "statsmodels": "ZeroInflatedNegativeBinomialP: alpha as here; inflate_ is for the log odds of 1 - psi",
    },
)


def _hurdle_poisson(y: Any, psi: Any, mu: Any) -> Any:
    counted = scipy.special.xlogy(y, mu) - scipy.special.gammaln(y + 1) - mu - np.log(-np.expm1(-mu))
    return np.where(y == 0, np.log1p(-psi), np.log(psi) + counted)


def _hurdle_poisson_symbol(y: Any, psi: Any, mu: Any) -> Any:
    """PyMC's own takes the incomplete gamma function for P(0), which is exp(−μ)."""
    import pytensor.tensor as pt

    counted = y * pt.log(mu) - pt.gammaln(y + 1) - mu - pt.log(-pt.expm1(-mu))
    return pt.switch(pt.eq(y, 0), pt.log1p(-psi), pt.log(psi) + counted)


def _draw_hurdle(generator: np.random.Generator, size: Any, psi: Any, mu: Any) -> Any:
    """Above 0 by the inverse of the distribution function, from chances above that of 0."""
    above = np.exp(-mu) + generator.random(size) * -np.expm1(-mu)
    counts = np.maximum(scipy.stats.poisson.ppf(above, mu), 1.0)
    return np.where(generator.random(size) < psi, counts, 0.0)


hurdle_poisson = Family(
    "HurdlePoisson",
    (_share("the share above 0"), replace(mu, meaning="the mean of a Poisson count of which those above 0 are seen")),
    values=count,
    prior=False,
    log_density=_hurdle_poisson,
    log_density_symbol=_hurdle_poisson_symbol,
    draw=_draw_hurdle,
    mean=lambda psi, mu: psi * mu / -np.expm1(-mu),
    variance=lambda psi, mu: psi * mu / -np.expm1(-mu) * (1 + mu - psi * mu / -np.expm1(-mu)),
    location="mu",
    elsewhere={
        "R": "pscl::hurdle(dist = 'poisson'): its zero model is for psi, the share above 0, on the log odds",
        "Stata": "a logit for psi, and tpoisson for mu, on y > 0",
        "statsmodels": "HurdleCountModel(dist='poisson', zerodist='poisson'): 1 - psi = exp(-exp(zm_const))",
    },
)
