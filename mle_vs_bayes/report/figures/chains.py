"""How the chains mixed: trace and ranks of each scalar, drawn by ArviZ on panels of our own."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .. import marks
from ..palette import headline, panels, style

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]
MOST_SCALARS = 12


def trace(tree: "xarray.DataTree") -> Figure:
    """The draws of each scalar of ``tree["posterior"]`` in order, one line per chain, divergent transitions marked."""
    from arviz_plots import plot_trace

    visuals: Any = {"title": False, "xlabel": False, "trace": {"width": 0.5}}
    caption = "One line per chain. Black ticks on the lower edge, if any: divergent transitions."
    return _by_chain(tree, "draws", "draw", caption, partial(plot_trace, visuals=visuals))


def rank(tree: "xarray.DataTree") -> Figure:
    """How far the ranks of each chain's draws among all draws are from uniform: chains that agree stay near zero.

    Each panel gives the p-value of ArviZ's test of it. Of one chain there is a title and no panel.
    """
    from arviz_plots import plot_rank

    visuals: Any = {"title": False, "xlabel": False, "remove_axis": False, "ecdf_lines": {"width": 1.2}}
    caption = "One line per chain: the distribution of its ranks less the uniform one. Near zero, the chains agree."
    if tree["posterior"].sizes["chain"] > 1:
        return _by_chain(tree, "ranks", "fractional rank", caption, partial(plot_rank, visuals=visuals))
    with style():
        figure, _ = panels([], height=0.0)
        headline(figure, "ranks by chain: there is only one chain")
    return figure


def _by_chain(tree: "xarray.DataTree", what: str, xlabel: str, caption: str, plot: Callable[..., Any]) -> Figure:
    draws = scalars(tree)
    labels = list(draws)[:MOST_SCALARS]
    shown = f", first {len(labels)} of {len(draws)} scalars" if len(labels) < len(draws) else ""
    with style():
        figure, grid = panels(labels, height=1.45)
        marks.chains(figure, grid, [draws[label] for label in labels], _diverging(tree), plot)
        for axes in grid:
            axes.set_xlabel(xlabel)
            marks.few_ticks(axes.yaxis)
            for text in axes.texts:
                text.set_fontsize(8)
        headline(figure, f"{what} by chain{shown}", caption)
    return figure


def scalars(tree: "xarray.DataTree") -> dict[str, Array]:
    """Draws ``(chain, draw)`` by label (``beta[x1]``) of each scalar of the posterior that is finite and varies."""
    from arviz_base import xarray_sel_iter
    from arviz_base.labels import BaseLabeller

    posterior, label = tree["posterior"].to_dataset(), BaseLabeller().make_label_flat
    draws = {}
    for name, selection, position in xarray_sel_iter(posterior, skip_dims={"chain", "draw"}):
        values = posterior[name].isel(position).transpose("chain", "draw").to_numpy().astype(float)
        if np.isfinite(values).all() and np.ptp(values) > 0:
            draws[label(name, selection, position)] = values
    return draws


def _diverging(tree: "xarray.DataTree") -> Array | None:
    """Which transitions diverged ``(chain, draw)``, where the sampler says so."""
    stats: Any = tree.children.get("sample_stats", {})
    return stats["diverging"].to_numpy() if "diverging" in stats else None
