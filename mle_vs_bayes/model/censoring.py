"""Censored columns: how they are read, and outcomes drawn again under the design and the censoring that were seen.

Lifetimes come as ``y`` with ``event``, or as the bounds ``lower`` and ``upper``; arrays or PyTensor.

Drawn again, covariates, trials, exposures and groups stay as they are. Censoring is conditional on what is known of
it: [1]_ a unit that was censored has the censoring time that was observed. One whose end was seen has some later
censoring time, drawn in each replicate from the Kaplan–Meier estimate of their distribution, beyond its end; where
nothing was censored beyond, its simulated lifetime is never cut. So a study that stopped at one date stops at that
date in every replicate, staggered entry stays staggered, and data without censoring have none.

.. [1] Davison & Hinkley (1997), Bootstrap Methods and their Application, section 3.5: conditional resampling,
   with the fitted model in the place of the Kaplan–Meier estimate of the lifetimes.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data import counts
from ..data.dataset import Dataset

Array = NDArray[np.float64]
Simulate = Callable[[Dataset, np.random.Generator], Mapping[str, Array]]
"""A function from a design and random numbers to outcomes by role."""
OUTCOMES = ("y", "event")
ABREAST = 50
"""Data sets that are drawn with one call of the model's simulator, where its rows are independent."""


def seen(data: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Whether the end of each lifetime is known, exactly or within finite bounds."""
    if "upper" in data:
        return np.isfinite(data["upper"])
    return np.asarray(data["event"] == 1) if "event" in data else np.full(np.shape(data["y"]), True)


def ended(data: Mapping[str, Any]) -> float:
    """Of how many observations the end is known."""
    return float(counts.total(data, seen(data)))


def uncensored(data: Mapping[str, Any]) -> bool:
    """Whether every y was seen itself."""
    return "upper" not in data and bool(np.all(seen(data)))


def middle(data: Mapping[str, Any]) -> Array:
    """y, or a value inside each unit's bounds: their middle, the bound that is finite, or the mean of other units'."""
    if "upper" not in data:
        return np.asarray(data["y"])
    lower, upper = data["lower"], data["upper"]
    inside = np.where(np.isfinite(upper), upper, lower)
    both = np.isfinite(lower) & np.isfinite(upper)
    values = np.where(both, (np.where(both, lower, 0.0) + np.where(both, upper, 0.0)) / 2, inside)
    bounded = np.isfinite(values)
    return np.where(bounded, values, values[bounded].mean() if bounded.any() else 0.0)


def events_and_time(data: Mapping[str, Any]) -> tuple[float, float]:
    """Number of events and total time at risk, from entry on (interval-censored times at their middle)."""
    time = middle(data) - data["entry"] if "entry" in data else middle(data)
    return ended(data), float(counts.total(data, time))


def drawn_again(
    simulate: Simulate, data: Dataset, count: int, generator: np.random.Generator, abreast: bool
) -> dict[str, Array]:
    """Outcomes ``(count, n)`` by role, drawn by ``simulate`` under the data's own design.

    The first few are the same whatever ``count``. With ``abreast`` copies of the design, one below the other, are drawn
    as one data set.
    """
    roles = [role for role in OUTCOMES if role in data]
    design = Dataset({role: values for role, values in data.items() if role not in OUTCOMES}, data.coords)
    design = design.replace(unit=np.arange(float(data.n)))
    cutoffs = Cutoffs(data["y"], data["event"]) if "event" in data else None
    size = ABREAST if abreast else 1
    drawn: dict[str, Array] = {role: np.empty((count, data.n)) for role in roles}
    for first in range(0, count, size):
        copies = _repeated(design, min(size, count - first))
        if cutoffs is not None:
            copies = copies.replace(cutoff=np.ravel([cutoffs.draw(generator) for _ in range(copies.n // data.n)]))
        outcome: Mapping[str, Array] = simulate(copies, generator)
        for role in roles:
            drawn[role][first : first + size] = outcome[role].reshape(-1, data.n)
    return drawn


def _repeated(design: Dataset, times: int) -> Dataset:
    """The rows of a design several times, one copy below the other."""
    tiled = {role: np.tile(v, (times, *(1 for _ in v.shape[1:]))) for role, v in design.items()}
    return Dataset(tiled, design.coords)


class Cutoffs:
    """Censoring times of units with times ``y`` ``(n,)``: known where ``event`` is 0, drawn beyond y where it is 1."""

    def __init__(self, y: Array, event: Array) -> None:
        # The roles are exchanged: a censoring time is seen where the end is not, and cut off by the end where that was
        # seen.
        self.known = np.where(event == 0, y, np.nan)
        self.times, self.survival = kaplan_meier(y, 1 - event)
        """Censoring times and P(C > time); what is left after the last has no censoring time."""
        before = np.concatenate([[1.0], self.survival])
        self.reach = before[np.searchsorted(self.times, y, side="left")]
        """P(C ≥ y) of each unit: an end seen at the very time of a censoring came first."""

    def draw(self, generator: np.random.Generator) -> Array:
        """Censoring times ``(n,)``, infinite for units that are never censored."""
        u = generator.random(len(self.known)) * self.reach  # uniform below P(C ≥ y): C beyond y by its inverse
        position = np.searchsorted(-self.survival, -u, side="left")
        drawn = np.append(self.times, np.inf)[position]
        return np.where(np.isnan(self.known), drawn, self.known)


def kaplan_meier(time: Array, event: Array) -> tuple[Array, Array]:
    """Distinct times with an event and the product-limit estimate of P(T > time) there.

    The other ends are taken to lie before the events at the same time: for the distribution of censoring times,
    whose "events" are the censored units, the units whose end was seen then are no longer at risk.
    """
    times, events = np.unique(time[event == 1], return_counts=True)
    at_risk = events + len(time) - np.searchsorted(np.sort(time), times, side="right")
    return times, np.cumprod(1 - events / at_risk)
