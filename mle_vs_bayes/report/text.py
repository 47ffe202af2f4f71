"""Text for the terminal: pure functions from rows and words to rich renderables; nothing here prints."""

import io
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.constrain import Constrain
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from .numbers import (
    LENGTHS,
    PARTS,
    PARTS_EXPLAINED,
    by_median,
    estimate_cells,
    estimator_label,
    label_of,
    number,
    number_format,
    or_dash,
    pair_cells,
    pair_heading,
    ratio_cells,
    records_of,
    unit_of,
)
from .palette import LOOKS
from .quantities import chosen, once, ratio_name, ratios, telling

if TYPE_CHECKING:
    import pandas

WIDTH = 100
"""Columns of a paragraph; a table may be wider where its numbers need it."""


def terminal(*, errors: bool = False, least: int = 0) -> Console:
    """Standard output, or with ``errors`` standard error: bold and coloured on a terminal, unless ``NO_COLOR`` is set.

    ``least``: columns that a pipe has, where no window sets the width.
    """
    plain = bool(os.environ.get("NO_COLOR"))
    console = Console(stderr=errors, color_system=None if plain else "auto", highlight=False, markup=False)
    if not console.is_terminal:
        console.width = max(console.width, least)
    return console


def plain(renderable: RenderableType, width: int = 2 * WIDTH) -> str:
    """A renderable as text without colour and trailing spaces, at most ``width`` columns wide."""
    buffer = io.StringIO()
    console = Console(file=buffer, width=width, no_color=True, highlight=False, markup=False)
    console.print(renderable)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


def estimates(rows: "pandas.DataFrame", only: Sequence[str] = ()) -> RenderableType:
    """One block per quantity, one line per estimator: estimate, SE or SD, interval and its kind.

    A ratio stands beside its coefficient, with its interval where the screen is wide enough. ``only``: patterns of the
    quantities to show (`quantities.chosen`), as in the other tables.
    """
    blocks = {str(label): block for label, block in rows.groupby("parameter", sort=False)}
    labels = once(chosen(blocks, only))
    beside = {label: ratio for label, ratio in ratios(list(blocks)).items() if label in labels}
    if not beside:
        return _estimates(blocks, labels, {})
    return Fitting(*(_estimates(blocks, labels, beside, interval) for interval in (True, False)))


