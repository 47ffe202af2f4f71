"""Small drawing functions on a Matplotlib Axes; figures are made of these.

Every line and text that stands for an estimator carries ``"<estimator> <part>"`` as its gid, e.g.
``"mle point"``: the legend is drawn from them, and a figure can be read without looking at pixels.
"""

from collections.abc import Callable, Iterable, Sequence
from statistics import median_low
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator
from matplotlib.transforms import IdentityTransform, ScaledTranslation, Transform
from numpy.typing import ArrayLike, NDArray

from .palette import CHAINS, INK, THIN, Look

Array = NDArray[np.float64]

CUT = 4.0
"""An interval end further from its point than this many typical widths is cut and gets an arrowhead."""

ABREAST = 18.0
"""Points that all estimators at the same n take up together."""

UNSHIFTED = IdentityTransform()


def limits(points: Iterable[float], intervals: Iterable[tuple[float, float, float]]) -> tuple[float, float]:
    """Axis limits that hold all ``points`` and, within reason, the ``intervals`` (point, lower, upper).

    One interval of thousands, as a nearly separated logistic regression has, would make dots
    of the others: ends more than `CUT` typical widths away are left outside.
    """
    kept = [x for x in points if np.isfinite(x)]
    drawn = [triple for triple in intervals if np.isfinite(triple[0])]
    widths = [upper - lower for _, lower, upper in drawn if np.isfinite(upper - lower)]
    reach = CUT * median_low(widths) if widths else 0.0  # the low one: of two, the wide one is not typical
    for point, lower, upper in drawn:
        kept += [x for x in (max(lower, point - reach), min(upper, point + reach)) if np.isfinite(x)]
    if not kept:
        return 0.0, 1.0
    low, high = min(kept), max(kept)
    pad = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
    return low - pad, high + pad


def point_with_interval(
    axes: Axes,
    look: Look,
    at: float,
    value: float,
    interval: tuple[float, float],
    *,
    vertical: bool = False,
    shift: Transform = UNSHIFTED,
) -> None:
    """A marker at ``value`` and a bar over the ``interval``; ``at`` is their place on the other axis.

    An end outside the axis limits, which must be set before, is cut and gets an arrowhead; NaN ends draw no bar.
    """

    def draw(along: Sequence[float], part: str, **properties: Any) -> None:
        across = [at] * len(along)
        xy = (across, along) if vertical else (along, across)
        axes.plot(*xy, gid=f"{look.key} {part}", transform=axes.transData + shift, **properties)

    low, high = axes.get_ylim() if vertical else axes.get_xlim()
    ends = np.clip(interval, low, high)
    if not np.isnan(ends).any():
        draw(list(ends), "interval", color=look.colour, linewidth=1.8)
    if interval[0] < low:
        draw([low], "cut", color=look.colour, marker="v" if vertical else "<")
    if interval[1] > high:
        draw([high], "cut", color=look.colour, marker="^" if vertical else ">")
    draw([value], "point", linestyle="", zorder=3, **look.head)


def beside(axes: Axes, position: int, count: int) -> Transform:
    """The shift, the same at every n, that sets the estimator at ``position`` of ``count`` beside the others."""
    points = ABREAST / max(count, 3) * (position - (count - 1) / 2)
    return ScaledTranslation(points / 72, 0, axes.figure.dpi_scale_trans)


def density_curve(axes: Axes, look: Look, grid: ArrayLike, density: ArrayLike, fill: float) -> None:
    """A density over ``grid`` ``(g,)`` in the axis's units, filled down to zero with opacity ``fill``."""
    drawable = np.where(np.isfinite(density), density, np.nan)  # Gamma(0.5, 1) is infinite at zero
    axes.fill_between(np.asarray(grid), drawable, color=look.colour, alpha=fill, linewidth=0)
    axes.plot(grid, drawable, color=look.colour, gid=f"{look.key} density")


def bulk(draws: Array) -> tuple[float, float]:
    """Nearly all of the draws, any shape; a heavy tail ends half the width of the central 95 % further out."""
    first, lower, upper, last = np.quantile(draws, [0.001, 0.025, 0.975, 0.999])
    reach = (upper - lower) / 2
    return max(first, lower - reach), min(last, upper + reach)


def density_of_draws(axes: Axes, look: Look, draws: Array, low: float, high: float) -> float:
    """ArviZ's kernel density of all draws, any shape, between two limits; the height of its peak."""
    import arviz_stats

    inside = draws[(draws >= low) & (draws <= high)]  # a heavy tail would leave the kernel's grid too coarse
    grid, density, _ = arviz_stats.kde(inside)
    density = density * inside.size / draws.size
    density_curve(axes, look, grid, density, fill=0.2)
    return float(density.max())


