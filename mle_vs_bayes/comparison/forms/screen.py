"""The one screen a comparison fills: what was fitted, the estimates, how far apart, and the verdict."""

from dataclasses import asdict
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from ... import rows as row_schema
from ...fit.agreement import PAIRS
from ...report import text
from .. import verdict
from ..outcome import Outcome


def screen(outcome: Outcome) -> Any:
    """The renderable: header, estimates, agreement, convergence if any, verdict, diagnostics, concerns, times."""
    fit = outcome.fit
    parts: list[Any] = [_header(outcome), text.estimates(row_schema.frame(fit.rows))]
    if fit.agreement:
        present = {a.pair for a in fit.agreement}
        pairs = [f"{a} - {b}" for a, b in PAIRS if f"{a} - {b}" in present]
        parts.append(text.agreement([asdict(a) for a in fit.agreement], pairs))
    if len(outcome.fits) > 1:
        parts.append(text.sizes(outcome.model_scale))
    parts.append(text.paragraph(verdict.headline(fit), "bold"))
    parts += [text.paragraph(sentence) for sentence in _missing(outcome)]
    parts.append(text.paragraph(verdict.diagnostics(fit)))
    parts += [text.paragraph(f"! {sentence}", "yellow") for sentence in verdict.concerns(fit)]
    parts.append(text.paragraph(verdict.times(fit), "dim"))
    return text.stack(parts)


def _missing(outcome: Outcome) -> list[str]:
    """What has no number and why, at every n; once where it is the same at all of them."""
    sizes: dict[str, list[int]] = {}
    for fit in outcome.fits:
        for sentence in verdict.missing(fit):
            sizes.setdefault(sentence, []).append(fit.program.data.n)
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
    lines += [f"prior  {name} ~ {prior}" for name, prior in fit.program.priors.items()]
    if fit.program.prior_power != 1:
        lines.append(f"prior  to the power {fit.program.prior_power:g}, all of it")
    truths = {row.parameter: row.truth for row in fit.rows if row.truth is not None}
    if truths:
        lines.append("truth  " + ", ".join(f"{label} = {truth:.6g}" for label, truth in truths.items()))
    header = Text("\n".join(lines))
    header.stylize("bold", 0, len(outcome.model.name))
    return text.paragraph(header)
