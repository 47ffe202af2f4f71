"""The posteriors of a stack, batch by batch: sampled until `Gate` is passed, again with few others, then alone."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...density.stack import Stack
from ...estimators.estimate import Estimate
from ...sampling.batch_posterior import Posteriors
from ...sampling.diagnostics import Diagnostics, diagnose
from ...sampling.plan import MULTIPLE, Gate, Plan
from ..sampled import Reading, Sampled

Array = NDArray[np.float64]
Index = NDArray[np.intp]
MANY = 0.1
"""Share of a batch: if more than this has too few draws, all get more at once."""
ROUNDS = 4
"""How often a batch is drawn from at most: after the first time as much as it lacks, since chains are tuned anew, but
not more than it has, since few draws tell their effective size badly. So it has eight times the plan's draws at most.
"""
FEW = 8
"""Replicates that are sampled again together."""
AGAIN = (2.5, 100, 0.9), (2.5, 1000, 0.99)
"""Times as many draws, tuning steps, acceptance rate: for few together and alone, where steps are to be shorter than
those that diverged. Measured on 40 mixtures of two Poisson laws, of 80 counts, of which 34 pass at once: 5 of 6 pass
among few at 0.9 and none at 0.8, and alone 3 of 6 diverge at 0.95 and none at 0.99; 14 s of the processor for 26 s."""


def sampled(
    stack: Stack,
    posteriors: Posteriors | None,
    positions: Index,
    plan: Plan,
    reading: Reading,
    seed: int,
    single: Callable[[int], Estimate],
) -> Sampled:
    """Every replicate's summaries; ``single`` fits one, by its place in the stack, whose mode or sampling failed.

    Without ``posteriors`` of the parameters alone all are fitted so.
    """
    run = _Run(stack, positions, plan, reading, seed)
    left = np.arange(stack.count) if posteriors is None else _together(run, posteriors)
    for place in left.tolist():
        run.sampled.put(place, single(place))
    return run.sampled


def _together(run: "_Run", posteriors: Posteriors) -> Index:
    """Sample in batches, then with few others, then one by one; the places of those that no batch could sample."""
    plan, has_mode = run.plan, posteriors.whitening.has_mode
    few, alone = (plan.longer(*more) for more in AGAIN)
    parts = _parts(np.flatnonzero(has_mode), plan.size)
    left = _joined([run.batch(posteriors, part, plan, "joint") for part in parts])
    if plan.size > 1:
        left = _joined([run.batch(posteriors, part, few, "few") for part in _parts(left, FEW)])
    left = _joined([run.batch(posteriors, part, alone, "alone", last=True) for part in _parts(left, 1)])
    return np.concatenate([np.flatnonzero(~has_mode), left])


def _joined(parts: list[Index]) -> Index:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.intp)


def _parts(index: Index, size: int) -> list[Index]:
    """Consecutive pieces of at most ``size`` and of nearly one size."""
    pieces = -(-len(index) // size)
    return np.array_split(index, pieces) if pieces else []


class _Run:
    """One run over a stack: what was sampled so far, and the next seed."""

    def __init__(self, stack: Stack, positions: Index, plan: Plan, reading: Reading, seed: int) -> None:
        self.plan, self.seed = plan, seed
        self.quantities = stack.program.quantities
        self.sampled = Sampled.blank(stack.program.quantity_labels, positions, reading)
        self.calls = 0

    def batch(self, posteriors: Posteriors, index: Index, plan: Plan, path: str, last: bool = False) -> Index:
        """Sample these replicates; those that pass (all, the ``last`` time) are recorded, the others returned."""
        draws, divergences, diagnostics = self._enough(posteriors, index, plan)
        if draws is None or diagnostics is None:
            return index
        shape = (len(index), draws.shape[-1])
        least = diagnostics.least.reshape(shape).min(axis=1)
        rhat = np.nan_to_num(diagnostics.rhat.reshape(shape), nan=np.inf).max(axis=1)
        failed = Gate.of_target(plan.chains, self.plan.target).failed(rhat, least, divergences)
        passed = ~np.any(list(failed.values()), axis=0)
        ready = np.ones(len(index), dtype=np.bool_) if last else passed
        self.sampled.record(index[ready], draws[ready], _of(diagnostics, shape, ready), path)
        self.sampled.divergences[index[ready]] = divergences[ready]
        for i in np.flatnonzero(ready & ~passed):
            self.sampled.concerns[index[i]] |= {code for code, of_each in failed.items() if of_each[i]}
            self.sampled.kept[int(index[i])] = draws[i]
        return index[~ready]

    def _enough(
        self, posteriors: Posteriors, index: Index, plan: Plan
    ) -> tuple[Array | None, NDArray[np.int64], Diagnostics | None]:
        """Draws of all quantities ``(R, C, D, q)`` until few have too few, divergences, diagnostics ``(R q,)``."""
        draws, divergences, diagnostics = None, np.zeros(len(index), dtype=np.int64), None
        for _ in range(ROUNDS):
            try:
                theta, more, steps = posteriors.draw(index, plan, self._next_seed())
            except RuntimeError:
                return None, divergences, None
            self.sampled.steps += steps * len(index)
            divergences = divergences + more
            with np.errstate(all="ignore"):
                new = self.quantities(theta)
            draws = new if draws is None else np.concatenate([draws, new], axis=2)
            diagnostics = diagnose(np.moveaxis(draws, 3, 1).reshape(-1, *draws.shape[1:3]), plan.cores)
            # More draws go to all data sets of the batch at once; the few that are still short are sampled again by
            # themselves.
            least, count = diagnostics.least.reshape(len(index), -1).min(axis=1), draws.shape[2]
            if np.mean(least < plan.target) <= MANY:
                break
            wanted = plan.enough(float(np.quantile(least, MANY)) / (count * plan.chains))
            plan = replace(plan, draws=min(count, max(MULTIPLE, wanted - count)))
        return draws, divergences, diagnostics

    def _next_seed(self) -> int:
        self.calls += 1
        return int(np.random.SeedSequence([self.seed, 0x9057, self.calls]).generate_state(1)[0])


def _of(diagnostics: Diagnostics, shape: tuple[int, int], chosen: Any) -> Diagnostics:
    return Diagnostics(**{name: values.reshape(shape)[chosen] for name, values in vars(diagnostics).items()})
