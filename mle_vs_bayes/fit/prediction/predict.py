"""Mean response and prediction interval of new rows, from every estimator of one fit.

An optimum's mean has the standard error of the delta method, √(g' V g) with g the gradient of the mean and V the
estimate's covariance [1]_; its interval is made on the scale of where a mean can lie. The prediction interval is that
of the distribution at the estimate (plug-in), which does not know of the estimate's own error. The posterior's are
quantiles over its draws, of the mean and of one new outcome per draw.

.. [1] Casella & Berger (2002), Statistical Inference, 2nd ed., section 5.5.4.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import Dataset, rounding
from ...density.density import Density
from ...estimators.estimate import Estimate
from ...intervals.delta import directional, held_still
from ...model.moments import Missing
from ...sampling.draws import stacked
from ...words import listed
from .mean_moments import lacking_moments
from .mean_scale import of_means
from .means import classes, shape_of
from .members import Members

Array = NDArray[np.float64]
OUTCOMES, FEWEST_OUTCOMES, ALL_OUTCOMES = 20_000, 1000, 200_000_000
"""Drawn at an optimum for each row, whose quantiles are the prediction interval; fewer of very many rows."""
STEPS = 1e-3, 1e-6
"""Steps of differences, in standard errors: the first errs by some 1e-7 of a slope, far above rounding."""
EDGE_STEP = 1e-3
"""Step from an edge to the inside, relative to the value at the edge or to 1."""
AT_ONCE = 2_000_000
"""Outcomes drawn in one call at most, and numbers of rows times draws: 16 MB."""
AT_MOST, FEWEST_DRAWS = 50_000_000, 500
"""Mean responses, rows times draws, that are worked out; of more draws as many as that leaves, evenly spaced."""


@dataclass(frozen=True, eq=False)
class Predicted:
    """By row ``(m,)``, NaN where there is none: the mean response with its error and interval, and where y will lie.

    Where y is a class, all are ``(m, K)``, its chance of being each, and there is no interval in which it will lie.
    ``median`` is of the posterior of the mean response, which may have no mean or no standard deviation; ``reason``
    says why, or why there is no interval, and is empty elsewhere.
    """

    mean: Array
    median: Array
    se: Array
    lower: Array
    upper: Array
    y_lower: Array
    y_upper: Array
    reason: NDArray[Any]

    @classmethod
    def blank(cls, shape: tuple[int, ...]) -> "Predicted":
        """Rows without any prediction."""
        columns: list[NDArray[Any]] = [*np.full((7, *shape), np.nan), np.full(shape, "", dtype=object)]
        return cls(*columns)

    def put(self, rows: NDArray[np.intp], predicted: "Predicted") -> None:
        """Write the predictions of some of the rows in their places."""
        for name, values in vars(predicted).items():
            getattr(self, name)[rows] = values


def predict(
    program: Density, estimate: Estimate, data: Dataset, level: float, seed: int, members: Members | None = None
) -> Predicted:
    """Predictions of the rows of ``data`` from one estimate, which has converged.

    ``members`` of groups that the fit has seen have their own effects: the mean is then over what the data leave open
    of these, and its error counts that, too.
    """
    generator = np.random.default_rng(seed)
    members = members if members is not None and members.any else None
    if estimate.tree is not None:
        return _from_draws(program, estimate, data, level, generator, members)
    return _from_optimum(program, estimate, data, level, generator, members)


def tails(level: float) -> list[float]:
    """The probabilities below the ends of an equal-tailed interval."""
    return [(1 - level) / 2, (1 + level) / 2]


def _theta(program: Density, point: Array) -> Mapping[str, Any]:
    return program.layout.split(point)


def _from_optimum(
    program: Density,
    estimate: Estimate,
    data: Dataset,
    level: float,
    generator: np.random.Generator,
    members: Members | None,
) -> Predicted:
    mean, left_open = _mean(program, estimate.point, data, members)
    of_estimate = delta_error(estimate, lambda point: _mean(program, point, data, members)[0])
    # Variances add up: that of the mean through the estimate's own error, and that of a seen member's effect at the
    # estimate.
    se = np.sqrt(of_estimate**2 + left_open)
    lower, upper, reason = of_means(program.model, data).ends(mean, se, level)
    nothing = np.full(mean.shape, np.nan)
    y_lower, y_upper = nothing, nothing
    if not classes(program.model, program.data):
        y_lower, y_upper = _plug_in(program, estimate.point, data, level, generator, members)
    return Predicted(mean, nothing, se, lower, upper, y_lower, y_upper, reason)


def _mean(program: Density, point: Array, data: Dataset, members: Members | None) -> tuple[Array, Array]:
    """The mean response at θ over the effects of seen members, and its variance over these: ``(m,)`` or ``(m, K)``."""
    theta = _theta(program, point)
    if members is None:
        mean = program.model.mean_response(theta, data)
        return mean, np.zeros_like(mean)
    law = members.law(program, point, data)
    means = np.array([program.model.mean_response(theta, members.moved(data, nodes)) for nodes in law.nodes.T])
    weights = law.weights.T.reshape(*means.shape[:2], *(1,) * (means.ndim - 2))
    mean = np.sum(weights * means, axis=0)
    return mean, np.sum(weights * (means - mean) ** 2, axis=0)


def delta_error(estimate: Estimate, of: Callable[[Array], Any]) -> Array:
    """√(g' V g) of ``of`` (θ) ``(…)``, g its gradient; NaN of no covariance.

    A parameter on an edge of its support has no error: what depends on it to first order has none either.
    """
    if not estimate.has_some_errors or estimate.covariance is None:
        return np.asarray(np.nan)
    lacking = ~np.isfinite(estimate.se)
    # Slopes along θ itself would cancel each other, digit for digit, where a covariate is far from 0.
    slopes = directional(of, estimate.point, held_still(estimate.covariance, lacking), STEPS)
    errors = np.linalg.norm(slopes, axis=-1)
    depends = [_depends_on(estimate.point, int(place), of) for place in np.flatnonzero(lacking)]
    return np.asarray(np.where(np.any(depends, axis=0), np.nan, errors) if depends else errors)


def why_no_error(estimate: Estimate) -> str:
    """Why a function of the parameters has no standard error."""
    if not estimate.has_some_errors or estimate.has_errors:
        return estimate.no_error
    return f"{estimate.no_error} ({listed(estimate.without_error)}), and it depends on that"


def _depends_on(point: Array, place: int, of: Callable[[Array], Any]) -> Any:
    """Whether ``of`` changes to first order with a parameter on its edge, by differences to the inside.

    That of a quadratic doubles with the step, so that twice the smaller one less the larger is 0; of a line it is the
    slope. A mean over effects of groups with the spread sd is a function of sd².
    """
    values, slopes = of(point), {}
    for part in (1.0, 0.5):
        step = part * EDGE_STEP * max(1.0, abs(point[place]))
        above, below = (of(np.where(np.arange(len(point)) == place, point + side, point)) for side in (step, -step))
        slopes[part] = (np.where(np.isfinite(above), above, below) - values) / step
    moves = np.abs(slopes[1.0]) * EDGE_STEP > rounding(np.abs(values))
    return moves & (np.abs(2 * slopes[0.5] - slopes[1.0]) > 0.1 * np.abs(slopes[1.0]))


def _plug_in(
    program: Density,
    point: Array,
    data: Dataset,
    level: float,
    generator: np.random.Generator,
    members: Members | None,
) -> tuple[Array, Array]:
    """Quantiles of outcomes at θ, some rows at a time."""
    theta, ends = _theta(program, point), np.empty((2, data.n))
    law = None if members is None else members.law(program, point, data)
    count = min(OUTCOMES, max(FEWEST_OUTCOMES, ALL_OUTCOMES // data.n))
    for rows in np.array_split(np.arange(data.n), -(-data.n * count // AT_ONCE)):
        which = np.repeat(rows, count)
        repeated = data.rows(which)
        if members is not None and law is not None:
            added = law.rows(rows).draw(generator, count)
            repeated = members.rows(which).moved(repeated, added.ravel())
        for role in [each for each in repeated if each.startswith("level[")]:
            repeated = repeated.replace(**{role: np.arange(float(repeated.n))})  # each outcome is a new member's
        drawn = program.model.simulate(theta, repeated, generator)["y"].reshape(len(rows), count)
        ends[:, rows] = np.quantile(drawn, tails(level), axis=1)
    return ends[0], ends[1]


def _from_draws(
    program: Density,
    estimate: Estimate,
    data: Dataset,
    level: float,
    generator: np.random.Generator,
    members: Members | None,
) -> Predicted:
    assert estimate.tree is not None
    names = classes(program.model, program.data)
    made = Predicted.blank(shape_of(program.model, program.data, data.n))
    points, kept = draws_of(program, estimate, made.mean.size)
    for rows in np.array_split(np.arange(data.n), -(-made.mean.size * len(points) // AT_ONCE)):
        some = data if len(rows) == data.n else data.rows(rows)
        seen = None if members is None else members.rows(rows)
        added = None if seen is None else seen.drawn(estimate.tree, some, kept)
        means = np.empty((len(points), some.n, *made.mean.shape[1:]))
        outcomes = np.full(means.shape, np.nan)
        for place, point in enumerate(points):
            theta, at = _theta(program, point), some
            if seen is not None and added is not None:
                at = seen.moved(some, added[place])
            means[place] = program.model.mean_response(theta, at)
            if not names:
                outcomes[place] = program.model.simulate(theta, at, generator)["y"]
        settled = some if seen is None else seen.moved(some, np.zeros(some.n))
        lacking = lacking_moments(program, settled)
        lower, upper = np.quantile(means, tails(level), axis=0)
        y_lower, y_upper = np.quantile(outcomes, tails(level), axis=0)
        reasons = _like(means[0], [each.reason or "" for each in lacking])
        some_rows = Predicted(*_moments(means, lacking), lower, upper, y_lower, y_upper, reasons)
        made.put(rows, some_rows)
    return made


def _moments(draws: Array, lacking: Sequence[Missing]) -> tuple[Array, Array, Array]:
    """Mean, median and standard deviation of draws ``(draws, …)``, without the moments that do not exist."""
    flags = ([getattr(each, of) is not None for each in lacking] for of in ("mean", "deviation"))
    no_mean, no_error = (_like(draws[0], each).astype(bool) for each in flags)
    with np.errstate(all="ignore"):  # of draws whose mean response is infinite
        mean, se = draws.mean(axis=0), draws.std(axis=0, ddof=1)
        median = np.median(draws, axis=0)
    return np.where(no_mean, np.nan, mean), median, np.where(no_mean | no_error, np.nan, se)


def _like(shaped: Array, of_rows: Sequence[Any]) -> NDArray[Any]:
    """What is said of rows ``(m,)``, in the shape of an array ``(m, …)``."""
    said = np.array(of_rows, dtype=object).reshape(-1, *(1,) * (shaped.ndim - 1))
    return np.broadcast_to(said, shaped.shape)


def draws_of(program: Density, estimate: Estimate, n: int) -> tuple[Array, NDArray[np.intp]]:
    """Draws ``(kept, p)`` of the parameters for ``n`` means, and their places among all draws, chain by chain."""
    assert estimate.tree is not None
    names = [parameter.name for parameter in program.layout.parameters]
    draws = stacked(estimate.tree, names).reshape(-1, program.layout.size)
    kept = np.linspace(0, len(draws) - 1, min(len(draws), max(FEWEST_DRAWS, AT_MOST // n))).astype(np.intp)
    return draws[kept], kept
