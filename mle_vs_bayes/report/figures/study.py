"""A measure of a study over n: one panel per model, scenario and quantity, one line per estimator and interval."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from .. import marks
from ..palette import INK, INTERVALS, LOOKS, MUTED, THIN, Look, headline, panels, style

if TYPE_CHECKING:
    import pandas

MOST_PANELS = 24
CROWD = 8
"""More curves than this in a panel, and each estimator gets panels of its own."""
DENSE = 7
"""More n than this are a curve, for which every panel is its own small picture."""
CROWD_OF_KINDS, FEW = 4, 4
"""More kinds of interval than this at this few n are rows of marks and not lines."""
OTHERS = ("#CC79A7", "#E69F00", "#56B4E9", "#8C6BB1")
"""Okabe and Ito's other colours, for estimators of a study's own."""
STROKES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (2, 1.2)), (0, (6, 1.5, 1, 1.5)), (0, (1, 1)), (0, (8, 1, 2, 1)))
"""For several kinds of interval of one estimator."""
MARKERS = ("o", "^", "v", "<", ">", "P", "X", "d", "p", "h", "*")
SEVERAL = ("coverage", "coverage_worst_case", "mean_width", "interval_score")
"""Measures that each kind of interval of an estimator has of its own."""
ROUNDING = 1e-10
"""Share of the largest value of a figure: what is smaller is rounding error where 0 was meant."""
SAME = 1e-5
"""Relative to its values: an axis that is shorter shows rounding errors."""
HALF = 1.96
"""Monte-Carlo standard errors that a bar reaches to either side."""


def figures(lines: "pandas.DataFrame", title: str, *, level: float | None = None, axis: str = "n") -> dict[str, Figure]:
    """The figures of one measure by the end of their name: what has many n, what has many kinds of interval, the rest.

    ``lines``, ``level`` and ``axis`` are those of `measure`, with a column ``theory`` for what is known exactly.
    """
    from . import interval_rows, saw_tooth

    if axis != "n":
        return {"": measure(_without_twins(lines), title, level=level, axis=axis)}
    lines, place = _without_twins(lines), ["model", "scenario", "parameter"]
    sizes = lines.groupby(place, dropna=False)["n"].transform("nunique")
    kinds = lines.groupby(place, dropna=False)["interval"].transform("nunique")
    dense = lines["measure"].isin(SEVERAL) & (sizes > DENSE)
    rows = lines["measure"].isin(SEVERAL) & ~dense & (kinds > CROWD_OF_KINDS) & (sizes <= FEW)
    pictures = {}
    if dense.any():
        pictures["_over_n"] = saw_tooth.measure(lines[dense], title, level=level)
    if rows.any():
        pictures["" if not (~dense & ~rows).any() else "_by_kind"] = interval_rows.measure(
            lines[rows], title, level=level
        )
    if (~dense & ~rows).any():
        pictures[""] = measure(lines[~dense & ~rows], title, level=level)
    return pictures


def _without_twins(lines: "pandas.DataFrame") -> "pandas.DataFrame":
    """Intervals of the exact maximum likelihood estimate are those of the numerical one, where both are there."""
    index = lines.set_index(["model", "scenario", "n", "parameter", "interval"]).index
    twins = index.isin(index[lines["estimator"] == "mle"])
    return lines[~((lines["estimator"] == "mle_exact") & twins)]


def measure(lines: "pandas.DataFrame", title: str, *, level: float | None = None, axis: str = "n") -> Figure:
    """One measure over n, or over another ``axis`` of numbers, with bars of ± 1.96 MCSE.

    ``lines`` are of one measure, as in the performance table, with columns for what is predicted: ``slope``, a dashed
    guide through the first point on logarithmic axes, or a band from ``low`` to ``high``. ``level`` is drawn across.
    """
    groups = _groups(lines, axis)
    looks = _looks(lines)
    zero = ROUNDING * float(lines["value"].abs().max())
    more = f", first {MOST_PANELS} of {len(groups)} panels" if len(groups) > MOST_PANELS else ""
    with style():
        figure, grid = panels([_panel_title(names) for names, _ in groups[:MOST_PANELS]], height=2.1)
        for axes, (_, panel_lines) in zip(grid, groups, strict=False):
            _panel(
                axes, panel_lines, looks, level, axis=axis, logarithmic=bool(lines["slope"].notna().any()), zero=zero
            )
        headline(figure, title + more)
        _legend(figure, grid, _caption(lines, level))
    return figure


def drawn(draw: Callable[[Figure], None]) -> Figure:
    """A figure of a study's own: a blank one, drawn on in the house's style."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with style():
        figure = Figure(figsize=(8.0, 3.4), layout="constrained")
        FigureCanvasAgg(figure)
        draw(figure)
        return figure


