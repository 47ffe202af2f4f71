"""What is of concern about an accepted optimum: other optima beside it, and edges it lies on."""

import numpy as np

from ..concerns import Concern
from ..contract.program import Program
from .optimum import Optimum, distances

_APART = 0.01
"""Standard errors: starts that end further apart than this have found different optima."""


def concerns(program: Program, top: Optimum, optima: list[Optimum]) -> tuple[Concern, ...]:
    """Concerns about the best of several searches."""
    return (*_several(top, optima), *_on_edge(program, top))


def _several(top: Optimum, optima: list[Optimum]) -> tuple[Concern, ...]:
    away = [distance for distance in distances(top, optima) if distance > _APART]
    if not away:
        return ()
    detail = f"{len(away)} of {len(optima)} starts ended elsewhere, up to {max(away):.2g} SE away"
    return (Concern("several_modes", detail),)


def _on_edge(program: Program, top: Optimum) -> tuple[Concern, ...]:
    held = [label for label, free in zip(program.layout.free_labels, np.isfinite(top.z), strict=True) if not free]
    if not held:
        return ()
    theta = program.coordinates.theta(top.z)
    values = [f"{label} = {theta[program.layout.labels.index(label)]:.6g}" for label in held]
    return (Concern("boundary", ", ".join(values)),)
