"""The mixed model of a model whose formula has groups, for the trunks that a mixed model is itself made of.

`mixed.families` says which mixed model belongs to which trunk, and so imports all of them; they cannot import it in
turn. The catalogue, which knows both, names the function that makes mixed models (`models.__init__`).
"""

from collections.abc import Callable
from typing import Any

_makers: list[Callable[[Any, Any], Any]] = []


def made_by(maker: Callable[[Any, Any], Any]) -> None:
    """From now on ``maker`` (of a model and its groups) makes the mixed models."""
    _makers[:] = [maker]


def mixed_model(model: Any, groups: Any = None) -> Any:
    """The mixed model of the outcome of ``model``; None where its family has no formula."""
    (maker,) = _makers
    return maker(model, groups)
