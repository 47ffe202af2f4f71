"""The maxima of R log densities: found by Newton's method, by a trust region where that fails, and judged.

Everything happens in working coordinates z with the exact gradient and Hessian; an optimum is
accepted only when the gradient is zero in units of the standard error and the information is
positive definite. What an optimiser says of itself (``success``, ``hess_inv``) is never used.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..density.coordinates import silent, without
from ..density.density import Density, Evaluation
from . import edges
from .kinks.kinked_optimum import KinkedOptimum, standing
from .newton import GRADIENT_TOLERANCE, NewtonState, joined, newton_ascent, stand, trust_region
from .problem import Problem, among, of_density

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = NDArray[np.intp]


@dataclass(frozen=True)
class Optimum:
    """Where one search ended: z ``(f,)``, the log density there, and whether it is an optimum.

    ``decrement`` is √(gᵀ(−H)⁻¹g), the Newton step's length in standard errors; NaN where the
    information is not positive definite. ``free`` marks the coordinates that are not on a closed
    edge of their support (z is infinite there).
    """

    z: Array
    evaluation: Evaluation
    decrement: float
    iterations: int
    status: str
    reason: str | None = None

    @classmethod
    def without(cls, size: int, status: str, reason: str | None) -> Self:
        """No optimum of a density of ``size`` coordinates, and why."""
        nothing = np.full(size, np.nan)
        return cls(nothing, Evaluation(np.nan, nothing, np.full((size, size), np.nan)), np.nan, 0, status, reason)

    @property
    def free(self) -> Bools:
        return np.isfinite(self.z)


@dataclass(frozen=True, eq=False)
class Optima:
    """Where R searches ended, each with its own verdict; numbers on the model scale are NaN where it is not ok.

    ``start`` ``(R, f)`` is where each began, ``end`` where it ended, ``iterations`` ``(R,)`` counts the steps tried.
    """

    problem: Problem
    start: Array
    end: NewtonState
    converged: Bools
    iterations: Index
    kinked: dict[int, KinkedOptimum] = field(default_factory=dict)
    """The optima that lie on kinks or where a support ends that follows the data, by their place."""

    @property
    def z(self) -> Array:
        return self.end.z

    @property
    def decrement(self) -> Array:
        """Length of the gradient ``(R,)`` in standard errors."""
        return self.end.length

    @cached_property
    def value(self) -> Array:
        """The log density ``(R,)``."""
        return np.where(self.converged, self.end.value, np.nan)

    @cached_property
    def theta(self) -> Array:
        """The optima ``(R, p)`` on the model scale."""
        with np.errstate(all="ignore"):
            theta = self.problem.coordinates.theta(self.z)
        for i, corner in self.kinked.items():
            theta[i] = corner.theta
        return np.where(self.converged[:, None], theta, np.nan)

    @cached_property
    def covariance(self) -> Array:
        """J (−H)⁻¹ Jᵀ ``(R, p, p)`` on the model scale; NaN for parameters on an edge."""
        ok = self.converged[:, None, None]
        hessian = np.where(ok, self.end.hessian, -np.eye(self.z.shape[1]))
        with np.errstate(all="ignore"):
            covariance = self.problem.coordinates.covariance(
                np.where(ok[:, 0], self.z, 0.0), hessian, self.problem.held
            )
        for i, corner in self.kinked.items():
            covariance[i][corner.pinned] = np.nan
            covariance[i][:, corner.pinned] = np.nan
        return np.where(ok, covariance, np.nan)

    @cached_property
    def divergent(self) -> Bools:
        """Which searches ran off to an edge or stopped where the density falls to 0 with the next step ``(R,)``."""
        divergent = self.gone >= 0
        for i in np.flatnonzero(~self.converged & ~divergent):
            divergent[i] = self._beyond(int(i))
        return divergent

    @cached_property
    def gone(self) -> Index:
        """The coordinate ``(R,)`` by which each search that found nothing has run off; −1 of the others."""
        return edges.gone(self.problem, self.end, self.start, ~self.converged)

    def _beyond(self, i: int) -> bool:
        """Whether the next full step of a search that has stopped leads to values with a density of 0."""
        if not np.isfinite(self.end.value[i]):
            return bool(self.end.length[i] <= GRADIENT_TOLERANCE)  # a density of 0 has derivatives, too
        if not np.isfinite(self.end.length[i]) or not np.all(np.isfinite(self.end.step[i])):
            return False
        ahead, _, _ = self.problem.evaluate(self.z[i : i + 1] + self.end.step[i], np.array([i]))
        return not np.isfinite(ahead[0])

    def status(self, i: int) -> str:
        """``ok``, ``divergent`` or ``failed``."""
        return "ok" if self.converged[i] else "divergent" if self.divergent[i] else "failed"

    def reason(self, i: int) -> str | None:
        """Why a search has no optimum, in words."""
        if self.converged[i]:
            return None
        z = self.z[i]
        if direction := edges.runaway(self.problem, z, self.start[i], int(self.gone[i]), i):
            return direction
        if self.divergent[i]:
            return edges.at_an_end(self.problem, z, i)
        if np.isnan(self.end.length[i]):
            return edges.indefinite(self.problem, self.end.gradient[i], self.end.hessian[i], np.isfinite(z))
        return f"the optimiser stopped {self.end.length[i]:.2g} SE from a zero gradient"

    def __getitem__(self, i: int) -> Optimum:
        """One of them."""
        evaluation = Evaluation(float(self.end.value[i]), self.end.gradient[i], self.end.hessian[i])
        decrement, iterations = float(self.end.length[i]), int(self.iterations[i])
        return Optimum(self.z[i], evaluation, decrement, iterations, self.status(i), self.reason(i))


def maximise(problem: Problem, start: Array, *, rescue: bool = True) -> Optima:
    """Search from ``start`` ``(R, f)`` and judge where each search ends; never raises on a bad likelihood.

    Newton's method goes first. A search that runs to an edge which belongs to the support begins again from that edge;
    one that is lost, neither at an optimum nor off to an edge, is tried again by a trust region (``rescue``).
    """
    places = [
        np.arange(first, min(first + problem.together, len(start))) for first in range(0, len(start), problem.together)
    ]
    parts = [_ascent(problem, start[place], place) for place in places]
    end = joined([part[0] for part in parts])
    converged, tried = (np.concatenate([part[k] for part in parts]) for k in (1, 2))
    _leave_inflections(problem, end, converged, tried)
    optima = Optima(problem, start, end, converged, tried)
    lost = np.flatnonzero(~converged & (edges.gone(problem, end, start, ~converged) < 0)).tolist() if rescue else []
    kinked = problem.kinked if len(lost) else False
    if kinked:
        _take_corners(optima, lost)
    for i in lost:
        if not converged[i]:
            _try_trust_region(optima, i)
    if kinked is None:
        _take_corners(optima, [i for i in lost if not converged[i]])
    return optima


def _take_corners(optima: Optima, lost: Sequence[int]) -> None:
    """Put those that are lost on the kinks that they are led to, if there are any."""
    problem, end = optima.problem, optima.end
    corners = standing(problem, {i: (optima.start[i], end.z[i]) for i in lost})
    for i, corner in corners.items():
        if not _known_to_run_off(problem, i, corner.top.z, optima.start[i]):
            end.put(np.array([i]), corner.end, np.ones(1, dtype=np.bool_))
            optima.converged[i], optima.kinked[i] = True, corner


def _try_trust_region(optima: Optima, i: int) -> None:
    """Search again by SciPy's trust region from one's start, then by Newton's method from where that ends."""
    end, only = optima.end, np.array([i])
    begin, steps = trust_region(optima.problem.alone(i), optima.start[i])
    again, accepted, more = _ascent(optima.problem, begin[None], only)
    if accepted[0] or again.value[0] > end.value[i]:
        end.put(only, again, np.ones(1, dtype=np.bool_))
        optima.converged[i] = accepted[0]
    optima.iterations[i] += steps + more[0]


