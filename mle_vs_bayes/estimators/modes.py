"""Modes of R data sets: the one driver of maximum likelihood and MAP, which differ by the power of the prior.

Every data set is searched from the same kinds of starts, the best optimum is kept, audited and put on the model scale.
One data set is R = 1, so that `compare` and `fit_replicates` cannot disagree.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from .. import optional_parts
from ..concerns import Concern
from ..search import audit, edges
from ..search import expectation_maximisation as em
from ..search.optimum import Optima, best, maximise
from ..search.prior_path import mode_along_the_path
from ..search.problem import Problem
from ..search.starts import from_data, from_prior, inside, starts
from .estimate import ON_EDGE, Estimate, missing

Array = NDArray[np.float64]
Begin = Callable[[Array], tuple[Array, NDArray[np.intp]]]
"""Moves starts z ``(R, f)`` and says how many steps ``(R,)`` that took."""


@dataclass(frozen=True)
class Method:
    """An estimator that is a mode: its long name, the prior's power in it and how many starts it has."""

    name: str
    power: float
    starts: int
    starts_with_em: int
    """Of either kind, where the leaf has a step of EM: such likelihoods have several maxima."""
    no_mode: str = ""
    """What stands before the reason where there is none."""


MAXIMUM_LIKELIHOOD = Method("maximum_likelihood", 0.0, 3, 5)
MAXIMUM_A_POSTERIORI = Method("maximum_a_posteriori", 1.0, 2, 2, "the posterior has no interior mode: ")


@dataclass(eq=False)
class Modes:
    """One estimator on R data sets: θ ``(R, p)`` and covariances ``(R, p, p)``, NaN where ``status`` is not ok.

    ``value`` ``(R,)`` is the log density, ``gradient`` its length in standard errors, ``path`` how a row was reached.
    """

    name: str
    """The estimator's long name."""
    theta: Array
    covariance: Array
    value: Array
    status: list[str]
    reason: list[str | None]
    concerns: list[tuple[Concern, ...]]
    iterations: list[int | None]
    gradient: Array
    path: list[str]
    searches: list[tuple[audit.SearchRecord, ...]] = field(default_factory=list)
    which: NDArray[np.intp] | None = None
    """The search that found each."""
    no_error: list[str] = field(default_factory=list)
    """Why quantities have no standard error, where they have none."""
    whole: dict[int, Estimate] = field(default_factory=dict)
    """Of data sets that were fitted alone, by place."""

    def __post_init__(self) -> None:
        self.no_error = self.no_error or [ON_EDGE] * len(self.status)

    @classmethod
    def without(cls, name: str, count: int, size: int, status: str, reason: str | None) -> Self:
        """No number of ``count`` data sets with ``size`` parameters, for one reason."""
        return cls(
            name=name,
            theta=np.full((count, size), np.nan),
            covariance=np.full((count, size, size), np.nan),
            value=np.full(count, np.nan),
            status=[status] * count,
            reason=[reason] * count,
            concerns=[()] * count,
            iterations=[0] * count,
            gradient=np.full(count, np.nan),
            path=["joint"] * count,
            searches=[()] * count,
        )

    @classmethod
    def one(cls, estimate: Estimate) -> Self:
        """R = 1: an estimate that was fitted alone."""
        alone = cls.without(estimate.estimator, 1, len(estimate.labels), estimate.status, estimate.reason)
        alone.put(0, estimate)
        return alone

    def put(self, i: int, estimate: Estimate) -> None:
        """Take the estimate of one data set that was fitted alone."""
        nothing = np.full_like(self.covariance[i], np.nan)
        self.theta[i], self.status[i], self.reason[i] = estimate.point, estimate.status, estimate.reason
        self.covariance[i] = nothing if estimate.covariance is None else estimate.covariance
        self.concerns[i], self.path[i], self.no_error[i] = estimate.concerns, "single", estimate.no_error
        self.iterations[i], self.whole[i] = estimate.iterations, estimate
        self.gradient[i] = np.nan if estimate.gradient is None else estimate.gradient

    def estimate(self, labels: tuple[str, ...], i: int = 0) -> Estimate:
        """One of them as an `Estimate`."""
        if i in self.whole:
            return self.whole[i]
        shared: dict[str, Any] = {
            "concerns": self.concerns[i],
            "iterations": self.iterations[i],
            "gradient": None if np.isnan(self.gradient[i]) else float(self.gradient[i]),
            "searches": self.searches[i],
        }
        if self.status[i] != "ok":
            return missing(self.name, labels, self.status[i], str(self.reason[i]), **shared)
        covariance = self.covariance[i]
        return Estimate(
            estimator=self.name,
            labels=labels,
            point=self.theta[i],
            covariance=None if np.all(np.isnan(covariance)) else covariance,
            log_likelihood=float(self.value[i]),
            no_error=self.no_error[i],
            **shared,
        )


