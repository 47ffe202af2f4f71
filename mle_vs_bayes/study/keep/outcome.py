"""A study that has run, as whoever judges or shows it needs it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..plan.study_plan import StudyPlan
from ..vocabulary.source import Source
from .store import Entry


@dataclass(frozen=True)
class FinishedStudy:
    """A study that has run: its folder, plan and what its fits came to."""

    folder: Path
    source: Source
    design: StudyPlan
    entries: Mapping[str, Entry]

    @property
    def replicates(self) -> int:
        """Replicates in all finished units."""
        return sum(entry.replicates for entry in self.entries.values())

    @property
    def most_replicates(self) -> int:
        """Replicates of the cell that has most."""
        of_cells: Counter[str] = Counter()
        for name, entry in self.entries.items():
            of_cells[name.rpartition("-b")[0]] += entry.replicates
        return max(of_cells.values(), default=0)

    @property
    def fits(self) -> int:
        """Fits in all finished units."""
        return sum(entry.fits for entry in self.entries.values())

    @property
    def failed(self) -> int:
        """Fits that failed."""
        return sum(entry.failed for entry in self.entries.values())

    @property
    def without(self) -> int:
        """Fits that have not failed and have no estimate: what has no maximum, or does not apply."""
        return sum(entry.without for entry in self.entries.values())
