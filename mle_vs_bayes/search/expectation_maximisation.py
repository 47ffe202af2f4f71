"""Expectation–maximisation, for leaves that say its step: another way up the same likelihood.

Each step cannot lower the likelihood and needs no derivatives, [1]_ but steps become short where components
overlap. So EM is stopped when it hardly gains any more, and the same search as everywhere ends and judges it.

.. [1] Dempster, Laird & Rubin (1977), Maximum likelihood from incomplete data via the EM algorithm, Journal of the
   Royal Statistical Society B 39(1), 1–38.
"""

import numpy as np
from numpy.typing import NDArray

from ..concerns import Concern
from ..density.density import Program
from ..model.model import Model
from .audit import APART
from .edges import FAR
from .optimum import Optimum, best, distances, judge, maximise

Array = NDArray[np.float64]

GAIN = 1e-6
"""In log-likelihood: a step that gains less ends the search (half a unit is one standard error)."""
MOST_STEPS = 200


def available(program: Program) -> bool:
    """Whether the leaf says what a step is."""
    return type(program.model).em_step is not Model.em_step


def climb(program: Program, start: Array) -> Optimum:
    """EM from ``start`` (z), then the trust region and Newton steps of `maximise` from where it ended.

    An EM that has run off to an edge of the support is judged where it is.
    """
    z, steps, gone = iterate(program, start)
    return judge(program, 0.0, z, steps) if gone else maximise(program, 0.0, z)


def disagreement(direct: list[Optimum], by_em: list[Optimum]) -> tuple[Concern, ...]:
    """A concern where the best of direct maximisation and the best of EM are not the same optimum."""
    first, second = best(direct), best(by_em)
    if first.status != "ok" and second.status != "ok":
        return ()
    if first.status == second.status == "ok" and distances(first, [second])[0] <= APART:
        return ()
    ends = [f"{o.evaluation.value:.6g}" if o.status == "ok" else str(o.reason) for o in (second, first)]
    return (Concern("em_disagrees", f"log-likelihood by EM: {ends[0]}; directly: {ends[1]}"),)


def iterate(program: Program, start: Array) -> tuple[Array, int, bool]:
    """Where EM ends (z ``(f,)``), after how many steps, and whether it left for an edge of the support."""
    layout, coordinates = program.layout, program.coordinates
    z, value = start, -np.inf
    for step in range(MOST_STEPS):
        with np.errstate(all="ignore"):
            theta = layout.join(program.model.em_step(layout.split(coordinates.theta(z)), program.data))
            there, height = coordinates.z(theta), program.log_likelihood(theta)
        far = layout.bounded & ~(np.abs(there - start) < 2 * FAR)
        if far.any():  # also where it is infinite, which z keeps for edges that belong to the support
            return np.where(far & (there < start), start - 2 * FAR, z), step, True
        if not height - value > GAIN:
            return there, step, False
        z, value = there, height
    return z, MOST_STEPS, False
