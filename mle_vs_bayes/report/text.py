"""Text for the terminal: pure functions from rows and words to rich renderables; nothing here prints.

Numbers of one quantity share their decimals, so that columns align and digits stop where the
standard error's second digit does.
"""

import io
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group, RenderableType
from rich.constrain import Constrain
from rich.table import Table
from rich.text import Text

from ..rows import MODEL_SCALE
from .palette import LOOKS
from .quantities import chosen

if TYPE_CHECKING:
    import pandas

WIDTH = 100
"""Of paragraphs; a table may be wider where its numbers need it."""

DIGITS = 16
"""A number has no more on the screen."""
_ROUNDING = 1e-13
"""Of an estimate: a smaller standard error is what rounding leaves of none."""

PARTS = {
    "mean − MLE": "difference",
    "prior": "prior",
    "expected": "prior_expected",
    "skewness": "skewness",
    "expected ": "skewness_expected",
    "± error": "monte_carlo_error",
    "scale": "scale",
    "edge": "edge",
}
_LENGTHS = ("monte_carlo_error", "edge")
"""What has no sign."""
_PARTS_EXPLAINED = (
    "prior + skewness = mean − MLE, each beside what theory expects of it. ± error: Monte Carlo's. scale: how far "
    "from the MAP the mode on the unconstrained scale is. edge: how far the nearest end of the support is."
)


