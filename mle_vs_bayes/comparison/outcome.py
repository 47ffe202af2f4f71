"""What a comparison found, and nothing of how it is shown: what every form of it is made from."""

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .. import optional_parts
from .. import rows as row_schema
from ..concerns import Concern
from ..estimators.estimate import Estimate
from ..fit.agreement import Agreement
from ..fit.fit import Fit
from ..model.model import Model
from ..optional_parts import Lost
from .model_fit import ModelFit, model_fit

if TYPE_CHECKING:
    import pandas

    from .explanation import Explanation
    from .forms.effects import Effects
    from .forms.predictions import Predictions


class Outcome:
    """Estimators of one model side by side, on one data set or on nested subsets of it.

    ``outcome["mle"]`` is the `Estimate` at the largest n; ``["mle"].results`` is statsmodels'
    own results object, ``["posterior"].tree`` ArviZ's DataTree.
    """

    def __init__(self, model: Model, fits: tuple[Fit, ...], level: float, seed: int, columns: dict[str, str]) -> None:
        self.model, self.fits, self.level, self.seed, self.columns = model, fits, level, seed, columns
        self.lost: list[Lost] = list(dict.fromkeys(lost for fit in fits for lost in fit.lost))
        """Figures, tables and tests that could not be made so far."""
        self.asked: dict[str, Any] = {}
        """What was asked beside the estimates, by name: predictions, effects, scores, explanation, sensitivity."""

    @property
    def predictions(self) -> "Predictions | None":
        """What `Comparison.predict` was last asked for, which is written with the other files."""
        return self.asked.get("predictions")

    @property
    def effects(self) -> "Effects | None":
        """What `Comparison.effect` was last asked for, which is written with the other files."""
        return self.asked.get("effects")

    @property
    def fit(self) -> Fit:
        """The fit of the largest n."""
        return self.fits[-1]

    @property
    def n(self) -> int:
        """Observations of the largest fit: rows by their weights."""
        return self.fit.program.data.size

    def __getitem__(self, estimator: str) -> Estimate:
        return self.fit.estimates[estimator]

    @property
    def rows(self) -> "pandas.DataFrame":
        """Tidy rows of every n: the columns of `rows.Row`."""
        return row_schema.frame(row for fit in self.fits for row in fit.rows)

    @property
    def judged_rows(self) -> tuple[row_schema.Row, ...]:
        """`rows`, with the model's misfit among the concerns of the maximum likelihood estimate it was read from."""
        misfit = [concern.code for concern in self.model_fit.concerns]
        return tuple(
            replace(row, concerns=" ".join(sorted({*row.concerns.split(), *misfit})))
            if fit is self.fit and row.estimator == "mle"
            else row
            for fit in self.fits
            for row in fit.rows
        )

    @property
    def rows_csv(self) -> str:
        """``rows.csv``: the judged rows as they are written to a folder and into the page."""
        return row_schema.frame(self.judged_rows).to_csv(index=False)

    @property
    def concerns(self) -> tuple[tuple[str, Concern], ...]:
        """Every concern at the largest n with the short name of its estimator; ``mle`` of a model that does not fit."""
        return (*self.fit.concerns, *(("mle", concern) for concern in self.model_fit.concerns))

    @property
    def model_scale(self) -> "pandas.DataFrame":
        """The rows of every n that are on the model scale: one estimate per estimator, as figures want it."""
        rows = self.rows
        return rows[rows["scale"] == row_schema.MODEL_SCALE]

    @property
    def table(self) -> "pandas.DataFrame":
        """The largest n, wide: one line per quantity; estimate, se, lower, upper of each estimator."""
        tidy = row_schema.frame(self.fit.rows).drop_duplicates(["parameter", "estimator"])
        wide = tidy.pivot(index="parameter", columns="estimator", values=["estimate", "se", "lower", "upper"])
        order = [(name, value) for name in self.fit.estimates for value in ("estimate", "se", "lower", "upper")]
        return wide.swaplevel(axis=1)[order].loc[list(tidy["parameter"].unique())]

    @cached_property
    def model_fit(self) -> ModelFit:
        """Whether the model fits at all: residuals of the MLE at the largest n, worked out when they are asked for."""
        with optional_parts.collecting(self.lost):
            unjudged = ModelFit("it could not be judged")
            return optional_parts.make(
                "the fit of the model", lambda: model_fit(self.fit, self.seed), unjudged, long=True
            )

    @cached_property
    def explanation(self) -> "Explanation":
        """Why posterior mean and MLE differ at the largest n, worked out when it is asked for."""
        from .explanation import explain

        return explain(self.fit)

    @property
    def agreement(self) -> tuple[Agreement, ...]:
        """Observed and expected differences of each pair of estimators, at the largest n."""
        return self.fit.agreement
