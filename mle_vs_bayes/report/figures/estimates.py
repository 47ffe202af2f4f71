"""The figures: each takes rows (the frame of ``rows.py``) or a DataTree, returns a Matplotlib Figure, writes nothing.

They never touch pyplot, so no figure stays open behind the reader's back and no setting of theirs changes.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .. import marks
from ..drawn import png
from ..palette import INK, INTERVALS, LOOKS, headline, legend, panels, style
from .chains import scalars

if TYPE_CHECKING:
    import pandas
    import xarray

Array = NDArray[np.float64]
Density = tuple[Array, Array]
Lanes = dict[tuple[str, str], str]
MOST_PARAMETERS = 24


def forest(rows: "pandas.DataFrame", words: str = "estimates and {level} intervals", opens: str = "quantity") -> Figure:
    """Every estimator of every parameter with its interval: one panel per parameter, on its own scale.

    ``words`` are the title, after the model; a page opens the panels that are called ``opens`` and their number.

    ``rows`` is the frame of ``rows.frame``; of several n the largest is shown. An estimator
    without a number says why not; the truth, where known, is a dashed line.
    """
    rows = _centred(_at_largest_n(rows))
    by_label, lanes = _by_parameter(rows), _lanes(rows)
    with style():
        figure, grid = panels(list(by_label), height=0.6 + 0.23 * len(lanes))
        for place, (axes, panel_rows) in enumerate(zip(grid, by_label.values(), strict=True)):
            axes.set_gid(f"{opens} {place}")  # by which a page opens what else there is of it
            _forest_panel(axes, panel_rows, lanes)
        headline(figure, _title(rows, words), _caption(rows))
    return figure


def _forest_panel(axes: Axes, rows: "pandas.DataFrame", lanes: Lanes) -> None:
    truths, keys = _truths(rows), list(lanes)
    estimators = [estimator for estimator, _ in keys]
    axes.set_xlim(marks.limits([*rows["estimate"], *truths], _intervals(rows)))
    axes.set_ylim(len(lanes) - 0.4, -0.6)
    for row in _records(rows):
        key, look = (row.estimator, row.interval), LOOKS[row.estimator]
        lane = keys.index(key) if key in lanes else estimators.index(row.estimator)
        if np.isfinite(row.estimate):
            marks.point_with_interval(axes, look, lane, row.estimate, (row.lower, row.upper))
        else:
            marks.status_text(axes, look, _status(row), y=lane)
    for truth in truths:
        marks.truth_line(axes, truth)
    marks.few_ticks(axes.xaxis)
    if not (truths or np.isfinite(rows["estimate"]).any()):
        axes.set_xticks([])
    axes.set_yticks(range(len(lanes)), list(lanes.values()))
    place = axes.get_subplotspec()
    axes.tick_params(axis="y", labelleft=place is None or place.is_first_col())


def marginal(
    rows: "pandas.DataFrame",
    tree: "xarray.DataTree",
    prior_density: Mapping[str, Density],
    *,
    normal_approximation: bool = True,
) -> Figure:
    """The marginal posterior of each parameter with the prior and the other estimates drawn on it.

    ``tree["posterior"]`` holds the draws; ``prior_density`` holds ``(grid, density)`` by label,
    each ``(g,)``, and may lack some. The limits follow the posterior and the estimates, not the
    prior's tails. ``normal_approximation`` adds the MLE's: a normal curve with its standard error.
    """
    rows, draws = _centred(_at_largest_n(rows)), scalars(tree)
    by_label = _by_parameter(rows[rows["parameter"].isin(list(draws))])
    with style():
        figure, grid = panels(_headings(by_label), height=1.9)
        for axes, (label, panel_rows) in zip(grid, by_label.items(), strict=True):
            _marginal_panel(axes, panel_rows, draws[label], prior_density.get(label), normal_approximation)
        headline(figure, _title(rows, "posterior and {level} interval, prior, estimates"))
        legend(figure, grid)
    return figure


def _marginal_panel(axes: Axes, rows: "pandas.DataFrame", draws: Array, prior: Density | None, normal: bool) -> None:
    bars, truths = rows[rows["estimator"] == "posterior"], _truths(rows)
    low, high = marks.limits([*marks.bulk(draws), *rows["estimate"], *truths], _intervals(bars))
    if prior is not None:
        marks.density_curve(axes, LOOKS["prior"], *prior, fill=0.12)
    top = marks.density_of_draws(axes, LOOKS["posterior"], draws, low, high)
    mle = rows[(rows["estimator"] == "mle") & (rows["se"] > 0)][:1]
    for row in _records(mle) if normal else []:
        top = max(top, min(2 * top, marks.normal_curve(axes, LOOKS["mle"], row.estimate, row.se)))
    step = 0.12 * top
    axes.set(xlim=(low, high), ylim=(-step * (len(bars) + 0.3), 11 * step), yticks=[])
    _pins(axes, rows, top)
    for position, row in enumerate(_records(bars)):
        at = -step * (position + 0.75)
        marks.point_with_interval(axes, LOOKS["posterior"], at, row.estimate, (row.lower, row.upper))
    for truth in truths:
        marks.truth_line(axes, truth)
    axes.axhline(0, color=INK, linewidth=0.6)
    marks.few_ticks(axes.xaxis)


def _pins(axes: Axes, rows: "pandas.DataFrame", top: float) -> None:
    """The MLE and the MAP, with their heads at different heights: two that coincide are seen as two."""
    for line, (estimator, height) in enumerate((("mle", 1.22 * top), ("map", 1.08 * top))):
        look = LOOKS[estimator]
        for row in _records(rows[rows["estimator"] == estimator][:1]):
            if np.isfinite(row.estimate):
                marks.pin(axes, look, row.estimate, height)
            else:
                marks.status_text(axes, look, "\n" * line + f"{look.label}: {_status(row)}")


def convergence(rows: "pandas.DataFrame") -> Figure:
    """Estimates and intervals of every parameter against n, side by side at each n on a logarithmic axis.

    ``rows`` is the frame of ``rows.frame`` with several n; of several kinds of interval the first is shown.
    """
    rows = _centred(rows.drop_duplicates(["n", "estimator", "parameter"]))
    by_label = _by_parameter(rows)
    with style():
        figure, grid = panels(_headings(by_label), height=1.9)
        for axes, panel_rows in zip(grid, by_label.values(), strict=True):
            _convergence_panel(axes, panel_rows)
        headline(figure, _title(rows, "estimates and {level} intervals against n"))
        legend(figure, grid)
    return figure


def _convergence_panel(axes: Axes, rows: "pandas.DataFrame") -> None:
    truths = _truths(rows)
    present = [look for look in LOOKS.values() if (rows["estimator"] == look.key).any()]
    marks.sizes_axis(axes, sorted(rows["n"].unique()))
    axes.set_ylim(marks.limits([*rows["estimate"], *truths], _intervals(rows)))
    for position, look in enumerate(present):
        shift = marks.beside(axes, position, len(present))
        for row in _records(rows[rows["estimator"] == look.key]):
            if np.isfinite(row.estimate):
                ends = (row.lower, row.upper)
                marks.point_with_interval(axes, look, row.n, row.estimate, ends, vertical=True, shift=shift)
            else:
                marks.status_text(axes, look, _status(row), x=row.n, shift=shift)
    for truth in truths:
        marks.truth_line(axes, truth, horizontal=True)
    marks.few_ticks(axes.yaxis)


def save(figures: Mapping[str, Figure], folder: Path) -> list[Path]:
    """Write each figure as ``folder/name.png``, 150 dots per inch, the same bytes for the same figure; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, figure in figures.items():
        paths.append(folder / f"{name}.png")
        paths[-1].write_bytes(png(figure))
    return paths


