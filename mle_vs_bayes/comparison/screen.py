"""The one screen a comparison fills: what was fitted, the estimates, how far apart, and the verdict."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from rich.text import Text

from .. import rows as row_schema
from ..report import text
from . import verdict
from .agreement import PAIRS

if TYPE_CHECKING:
    from .result import Comparison


def screen(comparison: "Comparison") -> Any:
    """The renderable: header, estimates, agreement, convergence if any, verdict, diagnostics, concerns, times."""
    fit = comparison.fit
    parts: list[Any] = [_header(comparison), text.estimates(row_schema.frame(fit.rows))]
    if fit.agreement:
        present = {a.pair for a in fit.agreement}
        pairs = [f"{a} - {b}" for a, b in PAIRS if f"{a} - {b}" in present]
        parts.append(text.agreement([asdict(a) for a in fit.agreement], pairs))
    if len(comparison.fits) > 1:
        parts.append(text.sizes(comparison.rows))
    parts.append(text.paragraph(comparison.verdict, "bold"))
    parts.append(text.paragraph(verdict.diagnostics(fit)))
    parts += [text.paragraph(f"! {sentence}", "yellow") for sentence in verdict.concerns(fit)]
    parts.append(text.paragraph(verdict.times(fit), "dim"))
    return text.stack(parts)


def _header(comparison: "Comparison") -> RenderableType:
    fit = comparison.fit
    used = ", ".join(f"{role} = {name}" for role, name in comparison.columns.items())
    facts = [f"n = {comparison.n:,}", *([used] if used else []), f"seed {comparison.seed}"]
    lines = [f"{comparison.model.name} · {' · '.join(facts)}"]
    lines += [f"prior  {name} ~ {prior}" for name, prior in fit.program.priors.items()]
    truths = {row.parameter: row.truth for row in fit.rows if row.truth is not None}
    if truths:
        lines.append("truth  " + ", ".join(f"{label} = {truth:.6g}" for label, truth in truths.items()))
    header = Text("\n".join(lines))
    header.stylize("bold", 0, len(comparison.model.name))
    return text.paragraph(header)
