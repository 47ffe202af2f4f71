"""The one maker of rows: estimates, intervals and diagnostics of R data sets, ``(R, q)`` each, become columns.

`compare` is R = 1 and `fit_replicates` is R data sets of one shape, so that both say the same of the same data.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from .. import intervals
from ..data.dataset import Dataset
from ..density.density import Density
from ..estimators.estimate import ON_EDGE, stated
from ..intervals.delta import standard_errors
from ..intervals.interval import RESAMPLES, Ends
from ..model.moments import Missing, missing
from ..model.prior import Prior
from ..rows import MODEL_SCALE
from ..sampling.diagnostics import Diagnostics
from ..search.problem import Problem, of_density

_NO_TEXT = np.array(None, dtype=object)
Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Texts = NDArray[Any]
"""Sentences or None."""


@dataclass(frozen=True)
class Context:
    """What every row of one fit shares."""

    level: float
    seed: int
    variant: str = "default"
    truth: Mapping[str, float] | None = None
    kinds: tuple[str, ...] = ()
    """Of interval; the defaults where there are none."""
    scale: str = MODEL_SCALE
    """``unconstrained`` adds the mode of that density to the MAP's rows, under its own label."""
    resamples: int = RESAMPLES
    """Refits of a bootstrap."""


@dataclass(frozen=True, eq=False)
class Subjects:
    """R data sets of one shape, each with its priors and truths, and what is asked of all of them.

    ``program`` is the density of any of them, ``positions`` are their places among those given, ``problem`` gives their
    log densities under a power of the prior, and ``alone`` the density of one.
    """

    program: Density
    context: Context
    positions: Sequence[int | None]
    datasets: Sequence[Dataset]
    priors: Sequence[Mapping[str, Prior]]
    truths: Sequence[Mapping[str, float]]
    likeness: NDArray[np.intp]
    """A number per data set ``(R,)``, the same for equal data and priors: the place of the first of them."""
    problem: Callable[[float], Problem]
    alone: Callable[[int], Density]

    @classmethod
    def one(cls, program: Density, context: Context) -> Self:
        """One data set: R = 1."""
        return cls(
            program,
            context,
            [None],
            [program.data],
            [program.priors],
            [context.truth or {}],
            np.zeros(1, dtype=np.intp),
            lambda power: of_density(program, power),
            lambda i: program,
        )

    @property
    def shape(self) -> tuple[int, int]:
        """``(R, q)``."""
        return len(self.datasets), len(self.program.quantity_labels)

    def lacking(self, ok: Bools) -> list[tuple[Missing, ...]]:
        """Which moments each posterior lacks ``(R)``, none where it is not ``ok``; of equal data worked out once."""
        program, known = self.program, dict[int, tuple[Missing, ...]]()
        nothing = (Missing(),) * len(program.quantity_labels)
        for place, data, priors in zip(self.likeness.tolist(), self.datasets, self.priors, strict=True):
            if place not in known:
                known[place] = missing(program.model, program.layout, data, priors, program.prior_power)
        return [known[place] if fine else nothing for place, fine in zip(self.likeness.tolist(), ok, strict=True)]


def of_points(
    subjects: Subjects, theta: Array, covariance: Array, ok: Bools, no_error: Sequence[str]
) -> dict[str, Any]:
    """Quantities at optima θ ``(R, p)``, their standard errors, and why there is none of either.

    ``void`` are reasons why a quantity says nothing at such an optimum.
    """
    program = subjects.program
    with np.errstate(all="ignore"):
        values = program.quantities(theta)
        errors = standard_errors(program, theta, covariance)
    values, errors = np.where(ok[:, None], values, np.nan), np.where(ok[:, None], errors, np.nan)
    reason = np.where(ok[:, None] & ~np.isfinite(errors), spread(no_error, values.shape), _NO_TEXT)
    for place in zip(*np.nonzero(ok[:, None] & ~np.isfinite(values)), strict=True):
        reason[place] = _infinite(float(values[place]))
    finite = np.isfinite(values)
    numbers = {
        "estimate": np.where(finite, values, np.nan),
        "se": np.where(finite & np.isfinite(errors), errors, np.nan),
    }
    return {**numbers, "reason": reason, "void": _void(subjects, theta, ok)}


def _void(subjects: Subjects, theta: Array, ok: Bools) -> Texts:
    program, labels = subjects.program, list(subjects.program.quantity_labels)
    void = np.full(subjects.shape, None)
    for i in np.flatnonzero(ok).tolist():
        reasons = program.model.meaningless(program.layout.split(theta[i]), subjects.datasets[i])
        for label, reason in reasons.items():
            void[i, labels.index(label)] = reason
    return void


def _infinite(value: float) -> str:
    """Why a derived quantity has no estimate: the odds where every trial is a success."""
    return f"its value at the estimate is {value:g}".replace("inf", "infinite").replace("nan", "not a number")


