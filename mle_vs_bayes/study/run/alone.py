"""No workers: the process itself does the work, in which a quick run is over before others would have started."""

from collections.abc import Iterable, Iterator

from ...errors import MleVsBayesError
from ..plan.work import WorkUnit
from . import unit
from .crew import Finished, LostUnit


class Alone:
    """A crew of this process, one unit after another."""

    def work(self, jobs: Iterable[WorkUnit]) -> Iterator[Finished | None]:
        """See `crew.Crew.work`."""
        for job in jobs:
            try:
                yield job, unit.run(job)
            except MleVsBayesError:
                raise
            except Exception as error:  # noqa: BLE001 — a unit that cannot be done is rows with the reason
                yield job, LostUnit(f"{type(error).__name__}: {error}")
