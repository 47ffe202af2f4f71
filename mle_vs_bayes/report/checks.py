"""The findings of `check` for the terminal: one aligned line per check, and what is wrong with those that failed."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from . import text

STYLES = {"passed": "green", "failed": "bold red", "skipped": "dim"}


def screen(document: Mapping[str, Any]) -> Group:
    """The table and the summary from `Report.document`."""
    checks = document["checks"]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("check", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("statistic", justify="right", no_wrap=True)
    table.add_column("tolerance", justify="right", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    table.add_column("largest at, or why not", overflow="fold")
    for each in checks:
        outcome = Text(each["outcome"], style=STYLES[each["outcome"]])
        numbers = (_number(each["statistic"]), _number(each["tolerance"]))
        table.add_row(each["check"], outcome, *numbers, each["unit"], each["detail"])
    heading = f"{document['model']} · n = {document['n']} · seed {document['seed']}"
    return text.stack([heading, table, summary(document)])


def summary(document: Mapping[str, Any]) -> str:
    """``12 checks passed, 1 failed (simulator), 2 skipped``."""
    by = {outcome: [c["check"] for c in document["checks"] if c["outcome"] == outcome] for outcome in STYLES}
    names = f" ({'; '.join(by['failed'])})" if by["failed"] else ""
    return f"{len(by['passed'])} checks passed, {len(by['failed'])} failed{names}, {len(by['skipped'])} skipped"


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.2f}" if 0.01 <= abs(value) < 1000 or value == 0 else f"{value:.0e}"
