"""The command line: arguments → named steps → exit code; no mathematics and no formatting here.

Exit codes: 0 fine; 1 when all estimators failed, or with ``--strict`` something is of concern; 2 wrong usage or
unusable data; 130 interrupted. Only typer and rich are imported before a command runs.
"""

import sys

import typer

from ..errors import MleVsBayesError
from .app import app
from .study_app import study

__all__ = ["app", "main", "study"]


def main() -> None:
    """Run the command; every foreseen error is one sentence on standard error and exit code 2."""
    if not sys.warnoptions:
        import warnings

        warnings.simplefilter("ignore")  # third parties' warnings are for developers; ours are concerns
    try:
        code = app(prog_name="mle-vs-bayes", standalone_mode=False)  # a typer.Exit's number; 130 after Ctrl-C
    except MleVsBayesError as error:
        code = _told(str(error))
    except typer.TyperException as error:
        code = _told(_usage(error))
    except KeyboardInterrupt:
        code = 130
    if code == 130:
        _told("interrupted; nothing was written.")
    sys.exit(code)


def _told(sentence: str) -> int:
    print(sentence if "\n" in sentence else f"mle-vs-bayes: {sentence}", file=sys.stderr)
    return 2


def _usage(error: typer.TyperException) -> str:
    """Typer's complaint and a way out, unless it has one: the nearest name, or all of the help."""
    message = error.format_message()
    command = getattr(getattr(error, "ctx", None), "command_path", "mle-vs-bayes")
    if "\n" in message or message.endswith("?"):
        return message
    return f"{message[:1].lower()}{message[1:].rstrip('.')}; see `{command} --help`."
