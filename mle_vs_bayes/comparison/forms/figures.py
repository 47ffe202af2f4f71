"""Every figure of a comparison, by file name: what exists depends on what was fitted."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...fit.fit import Fit
from ...sampling.draws import by_label, varies
from ..outcome import Outcome
from . import prior_path, profile_points, search_table

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

Array = NDArray[np.float64]


def pictures(outcome: Outcome) -> "dict[str, Figure]":
    """forest; with a posterior also marginal, trace and rank; with a MAP path; profile; with several n convergence."""
    from ...report.figures import chains, estimates
    from ...report.figures.prior_path import path
    from ...report.figures.profile import curves as draw_curves
    from ...report.figures.waterfall import waterfall

    fit = outcome.fit
    rows, densities = outcome.model_scale, prior_densities(fit)
    subject = f"{fit.program.model.name}, n = {fit.program.data.size:,}"
    found = {"forest": estimates.forest(rows)}
    posterior = fit.estimates.get("posterior")
    if posterior is not None and posterior.tree is not None:
        tree = _moving(fit, posterior.tree)
        found["marginal"] = estimates.marginal(rows, tree, densities)
        found["trace"] = chains.trace(tree)
        found["rank"] = chains.rank(tree)
    if "map" in fit.estimates and fit.estimates["map"].converged:
        found["path"] = path(prior_path.rows(fit))
    searched = search_table.rows(fit)
    if len(searched):
        found["waterfall"] = waterfall(searched, subject)
    drawn = profile_points.rows(fit, densities)
    if len(drawn):
        found["profile"] = draw_curves(drawn, subject, outcome.level)
    if len(outcome.fits) > 1:
        found["convergence"] = estimates.convergence(outcome.model_scale)
    return found


def _moving(fit: Fit, tree: "xarray.DataTree") -> "xarray.DataTree":
    """The tree with quantities alone, and of those the ones that vary: a correlation with itself has no density."""
    draws = tree["posterior"].to_dataset()
    every = by_label(tree)
    layout, functions = fit.program.layout, fit.program.model.functions
    labels_of = {**layout.labels_of, **{f.name: layout.function_labels(f) for f in functions}}
    kept = [name for name, labels in labels_of.items() if all(varies(every[label]) for label in labels)]
    if set(kept) == set(draws.data_vars):
        return tree
    shown = tree.copy()
    shown["posterior"] = draws[kept]
    return shown


def prior_densities(fit: Fit) -> dict[str, tuple[Array, Array]]:
    """Grid and prior density, each ``(200,)``, of every parameter over the reach of its estimates, by label."""
    found: dict[str, tuple[Array, Array]] = {}
    if fit.program.prior_power != 1:
        return found  # whose constant is not known
    for parameter in fit.program.layout.parameters:
        name, prior = parameter.name, fit.program.priors[parameter.name]
        if parameter.support.name == "ordered":
            continue  # one of several in rising order has another density than its prior alone
        for position, label in enumerate(fit.program.layout.labels_of[name]):
            grid = _grid(fit, label)
            if prior.drawable and grid is not None:
                found[label] = (grid, prior.element(position).density(grid))
    return found


def _grid(fit: Fit, label: str) -> Array | None:
    """Six standard errors to either side of all estimates."""
    rows = [r for r in fit.rows if r.parameter == label and r.status == "ok" and r.se is not None]
    if not rows:
        return None
    ends = [(r.estimate or 0.0) + side * 6 * (r.se or 0.0) for r in rows for side in (-1, 1)]
    return np.linspace(min(ends), max(ends), 200)
