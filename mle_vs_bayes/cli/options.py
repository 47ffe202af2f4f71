"""What the options of several commands have in common."""

import shlex
import sys
from typing import Any

import typer

Several = list[str] | None
"""An option that may be repeated."""


def valued(metavar: str, words: str) -> Any:
    """An option that takes a value."""
    return typer.Option(metavar=metavar, help=words)


def typed() -> str:
    """The command as it was typed."""
    return shlex.join(["mle-vs-bayes", *sys.argv[1:]])
