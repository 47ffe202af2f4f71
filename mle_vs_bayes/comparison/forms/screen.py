"""The one screen a comparison fills: what was fitted, the estimates, how far apart, and the verdict."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from ... import optional_parts
from ... import rows as row_schema
from ...fit.agreement import pairs_of
from ...fit.fit import Fit
from ...report import text
from .. import verdict
from ..outcome import Outcome


def screen(outcome: Outcome, only: Sequence[str] = ()) -> Any:
    """The renderable: header, estimates, agreement, convergence if any, verdict, diagnostics, concerns, times.

    ``only``: patterns of the quantities in the tables; the verdict is about all.

    A part that cannot be made is missing; the lines at the end say so, as of all that was lost before.
    """
    with optional_parts.collecting(outcome.lost):
        parts = [
            part for what, maker in _makers(outcome, only).items() for part in optional_parts.make(what, maker, [])
        ]
    return text.stack([*parts, *(text.paragraph(f"! {lost}", "yellow") for lost in outcome.lost)])


def _makers(outcome: Outcome, only: Sequence[str]) -> dict[str, Callable[[], list[Any]]]:
    """How each part is made, in the order of the screen, by what it is called where it could not be made."""
    fit = outcome.fit
    return {
        "the header": lambda: [_header(outcome)],
        "the table of estimates": lambda: [text.estimates(row_schema.frame(fit.rows), only)],
        "the table of distances": lambda: _distances(fit, only),
        "the table by n": lambda: [text.sizes(outcome.model_scale, only)] if len(outcome.fits) > 1 else [],
        "the verdict": lambda: [text.paragraph(verdict.headline(fit), "bold")],
        "what is missing": lambda: [text.paragraph(sentence) for sentence in _missing(outcome)],
        "the diagnostics": lambda: [text.paragraph(verdict.diagnostics(fit))],
        "the fit of the model": lambda: _model_fit(outcome),
        "the concerns": lambda: [text.paragraph(f"! {concern}", "yellow") for concern in verdict.concerns(fit)],
        "the times": lambda: [text.paragraph(verdict.times(fit), "dim")],
    }


def _distances(fit: Fit, only: Sequence[str]) -> list[Any]:
    pairs = pairs_of(fit.agreement)
    return [text.agreement([asdict(a) for a in fit.agreement], pairs, only)] if pairs else []


def _model_fit(outcome: Outcome) -> list[Any]:
    """One line, and what to do where the model does not fit; why where it was not looked at."""
    judged = outcome.model_fit
    concerns = [text.paragraph(f"! {concern} [{concern.code}]", "yellow") for concern in judged.concerns]
    return [text.paragraph(judged.sentence), *concerns]


def _missing(outcome: Outcome) -> list[str]:
    """What has no number and why, at every n; once where it is the same at all of them."""
    sizes: dict[str, list[int]] = {}
    for fit in outcome.fits:
        for sentence in verdict.missing(fit):
            sizes.setdefault(sentence, []).append(fit.program.data.size)
    count = len(outcome.fits)
    return [
        sentence if len(ns) == count else f"n = {', '.join(f'{n:,}' for n in ns)}: {sentence}"
        for sentence, ns in sizes.items()
    ]


def _header(outcome: Outcome) -> RenderableType:
    fit = outcome.fit
    used = ", ".join(f"{role} = {name}" for role, name in outcome.columns.items())
    facts = [f"n = {outcome.n:,}", *([used] if used else []), f"seed {outcome.seed}"]
    lines = [f"{outcome.model.name} · {' · '.join(facts)}"]
    lines += [f"scale  {name}: {words}" for name, words in fit.program.model.scales.items()]
    lines += [f"prior  {name} ~ {prior}" for name, prior in fit.program.priors.items()]
    if fit.program.prior_power != 1:
        lines.append(f"prior  to the power {fit.program.prior_power:g}, all of it")
    truths = {row.parameter: row.truth for row in fit.rows if row.truth is not None}
    if truths:
        lines.append("truth  " + ", ".join(f"{label} = {truth:.6g}" for label, truth in truths.items()))
    header = Text("\n".join(lines))
    header.stylize("bold", 0, len(outcome.model.name))
    return text.paragraph(header)
