"""New rows as the model reads them: the fit's own levels, transforms and columns, and what was not in the fit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ...data import roles
from ...data.column import label
from ...data.dataset import Array, Dataset
from ...data.formulas import group_terms
from ...data.formulas.parts import Formulas, effect, level, parameter_of, several
from ...data.formulas.request import STAND_IN, without_intercept
from ...data.prepare import absent
from ...data.values import check, numbers, repetitions
from ...errors import DataError
from ...model.model import Model
from ...words import in_rows, listed, nearest
from .members import Members, places_of

if TYPE_CHECKING:
    from ...data.formulas.symbols import Parsed

OF_OUTCOME = ("y", "event", "lower", "upper", "entry", "weights", "group")
"""Roles that say what was seen, which new rows have not."""


@dataclass(frozen=True, eq=False)
class FittedTable:
    """The table that a model was fitted to, with its formulas and the column of each role."""

    frame: pd.DataFrame
    formula: Formulas
    columns: Mapping[str, str]


@dataclass(eq=False)
class NewRows:
    """``data`` as the model reads it; by row what is ``unseen`` (no prediction there) and what is only worth saying.

    Where the model reads nothing of a row, all are ``alike``: one prediction is made and stands in each.
    """

    data: Dataset
    members: Members = Members({})
    unseen: dict[int, list[str]] = field(default_factory=dict)
    remarks: dict[int, list[str]] = field(default_factory=dict)
    alike: bool = False


def new_rows(model: Model, source: FittedTable, frame: pd.DataFrame, fitted: Dataset | None = None) -> NewRows:
    """The new rows of ``frame`` under the model that was fitted to ``source``.

    ``fitted`` is that table as the model read it, with the members of groups that it has seen and what the model itself
    added (the least value of a Pareto distribution); without it all members are new.

    Raises
    ------
    DataError
        A column that is not there, a missing value, text where the fit had numbers.
    """
    formulas, terms = group_terms.split_first(several(source.formula))
    chosen = {role: name for role, name in source.columns.items() if role not in OF_OUTCOME and role in _known(model)}
    read = _read(formulas, terms, _named(source.frame))
    new = _checked(frame, [*read, *chosen.values()])
    seen = _complete(source, read).assign(**{STAND_IN: 0.0})
    if (weights := source.columns.get("weights")) in seen:  # what looks at a whole column saw each row as often
        seen = seen.iloc[repetitions(seen[weights].to_numpy(dtype=float), "weights")]
    rows, places = NewRows(Dataset({}), alike=not formulas and not chosen), {}
    columns, coords = _of_roles(model, chosen, new)
    for role, text in _designs(formulas).items():
        design = _design(text, seen, new, rows)
        if role == "X" and model.formula is not None and not model.formula.intercept:
            design = without_intercept(*design)
        columns[role], coords[role.replace("X", "term", 1)] = design
    for term in terms:
        X, names = _design(f"{STAND_IN} ~ {term.effects}", seen, new, rows)
        columns |= {effect(f"{name}|{term.name}"): values for name, values in zip(names, X.T, strict=True)}
        columns[level(term.name)] = np.arange(float(len(new)))
        coords[level(term.name)] = tuple(map(str, range(len(new))))
        places[term.name], said = places_of(term, new, {} if fitted is None else fitted.coords)
        for row, words in said.items():
            rows.remarks.setdefault(row, []).append(words)
    if fitted is not None:
        columns |= _added(model, source, fitted, len(new))
    columns = columns or {"unit": np.arange(float(len(new)))}
    rows.data, rows.members = model.arranged(Dataset(columns, coords)), Members(places)
    return rows


def _added(model: Model, source: FittedTable, fitted: Dataset, count: int) -> dict[str, Array]:
    """The columns that the model puts in the place of optional ones that were left out: one value in all rows."""
    left_out = [role for role in roles.known(model) if role in fitted and role not in source.columns]
    without = {role: Dataset({r: v for r, v in fitted.items() if r != role}, fitted.coords) for role in left_out}
    added = [role for role in left_out if role not in OF_OUTCOME and role in model.completed(without[role])]
    return {role: np.full(count, fitted[role][0]) for role in added}


def rows_of_fit(source: FittedTable) -> tuple[pd.DataFrame, dict[str, bool]]:
    """The complete rows that the model was fitted to; each covariate, and whether formulas call it a category."""
    formulas, terms = group_terms.split_first(several(source.formula))
    parsed = _parsed(formulas, terms, _named(source.frame))
    called = {name: any(name in each.in_c for each in parsed) for each in parsed for name in each.covariates}
    return _complete(source, list(called)), called


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_axis([str(name) for name in frame.columns], axis="columns")


def _complete(source: FittedTable, read: list[str]) -> pd.DataFrame:
    """The rows without a missing value in what the model reads."""
    seen = _named(source.frame)
    used = [name for name in dict.fromkeys([*read, *source.columns.values()]) if name in seen]
    return seen[~np.logical_or.reduce([absent(seen[name]) for name in used])] if used else seen


def _known(model: Model) -> Mapping[str, object]:
    return roles.known(model)


def _designs(formulas: tuple[str, ...]) -> dict[str, str]:
    """The formula of each design matrix by its role.

    On its left stands no outcome, which new rows have not, and which may be text or lie between bounds.
    """
    return {
        "X" if place == 0 else f"X_{parameter_of(text)}": f"{STAND_IN}~{text.partition('~')[2]}"
        for place, text in enumerate(formulas)
    }


def _design(text: str, seen: pd.DataFrame, new: pd.DataFrame, rows: NewRows) -> tuple[Array, tuple[str, ...]]:
    """One design matrix; what was not in the fit is written into ``rows``."""
    from ...data.formulas.formula import on_new_rows

    design = on_new_rows(text, seen, new)
    for ours, theirs in ((rows.unseen, design.unseen), (rows.remarks, design.beyond)):
        for row, words in theirs.items():
            ours[row] = list(dict.fromkeys([*ours.get(row, []), *words]))
    return design.X, design.terms


def _read(formulas: tuple[str, ...], terms: tuple[group_terms.GroupTerm, ...], seen: pd.DataFrame) -> list[str]:
    """The covariates that formulas and groups' effects read; not the groups themselves, whose members are new."""
    parsed = _parsed(formulas, terms, seen)
    return list(dict.fromkeys(name for each in parsed for name in each.covariates))


