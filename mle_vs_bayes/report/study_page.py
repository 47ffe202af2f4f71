"""Words of a study: its verdict lines as a table, its page, and the same in Markdown that its folder is read by."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table

from ..words import counted
from .pages import parts

if TYPE_CHECKING:
    import pandas as pd

SECTIONS = ("question", "design", "prediction", "source")
TONES = {"holds": "good", "does not hold": "bad", "undecided": "unsure", "no prediction": "quiet"}
"""How each verdict is coloured."""
BESIDE = ("value", "mcse", "used", "failed", "smallest", "largest")
"""Columns of the performance table that do not say of what a measure is."""
NO_WORDS: Mapping[str, str] = {}
SHOWN = 2
"""Figures that are looked at first; the others are folded."""
MOST_LINES = 100
"""Lines at most of the table of everything measured on a page; more are in the file."""
MOST_PARTS = 8
"""Parts at most of a functional that stand side by side in that table, and not one below the other."""


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


def page(
    document: Mapping[str, Any],
    pictures: Sequence[parts.Picture],
    table: "pd.DataFrame | None" = None,
    words: Mapping[str, str] = NO_WORDS,
) -> parts.Page:
    """The page: verdict, question, figures, every prediction, and how to do it again; ``document`` is ``verdict.json``.

    ``pictures`` are the study's figures, the most telling one first; ``table`` is its performance table, of which
    ``words`` say each measure for people.
    """
    sections = [
        parts.Section("question", "Question", [parts.Facts(_questions(document))]),
        parts.Section("figures", "Figures", _first_ones(pictures)),
        parts.Section("predictions", "Predictions", _predictions(document)),
        parts.Section("measured", "Everything that was measured", [] if table is None else _measures(table, words)),
        parts.Section("made", "How it was made", _made(document)),
    ]
    summary = {"kind": "study", "topic": document.get("topic", ""), "question": document.get("question", "")}
    listed = {**summary, "seed": document["seed"]}
    title = document["study"].replace("_", " ")
    subject = f"simulation study · {_extent(document)}"
    shown = tuple(section for section in sections if section.parts)
    word = document["verdict"]
    return parts.Page(title, subject, word, TONES[word], sentence(document), shown, listed)


def _first_ones(pictures: Sequence[parts.Picture]) -> list[parts.Part]:
    """The most telling figures, and the others behind a heading."""
    shown: list[parts.Part] = [*pictures[:SHOWN]]
    if others := pictures[SHOWN:]:
        shown.append(parts.Foldout("more-figures", f"{len(others)} more", others))
    return shown


def sentence(document: Mapping[str, Any]) -> str:
    """The study's answer; or how many predictions hold, the first one that does not, and the study's remark on it."""
    return " ".join(filter(None, (str(document.get("answer") or _count(document)), document.get("remark"))))


def _count(document: Mapping[str, Any]) -> str:
    lines = document["predictions"]
    if not lines:
        return "Nothing was predicted; the figures show what was measured."
    words = [line["verdict"] for line in lines]
    first = next((line for word in ("does not hold", "undecided") for line in lines if line["verdict"] == word), None)
    if first is None:
        return f"All {len(lines)} predictions hold." if len(lines) > 1 else "What was predicted holds."
    where = f" ({first['where']})" if first["where"] else ""
    ending = "is undecided" if first["verdict"] == "undecided" else "does not hold"
    value = measured(first["measured"], first["mcse"])
    return (
        f"{words.count('holds')} of {len(lines)} predictions hold; {first['claim']}{where} {ending}: measured {value}."
    )


def _questions(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, document[name]) for name in SECTIONS if document.get(name)]


def _predictions(document: Mapping[str, Any]) -> list[parts.Part]:
    lines = [
        [
            parts.TableCell(line["claim"]),
            parts.TableCell(line["where"]),
            parts.TableCell(measured(line["measured"], line["mcse"]), line["measured"]),
            parts.TableCell(_band(line), line["low"]),
            parts.TableCell(line["verdict"], tone=TONES.get(line["verdict"], "")),
        ]
        for line in document["predictions"]
    ]
    headings = ("prediction", "where", "measured ± MCSE", "predicted", "verdict")
    return [parts.Table("Predictions and what was measured", headings, lines, frozenset({2, 3}))] if lines else []


def _measures(table: "pd.DataFrame", words: Mapping[str, str]) -> list[parts.Part]:
    """One line per group and a column per measure, folded; a word on where they are if there are too many."""
    table = _parts_as_measures(table)
    keys = [name for name in table if name not in ("measure", *BESIDE) and table[name].nunique(dropna=False) > 1]
    keys = [key for place, key in enumerate(keys) if not any(table[key].equals(table[name]) for name in keys[:place])]
    lines: dict[tuple[str, ...], dict[str, parts.TableCell]] = {}
    for record in table.to_dict("records"):
        value, error = (None if record[name] != record[name] else record[name] for name in ("value", "mcse"))
        group = tuple("" if record[key] != record[key] else str(record[key]) for key in keys)
        lines.setdefault(group, {})[record["measure"]] = parts.TableCell(measured(value, error), value)
    if len(lines) > MOST_LINES:
        return [
            parts.Paragraph(f"performance.csv beside this page has {len(table):,} measures of {len(lines):,} groups.")
        ]
    measures = list(dict.fromkeys(table["measure"]))
    headings = [*keys, *(words.get(name, name.replace("_", " ")) for name in measures)]
    cells = [
        [*map(parts.TableCell, group), *(by_name.get(name, parts.TableCell("")) for name in measures)]
        for group, by_name in lines.items()
    ]
    numbers = frozenset(range(len(keys), len(headings)))
    everything = parts.Table("Every measure ± its Monte-Carlo error", headings, cells, numbers)
    return [parts.Foldout("measures", f"a table of {len(lines):,} lines", [everything])]


def _parts_as_measures(table: "pd.DataFrame") -> "pd.DataFrame":
    """The performance table with the parts of a functional, where they are few, as measures of their own."""
    of_part = table["estimator"].isna() & table["parameter"].notna()
    few = table[of_part].groupby("measure")["parameter"].nunique() <= MOST_PARTS
    chosen = of_part & table["measure"].isin(few[few].index)
    named = table["measure"].where(~chosen, table["measure"] + ": " + table["parameter"].astype(str))
    return table.assign(measure=named, parameter=table["parameter"].where(~chosen))


def _band(line: Mapping[str, Any]) -> str:
    low, high = line.get("low"), line.get("high")
    if low is None or high is None:
        return "–" if low is high else f"≥ {low:.4g}" if high is None else f"≤ {high:.4g}"
    return f"{low:.4g} to {high:.4g}"


def _made(document: Mapping[str, Any]) -> list[parts.Part]:
    versions = ", ".join(f"{name} {version}" for name, version in document.get("versions", {}).items())
    facts = [("extent", _extent(document)), ("level of intervals", f"{100 * document.get('level', 0.95):g} %")]
    facts += [("versions", versions)] if versions else []
    beside = (
        "Beside this page, performance.csv has every measure with its Monte-Carlo standard error and verdict.json "
        "every prediction; rows/*.parquet, where they are kept, has every estimate."
    )
    same = "Run it yourself; the same seed and versions give the same rows:"
    again = [parts.Command(same, document["command"])] if "command" in document else []  # older ones have none
    return [parts.Facts(facts), *again, parts.Paragraph(beside, "quiet")]


def readme(document: Mapping[str, Any], figures: Sequence[str]) -> str:
    """A study's results in Markdown: question, prediction, verdict, figures."""
    lines = [f"# {document['study']}", ""]
    for name in SECTIONS:
        if text := document.get(name):
            lines += [f"**{name.capitalize()}.** {text}", ""]
    lines += [f"**Verdict: {document['verdict']}.** {_extent(document)}", ""]
    lines += [sentence(document), ""]
    if document["predictions"]:
        lines += ["| prediction | where | measured ± MCSE | verdict |", "|---|---|---|---|"]
        lines += [
            f"| {_cell(each['claim'])} | {_cell(each['where'])} | {measured(each['measured'], each['mcse'])} "
            f"| {each['verdict']} |"
            for each in document["predictions"]
        ]
        lines += [""]
    links = [f"[{name.replace('_', ' ')}]({name}.png)" for name in figures]
    for link in links[:SHOWN]:
        lines += [f"!{link}", ""]
    if others := links[SHOWN:]:
        lines += [f"More figures: {', '.join(others)}.", ""]
    lines += [
        "`performance.csv` has every measure with its Monte-Carlo standard error, `rows/*.parquet` every estimate, "
        "`design.json` what determines them.",
        "",
    ]
    return "\n".join(lines)


def _extent(document: Mapping[str, Any]) -> str:
    quick = " (a quick run: fewer replicates and smaller n)" if document["quick"] else ""
    cells, most = document["cells"], document["replicates"]
    total = document.get("replicates_in_all", cells * most)
    extent = f"{counted(cells, 'cell')} × {counted(most, 'replicate')}"
    if total != cells * most:
        extent = f"{counted(cells, 'cell')} of up to {most:,} replicates, {total:,} in all"
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
