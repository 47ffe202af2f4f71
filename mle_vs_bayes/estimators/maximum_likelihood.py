"""Maximum likelihood: the likelihood alone, no prior anywhere, reported through statsmodels."""

import time
from dataclasses import replace

import numpy as np

from ..concerns import Concern
from ..density.density import Program
from ..search import expectation_maximisation as em
from ..search.audit import concerns, searches_of
from ..search.optimum import Optimum, best, covariance, maximise, starts
from .estimate import Estimate, missing

NAME = "maximum_likelihood"
STARTS = 3
STARTS_WITH_EM = 5
"""Of either kind, where the leaf has a step of EM: such likelihoods have several maxima."""


def fit(program: Program, seed: int = 0, count: int | None = None) -> Estimate:
    """The maximum likelihood estimate, its covariance from the exact Hessian at the optimum, from ``count`` starts.

    ``status`` is ``divergent`` where the likelihood has no maximum (separation, no event), with the
    direction in ``reason``; ``failed`` where no start reached a zero gradient.
    """
    began = time.perf_counter()
    labels = program.layout.labels
    if refusal := program.model.no_optimum(program.data, power=0.0):
        return missing(NAME, labels, "not_applicable", refusal, seconds=time.perf_counter() - began)
    direction = program.model.divergence(program.data)
    if direction is not None:
        return _missing(labels, "divergent", direction, began)
    direct, by_em = _searched(program, seed, count)
    optima = [*direct, *by_em]
    top = best(optima)
    searches = (*searches_of("trust region", direct), *searches_of("EM", by_em))
    if top.status != "ok":
        details = {"iterations": top.iterations, "gradient": top.decrement, "searches": searches}
        return _missing(labels, top.status, str(top.reason), began, **details)
    found = (*concerns(program, 0.0, top, optima), *(em.disagreement(direct, by_em) if by_em else ()))
    estimate = _reported(program, top, (*found, *_doubts(program, top)))
    return replace(estimate, searches=searches, seconds=time.perf_counter() - began)


def _searched(program: Program, seed: int, count: int | None) -> tuple[list[Optimum], list[Optimum]]:
    """Where direct maximisation ends and, from the same starts, EM where the leaf says its step."""
    with_em = em.available(program)
    begins = starts(program, count or (STARTS_WITH_EM if with_em else STARTS), seed)
    direct = [maximise(program, 0.0, start) for start in begins]
    return direct, [em.climb(program, start) for start in begins] if with_em else []


def _reported(program: Program, top: Optimum, found: tuple[Concern, ...]) -> Estimate:
    from .likelihood_model import LikelihoodModel

    at_start = np.array_equal(top.z, program.coordinates.z(program.start))
    theta = program.start if at_start else program.coordinates.theta(top.z)  # no digits lost on the way there and back
    spread = covariance(program, top)
    return Estimate(
        estimator=NAME,
        labels=program.layout.labels,
        point=theta,
        covariance=spread,
        log_likelihood=top.evaluation.value,
        concerns=found,
        iterations=top.iterations,
        gradient=top.decrement,
        results=LikelihoodModel(program).fit_at(theta, spread),
    )


def _doubts(program: Program, top: Optimum) -> tuple[Concern, ...]:
    doubt = program.model.doubtful(program.layout.split(program.coordinates.theta(top.z)), program.data)
    return (Concern("spurious", doubt),) if doubt else ()


def _missing(labels: tuple[str, ...], status: str, reason: str, began: float, **details: object) -> Estimate:
    code = "divergent" if status == "divergent" else "gradient"
    concern = Concern(code, reason)
    seconds = time.perf_counter() - began
    return missing(NAME, labels, status, reason, concerns=(concern,), seconds=seconds, **details)
