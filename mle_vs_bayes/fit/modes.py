"""Whether MLE and MAP are the same mode: the one that the prior moved, and not another that it prefers."""

from collections.abc import Mapping

import numpy as np

from ..concerns import Concern
from ..density.density import Density
from ..estimators.estimate import Estimate
from ..search.optimum import maximum

_APART = 0.01
"""Standard errors of the MAP: nearer, the two searches have ended at one point."""


def different_modes(program: Density, estimates: Mapping[str, Estimate]) -> tuple[Concern, ...]:
    """A concern where climbing likelihood × prior from the MLE ends elsewhere than at the MAP."""
    mle, top = estimates.get("mle"), estimates.get("map")
    if mle is None or top is None or not (mle.has_errors and top.has_errors):
        return ()
    with np.errstate(all="ignore"):
        reached = maximum(program, 1.0, program.coordinates.z(mle.point))
    if reached.status != "ok":
        return ()
    away = (program.coordinates.theta(reached.z) - top.point) / top.se
    farthest = int(np.argmax(np.abs(away)))
    if abs(away[farthest]) <= _APART:
        return ()
    label = program.layout.labels[farthest]
    return (Concern("different_modes", f"{label}: the mode next to the MLE is {away[farthest]:+.2g} SE from the MAP"),)
