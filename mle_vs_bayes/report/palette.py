"""The look of every figure: one colour, marker and label per estimator, one Matplotlib style, one page.

The colours of the three estimators are Okabe and Ito's, which colour-blind readers tell apart; an exact
answer has the darker shade and the hollow marker of the estimator it is the truth for. [1]_

.. [1] Okabe & Ito (2008), "Color Universal Design: how to make figures that are colorblind friendly".

Importing this module costs nothing: tables take their words from here, too, and need no Matplotlib.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Look:
    """How one estimator is drawn: a full-word label, a hexadecimal colour and a Matplotlib marker."""

    key: str
    label: str
    colour: str
    marker: str
    filled: bool = True

    @property
    def head(self) -> dict[str, Any]:
        """Properties of a Matplotlib line that is this marker."""
        face = self.colour if self.filled else "white"
        return {"color": self.colour, "marker": self.marker, "markerfacecolor": face}


LOOKS = {
    look.key: look
    for look in (
        Look("mle", "maximum likelihood", "#0072B2", "o"),
        Look("reml", "restricted ML", "#56B4E9", "^"),
        Look("map", "MAP", "#D55E00", "s"),
        Look("posterior", "posterior mean", "#009E73", "D"),
        Look("mle_exact", "exact maximum likelihood", "#003D66", "o", filled=False),
        Look("posterior_exact", "exact posterior mean", "#00523B", "D", filled=False),
        Look("prior", "prior", "#555555", ""),
    )
}
"""By name in the rows, in the order in which they are drawn."""

INTERVALS = {
    "wald": "Wald",
    "wald_transformed": "Wald, transformed",
    "laplace": "Laplace",
    "laplace_transformed": "Laplace, transformed",
    "profile_penalised": "penalised profile",
    "eti": "equal-tailed",
    "hdi": "highest density",
    "bootstrap_bca": "bootstrap, BCa",
    "bootstrap_case": "case bootstrap",
    "bootstrap_case_bca": "case bootstrap, BCa",
    "bootstrap_block": "block bootstrap",
    "bootstrap_bayesian": "Bayesian bootstrap",
    "t": "Student t",
    "chi_square": "χ²",
    "clopper_pearson": "Clopper–Pearson",
    "wilson": "Wilson",
    "jeffreys": "Jeffreys",
    "garwood": "Garwood",
    "of_mean": "of the mean",
    "of_y": "of y",
    "of_effect": "of the effect",
}
"""Words for the kinds of interval whose name in the rows is not one."""

CHAINS = ("#003B2C", "#009E73", "#66C7A3", "#B5E3D0")
"""Shades of the posterior's green: chains are not estimators and take no other hue."""

INK, MUTED = "#222222", "#666666"
THIN: dict[str, Any] = {"linewidth": 1.0, "linestyle": (0, (4, 2))}
"""For what only accompanies."""

ON_DARK = {
    "#0072B2": "#58B0EA",  # maximum likelihood
    "#D55E00": "#F58B4C",  # MAP
    "#009E73": "#35C596",  # posterior
    "#003D66": "#A9D3F2",  # exact maximum likelihood
    "#00523B": "#97DEC4",  # exact posterior
    "#555555": "#A8A8A8",  # prior
    "#003B2C": "#D5F2E7",  # the other chains
    "#66C7A3": "#1C7F5F",
    "#B5E3D0": "#0F5440",
    INK: "#E6E6E6",
    "#000000": "#F0F0F0",  # what a study's own figure left at Matplotlib's black
    MUTED: "#A3A3A3",
    "#9a9a9a": "#7A7A7A",  # axes
    "#e4e4e4": "#33373C",  # grid
    "#ffffff": "#15181B",  # the page
}
"""What each colour is where the page is dark: the same hue, as far from the page as it is on white."""

