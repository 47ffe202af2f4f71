"""The steps of `study run` and `study resume`, and what `study list`, `study status` and `study replicate` show."""

import shlex
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from ..errors import UsageError
from ..report.text import terminal
from .options import typed
from .study_progress import Screen

if TYPE_CHECKING:
    from ..study.keep.outcome import FinishedStudy
    from ..study.run.run import RunRequest
    from ..study.vocabulary.source import Source

EXAMPLE = "coverage=0.005"


def run(asked: Mapping[str, Any]) -> int:
    """`study run` as it was typed, ``asked`` holding every argument by its name; the exit code."""
    from ..study.run.run import RunRequest
    from ..study.run.run import run as run_study
    from ..study.vocabulary import source

    same = ("replicates", "quick", "seed", "workers", "scheduler", "patience")
    request = RunRequest(
        **{name: asked[name] for name in same}, target_mcse=targets(asked["target_mcse"]), command=typed()
    )
    study = source.find(asked["name"]) if asked["model"] is None else own_program(asked)
    suffix = "-quick" if asked["quick"] else ""
    folder = asked["out"] or Path("results") / f"{study.name}{suffix}"
    return finished(folder, request, lambda screen: run_study(study, folder, request, screen))


INSTEAD = {
    "scale": "its estimates are those of the model scale; compare one data set with `mle-vs-bayes compare … --scale`",
    "prior_power": 'strength is a scenario, such as Scenario("α = 2", priors={"p": "Beta(3, 3)"}); see map_to_mle.py',
    "prior": 'priors are a scenario\'s, such as Scenario("wrong", priors={"p": "Beta(8, 2)"}); see map_to_mle.py',
}
"""Options of `compare` that a study has no use for, and what there is in their place."""


def refuse_options_of_one_fit(asked: Mapping[str, Any]) -> None:
    """Say what to do in place of `compare`'s options, which would change what the study file says.

    Raises
    ------
    UsageError
        One of them is given.
    """
    for name, instead in INSTEAD.items():
        if asked[name]:
            raise UsageError(f"a study has no --{name.replace('_', '-')}: its file says what is run; {instead}.")


def own_program(asked: Mapping[str, Any]) -> "Source":
    """The study of `--model`.

    Raises
    ------
    UsageError
        A study is named as well, or a size is no whole number.
    """
    from ..study.vocabulary.source import of_program
    from .options import numbers, sizes

    if asked["name"] is not None:
        raise UsageError(f"there are both a study ({asked['name']}) and --model; leave out one of them.")
    counts = sizes(asked["n"]) or []
    wrong = [size for size in counts if not str(size).isdecimal()]
    if wrong:
        raise UsageError(f'--n has "{wrong[0]}", which is not a whole number; write it like 50,100,200.')
    truth = numbers(asked["truth"], "--truth")
    return of_program(asked["model"], asked["data"], truth, [int(size) for size in counts])


def resume(folder: Path, workers: int, scheduler: str | None, patience: float) -> int:
    """`study resume`; the exit code."""
    from ..study.run.run import RunRequest
    from ..study.run.run import resume as resume_study

    request = RunRequest(workers=workers, scheduler=scheduler, patience=patience, command=typed())
    return finished(folder, request, lambda screen: resume_study(folder, request, screen))


def finished(folder: Path, request: "RunRequest", work: Callable[[Screen], "FinishedStudy"]) -> int:
    """Do the work and show what came of it; Ctrl-C leaves a folder to go on with, and says how."""
    screen = Screen()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what a queue sends when time is up
    try:
        with screen:
            outcome = work(screen)
            screen.step("measuring, judging and drawing")
            from ..study.judge import results

            left = results.leave(outcome)
    except KeyboardInterrupt:
        begun = (folder / "design.json").exists()
        words = (
            f"what is finished is kept; go on with:\n{resuming(folder, request)}" if begun else "nothing was written."
        )
        print(f"mle-vs-bayes: interrupted; {words}", file=sys.stderr)
        raise SystemExit(130) from None
    show(left)
    return 1 if left.of_concern else 0


def resuming(folder: Path, request: "RunRequest") -> str:
    """The command that goes on where this one was interrupted."""
    words, usual = ["mle-vs-bayes", "study", "resume", str(folder)], type(request)()
    if request.workers != usual.workers:
        words += ["--workers", str(request.workers)]
    if request.scheduler:
        words += ["--scheduler", request.scheduler]
    if request.patience != usual.patience:
        words += ["--patience", f"{request.patience:g}"]
    return shlex.join(words)


