"""Why the estimators differ: posterior mean − MLE in two parts that add up exactly, and what else is at play.

    mean − MLE = (MAP − MLE) + (mean − MAP)
                 the prior      the skewness

beside what first-order theory expects of each (`agreement.predict`). Annotated, not added: the scale (how far
off the mode on the unconstrained scale is), the nearest edge of the support, and the Monte-Carlo
error. Everything is in standard errors of the MLE, or of the MAP where there is no MLE.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..density.density import Density
from ..estimators import ESTIMATORS, unconstrained_mode
from ..estimators.estimate import Estimate
from ..fit.agreement import Agreement
from ..fit.fit import Fit
from ..intervals.delta import moves, standard_errors
from ..intervals.interval import supports
from ..rows import plain
from ..words import listed

NEAR = 2.0
"""An edge within this many standard errors is worth a word: a 95 % Wald interval reaches over it."""
NOTABLE = 0.1
"""A shift below a tenth of a standard error is not worth one (as in `verdict.SMALL`)."""
MOST = 3
"""Quantities that have a sentence each, however little they differ."""


@dataclass(frozen=True, kw_only=True)
class Attribution:
    """The parts of one quantity in units of ``unit``; None where an estimator has no answer (``reason`` says which).

    ``difference`` is posterior mean − MLE and equals ``prior`` + ``skewness`` where both are there.
    ``edge`` is the distance to the nearest end ``edge_at`` of the support, None where there is none.
    """

    quantity: str
    difference: float | None = None
    prior: float | None = None
    prior_expected: float | None = None
    skewness: float | None = None
    skewness_expected: float | None = None
    monte_carlo_error: float | None = None
    scale: float | None = None
    edge: float | None = None
    edge_at: float | None = None
    unit: str = "mle se"
    reason: str | None = None

    @property
    def largest(self) -> float:
        """The largest of difference, prior and skewness in size; 0 without any."""
        parts = (self.difference, self.prior, self.skewness)
        return max((abs(part) for part in parts if part is not None), default=0.0)

    @property
    def numbers_in_words(self) -> str:
        """The numbers there are, in one sentence of plain English; empty without any."""
        clauses = _clauses(self)
        return _sentence([*clauses, *_remarks(self)]) if clauses else ""

    @property
    def sentence(self) -> str:
        """`numbers_in_words`, and why there are not more."""
        return _sentence([*_clauses(self), *_why_not(self), *_remarks(self)])


@dataclass(frozen=True)
class Explanation:
    """One `Attribution` per quantity, in the order of the rows."""

    parts: tuple[Attribution, ...]

    def __getitem__(self, quantity: str) -> Attribution:
        return {part.quantity: part for part in self.parts}[quantity]

    def document(self) -> dict[str, Any]:
        """What it adds to the JSON document."""
        return {"explanation": self.records()}

    def records(self) -> list[dict[str, Any]]:
        """The parts as JSON can hold them, each with its sentence."""
        fields = [{**asdict(part), "sentence": part.sentence} for part in self.parts]
        return [{name: plain(value) for name, value in record.items()} for record in fields]

    def screen(self, only: Sequence[str] = ()) -> Any:
        """What the terminal shows, as a rich renderable: all parts in a table, and those that differ most in words.

        ``only``: patterns of the quantities to show.
        """
        from ..report import text
        from ..report.quantities import chosen

        parts = [self[label] for label in chosen([part.quantity for part in self.parts], only)]
        incomplete = dict.fromkeys(clause for part in parts for clause in _why_not(part))
        return text.explanation(
            self.records(), [*_sentences(parts), *(_sentence([clause]) for clause in incomplete)], only
        )

    def __str__(self) -> str:
        from ..report.text import plain as without_colour

        return without_colour(self.screen())


def _sentences(parts: Sequence[Attribution]) -> list[str]:
    """A sentence for each of the `MOST` that differ most and for all that differ by `NOTABLE`; one for the others."""
    able = sorted((part for part in parts if part.numbers_in_words), key=lambda part: -part.largest)
    others = [part for part in able[MOST:] if part.largest < NOTABLE]
    sentences = [part.numbers_in_words for part in parts if part in able and part not in others]
    if not others:
        return sentences
    whose = f"the other {len(others)} quantities" if len(others) > 1 else f"the other quantity, {others[0].quantity},"
    most = max(part.largest for part in others)
    return [*sentences, f"No part of {whose} is larger than {most:.2f} SE."]


def explain(fit: Fit) -> Explanation:
    """Attribute posterior mean − MLE of every quantity of a fit to prior and skewness.

    Where an estimator has no answer, the parts that need it are None and the sentence says why.
    """
    pairs = {(a.parameter, a.pair): a for a in fit.agreement}
    every = _missing(fit)
    unit, notes = annotations(fit)
    parts = []
    for label, lacking in zip(fit.program.quantity_labels, fit.program.missing_moments, strict=True):
        reason = every or lacking.reason_of(label)
        shares = _parts(*(pairs.get((label, pair)) for pair in ("map - mle", "posterior - map", "posterior - mle")))
        parts.append(Attribution(quantity=label, unit=f"{unit} se", reason=reason, **shares, **notes.get(label, {})))
    return Explanation(tuple(parts))


def _parts(prior: Agreement | None, skewness: Agreement | None, whole: Agreement | None) -> dict[str, Any]:
    shares: dict[str, Any] = {}
    if prior is not None:
        shares |= {"prior": prior.in_se, "prior_expected": prior.expected}
    if skewness is not None:
        shares |= {"skewness": skewness.in_se, "skewness_expected": skewness.expected}
    if prior is not None and skewness is not None:
        shares["difference"] = prior.in_se + skewness.in_se
    elif whole is not None:
        shares["difference"] = whole.in_se
    drawn = skewness or whole
    return shares if drawn is None else {**shares, "monte_carlo_error": drawn.monte_carlo_error}


def _missing(fit: Fit) -> str | None:
    """Which of the three estimators has no answer, and why."""
    reasons = []
    for name in ("mle", "map", "posterior"):
        estimate = fit.estimates.get(name)
        if estimate is None:
            reasons.append(f"no {ESTIMATORS[name].words} was asked for")
        elif not estimate.converged:
            reasons.append(f"{ESTIMATORS[name].words} has no answer: {estimate.reason}")
        elif name != "posterior" and not estimate.has_errors:
            which = "" if not estimate.has_some_errors else f" of {listed(estimate.without_error)}"
            reasons.append(f"{ESTIMATORS[name].words} has no standard error{which} to measure in")
    return ", and ".join(reasons) or None


def _clauses(part: Attribution) -> list[str]:
    of = " of the MAP" if part.unit.startswith("map") else ""
    clauses = []
    if part.prior is not None:
        clauses.append(f"the prior moved {part.quantity} by {_se(part.prior, part.prior_expected, of)}")
    if part.skewness is not None:
        moved = "skewness" if part.prior is not None else f"skewness moved the mean of {part.quantity}"
        clauses.append(f"{moved} by {_se(part.skewness, part.skewness_expected, of)}")
    if part.difference is not None and part.prior is None:
        clauses.append(f"the posterior mean of {part.quantity} is {_se(part.difference, None, of)} from the MLE")
    if part.monte_carlo_error is not None:
        clauses.append(f"Monte-Carlo error is {_small(part.monte_carlo_error)} SE")
    return clauses


def _why_not(part: Attribution) -> list[str]:
    if part.reason is None or (part.prior is not None and part.skewness is not None):
        return []
    rest = "the rest" if _clauses(part) else "why they differ"
    return [f"{rest} cannot be told: {part.reason}"]


def _remarks(part: Attribution) -> list[str]:
    remarks = []
    if part.scale is not None and abs(part.scale) >= NOTABLE:
        remarks.append(f"on the unconstrained scale the mode would be {_se(part.scale)} from the MAP")
    if part.edge is not None and part.edge < NEAR:
        remarks.append(f"the edge at {part.edge_at:g} is only {part.edge:.1f} SE away")
    return remarks


def _sentence(clauses: list[str]) -> str:
    text = "; ".join(clauses)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _se(value: float, expected: float | None = None, of: str = "") -> str:
    beside = "" if expected is None else f" (expected {expected:+.2f})".replace("-", "−")
    return f"{value:+.2f} SE".replace("-", "−") + of + beside


def _small(error: float) -> str:
    return f"{error:.2f}" if error >= 0.005 else "below 0.01"


Array = NDArray[np.float64]


def annotations(fit: Fit) -> tuple[str, dict[str, dict[str, float | None]]]:
    """Which estimator's standard error is the unit, and scale and edge of each quantity in it."""
    for unit in ("mle", "map"):
        estimate = fit.estimates.get(unit)
        if estimate is not None and estimate.has_some_errors and estimate.covariance is not None:
            se = standard_errors(fit.program, estimate.point, estimate.covariance)
            still = np.isfinite(se) & ~moves(fit.program, estimate.point, se)
            se = np.where(still, 1.0, se)  # what does not move is shifted by 0
            scale = _scale_shift(fit.program, fit.estimates, se)
            nearest = _edges(fit.program, fit.program.quantities(estimate.point), se)
            labels = fit.program.quantity_labels
            return unit, {
                label: {"scale": moved, "edge": edge, "edge_at": at}
                for label, moved, (edge, at) in zip(labels, scale, nearest, strict=True)
            }
    return "mle", {}


