"""Who does the work: processes of this machine, or a Dask cluster that is already there; the units are the same."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from ..plan.work import FinishedUnit, WorkUnit

PATIENCE = 120.0
"""Seconds that a cluster may be without an answer or a worker, unless another number is asked for."""
HEARTBEAT = 0.5
"""Seconds after which the caller hears that nothing has finished."""
TRIES = 3
"""Workers that a unit may take down with it before it is given up."""


@dataclass(frozen=True)
class LostUnit:
    """A unit that no worker could finish, and why."""

    reason: str


Finished = tuple[WorkUnit, FinishedUnit | LostUnit]


class Crew(Protocol):
    """Workers that take units and give them back finished, in any order."""

    def work(self, jobs: Iterable[WorkUnit]) -> Iterator[Finished | None]:
        """Finished units as they come; None every half a second in which there was none.

        Raises
        ------
        MleVsBayesError
            What a unit raises, when the study asks for what cannot be done.
        """
