"""Every figure of a comparison, by file name: what exists depends on what was fitted."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .. import rows as row_schema
from . import road
from .fit import Fit
from .outcome import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[np.float64]


def pictures(outcome: Outcome) -> "dict[str, Figure]":
    """forest; with a posterior also marginal, trace and rank; with a MAP path; with several n convergence."""
    from ..report import figures
    from ..report.path import path

    fit = outcome.fit
    rows = row_schema.frame(fit.rows)
    found = {"forest": figures.forest(rows)}
    posterior = fit.estimates.get("posterior")
    if posterior is not None and posterior.tree is not None:
        found["marginal"] = figures.marginal(rows, posterior.tree, prior_densities(fit))
        found["trace"] = figures.trace(posterior.tree)
        found["rank"] = figures.rank(posterior.tree)
    if "map" in fit.estimates and fit.estimates["map"].converged:
        found["path"] = path(road.rows(fit))
    if len(outcome.fits) > 1:
        found["convergence"] = figures.convergence(outcome.rows)
    return found


def prior_densities(fit: Fit) -> dict[str, tuple[Array, Array]]:
    """Grid and prior density, each ``(200,)``, of every parameter over the reach of its estimates, by label."""
    found = {}
    for name, prior in fit.program.priors.items():
        for position, label in enumerate(fit.program.layout.labels_of[name]):
            grid = _grid(fit, label)
            if prior.proper and grid is not None:
                found[label] = (grid, prior.element(position).density(grid))
    return found


def _grid(fit: Fit, label: str) -> Array | None:
    """Six standard errors to either side of all estimates."""
    rows = [r for r in fit.rows if r.parameter == label and r.status == "ok" and r.se is not None]
    if not rows:
        return None
    ends = [(r.estimate or 0.0) + side * 6 * (r.se or 0.0) for r in rows for side in (-1, 1)]
    return np.linspace(min(ends), max(ends), 200)
