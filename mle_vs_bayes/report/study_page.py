"""Words of a study: its verdict lines as a table, and the page in Markdown that its folder is read by."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

SECTIONS = ("question", "design", "prediction", "source")


def verdicts(lines: Sequence[Mapping[str, Any]]) -> Table:
    """One line per prediction and group: claim, where, measured ± MCSE, verdict."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("prediction", "where", "measured ± MCSE", "verdict"):
        table.add_column(heading, overflow="fold")
    for line in lines:
        table.add_row(line["claim"], line["where"], measured(line["measured"], line["mcse"]), line["verdict"])
    return table


def measured(value: float | None, error: float | None) -> str:
    """``0.948 ± 0.0022``: the value to the digits that its error supports."""
    if value is None:
        return "nothing measured"
    if not error:
        return f"{value:.4g}"
    digits = max(0, min(12, 1 - _magnitude(error)))
    return f"{value:.{digits}f} ± {error:.2g}"


def page(document: Mapping[str, Any], figures: Sequence[str]) -> str:
    """The page: question, prediction, verdict, figures, and how to go on; ``document`` is ``verdict.json``."""
    lines = [f"# {document['study']}", ""]
    for name in SECTIONS:
        if text := document.get(name):
            lines += [f"**{name.capitalize()}.** {text}", ""]
    lines += [f"**Verdict: {document['verdict']}.** {_extent(document)}", ""]
    if answer := document.get("answer"):
        lines += [answer, ""]
    if document["predictions"]:
        lines += ["| prediction | where | measured ± MCSE | verdict |", "|---|---|---|---|"]
        lines += [
            f"| {_cell(each['claim'])} | {_cell(each['where'])} | {measured(each['measured'], each['mcse'])} "
            f"| {each['verdict']} |"
            for each in document["predictions"]
        ]
        lines += [""]
    for name in figures:
        lines += [f"![{name.replace('_', ' ')}]({name}.png)", ""]
    lines += [
        "`performance.csv` has every measure with its Monte-Carlo standard error, `rows/*.parquet` every estimate, "
        "`design.json` what determines them.",
        "",
    ]
    return "\n".join(lines)


def _extent(document: Mapping[str, Any]) -> str:
    quick = " (a quick run: fewer replicates and smaller n)" if document["quick"] else ""
    cells, most, total = (document[name] for name in ("cells", "replicates", "replicates_in_all"))
    extent = f"{cells} cells × {most:,} replicates"
    if total != cells * most:
        extent = f"{cells} cells of up to {most:,} replicates, {total:,} in all"
    failures = failed(document["failed"], document["fits"], document.get("without_estimate", 0))
    return f"{extent}, seed {document['seed']}{quick}; {failures}."


def failed(number: int, fits: int, without: int, share: str = "") -> str:
    """``2 of 6,000 fits failed, 1 more has no estimate (no maximum, or not applicable)``; ``share`` behind failed."""
    more = f", {without:,} more {'has' if without == 1 else 'have'} no estimate (no maximum, or not applicable)"
    return f"{number:,} of {fits:,} fits failed{share}{more if without else ''}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _magnitude(value: float) -> int:
    """The exponent of the first digit."""
    return int(f"{value:e}".partition("e")[2])
