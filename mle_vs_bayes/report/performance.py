"""Performance measures for the terminal: pure functions from measures to rich renderables."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from . import text
from .numbers import number, number_format, or_dash

if TYPE_CHECKING:
    import pandas as pd

AGAINST_REFERENCE = ("relative_precision", "estimate_difference", "squared_error_difference", "width_difference")
"""What says nothing of the reference itself."""


def screen(
    measures: "pd.DataFrame",
    scenario: Sequence[str],
    kinds: Sequence[str],
    words: Mapping[str, str],
    reference: str | None,
) -> Group:
    """One block per scenario: value, MCSE, number used and failed of every measure and method.

    ``kinds`` are columns that tell the lines of one method apart; ``words`` say each measure for people.
    """
    itself = measures["method"].isin([reference]) & measures["measure"].isin(AGAINST_REFERENCE)
    shown = measures[~itself].assign(label=_labels(measures, kinds))
    varying = [name for name in scenario if shown[name].nunique(dropna=False) > 1]
    if not varying:
        return Group(_block(shown, words))
    parts: list[RenderableType] = []
    for key, block in shown.groupby(varying, sort=False, dropna=False):
        heading = " · ".join(f"{name} = {value}" for name, value in zip(varying, key, strict=True))
        parts.append(Group(Text(heading, style="bold"), _block(block, words)))
    return text.stack(parts)


def slopes(lines: "pd.DataFrame", words: Mapping[str, str]) -> Table:
    """One line per method and scenario: slope of the measure in n on logarithmic scales, beside its prediction."""
    keys = [name for name in lines.columns[: lines.columns.get_loc("measure")] if lines[name].nunique(dropna=False) > 1]
    title = f"slope in n of the {words[lines['measure'].iloc[0]]}"
    table = text.heading_table(title, "slope ± SE", "predicted", "z", "chi-square", "points")
    for line in lines.to_dict("records"):
        name = " · ".join(str(line[key]) for key in keys) or str(line["method"])
        style = "{:+.2f}"
        exponent = f"{line['slope']:+.3f} ± {line['se']:.3f}" if line["slope"] == line["slope"] else "–"
        cells = [_known(line["predicted"], style), _known(line["z"], style), _known(line["chi_square"], "{:.1f}")]
        table.add_row(name, exponent, *cells, str(line["points"]))
    return table


def _block(measures: "pd.DataFrame", words: Mapping[str, str]) -> Table:
    table = text.heading_table("measure")
    table.columns[0].no_wrap = True
    table.add_column("method", overflow="fold")
    for heading in ("value", "MCSE", "used", "failed"):
        table.add_column(heading, justify="right", no_wrap=True)
    for measure, lines in measures.groupby("measure", sort=False):
        style = number_format(lines.rename(columns={"mcse": "se"}).assign(estimate=lines["value"]))
        for position, line in enumerate(lines.to_dict("records")):
            name = words[str(measure)] if position == 0 else ""
            numbers = (number(line["value"], style), number(line["mcse"], style))
            table.add_row(name, line["label"], *numbers, f"{line['used']:,}", f"{line['failed']:,}")
    return table


def _labels(measures: "pd.DataFrame", kinds: Sequence[str]) -> "pd.Series":
    """The method, and what tells its lines apart where they differ: ``mle profile``."""
    label = measures["method"].fillna("–").astype(str)
    for name in kinds:
        if measures[name].nunique() > 1:
            label = label + " " + measures[name].map(_word)
    return label


def _word(value: Any) -> str:
    if value is None or value != value:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _known(value: float, style: str) -> str:
    return or_dash(None if value != value else value, style)
