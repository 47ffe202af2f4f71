"""What formulas are made of, for models that read no data: several of them, their parameters, and groups of effects."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

Formulas = str | Sequence[str] | None
"""One formula, or the first and those of further parameters."""


def several(formula: Formulas) -> tuple[str, ...]:
    """All formulas, the first one first, with columns that patsy quotes as ``Q("a b")`` in backticks."""
    if formula is None:
        return ()
    texts = (formula,) if isinstance(formula, str) else tuple(formula)
    return tuple(re.sub(r"""\bQ\(\s*(["'])([^"'`]*)\1\s*\)""", r"`\2`", text) for text in texts)


def parameter_of(formula: str) -> str:
    """The parameter that a further formula names: its left side."""
    return formula.partition("~")[0].strip(" `")


@dataclass(frozen=True)
class FormulaRule:
    """What formulas are to a model: ``intercept`` says whether ``X`` has one, or the model has constants of its own.

    ``further`` names the parameters that have formulas of their own, whose designs are ``X_NAME`` with coords
    ``term_NAME``.
    """

    intercept: bool = True
    further: tuple[str, ...] = ()

    @property
    def designs(self) -> dict[str, str]:
        """The roles of all design matrices and the axes of their columns."""
        return {"X": "term", **{f"X_{name}": f"term_{name}" for name in self.further}}


@dataclass(frozen=True)
class Groups:
    """What the effects of all group terms are.

    ``effects`` are their labels, ``Intercept|g``; ``factors`` the groupings, and ``factor_of`` the place of each
    effect's; ``pairs`` the places of effects that are correlated. ``nested`` has the groupings from the finest to the
    coarsest where each level of one lies in one level of the next, and is None where groupings cross.
    """

    effects: tuple[str, ...]
    factors: tuple[str, ...]
    factor_of: tuple[int, ...]
    pairs: tuple[tuple[int, int], ...]
    nested: tuple[int, ...] | None

    @property
    def pair_labels(self) -> tuple[str, ...]:
        """``Intercept,x|g``."""
        return tuple(pair(self.effects[i], self.effects[j]) for i, j in self.pairs)

    def given(self, place: int) -> tuple[int, ...]:
        """The places of the effects of the same term that come before the first of a pair."""
        first, later = self.pairs[place]
        return tuple(i for i, j in self.pairs if j == later and i < first)

    @property
    def wide(self) -> bool:
        """Whether more than two effects of a term are correlated."""
        return any(self.given(place) for place in range(len(self.pairs)))

    def of(self, factor: int) -> tuple[int, ...]:
        """The places of one factor's effects."""
        return tuple(place for place, of in enumerate(self.factor_of) if of == factor)


def pair(first: str, second: str) -> str:
    """The label of the correlation of two effects of one grouping."""
    return f"{first.partition('|')[0]},{second}"


def level(factor: str) -> str:
    """The role of the column, and the name of the axis, of a grouping's levels."""
    return f"level[{factor}]"


def effect(label: str) -> str:
    """The role of the column of values that an effect is multiplied by."""
    return f"effect[{label}]"
