"""What is of concern about an accepted optimum: other optima beside it, edges it lies on, directions it is flat in."""

from dataclasses import dataclass

import numpy as np

from ..concerns import Concern
from ..density.density import Program
from .flat_direction import flat_direction
from .optimum import Optimum, distances

APART = 0.01
"""Standard errors: starts that end further apart than this have found different optima."""


@dataclass(frozen=True)
class Search:
    """Where one start of an optimiser ended: by which ``method``, at which log density, accepted or why not."""

    method: str
    value: float
    status: str


def concerns(program: Program, power: float, top: Optimum, optima: list[Optimum]) -> tuple[Concern, ...]:
    """Concerns about the best of several searches for the maximum of log-likelihood + ``power`` · log prior."""
    edges = _on_edge(program, top)
    flat = () if edges else flat_direction(program, program.coordinates.working(top.z), power)
    return (*_several(top, optima), *_ran_off(optima), *edges, *flat)


def _several(top: Optimum, optima: list[Optimum]) -> tuple[Concern, ...]:
    away = [distance for distance in distances(top, optima) if distance > APART]
    if not away:
        return ()
    detail = f"{len(away)} of {len(optima)} starts ended elsewhere, up to {max(away):.2g} SE away"
    return (Concern("several_modes", detail),)


def _ran_off(optima: list[Optimum]) -> tuple[Concern, ...]:
    reasons = [str(optimum.reason) for optimum in optima if optimum.status == "divergent"]
    return (Concern("ran_off", f"{len(reasons)} of {len(optima)}: {reasons[0]}"),) if reasons else ()


def _on_edge(program: Program, top: Optimum) -> tuple[Concern, ...]:
    held = [label for label, free in zip(program.layout.free_labels, np.isfinite(top.z), strict=True) if not free]
    if not held:
        return ()
    theta = program.coordinates.theta(top.z)
    values = [f"{label} = {theta[program.layout.labels.index(label)]:.6g}" for label in held]
    return (Concern("boundary", ", ".join(values)),)


def searches_of(method: str, optima: list[Optimum]) -> tuple[Search, ...]:
    """Where the searches of one method ended, for the record."""
    return tuple(Search(method, optimum.evaluation.value, optimum.status) for optimum in optima)
