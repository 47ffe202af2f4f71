"""What is of concern about accepted optima: other optima beside them, edges they lie on, directions they are flat in.

In the information scaled to a unit diagonal an eigenvalue λ near 0 means that along its eigenvector the standard
error is 1/√λ times what it would be for one parameter with the others held (Belsley, Kuh & Welsch 1980, Regression
Diagnostics, call 1/√λ relative to the largest the condition index).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..concerns import Concern
from ..model.layout import Layout, combination
from .optimum import Optima, distances

Array = NDArray[np.float64]
APART = 0.01
"""Standard errors: starts that end further apart than this have found different optima."""
FLAT = 300.0
"""How often a standard error is that with the others held along a flat direction: ten times 30, a common mark for
condition indices."""
SINGULAR = 1e7
"""1/√λ where λ is near the rounding of float64: half of the digits of a standard error are gone."""


@dataclass(frozen=True)
class SearchRecord:
    """Where one start of an optimiser ended: by which ``method``, at which log density, accepted or why not."""

    method: str
    value: float
    status: str


def concerns(top: Optima, searches: Sequence[Optima]) -> list[tuple[Concern, ...]]:
    """Of each data set, the concerns about the best of several searches; none where there is no optimum."""
    away = np.stack([distances(top, search) for search in searches])
    lost = ~np.all([search.converged for search in searches], axis=0)
    edges = np.isinf(top.z).any(axis=1)
    ratios, directions = _flatness(top)
    remarks: list[tuple[Concern, ...]] = []
    for i, accepted in enumerate(top.converged.tolist()):
        of_one: list[Concern] = []
        if accepted:
            of_one += _several(away[:, i], len(searches), i not in top.kinked)
            of_one += _ran_off(searches, i) if lost[i] else ()
            of_one += on_edge(top.problem.layout, top.z[i], top.theta[i])
            of_one += top.kinked[i].concerns if i in top.kinked else ()
            of_one += () if edges[i] or i in top.kinked else _flat(top, ratios[i], directions[i])
        remarks.append(tuple(of_one))
    return remarks


def searches_of(method: str, searches: Sequence[Optima], i: int = 0) -> tuple[SearchRecord, ...]:
    """Where the searches of one method ended for one data set, for the record."""
    return tuple(SearchRecord(method, float(search.end.value[i]), search.status(i)) for search in searches)


def _several(away: Array, count: int, smooth: bool | None) -> tuple[Concern, ...]:
    other = away[away > APART]
    if not other.size:
        return ()
    how_far = f", up to {other.max():.2g} SE away" if smooth is not False and np.isfinite(other).all() else ""
    return (Concern("several_modes", f"{other.size} of {count} starts ended elsewhere{how_far}"),)


def _ran_off(searches: Sequence[Optima], i: int) -> tuple[Concern, ...]:
    reasons = [str(search.reason(i)) for search in searches if search.status(i) == "divergent"]
    return (Concern("ran_off", f"{len(reasons)} of {len(searches)}: {reasons[0]}"),) if reasons else ()


def on_edge(layout: Layout, z: Array, theta: Array) -> tuple[Concern, ...]:
    """A concern that names the parameters on an edge of their support, if any; z ``(f,)`` and θ ``(p,)``."""
    held = [label for label, u in zip(layout.free_labels, z, strict=True) if np.isinf(u)]
    if not held:
        return ()
    return (Concern("boundary", ", ".join(f"{label} = {theta[layout.labels.index(label)]:.6g}" for label in held)),)


def _flat(top: Optima, ratio: float, direction: Array) -> tuple[Concern, ...]:
    if ratio < FLAT:
        return ()
    words = combination(top.problem.layout.labels, *direction)
    code = "ill_conditioned" if ratio > SINGULAR else "flat_direction"
    return (Concern(code, f"along {words} the standard error is {ratio:.2g} times that with the others held"),)


def _flatness(top: Optima) -> tuple[Array, Array]:
    """1/√λ ``(R,)`` of the smallest eigenvalue of each scaled information on the model scale, and its direction.

    The direction ``(R, 2, p)`` is given in the parameters' own units and in units of their standard errors. The ratio
    is 0 where shares that sum to one, an edge or a singular map leave no information matrix of θ.
    """
    problem, count = top.problem, len(top.z)
    p, ratio = problem.layout.size, np.zeros(len(top.z))
    direction = np.zeros((count, 2, p))
    known = np.flatnonzero(top.converged & ~np.isinf(top.z).any(axis=1))
    if problem.layout.free_size < p or not known.size:
        return ratio, direction
    # H_θ = J⁻ᵀ H_z J⁻¹ with J = ∂θ/∂z, because the gradient, which would add curvature of the map, is zero here.
    jacobian = problem.coordinates.linear @ problem.coordinates.jacobian(top.z[known])
    # Next to its edge a parameter may not move any more with its coordinate.
    moving = np.all(np.any(jacobian != 0, axis=1), axis=1)
    back = np.linalg.inv(np.where(moving[:, None, None], jacobian, np.eye(p)))
    information = -np.swapaxes(back, 1, 2) @ top.end.hessian[known] @ back
    size = np.sqrt(np.abs(np.diagonal(information, axis1=1, axis2=2)))
    sound = moving & np.all(np.isfinite(information), axis=(1, 2)) & np.all(size > 0, axis=1)
    size = np.where(sound[:, None], size, 1.0)
    information = np.where(sound[:, None, None], information, np.eye(p))
    values, vectors = np.linalg.eigh(information / (size[:, :, None] * size[:, None, :]))
    ratio[known] = np.where(sound, 1 / np.sqrt(np.maximum(values[:, 0], np.finfo(float).eps)), 0.0)
    direction[known] = np.stack([vectors[:, :, 0] / size, vectors[:, :, 0]], axis=1)
    return ratio, direction
