"""What several forms of one comparison are drawn from, each computed once and when it is asked for."""

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...fit.fit import Fit
from ...report.figures.profile import MOST_PANELS
from ..outcome import Outcome
from . import prior_path, profile_points, search_table

if TYPE_CHECKING:
    import pandas

Array = NDArray[np.float64]


class Material:
    """Tidy points of the figures and panels of an outcome, at its largest n."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome, self.fit = outcome, outcome.fit

    @cached_property
    def curves(self) -> "pandas.DataFrame":
        """Curves of the first `MOST_PANELS` quantities, as `profile_points.rows` gives them."""
        labels = self.fit.program.quantity_labels[:MOST_PANELS]
        return profile_points.rows(self.fit, self.priors, labels)

    @cached_property
    def curves_of_parameters(self) -> "pandas.DataFrame":
        """Of these, the curves of parameters."""
        return self.curves[self.curves["parameter"].isin(self.fit.program.layout.labels)]

    @cached_property
    def path(self) -> "pandas.DataFrame":
        """The road from MLE to MAP and beyond, as `prior_path.rows` gives it."""
        return prior_path.rows(self.fit)

    @cached_property
    def searches(self) -> "pandas.DataFrame":
        """Where every search of the optimisers ended."""
        return search_table.rows(self.fit)

    @cached_property
    def priors(self) -> dict[str, tuple[Array, Array]]:
        """Grid and prior density of every parameter, by label."""
        return prior_densities(self.fit)


def prior_densities(fit: Fit) -> dict[str, tuple[Array, Array]]:
    """Grid and prior density, each ``(200,)``, of every parameter over the reach of its estimates, by label."""
    densities: dict[str, tuple[Array, Array]] = {}
    if fit.program.prior_power != 1:
        return densities  # whose constant is not known
    for parameter in fit.program.layout.parameters:
        name, prior = parameter.name, fit.program.priors[parameter.name]
        if parameter.support.restricts:
            continue  # one of several in rising order has another density than its prior alone
        for position, label in enumerate(fit.program.layout.labels_of[name]):
            grid = _grid(fit, label)
            if prior.drawable and grid is not None:
                densities[label] = (grid, prior.element(position).density(grid))
    return densities


def _grid(fit: Fit, label: str) -> Array | None:
    """Six standard errors to either side of all estimates."""
    rows = [r for r in fit.rows if r.parameter == label and r.status == "ok" and r.se is not None]
    if not rows:
        return None
    ends = [(r.estimate or 0.0) + side * 6 * (r.se or 0.0) for r in rows for side in (-1, 1)]
    return np.linspace(min(ends), max(ends), 200)
