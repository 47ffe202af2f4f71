"""The page of a comparison: the verdict first, then what stands behind it, as parts that `report.pages` renders.

Its last part says how the comparison was made, so that somebody else can make it again.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from .... import optional_parts
from ....concerns import KINDS
from ....fit.fit import Fit
from ....report.drawn import data_uri
from ....report.pages.parts import (
    Command,
    Download,
    Facts,
    Page,
    Paragraph,
    Part,
    Picture,
    Remark,
    Section,
    picture,
)
from ... import verdict
from ...outcome import Outcome
from .. import json_document
from ..material import Material
from . import fitting, prediction, quantities, tables

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
"""The text in the place of a figure, for those who do not see it."""


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
        "How it was made": lambda: [*_facts(outcome, kept), *_command(command), *_files(outcome)],
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


def _facts(outcome: Outcome, kept: str) -> list[Part]:
    """Data, priors, seed, versions, and the files ``kept`` beside the page."""
    fit = outcome.fit
    data = fit.program.data
    pairs = [("model", outcome.model.name), ("rows", f"{outcome.n:,}")]
    if outcome.columns:
        pairs.append(("columns", ", ".join(f"{role} = {name}" for role, name in outcome.columns.items())))
    pairs += [(f"prior of {name}", str(prior)) for name, prior in fit.program.priors.items()]
    if fit.program.prior_power != 1:
        pairs.append(("all priors", f"to the power {fit.program.prior_power:g}"))
    pairs += [("level", f"{100 * outcome.level:g} %"), ("seed", str(outcome.seed))]
    pairs += [("data fingerprint", f"SHA-256 {data.fingerprint[:32]} of the columns that were fitted")]
    pairs += [("time", verdict.times(fit))]
    pairs += [("versions", ", ".join(f"{name} {version}" for name, version in json_document.versions().items()))]
    return [Facts([*pairs, *([("files beside", kept)] if kept else [])])]


def _command(command: str) -> list[Part]:
    if not command:
        return []
    return [Command("Run it yourself, where the data are:", command)]


def _files(outcome: Outcome) -> list[Part]:
    """The rows and the JSON document as files inside the page."""
    rows = outcome.rows_csv.encode()
    document = (
        json.dumps(json_document.complete(outcome, outcome.asked.values()), indent=1, allow_nan=False) + "\n"
    ).encode()
    return [
        Download(
            "rows.csv", f"has every estimate and interval ({len(outcome.rows):,} rows).", data_uri(rows, "text/csv")
        ),
        Download("comparison.json", "is what --json prints.", data_uri(document, "application/json")),
    ]
