"""What a formula says before any data are looked at: its two sides, and the columns that it reads."""

import builtins
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from formulaic import Formula
from formulaic.parser.types import Factor
from formulaic.transforms import TRANSFORMS
from formulaic.utils.variables import get_required_variables

from ...errors import DataError, UsageError
from ...words import listed, nearest

FUNCTIONS = ("C", "I", "log", "exp", "log2", "log10", "poly", "center", "scale", "bs", "cr", "lag")
"""What a sentence offers of formulaic's own functions; `TRANSFORMS` has rarer ones."""


@dataclass(frozen=True)
class Parsed:
    """A formula with one left and one right side, and the columns it reads, in order of appearance."""

    text: str
    sides: Any
    response: tuple[str, ...]
    covariates: tuple[str, ...]
    in_c: frozenset[str]
    """Columns inside ``C(...)``: they keep their own type, since it names the terms."""
    bare_response: bool
    """Whether the left side is a column and not an expression."""

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.response, *self.covariates]))


def parse(text: str, columns: Sequence[str]) -> Parsed:
    """Read a formula for data with these columns.

    Formulaic's own list of required variables leaves out those of ``poly``, ``center`` and other
    transforms that remember, so they are looked for in each factor here.

    Raises
    ------
    UsageError
        It does not parse, or does not have exactly one response and one right side.
    DataError
        It reads a column that is not there; the sentence lists the columns.
    """
    sides = _sides(text, columns)
    left, right = _factors(sides.lhs), _factors(sides.rhs)
    try:
        response, covariates = _columns(left, columns, text), _columns(right, columns, text)
    except SyntaxError as error:
        raise _unparsed(text, error, columns) from None
    if len(sides.lhs) != 1 or not response:
        raise UsageError(
            f'formula "{text}" needs one response on the left; write sums inside I(), as in "I(a + b) ~ x".'
        )
    in_c = _columns([factor for factor in right if re.search(r"\bC\(", factor.expr)], columns, text)
    return Parsed(text, sides, response, covariates, frozenset(in_c), left[0].eval_method is Factor.EvalMethod.LOOKUP)


def complaint(error: Exception) -> str:
    """The first line of an error, without formulaic's terminal colours and full stop."""
    message = re.sub(r"\x1b\[[0-9;]*m|⧛\[[0-9;]*m|⧚", "", str(error)).strip()
    return (message.split("\n")[0] or type(error).__name__).rstrip(".")


def _sides(text: str, columns: Sequence[str]) -> Any:
    try:
        sides = Formula(text)
    except Exception as error:  # noqa: BLE001 - formulaic and Python's own parser raise from many classes
        raise _unparsed(text, error, columns) from None
    if not hasattr(sides, "lhs"):
        raise UsageError(f'formula "{text}" has no left side; say what is explained, as in {_pattern(columns)}.')
    if not hasattr(sides.rhs, "required_variables"):
        raise UsageError(f'formula "{text}" has more than one right side; leave out what follows "|".')
    return sides


def _unparsed(text: str, error: Exception, columns: Sequence[str]) -> UsageError:
    return UsageError(f'formula "{text}" does not parse ({complaint(error)}); write it like {_pattern(columns)}.')


def _pattern(columns: Sequence[str]) -> str:
    """An example of a formula with these columns."""
    names = [name if name.isidentifier() else f"`{name}`" for name in columns]
    return f'"{names[0]} ~ {" + ".join(names[1:3]) or "1"}"' if names else '"y ~ x"'


def _factors(terms: Iterable[Any]) -> list[Factor]:
    factors = [factor for term in terms for factor in term.factors]
    return [factor for factor in factors if factor.eval_method is not Factor.EvalMethod.LITERAL]


def _columns(factors: Iterable[Factor], columns: Sequence[str], text: str) -> tuple[str, ...]:
    """The columns these factors read; an unknown name is an error, an unknown function another."""
    found: dict[str, None] = {}
    for factor in factors:
        is_column = factor.eval_method is Factor.EvalMethod.LOOKUP
        names = {factor.expr} if is_column else {str(v.root) for v in get_required_variables(factor.expr, {})}
        for name in sorted(names):
            if name in columns:
                found[name] = None
            elif is_column or not (name in TRANSFORMS or hasattr(builtins, name)):
                raise _unknown(name, factor, columns, text)
    return tuple(found)


def _unknown(name: str, factor: Factor, columns: Sequence[str], text: str) -> DataError | UsageError:
    if re.search(rf"\b{re.escape(name)}\s*\(", factor.expr):
        return UsageError(
            f'formula "{text}" uses {name}(), which is not a function of formulas{nearest(name, FUNCTIONS)}; '
            f"write np.{name}() if it is NumPy's, or one of {listed(FUNCTIONS)}."
        )
    hint = nearest(name, columns)
    return DataError(f'formula "{text}" names {name}, which is not a column{hint}; the data have {listed(columns)}.')
