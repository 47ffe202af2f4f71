"""The page of a comparison: the verdict first, then what stands behind it, as parts that `report.pages` renders."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from .... import optional_parts
from ....concerns import KINDS
from ....fit.fit import Fit
from ....report.pages.parts import Page, Paragraph, Part, Picture, Remark, Section, picture
from ... import verdict
from ..material import Material
from . import fitting, made, prediction, quantities, tables

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TONES = {"agree": "good", "differ": "unsure", "matters": "bad", "no answer": "bad", "nothing to compare": "quiet"}
"""How each word of the verdict is coloured."""
ALT = {
    "forest": "Estimates with their intervals, one panel per quantity, one line per estimator; as in the table above.",
    "marginal": "Posterior density of each quantity with the prior and the other estimates drawn on it.",
    "convergence": "Estimates with their intervals against n, one panel per quantity; as in the table above.",
    "trace": "Draws in order, one line per chain: where chains mix, the lines lie on each other.",
    "rank": "Ranks of each chain's draws against uniform ranks: where chains agree, the lines stay near zero.",
    "waterfall": "Log density that each search ended at, below the best: starts that agree end at zero.",
}
"""What whoever does not see a figure is told of it."""


def page(material: Material, figures: "Mapping[str, Figure]", command: str = "", kept: str = "") -> Page:
    """The page of a comparison; ``figures`` are those of `forms.figures`, of which some may be missing.

    ``command`` is what was typed, ``kept`` a sentence on the files beside the page. A part that cannot be made says so
    in its place, and `Outcome.lost` says why.
    """
    outcome, fit = material.outcome, material.fit
    makers: dict[str, Callable[[], Sequence[Part]]] = {
        "Estimates": lambda: [*tables.estimates(outcome), *_drawn(figures, "forest"), *_missing(fit)],
        "Predictions": lambda: prediction.predictions(outcome),
        "Average effects": lambda: prediction.effects(outcome),
        "Tests and scores": lambda: prediction.scores(outcome),
        "One quantity at a time": lambda: quantities.panels(material),
        "Agreement with theory": lambda: tables.agreement(fit),
        "Why they differ": lambda: tables.explanation(outcome),
        "Does the model fit?": lambda: fitting.parts(outcome),
        "On part of the data": lambda: [*tables.sizes(outcome), *_drawn(figures, "convergence")],
        "Diagnostics": lambda: [*tables.diagnostics(fit), *_drawn(figures, "marginal", "trace", "rank", "waterfall")],
        "Concerns": lambda: concerns(material),
        "How it was made": lambda: made.parts(outcome, command, kept),
    }
    with optional_parts.collecting(outcome.lost):
        sections = [_section(title, maker) for title, maker in makers.items()]
        word, sentence = optional_parts.make(
            "the verdict", lambda: (verdict.word(fit), verdict.headline(fit)), ("no answer", "There is no verdict.")
        )
    title = f"{outcome.model.name}, three ways"
    subject = f"{outcome.model.name} · n = {outcome.n:,} · seed {outcome.seed}"
    shown = tuple(section for section in sections if section.parts)
    return Page(title, subject, word, TONES[word], sentence, shown, {"kind": "comparison"}, "forest")


def _section(title: str, maker: Callable[[], Sequence[Part]]) -> Section:
    instead = [Paragraph("This part could not be made; the concerns below say why.", "quiet")]
    anchor = title.lower().strip("?").replace(" ", "-")
    return Section(anchor, title, optional_parts.make(f'the part "{title}" of the page', maker, instead))


def _drawn(figures: "Mapping[str, Figure]", *names: str) -> list[Picture]:
    """The figures of these names that there are; those drawn at the largest n are known by their titles."""
    return [picture(name, figures[name], ALT[name]) for name in names if name in figures]


def _missing(fit: Fit) -> list[Paragraph]:
    return [Paragraph(sentence) for sentence in verdict.missing(fit)]


def concerns(material: Material) -> list[Part]:
    """What is of concern and what to do, then what could not be made."""
    details: dict[tuple[str, str], list[str]] = {}
    for name, concern in material.outcome.concerns:
        details.setdefault((name, concern.code), []).append(concern.detail)
    remarks: list[Part] = [
        Remark(KINDS[code].severity, name, KINDS[code].meaning, "; ".join(seen), KINDS[code].next_step, code)
        for (name, code), seen in details.items()
    ]
    lost = [Paragraph(str(lost)) for lost in material.outcome.lost]
    return [*remarks, *lost] or [Paragraph("Nothing is of concern.")]
