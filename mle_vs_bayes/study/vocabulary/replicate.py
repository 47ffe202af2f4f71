"""One replicate after its analysis: what a functional looks at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import Dataset

if TYPE_CHECKING:
    from ...model.model import Model
    from ...model.prior import Prior

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Analysed:
    """The data of one replicate, the truth by label, the rows of every estimator and the posterior's draws."""

    data: Dataset
    truth: Mapping[str, float]
    rows: Sequence[Mapping[str, Any]]
    model: "Model"
    priors: "Mapping[str, Prior]"
    labels: Sequence[str] = ()
    all_draws: Array | None = None

    def estimate(self, estimator: str, parameter: str) -> float:
        """The estimate; NaN where there is none."""
        return self._column("estimate", estimator, parameter)

    def se(self, estimator: str, parameter: str) -> float:
        """The standard error or posterior standard deviation; NaN where there is none."""
        return self._column("se", estimator, parameter)

    def draws(self, parameter: str) -> Array:
        """Posterior draws ``(chains, draws)`` of one quantity.

        Raises
        ------
        LookupError
            There is no posterior, or no such quantity.
        """
        if self.all_draws is None or parameter not in self.labels:
            raise LookupError(f"there are no draws of {parameter}")
        return np.asarray(self.all_draws[:, :, list(self.labels).index(parameter)])

    def _column(self, column: str, estimator: str, parameter: str) -> float:
        own = [r[column] for r in self.rows if (r["estimator"], r["parameter"]) == (estimator, parameter)]
        return float("nan") if not own or own[0] is None else float(own[0])
