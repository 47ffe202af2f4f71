"""The command that runs a study again from nothing, with the same rows."""

import shlex
from collections.abc import Iterator, Sequence

from ..keep.outcome import FinishedStudy
from ..plan.cells import settings

BEGINNING = ("mle-vs-bayes", "study", "run")
ELSEWHERE = ("--out", "--workers", "--scheduler", "--patience")
"""Options of place and speed, which no row depends on."""
EXTENT = ("--replicates", "--target-mcse", "--seed")
"""Options that a later run of the same study may have changed, or that may be left out: they are said as they hold."""


def command(outcome: FinishedStudy) -> str:
    """The command as it was first typed, less what says where; with the extent and seed that the rows have now.

    A study begun from Python is named as a file of the catalogue is.
    """
    design = outcome.design
    typed = shlex.split(design.command)
    words = list(_kept(typed)) if tuple(typed[:3]) == BEGINNING else [*BEGINNING, design.study]
    if _extended(outcome, typed):
        words += ["--replicates", str(design.replicates)]
    if design.target_mcse != outcome.source.study.target_mcse:
        words += [f"--target-mcse={name}={error:g}" for name, error in design.target_mcse.items()]
    return shlex.join([*words, "--seed", str(design.seed)])


def _kept(typed: Sequence[str]) -> Iterator[str]:
    """The words without those options, each of which has a value: ``--out DIR`` or ``--out=DIR``."""
    words = iter(typed)
    for word in words:
        if word in (*ELSEWHERE, *EXTENT):
            next(words, None)
        elif word.partition("=")[0] not in (*ELSEWHERE, *EXTENT):
            yield word


def _extended(outcome: FinishedStudy, typed: Sequence[str]) -> bool:
    """Whether cells have other numbers of replicates than the study itself says; a quick run's follow from the time."""
    design, study = outcome.design, outcome.source.study
    if design.quick:
        return any(word.partition("=")[0] == "--replicates" for word in typed)
    planned = [design.replicates_of(cell) for cell in design.cells]
    return planned != [setting.scenario.replicates or study.replicates for setting in settings(study)]
