"""Marginal likelihoods: log ∫ likelihood × prior dθ, with every constant in it, for Bayes factors.

Quadrature sums the density that is sampled, which leaves out what no parameter changes: the constant of condensed rows,
and of rising values under one prior the K! that makes up for the orders left out. Both are put back here.
"""

from dataclasses import dataclass
from math import lgamma

import numpy as np

from ...density.density import Density
from ...model.parameter import Parameter
from . import quadrature


@dataclass(frozen=True)
class Evidence:
    """The log marginal likelihood of one model on one data set, with the error of its quadrature, or why not."""

    value: float | None
    error: float = 0.0
    reason: str | None = None


def evidence(program: Density, integrated: quadrature.Quadratures | None = None) -> Evidence:
    """The log marginal likelihood of a model with at most `quadrature.MOST` free parameters and proper priors.

    From its posterior as it was ``integrated``, or will be now.
    """
    refusal = _no_prior(program) or quadrature.refusal(program)
    if refusal:
        return Evidence(None, reason=refusal)
    integrated = quadrature.of_density(program) if integrated is None else integrated
    if integrated.reason[0] is not None:
        return Evidence(None, reason=integrated.reason[0])
    small, weights = program.condensed()
    theta = program.start
    units = small.log_likelihood_units(theta)
    left_out = program.log_likelihood(theta) - float(np.sum(units if weights is None else weights * units))
    # K values in any order under one prior, on those that rise: K! times the density.
    orders = sum(lgamma(len(program.layout.labels_of[p.name]) + 1) for p in _ordered(program))
    value = float(integrated.log_integral[0]) + left_out + orders
    return Evidence(value, float(integrated.error[0]))


def _no_prior(program: Density) -> str | None:
    """Why the priors of a model are no distribution that data could be compared under, or None."""
    if program.prior_power != 1:
        return f"a prior to the power {program.prior_power:g} is no distribution"
    if program.model.fixed_priors:
        return f"the priors of {program.model.name} are the program's own, and whether they integrate to 1 is not known"
    for name, prior in program.priors.items():
        if not prior.proper:
            return f"{prior} of {name} is improper: it has no constant"
    for parameter in program.layout.parameters:
        if parameter.support.restricts and parameter.support.name != "ordered":
            return f"how much of the prior of {parameter.name} is {parameter.support.name} is not known"
    different = next((p.name for p in _ordered(program) if not program.priors[p.name].alike), None)
    if different is not None:
        return f"the elements of {different} have different priors, whose share in rising order is not known"
    return None


def _ordered(program: Density) -> list[Parameter]:
    return [p for p in program.layout.parameters if p.support.rising]
