"""What replicates cost, from a pilot: the time of a study, and how many of them a quick run can afford."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..vocabulary.source import Source
from .cells import settings
from .study_plan import StudyPlan
from .work import WorkUnit

TIMED = (2, 10, 50, 250)
"""Replicates whose time is taken, one count after the other until one has taken `LONG` seconds."""
LONG = 0.5
ENOUGH = 500
"""Replicates, of all cells, of a study that is worth being timed."""
QUICK_SECONDS = 40.0
"""What a quick run may take from its pilot to its verdict."""
BEYOND_FEWEST = 4.0
"""Seconds that a quick run has for more than its fewest replicates even where these take all of its time: of cells that
cost nothing it takes many in any case."""
STARTING = 20.0
"""Seconds until another process has imported what it needs, and has the functions that this one has compiled."""

Array = NDArray[np.float64]
Run = Callable[[WorkUnit], Any]


@dataclass(frozen=True)
class Cost:
    """Seconds of a unit: ``fixed`` and ``each`` replicate's."""

    fixed: float
    each: float


def timed(planned: StudyPlan, source: Source, run: Run) -> StudyPlan:
    """The same design with the mean time of a unit."""
    if planned.total < ENOUGH:  # which is over before it could be timed
        return planned
    pairs = zip(planned.cells, _costs(planned, source, run), strict=True)
    whole = sum((cost.fixed + cost.each * planned.batch) * planned.batches_of(cell) for cell, cost in pairs)
    return replace(planned, seconds_per_unit=whole / planned.units)


def afforded(planned: StudyPlan, source: Source, run: Run, workers: int) -> tuple[StudyPlan, bool]:
    """A quick design with as many replicates as there is time for, and whether this process alone is the faster.

    They are looked at in up to ``planned.looks`` equal parts; a cell has at least those that the design has, and all
    cells at most as many as the full study. Other processes pay where all of these would take this one too long, and
    where there is nothing to choose, as these two numbers are one: then nothing is timed, to do no work twice.
    """
    whole = replace(source, quick=False).study
    fewest = planned.replicates
    most = max(fewest, len(settings(whole)) * whole.replicates // len(planned.cells))
    if fewest == most:
        return replace(planned, looks=1), workers == 1
    began = time.perf_counter()
    costs = _costs(planned, source, run)
    spent = time.perf_counter() - began
    local = _shared(costs, QUICK_SECONDS - spent, fewest, most)
    there = _shared(costs, (QUICK_SECONDS - spent - STARTING) * workers, fewest, most)
    alone = sum(local) >= sum(there)
    shares = local if alone else there
    looks = min(planned.looks, max(1, min(shares) // 2))
    batches = [math.ceil(share / looks) for share in shares]
    cells = tuple(
        replace(cell, replicates=batch * looks, batch=batch) for cell, batch in zip(planned.cells, batches, strict=True)
    )
    return replace(planned, cells=cells, replicates=max(batches) * looks, batch=max(batches), looks=looks), alone


def _shared(costs: Sequence[Cost], seconds: float, fewest: int, most: int) -> list[int]:
    """Replicates of each cell for this much time, most of those that cost least.

    Errors of like size s²/R in all cells sum to the least for Σ cost × R fixed where R is as 1/√cost.
    """
    each = np.array([max(cost.each, 1e-9) for cost in costs])
    left = max(seconds - sum(cost.fixed for cost in costs), fewest * each.sum() + BEYOND_FEWEST)

    def within(scale: float) -> Array:
        return np.clip(scale / np.sqrt(each), fewest, most)

    scales = np.geomspace(1e-9, 1.0, 400) * most * np.sqrt(each.max())
    fitting = [scale for scale in scales if within(scale) @ each <= left]
    return [int(share) for share in within(fitting[-1] if fitting else 0.0)]


def _costs(planned: StudyPlan, source: Source, run: Run) -> list[Cost]:
    """Costs of a unit of each cell: that of its model and scenario at the largest n."""
    largest = {}
    for cell in sorted(planned.cells, key=lambda cell: cell.n):  # the largest n of a place is the last to be put in
        largest[cell.model, cell.scenario] = planned.job(source, cell, 0)
    costs = {place: _cost(job, run) for place, job in largest.items()}
    return [costs[cell.model, cell.scenario] for cell in planned.cells]


def _cost(job: WorkUnit, run: Run) -> Cost:
    """A straight line through the times of the largest two counts: few together cost much more each than many."""
    run(replace(job, count=TIMED[0]))  # imports and compiling, once per process
    counts, seconds = [0], [0.0]
    for count in TIMED:
        if seconds[-1] < LONG:
            counts.append(count)
            seconds.append(_seconds(run, replace(job, count=count)))
    each = max(seconds[-1] - seconds[-2], 0.0) / (counts[-1] - counts[-2])
    return Cost(max(seconds[-1] - each * counts[-1], 0.0), each)


def _seconds(run: Run, job: WorkUnit) -> float:
    began = time.perf_counter()
    run(job)
    return time.perf_counter() - began
