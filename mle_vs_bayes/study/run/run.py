"""Run a study: plan it or find its plan, do what is not done, and leave its results."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from ...errors import UsageError
from ..judge import pairs, stopping, verdict
from ..judge.performance_table import measured
from ..keep import lock, plan_file
from ..keep.outcome import FinishedStudy
from ..keep.store import Entry, Store
from ..plan import plan, study_plan, timing
from ..plan.study_plan import PlannedCell, StudyPlan
from ..plan.work import WorkUnit
from ..vocabulary.source import Source
from . import unit
from .crew import PATIENCE, Crew, LostUnit
from .local import Alone, local
from .watch import Progress, Watch


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """What is asked of a run; None leaves it to the study, or to the design of a study that has begun."""

    replicates: int | None = None
    target_mcse: Mapping[str, float] | None = None
    quick: bool = False
    seed: int | None = None
    workers: int = 2
    scheduler: str | None = None
    patience: float = PATIENCE
    command: str = ""


def run(source: Source, folder: Path, request: RunRequest, watch: Watch | None = None) -> FinishedStudy:
    """Run a study in a folder, or go on with it: what is finished there is kept.

    Raises
    ------
    UsageError
        The study cannot be done; the folder holds another study, another version of it, or is in use.
    OutputError
        The folder cannot be written or the disk is full; what is finished stays.
    KeyboardInterrupt
        The run was interrupted; what is finished stays.
    """
    watch = watch or Watch()
    if request.replicates is not None and request.replicates < 1:
        raise UsageError(f"the number of replicates is {request.replicates}; it must be above 0.")
    if not (folder / plan_file.NAME).exists():
        plan_file.check_free(folder)
    with lock.held(folder):
        return _locked(source, folder, request, watch)


def resume(folder: Path, request: RunRequest, watch: Watch | None = None) -> FinishedStudy:
    """Go on with the study in a folder, from its own copy of the study file where the file is gone.

    Raises
    ------
    UsageError, OutputError, KeyboardInterrupt
        See `run`.
    """
    return run(plan_file.source_of(folder), folder, request, watch)


def _locked(source: Source, folder: Path, request: RunRequest, watch: Watch) -> FinishedStudy:
    store = Store(folder)
    begun = (folder / plan_file.NAME).exists()
    design = _continued(source, folder, request) if begun else _new(source, request, watch)
    source = replace(source, quick=design.quick)
    if damaged := store.repair():
        watch.damaged(damaged)
    alone = False
    if not begun and design.looks > 1:
        watch.step("timing a few replicates, to see how many there is time for")
        design, alone = timing.afforded(design, source, _by(Alone()), request.workers)
    with nullcontext(Alone()) if alone and not request.scheduler else _crew(request, watch) as crew:
        if not begun and not design.quick:
            watch.step("timing a few replicates")
            design = timing.timed(design, source, _by(crew))
        plan_file.save(design, source, folder)
        entries = store.finished()
        done = sum(entry.replicates for entry in entries.values())
        watch.planned(design, done, _workers(request, alone))
        work = _Work(source, design, store, crew, watch, entries)
        work.finish()
    return FinishedStudy(folder, source, design, work.entries)


def _new(source: Source, request: RunRequest, watch: Watch) -> StudyPlan:
    watch.step("planning: cells, priors and a pilot of each")
    source = replace(source, quick=request.quick)
    targets = request.target_mcse or source.study.target_mcse
    replicates = request.replicates or (max(stopping.BUDGET, source.study.replicates) if request.target_mcse else None)
    stopping.check(targets or {}, source.study)
    pairs.check(source.study.predictions, source.study)
    asked = {"replicates": replicates, "target_mcse": targets}
    return plan.design(source, seed=request.seed or 0, request=asked, command=request.command, step=watch.step)


def _continued(source: Source, folder: Path, request: RunRequest) -> StudyPlan:
    """The design in the folder, with more replicates where they are asked for.

    Raises
    ------
    UsageError
        Another study, study file, seed or versions.
    """
    design = plan_file.load(folder)
    if design.study != source.name:
        raise UsageError(f'"{folder}" holds the study {design.study}, not {source.name}; choose another --out.')
    plan_file.check_source(folder, source)
    study_plan.check_versions(design, folder)
    if request.seed is not None and request.seed != design.seed:
        raise UsageError(f'the rows in "{folder}" have seed {design.seed}; leave out --seed, or choose another --out.')
    if request.quick and not design.quick:
        raise UsageError(f'"{folder}" holds the full study; leave out --quick, or choose another --out.')
    if request.target_mcse:
        stopping.check(request.target_mcse, source.study)
        design = replace(design, target_mcse=dict(request.target_mcse))
    budget = stopping.BUDGET if request.target_mcse and request.replicates is None else request.replicates
    return design.topped_up(budget)


def hire(workers: int, scheduler: str | None, patience: float) -> AbstractContextManager[Crew]:
    """A Dask cluster where a scheduler is named, else processes of this machine.

    To be used in a ``with`` statement that sends the workers home; a cluster's are waited for with patience.

    Raises
    ------
    UsageError
        Fewer than one worker, Dask is not installed, or no scheduler answers.
    """
    if scheduler is not None:
        from .cluster import cluster

        return cluster(scheduler, patience)
    if workers < 1:
        raise UsageError(f"the number of workers is {workers}; it must be at least 1.")
    return local(workers)


def _crew(request: RunRequest, watch: Watch) -> AbstractContextManager[Crew]:
    if request.scheduler:
        watch.step(f"connecting to {request.scheduler}")
    return hire(request.workers, request.scheduler, request.patience)


def _workers(request: RunRequest, alone: bool) -> str:
    """Who does the work, in words."""
    if request.scheduler:
        return f"cluster {request.scheduler}"
    return "1 process (this one)" if alone else f"{request.workers} process{'es' * (request.workers != 1)}"


def _by(crew: Crew) -> timing.Run:
    def run(job: WorkUnit) -> None:
        for _ in crew.work([job]):  # a unit that is lost here will be met again, and be rows with the reason
            pass

    return run


class _Work:
    """The units of one run: which are left, which crew does them, and what is reported meanwhile."""

    def __init__(
        self, source: Source, design: StudyPlan, store: Store, crew: Crew, watch: Watch, entries: Mapping[str, Entry]
    ) -> None:
        self.source, self.design, self.store, self.crew, self.watch = source, design, store, crew, watch
        self.entries = dict(entries)
        self.total = design.total
        self.began = time.monotonic()
        self.fresh = 0

    def finish(self) -> None:
        """Everything that is not done, or what is needed of it."""
        if self.design.looks > 1:
            self._look()
        elif not self.design.target_mcse:
            self.do(self.design.jobs(self.source))
        else:
            self._reach_targets()

    def _look(self) -> None:
        """Batch by batch until every verdict of the quick run is settled."""
        study = self.source.study
        for batch in range(self.design.batches):
            self.do(self.design.jobs(self.source, range(batch, batch + 1)))
            units = {job.name for job in self.design.jobs(self.source, range(batch + 1))}
            table = measured(self.store, study, units)
            if verdict.settled(verdict.lines(study.predictions, table, study.axes, self.design.looks)):
                return

    def _reach_targets(self) -> None:
        """Batch by batch, in the cells whose errors are not small enough yet."""
        open_cells = list(self.design.cells)
        for batch in range(self.design.batches):
            self.do(self.design.job(self.source, cell, batch) for cell in open_cells)
            open_cells = [cell for cell in open_cells if not self._enough(cell, batch)]
            if not open_cells:
                break

    def do(self, jobs: Iterable[WorkUnit]) -> None:
        """Units, without those that are there."""
        self._tell()
        for finished in self.crew.work(job for job in jobs if job.name not in self.entries):
            if finished is not None:
                job, result = finished
                if isinstance(result, LostUnit):
                    result = unit.lost(job, result.reason)
                self.entries[job.name] = self.store.commit(job, result)
                self.fresh += job.count
            self._tell()

    def _enough(self, planned: PlannedCell, batch: int) -> bool:
        """Whether a cell has reached its targets with its batches up to this one, whatever more an earlier run left."""
        units = {self.design.job(self.source, planned, earlier).name for earlier in range(batch + 1)}
        errors = stopping.reached(self.store, self.source.study, units, self.design.target_mcse)
        left = self.design.batches_of(planned) - (batch + 1)
        if not stopping.enough(errors, self.design.target_mcse) and left:
            return False
        replicates = (batch + 1) * self.design.batch_of(planned)
        self.total -= left * self.design.batch_of(planned)
        self.watch.targets(planned.cell.key, errors, replicates)
        return True

    def _tell(self) -> None:
        entries = self.entries.values()
        problems: Counter[str] = Counter()
        for entry in entries:
            problems.update(entry.problems)
        done, fits, failed = (sum(getattr(e, name) for e in entries) for name in ("replicates", "fits", "failed"))
        seconds = time.monotonic() - self.began
        self.watch.progress(Progress(done, self.total, fits, failed, self.fresh, seconds, problems))
