"""Wald intervals from the expected information: its mean over outcomes that the model could have given.

I(θ) = Σ E[s sᵀ] over units, s the score of a unit at the estimate, its outcome distributed as the model has it there.
The observed information, which `wald` takes, has the outcomes that came instead. The two are equal where the link is
the canonical one (logistic, Poisson), and only near each other elsewhere. [1]_ R's ``glm()``, ``glm.nb()`` and
``betareg()`` print standard errors from the expected information, because scoring makes it on the way.

Outcomes are summed over where they are counts or classes; above 1,000 every so many counts stand for those between, as
in the trapezoid rule. A continuous one is integrated over by the trapezoid rule on
y = m + c sinh(t), or the logarithm or the log odds of y in the place of y, with m and c from outcomes drawn by the
model: the integrand falls off double exponentially in t, so that the rule is exact to rounding. [2]_ That probabilities
sum to 1 and scores to 0 is checked.

.. [1] Efron & Hinkley (1978), Assessing the accuracy of the maximum likelihood estimator: observed versus expected
   Fisher information, Biometrika 65(3), 457–482.
.. [2] Takahasi & Mori (1974), Double exponential formulas for numerical integration, Publ. RIMS 9, 721–741.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import batched

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from ..data.dataset import Dataset
from ..density.density import Density
from ..estimators import restricted
from .interval import Interval, IntervalRequest, refused
from .wald import of_normal, symmetric

Array = NDArray[np.float64]
DRAWS = 200
"""Outcomes drawn per unit to learn where they lie."""
FINE, LARGEST = 1000, 1e9
"""Counts that are all summed over; above it, about a thousandth of themselves apart, those up to the largest."""
STEP, REACH = 0.1, {"real": 20.0, "log": 7.0, "log odds": 7.0}
"""Of the trapezoid rule in t: sinh(20) spreads is where a density that falls as 1/y² has lost all but 4e-9."""
NEARLY, LEFT = 0.999, 1e-12
"""The sum ends where this much of every unit's probability is found and the last outcome had less than that."""
CLOSE = 1e-5
"""How far probabilities may sum from 1, and scores from 0 in their standard deviations."""
ABREAST = 20_000
"""Rows that are evaluated with one call: the units, once for each of several outcomes."""


def wald_expected(request: IntervalRequest) -> list[Interval]:
    """Symmetric on the model scale, with standard errors from the expected information."""
    program, estimate = request.program, request.estimate
    if not estimate.converged:
        return refused(request, estimate.status, str(estimate.reason))
    if estimate.covariance is None or not np.all(np.isfinite(estimate.covariance)):
        return refused(request, "not_applicable", estimate.no_error)
    if program.model.unit == "group" and restricted.applies(program):
        return _of_coefficients(request, estimate.covariance)
    if (reason := _unknown(program)) is not None:
        return refused(request, "not_applicable", reason)
    information = expected_information(program, estimate.point, np.random.default_rng(request.seed))
    if isinstance(information, str):
        return refused(request, "not_applicable", information)
    covariance = np.linalg.inv(information)
    return of_normal(replace(request, estimate=replace(estimate, covariance=covariance)), symmetric)


def _of_coefficients(request: IntervalRequest, covariance: Array) -> list[Interval]:
    """Of normal outcomes in groups, where no outcome enters the coefficients' own information Xᵀ V⁻¹ X.

    The expected information has no entry between coefficients and spreads; that of spreads is not worked out here.
    """
    covariance = restricted.spreads_known(request.program, covariance)
    named = request.program.layout.slices.items()
    for block in (block for name, block in named if name not in restricted.LOCATION):
        covariance[block, :] = covariance[:, block] = np.nan
    reason = "the expected information of spreads of groups is not worked out here"
    return of_normal(
        replace(request, estimate=replace(request.estimate, covariance=covariance, no_error=reason)), symmetric
    )


