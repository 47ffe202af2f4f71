"""The path of the estimate as the prior's power grows from 0 to 4: from the MLE by way of the MAP towards the prior."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .. import marks
from ..palette import LOOKS, headline, panels, style

if TYPE_CHECKING:
    import pandas

Array = NDArray[np.float64]

MOST_PARAMETERS = 24
CUT = 8.0
"""Standard errors from MLE or MAP beyond which the path is left outside: without a maximum it begins at infinity."""
NAMES = {0: "0\nMLE", 1: "1\nMAP"}
LINE = "Grey line: the mode of likelihood × prior to this power, on its way to where the prior alone is highest."
BESIDE = {"mle": "Band: MLE ± one standard error.", "posterior": "Diamond: posterior mean."}


def path(rows: "pandas.DataFrame") -> Figure:
    """One panel per quantity: the path over the power, with MLE, MAP and posterior mean where they stand on it.

    ``rows`` has columns model, n, parameter, estimator (``path``, ``mle``, ``map``, ``posterior``),
    power, estimate, se, truth and status. Where the path has no mode it is broken; a missing MLE
    says why not. A panel is at least two standard errors high: a prior without effect looks like it.
    """
    labels = list(rows["parameter"].unique())
    shown = labels[:MOST_PARAMETERS]
    with style():
        figure, grid = panels(shown, height=1.9)
        for axes, label in zip(grid, shown, strict=True):
            panel(axes, rows[rows["parameter"] == label])
        first = f", first {len(shown)} of {len(labels)} quantities" if len(shown) < len(labels) else ""
        subject = f"{rows['model'].iloc[0]}, n = {rows['n'].iloc[0]:,}"
        headline(figure, f"{subject}: the estimate as the prior grows stronger{first}", caption(rows))
    return figure


def caption(rows: "pandas.DataFrame") -> str:
    """What the lines and marks of a path are."""
    drawn = set(rows.loc[np.isfinite(rows["estimate"]), "estimator"])
    return " ".join([LINE, *(words for estimator, words in BESIDE.items() if estimator in drawn)])


def panel(axes: Axes, rows: "pandas.DataFrame") -> None:
    """The path of one quantity, rows as of `path`, with the estimators where they stand on it."""
    steps = rows[rows["estimator"] == "path"].sort_values("power")
    stations: list[Any] = [row for row in rows.itertuples(index=False) if row.estimator != "path"]
    truths = [float(value) for value in rows["truth"].dropna().unique()]
    axes.set_ylim(_limits(steps["estimate"].to_numpy(), stations, truths))
    last = float(steps["power"].max())
    axes.set_xlim(-0.06 * last, 1.04 * last)
    ticks = range(int(last) + 1)
    axes.set_xticks(ticks, [NAMES.get(tick, str(tick)) for tick in ticks])
    axes.set_xlabel("power of the prior", loc="right", labelpad=-10.0)  # beside the names, not below
    _band(axes, stations)
    marks.path(axes, LOOKS["prior"], steps["power"].to_numpy(), steps["estimate"].to_numpy())
    for row in stations:
        look = LOOKS[row.estimator]
        if np.isfinite(row.estimate):
            axes.plot([row.power], [row.estimate], linestyle="", zorder=3, gid=f"{look.key} point", **look.head)
        else:
            marks.status_text(axes, look, str(row.status).replace("_", " "), x=row.power - 0.03 * last)
    for truth in truths:
        marks.truth_line(axes, truth, horizontal=True)
    marks.few_ticks(axes.yaxis)


def _band(axes: Axes, stations: list[Any]) -> None:
    """One standard error to either side of the MLE."""
    for row in stations:
        if row.estimator == "mle" and row.se > 0:
            colour = LOOKS["mle"].colour
            axes.axhspan(row.estimate - row.se, row.estimate + row.se, color=colour, alpha=0.1, linewidth=0, zorder=0)


def _limits(path: Array, stations: list[Any], truths: list[float]) -> tuple[float, float]:
    """All stations, a standard error and a bit around the first that has one, and the path as far as `CUT`."""
    points = [row.estimate for row in stations]
    unit = next(((row.estimate, row.se) for row in stations if row.estimator != "posterior" and row.se > 0), None)
    inside = path[np.isfinite(path)]
    if unit is not None:
        centre, se = unit
        points += [centre - 1.2 * se, centre + 1.2 * se]
        inside = np.clip(inside, centre - CUT * se, centre + CUT * se)
    return marks.limits([*points, *inside, *truths], [])
