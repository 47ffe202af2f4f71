"""Data sets drawn from the fitted model under the data's own design: what a parametric bootstrap refits.

Covariates, trials, exposures and groups stay as they are. Censoring is conditional on what is known of it: [1]_ a unit
that was censored has the censoring time that was observed. One whose end was seen has some later censoring time,
drawn in each replicate from the Kaplan–Meier estimate of their distribution, beyond its end; where nothing was
censored beyond, its simulated lifetime is never cut. So a study that stopped at one date stops at that date in every
replicate, staggered entry stays staggered, and data without censoring have none.

.. [1] Davison & Hinkley (1997), Bootstrap Methods and their Application, section 3.5: conditional resampling
   (algorithm 3.1), with the fitted model in the place of the Kaplan–Meier estimate of the lifetimes.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import Dataset
from ...density.density import Program
from ...program.program_density import OwnProgram
from ...program.replicable import draw_many
from ...program.simulate import undrawable

Array = NDArray[np.float64]
OUTCOMES = ("y", "event")
ABREAST = 50
"""Data sets that are drawn with one call of the model's simulator, where its rows are independent."""


def unavailable(program: Program) -> str | None:
    """Why no data set can be drawn under the data's own design, or None."""
    if isinstance(program, OwnProgram):
        reason = None if program.model.companions.simulate else undrawable(program.model.program)
        return None if reason is None else f"the program {reason}"
    if "upper" in program.data:
        return "when units were inspected is not known of those seen exactly; bootstrap_case resamples whole rows"
    return None


def written_out(program: Program) -> Program:
    """The program with one row per observation: the copies of a row draw outcomes of their own."""
    if program.foreign or "weights" not in program.data:
        return program
    return Program(program.model, program.data.spelled_out(), program.priors, program.prior_power)


def simulated(program: Program, theta: Array, count: int, generator: np.random.Generator) -> dict[str, Array]:
    """Outcomes ``(count, n)`` by role, drawn at θ ``(p,)``; the first few are the same whatever ``count``.

    Of a PyMC program the roles are its observed variables, each ``(count, …)`` in its own shape.
    """
    if isinstance(program, OwnProgram):
        sets = draw_many(program, [theta] * count, generator)
        return {role: np.stack([each[role] for each in sets]) for role in sets[0]}
    data, named = program.data, program.layout.split(theta)
    roles = [role for role in OUTCOMES if role in data]
    design = Dataset({role: values for role, values in data.items() if role not in OUTCOMES}, data.coords)
    design = design.replace(unit=np.arange(float(data.n)))
    cutoffs = Cutoffs(data["y"], data["event"]) if "event" in data else None
    size = ABREAST if _rows_are_independent(program) else 1
    drawn: dict[str, Array] = {role: np.empty((count, data.n)) for role in roles}
    for first in range(0, count, size):
        here = _repeated(design, min(size, count - first))
        if cutoffs is not None:
            here = here.replace(cutoff=np.ravel([cutoffs.draw(generator) for _ in range(here.n // data.n)]))
        outcome: Mapping[str, Array] = program.model.simulate(named, here, generator)
        for role in roles:
            drawn[role][first : first + size] = outcome[role].reshape(-1, data.n)
    return drawn


def _rows_are_independent(program: Program) -> bool:
    """Whether copies of the design, one below the other, can be drawn as one data set."""
    own = any(dim in program.data for parameter in program.layout.parameters for dim in parameter.dims)
    return "group" not in program.data and program.units == program.data.n and not own


def _repeated(design: Dataset, times: int) -> Dataset:
    """The rows of a design several times, one copy below the other."""
    tiled = {role: np.tile(v, (times, *(1 for _ in v.shape[1:]))) for role, v in design.items()}
    return Dataset(tiled, design.coords)


class Cutoffs:
    """Censoring times of units with times ``y`` ``(n,)``: known where ``event`` is 0, drawn beyond y where it is 1."""

    def __init__(self, y: Array, event: Array) -> None:
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
