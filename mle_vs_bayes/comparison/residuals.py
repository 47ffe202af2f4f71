"""Where each outcome stands among those that a model has in its place, and what is out of line in that.

A randomised quantile residual [1]_ is u in (0, 1), uniform under the model, with ties parted at random, so that counts
and classes have uniform u, too: P(Y < y) and a random share of P(Y = y). Where there is no formula of these, u is where
y stands among outcomes drawn at the estimate. [2]_ A censored unit is censored in the draws as well, at its own bound
where that is known, so that its u lies anywhere beyond the bound; units of one group share effects that are drawn with
them, for reasons below. In a series each value is judged one step ahead, from those before it.

Members of a group are placed among members of groups drawn anew (marginal residuals), not at the effect that was
estimated for their group. Under the model marginal u are uniform, and only dependent within a group, which the data
sets of the bootstrap share. At estimated effects they are not: an effect is pulled to 0 by as much as its group is
small, and has seen the very value that it judges, so that u crowd about ½ where groups are small, whatever is right.
The bootstrap would allow for that in p, but not the curve, nor the share of rows that are "off". The price: where
groups differ by more than their members do, a misfit within groups is diluted by the groups' own spread.

.. [1] Dunn & Smyth (1996), Randomized quantile residuals, J. of Computational and Graphical Statistics 5(3), 236–244.
.. [2] Hartig, DHARMa: residual diagnostics for hierarchical regression models (in R), does the same from draws.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from ..data.dataset import Dataset
from ..density.density import Density
from ..fit.prediction.means import has_mean
from ..model.model import Model

Array = NDArray[np.float64]
DRAWS = 199
"""Outcomes that each unit is placed among."""
LEAST = 0.5 / (DRAWS + 1)
"""The least u, and the least 1 − u, that a statistic tells from smaller ones: no row speaks for all of them."""
BINS = 10
"""Groups of rows with like chances in which a class is counted."""


@dataclass(frozen=True)
class MisfitWords:
    """What one statistic is about, in words, where it is larger and smaller than the model has it, and what to do."""

    above: str
    below: str
    next_step: str


REMARKS = {
    "distance": MisfitWords(
        "residuals are not uniform", "residuals are too uniform", "try another family with --against"
    ),
    "spread": MisfitWords(
        "values scatter more than the model has it",
        "values scatter less than the model has it",
        "try a family with a dispersion of its own, such as negative_binomial",
    ),
    "lean": MisfitWords(
        "values lean further up than the model has it",
        "values lean further down than the model has it",
        "try a skewed family, or the logarithm of y",
    ),
    "tails": MisfitWords(
        "tails are heavier than the model's",
        "tails are lighter than the model's",
        "try --against student_t, or look at the extreme rows",
    ),
    "order": MisfitWords(
        "neighbouring rows are alike",
        "neighbouring rows alternate",
        "rows may belong to groups, or to a series that remembers more: say so in the model",
    ),
    "bend": MisfitWords(
        "y bends upwards along the fitted values",
        "y bends downwards along the fitted values",
        "add a square or an interaction to the formula",
    ),
    "fan": MisfitWords(
        "values scatter more where fitted values are high",
        "values scatter less where fitted values are high",
        "give the spread a formula of its own, such as --formula 'sigma ~ x'",
    ),
    "zeros": MisfitWords(
        "there are more zeros than the model has",
        "there are fewer zeros than the model has",
        "try a zero-inflated or hurdle family",
    ),
    "calibration": MisfitWords(
        "the chances of class {of} are not how often it is seen",
        "class {of} is seen more nearly as often as its chances say than it should be",
        "add a square or an interaction to the formula",
    ),
}
"""Of each statistic of the residuals; ``{of}`` stands for the class that is named in its brackets."""


def remark(statistic: str) -> MisfitWords:
    """What is said of a statistic by its name, such as ``tails`` or ``calibration[blue]``."""
    name, _, of = statistic.removesuffix("]").partition("[")
    said = REMARKS[name]
    return MisfitWords(said.above.format(of=of), said.below.format(of=of), said.next_step)


def placed(program: Density, theta: Array, y: Array, generator: np.random.Generator) -> tuple[Array, dict[str, float]]:
    """u ``(n,)`` of outcomes y ``(n,)`` at the estimate θ that they have given, and the statistics of u and y.

    A series has no u of values that its likelihood takes for known.
    """
    if "one_step_ahead" in program.model.offers:
        return _ahead(program, theta, y)
    if "outcome" in program.data.coords and not program.model.needs_order:
        return _of_classes(program, theta, y, generator)
    seen = program.with_outcomes({"y": y})
    if (chances := program.model.chances(program.layout.split(theta), seen)) is not None:
        return _of_chances(program.model, program.layout.split(theta), seen, chances, generator)
    drawn = program.outcomes(theta, DRAWS, generator)["y"]
    below, level = np.sum(drawn < y, axis=0), np.sum(drawn == y, axis=0)
    u = (below + generator.random(len(y)) * (level + 1)) / (DRAWS + 1)
    counts = bool(np.all(drawn == np.floor(drawn)) and np.ptp(drawn) > 1)
    return u, _statistics(u, y, drawn.mean(axis=0), counts)


def _of_chances(
    model: Model, theta: Mapping[str, Any], seen: Dataset, chances: tuple[Array, Array], generator: np.random.Generator
) -> tuple[Array, dict[str, float]]:
    """u and statistics from P(Y < y) and P(Y = y); fitted values are means, where all of them exist."""
    below, level = chances
    u = below + generator.random(seen.n) * level
    fitted = model.mean_response(theta, seen) if has_mean(model) else np.zeros(seen.n)
    along = fitted if np.isfinite(fitted).all() else np.zeros(seen.n)
    return u, _statistics(u, seen["y"], along, bool(np.any(level > 0) and np.ptp(seen["y"]) > 1))


def _ahead(program: Density, theta: Array, y: Array) -> tuple[Array, dict[str, float]]:
    """A normal value's place is exact: Φ of what is new in it."""
    series = program.with_outcomes({"y": y})
    expected, deviation = program.model.one_step_ahead(program.layout.split(theta), series)
    judged = np.isfinite(expected)
    u = ndtr((y[judged] - expected[judged]) / deviation[judged])
    return u, _statistics(u, y[judged], expected[judged], False)


