"""Every figure of a comparison, by file name: what exists depends on what was fitted."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ... import optional_parts
from ...fit.fit import Fit
from ...sampling.draws import by_label, varies
from .material import Material

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure


def pictures(material: Material) -> "dict[str, Figure]":
    """forest; with a posterior also marginal, trace and rank; with a MAP path; profile; with several n convergence.

    A figure that cannot be made is missing, and `Outcome.lost` says why.
    """
    with optional_parts.collecting(material.outcome.lost):
        makers = _makers(material)
        made = {
            name: optional_parts.make(f"the figure {name}", maker, None, long=True) for name, maker in makers.items()
        }
    return {name: figure for name, figure in made.items() if figure is not None}


def _makers(material: Material) -> "dict[str, Callable[[], Figure | None]]":
    """How each figure is made, by its file's name; one that there is nothing to draw for gives None."""
    from ...report.figures import chains, estimates
    from ...report.figures.prior_path import path

    outcome, fit = material.outcome, material.fit
    makers: dict[str, Callable[[], Figure | None]] = {"forest": lambda: estimates.forest(outcome.model_scale)}
    posterior = fit.estimates.get("posterior")
    if posterior is not None and posterior.tree is not None:
        tree = posterior.tree
        makers["marginal"] = lambda: estimates.marginal(outcome.model_scale, _moving(fit, tree), material.priors)
        makers["trace"] = lambda: chains.trace(_moving(fit, tree))
        makers["rank"] = lambda: chains.rank(_moving(fit, tree))
    if "map" in fit.estimates and fit.estimates["map"].converged:
        makers["path"] = lambda: path(material.path)
    makers["waterfall"] = lambda: _waterfall(material)
    makers["profile"] = lambda: _profiles(material)
    if len(outcome.fits) > 1:
        makers["convergence"] = lambda: estimates.convergence(outcome.model_scale)
    return makers


def _waterfall(material: Material) -> "Figure | None":
    from ...report.figures.waterfall import waterfall

    return waterfall(material.searches, _subject(material.fit)) if len(material.searches) else None


def _profiles(material: Material) -> "Figure | None":
    from ...report.figures.profile import curves

    points = material.curves_of_parameters
    return curves(points, _subject(material.fit), material.outcome.level) if len(points) else None


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