STYLE = {
    "font.family": "DejaVu Sans",  # ships with Matplotlib, so the same picture everywhere
    "font.size": 9.0,
    "text.color": INK,
    "figure.titlesize": 11.0,
    "figure.titleweight": "bold",
    "figure.labelsize": 8.0,
    "figure.constrained_layout.w_pad": 0.08,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.titlepad": 5.0,
    "axes.edgecolor": "#9a9a9a",
    "axes.labelcolor": INK,
    "axes.labelsize": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.formatter.use_mathtext": True,
    "axes.formatter.limits": [-3, 6],
    "axes.formatter.offset_threshold": 7,  # "+1.0001e6" costs the reader a sum: only where it saves seven digits
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.7,
    "xtick.color": "#9a9a9a",
    "ytick.color": "#9a9a9a",
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "ytick.left": False,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "lines.markersize": 5.5,
    "lines.solid_capstyle": "butt",
}

PANEL_TITLE = {1: 80, 2: 46, 3: 32}
"""Characters that fit over a panel, by number of columns."""


@contextmanager
def style() -> Iterator[None]:
    """Matplotlib's defaults with `STYLE` on top, whatever the reader has set, and the reader's own afterwards."""
    import matplotlib.style

    with matplotlib.style.context(["default", STYLE]):
        yield


def panels(titles: Sequence[str], height: float) -> "tuple[Figure, list[Axes]]":
    """A figure with one panel per title, each ``height`` inches high, in one to three columns."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns = {0: 1, 1: 1, 2: 2, 4: 2}.get(len(titles), 3)
    folded = [fold(title, PANEL_TITLE[columns]) for title in titles]
    height += 0.17 * max((text.count("\n") for text in folded), default=0)
    lines = max(1, math.ceil(len(titles) / columns))
    figure = Figure(figsize=(6.4 if columns == 1 else 8.0, 0.8 + lines * height), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(lines, columns, squeeze=False).ravel()
    for axes, text in zip(grid, folded, strict=False):
        axes.set_title(text, parse_math=False)
    for unused in grid[len(titles) :]:
        unused.remove()
    return figure, list(grid[: len(titles)])


def headline(figure: "Figure", title: str, caption: str = "") -> None:
    """The figure's title above the panels and its caption, if any, below; both from the left edge."""
    left: dict[str, Any] = {"x": 0.01, "horizontalalignment": "left", "parse_math": False}
    figure.suptitle(title[:1].upper() + title[1:], **left)
    if caption:
        figure.supxlabel(fold(caption, 125), color=MUTED, **left)


def legend(figure: "Figure", drawn_in: "Iterable[Axes]") -> None:
    """One legend below the panels with what was drawn in any of them, by the gids of ``marks.py``."""
    from matplotlib.lines import Line2D

    drawn = {line.get_gid() for axes in drawn_in for line in axes.lines}
    handles = []
    for look in LOOKS.values():
        if f"{look.key} point" in drawn:
            handles.append(Line2D([], [], label=look.label, **look.head))
        if f"{look.key} density" in drawn:
            handles.append(Line2D([], [], label=f"{look.key} density", color=look.colour))
        if f"{look.key} curve" in drawn:
            handles.append(Line2D([], [], label="normal approximation", color=look.colour, **THIN))
    if "truth" in drawn:
        handles.append(Line2D([], [], label="truth", color=INK, **THIN))
    if handles:
        figure.legend(handles=handles, loc="outside lower left", ncols=min(4 if len(handles) == 4 else 3, len(handles)))


def fold(text: str, width: int) -> str:
    """``text`` on lines of at most ``width`` characters, broken after spaces and colons and before brackets."""
    lines = [""]
    for piece in re.findall(r".[^\s:\[]*[\s:]?", text):
        if lines[-1] and len((lines[-1] + piece).rstrip()) > width:
            lines.append("")
        lines[-1] += piece
        while len(lines[-1].rstrip()) > width:
            lines[-1:] = [lines[-1][:width], lines[-1][width:]]
    return "\n".join(line.rstrip() for line in lines)
