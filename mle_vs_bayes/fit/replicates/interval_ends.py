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
from ...intervals.interval import Ends, Interval, IntervalRequest
from ...intervals.profile.newton_ends import profile_ends
from ...model.model import Model
from ..row_table import Context, Subjects
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
    def subjects(self) -> Subjects:
        """The members as `row_table` takes them."""
        positions, datasets = [each.position for each in self.members], [each.data for each in self.members]
        return Subjects(self.program, self.context, positions, datasets, self.truths)

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


def of_kind(kind: str, group: Group, fitted: Modes, ok: NDArray[np.bool_]) -> Ends:
    """The ends of every data set that has an estimate."""
    ends = Ends.blank(group.subjects.shape)
    places = np.flatnonzero(ok)
    _, place, back = np.unique(group.likeness[places], return_index=True, return_inverse=True)
    different = places[place]
    left = _profiled(kind, group, fitted, different, ends) if kind in PROFILES else different
    for i in left.tolist():
        ends.put(i, _computed(kind, group, fitted, i))
    ends.copy(places, ends.at(different[back]))
    return ends


def _profiled(kind: str, group: Group, fitted: Modes, places: NDArray[np.intp], ends: Ends) -> NDArray[np.intp]:
    """Put in the profile intervals that can be computed together; the places of the others."""
    if not group.model.regular or not places.size:
        return places
    known = np.all(np.isfinite(fitted.covariance[places]), axis=(1, 2))
    together, power = places[known], PROFILES[kind]
    lower, upper = profile_ends(group.stack, fitted.theta[together], power, group.context.level, together)
    settled = np.all(np.isfinite(lower) & np.isfinite(upper), axis=1)
    ends.lower[together[settled]], ends.upper[together[settled]] = lower[settled], upper[settled]
    return np.setdiff1d(places, together[settled])


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
