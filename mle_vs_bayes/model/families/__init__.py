"""The table of distributions: the only one, for priors, for outcomes, and for the second wording of both.

A closed list, so that a misspelt prior is refused before PyMC is imported. Leaves say ``families.weibull``.
"""

from .argument import Argument, Form
from .bounded import beta, dirichlet, kumaraswamy, lkj, logit_normal, truncated_normal, uniform
from .counts import beta_binomial, binomial, geometric, poisson
from .dispersed import (
    hurdle_poisson,
    negative_binomial,
    negative_binomial_1,
    zero_inflated_negative_binomial,
    zero_inflated_poisson,
)
from .family import Family
from .lifetimes import gompertz, inverse_gaussian, log_logistic, pareto
from .positive import (
    chi_squared,
    exponential,
    gamma,
    half_cauchy,
    half_flat,
    half_normal,
    half_student_t,
    inverse_gamma,
    log_normal,
    weibull,
)
from .real import cauchy, flat, gumbel, jeffreys, laplace, logistic, normal, skew_normal, student_t

_ON_THE_LINE = (flat, normal, student_t, cauchy, laplace, logistic, skew_normal, gumbel, jeffreys)
_SCALES = (half_flat, half_normal, half_student_t, half_cauchy)
_ABOVE_0 = (exponential, gamma, inverse_gamma, log_normal, weibull, chi_squared)
_LIFETIMES = (log_logistic, inverse_gaussian, gompertz, pareto)
_BOUNDED = (beta, kumaraswamy, logit_normal, dirichlet, uniform, truncated_normal, lkj)
_COUNTS = (binomial, beta_binomial, geometric, poisson, negative_binomial, negative_binomial_1)
_WITH_ZEROS = (zero_inflated_poisson, zero_inflated_negative_binomial, hurdle_poisson)

_OUTCOMES = (*_LIFETIMES, *_COUNTS, *_WITH_ZEROS)

FAMILIES: dict[str, Family] = {f.name: f for f in (*_ON_THE_LINE, *_SCALES, *_ABOVE_0, *_BOUNDED, *_OUTCOMES)}
"""Every distribution by PyMC's name."""
PRIORS: dict[str, Family] = {name: family for name, family in FAMILIES.items() if family.prior}
"""Those that a parameter may have as its prior, in the order in which a message offers them."""

__all__ = ["FAMILIES", "PRIORS", "Argument", "Family", "Form"]