def targets(texts: list[str] | None) -> dict[str, float] | None:
    """``["coverage=0.005"]`` → ``{"coverage": 0.005}``.

    Raises
    ------
    UsageError
        A value is no finite number above 0.
    """
    errors = {}
    for text in texts or ():
        name, _, value = text.partition("=")
        try:
            errors[name.strip()] = float(value)
        except ValueError:
            raise UsageError(f'--target-mcse is "{text}"; write it like {EXAMPLE}.') from None
        if not 0 < errors[name.strip()] < float("inf"):
            raise UsageError(f"--target-mcse {name} is {value}; it must be above 0 and finite, such as {EXAMPLE}.")
    return errors or None


def show(left: Any) -> None:
    """The verdict on each prediction, what failed, and where everything is."""
    from ..report import study_page

    console = terminal(least=120)
    outcome = left.outcome
    if left.lines:
        records = [
            {"claim": line.claim, "where": line.place, "measured": number(line.measured), "mcse": number(line.se)}
            | {"verdict": line.verdict}
            for line in left.lines
        ]
        console.print(study_page.verdicts(records))
        console.print(f"\nverdict: {left.verdict}", soft_wrap=True)
    share = f" ({100 * outcome.failed / max(1, outcome.fits):.3g} %)"
    console.print(study_page.failed(outcome.failed, outcome.fits, outcome.without, share), soft_wrap=True)
    for lost in left.lost:
        console.print(f"! {lost}", soft_wrap=True)
    names = ", ".join(path.name for path in left.files)
    console.print(f"written to {outcome.folder}: rows/, {names}", soft_wrap=True)


def number(value: float) -> float | None:
    """None in place of NaN."""
    return value if value == value else None


def listed() -> None:
    """The studies there are, with their questions."""
    from ..study.vocabulary import source

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("study", no_wrap=True)
    table.add_column("question")
    for each in source.known():
        table.add_row(each.name, each.sections.get("Question", ""))
    console = terminal(least=120)
    console.print(table)
    console.print("\nmle-vs-bayes study run NAME [--quick]; or a file of your own.")


def status(folder: Path) -> int:
    """How far a study is; exit code 1 when something is damaged."""
    from ..study.judge.status import status as read

    progress, console = read(folder), terminal(least=120)
    design = progress.design
    console.print(f"{design.study} · {progress.done:,} of {design.total:,} replicates · seed {design.seed}")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("cell", "done", "of", "fits", "failed"):
        table.add_column(heading, justify="left" if heading == "cell" else "right")
    for cell in progress.cells:
        table.add_row(cell.key, *(f"{number:,}" for number in (cell.done, cell.total, cell.fits, cell.failed)))
    console.print(table)
    for reason, times in sorted(progress.problems.items(), key=lambda item: -item[1])[:10]:
        console.print(f"failed {times:,} times: {reason}", soft_wrap=True)
    for unit, why in progress.damaged.items():
        console.print(f"damaged: {unit} ({why}); `study resume` sets it aside and makes it again", soft_wrap=True)
    if progress.process:
        console.print(f"process {progress.process} is running it")
    elif progress.done < design.total:
        console.print(f"go on with: mle-vs-bayes study resume {folder}", soft_wrap=True)
    return 1 if progress.damaged else 0


def replicate(folder: Path, key: str) -> None:
    """One replicate again, with everything that there is to see."""
    import numpy as np

    from ..study.run.single import single

    repeated, console = single(folder, key), terminal(least=120)
    console.print(f"{repeated.key} · batch {repeated.job.batch} · sampler seed {repeated.seed}")
    console.print("truth " + ", ".join(f"{name}={value:g}" for name, value in repeated.truth.items()), soft_wrap=True)
    for role, values in repeated.data.items():
        console.print(f"{role} {np.array2string(values, threshold=10**6, max_line_width=10**9)}", soft_wrap=True)
    for name, trace in repeated.traces.items():
        console.print(f"\n{name} raised:\n{trace}", soft_wrap=True)
    for heading, rows in (("rows in the store", repeated.before), ("rows now", repeated.now)):
        console.print(f"\n{heading}" + ("" if len(rows) else ": none yet"))
        for record in rows.to_dict("records"):
            shown = {k: v for k, v in record.items() if v is not None and v == v and v != ""}
            console.print("  " + ", ".join(f"{k}={v}" for k, v in shown.items()), soft_wrap=True)