def _at_largest_n(rows: "pandas.DataFrame") -> "pandas.DataFrame":
    return rows[rows["n"] == rows["n"].max()]


def _centred(rows: "pandas.DataFrame") -> "pandas.DataFrame":
    """The rows with the posterior's median as the estimate where there is no mean, and a column that says so."""
    without = rows["estimate"].isna() & rows["median"].notna()
    return rows.assign(estimate=rows["estimate"].where(~without, rows["median"]), by_median=without)


def _by_parameter(rows: "pandas.DataFrame") -> "dict[str, pandas.DataFrame]":
    """The rows of each of the first parameters, in their order."""
    labels = rows["parameter"].unique()[:MOST_PARAMETERS]
    return {label: rows[rows["parameter"] == label] for label in labels}


def _records(rows: "pandas.DataFrame") -> list[Any]:
    return list(rows.itertuples(index=False))


def _intervals(rows: "pandas.DataFrame") -> Iterable[tuple[float, float, float]]:
    return zip(rows["estimate"], rows["lower"], rows["upper"], strict=True)


def _truths(rows: "pandas.DataFrame") -> list[float]:
    return [float(value) for value in rows["truth"].dropna().unique()]


def _status(row: Any) -> str:
    return str(row.status).replace("_", " ") if row.status != "ok" else "no number"


