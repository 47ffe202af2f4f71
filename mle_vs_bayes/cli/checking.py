"""The steps of `check`: read the arguments, run with progress, write the JUnit file, show."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..machine_code import shorten_messages
from ..report.text import terminal
from . import startup
from .options import assignments, grammar
from .progress import Steps

if TYPE_CHECKING:
    from ..checks.finding import Report


def check(asked: Mapping[str, Any]) -> int:
    """`check` as it was typed, ``asked`` holding every argument by its name; 1 where a check has failed."""
    junit: Path | None = asked["junit"]
    if junit is not None:
        from ..checks.junit import check_writable

        check_writable(junit)
    report = run(asked)
    if junit is not None:
        from ..checks.junit import write

        write(report, junit)
    show(report, as_json=asked["json"])
    return 1 if report.failed else 0


def run(asked: Mapping[str, Any]) -> "Report":
    """All checks, the one under way and its time shown on standard error."""
    columns = assignments(asked["column"], "--column")
    priors = assignments(asked["prior"], "--prior")
    with Steps("importing PyMC and statsmodels") as steps:
        from ..checks.run import check as of

        if startup.alone:
            shorten_messages()
        return of(
            asked["model"],
            asked["data"],
            columns=columns,
            **grammar(asked),
            priors=priors,
            quick=asked["quick"],
            baseline=asked["baseline"],
            seed=asked["seed"],
            progress=steps,
        )


def show(report: "Report", *, as_json: bool) -> None:
    """Print the JSON document, or the table."""
    if as_json:
        sys.stdout.write(json.dumps(report.document(), indent=2, allow_nan=False) + "\n")
        return
    console = terminal()
    if console.is_terminal:
        from ..report import checks

        console.print(checks.screen(report.document()))
    else:
        sys.stdout.write(str(report))