def file_name(measure: str) -> str:
    """A measure's name as a file's."""
    return re.sub(r"\W+", "_", measure).strip("_")


def _groups(lines: "pandas.DataFrame", axis: str) -> "list[tuple[Any, pandas.DataFrame]]":
    """The lines of each panel; over another axis than n, scenarios are told apart by the axes that are left."""
    place = ["model", "scenario", "parameter"]
    if axis != "n":
        others = [name for name in lines.attrs.get("axes", ()) if name != axis]
        lines = lines.assign(**{name: [_placed(name, value) for value in lines[name]] for name in others})
        place = ["model", *others, *(["n"] if lines["n"].nunique() > 1 else []), "parameter"]
    curves = lines.drop_duplicates([*place, "estimator", "interval"]).groupby(place, dropna=False).size()
    if lines["measure"].isin(SEVERAL).any() and curves.max() > CROWD:
        place.append("estimator")
    return list(lines.groupby(place, dropna=False, sort=False))


def _placed(axis: str, value: Any) -> str:
    """``r = 0.5``; a place without a number speaks for itself."""
    return f"{axis} = {value:g}" if isinstance(value, int | float) else str(value)


def _looks(lines: "pandas.DataFrame") -> dict[str, Look]:
    """A look per estimator: the house's, another colour for a study's own, ink for none (a functional)."""
    names = [str(name) for name in lines["estimator"].dropna().unique()]
    others = [name for name in names if name not in LOOKS]
    looks = {name: Look(name, name, OTHERS[i % len(OTHERS)], "^") for i, name in enumerate(others)}
    return {**looks, **{name: LOOKS[name] for name in names if name in LOOKS}, "": Look("", "mean", INK, "o")}


def _panel_title(names: tuple[Any, ...]) -> str:
    shown = [str(name) for name in names if name == name and name not in (None, "default", "none", "")]
    return " · ".join(dict.fromkeys(shown))


def _panel(
    axes: Axes,
    lines: "pandas.DataFrame",
    looks: dict[str, Look],
    level: float | None,
    *,
    axis: str,
    logarithmic: bool,
    zero: float = 0.0,
) -> None:
    """One panel; on a logarithmic axis one whose values are all 0 (at most ``zero``, rounding) says so in words."""
    if logarithmic and (lines["value"].abs() <= zero).all():
        _nothing(axes, lines, axis)
        return
    drawn = list(_curves(lines.sort_values(axis), looks))
    count, guides = len(drawn), set[float]()
    _bands(axes, lines, axis)
    for position, (look, stroke, label, points) in enumerate(drawn):
        shift = np.exp(0.012 * (position - (count - 1) / 2))
        n, value, error = (points[name].to_numpy(dtype=float) for name in (axis, "value", "mcse"))
        keep = value > 0 if logarithmic else np.isfinite(value)
        n, value, error = n[keep] * shift, value[keep], error[keep]
        if not len(n):
            continue
        # A bar down to 0 has no place on a logarithmic axis: it ends a tenth of the value above.
        low = np.minimum(HALF * error, 0.9 * value) if logarithmic else HALF * error
        bars: dict[str, Any] = {"yerr": np.array([low, HALF * error]), "ecolor": look.colour, "elinewidth": 1.0}
        face: dict[str, Any] = {**look.head, "markersize": 4.0, "linestyle": stroke, "linewidth": 1.2, "label": label}
        axes.errorbar(n, value, **bars, **face).lines[0].set_gid(f"{look.key} point")
        for slope in set(points["slope"].dropna()) - guides:
            guides.add(slope)
            axes.plot(n, value[0] * (n / n[0]) ** slope, color=MUTED, gid="guide", zorder=1, **THIN)
        known = points["theory"].to_numpy(dtype=float)[keep]
        if np.isfinite(known).any():
            axes.plot(n, known, color=look.colour, linewidth=0.8, alpha=0.8, gid="theory", zorder=1)
    if level is not None:
        axes.axhline(level, color=INK, gid="level", **THIN)
    _axis(axes, lines, axis)
    if logarithmic:
        _logarithmic(axes)
    else:
        _not_magnified(axes)


