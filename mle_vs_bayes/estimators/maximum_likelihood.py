"""Maximum likelihood: the likelihood alone, no prior anywhere, reported through statsmodels."""

import time

import numpy as np

from ..concerns import Concern
from ..contract.program import Program
from .audit import concerns
from .estimate import Estimate, missing
from .optimum import Optimum, best, covariance, maximise, starts

NAME = "maximum_likelihood"
STARTS = 3


def fit(program: Program, seed: int = 0) -> Estimate:
    """The maximum likelihood estimate, its covariance from the exact Hessian at the optimum.

    ``status`` is ``divergent`` where the likelihood has no maximum (separation, no event), with the
    direction in ``reason``; ``failed`` where no start reached a zero gradient.
    """
    began = time.perf_counter()
    labels = program.layout.labels
    direction = program.model.divergence(program.data)
    if direction is not None:
        return _missing(labels, "divergent", direction, began)
    optima = [maximise(program, 0.0, start) for start in starts(program, STARTS, seed)]
    top = best(optima)
    if top.status != "ok":
        return _missing(labels, top.status, str(top.reason), began, iterations=top.iterations, gradient=top.decrement)
    return _reported(program, top, concerns(program, top, optima), began)


def _reported(program: Program, top: Optimum, found: tuple[Concern, ...], began: float) -> Estimate:
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
        seconds=time.perf_counter() - began,
    )


def _missing(labels: tuple[str, ...], status: str, reason: str, began: float, **details: object) -> Estimate:
    code = "divergent" if status == "divergent" else "gradient"
    concern = Concern(code, reason)
    seconds = time.perf_counter() - began
    return missing(NAME, labels, status, reason, concerns=(concern,), seconds=seconds, **details)
