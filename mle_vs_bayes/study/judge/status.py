"""How far a study is, read from its folder; nothing of the study is run."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..keep import lock, plan_file
from ..keep.store import Store
from ..plan.study_plan import StudyPlan


@dataclass(frozen=True)
class CellStatus:
    """Replicates of one cell that are done, of how many; its fits and those that failed."""

    key: str
    done: int
    total: int
    fits: int
    failed: int


@dataclass(frozen=True)
class Status:
    """A study's design, its cells, what is damaged, and which process is running it."""

    design: StudyPlan
    cells: tuple[CellStatus, ...]
    damaged: Mapping[str, str]
    problems: Mapping[str, int]
    process: str | None

    @property
    def done(self) -> int:
        """Replicates that are done."""
        return sum(cell.done for cell in self.cells)


def status(folder: Path) -> Status:
    """The status of the study in a folder; every file is compared with its checksum.

    Raises
    ------
    UsageError
        There is no study.
    """
    design, store = plan_file.load(folder), Store(folder)
    damaged = store.damaged()
    entries = {unit: entry for unit, entry in store.finished().items() if unit not in damaged}
    problems: Counter[str] = Counter()
    for entry in entries.values():
        problems.update(entry.problems)
    cells = []
    for planned in design.cells:
        finished = [entry for unit, entry in entries.items() if unit.rpartition("-b")[0] == planned.cell.slug]
        done, fits, failed = (sum(getattr(e, name) for e in finished) for name in ("replicates", "fits", "failed"))
        cells.append(
            CellStatus(planned.cell.key, done, design.batches_of(planned) * design.batch_of(planned), fits, failed)
        )
    return Status(design, tuple(cells), damaged, problems, lock.holder(folder))
