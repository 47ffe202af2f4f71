"""A log density whose coordinates are counted in units of its own."""

import numpy as np

from .evaluation import Array, Derivatives, Search, changed

_SCALES = 40
"""Steps by four to a coordinate's unit."""


def units(start: Array) -> Search[Array]:
    """How far each coordinate ``(f,)`` must move inside the support for the log density to change by about one."""
    size = len(start)
    steps, grown = 1e-3 * (1 + np.abs(start)), np.zeros(size, dtype=np.int64)
    searched, (here,), _, _ = np.arange(size), *(yield start[None])
    for _ in range(_SCALES):
        ways = np.eye(size)[searched] * steps[searched, None]
        values, _, _ = yield np.concatenate([start + ways, start - ways])
        changes = np.abs(values.reshape(2, -1) - here)
        inside = np.isfinite(changes)  # the start may be next to an end
        grows = np.where(inside.any(axis=0) & (np.max(np.where(inside, changes, 0.0), axis=0) < 1), 1, -1)
        # A coordinate is done where its step was too long and is now too short, or the other way round.
        going = (grown[searched] == 0) | (grown[searched] == grows)
        searched, grows = searched[going], grows[going]
        if not searched.size:
            break
        grown[searched] = grows
        steps[searched] *= np.where(grows > 0, 4.0, 0.25)
    return steps


def in_units[T](search: Search[T], start: Array, unit: Array) -> Search[T]:
    """A search in coordinates that say how many units each is from the start."""

    def told(derivatives: Derivatives) -> Derivatives:
        value, gradient, hessian = derivatives
        return value, unit * gradient, unit[:, None] * hessian * unit

    return changed(search, lambda x: start + unit * x, told)
