"""What each method knows of one quantity, in one panel: profile likelihood, Laplace normal, posterior and prior."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .. import marks
from ..palette import INK, LOOKS, THIN, Look, headline, panels, style
from . import prior_path

if TYPE_CHECKING:
    import pandas

MOST_PANELS = 12
CURVES = {"mle": "profile likelihood", "map": "Laplace normal", "posterior": "marginal posterior", "prior": "prior"}
"""The curve that stands for each look."""
CUT: dict[str, Any] = {"color": INK, "linewidth": 0.9, "linestyle": ":"}


def curves(frame: "pandas.DataFrame", title: str, level: float) -> Figure:
    """One panel per quantity with every curve there is of it, each relative to its own maximum.

    ``frame`` has columns parameter, curve (a key of `CURVES`), value and height; limits follow the profile and
    the posterior, not the prior's tails. The dotted line is exp(−χ²₁ quantile / 2), where the profile's interval
    at ``level`` ends.
    """
    labels = list(frame["parameter"].unique())
    shown = labels[:MOST_PANELS]
    first = f", first {len(shown)} of {len(labels)} quantities" if len(shown) < len(labels) else ""
    with style():
        figure, grid = panels(shown, height=1.9)
        for axes, label in zip(grid, shown, strict=True):
            panel(axes, frame[frame["parameter"] == label], level)
        headline(figure, f"{title}: likelihood, posterior and prior, each relative to its maximum{first}")
        legend(figure, frame, level)
    return figure


def panel(axes: Axes, frame: "pandas.DataFrame", level: float) -> None:
    """The curves of one quantity, a frame as of `curves`, and where the profile's interval at ``level`` ends."""
    from scipy.special import chdtri

    cut = float(np.exp(-chdtri(1, 1 - level) / 2))
    centre = frame[frame["curve"].isin(["mle", "posterior", "map"]) & (frame["height"] > 0.01)]["value"]
    low, high = (centre.min(), centre.max()) if len(centre) else (frame["value"].min(), frame["value"].max())
    for key, look in LOOKS.items():
        curve = frame[frame["curve"] == key]
        if len(curve):
            fill = {"posterior": 0.2, "prior": 0.12}.get(key, 0.0)
            marks.density_curve(axes, look, curve["value"], curve["height"], fill=fill)
    axes.axhline(cut, gid="cut", **CUT)
    axes.axhline(0, color=INK, linewidth=0.6)
    axes.set(xlim=(low, high), ylim=(-0.03, 1.08), yticks=[])
    _dash(axes, LOOKS["map"])
    marks.few_ticks(axes.xaxis)


def _dash(axes: Axes, look: Look) -> None:
    """The Laplace normal lies on the profile wherever all is well: dashed, both are seen."""
    for line in axes.lines:
        if line.get_gid() == f"{look.key} density":
            line.set(**THIN, zorder=3)


def legend(figure: Figure, frame: "pandas.DataFrame", level: float) -> None:
    """What each curve is, below the panels."""
    from matplotlib.lines import Line2D

    drawn = [key for key in CURVES if (frame["curve"] == key).any()]
    handles = []
    for key in drawn:
        thin = THIN if key == "map" else {}
        handles.append(Line2D([], [], label=CURVES[key], color=LOOKS[key].colour, **thin))
    if "mle" in drawn:
        handles.append(Line2D([], [], label=f"where the profile's {100 * level:g} % interval ends", **CUT))
    figure.legend(handles=handles, loc="outside lower left", ncols=3)


def quantity(label: str, curves: "pandas.DataFrame", path: "pandas.DataFrame", level: float) -> Figure | None:
    """Curves as of `curves` beside the path as of `prior_path.path`, of one quantity; None without either.

    ``curves`` and ``path`` may be empty, and then their panel is missing.
    """
    titles = ["relative to its maximum"] * (len(curves) > 0) + ["as the prior grows stronger"] * (len(path) > 0)
    if not titles:
        return None
    with style():
        figure, grid = panels(titles, height=2.2)
        if len(curves):
            panel(grid[0], curves, level)
            legend(figure, curves, level)
        if len(path):
            prior_path.panel(grid[-1], path)
        headline(figure, f"{label}: likelihood, posterior and prior")
    return figure
