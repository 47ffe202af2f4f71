"""Searches that ask for a log density at some points at a time and are told: so that many of them share one evaluation.

A search is a generator. It yields points and receives values, gradients and Hessians there; what it returns is what it
has found. An evaluation of forty points costs hardly more than that of one, so that searches ask for several points
where they can, and those of many data sets go side by side.
"""

from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Derivatives = tuple[Array, Array, Array]
"""Values ``(r,)``, gradients ``(r, f)`` and Hessians ``(r, f, f)``."""
type Search[T] = Generator[Array, Derivatives, T]
"""Yields points ``(r, f)``."""
Evaluate = Callable[[Array, Index], Derivatives]
"""Points ``(r, f)`` and the places ``(r,)`` of the searches that ask for them."""


_SCALES = 40
"""Steps by four to a coordinate's unit."""


class SpentError(Exception):
    """No more evaluations are to be made. Never leaves this folder."""


def at(z: Array) -> Search[tuple[float, Array, Array]]:
    """Value, gradient ``(f,)`` and Hessian ``(f, f)`` at one point ``(f,)``."""
    values, gradients, hessians = yield z[None]
    return float(values[0]), gradients[0], hessians[0]


def changed[T](
    search: Search[T], asked: Callable[[Array], Array], received: Callable[[Derivatives], Derivatives]
) -> Search[T]:
    """The search in other coordinates: ``asked`` of its points is evaluated, and it gets ``received`` of that."""
    try:
        points = next(search)
        while True:
            points = search.send(received((yield asked(points))))
    except StopIteration as end:
        result: T = end.value
        return result


def limited[T](search: Search[T], most: int) -> Search[T]:
    """The search, which may ask so often.

    Raises
    ------
    SpentError
        It asks more often.
    """
    left = most

    def count(points: Array) -> Array:
        nonlocal left
        left -= 1
        if left < 0:
            raise SpentError
        return points

    return (yield from changed(search, count, lambda answer: answer))


def abreast[T](searches: Iterable[Search[T]]) -> Search[list[T]]:
    """Several searches of one density as one; their results in their order."""
    under_way = dict(enumerate(searches))
    results: dict[int, Any] = {}
    asked = _advanced(under_way, dict.fromkeys(under_way), results)
    while asked:
        answers = yield np.concatenate(list(asked.values()))
        asked = _advanced(under_way, _parted(asked, answers), results)
    return [results[place] for place in sorted(results)]


def run[T](searches: Mapping[int, Search[T]], evaluate: Evaluate, together: int) -> dict[int, T]:
    """The results of the searches, each of the density at its place; ``together`` points are evaluated in one call."""
    results: dict[int, T] = {}
    with np.errstate(all="ignore"):
        asked = _advanced(searches, dict.fromkeys(searches), results)
        while asked:
            points = np.concatenate(list(asked.values()))
            index = np.repeat(np.array(list(asked), dtype=np.intp), [len(each) for each in asked.values()])
            firsts = range(0, len(points), together)
            parts = [evaluate(points[k : k + together], index[k : k + together]) for k in firsts]
            values, gradients, hessians = (np.concatenate(each) for each in zip(*parts, strict=True))
            asked = _advanced(searches, _parted(asked, (values, gradients, hessians)), results)
    return results


def _advanced[T](
    searches: Mapping[int, Search[T]], answers: Mapping[int, Derivatives | None], results: dict[int, T]
) -> dict[int, Array]:
    """What those searches ask for next that have one of the ``answers``; results of those that have come to an end."""
    asked = {}
    for place, answer in answers.items():
        try:
            asked[place] = next(searches[place]) if answer is None else searches[place].send(answer)
        except StopIteration as end:
            results[place] = end.value
    return asked


def _parted(asked: Mapping[int, Array], answers: Derivatives) -> dict[int, Derivatives]:
    """To each its own of what was evaluated together."""
    if len(asked) == 1:
        return dict.fromkeys(asked, answers)
    ends = np.cumsum([len(points) for points in asked.values()]).tolist()
    values, gradients, hessians = answers
    firsts = [0, *ends[:-1]]
    return {
        place: (values[first:end], gradients[first:end], hessians[first:end])
        for place, first, end in zip(asked, firsts, ends, strict=True)
    }


def units(start: Array) -> Search[Array]:
    """How far each coordinate ``(f,)`` must move inside the support for the log density to change by about one."""
    size = len(start)
    steps, grown = 1e-3 * (1 + np.abs(start)), np.zeros(size, dtype=np.int64)
    searched, (height,), _, _ = np.arange(size), *(yield start[None])
    for _ in range(_SCALES):
        ways = np.eye(size)[searched] * steps[searched, None]
        values, _, _ = yield np.concatenate([start + ways, start - ways])
        changes = np.abs(values.reshape(2, -1) - height)
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

    def in_unit(derivatives: Derivatives) -> Derivatives:
        value, gradient, hessian = derivatives
        return value, unit * gradient, unit[:, None] * hessian * unit

    return changed(search, lambda x: start + unit * x, in_unit)
