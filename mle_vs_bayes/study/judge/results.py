"""What a study leaves when it has run: performance table, verdict, figures and a page that shows them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ... import optional_parts
from ...performance.measures import WORDS
from ...report import drawn, study_page
from ...report.pages import parts
from ...report.pages.parts import Picture
from ...rows import plain
from ..keep import disk
from ..keep.outcome import FinishedStudy
from ..keep.store import Store
from ..vocabulary.predictions import OF_INTERVALS, Equals, Slope, Theory
from ..vocabulary.study import Figure, Study
from . import verdict
from .command import command
from .pairs import split
from .performance_table import measured

if TYPE_CHECKING:
    import pandas

Pictures = dict[str, tuple[bytes, Picture]]
"""By name: a figure as a file and as a part of the page."""
NAN = float("nan")


@dataclass(frozen=True)
class Tables:
    """The tables of a finished study, as a figure of its own reads them.

    ``performance`` has one line per measure and group; the others one per replicate, read when asked for.
    """

    folder: Path
    performance: "pandas.DataFrame"

    @cached_property
    def rows(self) -> "pandas.DataFrame":
        """Every estimate, with the columns of `rows.Row`."""
        return self._read("rows")

    @cached_property
    def functionals(self) -> "pandas.DataFrame":
        """Every value of the functionals: name, part (where it gives several), value and the replicate's key."""
        table = self._read("functionals")
        name, part = split(table["name"])
        return table.assign(name=name, part=part)

    def _read(self, table: str) -> "pandas.DataFrame":
        import pandas

        return pandas.concat(map(pandas.read_parquet, sorted((self.folder / table).glob("*.parquet"))))


DIGITS = "%.8g"
"""Of a number in the table on the disk: more than its Monte-Carlo error leaves, and a file of half the size."""
SHARES_OF_LEVEL = ("coverage", "coverage_worst_case", "bias_eliminated_coverage")
"""Measures that should be the level of the intervals."""
MOST_FAILED = 0.05
"""Share of failed fits above which a study is of concern, whatever its predictions."""


@dataclass(frozen=True)
class Results:
    """The performance table, a verdict on each prediction, and the files written."""

    outcome: FinishedStudy
    table: "pandas.DataFrame"
    lines: Sequence[verdict.Line]
    files: tuple[Path, ...]
    lost: tuple[optional_parts.Lost, ...] = ()
    """Figures that could not be drawn."""

    @property
    def verdict(self) -> str:
        """One word for all predictions: "holds", "does not hold" where any does not, else "undecided"."""
        return verdict.word(self.lines)

    @property
    def of_concern(self) -> bool:
        """Whether a prediction does not hold or more than `MOST_FAILED` of the fits failed: exit code 1."""
        return self.verdict == "does not hold" or self.outcome.failed > MOST_FAILED * self.outcome.fits


def leave(outcome: FinishedStudy) -> Results:
    """Measure what is in the folder, judge the predictions and write the files.

    Raises
    ------
    OutputError
        The folder cannot be written.
    """
    study = outcome.source.study
    table = measured(Store(outcome.folder), study)
    lines = verdict.lines(study.predictions, table, study.axes, outcome.design.looks)
    results = Results(outcome, table, lines, ())
    folder, document = outcome.folder, _document(results)
    with optional_parts.collecting([]) as lost:
        written = _shown(results, document)
    written = {
        "performance.csv": _once(table).to_csv(index=False, float_format=DIGITS).encode(),
        "verdict.json": (json.dumps(document, indent=1, allow_nan=False) + "\n").encode(),
        **written,
    }
    for name, content in written.items():
        disk.write(folder / name, content)
    return replace(results, files=tuple(folder / name for name in written), lost=tuple(lost))


def _shown(results: Results, document: Mapping[str, Any]) -> dict[str, bytes]:
    """The figures and the two pages that show them, by file name."""
    from ...report.pages import render

    pictures = _pictures(results)
    page = study_page.page(document, [picture for _, picture in pictures.values()], _once(results.table), WORDS)
    return {
        **{f"{name}.png": content for name, (content, _) in pictures.items()},
        "README.md": study_page.readme(document, list(pictures)).encode(),
        "index.html": render.document(page).encode(),
    }


def _once(table: "pandas.DataFrame") -> "pandas.DataFrame":
    """The table without repeats: an estimate has one bias, however many intervals stand beside it."""
    of_interval = table["measure"].isin(OF_INTERVALS)
    again = table.duplicated(["model", "variant", "scenario", "n", "estimator", "parameter", "measure"])
    lines = table[of_interval | ~again]
    return lines.assign(interval=lines["interval"].where(of_interval, None))