def _lanes(rows: "pandas.DataFrame") -> Lanes:
    """The lines of a forest from the top: estimator and kind of interval, ``none`` only where it is the only one."""
    pairs = list(dict.fromkeys(zip(rows["estimator"], rows["interval"], strict=True)))
    lanes = {}
    for look in LOOKS.values():
        kinds = [kind for estimator, kind in pairs if estimator == look.key]
        kinds = [kind for kind in kinds if kind != "none"] or kinds
        for kind in kinds:
            lanes[look.key, kind] = look.label if len(kinds) == 1 else f"{look.label}, {INTERVALS.get(kind, kind)}"
    return lanes


def _title(rows: "pandas.DataFrame", text: str) -> str:
    """``weibull, n = 48: `` before ``text``, its ``{level}`` filled in, and how much is shown where not all is."""
    sizes, count = rows["n"].unique(), rows["parameter"].nunique()
    model = str(rows["model"].iloc[0])
    name = model.partition("(")[0] if "formula=" in model else model  # a grammar's options stand on the page
    subject = f"{name}, n = {sizes[0]:,}" if len(sizes) == 1 else name
    level = " and ".join(f"{100 * level:g} %" for level in rows["level"].dropna().unique())
    shown = f", first {MOST_PARAMETERS} of {count} parameters" if count > MOST_PARAMETERS else ""
    return f"{subject}: {text.format(level=level)}{shown}".replace("  ", " ")


def _caption(rows: "pandas.DataFrame") -> str:
    """``Intervals: Wald (maximum likelihood); …``, and what the dashed line is."""
    kinds: dict[str, list[str]] = {}
    for estimator, kind in _lanes(rows):
        if kind != "none":
            kinds.setdefault(LOOKS[estimator].label, []).append(INTERVALS.get(kind, kind))
    words = "; ".join(f"{', '.join(names)} ({estimator})" for estimator, names in kinds.items())
    parts = [f"Intervals: {words}." if words else "", "Dashed line: the truth." if _truths(rows) else ""]
    return " ".join(part for part in [*parts, _medians(rows)] if part)


def _headings(by_label: "Mapping[str, pandas.DataFrame]") -> list[str]:
    """Each quantity's name, and what the posterior's mark is where it is not the mean."""
    return [f"{label} (posterior median)" if rows["by_median"].any() else label for label, rows in by_label.items()]


def _medians(rows: "pandas.DataFrame") -> str:
    """Where the posterior's mark is its median."""
    without = rows.loc[rows["by_median"], "parameter"].unique()
    return f"Posterior median, as there is no mean: {', '.join(without)}." if len(without) else ""