def _estimates(
    blocks: "Mapping[str, pandas.DataFrame]", labels: Sequence[str], beside: Mapping[str, str], interval: bool = True
) -> Table:
    level, table = blocks[labels[0]]["level"].iloc[0] if labels else float("nan"), _table()
    longest = max(map(len, labels), default=0)
    # On a narrow screen the first column gives way, and after it the last.
    table.add_column("", overflow="fold", min_width=min(longest, 18), style="bold")
    table.add_column("estimator", no_wrap=True)
    for heading in ("estimate", "SE / SD", f"{100 * level:g} % interval"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("kind", overflow="ellipsis", min_width=7)
    if beside:
        name = ratio_name(beside)
        table.add_column(name if interval else name.replace("_", "\n"), no_wrap=interval, min_width=7)
    for label in labels:
        style, above = number_format(blocks[label]), ""
        ratio_of = ratio_cells(blocks.get(beside.get(label, "")))
        for position, line in enumerate(records_of(blocks[label])):
            name = label if position == 0 else ""
            cells = (label_of(line), *_marked(estimate_cells(line, style), line["status"]))
            if cells[0] == above:  # another interval of the same estimate
                cells = ("", "", "", *cells[3:])
            table.add_row(name, *cells, *([ratio_of(line, interval)] if beside else []))
            above = label_of(line)
        table.add_section()
    return table


class Fitting:
    """The first of several ways to say the same that the screen is wide enough for, or else the last."""

    def __init__(self, *ways: RenderableType) -> None:
        self.ways = ways

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for way in self.ways[:-1]:
            if Measurement.get(console, options.update_width(10_000), way).maximum <= options.max_width:
                yield way
                return
        yield self.ways[-1]


def agreement(records: Sequence[dict[str, Any]], pairs: Sequence[str], only: Sequence[str] = ()) -> Table:
    """Observed beside expected difference of each pair, in standard errors; one line per quantity."""
    table = _table()
    labels = telling(records, only)
    longest = max(map(len, labels), default=0)
    table.add_column(f"apart, in\n{unit_of(records)}", overflow="fold", min_width=min(longest, 18))
    for pair in pairs:
        heading = pair_heading(pair).replace(" − ", "\n− ")  # 80 columns must do
        table.add_column(heading, justify="right", no_wrap=True)
        table.add_column("expected", justify="right", style="dim", no_wrap=True)
    for parameter in labels:
        cells: list[str] = []
        for pair in pairs:
            cells += pair_cells(next((r for r in records if (r["parameter"], r["pair"]) == (parameter, pair)), None))
        table.add_row(parameter, *cells)
    return table


def explanation(records: Sequence[dict[str, Any]], sentences: Sequence[str], only: Sequence[str] = ()) -> Group:
    """Why the estimators differ: the parts of each quantity in one table, then the same in sentences."""
    table = _table()
    unit = f"SE of the {records[0]['unit'].removesuffix(' se').upper()}"
    table.add_column(f"why, in {unit}", no_wrap=True)
    for heading, key in PARTS.items():
        style = "dim" if key.endswith("expected") else ""
        table.add_column(heading, justify="right", style=style, no_wrap=True)
    for record in _chosen(records, only):
        cells = [or_dash(record[key], "{:.2f}" if key in LENGTHS else "{:+.2f}") for key in PARTS.values()]
        table.add_row(record["quantity"], *cells)
    return stack([table, paragraph(PARTS_EXPLAINED, "dim"), Group(*(paragraph(words) for words in sentences))])


def sensitivity(records: Sequence[dict[str, Any]], remarks: Sequence[str], only: Sequence[str] = ()) -> Group:
    """Power scaling: ArviZ's measures, and the shift of mean and mode per unit of the prior's power in SD."""
    table = _table()
    table.add_column("sensitivity to", no_wrap=True)
    for heading in ("prior", "likelihood", "one more prior moves the mean by, in SD", "± error", "the mode"):
        table.add_column(heading, justify="right", no_wrap=True)
    keys = {"prior": "{:.2f}", "likelihood": "{:.2f}", "mean_shift": "{:+.2f}", "monte_carlo_error": "{:.2f}"}
    keys["mode_shift"] = "{:+.2f}"
    for record in _chosen(records, only):
        table.add_row(record["quantity"], *(or_dash(record[key], style) for key, style in keys.items()))
    return stack([table, *(paragraph(f"! {remark}", "yellow") for remark in remarks)])


def sizes(rows: "pandas.DataFrame", only: Sequence[str] = ()) -> Table:
    """Convergence: estimate ± SE of every estimator by n, one block per quantity."""
    names = list(rows["estimator"].unique())
    table = _table()
    table.add_column("", overflow="fold")
    table.add_column("n", justify="right", no_wrap=True)
    for name in names:
        heading = "\n".join(LOOKS[name].label.rsplit(maxsplit=1))  # on two lines, so that five estimators fit
        table.add_column(f"{heading} ± SE", justify="right", no_wrap=True)
    blocks = {str(label): block for label, block in rows.groupby("parameter", sort=False)}
    for parameter in once(chosen(blocks, only)):
        style = number_format(blocks[parameter])
        for position, (n, at_n) in enumerate(blocks[parameter].groupby("n")):
            lines = {line["estimator"]: line for line in records_of(at_n)}
            cells = [_plus_minus(lines[name], style) for name in names]
            table.add_row(str(parameter) if position == 0 else "", f"{n:,}", *cells)
        table.add_section()
    return table


def paragraph(words: str | Text, style: str = "") -> Constrain:
    """Words on lines of at most `WIDTH` columns, or as many as a narrower screen has."""
    return Constrain(words if isinstance(words, Text) else Text(words, style=style), WIDTH)


def stack(parts: Iterable[RenderableType]) -> Group:
    """Parts under each other with an empty line between."""
    spaced: list[RenderableType] = []
    for part in parts:
        spaced += [part, Text("")]
    return Group(*spaced[:-1])


def _plus_minus(line: dict[str, Any], style: str) -> str:
    if line["status"] != "ok":
        return str(line["status"]).replace("_", " ")
    if by_median(line):
        return f"median {number(line['median'], style)}"
    return f"{number(line['estimate'], style)} ± {number(line['se'], style)}"


def heading_table(first: str, *numbers: str) -> Table:
    """An empty table whose first column has names and whose others have numbers."""
    table = _table()
    table.add_column(first, overflow="fold")
    for heading in numbers:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def by_estimator(
    rows: "pandas.DataFrame",
    names: Mapping[str, str],
    cells: Callable[[dict[str, Any], str], Sequence[str]],
    interval: str,
    estimate: str = "estimate",
) -> Table:
    """A line per estimator of each thing that the columns ``names`` name, under their headings; some may be lacking.

    A name that stands above is not repeated. ``cells`` makes those of a line, in the format of its block: ``estimate``,
    SE, ``interval`` and the distance from maximum likelihood.
    """
    there = {column: heading for column, heading in names.items() if column in rows}
    table = heading_table(*there.values(), "estimator", estimate, "SE", interval, "from MLE")
    for column in table.columns[1 : len(there) + 1]:
        column.justify = "left"
    above: tuple[str, ...] = ("",) * len(there)
    for key, block in rows.groupby(list(there), sort=False):
        labels = tuple(map(str, key))
        style = number_format(block if "estimate" in block else block.rename(columns={"mean": "estimate"}))
        head = ["" if labels[: end + 1] == above[: end + 1] else name for end, name in enumerate(labels)]
        for line in records_of(block):
            table.add_row(*head, estimator_label(line), *cells(line, style))
            head = [""] * len(head)
        above = labels
    return table


def _table() -> Table:
    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")


def _marked(cells: Iterable[str], status: str) -> tuple[str | Text, ...]:
    """The cells, a status that is not ``ok`` in red."""
    return tuple(Text(cell, "red") if cell == status.replace("_", " ") else cell for cell in cells)


def _chosen(records: Sequence[dict[str, Any]], only: Sequence[str]) -> list[dict[str, Any]]:
    by_label = {record["quantity"]: record for record in records}
    return [by_label[label] for label in chosen(by_label, only)]
