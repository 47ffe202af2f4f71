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
from ..plan.work import FinishedUnit, WorkUnit
from . import unit
from .crew import HEARTBEAT, Finished, LostUnit

KEPT = "what is finished is kept, and `mle-vs-bayes study resume DIR --scheduler URL` goes on with it."
GATHER = 5
"""Seconds after which the result of a finished unit is asked for again, and for which a nanny's answer is awaited."""
_one_at_a_time = threading.Lock()


def alone(job: WorkUnit) -> FinishedUnit:
    """`unit.run`, one at a time in a worker with several threads: PyTensor and PyMC are not safe with more."""
    with _one_at_a_time:
        return unit.run(job)


@dataclass(frozen=True)
class Killed(LostUnit):
    """A unit that Dask gave up: it, or another that waited on the same workers, made them die."""


class ClusterCrew:
    """The workers behind one ``distributed.Client``, and how many seconds may pass in which it has none.

    Dask blames a worker's death on every unit that was given to it. Those it gives up are suspects, and run again one
    at a time when all others are done, so that the blame falls on the right one.
    """

    def __init__(self, client: Any, patience: float) -> None:
        self.client, self.patience = client, patience
        self.seen = time.monotonic()
        """When there was a worker last."""
        self.workers: set[str] = set()
        """Addresses of those that were there last."""
        self.nannies: set[str] = set()
        """Addresses of the processes that start a worker again when it dies."""

    def work(self, jobs: Iterable[WorkUnit]) -> Iterator[Finished | None]:
        """See `crew.Crew.work`."""
        from distributed import wait

        waiting, suspects = iter(jobs), deque[WorkUnit]()
        under_way: dict[Any, WorkUnit] = {}
        one_by_one = False
        while True:
            room = 2 * max(1, self.threads()) - len(under_way)
            batch = list(islice(waiting, max(0, room)))
            if not batch and not under_way and suspects:
                one_by_one, batch = True, [suspects.popleft()]
            under_way |= {self.client.submit(alone, job, pure=False): job for job in batch}
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

    def threads(self) -> int:
        """Threads of all workers; 0 while those that there were are being started again.

        Raises
        ------
        UsageError
            The scheduler is gone, or has had no worker for longer than the patience lasts.
        """
        try:
            threads = self.client.nthreads()
            if threads and set(threads) != self.workers:
                known = self.client.scheduler_info()["workers"].values()
                self.workers = set(threads)
                self.nannies |= {worker["nanny"] for worker in known if worker["nanny"]}
        except (OSError, RuntimeError, TimeoutError) as error:
            raise UsageError(f"the Dask scheduler has gone ({error or type(error).__name__}); {KEPT}") from error
        if threads or self._restarting():
            self.seen = time.monotonic()
        elif time.monotonic() - self.seen > self.patience:
            raise UsageError(f"the Dask cluster has had no worker for {self.patience:g} seconds; start some; {KEPT}")
        return sum(threads.values())

    def _restarting(self) -> bool:
        """Whether a nanny is there: it starts its dead worker again, and goes itself where it cannot."""
        return bool(self.client.sync(_answers, self.nannies, self.client.connection_args))


async def _answers(addresses: Iterable[str], options: dict[str, Any]) -> bool:
    """Whether one of the addresses takes a connection."""
    import asyncio

    from distributed.comm import connect

    async def taken(address: str) -> bool:
        try:
            comm = await connect(address, timeout=GATHER, **options)
        except (OSError, TimeoutError):
            return False
        await comm.close()
        return True

    return any(await asyncio.gather(*map(taken, addresses)))


def _outcome(future: Any) -> FinishedUnit | LostUnit | None:
    """What came of a unit; None where its result went down with its worker, and Dask is making it again."""
    from distributed import KilledWorker

    try:
        result: FinishedUnit = future.result(timeout=GATHER)
    except TimeoutError:
        return None
    except MleVsBayesError:
        raise
    except KilledWorker as error:
        return Killed(f"{error.allowed_failures + 1} Dask workers died while they had it")
    except Exception as error:  # noqa: BLE001 — a unit that cannot be done is rows with the reason
        return LostUnit(f"{type(error).__name__}: {error}")
    return result


@contextmanager
def cluster(address: str, patience: float) -> Iterator[ClusterCrew]:
    """A connection to a scheduler, closed at the end; the cluster stays.

    For ``patience`` seconds the scheduler and its first worker are waited for, and later a lost last worker.

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
        client = Client(address, timeout=patience)
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(f"no Dask scheduler answers at {address}; start one, or correct the address.") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=patience)
        except TimeoutError as error:
            raise UsageError(f"the Dask scheduler at {address} has no workers; start some.") from error
        _check_versions(client)
        yield ClusterCrew(client, patience)


def _check_versions(client: Any) -> None:
    ours = versions()
    try:
        there = client.run(versions)
    except ImportError as error:
        raise UsageError(f"the Dask workers lack a package ({error}); install mle-vs-bayes there, too.") from error
    for worker, theirs in there.items():
        changed = [f"{name} {theirs.get(name)}" for name in ours if theirs.get(name) != ours[name]]
        if changed:
            raise UsageError(f"the Dask worker {worker} has other versions ({', '.join(changed)}); make them equal.")