def _document(results: Results) -> dict[str, Any]:
    """The verdict as JSON holds it: predictions, measured ± MCSE, holds or not; and what was run."""
    outcome = results.outcome
    design, sections, study = outcome.design, outcome.source.sections, outcome.source.study
    return {
        "study": design.study,
        "command": command(outcome),
        "topic": outcome.source.topic,
        **{name.lower(): text for name, text in sections.items()},
        "verdict": results.verdict,
        "answer": study.answer if results.verdict == "holds" else "",
        "remark": "" if results.verdict == "holds" else study.remark,
        "replicates": outcome.most_replicates,
        "replicates_in_all": outcome.replicates,
        "cells": len(design.cells),
        "fits": outcome.fits,
        "failed": outcome.failed,
        "without_estimate": outcome.without,
        "seed": design.seed,
        "quick": design.quick,
        "level": study.level,
        "predictions": [_line(line) for line in results.lines],
        "versions": dict(design.versions),
    }


def _line(line: verdict.Line) -> dict[str, Any]:
    numbers = {"measured": line.measured, "mcse": line.se, "low": line.low, "high": line.high}
    shown = {name: plain(value) for name, value in numbers.items()}
    return {"claim": line.claim, "where": line.place, **shown, "verdict": line.verdict}


def _pictures(results: Results) -> Pictures:
    """A figure of each predicted measure; of coverage, or else of the RMSE, where nothing is predicted.

    A measure that has one place in every group, a point per panel, has none where the study draws figures of its own.
    """
    from ...report.figures import study

    subject = results.outcome.source.study
    there = set(results.table["measure"])
    chosen = [p.label for p in subject.predictions if not isinstance(p, Equals)]
    chosen += ["mean_width"] if {"coverage", "coverage_worst_case"} & set(chosen) else []
    if not subject.predictions:
        chosen = [m for m in ("coverage", "rmse") if m in there][:1]

    def of(measure: str) -> Pictures:
        level = subject.level if measure in SHARES_OF_LEVEL else None
        axis = next((p.axis for p in subject.predictions if p.label == measure and p.axis), None) or _main_axis(subject)
        words = WORDS.get(measure, measure.replace("_", " "))
        title = f"{results.outcome.design.study.replace('_', ' ')}: {words}"
        figures = study.figures(_predicted(results, measure), title, level=level, axis=axis)
        made = {study.file_name(f"{measure}{end}"): figure for end, figure in figures.items()}
        return {name: _both(name, figure, words) for name, figure in made.items()}

    pictures: Pictures = {}
    if subject.figures and not subject.axes:
        places = results.table.groupby(["measure", "model", "scenario", "parameter"], dropna=False)["n"].nunique()
        there &= set(places[places > 1].index.get_level_values("measure"))
    for measure in dict.fromkeys(name for name in chosen if name in there):
        pictures |= optional_parts.make(f"the figure {measure}", partial(of, measure), {})
    tables = Tables(results.outcome.folder, results.table)
    for name, draw in subject.figures.items():
        pictures |= optional_parts.make(f"the figure {name}", partial(_own_picture, name, draw, tables), {})
    return pictures


def _main_axis(study: Study) -> str:
    """What figures are drawn against where no prediction runs along an axis: n, unless it is one and another is not."""
    numbers = [axis for axis in study.axes if all(isinstance(s.at.get(axis, 0), int | float) for s in study.scenarios)]
    sizes = {n for scenario in study.scenarios for n in (study.n if scenario.n is None else scenario.n)}
    return numbers[0] if len(sizes) == 1 and numbers else "n"


def _own_picture(name: str, draw: Figure, tables: Tables) -> Pictures:
    from ...report.figures import study

    return {name: _both(name, study.drawn(lambda figure: draw(figure, tables)), name.replace("_", " "))}


def _both(name: str, figure: Any, words: str) -> tuple[bytes, Picture]:
    """A Matplotlib figure as the bytes of a PNG and as a part of a page."""
    return drawn.png(figure), parts.picture(name, figure, f"{words}; performance.csv has every number of it.")


def _predicted(results: Results, measure: str) -> "pandas.DataFrame":
    """The lines of one measure with what is predicted of each: a slope, theory's value, or a band."""
    lines = results.table[results.table["measure"] == measure].assign(slope=NAN, low=NAN, high=NAN, theory=NAN)
    cells = results.outcome.design.cells
    order = {name: place for place, name in enumerate(dict.fromkeys((c.scenario, c.model) for c in cells))}
    places = [order.get(key, len(order)) for key in zip(lines["scenario"], lines["model"], strict=True)]
    lines = lines.assign(place=places).sort_values("place", kind="stable").drop(columns="place")
    lines.attrs["axes"] = results.outcome.source.study.axes
    for prediction in results.outcome.source.study.predictions:
        if isinstance(prediction, Slope):
            lines.loc[verdict.spoken_of(prediction, lines).index, "slope"] = prediction.slope
        elif isinstance(prediction, Theory):
            spoken = verdict.spoken_of(prediction, lines)
            lines.loc[spoken.index, "theory"] = verdict.theories(prediction, spoken)
        else:
            lines.loc[verdict.spoken_of(prediction, lines).index, ["low", "high"]] = prediction.band
    return lines
