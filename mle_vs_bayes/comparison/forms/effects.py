"""Average effects side by side: tidy rows, the JSON document's part, and the table on the screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...errors import UsageError
from ...fit.prediction.effects import AverageEffect, Contrast, average_effect, contrasts
from ...fit.prediction.new_rows import Source
from ...report import text
from ...rows import plain
from ..outcome import Outcome

NOTHING = AverageEffect(*[float("nan")] * 4)


@dataclass(frozen=True, eq=False)
class Effects:
    """``rows``: one per contrast and estimator, such as ``treat: yes − no``.

    ``estimate``, ``se``, ``lower`` and ``upper`` are of the difference of mean responses averaged over the rows of the
    fit; ``from_mle`` is the estimate less that of maximum likelihood, in standard errors of the latter. ``status`` is
    ok, or says with ``reason`` why there is no number.
    """

    rows: pd.DataFrame
    level: float

    def document(self) -> dict[str, Any]:
        """What it adds to the JSON document: ``effects``; null, never NaN."""
        records = self.rows.to_dict("records")
        return {"effects": [{str(key): plain(value) for key, value in record.items()} for record in records]}

    def screen(self, only: Sequence[str] = ()) -> Any:
        """A table of at most 80 columns, then what is to be said of it."""
        table = text.heading_table(
            "average effect on the mean", "estimate", "SE", f"{100 * self.level:g} %", "from MLE"
        )
        for line in self.rows.to_dict("records"):
            interval = f"{_number(line['lower'])} to {_number(line['upper'])}"
            apart = "" if np.isnan(line["from_mle"]) else f"{line['from_mle']:+.2f} SE"
            cells = [_number(line["estimate"]), _number(line["se"]), interval, apart]
            shown = cells if line["status"] == "ok" else [line["status"].replace("_", " ")]
            table.add_row(f"{line['effect']} · {line['estimator']}", *shown)
        said = dict.fromkeys(words for name in ("reason", "remark") for words in self.rows[name] if words)
        return text.stack([table, *(text.paragraph(f"! {words}", "yellow") for words in said)])

    def __str__(self) -> str:
        return text.plain(self.screen())


def _number(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.4g}"


def effects(outcome: Outcome, source: Source | None, covariates: Sequence[str]) -> Effects:
    """Of the largest n, from every estimator, each covariate's contrasts.

    Raises
    ------
    UsageError
        A model without a mean response, or one that was not fitted to a table; a covariate that it does not have.
    """
    if source is None:
        raise UsageError("effects need the table that the model was fitted to; give compare a file or a DataFrame.")
    records = [
        record
        for covariate in covariates
        for contrast in contrasts(outcome.fit.program.model, source, covariate)
        for record in _records(outcome, contrast)
    ]
    return Effects(pd.DataFrame(records), outcome.level)


def _records(outcome: Outcome, contrast: Contrast) -> list[dict[str, Any]]:
    made = {name: _made(outcome, name, contrast) for name in outcome.fit.estimates}
    mle = made.get("mle", NOTHING)
    return [
        {
            "effect": contrast.name,
            "estimator": name,
            **vars(made[name]),
            "from_mle": float("nan") if name == "mle" else (made[name].estimate - mle.estimate) / mle.se,
            **_status(outcome, name, made[name]),
            "remark": contrast.remark,
        }
        for name in made
    ]


def _made(outcome: Outcome, name: str, contrast: Contrast) -> AverageEffect:
    estimate = outcome[name]
    if not estimate.converged or estimate.distributions or not np.all(np.isfinite(estimate.point)):
        return NOTHING
    return average_effect(outcome.fit.program, estimate, contrast, outcome.level)


def _status(outcome: Outcome, name: str, made: AverageEffect) -> dict[str, str]:
    estimate = outcome[name]
    if not estimate.converged:
        return {"status": estimate.status, "reason": estimate.reason or ""}
    if np.isnan(made.estimate):
        return {"status": "not_applicable", "reason": "it has neither a point nor draws"}
    return {"status": "ok", "reason": estimate.no_error if np.isnan(made.se) else ""}
