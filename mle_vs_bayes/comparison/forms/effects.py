"""Average effects side by side: tidy rows, the JSON document's part, and the table on the screen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...density.density import Density
from ...errors import UsageError
from ...fit.prediction.effects import AverageEffect, Contrast, average_effects, contrasts, scale_of
from ...fit.prediction.means import check, classes
from ...fit.prediction.new_rows import FittedTable
from ...fit.prediction.predict import why_no_error
from ...report import numbers, text
from ...rows import plain
from ..outcome import Outcome

NAN = float("nan")
NOTHING = AverageEffect(NAN, NAN, NAN, NAN, NAN)


@dataclass(frozen=True, eq=False)
class Effects:
    """``rows``: one per contrast, such as ``treat: yes − no``, and estimator; of classes one for the chance of each.

    ``estimate``, ``median`` (of a posterior), ``se``, ``lower`` and ``upper`` are of the difference of mean responses
    averaged over the rows of the fit; ``from_mle`` is the estimate less that of maximum likelihood, in standard errors
    of the latter. ``status`` is ok, or says with ``reason`` why there is no number.
    """

    rows: pd.DataFrame
    level: float

    def document(self) -> dict[str, Any]:
        """What it adds to the JSON document: ``effects``; null, never NaN."""
        records = self.rows.to_dict("records")
        return {"effects": [{str(key): plain(value) for key, value in record.items()} for record in records]}

    def screen(self, only: Sequence[str] = ()) -> Any:
        """A table of at most 80 columns, then what is to be said of it."""
        percent = f"{100 * self.level:g} % interval"
        table = text.by_estimator(self.rows, {"effect": "average effect", "class": "class"}, cells_of, percent)
        said = [text.paragraph(words) for words in [self.apart] if words]
        return text.stack([table, *said, *(text.paragraph(f"! {words}", "yellow") for words in self.remarks())])

    @property
    def apart(self) -> str:
        """How far the other estimators' effects are from those of maximum likelihood, in a sentence; nothing of one."""
        return numbers.furthest(self.rows, "effect", "The effects")

    def remarks(self) -> list[str]:
        """What is to be said of the effects, each sentence once."""
        return list(dict.fromkeys(words for name in ("reason", "remark") for words in self.rows[name] if words))

    def __str__(self) -> str:
        return text.plain(self.screen())


def cells_of(line: Mapping[str, Any], style: str) -> list[str]:
    """Effect, standard error, interval, and the distance from maximum likelihood; or why there is no number."""
    estimate, se = (numbers.number(line[name], style) for name in ("estimate", "se"))
    interval = numbers.ends(line, style)
    if numbers.by_median(line):
        return [numbers.number(line["median"], style), "–", interval, ""]
    if line["status"] != "ok":
        return [line["status"].replace("_", " "), "", interval, ""]
    return [estimate, se, interval, numbers.in_errors(line)]


def effects(outcome: Outcome, source: FittedTable | None, covariates: Sequence[str]) -> Effects:
    """The contrasts of each covariate at the largest n, from every estimator.

    Raises
    ------
    UsageError
        A model without a mean response, or one that was not fitted to a table; a covariate that it does not have.
    """
    compared = rows_to_compare(outcome.fit.program, source, covariates)
    records = [record for contrast in compared for record in _records(outcome, contrast)]
    return Effects(pd.DataFrame(records), outcome.level)


def rows_to_compare(program: Density, source: FittedTable | None, covariates: Sequence[str]) -> list[Contrast]:
    """The contrasts of covariates, which are known before the model is fitted.

    Raises
    ------
    UsageError
        As `effects`.
    """
    check(program.model)
    if source is None:
        raise UsageError("effects need the table that the model was fitted to; give compare a file or a DataFrame.")
    return [contrast for covariate in covariates for contrast in contrasts(program.model, source, covariate)]


def _records(outcome: Outcome, contrast: Contrast) -> list[dict[str, Any]]:
    """The records of one contrast: a line for each estimator, one class of the outcome after the other."""
    program = outcome.fit.program
    scale, names = scale_of(program, contrast), classes(program.model, program.data)
    made = {name: _made(outcome, name, contrast, max(1, len(names))) for name in outcome.fit.estimates}
    records: list[dict[str, Any]] = []
    for place, each in enumerate([{"class": name} for name in names] or [{}]):
        mle = made["mle"][place] if "mle" in made else NOTHING
        for name, of_classes in made.items():
            one = of_classes[place]
            apart = float(scale.apart(*_numbers(one.estimate, mle.estimate, mle.se))[0])
            line = {"effect": contrast.name, **each, "estimator": name, **vars(one)}
            line |= {"from_mle": NAN if name == "mle" else apart, **_status(outcome, name, one)}
            records.append(line | {"remark": contrast.remark})
    return records


def _numbers(*values: float) -> list[np.ndarray]:
    """Each as an array of one."""
    return [np.array([value]) for value in values]


def _made(outcome: Outcome, name: str, contrast: Contrast, count: int) -> list[AverageEffect]:
    """The ``count`` effects from one estimator."""
    estimate = outcome[name]
    if not estimate.converged or estimate.distributions or not np.all(np.isfinite(estimate.point)):
        return [NOTHING] * count
    return average_effects(outcome.fit.program, estimate, contrast, outcome.level)


def _status(outcome: Outcome, name: str, made: AverageEffect) -> dict[str, str]:
    estimate = outcome[name]
    if not estimate.converged:
        return {"status": estimate.status, "reason": estimate.reason or ""}
    if np.isnan(made.estimate) and np.isfinite(made.lower):
        return {"status": "no_mean", "reason": made.reason}
    if np.isnan(made.estimate):
        return {"status": "not_applicable", "reason": "it has neither a point nor draws"}
    return {"status": "ok", "reason": made.reason or (why_no_error(estimate) if np.isnan(made.se) else "")}
