"""Which crew does the work: a Dask cluster where a scheduler is named, else processes of this machine."""

from contextlib import AbstractContextManager

from ...errors import UsageError
from .crew import Crew


def hire(workers: int, scheduler: str | None, patience: float) -> AbstractContextManager[Crew]:
    """Workers, to be used in a ``with`` statement that sends them home; a cluster's are waited for with patience.

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
    from .local import local

    return local(workers)
