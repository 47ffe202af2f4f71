"""What several forms of one comparison are drawn from, each computed once and when it is asked for."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import rounding
from ...fit.fit import Fit
from ...intervals.profile.profile import profile_curve
from ...report.figures.profile import MOST_PANELS
from ...rows import MODEL_SCALE, Row
from ...sampling.draws import by_label
from ...search import prior_path
from ..outcome import Outcome

if TYPE_CHECKING:
    import pandas

Array = NDArray[np.float64]
_POINTS = 120
"""Points of each curve."""
PATH_COLUMNS = ("model", "n", "parameter", "estimator", "power", "estimate", "se", "truth", "status", "reason")
SEARCH_COLUMNS = ("estimator", "method", "rank", "gap", "status")
STATIONS = {"mle": 0.0, "map": 1.0, "posterior": 1.0}
"""The estimators that stand beside the prior path, and at which power of the prior."""


class Material:
    """Tidy points of the figures and panels of an outcome, at its largest n."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome, self.fit = outcome, outcome.fit

    @cached_property
    def curves(self) -> "pandas.DataFrame":
        """Curves of the first `MOST_PANELS` quantities, as `curve_rows` gives them."""
        labels = self.fit.program.quantity_labels[:MOST_PANELS]
        return curve_rows(self.fit, self.priors, labels)

    @cached_property
    def curves_of_parameters(self) -> "pandas.DataFrame":
        """Of these, the curves of parameters."""
        return self.curves[self.curves["parameter"].isin(self.fit.program.layout.labels)]

    @cached_property
    def path(self) -> "pandas.DataFrame":
        """The prior path from MLE to MAP and beyond, as `path_rows` gives it."""
        return path_rows(self.fit)

    @cached_property
    def searches(self) -> "pandas.DataFrame":
        """Where every search of the optimisers ended, as `search_rows` gives it."""
        return search_rows(self.fit)

    @cached_property
    def priors(self) -> dict[str, tuple[Array, Array]]:
        """Grid and prior density of every parameter, by label."""
        return prior_densities(self.fit)


def prior_densities(fit: Fit) -> dict[str, tuple[Array, Array]]:
    """Grid and prior density, each ``(200,)``, of every parameter over the reach of its estimates, by label."""
    densities: dict[str, tuple[Array, Array]] = {}
    if fit.program.prior_power != 1:
        return densities  # whose constant is not known
    for parameter in fit.program.layout.parameters:
        name, prior = parameter.name, fit.program.priors[parameter.name]
        if parameter.support.restricts:
            continue  # one of several in rising order has another density than its prior alone
        for position, label in enumerate(fit.program.layout.labels_of[name]):
            grid = _grid(fit, label)
            if prior.drawable and grid is not None:
                densities[label] = (grid, prior.element(position).density(grid))
    return densities


def _grid(fit: Fit, label: str) -> Array | None:
    """Six standard errors to either side of all estimates."""
    rows = [r for r in fit.rows if r.parameter == label and r.status == "ok" and r.se is not None]
    if not rows:
        return None
    ends = [(r.estimate or 0.0) + side * 6 * (r.se or 0.0) for r in rows for side in (-1, 1)]
    return np.linspace(min(ends), max(ends), 200)


