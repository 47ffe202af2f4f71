"""``mle-vs-bayes models``: the catalogue, and one model in full, without importing PyMC."""

import inspect
import re

from rich.console import Console
from rich.table import Table

from .. import models
from ..data.column import Column
from ..model.model import Model
from ..model.parameter import Parameter


def show(name: str | None) -> None:
    """Print the list of models, or one model's story, parameters, columns and derived quantities."""
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = max(console.width, 100)
    if name is None:
        console.print(listing([models.get(each) for each in models.MODELS]))
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


def listing(catalogue: list[Model]) -> Table:
    """One line per model: what it is for, its parameters and columns."""
    table = _table("model", "what it is", "parameters", "columns")
    for model in catalogue:
        purpose = story(model).splitlines()[0].rstrip(".")
        named = ", ".join(map(_indexed, model.parameters))
        table.add_row(model.name, purpose, named, _roles(model))
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
