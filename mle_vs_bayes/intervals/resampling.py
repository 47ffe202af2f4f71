"""Bootstrap replicates of every quantity: four ways to make a data set like ours, one way to refit it.

``parametric``  drawn from the fitted model under the data's own design (`Density.outcomes`);
``case``        whole units drawn with replacement, which trusts no model; [1]_
``bayesian``    every unit weighted by Dirichlet(1, …, 1): draws of the posterior of the population's maximum
                likelihood value under a flat prior over distributions. [2]_
``block``       of a series, blocks of values that follow each other, each given those before it (`blocks`).

A unit is what the likelihood takes as independent, a row or a whole group; rows that the column ``group`` puts together
are drawn together. The last two are weights on the units of the data as they are: a replicate costs no new data set.

.. [1] Davison & Hinkley (1997), Bootstrap Methods and their Application.
.. [2] Rubin (1981), The Bayesian bootstrap, Annals of Statistics 9(1), 130–134; with a likelihood: Newton & Raftery
   (1994), Journal of the Royal Statistical Society B 56(1), 3–48.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from ..data.counts import TIMES
from ..data.dataset import Dataset
from ..density.density import Density
from ..search.batch import fit_batch, why_not
from ..search.optimum import Optima
from . import blocks
from .interval import IntervalRequest

Array = NDArray[np.float64]
BLOCK = 5_000_000
""""Resamples" × rows that are held at a time: 40 MB per column."""


@dataclass(frozen=True)
class Resamples:
    """Refits of R resampled data sets: quantities ``(R, q)``, NaN where a refit failed, and why the first did."""

    quantities: Array
    failed: int
    first_reason: str | None

    @property
    def count(self) -> int:
        return len(self.quantities)


Scheme = Callable[[Density, Array, int, np.random.Generator], tuple[dict[str, Array], Array | None]]
"""Density, θ̂, number of replicates, generator → columns by role ``(R, n)``, weights ``(R, units)`` or None."""


def _parametric(program: Density, theta: Array, count: int, generator: np.random.Generator) -> tuple[Any, None]:
    return program.outcomes(theta, count, generator), None


def _case(program: Density, _theta: Array, count: int, generator: np.random.Generator) -> tuple[Any, Array]:
    position, observed = _together(program)
    size = int(observed.sum())
    drawn = generator.multinomial(size, observed / size, size=count)
    return {}, _shared(program, drawn / observed, position)


def _bayesian(program: Density, _theta: Array, count: int, generator: np.random.Generator) -> tuple[Any, Array]:
    position, observed = _together(program)
    shares = observed.sum() * generator.dirichlet(observed, size=count)
    return {}, _shared(program, shares / observed, position)


def _together(program: Density) -> tuple[NDArray[np.intp], Array]:
    """Which draw each unit ``(units,)`` shares, and how often what each draw stands for ``(draws,)`` was observed.

    A unit has a draw of its own, or its group's where the data say who belongs together.
    """
    if "group" in program.data and program.units == program.data.n:
        position = program.data["group"].astype(np.intp)
        return position, np.ones(position.max() + 1)
    return np.arange(program.units), np.ones(program.units) if program.weights is None else program.weights


def _shared(program: Density, times: Array, position: NDArray[np.intp]) -> Array:
    """Weights ``(R, units)``: each unit is there so many ``times`` ``(R, draws)`` as often as it was observed."""
    return times[:, position] if program.weights is None else times[:, position] * program.weights


def _block(program: Density, theta: Array, count: int, generator: np.random.Generator) -> tuple[Any, None]:
    """How often each value of the series is counted: `_resampled` has made the column."""
    known = program.model.known_values(program.data)
    length = blocks.length(blocks.scores(program, theta)[known:])
    times = blocks.times(program.data.n - known, length, count, generator)
    return {TIMES: np.pad(times, ((0, 0), (known, 0)))}, None


SCHEMES: dict[str, Scheme] = {"parametric": _parametric, "case": _case, "bayesian": _bayesian, "block": _block}

_kept: "WeakKeyDictionary[Density, dict[Any, Resamples]]" = WeakKeyDictionary()


def unavailable(program: Density, scheme: str) -> str | None:
    """Why units cannot be resampled or weighted, or None."""
    series, blocks_asked = program.model.unit == "series", scheme == "block"
    if blocks_asked and not series:
        return f"blocks are of a series, and each {program.model.unit} is independent; take bootstrap_case"
    if series and not blocks_asked:
        return (
            "rows of a series depend on each other, and drawn by themselves they do not; take bootstrap (parametric) "
            "or bootstrap_block"
        )
    if blocks_asked and "one_step_ahead" not in program.model.offers:
        return f"{program.model.name} does not say what each value is given those before it"
    labelled = next((p for p in program.layout.parameters for dim in p.dims if dim in program.data), None)
    if labelled is None:
        return None
    label = labelled.dims[0]
    return f"each {label} has a {labelled.name} of its own, which data without the {label} say nothing of"


def replicates(request: IntervalRequest, scheme: str) -> Resamples:
    """The refits of one request; percentile and BCa intervals of the same request share them."""
    kept = _kept.setdefault(request.program, {})
    key = (scheme, request.seed, request.replicates, request.estimate.point.tobytes())
    if key not in kept:
        kept[key] = _resampled(request, scheme)
    return kept[key]


def generator(request: IntervalRequest) -> np.random.Generator:
    """The random numbers of a request: one stream for all its replicates, in their order."""
    return np.random.default_rng([request.seed, 0xB007])


def _resampled(request: IntervalRequest, scheme: str) -> Resamples:
    program, theta, numbers = request.program, request.estimate.point, generator(request)
    if scheme == "parametric":
        program = program.written_out
    if scheme == "block":
        program = program.on(program.data.replace(**{TIMES: np.ones(program.data.n)}))
    size = max(1, BLOCK // program.data.n)
    quantities, failed, reason = [], 0, None
    for first in range(0, request.replicates, size):
        columns, weights = SCHEMES[scheme](program, theta, min(size, request.replicates - first), numbers)
        optima = fit_batch(program, columns, weights, start=theta)
        with np.errstate(all="ignore"):
            quantities.append(program.quantities(optima.theta))
        lost = np.flatnonzero(~optima.converged)
        failed += len(lost)
        if lost.size and reason is None:
            reason = _reason(program, optima, int(lost[0]), columns, weights)
    return Resamples(np.concatenate(quantities), failed, reason)


def _reason(program: Density, optima: Optima, replicate: int, columns: dict[str, Array], weights: Array | None) -> str:
    data: Dataset = program.data.replace(**{role: values[replicate] for role, values in columns.items()})
    if weights is not None and weights.shape[1] == data.n:
        present = np.flatnonzero(weights[replicate])
        data = data.rows(present)  # how often a row is there decides nothing about whether there is a maximum
    return why_not(program, optima, replicate, data)
