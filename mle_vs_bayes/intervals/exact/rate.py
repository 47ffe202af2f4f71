"""Exact intervals of a rate: of a Poisson rate Garwood's [1]_, of an exponential one from a pivot. [2]_

2 × rate × total time ~ χ² on 2 × events holds without censoring, and where observation stopped at the last of a number
of events fixed beforehand (type II): all censored units then carry the time of the last event. Where no event was seen
in a total time T, the chance of that is exp(−rate T), whatever the times of censoring are, as long as they were fixed
beforehand: the interval holds the rates under which it is at least (1 − level)/2.

.. [1] Garwood (1936), Fiducial limits for the Poisson distribution, Biometrika 28(3/4), 437–442.
.. [2] Lawless (2003), Statistical Models and Methods for Lifetime Data, 2nd ed.
"""

import math

from ...data import counts
from ...data.dataset import Dataset
from ...density.density import Density
from ...model.censoring import events_and_time, seen
from .theory import Ends

GARWOOD, GAMMA_PIVOT = "garwood", "gamma_pivot"


def of_counts(program: Density, name: str, level: float) -> Ends:
    """Per unit of exposure, from the total count, which is Poisson(rate × total exposure)."""
    exposure = float(counts.total(program.data, program.data["exposure"]))
    lower, upper = garwood(float(counts.total(program.data, program.data["y"])), level)
    return {name: (lower / exposure, upper / exposure)}


def garwood(count: float, level: float) -> tuple[float, float]:
    """All means that neither one-sided Poisson test rejects: ½χ² quantiles on 2y and 2y + 2 degrees of freedom."""
    from scipy.special import gammaincinv

    tail = (1 - level) / 2
    return float(gammaincinv(count, tail)) if count else 0.0, float(gammaincinv(count + 1, 1 - tail))


def of_times(program: Density, name: str, level: float) -> Ends | str:
    """The interval of the rate, or why the pivot's distribution is not known."""
    reason = _inexact(program.data)
    return reason if reason is not None else {name: gamma_pivot(*events_and_time(program.data), level)}


def gamma_pivot(events: float, time: float, level: float) -> tuple[float, float]:
    """χ² quantiles on 2 × events degrees of freedom over 2 × total time."""
    from scipy.special import gammaincinv

    tail = (1 - level) / 2
    if events == 0:
        return 0.0, -math.log(tail) / time
    return float(gammaincinv(events, tail)) / time, float(gammaincinv(events, 1 - tail)) / time


def _inexact(data: Dataset) -> str | None:
    if "upper" in data:
        return "the total time is not known of interval-censored lifetimes"
    events, y = seen(data), data["y"]
    if events.all() or not events.any() or (y[~events] == y[events].max()).all():
        return None
    return "2 × rate × total time is not χ² under random censoring; it is without censoring or up to the r-th event"
