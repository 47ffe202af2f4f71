"""A measure of many kinds of interval at a few n: one row per kind, one mark per n, the larger the darker."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..palette import INK, INTERVALS, LOOKS, MUTED, THIN, Look, headline, style

if TYPE_CHECKING:
    import pandas

HALF = 1.96
"""Monte-Carlo standard errors that a bar reaches to either side."""
COLUMNS = 3
ROW = 0.2
"""Inches of a row of a panel."""
OWN = Look("", "", INK, "^")


def measure(lines: "pandas.DataFrame", title: str, *, level: float | None = None) -> Figure:
    """One panel per model, scenario and quantity; the value along it, with ``level`` drawn across.

    ``lines`` are of one measure, as in the performance table.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    groups = list(lines.groupby(["model", "scenario", "parameter"], sort=False, dropna=False))
    lengths = [len(_kinds(panel_lines)) for _, panel_lines in groups]
    columns = min(COLUMNS, len(groups))
    blocks = [lengths[first : first + columns] for first in range(0, len(groups), columns)]
    heights = [max(block) for block in blocks]
    shade = shades(sorted(int(n) for n in lines["n"].unique()))
    with style():
        figure = Figure(figsize=(9.0, 1.1 + ROW * sum(heights) + 0.55 * len(blocks)), layout="constrained")
        FigureCanvasAgg(figure)
        grid = figure.subplots(len(blocks), columns, squeeze=False, height_ratios=heights).ravel()
        for axes, (names, panel_lines) in zip(grid, groups, strict=False):
            axes.set_title(_title(names), parse_math=False)
            _panel(axes, panel_lines, level, shade)
        for unused in grid[len(groups) :]:
            unused.remove()
        headline(figure, title)
        _legend(figure, lines, level)
    return figure


def shades(sizes: list[int]) -> dict[int, float]:
    """How opaque the mark of each n is: the larger the darker."""
    return {n: 0.3 + 0.7 * (i + 1) / len(sizes) for i, n in enumerate(sorted(sizes))}


def _kinds(lines: "pandas.DataFrame") -> list[tuple[Any, Any]]:
    return list(lines[["estimator", "interval"]].drop_duplicates().itertuples(index=False, name=None))


def _title(names: tuple[Any, ...]) -> str:
    shown = [str(name) for name in names if name == name and name not in (None, "default", "")]
    return " · ".join(dict.fromkeys(shown))


def _panel(axes: Axes, lines: "pandas.DataFrame", level: float | None, shade: Mapping[int, float]) -> None:
    kinds, sizes = _kinds(lines), sorted(int(n) for n in lines["n"].unique())
    for place, (estimator, interval) in enumerate(kinds):
        look = LOOKS.get(str(estimator), OWN)
        chosen = lines[(lines["estimator"] == estimator) & (lines["interval"] == interval)]
        for line in chosen.sort_values("n").itertuples():
            below = 0.22 * (sizes.index(line.n) - (len(sizes) - 1) / 2)
            properties: dict[str, Any] = {**look.head, "markersize": 4.0, "alpha": shade[line.n], "elinewidth": 0.9}
            bar = axes.errorbar(line.value, place + below, xerr=HALF * (line.mcse or 0.0), linestyle="", **properties)
            bar.lines[0].set_gid(f"{look.key} point")
    axes.set_yticks(range(len(kinds)), [_words(interval) for _, interval in kinds])
    for label, (estimator, _) in zip(axes.get_yticklabels(), kinds, strict=True):
        label.set_color(LOOKS.get(str(estimator), OWN).colour)
    axes.set_ylim(len(kinds) - 0.4, -0.6)
    axes.tick_params(axis="y", labelsize=7.5)
    if level is not None:
        axes.axvline(level, color=MUTED, gid="level", zorder=1, **THIN)
        values = lines["value"].to_numpy(dtype=float)
        axes.set_xlim(min(level - 0.06, float(np.nanmin(values)) - 0.015), 1.01)


def _words(interval: Any) -> str:
    return INTERVALS.get(str(interval), str(interval).replace("_", " "))


def _legend(figure: Figure, lines: "pandas.DataFrame", level: float | None) -> None:
    looks = [LOOKS[str(name)] for name in dict.fromkeys(lines["estimator"]) if str(name) in LOOKS]
    handles = [Line2D([], [], linestyle="", label=look.label, **look.head) for look in looks]
    sizes = sorted(int(n) for n in lines["n"].unique())
    for n, alpha in shades(sizes).items():
        handles.append(Line2D([], [], linestyle="", marker="o", color=INK, alpha=alpha, label=f"n = {n}"))
    bars = "Bars are ± 1.96 Monte-Carlo standard errors."
    caption = bars if level is None else f"{bars} Dashed: the level {100 * level:g} %."
    known: Any = {"loc": "outside lower left", "ncols": 6, "title": caption, "alignment": "left"}
    figure.legend(handles=handles, title_fontsize=8.0, **known)
