"""Group terms of a formula, ``(1 | g)``, ``(x | g)``, ``(x || g)`` and ``(1 | a/b)``, which formulaic does not read.

They are taken off the right side before formulaic sees it. What stands before the bar is a formula of its own, whose
columns are the effects that each group has; what stands behind it says who belongs together.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import DataError, UsageError
from ...words import listed, nearest
from ..dataset import Array, Dataset
from ..labels import coded
from .parts import Groups, effect, level, pair

_PIECE = re.compile(r"\s*([+-]?)\s*(.*?)\s*$", re.DOTALL)


@dataclass(frozen=True)
class GroupTerm:
    """Effects that differ between groups: the formula ``effects`` for each level of the columns ``factor`` together.

    Effects of one term that are ``correlated`` have a correlation each; those of ``(x || g)`` have none.
    """

    effects: str
    factor: tuple[str, ...]
    correlated: bool

    @property
    def name(self) -> str:
        """``g``, or ``a:b`` for the levels of b within a."""
        return ":".join(self.factor)


def split(formula: str) -> tuple[str, tuple[GroupTerm, ...]]:
    """The formula without its group terms, and those.

    Raises
    ------
    UsageError
        A group term that is subtracted, or without effects or a grouping column.
    """
    left, tilde, right = formula.partition("~")
    terms: list[GroupTerm] = []
    fixed: list[str] = []
    for piece in _pieces(right):
        sign, text = _PIECE.findall(piece)[0]
        inside = _inside(text)
        if inside is None:
            fixed.append(piece)
        elif sign == "-":
            raise UsageError(f'formula "{formula}" takes away the groups {text}; leave them out, or add them with +.')
        else:
            terms += _terms(*inside, text, formula)
    if not terms:
        return formula, ()
    rest = "".join(fixed).strip().removeprefix("+").strip()
    return f"{left}{tilde} {rest or '1'}", tuple(terms)


def _pieces(right: str) -> Iterator[str]:
    """What + and − outside brackets and quotes divide, each with its sign."""
    depth, quote, begin = 0, "", 0
    for place, character in enumerate(right):
        if quote:
            quote = "" if character == quote else quote
        elif character in "`'\"":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif character in "+-" and depth == 0 and place > begin:
            yield right[begin:place]
            begin = place
    yield right[begin:]


def _inside(text: str) -> tuple[str, bool, str] | None:
    """Effects, whether they are correlated, and groupings of ``(… | …)``; None for any other text."""
    if not (text.startswith("(") and text.endswith(")")):
        return None
    depth = 0
    for place, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0 and place < len(text) - 1:
            return None
        if character == "|" and depth == 1:
            double = text[place + 1] == "|"
            return text[1:place].strip(), not double, text[place + 1 + double : -1].strip()
    return None


def _terms(effects: str, correlated: bool, grouping: str, text: str, formula: str) -> list[GroupTerm]:
    """One term, or of ``a/b`` one for a and one for b within a."""
    nested = [tuple(name.strip().strip("`") for name in part.split(":")) for part in grouping.split("/")]
    if not effects or not all(name and "|" not in name for part in nested for name in part):
        raise UsageError(
            f'formula "{formula}" has the groups {text}; write effects | column, such as (1 | {grouping or "g"}).'
        )
    factors = [sum(nested[: depth + 1], ()) for depth in range(len(nested))]
    return [GroupTerm(effects, factor, correlated) for factor in factors]


def split_first(formulas: Sequence[str]) -> tuple[tuple[str, ...], tuple[GroupTerm, ...]]:
    """The formulas, the first of which has lost its group terms, and those.

    Raises
    ------
    UsageError
        As `split`.
    """
    if not formulas:
        return (), ()
    fixed, terms = split(formulas[0])
    return (fixed, *formulas[1:]), terms


def read_by(terms: Sequence[GroupTerm], response: str, columns: Sequence[str]) -> tuple[str, ...]:
    """The columns that group terms read, in order.

    Raises
    ------
    UsageError, DataError
        Effects that do not parse, or a column that is not there.
    """
    from .symbols import parse

    names: dict[str, None] = {}
    for term in terms:
        names |= dict.fromkeys(parse(f"{response} ~ {term.effects}", columns).covariates)
        for name in term.factor:
            if name not in columns:
                raise DataError(
                    f"the groups ({term.effects} | {term.name}) name {name}, which is not a column"
                    f"{nearest(name, columns)}; the data have {listed(columns)}."
                )
            names[name] = None
    return tuple(names)


def with_groups(
    data: Dataset,
    terms: Sequence[GroupTerm],
    response: str,
    frame: pd.DataFrame,
    weights: Array | None = None,
    left_out: Collection[str] = (),
) -> tuple[Dataset, Groups | None]:
    """The data with a column for each effect and for each grouping's levels, and what the effects are.

    Rows that depend on each other, through any grouping, share a level of ``group``. Effects and correlations whose
    labels are ``left_out`` are not there; without any effect the data are as they were, and there are no groups.

    Raises
    ------
    UsageError, DataError
        Effects that cannot be computed, one effect of a grouping twice, fewer than two groups, or no such label.
    """
    effects: dict[str, Array] = {}
    term_of: dict[str, GroupTerm] = {}
    for term in terms:
        design = _effects(term, response, frame, weights)
        if again := next((label for label in design if label in effects), None):
            raise UsageError(f"the groups of the formula have {again} twice; leave one of them out.")
        effects |= design
        term_of |= dict.fromkeys(design, term)
    kept = [label for label in effects if f"sd[{label}]" not in left_out]
    _check_left_out(left_out, term_of, kept)
    if not kept:
        return data, None
    factors = tuple(dict.fromkeys(term_of[label].name for label in kept))
    columns, coords = dict(data.columns), dict(data.coords)
    for term in [term_of[label] for label in kept]:
        columns[level(term.name)], coords[level(term.name)] = _levels(frame, term)
    columns |= {effect(label): effects[label] for label in kept}
    columns["group"], coords["group"] = independent([columns[level(name)] for name in factors], coords, factors)
    pairs = [
        (i, j)
        for (i, a), (j, b) in combinations(enumerate(kept), 2)
        if term_of[a] is term_of[b] and term_of[a].correlated and f"cor[{pair(a, b)}]" not in left_out
    ]
    nested = _nested([columns[level(name)] for name in factors])
    groups = Groups(
        tuple(kept), factors, tuple(factors.index(term_of[each].name) for each in kept), tuple(pairs), nested
    )
    coords["effect"] = groups.effects
    if pairs:
        coords["pair"] = groups.pair_labels
    return Dataset(columns, coords), groups


def _effects(term: GroupTerm, response: str, frame: pd.DataFrame, weights: Array | None) -> dict[str, Array]:
    """The column of each of a term's effects, by its label; the outcome, which may be text, is not looked at."""
    from .formula import design_matrix
    from .request import with_stand_in

    frame, (formula,) = with_stand_in(frame, [f"{response} ~ {term.effects}"])
    design = design_matrix(formula, frame, strict=False, weights=weights)
    if response.strip(" `") in design.terms:
        raise UsageError(
            f"({term.effects} | {term.name}) has the outcome {response.strip()} in it; leave it out there."
        )
    return {f"{name}|{term.name}": column for name, column in zip(design.terms, design.X.T, strict=True)}


