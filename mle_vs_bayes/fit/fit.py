"""One data set, all estimators: parity, fits, rows, agreement. What `compare` does once per n."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace

import numpy as np

from .. import estimators, intervals, optional_parts
from ..concerns import Concern
from ..density import parity
from ..density.density import Density
from ..estimators import Settings, unconstrained_mode
from ..estimators.estimate import Estimate
from ..optional_parts import Lost
from ..rows import MODEL_SCALE, Row
from ..sampling import single
from ..search.optimum import maximum
from . import quantities
from .agreement import Agreement, agreements
from .row_table import Context
from .second_look import second_look
from .settled import settled

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Fit:
    """All estimators of one data set: ``estimates`` by short name, their rows and agreement."""

    program: Density
    estimates: Mapping[str, Estimate]
    rows: tuple[Row, ...]
    agreement: tuple[Agreement, ...]
    parity: float | None
    """Largest relative difference between the two likelihoods of the model, over units and points; None of one."""
    notes: tuple[str, ...] = ()
    """What was asked for and is not there, in sentences."""
    interrupted: bool = False
    """Whether Ctrl-C came before all that was asked for."""
    lost: tuple[Lost, ...] = ()
    """What stands beside the estimates and could not be made."""

    @property
    def concerns(self) -> tuple[tuple[str, Concern], ...]:
        """Every concern with the short name of its estimator."""
        return tuple((name, c) for name, estimate in self.estimates.items() for c in estimate.concerns)


def fit(program: Density, names: tuple[str, ...], settings: Settings, context: Context, progress: Progress) -> Fit:
    """Fit every named estimator; a failed one is a row and never stops the others, and Ctrl-C leaves those before it.

    Raises
    ------
    KeyboardInterrupt
        Ctrl-C before any estimator was done.
    ModelError
        When the model's NumPy and PyMC likelihoods differ.
    """
    ahead = single.begun(program) if "posterior" in names else nullcontext()
    with ahead, optional_parts.collecting([]) as lost:
        if program.two_likelihoods:
            progress("checking that both likelihoods agree")
        gap = parity.check(program)
        program = settled(program)
        estimates = _estimates(program, names, settings, progress)
        with optional_parts.surviving() as interrupt:
            interrupt.come = len(estimates) < len(names)
            finished = interrupt.finish(lambda: _finished(program, estimates, settings, context, progress))
    notes = [*intervals.notes(names, context.kinds), *filter(None, [program.model.unsettled])]
    if len(estimates) < len(names):
        words = estimators.ESTIMATORS[names[len(estimates)]].words
        notes.append(f"interrupted while fitting {words}, which is not there")
    return replace(finished, parity=gap, notes=tuple(notes), interrupted=interrupt.come, lost=tuple(lost))


def _finished(
    program: Density, estimates: dict[str, Estimate], settings: Settings, context: Context, progress: Progress
) -> Fit:
    """All that is made of the estimates; after Ctrl-C without what takes long."""
    progress("looking for higher optima, and intervals")
    what = "a second look for higher optima"
    highest = optional_parts.make(what, lambda: second_look(program, estimates, settings), estimates, long=True)
    rows = [row for name, estimate in highest.items() for row in quantities.rows(name, estimate, program, context)]
    pairs = optional_parts.make(
        "the table of distances between estimators", lambda: agreements(program, highest, *_points(rows)), []
    )
    highest = _with_agreement(program, highest, pairs)
    rows = _with_codes(rows, highest)
    if context.scale != MODEL_SCALE and "map" in highest:
        progress("fitting the mode on the unconstrained scale")
        what = "the mode on the unconstrained scale"
        rows = optional_parts.make(
            what, lambda: _with_unconstrained(rows, program, highest["map"], context), rows, long=True
        )
    return Fit(program, highest, tuple(rows), tuple(pairs), None)


def _estimates(program: Density, names: tuple[str, ...], settings: Settings, progress: Progress) -> dict[str, Estimate]:
    """The estimates by name; after Ctrl-C those that were done, and the interrupt itself where none was."""
    estimates: dict[str, Estimate] = {}
    for name in names:
        progress(f"fitting {estimators.ESTIMATORS[name].words}")
        try:
            estimates[name] = estimators.fit(name, program, replace(settings, top=estimates.get("map")))
        except KeyboardInterrupt:
            if not estimates:
                raise
            break
    return estimates


def _with_unconstrained(rows: list[Row], program: Density, top: Estimate, context: Context) -> list[Row]:
    """The rows with those of the mode on the unconstrained scale behind the MAP's."""
    mode = unconstrained_mode.estimate(program, top)
    behind = 1 + max(place for place, row in enumerate(rows) if row.estimator == "map")
    more = quantities.rows("map", mode, program, context, unconstrained_mode.SCALE)
    return [*rows[:behind], *more, *rows[behind:]]