def plain(renderable: RenderableType, width: int = 2 * WIDTH) -> str:
    """A renderable as text without colour and trailing spaces, at most ``width`` columns wide."""
    console = Console(file=io.StringIO(), width=width, no_color=True, highlight=False, markup=False)
    console.print(renderable)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def estimates(rows: "pandas.DataFrame", only: Sequence[str] = ()) -> Table:
    """One block per quantity, one line per estimator: estimate, SE or SD, interval and its kind.

    ``only``: patterns of the quantities to show (`quantities.chosen`), as in the other tables.
    """
    level = rows["level"].iloc[0]
    table = _table()
    blocks = {str(label): block for label, block in rows.groupby("parameter", sort=False)}
    labels = chosen(blocks, only)
    longest = max(map(len, labels), default=0)
    # On a narrow screen the first column gives way, and after it the last.
    table.add_column("", overflow="fold", min_width=min(longest, 18), style="bold")
    for heading, justify in (
        ("estimator", "left"),
        ("estimate", "right"),
        ("SE / SD", "right"),
        (f"{100 * level:g} % interval", "right"),
    ):
        table.add_column(heading, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    table.add_column("kind", overflow="ellipsis", min_width=7)
    for label in labels:
        style, above = number_format(blocks[label]), ""
        for position, line in enumerate(_records(blocks[label])):
            name = label if position == 0 else ""
            cells = (_label(line), *_numbers(line, style))
            if cells[0] == above:  # another interval of the same estimate
                cells = ("", "", "", *cells[3:])
            table.add_row(name, *cells)
            above = _label(line)
        table.add_section()
    return table


def agreement(records: Sequence[dict[str, Any]], pairs: Sequence[str], only: Sequence[str] = ()) -> Table:
    """Observed beside expected difference of each pair, in standard errors; one line per quantity."""
    table = _table()
    labels = chosen([record["parameter"] for record in records], only)
    longest = max(map(len, labels), default=0)
    table.add_column(f"apart, in\n{_unit(records)}", overflow="fold", min_width=min(longest, 18))
    for pair in pairs:
        heading = pair.replace(" - ", "\n− ").replace("map", "MAP").replace("mle", "MLE")  # 80 columns must do
        table.add_column(heading, justify="right", no_wrap=True)
        table.add_column("expected", justify="right", style="dim", no_wrap=True)
    for parameter in labels:
        cells: list[str] = []
        for pair in pairs:
            cells += _pair_cells(next((r for r in records if (r["parameter"], r["pair"]) == (parameter, pair)), None))
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
        cells = [or_dash(record[key], "{:.2f}" if key in _LENGTHS else "{:+.2f}") for key in PARTS.values()]
        table.add_row(record["quantity"], *cells)
    return stack([table, paragraph(_PARTS_EXPLAINED, "dim"), Group(*(paragraph(words) for words in sentences))])


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
    for parameter in chosen(blocks, only):
        style = number_format(blocks[parameter])
        for position, (n, at_n) in enumerate(blocks[parameter].groupby("n")):
            lines = {line["estimator"]: line for line in _records(at_n)}
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


def number_format(block: "pandas.DataFrame") -> str:
    """The format in which all numbers of one quantity show two digits of the smallest error.

    Exponents only where plain notation would take more than 7 decimals or `DIGITS`. An error below the rounding of
    its estimate is a constant's and tells no digits. How large the numbers are is told by the middle one of the
    estimates, so that one that ran off changes its own cell only (`number`).
    """
    sizes = block["estimate"].abs()
    errors = block["se"].where(block["se"] > _ROUNDING * sizes)
    smallest, typical = errors[errors > 0].min(), sizes[sizes > 0].quantile(interpolation="lower")
    if not (math.isfinite(smallest) and typical > 0):
        return ",.4f"
    places = max(0, 1 - math.floor(math.log10(smallest)))
    before = 1 + max(0, math.floor(math.log10(typical)))
    if places > 7 or places + before > DIGITS:
        return f".{min(DIGITS - 1, max(2, 1 + math.ceil(math.log10(typical / smallest))))}e"
    return f",.{places}f"


def number(value: float | None, style: str) -> str:
    """A number in this format, by its power of ten where that would take more than `DIGITS`; – when missing."""
    if value is None or not math.isfinite(value):
        return "–"
    plainly = format(value, style)
    return f"{value:.2e}" if sum(map(str.isdigit, plainly)) > DIGITS and "e" not in plainly else plainly


def _label(line: dict[str, Any]) -> str:
    label = LOOKS[line["estimator"]].label
    label = label.replace("mean", "median") if _by_median(line) else label
    return label if line["scale"] == MODEL_SCALE else f"{label}, {line['scale']} scale"


def _numbers(line: dict[str, Any], style: str) -> tuple[str | Text, ...]:
    status = Text("" if line["status"] == "ok" else str(line["status"]).replace("_", " "), "red")
    if not math.isfinite(line["estimate"]) and not _by_median(line):
        return (status, "", "", "")
    numbers = (number(line["median" if _by_median(line) else "estimate"], style), number(line["se"], style))
    if status:
        return (*numbers, status, line["interval"])
    if line["interval"] == "none":
        return (*numbers, "", "")
    return (*numbers, f"{number(line['lower'], style)} to {number(line['upper'], style)}", line["interval"])


def _plus_minus(line: dict[str, Any], style: str) -> str:
    if line["status"] != "ok":
        return str(line["status"]).replace("_", " ")
    if _by_median(line):
        return f"median {number(line['median'], style)}"
    return f"{number(line['estimate'], style)} ± {number(line['se'], style)}"


def _by_median(line: dict[str, Any]) -> bool:
    """Whether the posterior has a median and no mean."""
    return math.isfinite(line["median"]) and not math.isfinite(line["estimate"])


def _pair_cells(record: dict[str, Any] | None) -> list[str]:
    """Observed and expected difference of one pair; – where an estimator has no number for the quantity."""
    if record is None:
        return ["–", "–"]
    mark = " !" if record["verdict"] == "unexplained" else ""
    return [_signed(record["in_se"]) + mark, "–" if record["expected"] is None else _signed(record["expected"])]


def or_dash(value: float | None, style: str, most: float = 1000) -> str:
    """A number in this format, by its power of ten from ``most`` on; – when missing."""
    return "–" if value is None else style.format(value) if abs(value) < most else f"{value:+.0e}"


def _signed(value: float) -> str:
    return f"{value:+.2f}" if abs(value) < 1000 else f"{value:+.0e}"


def _unit(records: Sequence[dict[str, Any]]) -> str:
    return "SE of the MLE" if records[0]["unit"].startswith("mle") else "SE of the MAP"


def heading_table(first: str, *numbers: str) -> Table:
    """An empty table whose first column has names and whose others have numbers."""
    table = _table()
    table.add_column(first, overflow="fold")
    for heading in numbers:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _table() -> Table:
    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")


def _chosen(records: Sequence[dict[str, Any]], only: Sequence[str]) -> list[dict[str, Any]]:
    by_label = {record["quantity"]: record for record in records}
    return [by_label[label] for label in chosen(by_label, only)]


def _records(rows: "pandas.DataFrame") -> list[dict[str, Any]]:
    return [{str(key): value for key, value in line.items()} for line in rows.to_dict("records")]
