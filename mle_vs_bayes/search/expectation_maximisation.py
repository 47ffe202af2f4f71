"""Expectation–maximisation, for leaves that say its step: another way up the same likelihood.

Each step cannot lower the likelihood and needs no derivatives, [1]_ but steps become short where components
overlap. So EM is stopped when it hardly gains any more, and the same search as everywhere ends and judges it.

.. [1] Dempster, Laird & Rubin (1977), Maximum likelihood from incomplete data via the EM algorithm, Journal of the
   Royal Statistical Society B 39(1), 1–38.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..concerns import Concern
from ..density.density import Density
from .audit import APART
from .edges import FAR
from .optimum import Optima, best, distances, maximise, run_off
from .problem import Problem

Array = NDArray[np.float64]

GAIN = 1e-6
"""Log-likelihood that a step must gain for the search to go on (half a unit is one standard error)."""
MOST_STEPS = 200


def available(program: Density) -> bool:
    """Whether the leaf says what a step is."""
    return "em_step" in program.model.offers


def em_ascent(problem: Problem, start: Array) -> Optima:
    """EM from ``start`` ``(R, f)``, then the search of `maximise` from where each ended.

    An EM that has run off to an edge of the support is judged where it is.
    """
    ends = [iterate(problem.density(i), point) for i, point in enumerate(start)]
    z, steps, gone = np.stack([end[0] for end in ends]), np.array([end[1] for end in ends]), [end[2] for end in ends]
    optima = maximise(problem, np.where(np.array(gone)[:, None], start, z))
    if any(gone):
        lost = np.flatnonzero(gone)
        left = run_off(problem, z, start, steps)
        optima.end.put(lost, left.end.take(lost), np.ones(len(lost), dtype=np.bool_))
        optima.converged[lost], optima.start[lost] = False, start[lost]
    return optima


def disagreement(direct: Sequence[Optima], by_em: Sequence[Optima]) -> list[tuple[Concern, ...]]:
    """Of each data set, a concern where the best of direct maximisation and the best of EM are not one optimum."""
    first, second = best(direct)[0], best(by_em)[0]
    away = distances(first, second)
    remarks: list[tuple[Concern, ...]] = []
    for i in range(len(away)):
        same = away[i] <= APART or not (first.converged[i] or second.converged[i])
        ends = [f"{o.end.value[i]:.6g}" if o.converged[i] else str(o.reason(i)) for o in (second, first)]
        detail = f"log-likelihood by EM: {ends[0]}; directly: {ends[1]}"
        remarks.append(() if same else (Concern("em_disagrees", detail),))
    return remarks


def iterate(program: Density, start: Array) -> tuple[Array, int, bool]:
    """Where EM ends (z ``(f,)``), after how many steps, and whether it left for an edge of the support."""
    layout, coordinates = program.layout, program.coordinates
    z, value = start, -np.inf
    for step in range(MOST_STEPS):
        with np.errstate(all="ignore"):
            theta = layout.join(program.model.em_step(layout.split(coordinates.theta(z)), program.data))
            there, height = coordinates.z(theta), program.log_likelihood(theta)
        # EM moves a logarithm by less the nearer it comes to the edge, so it would crawl there for ever. Twice `FAR`,
        # so that a search which begins where EM was stopped is seen to have left as well.
        far = layout.bounded & ~(np.abs(there - start) < 2 * FAR)
        if far.any():  # also where it is infinite, which z keeps for edges that belong to the support
            return np.where(far & (there < start), start - 2 * FAR, z), step, True
        if not height - value > GAIN:
            return there, step, False
        z, value = there, height
    return z, MOST_STEPS, False
