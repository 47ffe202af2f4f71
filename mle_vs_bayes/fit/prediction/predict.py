"""Mean response and prediction interval of new rows, from every estimator of one fit.

An optimum's mean has the standard error of the delta method, √(g' V g) with g the gradient of the mean and V the
estimate's covariance [1]_, and its prediction interval is that of the distribution at the estimate (plug-in), which
does not know of the estimate's own error. The posterior's are quantiles over its draws, of the mean and of one new
outcome per draw.

.. [1] Casella & Berger (2002), Statistical Inference, 2nd ed., section 5.5.4.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import Dataset
from ...density.density import Density
from ...estimators.estimate import Estimate
from ...intervals.wald import normal_quantile
from ...model.moments import Missing
from ...sampling.draws import stacked
from .mean_moments import lacking_moments
from .means import mean_response
from .members import Members

Array = NDArray[np.float64]
OUTCOMES, FEWEST_OUTCOMES, ALL_OUTCOMES = 20_000, 1000, 200_000_000
"""Drawn at an optimum for each row, whose quantiles are the prediction interval; fewer of very many rows."""
AT_ONCE = 2_000_000
"""Outcomes drawn in one call at most, and numbers of rows times draws: 16 MB."""
AT_MOST, FEWEST_DRAWS = 50_000_000, 500
"""Mean responses, rows times draws, that are worked out; of more draws as many as that leaves, evenly spaced."""


@dataclass(frozen=True, eq=False)
class Predicted:
    """By row ``(m,)``, NaN where there is none: the mean response with its error and interval, and where y will lie.

    ``median`` is of the posterior of the mean response, which may have no mean or no standard deviation; ``reason``
    ``(m,)`` says why, and is empty elsewhere.
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
    def blank(cls, count: int) -> "Predicted":
        """Of ``count`` rows without any prediction."""
        columns: list[NDArray[Any]] = [*np.full((7, count), np.nan), np.full(count, "", dtype=object)]
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
    se = np.sqrt(of_estimate**2 + left_open)
    half = normal_quantile(level) * se
    y_lower, y_upper = _plug_in(program, estimate.point, data, level, generator, members)
    nothing = np.full(data.n, np.nan)
    return Predicted(mean, nothing, se, mean - half, mean + half, y_lower, y_upper, np.full(data.n, "", dtype=object))


def _mean(program: Density, point: Array, data: Dataset, members: Members | None) -> tuple[Array, Array]:
    """The mean response ``(m,)`` at θ over the effects of seen members, and its variance over these."""
    theta = _theta(program, point)
    if members is None:
        return mean_response(program.model, theta, data), np.zeros(data.n)
    law = members.law(program, point, data)
    means = np.array([mean_response(program.model, theta, members.moved(data, nodes)) for nodes in law.nodes.T]).T
    mean = np.sum(law.weights * means, axis=1)
    return mean, np.sum(law.weights * (means - mean[:, None]) ** 2, axis=1)


def delta_error(estimate: Estimate, of: Callable[[Array], Any]) -> Array:
    """√(g' V g) of ``of`` (θ) ``(…)``, g by central differences in steps of ε^(1/3) times θ; NaN of no covariance."""
    if not estimate.has_errors or estimate.covariance is None:
        return np.asarray(np.nan)
    steps = np.cbrt(np.finfo(float).eps) * np.maximum(np.abs(estimate.point), estimate.se)
    slopes = []
    for place, step in enumerate(steps):
        above, below = estimate.point.copy(), estimate.point.copy()
        above[place] += step
        below[place] -= step
        slopes.append((of(above) - of(below)) / (above[place] - below[place]))
    gradient = np.stack(slopes, axis=-1)
    return np.asarray(np.sqrt(np.sum(gradient @ estimate.covariance * gradient, axis=-1)))


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
    points, kept = draws_of(program, estimate, data.n)
    made = Predicted.blank(data.n)
    for rows in np.array_split(np.arange(data.n), -(-data.n * len(points) // AT_ONCE)):
        some = data if len(rows) == data.n else data.rows(rows)
        seen = None if members is None else members.rows(rows)
        added = None if seen is None else seen.drawn(estimate.tree, some, kept)
        means, outcomes = np.empty((len(points), some.n)), np.empty((len(points), some.n))
        for place, point in enumerate(points):
            theta, at = _theta(program, point), some
            if seen is not None and added is not None:
                at = seen.moved(some, added[place])
            means[place] = mean_response(program.model, theta, at)
            outcomes[place] = program.model.simulate(theta, at, generator)["y"]
        settled = some if seen is None else seen.moved(some, np.zeros(some.n))
        lacking = lacking_moments(program, settled)
        lower, upper = np.quantile(means, tails(level), axis=0)
        y_lower, y_upper = np.quantile(outcomes, tails(level), axis=0)
        reasons = np.array([each.reason or "" for each in lacking], dtype=object)
        some_rows = Predicted(*_moments(means, lacking), lower, upper, y_lower, y_upper, reasons)
        made.put(rows, some_rows)
    return made


def _moments(draws: Array, lacking: Sequence[Missing]) -> tuple[Array, Array, Array]:
    """Mean, median and standard deviation ``(m,)`` of draws ``(draws, m)``, without the moments that do not exist."""
    no_mean, no_error = (np.array([getattr(each, of) is not None for each in lacking]) for of in ("mean", "deviation"))
    with np.errstate(all="ignore"):  # of draws whose mean response is infinite
        mean, se = draws.mean(axis=0), draws.std(axis=0, ddof=1)
        median = np.median(draws, axis=0)
    return np.where(no_mean, np.nan, mean), median, np.where(no_mean | no_error, np.nan, se)


def draws_of(program: Density, estimate: Estimate, n: int) -> tuple[Array, NDArray[np.intp]]:
    """Draws ``(kept, p)`` of the parameters for ``n`` rows, and their places among all draws, chain by chain."""
    assert estimate.tree is not None
    names = [parameter.name for parameter in program.layout.parameters]
    draws = stacked(estimate.tree, names).reshape(-1, program.layout.size)
    kept = np.linspace(0, len(draws) - 1, min(len(draws), max(FEWEST_DRAWS, AT_MOST // n))).astype(np.intp)
    return draws[kept], kept