def modes(
    method: Method,
    problem: Problem,
    start: Array,
    seed: int,
    count: int | None = None,
    begin: Begin | None = None,
    more: Sequence[Array] = (),
) -> Modes:
    """The modes of R densities from starts θ ``(R, p)``, each searched from ``count`` places.

    ``begin`` may move the first z ``(R, f)``, and returns how many steps ``(R,)`` that took (`find_MAP`). ``more``
    are starts z ``(R, f)`` of other kinds: where another estimator has its optimum, the highest draw of a posterior.
    ``status`` is ``divergent`` where there is no maximum (separation, no event), with the direction in ``reason``;
    ``failed`` where no search reached a zero gradient; ``not_applicable`` where the leaf refuses.
    """
    first = problem.density(0)
    if refusal := first.model.no_optimum(first.data, method.power):
        return Modes.without(method.name, problem.count, problem.layout.size, "not_applicable", refusal)
    with_em = method.power == 0 and em.available(first)
    centre = inside(problem, start, problem.density)
    begins = starts(problem, centre, count or (method.starts_with_em if with_em else method.starts), seed)
    beside = _Beside()
    direct = [_searched(problem, begins[0], begin), *beside.searches(problem, lambda: begins[1:])]
    by_em = [em.em_ascent(problem, place) for place in begins] if with_em else []
    others = beside.searches(problem, lambda: [*from_data(problem, centre), *more])
    edges.refuse_vanishing(problem, centre, [*direct, *by_em, *others])
    if not best([*direct, *by_em, *others])[0].converged.all():
        others += beside.searches(problem, lambda: _of_other_kinds(problem, method, centre, seed))
    # A search that began far away and led nowhere says nothing of the others' optimum.
    others = [search for search in others if search.converged.any()]
    top, which = best([*direct, *by_em, *others])
    chosen = _modes(method, top, which, np.where(np.all(top.z == centre, axis=1)[:, None], start, top.theta))
    remarks = audit.concerns(top, [*direct, *by_em, *others])
    apart = em.disagreement(direct, by_em) if by_em else [()] * problem.count
    doubts = method.power == 0 and "doubtful" in first.model.offers
    for i in range(problem.count):
        ended = (("Newton", direct), ("EM", by_em), ("Newton", others))
        chosen.searches.append(tuple(search for name, each in ended for search in audit.searches_of(name, each, i)))
        if method.power == 0 and np.isinf(top.z[i]).any() and _unidentified(problem, chosen, i):
            continue
        if chosen.status[i] == "ok":
            doubt = _doubts(problem, chosen, i) if doubts else ()
            chosen.concerns[i] = (*remarks[i], *apart[i], *doubt, *beside.concerns)
        else:
            _explain(method, problem, chosen, top, i)
    return chosen


@dataclass
class _Beside:
    """Searches beside the first; of a program that is too slow for them, those that are dropped leave a concern."""

    reasons: list[str] = field(default_factory=list)

    def searches(self, problem: Problem, places: Callable[[], Sequence[Array]]) -> list[Optima]:
        """From each of the places, as far as they can be afforded."""
        optima: list[Optima] = []  # those that are done stay when the next is too costly

        def search() -> None:
            optima.extend(maximise(problem, place) for place in places())

        optional_parts.afforded(search, self.reasons.append)
        return optima

    @property
    def concerns(self) -> tuple[Concern, ...]:
        return tuple(Concern("slow_gradient", f"{reason}; left out: further starts") for reason in self.reasons[:1])


