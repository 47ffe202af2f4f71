"""The steps of `study summarise`: read the arguments, summarise with progress, show."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..report.text import terminal
from .options import assignments, number, numbers

if TYPE_CHECKING:
    import pandas as pd

    from ..performance.summarise import Summary
    from ..performance.table.clean import Truth

SCENARIO = "scenario="


def summarise(asked: Mapping[str, Any]) -> int:
    """`study summarise` as it was typed, ``asked`` holding every argument by its name; the exit code."""
    predicted = predictions(asked["slope"])
    with terminal(errors=True).status(f"summarising {asked['file']} …"):
        summary = run(asked)
        lines = slopes(summary, predicted)
    show(summary, lines, asked["reference"], as_json=asked["json"])
    return 0


def run(asked: Mapping[str, Any]) -> "Summary":
    """The measures, and notes on them."""
    from ..performance.summarise import SummaryRequest, summary

    said, scenario = split(asked["column"])
    true = truth(asked["truth"])
    request = SummaryRequest(asked["reference"], said, scenario, true, asked["level"], asked["null"], asked["mcse"])
    return summary(asked["file"], request)


def truth(texts: Sequence[str] | None) -> "Truth":
    """``["0.5"]`` → 0.5, the truth of the only estimand; ``["a=1", "b=2"]`` → one of each.

    Raises
    ------
    UsageError
        A value is no number.
    """
    if not texts or len(texts) > 1 or "=" in texts[0]:
        return numbers(texts, "--truth") or None
    try:
        return float(texts[0])
    except ValueError:
        raise UsageError(f'--truth is "{texts[0]}", which is not a number; write 0.5, or PARAM=0.5.') from None


def split(texts: Sequence[str] | None) -> tuple[dict[str, str], tuple[str, ...]]:
    """``["se=b", "scenario=x", …]`` → ``{"se": "b"}`` and ``("x", …)``: there may be several scenario columns."""
    several = [text for text in texts or () if text.replace(" ", "").startswith(SCENARIO)]
    scenario = tuple(dict.fromkeys(text.partition("=")[2].strip() for text in several))
    return assignments([text for text in texts or () if text not in several], "--column"), scenario


def predictions(texts: Sequence[str] | None) -> dict[str, float | None]:
    """``["mse=-1", "bias"]`` → ``{"mse": -1.0, "bias": None}``."""
    exponents: dict[str, float | None] = {}
    for text in texts or ():
        name, equals, value = text.partition("=")
        exponents[name.strip()] = number(value, f"--slope {name} predicts", "mse=-1") if equals else None
    return exponents


def slopes(summary: "Summary", predicted: Mapping[str, float | None]) -> list["pd.DataFrame"]:
    """One frame of slopes for each measure wanted."""
    from ..performance import slopes as fitting

    return [fitting.slopes(summary.measures, name, summary.n or "n", value) for name, value in predicted.items()]


def show(summary: "Summary", lines: "Sequence[pd.DataFrame]", reference: str | None, *, as_json: bool) -> None:
    """Print the JSON document, or the blocks, the slopes and the notes."""
    if as_json:
        from ..performance.summarise import records

        document = summary.document() | ({"slopes": [r for each in lines for r in records(each)]} if lines else {})
        sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")
        return
    from ..performance.measures import WORDS
    from ..report import performance, text

    parts: list[Any] = [performance.screen(summary.measures, summary.scenario, summary.kinds, WORDS, reference)]
    parts += [performance.slopes(each, WORDS) for each in lines]
    parts += [text.paragraph(note, "dim") for note in summary.notes]
    console = terminal()
    if console.is_terminal:
        console.print(text.stack(parts))
    else:
        sys.stdout.write(text.plain(text.stack(parts)))
