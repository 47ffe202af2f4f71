"""What a formula says before any data are looked at: its two sides, and the columns that it reads."""

import ast
import builtins
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import DataError, UsageError
from ...words import listed, nearest

if TYPE_CHECKING:
    from formulaic.parser.types import Factor

FUNCTIONS = ("C", "I", "log", "exp", "log2", "log10", "poly", "center", "scale", "bs", "cr", "lag")
"""What a sentence offers of formulaic's own functions; its ``TRANSFORMS`` have rarer ones."""


_ONE_BY_ONE = ("C", "I", "log", "exp", "log2", "log10")
ELSEWHERE = {
    "offset": "make it a column and name that with --column offset=NAME, or subtract it: I(y - z) ~ x",
    "weights": "name frequency weights with --column weights=NAME",
    "cbind": "write the successes on the left and name the column of trials with --column trials=NAME",
    "Surv": "write the time alone on the left and name the column of ends seen with --column event=NAME",
    "ifelse": "write np.where(condition, yes, no)",
    **dict.fromkeys(("factor", "as.factor", "as.character"), "write C() for a category"),
    **dict.fromkeys(("as.numeric", "as.integer"), "leave it out, numbers are numbers"),
    **dict.fromkeys(("ns", "s", "rcs"), "write cr(x, df=3) for a natural spline or bs(x, df=4) for a B-spline"),
    **dict.fromkeys(("re", "ranef", "frailty"), "groups that scatter are a term (1 | g)"),
    **dict.fromkeys(("cluster", "strata"), "name who belongs together with --column group=NAME"),
}
"""What R's functions of formulas, which no one has here, are called here."""


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
    reads_columns: bool
    """Whether a transform may look at more than one row: all do but those known to work on each value alone."""

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
    for name in ELSEWHERE:
        if "." in name and f"{name}(" in text:  # a name with a point is no name in Python
            raise _function_of_r(name, text)
    sides = _sides(text, columns)
    left, right = _factors(sides.lhs), _factors(sides.rhs)
    _refuse_carets((*left, *right), text)
    try:
        response, covariates = _columns(left, columns, text), _columns(right, columns, text)
    except SyntaxError as error:
        raise _unparsed(text, error, columns) from None
    if len(sides.lhs) != 1 or not response:
        raise UsageError(
            f'formula "{text}" needs one response on the left; write sums inside I(), as in "I(a + b) ~ x".'
        )
    in_c = _columns([factor for factor in right if re.search(r"\bC\(", factor.expr)], columns, text)
    bare = left[0].eval_method.value == "lookup"
    whole = any(_reads_columns(factor) for factor in (*left, *right))
    return Parsed(text, sides, response, covariates, frozenset(in_c), bare, whole)


def complaint(error: Exception) -> str:
    """The first line of an error, without formulaic's terminal colours and full stop."""
    message = re.sub(r"\x1b\[[0-9;]*m|⧛\[[0-9;]*m|⧚", "", str(error)).strip()
    return (message.split("\n")[0] or type(error).__name__).rstrip(".")


def _reads_columns(factor: "Factor") -> bool:
    """Whether an expression calls anything but functions of single values."""
    if factor.eval_method.value == "lookup":
        return False
    tree = ast.parse(re.sub(r"`[^`]*`", "x", factor.expr).strip(), mode="eval")  # a quoted name is no Python
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    others = [name for name in map(ast.unparse, calls) if name not in _ONE_BY_ONE]
    return any(not isinstance(getattr(np, name.removeprefix("np."), None), np.ufunc) for name in others)


def _sides(text: str, columns: Sequence[str]) -> Any:
    if re.search(r"(?<![\w.`)])\.(?![\w.])", text):
        raise UsageError(f'formula "{text}" has "." for all other columns; name them, as in {_pattern(columns, text)}.')
    _refuse_powers(text)
    from formulaic import Formula

    try:
        sides = Formula(text)
    except Exception as error:  # noqa: BLE001 - formulaic and Python's own parser raise from many classes
        raise _unparsed(text, error, columns) from None
    if not hasattr(sides, "lhs"):
        pattern = _pattern(columns, f"~{text}")
        raise UsageError(f'formula "{text}" has no left side; say what is explained, as in {pattern}.')
    if not hasattr(sides.lhs, "required_variables"):
        raise UsageError(
            f'formula "{text}" has "|" on its left; leave out what follows it, and name a column of trials with '
            "--column trials=NAME, of weights with --column weights=NAME."
        )
    if not hasattr(sides.rhs, "required_variables"):
        raise UsageError(f'formula "{text}" has more than one right side; leave out what follows "|".')
    return sides


