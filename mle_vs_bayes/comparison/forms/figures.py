"""Every figure of a comparison, by file name: what exists depends on what was fitted."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ... import ornaments
from ...fit.fit import Fit
from ...sampling.draws import by_label, varies
from ..outcome import Outcome
from . import prior_path, profile_points, search_table

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

Array = NDArray[np.float64]


def pictures(outcome: Outcome) -> "dict[str, Figure]":
    """forest; with a posterior also marginal, trace and rank; with a MAP path; profile; with several n convergence.

    A figure that cannot be made is missing, and `Outcome.lost` says why.
    """
    with ornaments.collecting(outcome.lost):
        made = {name: ornaments.make(f"the figure {name}", maker, None) for name, maker in _makers(outcome).items()}
    return {name: figure for name, figure in made.items() if figure is not None}


def _makers(outcome: Outcome) -> "dict[str, Callable[[], Figure | None]]":
    """How each figure is made, by its file's name; one that there is nothing to draw for gives None."""
    from ...report.figures import chains, estimates
    from ...report.figures.prior_path import path

    fit = outcome.fit
    makers: dict[str, Callable[[], Figure | None]] = {"forest": lambda: estimates.forest(outcome.model_scale)}
    posterior = fit.estimates.get("posterior")
    if posterior is not None and posterior.tree is not None:
        tree = posterior.tree
        makers["marginal"] = lambda: estimates.marginal(outcome.model_scale, _moving(fit, tree), prior_densities(fit))
        makers["trace"] = lambda: chains.trace(_moving(fit, tree))
        makers["rank"] = lambda: chains.rank(_moving(fit, tree))
    if "map" in fit.estimates and fit.estimates["map"].converged:
        makers["path"] = lambda: path(prior_path.rows(fit))
    makers["waterfall"] = lambda: _waterfall(fit)
    makers["profile"] = lambda: _profiles(fit, outcome.level)
    if len(outcome.fits) > 1:
        makers["convergence"] = lambda: estimates.convergence(outcome.model_scale)
    return makers


def _waterfall(fit: Fit) -> "Figure | None":
    from ...report.figures.waterfall import waterfall

    searched = search_table.rows(fit)
    return waterfall(searched, _subject(fit)) if len(searched) else None


def _profiles(fit: Fit, level: float) -> "Figure | None":
    from ...report.figures.profile import curves

    drawn = profile_points.rows(fit, prior_densities(fit))
    return curves(drawn, _subject(fit), level) if len(drawn) else None


def _subject(fit: Fit) -> str:
    return f"{fit.program.model.name}, n = {fit.program.data.size:,}"


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
