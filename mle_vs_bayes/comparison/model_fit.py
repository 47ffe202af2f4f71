"""Does the model fit at all? Data drawn from the fitted model, beside the data that were seen.

Under the model residuals are uniform but for the estimation, which makes them too good. How far their statistics stray
is read off data sets that are drawn from the fitted model, fitted again and treated alike: a parametric bootstrap. [1]_

.. [1] Davison & Hinkley (1997), Bootstrap Methods and their Application.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..concerns import Concern
from ..data.dataset import Dataset
from ..density.density import Density
from ..fit.fit import Fit
from ..search.batch import fit_batch
from .residuals import Array, placed, remark

ROWS = 2000
"""Rows that are looked at; of more, as many at random, to which the model is fitted again."""
FEWEST = 5
"""Rows below which residuals have no shape: of one they cannot even be correlated with anything."""
REPLICATES = 99
"""Data sets of the bootstrap: the least p-value is 1 in 100."""
STEPS = 15
"""Newton steps of one refit, from the values that its data were drawn at. What has not arrived by then has run off."""
FAR = 3.0
"""Standard deviations from which a statistic is named as what is out of line."""
ALARM = 0.01
"""Share of right models that are of concern."""


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
        said = remark(self.name)
        return said.above if self.seen > self.median else said.below


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
        far = [each for each in self.statistics if each.name != "distance" and abs(each.apart) > FAR]
        return max(far or self.statistics, key=lambda statistic: abs(statistic.apart))

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

    def beside(self, places: Array) -> str:
        """How far the LOO-PIT of a posterior is from the residuals: alike, or more apart than chance spreads either."""
        assert self.u is not None and self.envelope is not None
        gap = _gap(self.u, places)
        ranks = np.arange(1, len(self.u) + 1) / len(self.u) - 0.5 / len(self.u)
        chance = float(np.quantile([_gap(each, ranks) for each in self.envelope], 0.95))
        apart = f"by up to {100 * gap:.0f} % of the rows"
        if gap <= chance:
            return f"The posterior, each row left out (LOO-PIT), says the same: its curve differs {apart}."
        return (
            f"The posterior, each row left out (LOO-PIT), does not say the same: its curve differs {apart}, more than "
            f"the {100 * chance:.0f} % by which residuals of a right model stray; look at what the prior does."
        )

    @property
    def concerns(self) -> tuple[Concern, ...]:
        if not self.misfit:
            return ()
        worst = self.worst
        far = f"{abs(worst.apart):.1f} standard deviations from what the model gives"
        return (Concern("misfit", f"{worst.words}, {far}; {remark(worst.name).next_step}"),)

    @property
    def record(self) -> dict[str, Any]:
        """As JSON may hold it."""
        if self.reason is not None:
            return {"reason": self.reason}
        numbers = {"p": self.p, "distance": self.distance, "misfit": self.misfit, "rows": self.rows, "of": self.of}
        return {"reason": None, **numbers, "statistics": [asdict(statistic) for statistic in self.statistics]}


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
    return _judged(shown, theta, program.data.n, generator, _silent(fit.program.data))


def _silent(data: Dataset) -> frozenset[str]:
    """Statistics that say nothing: of the order of rows, in a table of frequencies or one sorted by its outcome."""
    steps = np.diff(data["y"])
    return frozenset(["order"]) if "weights" in data or np.all(steps >= 0) or np.all(steps <= 0) else frozenset()


def _impossible(program: Density) -> str | None:
    """Why no data can be drawn and fitted again, or would tell nothing."""
    if program.undrawable is not None:
        return program.undrawable
    if not program.compiles_many:
        return "a program of one's own is fitted again one data set at a time, which may take long"
    if program.model.quadrature and not program.model.has_derivatives:
        return "each data set that is drawn would have the effects of its groups integrated out, which takes minutes"
    if "y" not in program.data or program.data["y"].ndim != 1:
        return "an outcome of several columns has no rank among others"
    if not program.model.regular or program.model.supports(program.data):
        return "the likelihood is not regular, and refits by Newton steps do not apply"
    if program.data.size > ROWS and program.model.unit != "row":
        return f"there are {program.data.size:,} rows that cannot be looked at in part"
    if program.data.size < FEWEST:
        return f"residuals of fewer than {FEWEST} rows have no distribution to speak of"
    return None


def _shown(program: Density, generator: np.random.Generator) -> Density:
    """The program on all rows, or on `ROWS` of them at random."""
    if program.data.n <= ROWS:
        return program
    return program.on(program.data.rows(np.sort(generator.choice(program.data.n, ROWS, replace=False))))


def _again(program: Density, drawn: dict[str, Array], start: Array) -> Array:
    """The maximum likelihood estimates ``(R, p)`` of drawn outcomes; NaN where there is none."""
    optima = fit_batch(program, drawn, start=start, steps=STEPS)
    return np.where(optima.converged[:, None], optima.theta, np.nan)


def _judged(
    program: Density, theta: Array, of: int, generator: np.random.Generator, silent: frozenset[str]
) -> ModelFit:
    drawn = program.outcomes(theta, REPLICATES, generator)
    again = _again(program, drawn, theta)
    fitted = np.flatnonzero(np.isfinite(again).all(axis=1))
    if len(fitted) < REPLICATES // 2:
        return ModelFit("most data sets that are drawn from the model have no estimate")
    y = program.data["y"]
    u, observed = placed(program, theta, y, generator)
    rest = [placed(program, again[r], drawn["y"][r], generator) for r in fitted]
    names = [name for name, value in observed.items() if np.isfinite(value) and name not in silent]
    table = np.nan_to_num([[observed[name], *(each[name] for _, each in rest)] for name in names])
    # One p-value for all statistics: each is put on the scale by which it strays among data sets of the model, and the
    # farthest of the data is ranked among the farthest of each of those. Statistics may depend on each other as they
    # like.
    centre, scale = _robust(table[:, 1:])
    apart = np.divide(table - centre, scale, out=np.zeros_like(table), where=scale > 0)
    farthest = np.max(np.abs(apart), axis=0)
    p = float((1 + np.sum(farthest[1:] >= farthest[0])) / len(farthest))
    lines = zip(names, table, centre[:, 0], apart[:, 0], scale[:, 0] > 0, strict=True)
    statistics = tuple(_statistic(*each) for *each, varies in lines if varies)
    distance = float(observed["distance"] / np.sqrt(len(u)))
    return ModelFit(None, u, np.array([each for each, _ in rest]), statistics, p, distance, len(u), of)


def _gap(first: Array, second: Array) -> float:
    """The largest distance between the distribution functions of two samples."""
    from scipy.stats import ks_2samp

    return float(ks_2samp(first, second, method="asymp").statistic)


def _robust(values: Array) -> tuple[Array, Array]:
    """Median and the standard deviation of a normal with these quartiles, ``(s, 1)`` each, of rows of ``(s, B)``."""
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75], axis=1)
    return middle[:, None], ((high - low) / 1.349)[:, None]


def _statistic(name: str, line: Array, centre: float, apart: float) -> FitStatistic:
    low, high = (float(end) for end in np.quantile(line[1:], [0.025, 0.975]))
    return FitStatistic(name, float(line[0]), float(centre), low, high, float(apart))