def normal_curve(axes: Axes, look: Look, mean: float, sd: float) -> float:
    """A normal density as a thin dashed line; the height of its peak."""
    z = np.linspace(-4, 4, 200)
    peak = 1 / (sd * np.sqrt(2 * np.pi))
    axes.plot(mean + sd * z, peak * np.exp(-0.5 * z**2), color=look.colour, gid=f"{look.key} curve", **THIN)
    return float(peak)


def pin(axes: Axes, look: Look, value: float, top: float) -> None:
    """A vertical line from zero to ``top`` with the estimator's marker as its head."""
    axes.plot([value, value], [0, top], color=look.colour, gid=f"{look.key} line")
    axes.plot([value], [top], linestyle="", zorder=3, gid=f"{look.key} point", **look.head)


def truth_line(axes: Axes, value: float, *, horizontal: bool = False) -> None:
    """The truth, across the whole panel."""
    draw = axes.axhline if horizontal else axes.axvline
    draw(value, color=INK, zorder=1, gid="truth", **THIN)


def status_text(
    axes: Axes,
    look: Look,
    text: str,
    *,
    x: float | None = None,
    y: float | None = None,
    shift: Transform = UNSHIFTED,
) -> None:
    """Why there is no point, in the estimator's colour: ``divergent``.

    At ``y`` in the middle of the panel, at ``x`` upwards from its lower edge, or else in its upper left corner.
    """
    place: dict[str, Any] = {"x": 0.01, "y": 0.98, "transform": axes.transAxes, "verticalalignment": "top"}
    if y is not None:
        place = {"x": 0.5, "y": y, "transform": axes.get_yaxis_transform(), "verticalalignment": "center"}
        place |= {"horizontalalignment": "center", "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 2.0}}
    if x is not None:
        place = {"x": x, "y": 0.03, "transform": axes.get_xaxis_transform() + shift, "verticalalignment": "bottom"}
        place |= {"horizontalalignment": "center", "rotation": "vertical"}
    axes.text(s=text, color=look.colour, fontstyle="italic", fontsize=8.0, gid=f"{look.key} status", **place)


def path(axes: Axes, look: Look, along: Array, values: Array) -> None:
    """A line through ``values`` ``(g,)`` with an arrowhead where it goes on; broken where they are NaN."""
    axes.plot(along, values, color=look.colour, linewidth=1.8, gid=f"{look.key} line")
    if np.isfinite(values[-1]):
        axes.plot(along[-1:], values[-1:], color=look.colour, marker=">", gid=f"{look.key} cut")


def few_ticks(axis: Axis) -> None:
    """Ticks at round numbers, the fewer the more digits these must have to differ."""
    low, high = axis.get_view_interval()
    digits = np.log10(max(abs(low), abs(high)) / (high - low))
    axis.set_major_locator(MaxNLocator(nbins=2 if digits > 3 else 3 if digits > 1 else 5, steps=[1, 2, 2.5, 5, 10]))


def sizes_axis(axes: Axes, sizes: Sequence[float], name: str = "n") -> None:
    """A logarithmic axis of ascending sizes above 0, with a tick at each that has room for its number."""
    span = float(np.log(sizes[-1] / sizes[0]))
    shown = [sizes[-1]]
    for size in reversed(sizes):
        if np.log(shown[-1] / size) > 0.13 * span:
            shown.append(size)
    axes.set_xscale("log")
    margin = np.exp(0.08 * span or 1.0)
    axes.set_xlim(sizes[0] / margin, sizes[-1] * margin)
    axes.xaxis.set_major_locator(FixedLocator(shown))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 100 else f"{value:g}")
    axes.set_xlabel(name)


def chains(
    figure: Figure, panels: Sequence[Axes], draws: Sequence[Array], diverging: Array | None, plot: Callable[..., Any]
) -> None:
    """One of ArviZ's plots of chains, ``plot``, on panels of our own.

    ``draws`` has an array ``(chain, draw)`` for each panel, ``diverging`` is one of booleans. ArviZ
    names panels by variable: here these are numbers, for a label such as ``beta[x / 2]`` may hold a
    slash and a variable of a DataTree may not.
    """
    from arviz_base import from_dict
    from arviz_plots import PlotCollection
    from xarray import Dataset, DataTree

    groups = {"posterior": {str(i): values for i, values in enumerate(draws)}}
    tree = from_dict(groups | ({} if diverging is None else {"sample_stats": {"diverging": diverging}}))
    boxes = Dataset({str(i): ((), np.array(axes, dtype=object)) for i, axes in enumerate(panels)})
    view = DataTree(Dataset({"figure": ((), np.array(figure, dtype=object))}), children={"plot": DataTree(boxes)})
    looks = {"aes": {"color": ["chain"], "overlay": ["chain"]}, "color": list(CHAINS)}
    plot(tree, plot_collection=PlotCollection(tree["posterior"].to_dataset(), view, backend="matplotlib", **looks))