def _leave_inflections(problem: Problem, end: NewtonState, converged: Bools, tried: Index) -> None:
    """Begin again beside what has no curvature in some direction, and may rise there (a skew normal at alpha = 0)."""
    # Where the information is singular but for rounding, the first two derivatives do not tell a maximum from an
    # inflection or a saddle. A search from half an SE to either side ends higher if it was none.
    held = np.isinf(end.z) | silent(end.hessian) | problem.fixed | ~converged[:, None]
    information = without(held, -end.hessian)
    information[~np.all(np.isfinite(information), axis=(1, 2))] = np.eye(held.shape[1])
    size = np.sqrt(np.abs(np.diagonal(information, axis1=1, axis2=2)))
    size[size == 0] = 1.0
    values, vectors = np.linalg.eigh(information / (size[:, :, None] * size[:, None, :]))
    for i in np.flatnonzero(values[:, 0] <= edges.SINGULAR):
        z, least, only = end.z[i].copy(), end.value[i] + 1e-9 * (1 + abs(end.value[i])), np.array([i])
        for way in (edges.ASIDE, -edges.ASIDE):
            again, accepted, more = _ascent(problem, (z + way * vectors[i, :, 0] / size[i])[None], only)
            tried[i] += more[0]
            if again.value[0] > max(least, end.value[i]):
                end.put(only, again, np.ones(1, dtype=np.bool_))
                converged[i] = accepted[0]


