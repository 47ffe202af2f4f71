"""Bayes factors: the marginal likelihood of one model over that of another, from quadrature.

A Bayes factor stands on the priors' widths as an estimate does not: twice as wide a prior of a parameter that the data
know well halves the marginal likelihood. It is shown with all widths halved and doubled, too. [1]_

.. [1] Kass & Raftery (1995), Bayes factors, Journal of the American Statistical Association 90(430), 773–795.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...data.column import Column
from ...density.density import Density
from ...estimators.quadrature.evidence import Evidence, evidence
from ...model.prior import Number, Prior

HALF, TWICE = 0.5, 2.0


@dataclass(frozen=True)
class BayesFactor:
    """Log Bayes factor of the first model over the other, under the priors as they are, half and twice as wide.

    ``error`` is that of the quadratures. None where there is no number, with the ``reason`` of the first of them.
    """

    log: float | None = None
    error: float | None = None
    halved: float | None = None
    doubled: float | None = None
    reason: str | None = None


def bayes_factor(first: Density, other: Density) -> BayesFactor:
    """The Bayes factor of two models of the same outcomes."""
    if reason := _unlike(first, other):
        return BayesFactor(reason=reason)
    ours, theirs = evidence(first), evidence(other)
    if ours.value is None or theirs.value is None:
        lacking, why = (first, ours) if ours.value is None else (other, theirs)
        return BayesFactor(reason=f"{lacking.model.name} has no marginal likelihood here: {why.reason}")
    halved, doubled = (_difference(_rescaled(first, by), _rescaled(other, by)) for by in (HALF, TWICE))
    return BayesFactor(ours.value - theirs.value, ours.error + theirs.error, halved, doubled)


def _difference(ours: Evidence, theirs: Evidence) -> float | None:
    return None if ours.value is None or theirs.value is None else ours.value - theirs.value


def _rescaled(density: Density, factor: float) -> Evidence:
    """The marginal likelihood with every prior ``factor`` times as wide."""
    priors = {name: widened(prior, factor) for name, prior in density.priors.items()}
    known = {name: prior for name, prior in priors.items() if prior is not None}
    if len(known) < len(priors):
        return Evidence(None, reason="a prior has no width to change")
    return evidence(density.on(density.data, known))


def _unlike(first: Density, other: Density) -> str | None:
    """Why two likelihoods are not of one thing, or None."""
    if _discrete(first) != _discrete(other):
        return f"one of {first.model.name} and {other.model.name} gives y probabilities and the other densities"
    known = [density.model.known_values(density.data) for density in (first, other)]
    if known[0] != known[1]:
        return f"the likelihood of one takes the first {max(known)} values for known, that of the other {min(known)}"
    return None


def _discrete(density: Density) -> bool:
    columns: list[Column] = [column for column in density.model.columns if column.role == "y"]
    return any("count" in column.kind.name or column.kind.name in ("binary", "label", "classes") for column in columns)


def _times(name: str) -> Callable[[Prior, float], dict[str, Number]]:
    return lambda prior, factor: {name: _each(prior, name, lambda value: value * factor)}


def _each(prior: Prior, name: str, of: Callable[[np.ndarray], np.ndarray]) -> Number:
    value = of(np.asarray(prior.arguments[name], dtype=float))
    return float(value) if value.ndim == 0 else tuple(value.tolist())


def _exponential(prior: Prior, factor: float) -> dict[str, Number]:
    if "scale" in prior.arguments:
        return {"scale": _each(prior, "scale", lambda value: value * factor)}
    return {"lam": _each(prior, "lam", lambda value: value / factor)}


def _gamma(prior: Prior, factor: float) -> dict[str, Number]:
    """The same mean alpha / beta, and a standard deviation √alpha / beta that is ``factor`` times as large."""
    return {name: _each(prior, name, lambda value: value / factor**2) for name in ("alpha", "beta")}


WIDTHS: dict[tuple[str, ...], Callable[[Prior, float], dict[str, Number]]] = {
    **{(family, "mu", "sigma"): _times("sigma") for family in ("Normal", "LogNormal")},
    ("HalfNormal", "sigma"): _times("sigma"),
    ("StudentT", "nu", "mu", "sigma"): _times("sigma"),
    ("HalfStudentT", "nu", "sigma"): _times("sigma"),
    ("Cauchy", "alpha", "beta"): _times("beta"),
    ("HalfCauchy", "beta"): _times("beta"),
    ("Laplace", "mu", "b"): _times("b"),
    ("Exponential", "lam"): _exponential,
    ("Exponential", "scale"): _exponential,
    ("Gamma", "alpha", "beta"): _gamma,
}
"""By family and arguments: those that a prior of another width has."""


def widened(prior: Prior, factor: float) -> Prior | None:
    """The same prior ``factor`` times as wide; None of shares and of families whose width is not one number."""
    change = WIDTHS.get((prior.family, *prior.arguments))
    return None if change is None else Prior(prior.family, **{**prior.arguments, **change(prior, factor)})
