"""Crews of this machine: the process itself, or worker processes; one that dies loses only the unit that killed it."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from ...errors import MleVsBayesError
from ..plan.work import FinishedUnit, WorkUnit
from . import unit
from .crew import HEARTBEAT, TRIES, Finished, LostUnit


class Alone:
    """A crew of this process, one unit after another: a quick run ends before workers would have started."""

    def work(self, jobs: Iterable[WorkUnit]) -> Iterator[Finished | None]:
        """See `crew.Crew.work`."""
        for job in jobs:
            try:
                yield job, unit.run(job)
            except MleVsBayesError:
                raise
            except Exception as error:  # noqa: BLE001 — a unit that cannot be done is rows with the reason
                yield job, LostUnit(f"{type(error).__name__}: {error}")


class LocalCrew:
    """A pool of processes that is made again when one of them dies.

    Which unit killed it the pool does not say: all that were under way are suspects and run again one at a time, so
    that the blame falls on the right one, and the others are not charged with it.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.pool = _pool(workers)
        self.under_way: dict[Future[FinishedUnit], WorkUnit] = {}
        self.suspects: deque[WorkUnit] = deque()
        self.deaths: dict[str, int] = {}

    def work(self, jobs: Iterable[WorkUnit]) -> Iterator[Finished | None]:
        """See `crew.Crew.work`."""
        waiting = iter(jobs)
        while True:
            self._submit(waiting)
            if not self.under_way:
                return
            done, _ = wait(self.under_way, timeout=HEARTBEAT, return_when=FIRST_COMPLETED)
            if not done:
                yield None
            broken = []
            for future in done:
                job = self.under_way.pop(future)
                try:
                    yield job, future.result()
                except BrokenProcessPool:
                    broken.append(job)
                except MleVsBayesError:
                    raise
                except Exception as error:  # noqa: BLE001 — a unit that cannot be done is rows with the reason
                    yield job, LostUnit(f"{type(error).__name__}: {error}")
            if broken:
                yield from self._after_death(broken)

    def _submit(self, waiting: Iterator[WorkUnit]) -> None:
        """One suspect alone, or else two units per worker: one at work and one ready."""
        while True:
            if self.suspects:
                job = None if self.under_way else self.suspects.popleft()
            else:
                job = next(waiting, None) if len(self.under_way) < 2 * self.workers else None
            if job is None:
                return
            try:
                with _deaf():
                    self.under_way[self.pool.submit(unit.run, job)] = job
            except BrokenProcessPool:  # noticed while idle
                self.suspects.appendleft(job)
                self._renew()
            if self.suspects or job.name in self.deaths:
                return

    def _after_death(self, broken: list[WorkUnit]) -> Iterator[Finished]:
        """A unit that was alone is guilty; several are suspects."""
        broken += self.under_way.values()
        self.under_way.clear()
        self._renew()
        for job in broken:
            alone = len(broken) == 1
            self.deaths[job.name] = self.deaths.get(job.name, 0) + alone
            if self.deaths[job.name] >= TRIES:
                yield job, LostUnit(f"its worker process died {TRIES} times")
            else:
                self.suspects.append(job)

    def _renew(self) -> None:
        self.pool.shutdown(wait=False, cancel_futures=True)
        self.pool = _pool(self.workers)

    def leave(self) -> None:
        """End the processes now, finished or not.

        They go before the pool does, whose locks one that is still starting would look for in vain, and say so.
        """
        children = list(multiprocessing.active_children())
        for process in children:
            process.kill()  # which it cannot put off: it holds nothing that is not done again
        for process in children:
            process.join()
        self.pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def local(workers: int) -> Iterator[LocalCrew]:
    """Processes of this machine for as long as the ``with`` statement lasts."""
    crew = LocalCrew(workers)
    try:
        yield crew
    finally:
        crew.leave()


def _pool(workers: int) -> ProcessPoolExecutor:
    # spawned, for PyTensor, Numba and Arrow have threads, which a fork does not survive
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_prepare)


@contextmanager
def _deaf() -> Iterator[None]:
    """No Ctrl-C for the processes that are started here, from their first instruction on: they inherit it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _prepare() -> None:
    """A worker leaves Ctrl-C to its parent, and does not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
