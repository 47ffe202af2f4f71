"""All there is of one quantity in one picture: what likelihood, posterior and prior say of it, and the prior's pull."""

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from ..palette import headline, panels, style
from . import prior_path, profile

if TYPE_CHECKING:
    import pandas


def quantity(label: str, curves: "pandas.DataFrame", path: "pandas.DataFrame", level: float) -> Figure | None:
    """Curves as of `profile.curves` beside the path as of `prior_path.path`, of one quantity; None without either.

    ``curves`` and ``path`` may be empty, and then their panel is missing.
    """
    titles = ["relative to its maximum"] * (len(curves) > 0) + ["as the prior grows stronger"] * (len(path) > 0)
    if not titles:
        return None
    with style():
        figure, grid = panels(titles, height=2.2)
        if len(curves):
            profile.panel(grid[0], curves, level)
            profile.legend(figure, curves, level)
        if len(path):
            prior_path.panel(grid[-1], path)
        headline(figure, f"what there is of {label}")
    return figure
