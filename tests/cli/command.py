"""The command in this process: imports, ten seconds of them, are paid for once."""

import io
import shlex
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import pytest

from mle_vs_bayes.cli import progress
from mle_vs_bayes.cli.process import main


@dataclass(frozen=True)
class Outcome:
    """What a person or a shell script sees of one run."""

    code: int
    out: str
    err: str


def run_command(arguments, stdin=b"", warned=("error",)):
    """``mle-vs-bayes ARGUMENTS`` through `main`, on a terminal 100 columns wide; a warning is an error.

    With ``warned`` empty, third parties' warnings are ignored, as they are where a person types the command.
    """
    out, err = io.StringIO(), io.StringIO()
    words = shlex.split(arguments) if isinstance(arguments, str) else [str(word) for word in arguments]
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["mle-vs-bayes", *words])
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        patch.setattr(sys, "warnoptions", list(warned))  # main leaves pytest's filters alone where there are any
        patch.setenv("COLUMNS", "100")
        patch.setattr(progress, "SECONDS", float("inf"))  # a loaded machine says no more than another
        patch.delenv("FORCE_COLOR", raising=False)
        with warnings.catch_warnings(), pytest.raises(SystemExit) as leaving:
            main()
    return Outcome(leaving.value.code or 0, out.getvalue(), err.getvalue())
