"""Ends of intervals that are made of one data set at a time: profiles, bootstraps, sandwiches, theory.

Equal data sets, as counts often are, have equal intervals, which are computed once. Profiles are computed for all data
sets at once where that succeeds, and one after the other where it does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import intervals
from ...density.density import Density
from ...density.stack import Stack
from ...estimators.estimate import Estimate
from ...estimators.modes import Modes
from ...intervals.interval import Interval, IntervalRequest
from ...intervals.profile.batch import profile_ends
from ...model.model import Model
from ..quantities import Context
from .stacking import Member

Array = NDArray[np.float64]
PROFILES = {"profile": 0.0, "profile_penalised": 1.0}
"""Kinds that many data sets have computed at once, with the power of the prior in their density."""


@dataclass(frozen=True, eq=False)
class Group:
    """Members of one shape, with what their rows share."""

    model: Model
    stack: Stack
    members: Sequence[Member]
    context: Context
    truths: Sequence[Mapping[str, float]]
    programs: dict[int, Density] = field(default_factory=dict)
    """Of single members, by position: kinds of interval share what they compile and resample."""

    @property
    def program(self) -> Density:
        """The program that the stack repeats."""
        return self.stack.program

    @cached_property
    def likeness(self) -> NDArray[np.intp]:
        """A number per member ``(R,)``, the same for equal data and priors: the place of the first of them."""
        first: dict[Any, int] = {}
        return np.array([first.setdefault(each.likeness, i) for i, each in enumerate(self.members)], dtype=np.intp)

    def alone(self, i: int) -> Density:
        """The program of one member."""
        if i not in self.programs:
            self.programs[i] = self.members[i].program(self.model)
        return self.programs[i]


@dataclass(frozen=True)
class Ends:
    """Of one kind of interval ``(R, q)``: ends, and status and reason where those are the interval's own."""

    lower: Array
    upper: Array
    status: NDArray[Any]
    reason: NDArray[Any]


def of_kind(kind: str, group: Group, fitted: Modes, ok: NDArray[np.bool_]) -> Ends:
    """The ends of every data set that has an estimate."""
    shape = (len(ok), len(group.program.quantity_labels))
    found = Ends(np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, None), np.full(shape, None))
    wanted = np.flatnonzero(ok)
    _, place, back = np.unique(group.likeness[wanted], return_index=True, return_inverse=True)
    different = wanted[place]
    left = _profiled(kind, group, fitted, different, found) if kind in PROFILES else different
    for i in left.tolist():
        for k, interval in enumerate(_computed(kind, group, fitted, i)):
            _put(found, (i, k), interval)
    for of in (found.lower, found.upper, found.status, found.reason):
        of[wanted] = of[different[back]]
    return found


def _profiled(kind: str, group: Group, fitted: Modes, wanted: NDArray[np.intp], found: Ends) -> NDArray[np.intp]:
    """Put in the profile intervals that can be computed together; the places of the others."""
    if not group.model.regular or not wanted.size:
        return wanted
    known = np.all(np.isfinite(fitted.covariance[wanted]), axis=(1, 2))
    together, power = wanted[known], PROFILES[kind]
    lower, upper = profile_ends(group.stack, fitted.theta[together], power, group.context.level, together)
    settled = np.all(np.isfinite(lower) & np.isfinite(upper), axis=1)
    found.lower[together[settled]], found.upper[together[settled]] = lower[settled], upper[settled]
    return np.setdiff1d(wanted, together[settled])


def _computed(kind: str, group: Group, fitted: Modes, i: int) -> list[Interval]:
    """The intervals of one replicate, as `compare` computes them."""
    program, context = group.alone(i), group.context
    estimate = Estimate(
        estimator="maximum_likelihood",
        labels=program.layout.labels,
        point=fitted.theta[i],
        covariance=None if np.all(np.isnan(fitted.covariance[i])) else fitted.covariance[i],
        log_likelihood=float(fitted.value[i]),
        no_error=fitted.no_error[i],
    )
    return intervals.KINDS[kind].compute(
        IntervalRequest(program, estimate, context.level, context.seed, context.resamples)
    )


def _put(ends: Ends, place: tuple[int, int], interval: Interval) -> None:
    ends.lower[place] = np.nan if interval.lower is None else interval.lower
    ends.upper[place] = np.nan if interval.upper is None else interval.upper
    if interval.reason is not None:
        ends.status[place], ends.reason[place] = interval.status, interval.reason
