"""The parts of a comparison's page on what was asked of it: new rows predicted, average effects, tests and scores."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table as RichTable

from ....report import numbers
from ....report.figures.estimates import forest
from ....report.pages.parts import Paragraph, Part, Picture, Table, TableCell, picture
from ....rows import COLUMNS, MODEL_SCALE
from ...outcome import Outcome
from ...scores.report import EXPLAINED
from ..effects import cells_of as effect_cells
from ..predictions import LIKELIEST
from ..predictions import cells_of as mean_cells

if TYPE_CHECKING:
    import pandas

DRAWN, LISTED = 12, 100
"""New rows that are drawn, and that stand in the table."""
MEANS = (
    "The error of a mean is the delta method's at an optimum and the standard deviation of draws of the posterior. "
    "Where y will lie is the distribution at the estimate (plug-in), which does not know of the estimate's own error, "
    "or that of one outcome per draw."
)


CHANCES = (
    "The error of a chance is the delta method's at an optimum, whose interval is made on the log odds, and the "
    "standard deviation of draws of the posterior, whose mean chance is that of the posterior predictive."
)
SAID = "from MLE", "remark"


def predictions(outcome: Outcome) -> list[Part]:
    """New rows by every estimator: how far apart, as table and figure, and what lies beyond the data of the fit."""
    asked = outcome.predictions
    if asked is None:
        return []
    rows, percent = asked.rows, f"{100 * asked.level:g} %"
    count = int(rows["row"].max())
    lines = []
    of_classes = asked.of_classes
    for _, block in rows[rows["row"] <= LISTED].groupby(["row", *_classes(rows)], sort=False):
        style = numbers.number_format(block.rename(columns={"mean": "estimate"}))
        for line in numbers.records_of(block):
            mean, se, y, apart = mean_cells(line, style)
            head = [TableCell(str(line["row"]), float(line["row"])), *_class_cells(line)]
            shared = _shared(line, mean, se, numbers.ends(line, style))
            lines.append([*head, *shared, *([] if of_classes else [TableCell(y)]), *_said(line, apart)])
    what = ["chance", "SE", f"{percent} of the chance"] if of_classes else ["mean", "SE", f"{percent} of the mean"]
    headings = ["row", *_classes(rows), "estimator", *what, *([] if of_classes else [f"{percent} of y"]), *SAID]
    table = _table("New rows, by every estimator", headings, lines)
    alt = "Mean response of each new row with its interval and that of y, by estimator; as in the table above."
    drawn = [] if rows["mean"].isna().all() else [_picture("predictions", _of_rows(outcome, rows, asked.level), alt)]
    explained = f"{LIKELIEST} {CHANCES}" if of_classes else MEANS
    return [*_told(asked.apart, asked.remarks()), table, *_more(count), *drawn, Paragraph(explained, "quiet")]


def scores(outcome: Outcome) -> list[Part]:
    """Tests and scores as on the screen, where they were asked for."""
    asked = outcome.asked.get("scores")
    if asked is None:
        return []
    sentences = [Paragraph(words) for words in (*asked.sentences(), *asked.remarks())]
    tables = [_of_screen(caption, table) for caption, table in asked.tables().items()]
    return [*sentences, *tables, *([Paragraph(EXPLAINED, "quiet")] if asked.scores else [])]


def _of_screen(caption: str, table: RichTable) -> Table:
    """A table of the screen as one of the page: names on the left, numbers on the right."""
    headings = [str(column.header) for column in table.columns]
    lines = [[TableCell(str(cell)) for cell in cells] for cells in zip(*(c.cells for c in table.columns), strict=True)]
    return Table(caption, headings, lines, frozenset(range(1, len(headings))))


def effects(outcome: Outcome) -> list[Part]:
    """Average effects by every estimator: how far apart, as table and figure."""
    asked = outcome.effects
    if asked is None:
        return []
    lines = []
    for _, block in asked.rows.groupby(["effect", *_classes(asked.rows)], sort=False):
        style = numbers.number_format(block)
        for line in numbers.records_of(block):
            estimate, se, interval, apart = effect_cells(line, style)
            head = [TableCell(line["effect"]), *_class_cells(line)]
            lines.append([*head, *_shared(line, estimate, se, interval), *_said(line, apart)])
    classes = _classes(asked.rows)
    headings = ["effect", *classes, "estimator", "estimate", "SE", f"{100 * asked.level:g} % interval", *SAID]
    what = "chance of each class" if classes else "mean response"
    table = _table(f"Difference of the {what}, averaged over the rows", headings, lines)
    alt = "Each average effect with its interval, by estimator; as in the table above."
    labels = [numbers.of_class(line["effect"], line) for line in numbers.records_of(asked.rows)]
    one = asked.rows.assign(parameter=labels, interval="of_effect")
    drawn = [] if one["estimate"].isna().all() else [_picture("effects", _as_rows(outcome, one, asked.level), alt)]
    return [*_told(asked.apart, asked.remarks()), table, *drawn]


def _classes(rows: "pandas.DataFrame") -> list[str]:
    """The column of classes, where the outcome is one."""
    return ["class"] if "class" in rows else []


def _class_cells(line: dict[str, Any]) -> list[TableCell]:
    return [TableCell(line["class"])] if "class" in line else []


def _table(caption: str, headings: list[str], lines: list[list[TableCell]]) -> Table:
    """Words on the left, numbers on the right."""
    words = {"effect", "class", "estimator", "remark"}
    numeric = frozenset(place for place, heading in enumerate(headings) if heading not in words)
    return Table(caption, headings, lines, numeric)


def _shared(line: dict[str, Any], estimate: str, error: str, interval: str) -> list[TableCell]:
    """The cells of any number that an estimator has."""
    value = line["median"] if numbers.by_median(line) else line.get("mean", line.get("estimate"))
    return [
        TableCell(numbers.estimator_label(line), key=line["estimator"]),
        TableCell(estimate, numbers.sort_key(value)),
        TableCell(error, numbers.sort_key(line["se"])),
        TableCell(interval, numbers.sort_key(line["lower"])),
    ]


def _said(line: dict[str, Any], apart: str) -> list[TableCell]:
    words = "; ".join(text for text in (line["reason"], line["remark"]) if text)
    return [TableCell(apart, numbers.sort_key(line["from_mle"])), TableCell(words, tone="quiet")]


def _told(apart: str, remarks: Sequence[str]) -> list[Part]:
    return [*([Paragraph(apart)] if apart else []), *(Paragraph(words) for words in remarks)]


def _more(count: int) -> list[Part]:
    if count <= DRAWN:
        return []
    listed = f" and {LISTED} listed" if count > LISTED else ""
    return [
        Paragraph(f"Of {count:,} new rows the first {DRAWN} are drawn{listed}; all are in predictions.csv.", "quiet")
    ]


def _of_rows(outcome: Outcome, rows: "pandas.DataFrame", level: float) -> "pandas.DataFrame":
    """Two intervals of each of the first rows and estimators: of the mean, and of y where that is a number."""
    import pandas

    few = max(1, DRAWN // rows["class"].nunique()) if _classes(rows) else DRAWN
    first = rows[rows["row"] <= few].rename(columns={"mean": "estimate"})
    first = first.assign(parameter=[numbers.of_class(f"row {line['row']}", line) for line in numbers.records_of(first)])
    if _classes(rows):
        return _as_rows(outcome, first.assign(interval="of_mean"), level)
    of_y = first.assign(interval="of_y", lower=first["y_lower"], upper=first["y_upper"])
    return _as_rows(outcome, pandas.concat([first.assign(interval="of_mean"), of_y]), level)


def _as_rows(outcome: Outcome, rows: "pandas.DataFrame", level: float) -> "pandas.DataFrame":
    """The columns that figures read."""
    named = rows.assign(model=outcome.model.name, n=outcome.n, level=level, scale=MODEL_SCALE)
    named = named.assign(truth=float("nan"))
    return named[[column for column in COLUMNS if column in named]]


def _picture(name: str, rows: "pandas.DataFrame", alt: str) -> Picture:
    words = {"predictions": "new rows with {level} intervals", "effects": "average effects with {level} intervals"}
    return picture(name, forest(rows, words[name], opens=name), alt)
