"""The posteriors of a stack, batch by batch: sampled until the gate is passed, again with few others, then alone.

The gate: both effective sample sizes of every quantity reach the target, no divergence, and R-hat is one that
converged chains can show. R-hat has an error of its own: with M half-chains and N effective draws in all R̂² − 1 is
about (M/N)(F − 1) with F an F ratio on M − 1 and N − M degrees of freedom, so that 400 draws pass the usual 1.01 by
luck only. It is the larger of two, of the ranks and of the folded ranks (measured on 60,000 sets of independent draws:
629 above the limit for 600, 61 for 60, 9 for 6).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...density.stack import Stack
from ...estimators.estimate import Estimate
from ...intervals.credible import OF_DRAWS
from ...sampling.batch_posterior import Posteriors, Schedule
from ...sampling.diagnostics import Diagnostics, diagnose
from ...sampling.draws import by_label
from ...sampling.plan import Plan

Array = NDArray[np.float64]
Index = NDArray[np.intp]
FALSE_ALARM = 1e-5
"""Chance that a converged quantity fails R-hat's part of the gate."""
MANY = 0.1
"""Share of a batch: if more than this has too few draws, all get more at once."""
ROUNDS = 4
"""Times that a batch is drawn from at most."""
FEW = 8
"""Replicates that are sampled again together."""
AGAIN = (2.5, 100, 0.8), (5.0, 500, 0.9)
"""Times as many draws, tuning steps, acceptance rate: for few together, most of which lacked some draws, and alone."""


Functional = Callable[[Array, int], float]
"""Draws of all quantities ``(C, D, q)`` and the replicate's place among the data sets → a number."""


@dataclass
class Sampled:
    """Summaries of R posteriors, ``(R, q)`` each; NaN where there is none."""

    summaries: Diagnostics
    divergences: NDArray[np.int64]
    draws: NDArray[np.int64]
    path: list[str]
    status: list[str]
    reason: list[str | None]
    concerns: list[set[str]]
    ends: dict[str, tuple[Array, Array]] = field(default_factory=dict)
    """Lower and upper ends by kind of interval."""
    kept: dict[int, Array] = field(default_factory=dict)
    """Draws ``(C, D, q)`` by place in the stack."""
    functionals: dict[str, Array] = field(default_factory=dict)
    steps: int = 0
    """Gradient evaluations × replicates."""


@dataclass(frozen=True)
class WantedPosterior:
    """What is read from the draws besides their summaries: positions are places among the data sets given."""

    level: float
    kinds: tuple[str, ...] = ("eti",)
    keep: Collection[int] = ()
    functionals: Mapping[str, Functional] = field(default_factory=dict)


def allowed_rhat(chains: int, effective: float) -> float:
    """The R-hat that a converged quantity passes with probability `FALSE_ALARM`, from ``effective`` draws in all."""
    from scipy.stats import f

    halves = 2 * chains
    ratio = f.isf(FALSE_ALARM / 2, halves - 1, max(effective - halves, 1.0))
    return float(np.sqrt(1 + halves / effective * max(ratio - 1, 0.0)))


def sampled(
    stack: Stack,
    posteriors: Posteriors | None,
    positions: Index,
    plan: Plan,
    wanted: WantedPosterior,
    seed: int,
    single: Callable[[int], Estimate],
) -> Sampled:
    """Every replicate's summaries; ``single`` fits one, by its place in the stack, whose mode or sampling failed.

    Without ``posteriors`` of the parameters alone all are fitted so.
    """
    run = _Run(stack, positions, plan, wanted, seed)
    left = np.arange(stack.count) if posteriors is None else _together(run, posteriors)
    for place in left:
        run.alone(int(place), single(int(place)))
    return run.found


def _together(run: "_Run", posteriors: Posteriors) -> Index:
    """Sample in batches, then with few others, then one by one; the places of those that no batch could sample."""
    plan, found = run.plan, posteriors.whitening.found
    few, alone = (plan.schedule.longer(*more) for more in AGAIN)
    parts = _parts(np.flatnonzero(found), plan.size)
    left = _joined([run.batch(posteriors, part, plan.schedule, "joint") for part in parts])
    left = _joined([run.batch(posteriors, part, few, "few") for part in _parts(left, FEW)])
    left = _joined([run.batch(posteriors, part, alone, "alone", last=True) for part in _parts(left, 1)])
    return np.concatenate([np.flatnonzero(~found), left])


def _joined(parts: list[Index]) -> Index:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.intp)


