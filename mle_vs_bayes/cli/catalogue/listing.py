"""The list of models in groups, and one model in full, without importing PyMC."""

import inspect
import re
from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ... import models
from ...data import column as kinds
from ...data.column import Column
from ...errors import UsageError
from ...model.model import Model
from ...model.parameter import Parameter
from ...report.text import terminal
from .conversions import conversions

GROUPS = (
    "counts and classes",
    "measurements",
    "positive values and lifetimes",
    "shares",
    "groups and mixtures",
    "series",
    "regressions, with a formula",
)
"""The headings, in the order of the list."""
_BY_OUTCOME = {
    kinds.binary: 0,
    kinds.count: 0,
    kinds.positive_count: 0,
    kinds.classes: 0,
    kinds.label: 0,
    kinds.number: 1,
    kinds.positive: 2,
    kinds.nonnegative: 2,
    kinds.share: 3,
}


def show(name: str | None, search: str | None = None) -> None:
    """Print the list of models, or one model's story, parameters, columns and derived quantities."""
    console = terminal(least=100)
    if name is None:
        console.print(listing(matching(search)))
        console.print("\n[brackets]: may be left out. mle-vs-bayes models MODEL shows one in full.")
        return
    model = models.get(name)
    console.print(story(model))
    console.print()
    console.print(parameters(model))
    console.print()
    console.print(columns(model))
    if model.functions:
        console.print(f"\nderived: {', '.join(f.name for f in model.functions)}")
    if written := conversions(model):
        console.print()
        console.print(elsewhere(written))


def matching(words: str | None) -> list[Model]:
    """All models, or those of which every word of ``words`` is in name, story, parameters, columns or other names.

    Raises
    ------
    UsageError
        There is none.
    """
    catalogue = [models.get(each) for each in models.MODELS]
    if words is None:
        return catalogue
    fitting = [model for model in catalogue if all(word in _text(model) for word in words.lower().split())]
    if not fitting:
        raise UsageError(f'no model has "{words}" in its description; `mle-vs-bayes models` lists all.')
    return fitting


def _text(model: Model) -> str:
    """What a search looks through, in lower case."""
    read = [f"{column.role} {column.kind.name} {column.kind.description}" for column in model.columns]
    meant = [f"{p.name} {p.meaning}" for p in model.parameters]
    others = [other for other, nearest in models.ELSEWHERE.items() if model.name in nearest]
    return " ".join([model.name, story(model), group(model), *read, *meant, *others]).lower()


def group(model: Model) -> str:
    """The heading under which a model is listed: by its formula, its unit and groups, else by its outcome."""
    if model.takes_formula:
        return GROUPS[6]
    if model.unit == "series":
        return GROUPS[5]
    if model.unit == "group" or any({*p.dims} - {"outcome"} for p in model.parameters) or model.has_latent:
        return GROUPS[4]
    return GROUPS[_BY_OUTCOME[next(column.kind for column in model.columns if column.role == "y")]]


def listing(catalogue: list[Model]) -> RenderableType:
    """One block per group; of each model what it is for, and on a line below its parameters and columns."""
    blocks: list[RenderableType] = []
    for heading in GROUPS:
        members = [model for model in catalogue if group(model) == heading]
        if members:
            blocks += [*([Text("")] if blocks else []), Text(heading, style="bold underline"), _block(members)]
    return Group(*blocks)


def _block(members: list[Model]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for model in members:
        purpose = story(model).splitlines()[0].rstrip(".")
        named = ", ".join(map(_indexed, model.parameters))
        table.add_row(Text(model.name, style="bold"), purpose)
        table.add_row("", Text(f"{named} · {_roles(model)}", style="dim"))
    return table


def story(model: Model) -> str:
    """The docstring with its reference as people write one."""
    return re.sub(r"\.\. (\[\d\])|(\[\d\])_", r"\1\2", inspect.getdoc(type(model)) or "")


def parameters(model: Model) -> Table:
    """Symbol, meaning in words, support and default prior of each parameter."""
    table = _table("parameter", "symbol", "what it is", "support", "default prior")
    for p in model.parameters:
        table.add_row(_indexed(p), p.symbol, p.meaning, p.support.name, str(p.prior))
    return table


def elsewhere(written: Mapping[str, str]) -> Table:
    """How other programs write the distribution."""
    table = _table("in", "written as")
    for program, text in written.items():
        table.add_row(program, text)
    return table


def _indexed(parameter: Parameter) -> str:
    return f"{parameter.name}[{','.join(parameter.dims)}]" if parameter.dims else parameter.name


def columns(model: Model) -> Table:
    """Role, admissible values and what stands in for a column that is left out."""
    table = _table("column", "values", "if left out")
    if model.takes_formula:
        table.add_row("--formula", "y ~ x1 + C(x2)", "required")
    for column in _own(model):
        absent = "required" if not column.optional else "–" if column.default is None else f"{column.default:g}"
        table.add_row(column.role, column.kind.description, absent)
    table.add_row("weights", "whole numbers: a row of weight w counts w times", "1")
    if all(column.role != "group" for column in _own(model)):
        table.add_row("group", "names: who belongs together, for robust errors", "–")
    return table


def _roles(model: Model) -> str:
    shown = [f"[{c.role}]" if c.optional else c.role for c in _own(model)]
    return ", ".join(["formula", *shown] if model.takes_formula else shown)


def _own(model: Model) -> list[Column]:
    """The columns a person names: where there is a formula, its left side is y."""
    return [column for column in model.columns if not (model.takes_formula and column.role == "y")]


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in headings:
        table.add_column(heading)
    return table
