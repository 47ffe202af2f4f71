"""Predictions of new rows side by side: tidy rows, the JSON document's part, and the table on the screen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...data.dataset import Dataset
from ...density.density import Density
from ...errors import UsageError
from ...estimators.estimate import Estimate
from ...fit.prediction.mean_scale import of_means
from ...fit.prediction.means import check, classes, shape_of
from ...fit.prediction.new_rows import FittedTable, NewRows, new_rows
from ...fit.prediction.predict import Predicted, predict, why_no_error
from ...report import numbers, text
from ...rows import plain
from ...words import in_rows
from ..outcome import Outcome

SHOWN = 6
"""New rows on the screen; files and JSON hold all."""
COLUMNS = ("mean", "median", "se", "lower", "upper", "y_lower", "y_upper")
Array = NDArray[np.float64]
LIKELIEST = "* is the most probable class of the row; y is a class, so that no interval says where it will lie."
NO_MEAN = "the outcome has no finite mean at this estimate"


@dataclass(frozen=True, eq=False)
class Predictions:
    """``rows``: one per new row and estimator. ``row`` counts the new rows from 1.

    Where the outcome is a class, there is one for each ``class``, whose chance ``mean`` is; ``y_lower`` and ``y_upper``
    are missing, as there is no interval of classes, and ``likeliest`` says which is the most probable of its row.

    ``mean``, ``se``, ``lower``, ``upper`` are of the mean response; ``y_lower`` and ``y_upper`` of one new outcome;
    ``median`` is that of the posterior of the mean response, and all there is where that has no mean (``no_mean``);
    ``from_mle`` is the mean less that of maximum likelihood, in standard errors of the latter, on the scale on which
    intervals are made (a chance on the log odds). ``status`` is ok, or
    says with ``reason`` why there is no number; ``remark`` says what lies beyond the data of the fit.
    """

    rows: pd.DataFrame
    level: float

    def document(self) -> dict[str, Any]:
        """What it adds to the JSON document: ``predictions``; null, never NaN."""
        records = self.rows.to_dict("records")
        return {"predictions": [{str(key): plain(value) for key, value in record.items()} for record in records]}

    def screen(self, only: Sequence[str] = ()) -> Any:
        """The first new rows as a table of at most 80 columns, then what is to be said of them."""
        percent, names = f"{100 * self.level:g} %", {"row": "row", "class": "class"}
        shown = self.rows[self.rows["row"] <= self.shown]
        if self.of_classes:
            table = text.by_estimator(shown, names, cells_of, f"{percent} interval", "chance")
        else:
            table = text.by_estimator(shown, names, cells_of, f"{percent} of y", "mean")
        said = [text.paragraph(words) for words in [self.apart, LIKELIEST if self.of_classes else ""] if words]
        return text.stack([table, *said, *(text.paragraph(f"! {words}", "yellow") for words in self.remarks())])

    @property
    def of_classes(self) -> bool:
        """Whether the outcome is a class."""
        return "class" in self.rows

    @property
    def shown(self) -> int:
        """Of so many new rows the screen has the lines, of all classes."""
        return max(1, SHOWN // self.rows["class"].nunique()) if self.of_classes else SHOWN

    @property
    def apart(self) -> str:
        """How far the means of the estimators are from that of maximum likelihood, in a sentence; nothing of one."""
        return numbers.furthest(self.rows, "row", "The chances" if self.of_classes else "The means")

    def remarks(self) -> list[str]:
        """What is to be said of rows, each sentence once; and how much is not shown."""
        said = self.rows[["row", "reason", "remark"]].melt("row", value_name="words")
        said = said[said["words"] != ""].drop_duplicates(["row", "words"])
        lines = [f"{in_rows(list(each['row']))}: {words}" for words, each in said.groupby("words", sort=False)]
        count = int(self.rows["row"].max())
        rest = count - self.shown
        hidden = [f"{rest:,} more rows are in predictions.csv (--out) and --json"] if rest > 0 else []
        more = [f"{len(lines) - SHOWN:,} more remarks are beside their rows"] if len(lines) > SHOWN else []
        return [*lines[:SHOWN], *more, *hidden]

    def __str__(self) -> str:
        return text.plain(self.screen())


def cells_of(line: Mapping[str, Any], style: str) -> list[str]:
    """Mean, standard error, where y will lie, and the distance from maximum likelihood; or why there is no number.

    Of a class its chance with the interval of that, and * before the most probable one.
    """
    if "class" in line:
        return _of_chance(line, style)
    y = " to ".join("–" if np.isnan(line[end]) else f"{line[end]:.4g}" for end in ("y_lower", "y_upper"))
    if numbers.by_median(line):
        return [numbers.number(line["median"], style), "–", y, ""]
    if line["status"] != "ok":
        return [line["status"].replace("_", " "), "", y if np.isfinite(line["y_lower"]) else "", ""]
    return [numbers.number(line["mean"], style), numbers.number(line["se"], style), y, numbers.in_errors(line)]


def _of_chance(line: Mapping[str, Any], style: str) -> list[str]:
    if line["status"] != "ok":
        return [line["status"].replace("_", " "), "", "", ""]
    mark = "* " if line["likeliest"] else ""
    chance, se = (numbers.number(line[name], style) for name in ("mean", "se"))
    return [mark + chance, se, numbers.ends(line, style), numbers.in_errors(line)]


def predictions(outcome: Outcome, source: FittedTable | None, frame: pd.DataFrame) -> Predictions:
    """Predictions for the rows of ``frame`` from every estimator, at the largest n.

    Raises
    ------
    UsageError
        A model without a mean response, or one that was not fitted to a table.
    DataError
        New data that lack a column or a value.
    """
    new = rows_to_predict(outcome.fit.program, source, frame)
    made = {name: _made(outcome, name, new) for name in outcome.fit.estimates}
    frames = [_frame(outcome, name, made, new) for name in made]
    return Predictions(pd.concat(frames).sort_index(kind="stable").reset_index(drop=True), outcome.level)


def rows_to_predict(program: Density, source: FittedTable | None, frame: pd.DataFrame) -> NewRows:
    """The new rows as the model reads them, which is known before it is fitted.

    Raises
    ------
    UsageError, DataError
        As `predictions`.
    """
    check(program.model)
    if source is None:
        raise UsageError("predictions need the table that the model was fitted to; give compare a file or a DataFrame.")
    return new_rows(program.model, source, frame, program.data)


def _made(outcome: Outcome, name: str, new: NewRows) -> Predicted | None:
    """One estimator's predictions of the rows that have any, NaN elsewhere; None without a point or draws."""
    estimate, count = outcome[name], new.data.n
    program = outcome.fit.program
    made = Predicted.blank(shape_of(program.model, program.data, count))
    kept = np.array([row for row in range(count) if row not in new.unseen], dtype=np.intp)
    if not estimate.converged or estimate.distributions or not np.all(np.isfinite(estimate.point)):
        return None
    if not len(kept):
        return made
    apart = kept[:1] if new.alike else kept
    rows, members = _rows(new.data, apart), new.members.rows(apart)
    some = predict(program, estimate, rows, outcome.level, outcome.seed, members)
    made.put(kept, some)
    return made


