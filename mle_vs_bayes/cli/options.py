"""What the options of several commands have in common, what a shell completes them to, and what their words mean."""

import math
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from ..errors import UsageError

Several = list[str] | None
"""An option that may be repeated."""

Complete = Callable[[str], list[str]]
"""From what is typed so far to the words that begin so; the shell itself completes files where there is none."""

EXAMPLES = {
    "--column": "y=hours",
    "--prior": '"shape=Gamma(alpha=2, beta=1)"',
    "--truth": "shape=1.5",
    "--fix": "nu=5",
    "--null": "shape=1",
}
"""What an assignment looks like."""


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
NODES = "Of the quadrature over effects of groups, along each.  [default: as needed]"
ORDER = 'Classes of the outcome, the lowest (or the base) first: "Low,Medium,High".'


def assignments(texts: Sequence[str] | None, option: str) -> dict[str, str]:
    """``["y=hours", …]`` → ``{"y": "hours"}``; a name given twice is refused."""
    from ..fit.priors import split_assignment

    values: dict[str, str] = {}
    for text in texts or ():
        try:
            name, value = split_assignment(text)
        except UsageError as error:
            raise UsageError(f"{option} {str(error).rstrip('.')}; write it like {EXAMPLES[option]}.") from error
        if name in values:
            raise UsageError(f'{option} gives "{name}" twice, as {values[name]} and as {value}; keep one.')
        values[name] = value
    return values


def numbers(texts: Sequence[str] | None, option: str) -> dict[str, float]:
    """``["shape=1.5", …]`` → ``{"shape": 1.5}``."""
    said = assignments(texts, option)
    limits = option == "--null"  # infinity is the limit of some models, and the model knows of which
    return {
        name: number(value, f"{option} {name} is", EXAMPLES[option], infinite=limits) for name, value in said.items()
    }


def number(text: str, words: str, example: str, *, infinite: bool = False) -> float:
    """A finite number, or ±∞ where that may mean something; ``words`` begin the sentence that refuses others."""
    try:
        value = float(text)
    except ValueError:
        raise UsageError(f'{words} "{text}", which is not a number; write it like {example}.') from None
    if math.isnan(value) or (math.isinf(value) and not infinite):
        raise UsageError(f"{words} {value:g}, which is not a finite number; write it like {example}.")
    return value


def sizes(text: str | None) -> list[int | str] | None:
    """``"20,50,all"`` → ``["20", "50", "all"]``.

    Raises
    ------
    UsageError
        A text without a size.
    """
    if text is None:
        return None
    entries: list[int | str] = [part.strip() for part in text.split(",") if part.strip()]
    if not entries:
        raise UsageError(f'--n is "{text}", which names no size; write it like 20,50,100,all.')
    return entries


def request(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as ``compare`` in Python takes them."""
    same = ("level", "simulate", "drop_missing", "seed", "chains", "draws", "tune", "starts", "allow_joint")
    return {
        **{name: asked[name] for name in same},
        **{name: asked[name] for name in ("scale", "prior_power")},
        **grammar(asked),
        "columns": assignments(asked["column"], "--column"),
        "priors": assignments(asked["prior"], "--prior"),
        "estimators": _estimators(asked["estimator"], asked["reml"]),
        "intervals": tuple(asked["interval"] or ()),
        "n": sizes(asked["n"]),
        "truth": numbers(asked["truth"], "--truth"),
        "groups": groups(asked["out"], asked["estimator"], asked["explain"]),
    }


def grammar(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Formulas, link, values that are held, order of classes and nodes, as ``compare`` in Python takes them."""
    formulas = tuple(asked["formula"] or ())
    return {
        "formula": (formulas[0] if len(formulas) == 1 else formulas) or None,
        "link": asked["link"],
        "fix": numbers(asked["fix"], "--fix"),
        "order": [part.strip() for part in asked["order"].split(",")] if asked["order"] else None,
        "nodes": asked["nodes"],
    }


def _estimators(names: Sequence[str] | None, reml: bool) -> tuple[str, ...]:
    """The estimators asked for, and restricted maximum likelihood beside the default ones."""
    return tuple(names or (("mle", "map", "posterior") if reml else ())) + (("reml",) if reml else ())


def groups(out: Path | None, estimator: Sequence[str] | None, explain: bool) -> tuple[str, ...]:
    """With ``--out`` the DataTree is kept with what the page draws; reasons need the prior's density only."""
    if estimator and "posterior" not in estimator:
        return ()
    from ..sampling.tree_groups import PAGE

    return (PAGE,) if out else ("log_prior",) if explain else ()