def _of_classes(
    program: Density, theta: Array, y: Array, generator: np.random.Generator
) -> tuple[Array, dict[str, float]]:
    """u between the chances of the classes before and up to that of y; how well each class's chances come true.

    Classes have no order, so that nothing of u but its being uniform has a meaning.
    """
    classes = program.data.coords["outcome"]
    everywhere = (program.on(program.with_outcomes({"y": np.full(len(y), float(k))})) for k in range(len(classes)))
    chances = np.exp([density.log_likelihood_units(theta) for density in everywhere])
    codes, rows = y.astype(int), np.arange(len(y))
    up_to = np.cumsum(chances, axis=0)[codes, rows]
    u = np.clip(up_to - generator.random(len(y)) * chances[codes, rows], 0.0, 1.0)
    calibration = {f"calibration[{name}]": _calibration(codes == k, chances[k]) for k, name in enumerate(classes)}
    return u, {"distance": _distance(u), **calibration}


def _calibration(seen: NDArray[np.bool_], chance: Array) -> float:
    """The largest gap between how often a class is seen and its chances, in standard errors, of `BINS` bins of rows.

    NaN where the chances do not differ: they are then the shares in the data.
    """
    if np.ptp(chance) <= 1e-9:
        return float("nan")
    bins = np.array_split(np.argsort(chance, kind="stable"), BINS)
    gaps = [(seen[rows] - chance[rows]).sum() for rows in bins if len(rows)]
    # A sum of independent 0s and 1s with these chances has the variance Σ p (1 − p).
    errors = [np.sqrt(np.sum(chance[rows] * (1 - chance[rows]))) for rows in bins if len(rows)]
    return float(np.max(np.abs(gaps) / np.maximum(errors, 1e-9)))


def _statistics(u: Array, y: Array, fitted: Array, counts: bool) -> dict[str, float]:
    """Statistics by name; NaN of those about fitted values that do not differ, and of those about counts if y is none.

    What a family with a spread of its own fits is not told from its residuals: only counts may be too far scattered.
    """
    z = ndtri(np.clip(u, LEAST, 1 - LEAST))
    centred = z - z.mean()
    statistics: dict[str, float] = {
        "distance": _distance(u),
        "lean": float(np.mean(z**3)),
        "tails": float(np.mean(centred**4) / np.mean(centred**2) ** 2),
        "order": _correlation(centred[1:], centred[:-1]),
    }
    along = np.std(fitted) > 3 * np.std(y) / np.sqrt(DRAWS)  # and not the draws' own error
    bend, fan = _correlation(z, (fitted - fitted.mean()) ** 2), _correlation(np.abs(z), fitted)
    trends = {"bend": bend, "fan": fan} if along else {"bend": np.nan, "fan": np.nan}
    of_counts = {"spread": float(np.log(np.mean(z**2))), "zeros": float(np.mean(y == 0))}
    return statistics | trends | (of_counts if counts else dict.fromkeys(of_counts, np.nan))


def _distance(u: Array) -> float:
    """Kolmogorov's distance from the uniform distribution, times √n."""
    n, ordered = len(u), np.sort(u)
    ranks = np.arange(1, n + 1)
    return float(np.sqrt(n) * np.maximum(ranks / n - ordered, ordered - (ranks - 1) / n).max())


def _correlation(first: Array, second: Array) -> float:
    spread = float(np.std(first) * np.std(second))
    return 0.0 if spread == 0 else float(np.mean((first - first.mean()) * (second - second.mean())) / spread)