def _known_to_run_off(problem: Problem, i: int, z: Array, start: Array) -> bool:
    """Whether z ``(f,)`` is far off and the model says that the likelihood has no maximum: rounding has kinks, too."""
    density = problem.density(i)
    far = edges.leaving(problem, z[None], start[None])[0] >= 0
    return bool(far) and density.model.divergence(density.data) is not None


def run_off(problem: Problem, z: Array, start: Array, iterations: Index) -> Optima:
    """Searches of another method that have left for an edge, as they stand at z ``(R, f)``: none is an optimum."""
    end = stand(problem.evaluate, z, np.arange(len(z)), problem.layout.bounded, problem.held)
    return Optima(problem, start, end, np.zeros(len(z), dtype=np.bool_), iterations)


def _ascent(problem: Problem, start: Array, place: Index) -> tuple[NewtonState, Bools, Index]:
    """Newton's method for the data sets at ``place``; where it runs to a closed edge, again from that edge."""
    evaluate, bounded = among(problem.evaluate, place), problem.layout.bounded
    end, converged, tried = newton_ascent(evaluate, start, bounded, problem.held, problem.steps)
    on = ~converged
    while True:  # one edge may lead to the next: a correlation with x runs off before what varies with x is 0
        on_edge = edges.closed(problem, end.z, start)
        lost = np.flatnonzero(on & np.any(np.isinf(on_edge) & ~np.isinf(end.z), axis=1))
        if not lost.size:
            return end, converged, tried
        part = among(evaluate, lost)
        again, accepted, more = newton_ascent(part, on_edge[lost], bounded, problem.held, problem.steps)
        level = again.value >= end.value[lost] - 1e-9
        end.put(lost, again, level)
        converged[lost], on[lost], tried[lost] = accepted & level, level & ~accepted, tried[lost] + more


def best(searches: Sequence[Optima]) -> tuple[Optima, Index]:
    """Of each data set the accepted optimum with the highest density, the highest of all if none was accepted.

    Densities equal to rounding count as equal, and the earliest of them is taken: the leaf's own
    start may be the closed form, exact to the last digit. The index ``(R,)`` says which search it was.
    """
    converged = np.stack([s.converged for s in searches])
    # A density of +∞ is an overflow and no optimum; without an accepted search the highest end tells most about why.
    height = np.nan_to_num(np.stack([s.end.value for s in searches]), nan=-np.inf, posinf=-np.inf)
    height = np.where(converged | ~converged.any(axis=0), height, -np.inf)
    top = height.max(axis=0)
    with np.errstate(invalid="ignore", over="ignore"):
        nearly = np.where(np.isfinite(top), top - 1e-9 * (1 + np.abs(top)), top)
    which = np.argmax(height >= nearly, axis=0)
    everyone = np.arange(converged.shape[1])
    ends = joined([s.end for s in searches]).take(which * len(everyone) + everyone)
    start, iterations = (np.stack([getattr(s, n) for s in searches])[which, everyone] for n in ("start", "iterations"))
    kinked = {i: searches[k].kinked[i] for i, k in enumerate(which.tolist()) if i in searches[k].kinked}
    return Optima(searches[0].problem, start, ends, converged[which, everyone], iterations, kinked), which


def distances(top: Optima, other: Optima) -> Array:
    """How far the accepted optima of another search lie from these ``(R,)``, in standard errors of z.

    Infinite if one is on another edge; NaN where one of the two is not accepted.
    """
    on_edge = np.isinf(top.z)
    held = on_edge | silent(top.end.hessian)
    both = top.converged & other.converged
    # SE along each coordinate from the inverse information, not from its diagonal: two ends on a long ridge are one
    # optimum as far as the data tell.
    information = np.where(both[:, None, None], without(held, -top.end.hessian), np.eye(top.z.shape[1]))
    with np.errstate(all="ignore"):
        try:
            inverse = np.linalg.inv(information)
        except np.linalg.LinAlgError:  # of a plateau that is accepted as level to the last digit
            inverse = np.linalg.pinv(information, hermitian=True)
        se = np.sqrt(np.diagonal(inverse, axis1=1, axis2=2))
        away = np.max(np.abs(np.where(held, 0.0, other.z - top.z) / se), axis=1)
    elsewhere = np.any(on_edge != np.isinf(other.z), axis=1)
    return np.where(both, np.where(elsewhere, np.inf, away), np.nan)


def maximum(density: Density, power: float, start: Array) -> Optimum:
    """The maximum of one density, searched for from ``start`` ``(f,)``."""
    return maximise(of_density(density, power), start[None])[0]
