"""Exact posteriors of models with at most three free parameters: integrals on the unconstrained scale.

Each posterior is standardised at its mode (`search.standardised`) and summed over nodes around it (`grid`). One data
set is R = 1.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...density.density import Density
from ...density.stack import Stack
from ...model.moments import Missing
from ...search.standardised import Space, Standardised
from .by_formulas import ByFormulas, has_formulas
from .integrals import Integrals, integrals
from .marginals import Marginals, OfQuantity

Array = NDArray[np.float64]
Index = NDArray[np.intp]

MOST = 3
"""Free parameters: the nodes are some thirty to their power."""
TOGETHER, NODES = 400, 30_000
"""Data sets at most whose nodes are summed together, and first nodes of all of them."""
DEAR = {1: 60, 2: 1_500, 3: 25_000}
"""Nodes by free parameters of a posterior of effects of groups, as measured; one that is far from normal has more."""
MOST_DENSITIES = 2_000_000_000
"""Log densities of rows that are summed over them: at 30 to 100 ns each, one to three minutes."""
NO_MODE = "the posterior has no mode on the unconstrained scale to integrate around"


@dataclass(frozen=True, eq=False)
class Quadratures:
    """R posteriors: log ∫ of the density ``(R,)``, means and standard deviations ``(R, q)``, NaN where ``reason``.

    The density is that of the stack, whose condensed rows leave a number without parameters out. ``error`` ``(R,)`` is
    the last change of any of these on halving the nodes' step, in posterior standard deviations.
    """

    log_integral: Array
    mean: Array
    sd: Array
    error: Array
    reason: list[str | None]
    parts: list[Integrals]

    @cached_property
    def _marginals(self) -> list[Marginals]:
        return [Marginals(part.grid) for part in self.parts]

    @cached_property
    def _alone(self) -> dict[int, Marginals]:
        """Quadratures of single data sets, which share the lines that their quantities are read along."""
        return {}

    def quantiles(self, probability: float) -> Array:
        """Quantiles of all quantities ``(R, q)``."""
        values = np.full(self.mean.shape, np.nan)
        for part, marginals in zip(self.parts, self._marginals, strict=True):
            for k in range(values.shape[1]):
                values[part.index, k] = marginals.quantile(k, probability)
        return np.where(np.array([each is None for each in self.reason])[:, None], values, np.nan)

    def of_quantity(self, k: int) -> Iterator[tuple[Index, OfQuantity]]:
        """The distributions of the k-th quantity that were integrated together, and the places of their data sets."""
        for part, marginals in zip(self.parts, self._marginals, strict=True):
            yield part.index, OfQuantity(marginals, k)

    def marginal(self, i: int, k: int) -> "Marginal":
        """The distribution of one quantity of one data set that has an answer."""
        if i not in self._alone:
            part = next(part for part in self.parts if i in part.index)
            self._alone[i] = Marginals(part.grid.of(part.index == i))
        return Marginal(OfQuantity(self._alone[i], k), float(self.mean[i, k]), float(self.sd[i, k]))


@dataclass(frozen=True, eq=False)
class Marginal:
    """The exact posterior of one quantity, with the methods of a frozen distribution of SciPy's that rows read."""

    alone: OfQuantity
    average: float
    spread: float

    def mean(self) -> float:
        return self.average

    def std(self) -> float:
        return self.spread

    def var(self) -> float:
        return self.spread**2

    def median(self) -> float:
        return float(self.ppf(0.5))

    def interval(self, level: float) -> tuple[float, float]:
        """Equal tails beyond the two ends."""
        return float(self.ppf((1 - level) / 2)), float(self.ppf((1 + level) / 2))

    def ppf(self, probability: float | Sequence[float]) -> Array:
        """Quantiles; the last nodes at 0 and 1."""
        return _each(self.alone.ppf, probability)

    def cdf(self, value: float | Sequence[float]) -> Array:
        """P(quantity ≤ value)."""
        return _each(self.alone.cdf, value)

    def logpdf(self, value: float | Sequence[float]) -> Array:
        """The log density."""
        return _each(self.alone.logpdf, value)


def _each(function: Callable[[Array], Array], values: float | Sequence[float]) -> Array:
    """A function of one value ``(1,)`` at each of several, in their shape."""
    return np.reshape([function(np.array([value]))[0] for value in np.ravel(values)], np.shape(values))


def refusal(program: Density) -> str | None:
    """Why a posterior is not integrated, or None."""
    size = program.layout.free_size
    if size > MOST:
        return f"{program.model.name} has {size} free parameters here, and quadrature takes at most {MOST}"
    if size == 0:
        return f"{program.model.name} has no free parameter here"
    if too_dear := _too_dear(program):
        return too_dear
    return next((f"{each.mean}" for each in program.missing_moments if each.mean and "improper" in each.mean), None)


def _too_dear(program: Density) -> str | None:
    """Why a likelihood that is an integral over effects itself is not integrated over its parameters, too, or None."""
    model, size = program.model, program.layout.free_size
    if model.groups is None:
        return None
    if model.quadrature and not model.has_derivatives:
        return "its likelihood is a quadrature over effects whose graph takes minutes to compile; read the posterior"
    densities = DEAR[size] * program.data.n * model.evaluations
    if densities <= MOST_DENSITIES:
        return None
    return (
        f"its likelihood is an integral over effects, and integrated over {size} parameters it would take minutes: "
        f"some {densities:.0e} log densities of rows, above {MOST_DENSITIES:.0e}; read the posterior, or hold a "
        "parameter at a value"
    )


def of_stack(stack: Stack, start: Array, lacking: Sequence[Sequence[Missing]]) -> Quadratures:
    """The posteriors of a stack from starts θ ``(R, p)``; ``lacking`` says which moments each does not have."""
    space: Space = ByFormulas(stack, start) if has_formulas(stack) else Standardised(stack, start)
    exists = np.array([[0 if each.mean else 1 if each.deviation else 2 for each in line] for line in lacking])
    modes = np.flatnonzero(space.whitening.has_mode)
    together = int(np.clip(NODES // (2 * space.precision.reach + 1) ** space.size, 1, TOGETHER))
    parts = [
        part
        for first in range(0, len(modes), together)
        for part in integrals(space, modes[first : first + together], exists[modes[first : first + together]])
    ]
    return _gathered(parts, exists.shape)


def _gathered(parts: list[Integrals], shape: tuple[int, ...]) -> Quadratures:
    """Numbers in the order of the data sets; those without a mode have none."""
    log_integral, error = np.full(shape[0], np.nan), np.full(shape[0], np.nan)
    mean, sd = np.full(shape, np.nan), np.full(shape, np.nan)
    reason: list[str | None] = [NO_MODE] * shape[0]
    for part in parts:
        for place, why in zip(part.index, part.reason, strict=True):
            reason[place] = why
        good = np.array([why is None for why in part.reason])
        for target, values in ((log_integral, part.log_integral), (mean, part.mean), (sd, part.sd)):
            target[part.index[good]] = values[good]
        error[part.index] = part.error
    return Quadratures(log_integral, mean, sd, error, reason, parts)


def of_density(program: Density) -> Quadratures:
    """The posterior of one data set, from as few rows as say the same."""
    small, weights = program.condensed()
    stack = Stack(small, 1, {}, None if weights is None else weights[None])
    return of_stack(stack, program.start[None], [program.missing_moments])