def curve_rows(
    fit: Fit, priors: dict[str, tuple[Array, Array]], labels: Sequence[str] | None = None
) -> "pandas.DataFrame":
    """Tidy points with columns parameter, curve, value and height ≤ 1.

    A curve is ``mle`` (the profile likelihood), ``map`` (the Laplace normal), ``posterior`` or ``prior``; one that does
    not exist is not there. ``priors`` has grid and density by label; ``labels`` are quantities, the parameters when
    None.
    """
    import pandas

    points: list[tuple[str, str, float, float]] = []
    for label in fit.program.layout.labels[:MOST_PANELS] if labels is None else labels:
        curves = {"mle": _profile(fit, label), "map": _laplace(fit, label), "posterior": _posterior(fit, label)}
        curves["prior"] = priors.get(label)
        for name, curve in curves.items():
            if curve is not None and len(curve[0]):
                points += [(label, name, float(x), float(h)) for x, h in _relative(*curve)]
    return pandas.DataFrame(points, columns=["parameter", "curve", "value", "height"])


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
    # The signed root of the deviance is a straight line where the likelihood is normal, so that a few points give the
    # curve.
    root = np.sign(values - curve.estimate) * np.sqrt(deviance)
    grid = np.linspace(values[0], values[-1], _POINTS)
    return grid, np.exp(-(PchipInterpolator(values, root)(grid) ** 2) / 2)


def _laplace(fit: Fit, label: str) -> tuple[Array, Array] | None:
    rows = (r for r in fit.rows if (r.estimator, r.parameter, r.scale) == ("map", label, MODEL_SCALE))
    row = next(rows, None)
    if row is None or row.estimate is None or not row.se:
        return None
    z = np.linspace(-4, 4, _POINTS)
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


def path_rows(fit: Fit, powers: Sequence[float] = prior_path.POWERS) -> "pandas.DataFrame":
    """`PATH_COLUMNS`: the mode at each power (``estimator`` is ``path``), then MLE, MAP and posterior mean.

    A power without a mode has NaN, its status and the reason.
    """
    import pandas

    shared = {"model": fit.program.model.name, "n": fit.program.data.size}
    lines = [{**shared, **row} for row in (*_steps(fit, powers), *_stations(fit))]
    frame = pandas.DataFrame(lines, columns=list(PATH_COLUMNS))
    return frame.astype(dict.fromkeys(("power", "estimate", "se", "truth"), "float64"))


def _steps(fit: Fit, powers: Sequence[float]) -> Iterator[dict[str, Any]]:
    program = fit.program
    for step in prior_path.path(program, powers):
        for label, value in zip(program.quantity_labels, program.quantities(step.point), strict=True):
            quantity = {"parameter": label, "estimator": "path", "power": step.power, "estimate": float(value)}
            yield {**quantity, "status": step.status, "reason": step.reason}


def _station_rows(fit: Fit) -> list[Row]:
    return [row for row in fit.rows if row.estimator in STATIONS and row.scale == MODEL_SCALE]


def _stations(fit: Fit) -> Iterator[dict[str, Any]]:
    """One row of each station and quantity, whatever its intervals; none of a mean that does not exist."""
    for row in {(r.estimator, r.parameter): r for r in _station_rows(fit)}.values():
        if row.estimate is None and row.median is not None:
            continue  # a posterior without a mean has no place on a path of modes
        quantity = {"parameter": row.parameter, "estimator": row.estimator, "power": STATIONS[row.estimator]}
        number = {"estimate": row.estimate, "se": row.se, "truth": row.truth}
        yield {**quantity, **number, "status": "ok" if row.estimate is not None else row.status, "reason": row.reason}


def search_rows(fit: Fit) -> "pandas.DataFrame":
    """`SEARCH_COLUMNS`, one row per start: the searches of MLE and MAP, each estimator's best first.

    ``gap`` is the log density lost to the best accepted optimum; a search that ran off may be higher, and has gap 0.
    """
    import pandas

    lines: list[tuple[Any, ...]] = []
    for name in ("mle", "map"):
        searches = fit.estimates[name].searches if name in fit.estimates else ()
        accepted = [search.value for search in searches if search.status == "ok"]
        if not accepted:
            continue
        gaps = [max(0.0, max(accepted) - s.value) if np.isfinite(s.value) else np.nan for s in searches]
        for rank, place in enumerate(np.argsort(gaps, kind="stable"), start=1):
            lines.append((name, searches[place].method, rank, gaps[place], searches[place].status))
    return pandas.DataFrame(lines, columns=list(SEARCH_COLUMNS))