def _parsed(formulas: tuple[str, ...], terms: tuple[group_terms.GroupTerm, ...], seen: pd.DataFrame) -> "list[Parsed]":
    if not formulas:
        return []
    from ...data.formulas.symbols import parse

    texts = [*_designs(formulas).values(), *(f"{STAND_IN} ~ {term.effects}" for term in terms)]
    return [parse(text, [*seen.columns, STAND_IN]) for text in texts]


def _checked(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """The rows called 1, 2, …; refused where a column or a value is missing."""
    new = frame.set_axis([str(name) for name in frame.columns], axis="columns")
    new = new.set_axis(pd.RangeIndex(1, len(new) + 1), axis="index")
    if new.empty and not len(new):
        raise DataError("the new data have no rows; add one for each prediction.")
    for name in names:
        if name not in new:
            raise DataError(
                f"the new data have no column {name}{nearest(name, list(new.columns))}, which the model reads; "
                f"they have {listed(new.columns)}."
            )
        missing = absent(new[name])
        if missing.any():
            raise DataError(
                f"column {name} of the new data has no value in {in_rows(list(new.index[missing]))}; fill it."
            )
    return new


def _of_roles(
    model: Model, chosen: Mapping[str, str], new: pd.DataFrame
) -> tuple[dict[str, Array], dict[str, tuple[str, ...]]]:
    """Columns such as exposure and trials, with defaults for those that the fit had not either."""
    columns: dict[str, Array] = {}
    for role, column in roles.known(model).items():
        if role in chosen and column.kind is not label:
            columns[role] = numbers(new[chosen[role]], role)
            check(columns[role], column, chosen[role], new.index)
        elif column.default is not None and role not in OF_OUTCOME:
            columns[role] = np.full(len(new), column.default)
    return columns, {}
