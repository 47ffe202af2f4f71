"""Does the model fit at all? Data drawn from the fitted model, beside the data that were seen.

Each unit's randomised quantile residual [1]_ is where its y stands among outcomes drawn at the estimate, u in (0, 1),
with ties parted at random, so that counts and classes have uniform u, too. [2]_ A censored unit is censored in the
draws as well, at its own bound where that is known, so that its u lies anywhere beyond the bound; units of one group
share effects that are drawn with them. Under the model the u are uniform but for the estimation, which makes them too
good: how far their statistics stray is read off data sets that are drawn from the fitted model, fitted again and
treated alike (a parametric bootstrap). [3]_

.. [1] Dunn & Smyth (1996), Randomized quantile residuals, J. of Computational and Graphical Statistics 5(3).
.. [2] Hartig, DHARMa: residual diagnostics for hierarchical regression models (in R), does the same from draws.
.. [3] Davison & Hinkley (1997), Bootstrap Methods and their Application, chapter 4.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..concerns import Concern
from ..density.density import Density
from ..fit.fit import Fit
from ..search.batch import fit_batch

Array = NDArray[np.float64]
ROWS = 2000
"""Rows that are looked at; of more, as many at random, to which the model is fitted again."""
DRAWS = 199
"""Outcomes that each unit is placed among."""
REPLICATES = 99
"""Data sets of the bootstrap: the least p-value is 1 in 100."""
FAR = 3.0
"""Standard deviations from which a statistic is named as what is out of line."""
ALARM = 0.01
"""Share of right models that are of concern."""


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
        "rows may belong to groups or a series: say so in the model",
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
}
"""Of each statistic of the residuals."""


@dataclass(frozen=True)
class FitStatistic:
    """One statistic ``seen`` in the data, beside its median and central 95 % over data sets drawn from the model.

    ``apart`` is how far from the median it is, in their robust standard deviation.
    """

    name: str
    seen: float
    median: float
    low: float
    high: float
    apart: float

    @property
    def words(self) -> str:
        remark = REMARKS[self.name]
        return remark.above if self.seen > self.median else remark.below


@dataclass(frozen=True)
class ModelFit:
    """Residuals u ``(k,)`` and what they say, or ``reason`` why nothing can be said.

    ``p`` is the share of data sets drawn from the fitted model of which a statistic is as far from its median as the
    farthest here. ``distance`` is the largest gap between the distribution of u and the uniform one: the share of
    values that lie on the wrong side of where the model puts them. ``envelope`` ``(B, k)`` holds u of the draws.
    """

    reason: str | None = None
    u: Array | None = None
    envelope: Array | None = None
    statistics: tuple[FitStatistic, ...] = ()
    p: float = float("nan")
    distance: float = float("nan")
    rows: int = 0
    of: int = 0

    @property
    def worst(self) -> FitStatistic:
        """The statistic that is furthest out of line; the distance, which has no direction, only where it is alone."""
        told = [each for each in self.statistics if each.name != "distance" and abs(each.apart) > FAR]
        return max(told or self.statistics, key=lambda statistic: abs(statistic.apart))

    @property
    def misfit(self) -> bool:
        return self.p <= ALARM

    @property
    def sentence(self) -> str:
        """What the screen says."""
        if self.reason is not None:
            return f"Whether the model fits was not looked at: {self.reason}."
        looked = "" if self.rows == self.of else f" (of {self.rows:,} of {self.of:,} rows)"
        size = f"the residuals are off by up to {100 * self.distance:.0f} % of the rows{looked}"
        if not self.misfit:
            return f"The model fits as far as {REPLICATES} data sets drawn from it tell: {size}, p = {self.p:.2f}."
        return f"The model does not fit: {self.worst.words}; {size}, p = {self.p:.2g}."

    @property
    def concerns(self) -> tuple[Concern, ...]:
        if not self.misfit:
            return ()
        worst = self.worst
        far = f"{abs(worst.apart):.1f} standard deviations from what the model gives"
        return (Concern("misfit", f"{worst.words}, {far}; {REMARKS[worst.name].next_step}"),)

    @property
    def record(self) -> dict[str, Any]:
        """As JSON may hold it."""
        if self.reason is not None:
            return {"reason": self.reason}
        told = {"p": self.p, "distance": self.distance, "misfit": self.misfit, "rows": self.rows, "of": self.of}
        return {"reason": None, **told, "statistics": [asdict(statistic) for statistic in self.statistics]}


def model_fit(fit: Fit, seed: int) -> ModelFit:
    """The residuals of the MLE and how unusual they are; ``seed`` fixes all draws."""
    estimate = fit.estimates.get("mle")
    if estimate is None or not estimate.converged:
        return ModelFit("there is no maximum likelihood estimate to draw from")
    if (reason := _impossible(fit.program)) is not None:
        return ModelFit(reason)
    generator = np.random.default_rng([seed, 0xF17])
    program = fit.program.written_out
    shown = _shown(program, generator)
    theta = estimate.point if shown is program else _again(shown, {"y": shown.data["y"][None]}, estimate.point)[0]
    if not np.isfinite(theta).all():
        return ModelFit("the model has no estimate on the rows that would be looked at")
    return _judged(shown, theta, program.data.n, generator)


def _impossible(program: Density) -> str | None:
    """Why no data can be drawn and fitted again."""
    if program.undrawable is not None:
        return program.undrawable
    if not program.compiles_many:
        return "a program of one's own is fitted again one data set at a time, which may take long"
    if "y" not in program.data or program.data["y"].ndim != 1:
        return "an outcome of several columns has no rank among others"
    if not program.model.regular or program.model.supports(program.data):
        return "the likelihood is not regular, and refits by Newton steps do not apply"
    if program.data.size > ROWS and program.model.unit != "row":
        return f"there are {program.data.size:,} rows that cannot be looked at in part"
    return None


def _shown(program: Density, generator: np.random.Generator) -> Density:
    """The program on all rows, or on `ROWS` of them at random."""
    if program.data.n <= ROWS:
        return program
    return program.on(program.data.rows(np.sort(generator.choice(program.data.n, ROWS, replace=False))))


def _again(program: Density, drawn: dict[str, Array], start: Array) -> Array:
    """The maximum likelihood estimates ``(R, p)`` of drawn outcomes; NaN where there is none."""
    optima = fit_batch(program, drawn, start=start)
    return np.where(optima.converged[:, None], optima.theta, np.nan)


def _judged(program: Density, theta: Array, of: int, generator: np.random.Generator) -> ModelFit:
    drawn = program.outcomes(theta, REPLICATES, generator)
    again = _again(program, drawn, theta)
    fitted = np.flatnonzero(np.isfinite(again).all(axis=1))
    if len(fitted) < REPLICATES // 2:
        return ModelFit("most data sets that are drawn from the model have no estimate")
    y = program.data["y"]
    u, own = _placed(program, theta, y, generator)
    rest = [_placed(program, again[r], drawn["y"][r], generator) for r in fitted]
    names = [name for name, value in own.items() if np.isfinite(value)]
    table = np.nan_to_num([[own[name], *(each[name] for _, each in rest)] for name in names])
    centre, scale = _robust(table[:, 1:])
    apart = np.divide(table - centre, scale, out=np.zeros_like(table), where=scale > 0)
    farthest = np.max(np.abs(apart), axis=0)
    p = float((1 + np.sum(farthest[1:] >= farthest[0])) / len(farthest))
    told = zip(names, table, centre[:, 0], apart[:, 0], scale[:, 0] > 0, strict=True)
    statistics = tuple(_statistic(*each) for *each, varies in told if varies)
    distance = float(own["distance"] / np.sqrt(len(u)))
    return ModelFit(None, u, np.array([each for each, _ in rest]), statistics, p, distance, len(u), of)


def _robust(values: Array) -> tuple[Array, Array]:
    """Median and the standard deviation of a normal with these quartiles, ``(s, 1)`` each, of rows of ``(s, B)``."""
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75], axis=1)
    return middle[:, None], ((high - low) / 1.349)[:, None]


def _statistic(name: str, line: Array, centre: float, apart: float) -> FitStatistic:
    low, high = (float(end) for end in np.quantile(line[1:], [0.025, 0.975]))
    return FitStatistic(name, float(line[0]), float(centre), low, high, float(apart))


def _placed(program: Density, theta: Array, y: Array, generator: np.random.Generator) -> tuple[Array, dict[str, float]]:
    """u ``(n,)`` of outcomes y ``(n,)`` at the estimate θ that they have given, and the statistics of u and y."""
    drawn = program.outcomes(theta, DRAWS, generator)["y"]
    below, level = np.sum(drawn < y, axis=0), np.sum(drawn == y, axis=0)
    u = (below + generator.random(len(y)) * (level + 1)) / (DRAWS + 1)
    counts = bool(np.all(drawn == np.floor(drawn)) and np.ptp(drawn) > 1)
    return u, _statistics(u, y, drawn.mean(axis=0), counts)


def _statistics(u: Array, y: Array, fitted: Array, counts: bool) -> dict[str, float]:
    """By name; NaN of those about fitted values where these do not differ, and of those about counts where y is none.

    What a family with a spread of its own fits is not told from its residuals: only counts may be too far scattered.
    """
    from scipy.special import ndtri

    z, n = ndtri(u), len(u)
    ranks = np.arange(1, n + 1)
    gap = np.maximum(ranks / n - np.sort(u), np.sort(u) - (ranks - 1) / n)
    centred = z - z.mean()
    found: dict[str, float] = {
        "distance": float(np.sqrt(n) * gap.max()),
        "lean": float(np.mean(z**3)),
        "tails": float(np.mean(centred**4) / np.mean(centred**2) ** 2),
        "order": _correlation(centred[1:], centred[:-1]),
    }
    along = np.std(fitted) > 3 * np.std(y) / np.sqrt(DRAWS)  # and not the draws' own error
    bend, fan = _correlation(z, (fitted - fitted.mean()) ** 2), _correlation(np.abs(z), fitted)
    told = {"bend": bend, "fan": fan} if along else {"bend": np.nan, "fan": np.nan}
    of_counts = {"spread": float(np.log(np.mean(z**2))), "zeros": float(np.mean(y == 0))}
    return found | told | (of_counts if counts else dict.fromkeys(of_counts, np.nan))


def _correlation(first: Array, second: Array) -> float:
    spread = float(np.std(first) * np.std(second))
    return 0.0 if spread == 0 else float(np.mean((first - first.mean()) * (second - second.mean())) / spread)