def _bands(axes: Axes, lines: "pandas.DataFrame", axis: str) -> None:
    """What is predicted, in grey: of all points across a panel, of some behind them; without an end past all values."""
    for band, inside in lines.dropna(subset=["low", "high", "value"]).groupby(["low", "high"]):
        low, high = np.asarray(band, dtype=float)
        seen = [end for end in (low, high, *lines["value"]) if np.isfinite(end)]
        past = 0.1 * (max(seen) - min(seen))
        ends = low if np.isfinite(low) else min(seen) - past, high if np.isfinite(high) else max(seen) + past
        if inside[axis].nunique() == lines[axis].nunique():
            axes.axhspan(*ends, color=MUTED, alpha=0.12, linewidth=0, gid="band")
            continue
        for place in inside[axis].unique():
            axes.plot([place, place], ends, color=MUTED, alpha=0.25, linewidth=10, solid_capstyle="butt", gid="band")


def _not_magnified(axes: Axes) -> None:
    """Values that differ by rounding alone are one value, and not the whole height of the panel."""
    low, high = axes.get_ylim()
    if high - low < SAME * max(abs(low), abs(high)):
        middle = (low + high) / 2
        axes.set_ylim(middle - 0.05 * abs(middle), middle + 0.05 * abs(middle))


def _axis(axes: Axes, lines: "pandas.DataFrame", axis: str) -> None:
    """Sizes, and other numbers above 0, on a logarithmic axis; with a 0 among them they have a straight one."""
    values = sorted(float(value) for value in lines[axis].unique())
    if values[0] > 0:
        marks.sizes_axis(axes, values, axis)
    else:
        axes.set_xlabel(axis)


def _nothing(axes: Axes, lines: "pandas.DataFrame", axis: str) -> None:
    """What has no place on a logarithmic axis."""
    _axis(axes, lines, axis)
    axes.set_yticks([])
    axes.text(0.5, 0.5, f"0 at every {axis}", transform=axes.transAxes, ha="center", va="center", color=INK, gid="zero")


def _logarithmic(axes: Axes) -> None:
    """A logarithmic axis of values with plain numbers, as many as have room."""
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    few = (1.0, 2.0, 5.0) if high > 5 * low else (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)
    axes.yaxis.set_major_locator(LogLocator(subs=few if high < 1e3 * low else (1.0,)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")


def _curves(lines: "pandas.DataFrame", looks: dict[str, Look]) -> "Iterator[tuple[Look, Any, str, pandas.DataFrame]]":
    """Look, line style, words and lines of each estimator and interval; intervals only where these differ."""
    seen: dict[str, int] = {}
    several = lines["measure"].isin(SEVERAL).any()
    for (estimator, interval), points in lines.groupby(["estimator", "interval"], dropna=False, sort=False):
        name = "" if estimator != estimator or estimator is None else str(estimator)
        position = seen.get(name, 0)
        if position and not several:  # an estimate has one bias, whatever intervals it has
            continue
        seen[name] = position + 1
        kind = INTERVALS.get(str(interval), str(interval).replace("_", " "))
        label = f"{looks[name].label}, {kind}" if several and interval == interval else looks[name].label
        look = replace(looks[name], marker=MARKERS[position % len(MARKERS)]) if position else looks[name]
        yield look, STROKES[position % len(STROKES)], label, points


def _caption(lines: "pandas.DataFrame", level: float | None) -> str:
    slopes = sorted(set(lines["slope"].dropna()))
    parts = ["Bars are ± 1.96 Monte-Carlo standard errors."]
    if slopes:
        parts.append(f"Dashed: the predicted slope{'s'[: len(slopes) > 1]} {', '.join(f'{s:g}' for s in slopes)}.")
    if lines["theory"].notna().any():
        parts.append("Thin lines: theory.")
    if lines["low"].notna().any():
        parts.append("Grey: the predicted band.")
    if level is not None:
        parts.append(f"Dashed: the level {100 * level:g} %.")
    return " ".join(parts)


LONG = 22
"""Letters of a legend's entry, of which three do not fit side by side if it has more."""


def _legend(figure: Figure, grid: list[Axes], caption: str) -> None:
    handles: dict[str, Any] = {}
    for axes in grid:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    shown = {} if list(handles) == ["mean"] else handles
    columns = 3 if max(map(len, shown), default=0) <= LONG else 2
    known: Any = {"loc": "outside lower left", "ncols": columns, "title": caption, "alignment": "left"}
    figure.legend(list(shown.values()), list(shown), title_fontsize=8.0, **known)