def _parts(index: Index, size: int) -> list[Index]:
    """Consecutive pieces of at most ``size`` and of nearly one size."""
    pieces = -(-len(index) // size)
    return np.array_split(index, pieces) if pieces else []


class _Run:
    """One run over a stack: what has been found so far, and the next seed."""

    def __init__(self, stack: Stack, positions: Index, plan: Plan, wanted: WantedPosterior, seed: int) -> None:
        self.stack, self.positions, self.plan, self.wanted, self.seed = stack, positions, plan, wanted, seed
        program = stack.program
        self.quantities = program.quantities
        count, size = stack.count, len(program.quantity_labels)

        def blank() -> Array:
            return np.full((count, size), np.nan)

        self.found = Sampled(
            summaries=Diagnostics(**{each.name: blank() for each in fields(Diagnostics)}),
            divergences=np.zeros(count, dtype=np.int64),
            draws=np.zeros(count, dtype=np.int64),
            path=["single"] * count,
            status=["ok"] * count,
            reason=[None] * count,
            concerns=[set() for _ in range(count)],
            ends={kind: (blank(), blank()) for kind in wanted.kinds},
            functionals={name: np.full(count, np.nan) for name in wanted.functionals},
        )
        self.calls = 0

    def batch(self, posteriors: Posteriors, index: Index, schedule: Schedule, path: str, last: bool = False) -> Index:
        """Sample these replicates; those that pass (all, the ``last`` time) are recorded, the others returned."""
        draws, divergences, diagnostics = self._enough(posteriors, index, schedule)
        if draws is None or diagnostics is None:
            return index
        shape = (len(index), draws.shape[-1])
        least = diagnostics.least.reshape(shape).min(axis=1)
        rhat = np.nan_to_num(diagnostics.rhat.reshape(shape), nan=np.inf).max(axis=1)
        allowed = allowed_rhat(schedule.chains, self.plan.target)
        passed = (least >= self.plan.target) & (rhat <= allowed) & (divergences == 0)
        ready = np.ones(len(index), dtype=np.bool_) if last else passed
        self._record(index[ready], draws[ready], _of(diagnostics, shape, ready), path)
        self.found.divergences[index[ready]] = divergences[ready]
        for i in np.flatnonzero(ready & ~passed):
            checks = {"ess": least[i] < self.plan.target, "rhat": rhat[i] > allowed, "divergences": divergences[i] > 0}
            self.found.concerns[index[i]] |= {code for code, failed in checks.items() if failed}
            self.found.kept[int(index[i])] = draws[i]
        return index[~ready]

    def alone(self, place: int, estimate: Estimate) -> None:
        """Record a replicate that was sampled by the path of single fits, or why it could not be."""
        found, index = self.found, np.array([place])
        found.status[place], found.reason[place] = estimate.status, estimate.reason
        found.concerns[place] = {concern.code for concern in estimate.concerns}
        if estimate.tree is not None:
            labels = self.stack.program.quantity_labels
            by = by_label(estimate.tree)
            draws = np.stack([by[label] for label in labels], axis=-1)[None]
            self._record(index, draws, _of(diagnose(np.moveaxis(draws[0], 2, 0)), (1, len(labels)), [0]), "single")
            found.divergences[place] = int(estimate.tree["sample_stats"]["diverging"].sum())

    def _enough(
        self, posteriors: Posteriors, index: Index, schedule: Schedule
    ) -> tuple[Array | None, NDArray[np.int64], Diagnostics | None]:
        """Draws of all quantities ``(R, C, D, q)`` until few have too few, divergences, diagnostics ``(R q,)``."""
        draws, divergences, diagnostics = None, np.zeros(len(index), dtype=np.int64), None
        for _ in range(ROUNDS):
            try:
                theta, more, steps = posteriors.draw(index, schedule, self._next_seed())
            except RuntimeError:
                return None, divergences, None
            self.found.steps += steps * len(index)
            divergences = divergences + more
            with np.errstate(all="ignore"):
                new = self.quantities(theta)
            draws = new if draws is None else np.concatenate([draws, new], axis=2)
            diagnostics = diagnose(np.moveaxis(draws, 3, 1).reshape(-1, *draws.shape[1:3]), schedule.cores)
            short = diagnostics.least.reshape(len(index), -1).min(axis=1) < self.plan.target
            if short.mean() <= MANY or draws.shape[2] >= 8 * schedule.draws:
                break
        return draws, divergences, diagnostics

    def _next_seed(self) -> int:
        self.calls += 1
        return int(np.random.SeedSequence([self.seed, 0x9057, self.calls]).generate_state(1)[0])

    def _record(self, index: Index, draws: Array, diagnostics: Diagnostics, path: str) -> None:
        found, wanted = self.found, self.wanted
        if not index.size:
            return
        for name, values in vars(diagnostics).items():
            getattr(found.summaries, name)[index] = values
        flat = draws.reshape(len(draws), -1, draws.shape[-1])
        for kind, (lower, upper) in found.ends.items():
            lower[index], upper[index] = OF_DRAWS[kind](flat, wanted.level)
        found.draws[index] = flat.shape[1]
        for place, each in zip(index, draws, strict=True):
            found.path[place] = path
            position = int(self.positions[place])
            if position in wanted.keep:
                found.kept[int(place)] = each
            for name, of in wanted.functionals.items():
                found.functionals[name][place] = of(each, position)


def _of(diagnostics: Diagnostics, shape: tuple[int, int], chosen: Any) -> Diagnostics:
    return Diagnostics(**{name: values.reshape(shape)[chosen] for name, values in vars(diagnostics).items()})
