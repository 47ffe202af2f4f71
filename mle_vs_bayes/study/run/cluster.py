"""The workers of a Dask cluster that is already there; Dask itself gives a dead worker's units to others."""

import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ...errors import MleVsBayesError, UsageError
from ..plan.study_plan import versions
from . import unit
from .crew import Finished, Lost
from .local import HEARTBEAT
from .unit import Job, Result

KEPT = "what is finished is kept, and `mle-vs-bayes study resume DIR --scheduler URL` goes on with it."
PATIENCE = 20
"""Seconds in which the scheduler and its first worker must answer, and in which a lost last worker is waited for."""
GATHER = 5
"""Seconds in which a finished unit's result must arrive."""
_one_at_a_time = threading.Lock()


def alone(job: Job) -> Result:
    """`unit.run`, one at a time in a worker with several threads: PyTensor and PyMC are not safe with more."""
    with _one_at_a_time:
        return unit.run(job)


@dataclass(frozen=True)
class Killed(Lost):
    """A unit that Dask gave up: it, or another that waited on the same workers, made them die."""


class ClusterCrew:
    """The workers behind one ``distributed.Client``.

    Dask blames a worker's death on every unit that was given to it. Those it gives up are suspects, and run again one
    at a time when all others are done, so that the blame falls on the right one.
    """

    def __init__(self, client: Any) -> None:
        self.client = client
        self.seen = time.monotonic()
        """When there was a worker last."""

    def work(self, jobs: Iterable[Job]) -> Iterator[Finished | None]:
        """See `engine.Crew.work`."""
        from distributed import wait

        waiting, suspects = iter(jobs), deque[Job]()
        under_way: dict[Any, Job] = {}
        one_by_one = False
        while True:
            room = 2 * max(1, self._threads()) - len(under_way)
            given = list(islice(waiting, max(0, room)))
            if not given and not under_way and suspects:
                one_by_one, given = True, [suspects.popleft()]
            under_way |= {self.client.submit(alone, job, pure=False): job for job in given}
            if not under_way:
                return
            try:
                done = wait(list(under_way), timeout=HEARTBEAT, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                yield None
                continue
            for future in done:
                outcome = _outcome(future)
                if outcome is None:
                    yield None
                elif isinstance(outcome, Killed) and not one_by_one:
                    suspects.append(under_way.pop(future))
                else:
                    yield under_way.pop(future), outcome

    def _threads(self) -> int:
        """Threads of all workers.

        Raises
        ------
        UsageError
            The scheduler is gone, or has had no worker for `PATIENCE` seconds.
        """
        try:
            found = sum(self.client.nthreads().values())
        except (OSError, RuntimeError, TimeoutError) as error:
            raise UsageError(f"the Dask scheduler has gone ({error or type(error).__name__}); {KEPT}") from error
        now = time.monotonic()
        self.seen = now if found else self.seen
        if now - self.seen > PATIENCE:
            raise UsageError(f"the Dask cluster has had no worker for {PATIENCE:g} seconds; start some; {KEPT}")
        return found


def _outcome(future: Any) -> Result | Lost | None:
    """What came of a unit; None where its result went down with its worker, and Dask is making it again."""
    from distributed import KilledWorker

    try:
        result: Result = future.result(timeout=GATHER)
    except TimeoutError:
        return None
    except MleVsBayesError:
        raise
    except KilledWorker as error:
        return Killed(f"{error.allowed_failures + 1} Dask workers died while they had it")
    except Exception as error:  # noqa: BLE001 — a unit that cannot be done is rows with the reason
        return Lost(f"{type(error).__name__}: {error}")
    return result


@contextmanager
def cluster(address: str) -> Iterator[ClusterCrew]:
    """A connection to a scheduler, closed at the end; the cluster stays.

    Raises
    ------
    UsageError
        Dask is not installed, no scheduler or worker answers, or the workers have other versions.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError("--scheduler needs Dask; install it with `pip install 'mle-vs-bayes[cluster]'`.") from error
    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(f"no Dask scheduler answers at {address}; start one, or correct the address.") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            raise UsageError(f"the Dask scheduler at {address} has no workers; start some.") from error
        _check_versions(client)
        yield ClusterCrew(client)


def _check_versions(client: Any) -> None:
    here = versions()
    try:
        there = client.run(versions)
    except ImportError as error:
        raise UsageError(f"the Dask workers lack a package ({error}); install mle-vs-bayes there, too.") from error
    for worker, found in there.items():
        changed = [f"{name} {found.get(name)}" for name in here if found.get(name) != here[name]]
        if changed:
            raise UsageError(f"the Dask worker {worker} has other versions ({', '.join(changed)}); make them equal.")
