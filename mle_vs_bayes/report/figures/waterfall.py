"""Where every start of an optimiser ended, from the best to the worst: a plateau at 0 says that they agree."""

from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..palette import LOOKS, headline, panels, style

if TYPE_CHECKING:
    import pandas

NEAR = 1e-3
"""Log density below the best: the axis is linear up to here, logarithmic beyond."""
LOST = "Full marks: accepted optima; hollow ones: searches that ended on no optimum ({reasons}). {methods}"


def waterfall(rows: "pandas.DataFrame", title: str) -> Figure:
    """One panel per estimator: log density below the best by rank.

    ``rows`` has columns estimator, method, rank (from 1), gap (≥ 0, NaN where there is no density) and status.
    """
    names = list(rows["estimator"].unique())
    with style():
        figure, grid = panels([LOOKS[name].label for name in names], height=2.0)
        for axes, name in zip(grid, names, strict=True):
            _panel(axes, rows[rows["estimator"] == name], name)
        headline(figure, f"{title}: where each start ended, log density below the best", _caption(rows))
    return figure


def _panel(axes: Axes, rows: "pandas.DataFrame", name: str) -> None:
    look = LOOKS[name]
    top = max(NEAR, float(rows["gap"].max(skipna=True)) if rows["gap"].notna().any() else NEAR)
    ends: list[Any] = list(rows.itertuples(index=False))
    for row in ends:
        head = dict(look.head)
        if row.status != "ok":
            head["markerfacecolor"] = "white"
        if row.method == "EM":
            head["marker"] = "^"
        axes.plot([row.rank], [row.gap], linestyle="", gid=f"{name} {row.status}", zorder=3, **head)
    axes.set_yscale("symlog", linthresh=NEAR)
    axes.set(xlim=(0.4, len(rows) + 0.6), ylim=(1.6 * top if top > NEAR else 2 * NEAR, -0.3 * NEAR))
    axes.set_xticks(range(1, len(rows) + 1) if len(rows) < 12 else range(1, len(rows) + 1, len(rows) // 6))
    axes.set_xlabel("starts, best first")


def _caption(rows: "pandas.DataFrame") -> str:
    reasons = ", ".join(sorted(set(rows["status"]) - {"ok"})) or "none here"
    methods = "Triangles: EM." if (rows["method"] == "EM").any() else ""
    return LOST.format(reasons=reasons, methods=methods).strip()