def _rows(data: Dataset, kept: np.ndarray) -> Dataset:
    return data if len(kept) == data.n else data.rows(kept)


def _frame(outcome: Outcome, name: str, made: Mapping[str, Predicted | None], new: NewRows) -> pd.DataFrame:
    """The tidy rows of one estimator: new rows in turn, and of each its classes."""
    program, predicted, mle = outcome.fit.program, made[name], made.get("mle")
    count, names = new.data.n, classes(program.model, program.data)
    shape = shape_of(program.model, program.data, count)
    values = np.full((len(COLUMNS), *shape), np.nan)
    if predicted is not None:
        values[:] = [getattr(predicted, column) for column in COLUMNS]
    columns: dict[str, Any] = dict(zip(COLUMNS, np.where(np.isfinite(values), values, np.nan), strict=True))
    apart = np.full(shape, np.nan)
    if mle is not None and name != "mle":
        apart = of_means(program.model, new.data).apart(columns["mean"], mle.mean, mle.se)
    status, reason = _status(outcome[name], predicted, columns)
    for row, words in new.unseen.items():
        status[row], reason[row] = "unseen_level", "; ".join(words)
    remark = np.full(shape, "", dtype=object)
    for row, words in new.remarks.items():
        remark[row] = "; ".join(words)
    marks = {"from_mle": apart, "status": status, "reason": reason, "remark": remark}
    where: dict[str, Any] = {"row": np.repeat(np.arange(1, count + 1), max(1, len(names)))}
    if names:
        where["class"] = np.tile(names, count)
        marks["likeliest"] = columns["mean"] == np.max(columns["mean"], axis=1, keepdims=True)
    both = {column: each.ravel() for column, each in (columns | marks).items()}
    return pd.DataFrame({**where, "estimator": name, **both})


def _status(estimate: Estimate, predicted: Predicted | None, columns: Mapping[str, Array]) -> tuple[Any, Any]:
    """Status and reason of each row, where the fit has seen its levels."""
    if predicted is None:
        nothing = ("not_applicable", "it has neither a point nor draws")
        each = nothing if estimate.converged else (estimate.status, estimate.reason or "")
        return tuple(np.full(columns["mean"].shape, words, dtype=object) for words in each)  # type: ignore[return-value]
    no_mean, no_error = np.isnan(columns["mean"]), np.isnan(columns["se"])
    status = np.where(no_mean, "no_mean", "ok").astype(object)
    usual = np.where(no_mean, NO_MEAN, np.where(no_error, why_no_error(estimate), predicted.reason)).astype(object)
    reason = usual if estimate.tree is None else predicted.reason
    return status, reason