def _unparsed(text: str, error: Exception, columns: Sequence[str]) -> UsageError:
    groups = re.search(r"\([^()|]*\|([^()]*)\)", text)
    if groups:
        others = [name for name in columns if name not in re.split(r"[^\w.]+", groups[1])] or columns
        return UsageError(
            f'formula "{text}" has the groups {groups[0]} inside another term; add them, as in '
            f'{_pattern(others)[:-1]} + {groups[0]}".'
        )
    return UsageError(f'formula "{text}" does not parse ({complaint(error)}); write it like {_pattern(columns, text)}.')


def _pattern(columns: Sequence[str], text: str = "") -> str:
    """An example of a formula with these columns, under the outcome that ``text`` names; no unnamed index of rows."""
    known = [name for name in columns if not re.fullmatch(r"unnamed_\d+", name)] or list(columns)
    first, _, rest = re.sub(r"[~=]|(?<=\w)\s+(?=\w)", "~", text, count=1).partition("~")
    covariates = [name for name in known if name in re.split(r"[^\w.]+", rest)]
    outcome = first.strip(" `")
    if outcome not in known:
        outcome = next((name for name in known if name not in covariates), "y")
    names = [outcome, *(name for name in covariates or known if name != outcome)]
    return example(names[:3]) if known else '"y ~ x"'


def example(names: Sequence[str]) -> str:
    """A formula of these columns, the outcome first, as it is typed."""
    outcome, *covariates = (name if name.isidentifier() else f"`{name}`" for name in names)
    return f'"{outcome} ~ {" + ".join(covariates) or "1"}"'


def _factors(terms: Iterable[Any]) -> list["Factor"]:
    factors = [factor for term in terms for factor in term.factors]
    return [factor for factor in factors if factor.eval_method.value != "literal"]


def _refuse_powers(text: str) -> None:
    """A power of one column, which in formulas is the column itself: only sums in brackets have products."""
    while (bare := re.sub(r"[\w.]+\([^()]*\)|\{[^{}]*\}|`[^`]*`", "", text)) != text:
        text = bare
    power = re.search(r"([A-Za-z_]\w*)\s*(?:\^|\*\*)\s*(\d+)", text)
    if power:
        raise UsageError(
            f"{power[0]} in a formula is {power[1]} alone, as in R; write I({power[1]}**{power[2]}) for the power."
        )


def _refuse_carets(factors: Iterable["Factor"], text: str) -> None:
    """R's power in an expression, which in Python is another operation of whole numbers."""
    for factor in factors:
        unquoted = re.sub(r"`[^`]*`|'[^']*'|\"[^\"]*\"", "", factor.expr)
        if factor.eval_method.value == "python" and "^" in unquoted:
            expression = re.sub(r"\s*\^\s*", "**", factor.expr)
            raise UsageError(f'formula "{text}" has {factor.expr}, where ^ is no power; write {expression}.')


def _columns(factors: Iterable["Factor"], columns: Sequence[str], text: str) -> tuple[str, ...]:
    """The columns these factors read; an unknown name is an error, an unknown function another."""
    from formulaic.transforms import TRANSFORMS
    from formulaic.utils.variables import get_required_variables

    read: dict[str, None] = {}
    for factor in factors:
        is_column = factor.eval_method.value == "lookup"
        names = {factor.expr} if is_column else {str(v.root) for v in get_required_variables(factor.expr, {})}
        for name in sorted(names):
            if name in columns:
                read[name] = None
            elif is_column or not (name in TRANSFORMS or hasattr(builtins, name)):
                raise _unknown(name, factor, columns, text)
    return tuple(read)


def _unknown(name: str, factor: "Factor", columns: Sequence[str], text: str) -> DataError | UsageError:
    if re.search(rf"\b{re.escape(name)}\s*\(", factor.expr):
        return _function_of_r(name, text) if name in ELSEWHERE else _no_function(name, text)
    hint = "; write np.pi for the number" if name == "pi" else nearest(name, columns)
    return DataError(f'formula "{text}" names {name}, which is not a column{hint}; the data have {listed(columns)}.')


def _function_of_r(name: str, text: str) -> UsageError:
    return UsageError(f'formula "{text}" uses {name}(), which formulas do not have here; {ELSEWHERE[name]}.')


def _no_function(name: str, text: str) -> UsageError:
    """With NumPy's function of that name, if there is one."""
    in_numpy = callable(getattr(np, name, None))
    advice = f"write np.{name}(), or" if in_numpy else "write"
    hint = "" if in_numpy else nearest(name, FUNCTIONS)
    what = f'formula "{text}" uses {name}(), which is not a function of formulas{hint}'
    return UsageError(f"{what}; {advice} one of {listed(FUNCTIONS)}.")