def _points(rows: list[Row]) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Estimates by estimator ``(q,)`` where the fit is ok, and the posterior's Monte-Carlo errors ``(q,)``."""
    by_name: dict[str, list[Row]] = {}
    for row in {(r.estimator, r.parameter): r for r in rows}.values():  # one per quantity, whatever its intervals
        by_name.setdefault(row.estimator, []).append(row)
    values = {
        name: np.array([r.estimate for r in lines], dtype=float)
        for name, lines in by_name.items()
        if any(r.estimate is not None for r in lines)  # and not its status, which may be that of an interval
    }
    errors = np.array([r.mcse for r in by_name.get("posterior", [])], dtype=float)
    return values, errors if errors.size else np.zeros(len(next(iter(by_name.values()))))


def _with_agreement(program: Density, estimates: dict[str, Estimate], pairs: list[Agreement]) -> dict[str, Estimate]:
    """Concerns that only show when estimators are put side by side."""
    added: dict[str, list[Concern]] = {name: list(program.remarks(name)) for name in estimates}
    # On an edge of its support a prior may well be 0 that has mass next to it.
    inside = _ok(estimates, "mle") and "boundary" not in [c.code for c in estimates["mle"].concerns]
    if inside and not np.isfinite(program.log_prior(estimates["mle"].point)):
        added["mle"].append(Concern("prior_excludes_mle", "log prior is −∞ there"))
    other = optional_parts.make("the search for another mode", lambda: different_modes(program, estimates), ())
    added.get("map", []).extend(other)
    for pair in sorted(pairs, key=lambda p: -abs(p.in_se)):
        first = pair.pair.split(" - ")[0]
        if pair.pair == "map - mle" and abs(pair.in_se) > 1:
            added[first].append(Concern("prior_dominates", f"{pair.parameter} by {pair.in_se:+.2g} SE"))
        if pair.verdict == "unexplained":
            expected = f"expected {pair.expected:+.2g} ± {pair.tolerance:.1g}"
            added[first].append(
                Concern("unexplained", f"{pair.parameter}, {pair.pair}: {pair.in_se:+.2g} SE, {expected}")
            )
    return {name: replace(e, concerns=(*e.concerns, *added[name])) for name, e in estimates.items()}


def _ok(estimates: Mapping[str, Estimate], name: str) -> bool:
    return name in estimates and estimates[name].converged


def _with_codes(rows: list[Row], estimates: Mapping[str, Estimate]) -> list[Row]:
    codes = {name: " ".join(sorted({c.code for c in e.concerns})) for name, e in estimates.items()}
    return [replace(row, concerns=codes[row.estimator]) for row in rows]


_APART = 0.01
"""Standard errors of the MAP: nearer, the two searches have ended at one point."""


def different_modes(program: Density, estimates: Mapping[str, Estimate]) -> tuple[Concern, ...]:
    """A concern where climbing likelihood × prior from the MLE ends elsewhere than at the MAP."""
    mle, top = estimates.get("mle"), estimates.get("map")
    if mle is None or top is None or not (mle.has_errors and top.has_errors):
        return ()
    with np.errstate(all="ignore"):
        reached = maximum(program, 1.0, program.coordinates.z(mle.point))
    if reached.status != "ok":
        return ()
    away = (program.coordinates.theta(reached.z) - top.point) / top.se
    farthest = int(np.argmax(np.abs(away)))
    if abs(away[farthest]) <= _APART:
        return ()
    label = program.layout.labels[farthest]
    return (Concern("different_modes", f"{label}: the mode next to the MLE is {away[farthest]:+.2g} SE from the MAP"),)
