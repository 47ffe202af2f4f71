"""What a study tells whoever watches it run; the command line shows it, Python may ignore it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..plan.study_plan import StudyPlan


@dataclass(frozen=True)
class Progress:
    """How far a study is: replicates done, of how many, and its fits; ``fresh`` of them in this run's ``seconds``."""

    done: int
    total: int
    fits: int
    failed: int
    fresh: int
    seconds: float
    problems: Mapping[str, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Replicates per second in this run."""
        return self.fresh / self.seconds if self.seconds > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds left at this rate, or None before anything was finished."""
        return (self.total - self.done) / self.rate if self.rate > 0 else None


class Watch:
    """Hears of everything and does nothing; to be overridden."""

    def step(self, words: str) -> None:
        """A step of some seconds begins."""

    def planned(self, design: StudyPlan, done: int, workers: str) -> None:
        """The design, before anything of it runs, and the replicates that are there already."""

    def damaged(self, units: Mapping[str, str]) -> None:
        """Units whose files were damaged, with what is wrong; they are set aside and made again."""

    def progress(self, progress: Progress) -> None:
        """After every unit, and every half a second."""

    def targets(self, cell: str, errors: Mapping[str, float], replicates: int) -> None:
        """The largest Monte-Carlo errors of a cell that is finished, where targets were given."""
