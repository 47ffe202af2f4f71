"""The progress of a study on standard error: a bar on a terminal, elsewhere a plain line now and then."""

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING

from ..report.text import terminal
from ..study.run.watch import Watch
from ..words import counted
from . import progress as steps
from .progress import Steps

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from ..study.plan.study_plan import StudyPlan
    from ..study.run.watch import Progress

MOST_SIZES = 12
"""Named one by one in the plan."""


class Screen(Watch):
    """What a study tells, shown; to be used in a ``with`` statement. ``clock`` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.console, self.clock = terminal(errors=True), clock
        self.bar: Bar | None = None
        self.steps: Steps | None = None
        self.said, self.done = clock(), 0
        self._shown = ExitStack()

    def __enter__(self) -> "Screen":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clear()

    def step(self, words: str) -> None:
        """A step of some seconds begins."""
        if self.steps is None:
            self._clear()
            self.steps = self._shown.enter_context(Steps(words, self.console))
        else:
            self.steps(words)

    def planned(self, design: "StudyPlan", done: int, workers: str) -> None:
        """The plan, before anything of it runs."""
        self._clear()
        for line in plan(design, done, workers):
            self._say(line)
        self.said, self.done = self.clock(), done

    def damaged(self, units: Mapping[str, str]) -> None:
        """Files that were damaged, by name."""
        self._clear()
        for unit, why in units.items():
            self._say(f"{unit} was damaged ({why}); it is set aside as .corrupt and made again")

    def progress(self, progress: "Progress") -> None:
        """Done, total, failed, rate and time left."""
        if self.console.is_terminal:
            self._draw(progress)
            return
        over = progress.fresh > 0 and progress.done == progress.total
        if progress.done != self.done and (over or self.clock() - self.said >= steps.SECONDS):
            self.said, self.done = self.clock(), progress.done
            self._say(words(progress))

    def targets(self, cell: str, errors: Mapping[str, float], replicates: int) -> None:
        """What Monte-Carlo error a cell has reached."""
        shown = ", ".join(f"{name} {error:.3g}" for name, error in errors.items())
        self._say(f"{cell}: {replicates:,} replicates, largest Monte-Carlo standard error of {shown}")

    def _draw(self, progress: "Progress") -> None:
        if self.bar is None:
            from rich.progress import BarColumn, TextColumn
            from rich.progress import Progress as Bar

            bar = Bar(BarColumn(bar_width=30), TextColumn("{task.fields[words]}"), console=self.console)
            bar.add_task("", words="")
            self.bar = self._shown.enter_context(bar)
        self.bar.update(self.bar.task_ids[0], completed=progress.done, total=progress.total, words=words(progress))

    def _clear(self) -> None:
        self._shown.close()
        self.bar = self.steps = None

    def _say(self, line: str) -> None:
        (self.bar.console if self.bar else self.console).print(line, soft_wrap=True)
        sys.stderr.flush()


def plan(design: "StudyPlan", done: int, workers: str) -> list[str]:
    """What will be done, in lines."""
    units = design.units
    models = dict.fromkeys(cell.model for cell in design.cells)
    sizes = sorted({cell.n for cell in design.cells})
    scenarios = dict.fromkeys(cell.scenario for cell in design.cells)
    most = " at most" if design.target_mcse or design.looks > 1 else ""
    extent = f"{counted(len(design.cells), 'cell')} · {counted(design.total, 'replicate')}{most}"
    lines = [
        f"{design.study} · {extent} · seed {design.seed}",
        f"models {', '.join(models)} · n {_sizes(sizes)} · scenarios {', '.join(scenarios)}",
        f"{counted(units, 'unit')} of {_batches(design)}{' each' * (units > 1)} on {workers}",
    ]
    if design.looks == 1 and design.replicates % design.batch:
        lines.append(f"{design.replicates} replicates are rounded up to {design.batches} batches of {design.batch}")
    if design.target_mcse:
        targets = ", ".join(f"{name} {target:g}" for name, target in design.target_mcse.items())
        lines.append(f"each cell stops when its Monte-Carlo standard errors are below: {targets}")
    if design.looks > 1:
        lines.append(f"looks at its verdict up to {design.looks} times, and stops when that is settled")
    if design.seconds_per_unit is not None and workers.split()[0].isdecimal():
        seconds = design.seconds_per_unit * (units - done / design.batch) / int(workers.split()[0])
        lines.append(f"about {duration(seconds)}{most}, from a pilot of each model and scenario")
    if done:
        lines.append(f"{done:,} replicates are done already")
    return lines


def _batches(design: "StudyPlan") -> str:
    sizes = sorted({design.batch_of(cell) for cell in design.cells})
    return f"{sizes[0]:,} to {sizes[-1]:,} replicates" if len(sizes) > 1 else counted(sizes[0], "replicate")


def _sizes(sizes: list[int]) -> str:
    if len(sizes) <= MOST_SIZES:
        return ", ".join(map(str, sizes))
    return f"{sizes[0]} to {sizes[-1]} ({len(sizes)} sizes)"


def words(progress: "Progress") -> str:
    """``1,200 of 6,400 replicates · 3 of 3,600 fits failed · 85 per second · 1 min left``."""
    left = "" if progress.left is None else f" · {duration(progress.left)} left"
    return (
        f"{progress.done:,} of {progress.total:,} replicates · {progress.failed:,} of {progress.fits:,} fits failed "
        f"· {progress.rate:.3g} per second{left}"
    )


def duration(seconds: float) -> str:
    """``40 s``, ``12 min`` or ``3.5 h``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
