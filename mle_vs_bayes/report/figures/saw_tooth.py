"""A measure over a dense grid of n: one small panel per kind of interval and scenario, with thin lines.

Coverage of a proportion jumps with n as possible counts enter and leave the interval's reach: only a grid of every n
shows it, and only small panels side by side let intervals be compared.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from ..palette import INK, INTERVALS, LOOKS, MUTED, THIN, Look, headline, style

if TYPE_CHECKING:
    import pandas

HALF = 1.96
"""Monte-Carlo standard errors that the band reaches to either side."""
FLOOR, STEP = 0.85, 0.05
"""Panels of a share begin here, or lower by whole steps where more than one in a hundred values lies below."""
OWN = Look("", "", INK, "")


def measure(lines: "pandas.DataFrame", title: str, *, level: float | None = None) -> Figure:
    """Rows of panels by estimator and interval, columns by scenario, n along each.

    ``lines`` are of one measure, as in the performance table, with a column ``theory``, NaN where there is none.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    kinds = list(lines[["estimator", "interval"]].drop_duplicates().itertuples(index=False, name=None))
    scenarios = list(dict.fromkeys(lines["scenario"]))
    with style():
        figure = Figure(figsize=(8.0, 1.5 + 0.82 * len(kinds)), layout="constrained")
        FigureCanvasAgg(figure)
        grid = figure.subplots(len(kinds), len(scenarios), sharex=True, sharey=True, squeeze=False)
        for row, (estimator, interval) in enumerate(kinds):
            look = LOOKS.get(str(estimator), OWN)
            for column, scenario in enumerate(scenarios):
                chosen = (lines["estimator"] == estimator) & (lines["interval"] == interval)
                points = lines[chosen & (lines["scenario"] == scenario)].sort_values("n")
                _panel(grid[row, column], points, look, level)
            grid[row, 0].set_ylabel(_words(interval), color=look.colour, rotation=0, ha="right", va="center")
        for axes, scenario in zip(grid[0], scenarios, strict=True):
            axes.set_title(str(scenario), parse_math=False)
        for axes in grid[-1]:
            axes.set_xlabel("n")
        if level is not None:
            grid[0, 0].set_ylim(_floor(lines["value"].to_numpy(dtype=float)), 1.005)
        grid[0, 0].set_xlim(lines["n"].min(), lines["n"].max())
        grid[0, 0].yaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 5, 10]))
        headline(figure, title)
        _legend(figure, lines, level)
    return figure


def _panel(axes: Axes, points: "pandas.DataFrame", look: Look, level: float | None) -> None:
    n, value, mcse, theory = (points[name].to_numpy(dtype=float) for name in ("n", "value", "mcse", "theory"))
    band: dict[str, Any] = {"color": look.colour, "alpha": 0.22, "linewidth": 0, "gid": "band"}
    axes.fill_between(n, value - HALF * mcse, value + HALF * mcse, **band)
    axes.plot(n, value, color=look.colour, linewidth=0.9, gid=f"{look.key} line")
    if np.isfinite(theory).any():
        axes.plot(n, theory, color=INK, linewidth=0.6, gid="theory")
    if level is not None:
        axes.axhline(level, color=MUTED, gid="level", zorder=1, **THIN)


def _floor(values: np.ndarray) -> float:
    low = float(np.nanquantile(values, 0.01))
    return min(FLOOR, STEP * np.floor(low / STEP))


def _words(interval: Any) -> str:
    return INTERVALS.get(str(interval), str(interval).replace("_", " ")).replace(" ", "\n", 1)


def _legend(figure: Figure, lines: "pandas.DataFrame", level: float | None) -> None:
    looks = [LOOKS[str(name)] for name in dict.fromkeys(lines["estimator"]) if str(name) in LOOKS]
    handles: list[Any] = [Line2D([], [], color=look.colour, linewidth=1.2, label=look.label) for look in looks]
    handles.append(Patch(color=MUTED, alpha=0.3, label="± 1.96 Monte-Carlo standard errors"))
    if lines["theory"].notna().any():
        handles.append(Line2D([], [], color=INK, linewidth=0.7, label="exact, by enumeration"))
    if level is not None:
        handles.append(Line2D([], [], color=MUTED, label=f"the level, {100 * level:g} %", **THIN))
    figure.legend(handles=handles, loc="outside lower left", ncols=3)
