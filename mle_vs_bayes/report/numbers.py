"""Numbers in words of few digits: rows and records → cells of text, for the terminal and for pages alike.

Numbers of one quantity share their decimals, so that columns align and digits stop where the standard error's second
digit does.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..rows import MODEL_SCALE
from .palette import LOOKS

if TYPE_CHECKING:
    import pandas

DIGITS = 16
"""A number has no more on the screen."""
_ROUNDING = 1e-13
"""Share of an estimate: a smaller standard error is what rounding leaves of 0."""

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
LENGTHS = ("monte_carlo_error", "edge")
"""What has no sign."""
PARTS_EXPLAINED = (
    "prior + skewness = mean − MLE, each beside what theory expects of it. ± error: Monte Carlo's. scale: how far "
    "from the MAP the mode on the unconstrained scale is. edge: how far the nearest end of the support is."
)


def number_format(block: "pandas.DataFrame") -> str:
    """The format in which all numbers of one quantity show two digits of the smallest error.

    Exponents only where plain notation would take more than 7 decimals, 7 digits too many, or `DIGITS`. An error below
    the rounding of its estimate is a constant's and tells no digits. How large the numbers are is told by the middle
    one of the estimates, so that one that ran off changes its own cell only (`number`).
    """
    sizes = block["estimate"].abs()
    errors = block["se"].where(block["se"] > _ROUNDING * sizes)
    smallest, typical = errors[errors > 0].min(), sizes[sizes > 0].quantile(interpolation="lower")
    if not (math.isfinite(smallest) and typical > 0):
        return ",.4f"
    places = max(0, 1 - math.floor(math.log10(smallest)))
    before = 1 + max(0, math.floor(math.log10(typical)))
    beyond = math.floor(math.log10(smallest)) - 1  # digits before the point that the error says nothing of
    if places > 7 or beyond > 7 or places + before > DIGITS:
        return f".{min(DIGITS - 1, max(2, 1 + math.ceil(math.log10(typical / smallest))))}e"
    return f",.{places}f"


def number(value: float | None, style: str) -> str:
    """A number in this format, by its power of ten where that would take more than `DIGITS`; – when missing."""
    if value is None or not math.isfinite(value):
        return "–"
    plainly = format(value, style)
    return f"{value:.2e}" if sum(map(str.isdigit, plainly)) > DIGITS and "e" not in plainly else plainly


def label_of(line: dict[str, Any]) -> str:
    label = estimator_label(line)
    return label if line["scale"] == MODEL_SCALE else f"{label}, {line['scale']} scale"


def estimator_label(line: Mapping[str, Any]) -> str:
    """``posterior median`` where there is no mean."""
    label = LOOKS[line["estimator"]].label
    return label.replace("mean", "median") if by_median(line) else label


def estimate_cells(line: dict[str, Any], style: str) -> tuple[str, ...]:
    status = "" if line["status"] == "ok" else str(line["status"]).replace("_", " ")
    if not math.isfinite(line["estimate"]) and not by_median(line):
        return (status, "", "", "")
    numbers = (number(line["median" if by_median(line) else "estimate"], style), number(line["se"], style))
    if status:
        return (*numbers, status, line["interval"])
    if line["interval"] == "none":
        return (*numbers, "", "")
    return (*numbers, f"{number(line['lower'], style)} to {number(line['upper'], style)}", line["interval"])


def ratio_cells(block: "pandas.DataFrame | None") -> "Callable[[dict[str, Any], bool], str]":
    """How a line of a coefficient finds its ratio: ``3.1 (1.4 to 6.5)`` of the same estimator and kind of interval.

    ``block`` has the rows of that ratio; without any the cell is empty. A status stands there that the line has not.
    """
    lines = [] if block is None else records_of(block)
    style = "" if block is None else number_format(block)

    def cell(line: dict[str, Any], interval: bool) -> str:
        by_kind = {each["interval"]: each for each in lines if _same_estimate(each, line)}
        if not by_kind:
            return ""
        ratio = by_kind.get(line["interval"], next(iter(by_kind.values())))
        value, _, ends, kind = estimate_cells(ratio, style)
        if not value or not value[-1].isdigit():
            return value if line["status"] == "ok" else ""
        median = " median" if by_median(ratio) and not by_median(line) else ""
        return f"{value}{median} ({ends})" if interval and ends and kind == line["interval"] else f"{value}{median}"

    return cell


def _same_estimate(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(one["estimator"] == other["estimator"] and one["scale"] == other["scale"])


def in_errors(line: Mapping[str, Any]) -> str:
    """How far a number is from maximum likelihood's, in standard errors of that."""
    return "" if math.isnan(line["from_mle"]) else f"{signed(line['from_mle'])} SE"


def furthest(rows: "pandas.DataFrame", column: str, what: str) -> str:
    """``The means are at most 0.25 SE from those of maximum likelihood (row 3, MAP).``; nothing where none is told."""
    known = [line for line in records_of(rows) if math.isfinite(line["from_mle"])]
    if not known:
        return ""
    worst = max(known, key=lambda line: abs(line["from_mle"]))
    where = of_class(f"row {worst[column]}" if column == "row" else worst[column], worst)
    return (
        f"{what} are at most {abs(worst['from_mle']):.2f} SE from those of maximum likelihood "
        f"({where}, {LOOKS[worst['estimator']].label})."
    )


def of_class(words: str, line: Mapping[str, Any]) -> str:
    """``row 3, class Low``, where the line is about the chance of a class."""
    return f"{words}, class {line['class']}" if "class" in line else words


def ends(line: Mapping[str, Any], style: str) -> str:
    """``0.1 to 0.3``, the interval of a line; nothing where it has none."""
    lower, upper = (number(line[end], style) for end in ("lower", "upper"))
    return f"{lower} to {upper}" if math.isfinite(line["lower"]) else ""


def by_median(line: Mapping[str, Any]) -> bool:
    """Whether the posterior has a median and no mean; ``mean`` is the estimate of a prediction."""
    return math.isfinite(line["median"]) and not math.isfinite(line.get("estimate", line.get("mean", math.nan)))


def pair_cells(record: dict[str, Any] | None) -> list[str]:
    """Observed and expected difference of one pair; – where an estimator has no number for the quantity."""
    if record is None:
        return ["–", "–"]
    mark = " !" if record["verdict"] == "unexplained" else ""
    return [signed(record["in_se"]) + mark, "–" if record["expected"] is None else signed(record["expected"])]


def or_dash(value: float | None, style: str, most: float = 1000) -> str:
    """A number in this format, by its power of ten from ``most`` on; – when missing."""
    return "–" if value is None else style.format(value) if abs(value) < most else f"{value:{'+' * ('+' in style)}.0e}"


def signed(value: float) -> str:
    return f"{value:+.2f}" if abs(value) < 1000 else f"{value:+.0e}"


def unit_of(records: Sequence[dict[str, Any]]) -> str:
    return "SE of the MLE" if records[0]["unit"].startswith("mle") else "SE of the MAP"


def pair_heading(pair: str) -> str:
    """``map - mle`` as a table's head has it."""
    return pair.replace(" - ", " − ").replace("map", "MAP").replace("mle", "MLE")


def records_of(rows: "pandas.DataFrame") -> list[dict[str, Any]]:
    return [{str(key): value for key, value in line.items()} for line in rows.to_dict("records")]


def sort_key(value: Any) -> float | None:
    """What a column of a page's table is sorted by; None of a number that is missing."""
    return None if value is None or value != value else float(value)