def _check_left_out(left_out: Collection[str], term_of: Mapping[str, GroupTerm], kept: Sequence[str]) -> None:
    """Refuse labels that none of the effects has, and single correlations of the many that must fit together."""
    pairs = [(a, b) for a, b in combinations(term_of, 2) if term_of[a] is term_of[b] and term_of[a].correlated]
    known = [*(f"sd[{label}]" for label in term_of), *(f"cor[{pair(a, b)}]" for a, b in pairs)]
    if unknown := next((label for label in left_out if label not in known), None):
        raise UsageError(f'the groups of the formula have no "{unknown}" to fix; they have {listed(known)}.')
    for a, b in pairs:
        together = [label for label in kept if term_of[label] is term_of[a]]
        if f"cor[{pair(a, b)}]" in left_out and len(together) > 2:
            raise UsageError(
                f"cor[{pair(a, b)}] is one of several correlations that must fit together, and none is held alone; "
                f"write (… || {term_of[a].name}) for no correlation, or hold an effect's sd at 0."
            )


def _levels(frame: pd.DataFrame, term: GroupTerm) -> tuple[Array, tuple[str, ...]]:
    """Codes ``(n,)`` of the levels of a term's grouping, and their names, ``a:b`` for b within a."""
    parts = [coded(frame[name]) for name in term.factor]
    for name, (codes, _) in zip(term.factor, parts, strict=True):
        if np.isnan(codes).any():
            row = frame.index[int(np.argmax(np.isnan(codes)))]
            raise DataError(f"column {name} says who belongs together and is blank in row {row}; fill it, or drop it.")
    texts = [np.array(names, dtype=object)[codes.astype(int)] for codes, names in parts]
    joined = np.array([":".join(map(str, row)) for row in zip(*texts, strict=True)], dtype=object)
    together, names = pd.factorize(joined)
    if len(names) < 2:
        raise DataError(
            f"every row is in group {names[0]} of {term.name}, which shows no spread between groups; "
            f"leave ({term.effects} | {term.name}) out of the formula."
        )
    return together.astype(float), tuple(names)


def independent(
    codes: Sequence[Array], coords: dict[str, tuple[str, ...]], factors: Sequence[str]
) -> tuple[Array, tuple[str, ...]]:
    """Sets of rows ``(n,)`` that no grouping connects, and their names: the levels of a grouping that they agree with.

    Rows and levels are a graph, each row an edge to each of its levels; the sets are its connected parts.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = np.cumsum([0, *(int(each.max()) + 1 for each in codes)])
    nodes = [each.astype(np.intp) + end for each, end in zip(codes, ends[:-1], strict=True)]
    first, second = np.concatenate([nodes[0]] * len(nodes)), np.concatenate(nodes)
    graph = coo_array((np.ones(len(first)), (first, second)), shape=(int(ends[-1]),) * 2)
    _, part = connected_components(graph, directed=False)
    _, sets = np.unique(part[nodes[0]], return_inverse=True)
    for each, factor in zip(codes, factors, strict=True):
        if _same(each, sets):
            return each, coords[level(factor)]
    return sets.astype(float), tuple(f"set {k + 1}" for k in range(int(sets.max()) + 1))


def _nested(codes: Sequence[Array]) -> tuple[int, ...] | None:
    """Groupings from the finest to the coarsest, or None where a level of one lies in two of the next."""
    order = sorted(range(len(codes)), key=lambda place: -len(np.unique(codes[place])))
    for fine, coarse in pairwise(order):
        together = np.unique(np.column_stack([codes[fine], codes[coarse]]), axis=0)
        if len(together) > len(np.unique(codes[fine])):
            return None
    return tuple(order)


def _same(codes: Array, sets: NDArray[np.intp]) -> bool:
    """Whether two labellings divide rows alike."""
    together = len(np.unique(np.column_stack([codes, sets]), axis=0))
    return bool(together == len(np.unique(codes)) == len(np.unique(sets)))