def _of_other_kinds(problem: Problem, method: Method, centre: Array, seed: int) -> list[Array]:
    """Starts z ``(R, f)`` for what was not found: the other estimator's optimum, and draws from a program's prior."""
    other = maximise(problem.at_power(1.0 - method.power), centre, rescue=False)
    settled = np.where(other.converged[:, None] & np.isfinite(other.z), other.z, centre)
    return [*([settled] if other.converged.any() else []), *from_prior(problem, seed)]


def _unidentified(problem: Problem, estimates: Modes, i: int) -> bool:
    """What is in no term of the likelihood on the edge where it is highest has no estimate."""
    density = problem.density(i)
    reason = density.model.unidentified(density.data) if estimates.status[i] == "ok" else None
    if reason:
        estimates.theta[i] = estimates.covariance[i] = estimates.value[i] = np.nan
        estimates.status[i], estimates.reason[i] = "not_applicable", reason
    return bool(reason)


def _searched(
    problem: Problem, start: Array, begin: Callable[[Array], tuple[Array, NDArray[np.intp]]] | None
) -> Optima:
    if begin is None:
        return maximise(problem, start)
    moved, steps = begin(start)
    optima = maximise(problem, moved)
    optima.iterations[:] += steps
    return optima


def _modes(method: Method, top: Optima, which: NDArray[np.intp], theta: Array) -> Modes:
    ok = top.converged
    return Modes(
        name=method.name,
        theta=np.where(ok[:, None], theta, np.nan),
        covariance=top.covariance,
        value=top.value,
        status=[top.status(i) for i in range(len(ok))],
        reason=[None] * len(ok),
        concerns=[()] * len(ok),
        iterations=top.iterations.tolist(),
        gradient=top.decrement.copy(),
        path=["joint"] * len(ok),
        which=which,
        no_error=[top.kinked[i].no_error if i in top.kinked else ON_EDGE for i in range(len(ok))],
    )


def _doubts(problem: Problem, estimates: Modes, i: int) -> tuple[Concern, ...]:
    """What the leaf itself doubts of a maximum of its likelihood, as a component that has almost collapsed."""
    density = problem.density(i)
    doubt = density.model.doubtful(problem.layout.split(estimates.theta[i]), density.data)
    return (Concern("spurious", doubt),) if doubt else ()


def _explain(method: Method, problem: Problem, estimates: Modes, top: Optima, i: int) -> None:
    """Why a data set has no mode: what the leaf knows of its data, or where the search has gone.

    A mode that is far from every start in posterior standard deviations may still be reached along the prior's path.
    """
    density = problem.density(i)
    if method.power:
        reached = mode_along_the_path(density)
        if reached.status == "ok":
            estimates.theta[i] = density.coordinates.theta(reached.z)
            estimates.covariance[i] = density.coordinates.covariance(reached.z, reached.evaluation.hessian)
            estimates.value[i], estimates.gradient[i] = reached.evaluation.value, reached.decrement
            estimates.iterations[i] = (estimates.iterations[i] or 0) + reached.iterations
            estimates.status[i], estimates.path[i] = "ok", "single"
            return
    known = None if method.power else density.model.divergence(density.data)
    estimates.status[i] = "divergent" if known else estimates.status[i]
    reason = f"{method.no_mode}{known or top.reason(i)}"
    if method.power:
        theta = problem.coordinates.of(i).theta(top.z[i])
        edge = next((k for k, value in enumerate(theta) if abs(value) < 1e-3), None)
        reason += "" if edge is None else f" ({problem.layout.labels[edge]} = {theta[edge]:.2g})"
    code = "gradient" if estimates.status[i] == "failed" else "boundary" if method.power else "divergent"
    estimates.reason[i], estimates.concerns[i] = reason, (Concern(code, reason),)
