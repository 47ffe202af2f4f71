"""What a scenario's formula makes of its model, and of the model's own design: a regression, with effects of groups."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ... import models
from ...data.dataset import Array, Dataset
from ...data.formulas.parts import Formulas, Groups, parameter_of, several
from ...model.model import Model

if TYPE_CHECKING:
    from ...data.formulas.group_terms import GroupTerm
    from ...data.prepare import Prepared

PER_GROUP = 5
"""Rows of a group, and groups of a group of groups, in a design of the model's own."""


def terms_of(formula: Formulas) -> "tuple[GroupTerm, ...]":
    """The group terms of the first formula; none without one."""
    if formula is None:
        return ()
    from ...data.formulas.group_terms import split_first

    return split_first(several(formula))[1]


def regression(model: Model, formula: Formulas) -> Model:
    """The model with formulas, before data say what effects its groups have; itself where it takes them as it is."""
    count = len(several(formula))
    return model if not count or (count == 1 and model.takes_formula) else models.specified(model, formula=formula)


def own_design(model: Model, formula: Formulas, n: int, generator: np.random.Generator) -> "Prepared":
    """``n`` rows of the design of a `regression`, read through its formula: covariates x1, x2 … and what has groups.

    A grouping column that the design does not have is made: rows in groups of `PER_GROUP`, for a column within another
    these in groups of as many, for a further grouping levels that cross the first. The outcome is left out; one without
    effects of groups stands for it where the formula is read.
    """
    import pandas

    from ...data.prepare import arranged
    from ...fit.simulated import drawn

    data, _ = drawn(model, n, {}, generator)
    columns = {role: values for role, values in data.items() if values.ndim == 1}
    for role, axis in data.designs.items():
        columns |= dict(zip(data.coords[axis], data[role].T, strict=True))
    columns = {**_grouping(terms_of(formula), n), **columns}
    columns[parameter_of(several(formula)[0])] = columns.pop("y")
    read = arranged(pandas.DataFrame(columns), model, formula=formula)
    bare = {role: values for role, values in read.data.items() if role != "y"}
    return replace(read, data=Dataset(bare, read.data.coords))


def _grouping(terms: "Sequence[GroupTerm]", n: int) -> dict[str, Array]:
    """Codes ``(n,)`` of each column that groups read, those of nested groupings first."""
    codes: dict[str, Array] = {}
    for term in sorted(terms, key=lambda each: -len(each.factor)):
        for place, name in enumerate(term.factor):
            levels = max(2, n // PER_GROUP ** (len(term.factor) - place))
            crossing = bool(codes) and len(term.factor) == 1
            of = np.arange(n) % levels if crossing else np.arange(n) * levels // n
            codes.setdefault(name, of.astype(float))
    return codes


def of_every_data_set(groups: Groups | None) -> Groups | None:
    """The groups as they are in every data set: crossed groupings may be nested by chance in one of them."""
    if groups is None:
        return None
    parts = [set(name.split(":")) for name in groups.factors]
    order = sorted(range(len(parts)), key=lambda place: -len(parts[place]))
    within = all(parts[coarse] < parts[fine] for fine, coarse in pairwise(order))
    return replace(groups, nested=tuple(order) if within else None)
