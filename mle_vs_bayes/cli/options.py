"""What the options of several commands have in common."""

from typing import Any

import typer

Several = list[str] | None
"""An option that may be repeated."""


def valued(metavar: str, words: str) -> Any:
    """An option that takes a value."""
    return typer.Option(metavar=metavar, help=words)


FORMULA = '"y ~ x1 + C(x2)" for the location; repeat for others: "sigma ~ x1".'
LINK = "Of the location: identity, log, logit, probit, cloglog, loglog, inverse or sqrt.  [default: the family's]"
FIX = 'Hold a parameter or coefficient: nu=5, "beta[x]=0".'
ORDER = 'Classes of an ordered outcome, the lowest first: "Low,Medium,High".'