def _unknown(program: Density) -> str | None:
    """Why outcomes of single rows cannot be put in the place of those seen."""
    if not program.compiles_many:
        return "the expected information is known of models of the catalogue, whose rows can be copied"
    if {"event", "lower", "entry"} & program.data.keys():
        return "the expected information depends on when each unit would have been censored or entered"
    if program.model.unit != "row" or "y" not in program.data:
        return "the expected information is known of models whose rows are independent, with one outcome y"
    return None


def expected_information(program: Density, theta: Array, generator: np.random.Generator) -> Array | str:
    """I(θ) ``(p, p)``, or why it could not be found."""
    drawn, data = program.outcomes(theta, DRAWS, generator)["y"], program.data
    mass, first, second = np.zeros(data.n), np.zeros(theta.size), np.zeros((theta.size, theta.size))
    for nodes in batched(_nodes(drawn, data), max(1, ABREAST // data.n)):
        copies = data.rows(np.tile(np.arange(data.n), len(nodes)))
        other = program.on(copies.replace(y=np.concatenate([y for y, _ in nodes])))
        with np.errstate(all="ignore"):
            probability = np.exp(other.log_likelihood_units(theta)) * np.concatenate([width for _, width in nodes])
            scores = other.score_units(theta)
        # I(θ) = Σ over units of Σ over outcomes of p s sᵀ. An outcome that cannot occur adds nothing.
        possible = np.isfinite(probability) & (probability > 0) & np.all(np.isfinite(scores), axis=1)
        probability, scores = np.where(possible, probability, 0.0), np.where(possible[:, None], scores, 0.0)
        mass += probability.reshape(-1, data.n).sum(axis=0)
        first += (probability * copies.counts) @ scores
        second += (scores * (probability * copies.counts)[:, None]).T @ scores
        if np.all(mass > NEARLY) and np.all(probability[-data.n :] < LEFT):
            break
    # All outcomes together have the probability 1, and scores the mean 0: else outcomes were left out.
    spread = np.sqrt(np.diagonal(second)) + np.finfo(float).tiny
    off = max(float(np.max(np.abs(mass - 1))), float(np.max(np.abs(first) / spread)))
    if not off < CLOSE:
        return f"the expected information could not be found: probabilities or scores are off by {off:.0e}"
    return second


def _nodes(drawn: Array, data: Dataset) -> Iterator[tuple[Array, Array]]:
    """Outcomes ``(n,)`` of all units and their widths ``(n,)``, where draws ``(draws, n)`` say that they lie."""
    units = np.ones(drawn.shape[1])
    if np.all(drawn == np.floor(drawn)):
        # Every count up to FINE, and above it ever fewer, each standing for those half way to either side.
        above = np.unique(np.floor(FINE * np.exp(np.arange(0, np.log(LARGEST / FINE), 1 / FINE))))
        whole = np.concatenate([[-1.0], np.arange(FINE), above])
        classes = len(data.coords.get("outcome", whole))
        for count, width in zip(whole[1:-1][:classes], (whole[2:] - whole[:-2])[:classes] / 2, strict=True):
            yield count * units, width * units
        return
    scale = "real" if drawn.min() <= 0 else "log odds" if drawn.max() < 1 else "log"
    turned = {"real": np.asarray, "log": np.log, "log odds": logit}[scale](drawn)
    # The trapezoidal rule in t, with y = centre + wide sinh t on its scale: dy = wide cosh t dt, times dy/d(scale).
    centre, wide = np.median(turned, axis=0), np.subtract(*np.quantile(turned, [0.75, 0.25], axis=0))
    for t in np.arange(-REACH[scale], REACH[scale] + STEP / 2, STEP):
        with np.errstate(over="ignore"):  # where nothing is left of a density
            y = {"real": np.asarray, "log": np.exp, "log odds": expit}[scale](centre + wide * np.sinh(t))
            slope = {"real": 1.0, "log": y, "log odds": y * (1 - y)}[scale]
            width = STEP * wide * np.cosh(t) * slope
        yield y, width
