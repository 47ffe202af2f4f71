"""``mle-vs-bayes models --for data.csv``: which models can take which column, with the command to type.

A model can take a column when the data come through the same preparation as in ``compare``: nothing is guessed from
the values. What that needs beside the outcome is filled in: a formula of a few other columns, names for a group, the
standard errors of a meta-analysis.
"""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from ...data import column as kinds
from ...errors import DataError, UsageError
from ...model.model import Model
from ...report.text import terminal
from ...words import listed, nearest
from .listing import GROUPS, group

if TYPE_CHECKING:
    import pandas

KINDS = (
    (kinds.binary, "0 or 1"),
    (kinds.count, "whole numbers, 0 or above"),
    (kinds.share, "numbers between 0 and 1"),
    (kinds.positive, "numbers above 0"),
    (kinds.nonnegative, "numbers, 0 or above"),
    (kinds.number, "numbers"),
)
"""What a column of numbers holds, the narrowest first."""
_COVARIATES = 3
"""In a formula that is suggested."""
_LEVELS = 20
"""Of a covariate of names, at most: a column of identifiers explains nothing."""
_ROLES = ("event", "trials", "exposure", "offset", "weights", "group", "se", "entry")
"""Columns of these names are no outcomes and no covariates."""
_ROLES_IN_SHORT = ("w", "wt", "wgt", "weight", "freq", "frequency", "g", "grp", "id", "subject", "cluster", "block")
"""Names by which columns of weights and of who belongs together go elsewhere: no covariates."""
_MOST = 6
"""Models that are shown of each column, unless it was asked for."""
_STANDARD_ERRORS = ("se", "stderr", "std_err", "sem", "sei", "sigma", "standard_error")


@dataclass(frozen=True)
class Suggestion:
    """A model that can take a column, and the arguments of ``compare`` after model and data."""

    model: Model
    options: tuple[str, ...]


def show(source: str, columns: list[str], search: list[Model]) -> None:
    """Print, for each column that may be an outcome, what can take it.

    Raises
    ------
    UsageError, DataError
        The data cannot be read, or have no such column.
    """
    from ...data.reading.read import read

    frame = read(source)
    frame = frame.set_axis([str(name) for name in frame.columns], axis="columns")
    blocks: list[RenderableType] = []
    most = None if columns else _MOST
    for name in columns or outcomes(frame):
        if name not in frame.columns:
            raise DataError(f"there is no column {name}{nearest(name, frame.columns)}; the data have {listed(frame)}.")
        blocks += [*([Text("")] if blocks else []), _block(source, frame, name, search, most)]
    terminal().print(Group(*blocks), soft_wrap=True)


def outcomes(frame: "pandas.DataFrame") -> list[str]:
    """The columns that may be an outcome: not those that count rows or play another role by their name."""
    from ...data.values import is_row_number

    others = (*_ROLES, *_ROLES_IN_SHORT)
    names = [name for name in frame.columns if not is_row_number(frame[name]) and name.lower() not in others]
    return names or list(frame.columns)


def role(columns: list[str]) -> list[str]:
    """The columns named by ``--column y=NAME``.

    Raises
    ------
    UsageError
        Another role.
    """
    for text in columns:
        if not text.startswith("y=") or text == "y=":
            raise UsageError(f'--column is "{text}", and --for asks about outcomes; write it like y=hours.')
    return [text.removeprefix("y=") for text in columns]


def _block(source: str, frame: "pandas.DataFrame", name: str, search: list[Model], most: int | None) -> RenderableType:
    """Heading of one column, and one line per model: its name and what to type; ``most`` of them, the nearest first."""
    kind = _narrowest(frame[name])
    fitting = sorted(suggestions(frame, name, search), key=lambda each: _distance(each.model, kind))
    heading = Text(f"{name}: {described(frame[name])}", style="bold")
    if not fitting:
        return Group(heading, Text("  no model can take it as it is"))
    shown = _nearest(fitting, len(fitting) if most is None else most)
    width = max(len(each.model.name) for each in shown)
    lines = [Text(f"  {each.model.name:{width}}  {_command(source, each)}") for each in shown]
    if len(shown) < len(fitting):
        all_of_it = shlex.join(["mle-vs-bayes", "models", "--for", source, "--column", f"y={name}"])
        lines.append(Text(f"  and {len(fitting) - len(shown)} more: {all_of_it}", "dim"))
    return Group(heading, *lines, *_censored(frame, name, shown))