def of_draws(summaries: Diagnostics, lacking: Sequence[Sequence[Missing]]) -> dict[str, Any]:
    """Posteriors from summaries of their draws ``(R, q)``, without the moments that do not exist."""
    numbers = {name: getattr(summaries, name) for name in ("ess_bulk", "ess_tail", "rhat", "mcse", "median")}
    return of_moments({**numbers, "estimate": summaries.mean, "se": summaries.sd}, lacking)


def of_moments(numbers: Mapping[str, Array], lacking: Sequence[Sequence[Missing]]) -> dict[str, Any]:
    """Numbers of posteriors ``(R, q)`` without the moments that do not exist, and why: the median always does."""
    no_mean, no_deviation, reason = (
        np.array([[getattr(each, what) for each in line] for line in lacking], dtype=object)
        for what in ("mean", "deviation", "reason")
    )
    absent = {"estimate": stated(no_mean), "se": stated(no_mean) | stated(no_deviation), "mcse": stated(no_deviation)}
    kept = {
        name: np.where(absent[name], np.nan, values) if name in absent else values for name, values in numbers.items()
    }
    return {**kept, "reason": reason}


def kinds_of(
    name: str, subjects: Subjects, numbers: Mapping[str, Any], covariance: Array, ok: Bools
) -> dict[str, Bools]:
    """The kinds of interval of an estimator, each with the quantities ``(R, q)`` that have rows of it.

    Where a parameter has no standard error, the model's exact intervals stand in the place of the default. Of a model
    without any, quantities that have no standard error on an edge of the support have their profile interval.
    """
    chosen, model = subjects.context.kinds, subjects.program.model
    default = intervals.of(name, chosen)
    exact, profile = ((), ()) if chosen else intervals.in_place_of_wald(name, model.exact_intervals)
    if exact:
        lacking = spread(ok & ~np.all(np.isfinite(covariance), axis=(1, 2)), subjects.shape).astype(np.bool_)
    else:
        lacking = np.isfinite(numbers["estimate"]) & (numbers["reason"] == ON_EDGE) & ~stated(numbers["void"])
        lacking &= bool(profile) and model.regular
    kinds = dict.fromkeys(default, ~lacking) | dict.fromkeys(exact or profile, lacking)
    return {kind: members for kind, members in kinds.items() if members.any()}


def block(
    name: str,
    kind: str,
    subjects: Subjects,
    fits: Mapping[str, Any],
    numbers: Mapping[str, Any],
    ends: Ends,
    members: Bools | None = None,
    scale: str = MODEL_SCALE,
) -> dict[str, Any]:
    """The columns of one estimator and one kind of interval, ``(R, q)`` each; ``members`` ``(R, q)`` have rows of it.

    ``fits`` has what all quantities of a data set share, ``(R,)`` each. A reason is the fit's; else the interval's;
    else the number's.
    """
    context, shape = subjects.context, subjects.shape
    ok = np.array([status == "ok" for status in fits["status"]])
    shown = ok[:, None] & (np.ones(shape, dtype=np.bool_) if members is None else members)
    of_data = {
        "replicate": list(subjects.positions),
        "n": [data.size for data in subjects.datasets],
        "converged": ok.tolist(),
        **fits,
    }
    columns = {key: spread(values, shape) for key, values in of_data.items()}
    columns["interval"] = np.where(shown, kind, "none").astype(object)
    labels, numbers = subjects.program.quantity_labels, dict(numbers)
    truths = [[truth.get(label, np.nan) for label in labels] for truth in subjects.truths]
    columns["truth"] = np.array(truths, dtype=float).reshape(shape)
    columns["parameter"] = np.broadcast_to(np.array(labels, dtype=object), shape)
    void, of_interval = numbers.pop("void", np.full(shape, None)), stated(ends.status)
    columns["status"] = np.where(of_interval, ends.status, columns["status"])
    columns["reason"] = np.where(stated(columns["reason"]), columns["reason"], numbers.get("reason"))
    columns["reason"] = np.where(stated(void), void, np.where(of_interval, ends.reason, columns["reason"]))
    numbers |= {key: np.where(stated(void), np.nan, numbers[key]) for key in ("estimate", "se") if key in numbers}
    alike: dict[str, Any] = {"model": subjects.program.model.name, "variant": context.variant, "estimator": name}
    alike |= {"scale": scale, "level": context.level, "seed": context.seed}
    columns |= {key: np.full(shape, value) for key, value in alike.items()}
    return {**numbers, **columns, "lower": ends.lower, "upper": ends.upper}


def spread(values: Any, shape: tuple[int, int]) -> Any:
    """What a data set has, ``(R,)``, for all of its quantities ``(R, q)``."""
    return np.broadcast_to(np.asarray(values, dtype=object)[:, None], shape)


def together(blocks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Columns of rows by data set, then quantity, then kind of interval; of a failed fit one row per quantity."""
    columns = {key: np.stack([each[key] for each in blocks], axis=-1) for key in blocks[0]}
    shown = columns["interval"] != "none"
    shown[..., 0] |= ~shown.any(axis=-1)
    return {key: values[shown] for key, values in columns.items()}