def _scale_shift(program: Density, estimates: Mapping[str, Estimate], se: Array) -> list[float | None]:
    """Mode on the unconstrained scale − MAP of every quantity, in units of ``se`` ``(q,)``."""
    top = estimates.get("map")
    if top is None or not top.has_errors:
        return [None] * len(se)
    moved = unconstrained_mode.mode(program, top.point)
    if moved.status != "ok":
        return [None] * len(se)
    shift = (program.quantities(moved.point) - program.quantities(top.point)) / se
    return [float(value) for value in shift]


def _edges(program: Density, values: Array, se: Array) -> list[tuple[float | None, float | None]]:
    """Distance to the nearest finite end of each quantity's support and prior, in units of ``se``; and that end."""
    gaps: list[tuple[float | None, float | None]] = []
    for ends, value, unit in zip(_ends(program), values, se, strict=True):
        distances = [(float(abs(value - end) / unit), end) for end in ends if np.isfinite(end / unit)]
        gaps.append(min(distances) if distances else (None, None))
    return gaps


def _ends(program: Density) -> list[tuple[float, float]]:
    """Lower and upper end of every quantity; a parameter's are the tighter ones of its support and its prior."""
    declared = [(float(support.lower), float(support.upper)) for support in supports(program)]
    bounds = []
    for parameter in program.layout.parameters:
        prior = program.priors[parameter.name]
        for position, _ in enumerate(program.layout.labels_of[parameter.name]):
            bounds.append(prior.element(position).support)
    tighter = [
        (max(lower, float(bound.lower)), min(upper, float(bound.upper)))
        for (lower, upper), bound in zip(declared, bounds, strict=False)
    ]
    return [*tighter, *declared[len(tighter) :]]
