"""Sandwich intervals: Wald with a covariance that does not trust the model's variance. [1]_

H⁻¹ (Σ s sᵀ) H⁻¹ with s the score of each unit; under the model the middle is −H in expectation and the two agree.
Where the data have a column ``group``, scores are summed within it first. [2]_ Without small-sample
factors (HC0): with few clusters it is too short.

.. [1] White (1982), Maximum likelihood estimation of misspecified models, Econometrica 50(1), 1–25.
.. [2] Liang & Zeger (1986), Longitudinal data analysis using generalized linear models, Biometrika 73(1), 13–22.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..density.density import Density
from .interval import Interval, IntervalRequest, refused
from .wald import of_normal, symmetric

Array = NDArray[np.float64]


def sandwich(request: IntervalRequest) -> list[Interval]:
    """Symmetric on the model scale, with robust standard errors; the delta method for derived quantities."""
    program, estimate = request.program, request.estimate
    if not estimate.converged:
        return refused(request, estimate.status, str(estimate.reason))
    if estimate.covariance is None or not np.all(np.isfinite(estimate.covariance)):
        return refused(request, "not_applicable", estimate.no_error)
    scores = clustered(program, program.score_units(estimate.point))
    if program.model.unit == "series":
        reason = "the rows of a series depend on each other, and one series shows no spread between series"
        return refused(request, "not_applicable", reason)
    units = len(scores) if program.weights is None or "group" in program.data else program.data.size
    if units <= program.layout.size:
        reason = f"{units} independent units are too few for the covariance of {program.layout.size} scores"
        return refused(request, "not_applicable", reason)
    covariance = robust_covariance(estimate.covariance, scores)
    return of_normal(replace(request, estimate=replace(estimate, covariance=covariance)), symmetric)


def robust_covariance(covariance: Array, scores: Array) -> Array:
    """H⁻¹ (Σ s sᵀ) H⁻¹, shape ``(p, p)``, from the model's covariance −H⁻¹ and scores ``(units, p)``."""
    # H⁻¹ s of each unit is how it moves the estimate; their squares are summed without the middle matrix.
    influence = scores @ covariance
    return influence.T @ influence


def clustered(program: Density, scores: Array) -> Array:
    """Scores summed within clusters, ``(clusters, p)``; as they are where there is no such column.

    Where the likelihood's units are whole groups already, their scores are, too. A row that was observed w times
    stands w times in a cluster's sum, and as √w of itself among rows, whose outer products are added.
    """
    alone = "group" not in program.data or len(scores) != program.data.n
    if program.weights is not None:
        scores = scores * (np.sqrt(program.weights) if alone else program.weights)[:, None]
    if alone:
        return scores
    _, position = np.unique(program.data["group"], return_inverse=True)
    sums = np.zeros((position.max() + 1, scores.shape[1]))
    np.add.at(sums, position, scores)
    return sums
