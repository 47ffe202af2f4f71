"""Predictions of new rows side by side: tidy rows, the JSON document's part, and the table on the screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...data.dataset import Dataset
from ...errors import UsageError
from ...fit.prediction.means import check
from ...fit.prediction.new_rows import NewRows, Source, new_rows
from ...fit.prediction.predict import Predicted, predict
from ...report import text
from ...rows import plain
from ...words import in_rows
from ..outcome import Outcome

SHOWN = 6
"""New rows on the screen; files and JSON hold all."""
NO_MEAN = "the outcome has no finite mean at this estimate"


@dataclass(frozen=True, eq=False)
class Predictions:
    """``rows``: one per new row and estimator. ``row`` counts the new rows from 1.

    ``mean``, ``se``, ``lower``, ``upper`` are of the mean response; ``y_lower`` and ``y_upper`` of one new outcome;
    ``from_mle`` is the mean less that of maximum likelihood, in standard errors of the latter. ``status`` is ok, or
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
        percent = f"{100 * self.level:g} %"
        table = text.heading_table("row", "mean", "SE", f"{percent} of y", "from MLE")
        first = self.rows[self.rows["row"] <= SHOWN]
        for line in first.to_dict("records"):
            y = f"{_number(line['y_lower'])} to {_number(line['y_upper'])}"
            ok, apart = line["status"] == "ok", line["from_mle"]
            cells = [_number(line["mean"]), _number(line["se"]), y, "" if np.isnan(apart) else f"{apart:+.2f} SE"]
            table.add_row(f"{line['row']} {line['estimator']}", *(cells if ok else [line["status"].replace("_", " ")]))
        return text.stack([table, *(text.paragraph(f"! {words}", "yellow") for words in self._remarks())])

    def _remarks(self) -> list[str]:
        said = self.rows[["row", "reason", "remark"]].melt("row", value_name="words")
        said = said[said["words"] != ""].drop_duplicates(["row", "words"])
        lines = [f"{in_rows(list(each['row']))}: {words}" for words, each in said.groupby("words", sort=False)]
        count = int(self.rows["row"].max())
        hidden = [f"{count - SHOWN:,} more rows are in predictions.csv (--out) and --json"] if count > SHOWN else []
        more = [f"{len(lines) - SHOWN:,} more remarks are beside their rows"] if len(lines) > SHOWN else []
        return [*lines[:SHOWN], *more, *hidden]

    def __str__(self) -> str:
        return text.plain(self.screen())


def _number(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.4g}"


def predictions(outcome: Outcome, source: Source | None, frame: pd.DataFrame) -> Predictions:
    """Of the largest n, from every estimator, for the rows of ``frame``.

    Raises
    ------
    UsageError
        A model without a mean response, or one that was not fitted to a table.
    DataError
        New data that lack a column or a value.
    """
    model = outcome.fit.program.model
    check(model)
    if source is None:
        raise UsageError("predictions need the table that the model was fitted to; give compare a file or a DataFrame.")
    new = new_rows(model, source, frame, outcome.fit.program.data.coords)
    records: list[dict[str, Any]] = []
    made = {name: _made(outcome, name, new) for name in outcome.fit.estimates}
    for row in range(new.data.n):
        for name, predicted in made.items():
            records.append(_record(outcome, name, row, predicted, made.get("mle"), new))
    return Predictions(pd.DataFrame(records), outcome.level)


def _made(outcome: Outcome, name: str, new: NewRows) -> Predicted | None:
    """One estimator's predictions of the rows that have any, NaN elsewhere; None without a point or draws."""
    estimate, count = outcome[name], new.data.n
    kept = np.array([row for row in range(count) if row not in new.unseen], dtype=np.intp)
    if not estimate.converged or estimate.distributions or not np.all(np.isfinite(estimate.point)):
        return None
    if not len(kept):
        return Predicted(*np.full((6, count), np.nan))
    program = outcome.fit.program
    rows, members = _rows(new.data, kept), new.members.rows(kept)
    some = predict(program, estimate, rows, outcome.level, outcome.seed, members)
    columns = np.full((6, count), np.nan)
    columns[:, kept] = [some.mean, some.se, some.lower, some.upper, some.y_lower, some.y_upper]
    return Predicted(*columns)


def _rows(data: Dataset, kept: np.ndarray) -> Dataset:
    return data if len(kept) == data.n else data.rows(kept)


def _record(
    outcome: Outcome, name: str, row: int, predicted: Predicted | None, mle: Predicted | None, new: NewRows
) -> dict[str, Any]:
    """One tidy row."""
    estimate, nan = outcome[name], float("nan")
    columns = ("mean", "se", "lower", "upper", "y_lower", "y_upper")
    numbers = {c: nan if predicted is None else float(getattr(predicted, c)[row]) for c in columns}
    numbers = {c: value if np.isfinite(value) else nan for c, value in numbers.items()}
    apart = nan if mle is None or name == "mle" else (numbers["mean"] - mle.mean[row]) / mle.se[row]
    status, reason = "ok", ""
    if row in new.unseen:
        status, reason = "unseen_level", "; ".join(new.unseen[row])
    elif predicted is None:
        status, reason = (
            ("not_applicable", "it has neither a point nor draws")
            if estimate.converged
            else (estimate.status, estimate.reason or "")
        )
    elif np.isnan(numbers["mean"]):
        status, reason = "no_mean", NO_MEAN
    elif np.isnan(numbers["se"]):
        reason = estimate.no_error
    remark = "; ".join(new.remarks.get(row, []))
    return {
        "row": row + 1,
        "estimator": name,
        **numbers,
        "from_mle": apart,
        "status": status,
        "reason": reason,
        "remark": remark,
    }
