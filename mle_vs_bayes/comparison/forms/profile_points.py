"""Profile likelihood, Laplace normal, marginal posterior and prior of each parameter as tidy points, for the figure."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import rounding
from ...fit.fit import Fit
from ...intervals.profile.profile import profile_curve
from ...report.figures.profile import MOST_PANELS
from ...rows import MODEL_SCALE
from ...sampling.draws import by_label

if TYPE_CHECKING:
    import pandas

Array = NDArray[np.float64]
_GRID = 120


def rows(fit: Fit, priors: dict[str, tuple[Array, Array]], labels: Sequence[str] | None = None) -> "pandas.DataFrame":
    """Columns parameter, curve (``mle`` for the profile, ``map``, ``posterior``, ``prior``), value, height ≤ 1.

    ``priors`` has grid and density by label; ``labels`` are quantities, the parameters when None. A curve that does not
    exist is not there.
    """
    import pandas

    found = []
    for label in fit.program.layout.labels[:MOST_PANELS] if labels is None else labels:
        curves = {"mle": _profile(fit, label), "map": _laplace(fit, label), "posterior": _posterior(fit, label)}
        curves["prior"] = priors.get(label)
        for name, curve in curves.items():
            if curve is not None and len(curve[0]):
                found += [(label, name, float(x), float(h)) for x, h in _relative(*curve)]
    return pandas.DataFrame(found, columns=["parameter", "curve", "value", "height"])


def _relative(grid: Array, heights: Array) -> Iterator[tuple[float, float]]:
    top = np.max(heights[np.isfinite(heights)], initial=0.0)
    return zip(grid, heights / top if top > 0 else heights, strict=True)


def _profile(fit: Fit, label: str) -> tuple[Array, Array] | None:
    """The relative profile likelihood, its signed root interpolated: nearly a straight line between points."""
    from scipy.interpolate import PchipInterpolator

    mle = fit.estimates.get("mle")
    if mle is None or not mle.has_some_errors or not fit.program.model.regular:
        return None
    curve = profile_curve(fit.program, mle, label)
    values, kept = np.unique(curve.values, return_index=True)
    if len(values) < 3:
        return None
    deviance = np.maximum(curve.deviance[kept], 0.0)
    root = np.sign(values - curve.estimate) * np.sqrt(deviance)
    grid = np.linspace(values[0], values[-1], _GRID)
    return grid, np.exp(-(PchipInterpolator(values, root)(grid) ** 2) / 2)


def _laplace(fit: Fit, label: str) -> tuple[Array, Array] | None:
    rows = (r for r in fit.rows if (r.estimator, r.parameter, r.scale) == ("map", label, MODEL_SCALE))
    row = next(rows, None)
    if row is None or row.estimate is None or not row.se:
        return None
    z = np.linspace(-4, 4, _GRID)
    return row.estimate + z * row.se, np.exp(-(z**2) / 2)


def _posterior(fit: Fit, label: str) -> tuple[Array, Array] | None:
    """ArviZ's kernel density of the central 99.8 % of the draws."""
    import arviz_stats

    posterior = fit.estimates.get("posterior")
    if posterior is None or posterior.tree is None:
        return None
    draws = by_label(posterior.tree)[label].ravel()
    low, high = np.quantile(draws, [0.001, 0.999])
    if not high - low > rounding(max(abs(low), abs(high))):
        return None
    grid, density, _ = arviz_stats.kde(draws[(draws >= low) & (draws <= high)])
    return grid, density
