"""Scores of one fitted model, and of several models on the same data: AIC and BIC beside LOO and held-out scores."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import optional_parts
from ...concerns import Concern
from ...errors import UsageError
from ...estimators.estimate import Estimate
from ...rows import plain
from ..outcome import Outcome
from . import held_out
from .bayes_factor import BayesFactor, bayes_factor
from .nested import nested

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Score:
    """What one model is worth on its data; None where there is no number, with the reason in ``reasons``.

    ``loo`` is the expected log predictive density of the whole sample. ``held_out`` has, for each estimator, the mean
    log predictive density of a unit left out and its standard error; ``units`` were left out.
    """

    model: str
    parameters: int
    log_likelihood: float | None
    aic: float | None
    bic: float | None
    loo: float | None
    loo_se: float | None
    effective_parameters: float | None
    """p_loo: how much better the posterior fits the units it has seen."""
    worst_shape: float | None
    units: int
    held_out: Mapping[str, tuple[float, float]]
    reasons: Mapping[str, str]
    log_marginal_likelihood: float | None = None
    """log ∫ likelihood × prior, with every constant, where the exact posterior was asked for."""
    concerns: tuple[Concern, ...] = ()
    pointwise: Array | None = field(default=None, repr=False)
    """LOO of each unit, for paired differences."""

    @property
    def record(self) -> dict[str, Any]:
        """As JSON may hold it."""
        names = ("model", "parameters", "log_likelihood", "aic", "bic", "loo", "loo_se", "effective_parameters")
        more = ("worst_shape", "units", "log_marginal_likelihood")
        numbers = {name: plain(getattr(self, name)) for name in (*names, *more)}
        means = {name: {"mean": plain(mean), "se": plain(se)} for name, (mean, se) in self.held_out.items()}
        return {**numbers, "held_out": means, "reasons": dict(self.reasons)}


@dataclass(frozen=True)
class Against:
    """A model beside another on the same data: paired LOO difference and, where nested, the likelihood-ratio test.

    ``difference`` is LOO of the first minus LOO of the other, with its standard error (Vehtari et al. 2017, eq. 24).
    """

    model: str
    other: str
    difference: float | None
    difference_se: float | None
    remark: str | None = None
    """Why LOO does not compare the two."""
    nested: str | None = None
    """``exponential is weibull with shape = 1``; None where neither is a special case of the other."""
    likelihood_ratio: float | None = None
    degrees: int | None = None
    p: float | None = None
    reference: str | None = None
    """The distribution that ``p`` is read from; None where several values lie on edges, and none is known."""
    bootstrap_p: float | None = None
    """On an edge, the share of data sets drawn from the smaller model whose ratio is as large, and its error."""
    bootstrap_error: float | None = None
    bootstrap_replicates: int | None = None
    no_bootstrap: str | None = None
    """Why there is none, or which of its data sets have no ratio."""
    no_ratio: str | None = None
    """Why nested models have no likelihood ratio."""
    log_bayes_factor: float | None = None
    """Of the first over the other."""
    log_bayes_factor_error: float | None = None
    """Of its quadrature."""
    log_bayes_factor_halved: float | None = None
    log_bayes_factor_doubled: float | None = None
    """With the widths of all priors of both models halved, and doubled."""
    no_bayes_factor: str | None = None
    """Why there is none."""

    @property
    def record(self) -> dict[str, Any]:
        """As JSON may hold it."""
        return {name: plain(value) for name, value in vars(self).items()}


class Scoreboard:
    """The scores of one comparison and of others on the same data, the first against each of the others.

    Raises
    ------
    UsageError
        The outcomes differ in their data.
    """

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        self.outcomes = tuple(outcomes)
        for other in self.outcomes[1:]:
            _check_same_data(self.outcomes[0], other)

    @cached_property
    def scores(self) -> tuple[Score, ...]:
        """One per model, in the order given."""
        return tuple(score(outcome) for outcome in self.outcomes)

    @cached_property
    def against(self) -> tuple[Against, ...]:
        """The first model against each of the others."""
        pairs = zip(self.outcomes[1:], self.scores[1:], strict=True)
        return tuple(_against((self.outcomes[0], self.scores[0]), pair) for pair in pairs)


def score(outcome: Outcome) -> Score:
    """The scores of one model at the largest n."""
    fit = outcome.fit
    program, estimates = fit.program, fit.estimates
    left_out = held_out.units(program, outcome.seed)
    plugged = {
        name: held_out.plug_in(program, estimates[name], power, left_out)
        for name, power in (("mle", 0.0), ("map", 1.0))
        if name in estimates
    }
    seen = None if program.weights is None else program.weights[left_out]
    evidence, reasons = None, {}
    if "posterior_exact" in estimates:
        plugged["posterior_exact"], evidence, lacking = held_out.integrated(
            program, estimates["posterior_exact"], left_out
        )
        reasons = {"log_marginal_likelihood": lacking} if lacking else {}
    means = {name: _mean(scores.values, seen) for name, scores in plugged.items() if scores.values is not None}
    elpd, notes = (
        held_out.loo(program, estimates["posterior"], outcome.seed) if "posterior" in estimates else (None, ())
    )
    if elpd is not None:
        means["posterior"] = _mean(elpd.elpd_i.to_numpy().ravel()[left_out], seen)
    return Score(
        model=program.model.name,
        parameters=program.layout.free_size,
        **_information(estimates.get("mle"), program.layout.free_size, program.data.size),
        **_leave_one_out(elpd),
        units=len(left_out) if seen is None else int(seen.sum()),
        held_out=means,
        reasons=reasons | {name: scores.reason for name, scores in plugged.items() if scores.reason is not None},
        log_marginal_likelihood=evidence,
        concerns=notes,
    )


def _information(mle: Estimate | None, size: int, n: int) -> dict[str, Any]:
    """AIC and BIC; they belong to maximum likelihood only."""
    top = mle.log_likelihood if mle is not None and mle.converged else None
    if top is None:
        return {"log_likelihood": None, "aic": None, "bic": None}
    aic, bic = criteria(top, size, n)
    return {"log_likelihood": top, "aic": aic, "bic": bic}


def _leave_one_out(elpd: Any) -> dict[str, Any]:
    if elpd is None:
        return dict.fromkeys(("loo", "loo_se", "effective_parameters", "worst_shape"))
    return {
        "loo": float(elpd.elpd),
        "loo_se": float(elpd.se),
        "effective_parameters": float(elpd.p),
        "worst_shape": held_out.worst_shape(elpd),
        "pointwise": elpd.elpd_i.to_numpy().ravel(),
    }


def _mean(values: Array, weights: Array | None) -> tuple[float, float]:
    """The mean over observations, and its standard error."""
    mean, spread = held_out.weighted(values, weights)
    return mean, float(spread / np.sqrt(len(values) if weights is None else weights.sum()))


def _against(first: tuple[Outcome, Score], other: tuple[Outcome, Score]) -> Against:
    a, b = first[1], other[1]
    common = nested(first[0], other[0]) | _bayes_factor(first[0], other[0])
    if a.pointwise is None or b.pointwise is None:
        return Against(a.model, b.model, None, None, **common)
    if len(a.pointwise) != len(b.pointwise):
        units = f"{len(a.pointwise)} units of {a.model} and {len(b.pointwise)} of {b.model} are left out one at a time"
        return Against(a.model, b.model, None, None, f"{units}, so LOO and log scores do not compare the two", **common)
    gaps, weights = a.pointwise - b.pointwise, first[0].fit.program.weights
    size = float(len(gaps) if weights is None else weights.sum())
    mean, spread = held_out.weighted(gaps, weights)
    return Against(a.model, b.model, size * mean, float(np.sqrt(size) * spread), **common)


def _bayes_factor(first: Outcome, other: Outcome) -> dict[str, Any]:
    nothing = BayesFactor(reason="it could not be computed")
    factor = optional_parts.make(
        "the Bayes factor", lambda: bayes_factor(first.fit.program, other.fit.program), nothing
    )
    return {
        "log_bayes_factor": factor.log,
        "log_bayes_factor_error": factor.error,
        "log_bayes_factor_halved": factor.halved,
        "log_bayes_factor_doubled": factor.doubled,
        "no_bayes_factor": factor.reason,
    }


def _check_same_data(first: Outcome, other: Outcome) -> None:
    ours, theirs = first.fit.program.data, other.fit.program.data
    same = np.array_equal(ours.counts, theirs.counts) and ("y" in ours) == ("y" in theirs)
    if not same or ("y" in ours and not np.array_equal(ours["y"], theirs["y"])):
        raise UsageError(
            f"{first.model.name} and {other.model.name} were fitted to different outcomes; "
            "scores compare models of the same data."
        )


def criteria(log_likelihood: float, parameters: int, n: int) -> tuple[float, float]:
    """AIC 2k − 2ℓ̂ and BIC k log n − 2ℓ̂ of k free ``parameters`` on n rows, as statsmodels counts them."""
    return 2 * parameters - 2 * log_likelihood, math.log(n) * parameters - 2 * log_likelihood
