"""The command as a process of its own: `main` runs it in any process, `run` is what a terminal or a script starts.

Measured for ``compare weibull`` on 1,000 rows: taking PyMC, Numba and LLVM apart at the end took 1.2 s of 7.4 s, and
collecting garbage while they compile 0.8 s. Neither gives anything to a process that ends; type checkers (mypy) leave
the same way.
"""

import atexit
import gc
import os
import sys

import typer

from ..errors import MleVsBayesError
from . import startup
from .app import app

_NEW_OBJECTS = 2_000_000
"""Before a collection, some 400 MB of them at most: one comparison makes fewer, and most live to its end."""


def main() -> None:
    """Run the command; every foreseen error is one sentence on standard error and exit code 2."""
    if not sys.warnoptions:
        import warnings

        warnings.simplefilter("ignore")  # third parties' warnings are for developers; ours are concerns
    try:
        code = app(prog_name="mle-vs-bayes", standalone_mode=False)  # a typer.Exit's number; 130 after Ctrl-C
    except MleVsBayesError as error:
        code = _complain(str(error))
    except typer.TyperException as error:
        code = _complain(_usage(error))
    except KeyboardInterrupt:
        code = 130
    if code == 130:
        _complain("interrupted; nothing was written.")
    sys.exit(code)


def _complain(sentence: str) -> int:
    print(sentence if "\n" in sentence else f"mle-vs-bayes: {sentence}", file=sys.stderr)
    return 2


def _usage(error: typer.TyperException) -> str:
    """Typer's complaint and a way out, unless it has one: the nearest name, or all of the help."""
    message = error.format_message()
    command = getattr(getattr(error, "ctx", None), "command_path", "mle-vs-bayes")
    if "\n" in message or message.endswith("?"):
        return message
    return f"{message[:1].lower()}{message[1:].rstrip('.')}; see `{command} --help`."


def run() -> None:
    """`main`, with rare collections; then leave at once. An error that nobody foresaw ends the usual way."""
    gc.set_threshold(_NEW_OBJECTS)
    startup.alone = True
    code: int | str | None = 1
    try:
        main()
    except SystemExit as leaving:
        code = leaving.code
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        pass
    leave(code if isinstance(code, int) else int(code is not None))


def leave(code: int) -> None:
    """End the process without taking its objects apart: everything flushed, every exit handler run."""
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        code = code or 1
    os._exit(code)
