"""What the options of several commands have in common, and what a shell completes them to."""

import shlex
import sys
from collections.abc import Callable, Iterable
from typing import Any

import typer

Several = list[str] | None
"""An option that may be repeated."""

Complete = Callable[[str], list[str]]
"""From what is typed so far to the words that begin so; the shell itself completes files where there is none."""


def valued(metavar: str, words: str, complete: Complete | None = None) -> Any:
    """An option that takes a value."""
    return typer.Option(metavar=metavar, help=words, autocompletion=complete)


def argument(metavar: str, words: str, complete: Complete | None = None) -> Any:
    """A word that stands by itself."""
    return typer.Argument(metavar=metavar, help=words, autocompletion=complete)


def model_names(incomplete: str) -> list[str]:
    """Names of the catalogue."""
    from ..models import MODELS

    return _beginning(incomplete, MODELS)


def data_sources(incomplete: str) -> list[str]:
    """``example:NAME`` once that is begun; before, files are likelier."""
    if not incomplete or not ("example:".startswith(incomplete) or incomplete.startswith("example:")):
        return []
    from ..data.reading.examples import names

    return _beginning(incomplete, (f"example:{name}" for name in names()))


def interval_kinds(incomplete: str) -> list[str]:
    """Kinds of intervals, and all of them."""
    from ..intervals import KINDS

    return _beginning(incomplete, (*KINDS, "all"))


def estimator_names(incomplete: str) -> list[str]:
    """What ``--estimator`` takes."""
    from ..estimators import CHOICES

    return _beginning(incomplete, CHOICES)


def _beginning(incomplete: str, words: Iterable[str]) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]


def typed() -> str:
    """The command as it was typed."""
    return shlex.join(["mle-vs-bayes", *sys.argv[1:]])


FORMULA = '"y ~ x1 + C(x2)" for the location; repeat for others: "sigma ~ x1".'
LINK = "Of the location: identity, log, logit, probit, cloglog, loglog, inverse or sqrt.  [default: the family's]"
FIX = 'Hold a parameter or coefficient: nu=5, "beta[x]=0".'
ORDER = 'Classes of an ordered outcome, the lowest first: "Low,Medium,High".'