def _nearest(fitting: list[Suggestion], most: int) -> list[Suggestion]:
    """The first, half of them regressions where there are so many, in their order."""
    with_formula = [each.model.name for each in fitting if each.model.takes_formula]
    without = [each.model.name for each in fitting if not each.model.takes_formula]
    halves = max(most - len(with_formula), most // 2), max(most - len(without), most - most // 2)
    chosen = {*without[: halves[0]], *with_formula[: halves[1]]}
    return [each for each in fitting if each.model.name in chosen]


def _narrowest(column: "pandas.Series") -> kinds.ColumnKind:
    """The first of `KINDS` that admits all values; classes where they are names."""
    from ...data.prepare import absent
    from ...data.values import converted

    values, strange = converted(column)
    seen = values[~absent(column)]
    if strange is not None or not len(seen):
        return kinds.classes
    return next(kind for kind, _ in KINDS if kind.admits(seen).all())


def _distance(model: Model, kind: kinds.ColumnKind) -> tuple[int, bool, int]:
    """How much wider than the column the values are that a model is for; then those without groups; then by heading."""
    order = [each for each, _ in KINDS]
    column = next((column for column in model.columns if column.role == "y"), None)
    admitted = None if column is None else column.kind
    classes = admitted is kinds.classes
    of_trials = admitted is kinds.count and any(each.role == "trials" for each in model.columns)
    if admitted is kind or (kind is kinds.binary and of_trials):
        wider = 0
    elif classes and kind is kinds.binary:
        wider = 1
    elif kind in order and admitted in order:
        wider = 1 + order.index(admitted) - order.index(kind)
    else:
        wider = 1 + len(order) if classes else 1  # numbers are classes only where nothing else is said of them
    return wider, model.unit != "row", GROUPS.index(group(model))


def _censored(frame: "pandas.DataFrame", name: str, fitting: list[Suggestion]) -> list[Text]:
    """How to say which lifetimes are censored, where a column may be about that and none is called ``event``."""
    lifetimes = [each.model.name for each in fitting if any(column.role == "event" for column in each.model.columns)]
    marks = [other for other in frame.columns if other != name and described(frame[other]).startswith(KINDS[0][1])]
    if not lifetimes or not marks or "event" in frame.columns:
        return []
    return [Text(f"  {listed(lifetimes)}: add --column event={marks[0]} if 1 means that the event was seen", "dim")]


def _command(source: str, suggestion: Suggestion) -> str:
    return f"mle-vs-bayes compare {shlex.join([suggestion.model.name, source, *suggestion.options])}"


def described(column: "pandas.Series") -> str:
    """The values in words: ``numbers above 0, from 19 to 90`` or ``names, 3 of them``."""
    from ...data.prepare import absent
    from ...data.values import converted

    values, strange = converted(column)
    lost = int(absent(column).sum())
    without = f", {lost} missing" if lost else ""
    if strange is not None or lost == len(column):
        return f"names, {column.nunique()} of them{without}"
    seen = values[~absent(column)]
    words = next(words for kind, words in KINDS if kind.admits(seen).all())
    return f"{words}, from {seen.min():.6g} to {seen.max():.6g}{without}"


def suggestions(frame: "pandas.DataFrame", name: str, search: list[Model]) -> Iterator[Suggestion]:
    """The models that can take the column, with the options that ``compare`` needs to."""
    for model in search:
        options = _options(frame, name, model)
        if options is not None:
            yield Suggestion(model, options)


def _options(frame: "pandas.DataFrame", name: str, model: Model) -> tuple[str, ...] | None:
    """What to type after the data, or None where the model cannot take the column."""
    from ...data.prepare import prepare

    partners: dict[str, str] = {}
    for column in model.columns:
        if column.role == "y" and column.kind is kinds.classes and not _few(frame[name]):
            return None
        if column.optional or column.role == "y" or column.role in frame.columns:
            continue
        partner = _partner(frame, name, column.kind)
        if partner is None:
            return None
        partners[column.role] = partner
    formula = _formula(frame, [name, *partners.values()]) if model.takes_formula else None
    asked = partners if formula else {"y": name, **partners}
    for dropped in (False, True):
        try:
            prepare(frame, model, columns=asked, formula=formula, drop_missing=dropped)
        except (UsageError, DataError):
            continue
        columns = [word for role, column in asked.items() for word in ("--column", f"{role}={column}")]
        return (*(["--formula", formula] if formula else []), *columns, *(["--drop-missing"] if dropped else []))
    return None


def _partner(frame: "pandas.DataFrame", outcome: str, kind: kinds.ColumnKind) -> str | None:
    """A column for a role that must be played beside the outcome: names that repeat, or standard errors."""
    others = [str(name) for name in frame.columns if name != outcome and name not in _ROLES]
    if kind is kinds.label:
        numeric = {name: _is_number(frame[name]) for name in others}
        others.sort(key=numeric.__getitem__)  # names before codes
        return next((name for name in others if _repeats(frame[name])), None)
    return next((name for name in others if name.lower() in _STANDARD_ERRORS), None)


def _few(column: "pandas.Series") -> bool:
    """Whether there are few enough classes for each to be seen twice on average."""
    return bool(column.nunique() <= min(_LEVELS, len(column) / 2))


def _is_number(column: "pandas.Series") -> bool:
    from ...data.values import converted

    return converted(column)[1] is None


def _repeats(column: "pandas.Series") -> bool:
    """Whether these are few names, or codes of more than two, at least two of each on average."""
    from ...data.values import converted

    values, strange = converted(column)
    codes = bool(kinds.label.admits(values[values == values]).all()) and column.nunique() > 2
    return (strange is not None or codes) and 2 <= column.nunique() <= len(column) / 2


def _formula(frame: "pandas.DataFrame", taken: list[str]) -> str:
    """The outcome, first of ``taken``, on a few covariates: numbers, and names with few levels."""
    from ...data.values import is_row_number

    covariates = []
    for name in frame.columns:
        free = name not in taken and name.lower() not in (*_ROLES, *_ROLES_IN_SHORT)
        usable = _is_number(frame[name]) or _few(frame[name])
        if free and usable and frame[name].nunique() > 1 and not is_row_number(frame[name]):
            covariates.append(name)
    covariates.sort(key=lambda name: bool(frame[name].isna().any()))
    quoted = [name if name.isidentifier() else f"`{name}`" for name in (taken[0], *covariates[:_COVARIATES])]
    return f"{quoted[0]} ~ {' + '.join(quoted[1:]) or '1'}"
