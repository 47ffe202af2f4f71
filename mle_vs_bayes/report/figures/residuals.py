"""Does the model fit? Residuals against uniform ones, and the data among data that the model predicts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .. import marks
from ..palette import INK, LOOKS, MUTED, THIN, headline, panels, style

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = NDArray[np.float64]
GRID = 200
WORDS = {"mle": "residuals of the maximum likelihood fit", "posterior": "LOO-PIT of the posterior"}
PREDICTED = {"posterior": "posterior predictive", "prior": "prior predictive"}


def residuals(
    transforms: Mapping[str, Array], envelope: Array, y: Array, predicted: Mapping[str, Array], title: str
) -> Figure:
    """Two panels: how far the distribution of residuals is from uniform, and y among predicted values.

    ``transforms`` has values in (0, 1) ``(k,)`` under ``mle`` and ``posterior`` (or one of them), ``envelope``
    ``(B, k)`` those of data sets drawn from the fitted model, ``predicted`` draws ``(S, k)`` of y under ``posterior``
    and ``prior``; without any the second panel is missing.
    """
    titles = ["residuals less uniform ones", *(["data among predictions"] if predicted else [])]
    with style():
        figure, grid = panels(titles, height=2.3)
        _transforms(grid[0], transforms, envelope)
        if predicted:
            _predictions(grid[1], y, predicted)
        headline(figure, title)
        _legend(figure, transforms, predicted)
    return figure


def _transforms(axes: Axes, transforms: Mapping[str, Array], envelope: Array) -> None:
    grid = np.linspace(0, 1, GRID)
    # The uniform distribution function is taken off: on the diagonal itself differences of a hundredth cannot be seen.
    drawn = np.array([_distribution(u, grid) - grid for u in envelope])
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    axes.fill_between(grid, low, high, color=MUTED, alpha=0.18, linewidth=0, gid="envelope")
    for key, u in transforms.items():
        look = LOOKS[key]
        axes.plot(grid, _distribution(u, grid) - grid, color=look.colour, linewidth=1.4, gid=f"{look.key} residuals")
    axes.axhline(0, color=INK, **THIN)
    axes.set_xlabel("where each value stands among those the model draws")
    marks.few_ticks(axes.yaxis)


def _predictions(axes: Axes, y: Array, predicted: Mapping[str, Array]) -> None:
    """Distribution functions; the limits follow the data and the posterior's draws, not the prior's."""
    near = predicted.get("posterior", y[None])
    low, high = min(y.min(), np.quantile(near, 0.002)), max(y.max(), np.quantile(near, 0.998))
    grid = np.linspace(low, high, GRID)
    for key in ("prior", "posterior"):
        if key in predicted:
            curves = np.array([_distribution(draw[np.isfinite(draw)], grid) for draw in predicted[key]])
            ends = np.quantile(curves, [0.025, 0.975], axis=0)
            axes.fill_between(grid, *ends, color=LOOKS[key].colour, alpha=0.25, linewidth=0, gid=f"{key} predictive")
    axes.plot(grid, _distribution(y, grid), color=INK, linewidth=1.3, gid="data")
    axes.set(xlim=(low, high), ylim=(-0.02, 1.02), xlabel="y")
    marks.few_ticks(axes.xaxis)


def _distribution(values: Array, grid: Array) -> Array:
    """The share of values at or below each point of the grid."""
    return np.searchsorted(np.sort(values), grid, side="right") / max(1, len(values))


def _legend(figure: Figure, transforms: Mapping[str, Array], predicted: Mapping[str, Array]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: Sequence[Any] = [
        *(Line2D([], [], color=LOOKS[key].colour, label=WORDS[key]) for key in transforms),
        Patch(color=MUTED, alpha=0.18, label="95 % of data drawn from the model"),
        *(Patch(color=LOOKS[key].colour, alpha=0.25, label=f"{PREDICTED[key]}, 95 %") for key in predicted),
        *([Line2D([], [], color=INK, label="data")] if predicted else []),
    ]
    figure.legend(handles=list(handles), loc="outside lower left", ncols=3)
