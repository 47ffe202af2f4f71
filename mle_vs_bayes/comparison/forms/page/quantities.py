"""A panel for each quantity, which its name opens: the curves, the prior path and the estimates."""

from functools import partial

from .... import optional_parts
from .... import rows as row_schema
from ....report import numbers
from ....report.figures.estimates import MOST_PARAMETERS
from ....report.figures.prior_path import caption
from ....report.figures.profile import CURVES, quantity
from ....report.pages.parts import Foldout, Paragraph, Part, Picture, Table, TableCell, picture
from ..material import Material


def panels(material: Material) -> list[Part]:
    """One panel per quantity: posterior, profile, prior and the path of the prior's power, and its estimates."""
    labels = material.fit.program.quantity_labels
    shown = labels[:MOST_PARAMETERS]
    folded: list[Part] = [
        Foldout(f"q{place}", label, _inside(material, place, label), "quantity", open=place == 0)
        for place, label in enumerate(shown)
    ]
    more = [
        Foldout(f"q{place}", label, _estimates(material, label), "quantity")
        for place, label in enumerate(labels)
        if place >= len(shown)
    ]
    if more:
        folded.append(Paragraph(f"The first {len(shown)} of {len(labels)} quantities are drawn.", "quiet"))
    return [*folded, *more]


def _inside(material: Material, place: int, label: str) -> list[Part]:
    drawn = optional_parts.make(f"the panel of {label}", partial(_drawn, material, place, label), [], long=True)
    return [*drawn, *_estimates(material, label)]


def _drawn(material: Material, place: int, label: str) -> list[Picture]:
    top = material.fit.estimates.get("map")
    curves = material.curves[material.curves["parameter"] == label]
    path = material.path if top is not None and top.converged else material.curves[:0]
    path = path[path["parameter"] == label]
    figure = quantity(label, curves, path, material.outcome.level)
    if figure is None:
        return []
    there = [words for key, words in CURVES.items() if (curves["curve"] == key).any()]
    pull = ", and the estimate as the prior grows" if len(path) else ""
    alt = f"{label}: {', '.join(there) or 'no curve'}{pull}."
    return [picture(f"panel{place}", figure, alt, caption(path) if len(path) else "")]


def _estimates(material: Material, label: str) -> list[Part]:
    rows = row_schema.frame(row for row in material.fit.rows if row.parameter == label)
    style = numbers.number_format(rows)
    lines = []
    for line in numbers.records_of(rows):
        cells = [TableCell(text) for text in numbers.estimate_cells(line, style)]
        lines.append([TableCell(numbers.label_of(line), key=line["estimator"]), *cells])
    headings = ["estimator", "estimate", "SE / SD", "interval", "kind"]
    return [Table(f"Estimates of {label}", headings, lines, frozenset({1, 2, 3}))]
