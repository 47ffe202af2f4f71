"""Which column plays which role: what the person said first, then columns called like the role."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..errors import DataError, UsageError
from ..words import listed, nearest, shown
from .column import Column, group, weights
from .values import converted, is_row_number

if TYPE_CHECKING:
    from ..model.model import Model

BOUNDS = ("lower", "upper")
EXACT = ("y", "event")
"""An outcome is either ``y`` (with ``event``) or lies between ``lower`` and ``upper``."""


def known(model: "Model") -> dict[str, Column]:
    """Every role of the model, and those that all models understand: ``weights`` and ``group``."""
    readable = {column.role: column for column in model.columns}
    return readable | {column.role: column for column in (weights, group) if column.role not in readable}


def assign(
    model: "Model",
    frame: pd.DataFrame,
    columns: Mapping[str, str],
    read_by_formula: Iterable[str] = (),
    outcome: str | None = None,
) -> dict[str, str]:
    """Role → column; columns that the formula reads play no other role unless they are asked to.

    For a formula model ``y`` is left out: the formula says it on its left side, which is ``outcome``. None there means
    that it lies between bounds.

    A column called ``group`` counts as one only for models that read it: for others it has to be named.

    Raises
    ------
    UsageError
        A role the model does not have, or two ways of giving the outcome at once.
    DataError
        A column that is not there, or none for the outcome or for another role that must be played.
    """
    roles = known(model)
    for role, name in columns.items():
        if role not in roles:
            raise UsageError(
                f"the model {model.name} has no role {role}{nearest(role, roles)}; it has {listed(roles)}."
            )
        if name not in frame.columns and not (model.takes_formula and role == "y"):
            raise DataError(
                f"there is no column {name} for {role}{nearest(name, frame.columns)}; "
                f"the data have {listed(frame.columns)}; write --column {role}=NAME with one of them."
            )
    taken = {*columns.values(), *read_by_formula}
    if group in roles.values():
        taken.add(group.role)
    assigned = {role: role for role in roles if role not in columns and role in frame.columns and role not in taken}
    if model.takes_formula:
        assigned = _of_formula(assigned, columns, frame, outcome)
        chosen = {**assigned, **columns}
        _check_required(model, frame, chosen)
        return {role: chosen[role] for role in roles if role in chosen and role != "y"}
    if set(BOUNDS) <= set(roles):
        assigned = _one_outcome(assigned, columns, frame)
    chosen = {**assigned, **columns}
    _check_required(model, frame, chosen)
    if "y" not in chosen and not set(BOUNDS) <= set(chosen):
        chosen["y"] = _only_numeric(frame, chosen.values())
    return {role: chosen[role] for role in roles if role in chosen}


def _of_formula(
    roles: Mapping[str, str], columns: Mapping[str, str], frame: pd.DataFrame, outcome: str | None
) -> dict[str, str]:
    """``roles`` without bounds, where the left side of a formula is the outcome, else without events."""
    if outcome is not None and not set(BOUNDS) & set(columns):
        return {role: name for role, name in roles.items() if role not in BOUNDS}
    named = {role: name for role, name in columns.items() if role != "y"}
    return _one_outcome({role: name for role, name in roles.items() if role not in EXACT}, named, frame)


def between_bounds(model: "Model", frame: pd.DataFrame, columns: Mapping[str, str], left: str) -> bool:
    """Whether the outcome of a formula, with this left side, lies between two columns.

    Raises
    ------
    DataError
        The left side is a column whose values lie outside the bounds.
    """
    roles, names = {column.role for column in model.columns}, [columns.get(role, role) for role in BOUNDS]
    bounds = set(BOUNDS) & set(columns)
    if not set(BOUNDS) <= roles or not (bounds or (left not in frame.columns and set(names) <= {*frame.columns})):
        return False
    if left in frame.columns and set(names) <= {*frame.columns}:
        _check_between(left, *(converted(frame[name])[0] for name in (left, *names)))
    return True


def _check_between(left: str, y: Any, lower: Any, upper: Any) -> None:
    outside = (y < lower) | (y > upper)
    if outside.any():
        row = int(outside.argmax())
        raise DataError(
            f"{left}, the formula's left side, is {shown(float(y[row]))} in row {row + 1}, outside lower and upper, "
            "which say the outcome; leave the left side empty, or the bounds out."
        )


def _check_required(model: "Model", frame: pd.DataFrame, chosen: Mapping[str, str]) -> None:
    """Refuse a role, other than the outcome's, that must be played and is not."""
    absent = [c.role for c in model.columns if not c.optional and c.role != "y" and c.role not in chosen]
    if absent:
        raise DataError(
            f"the model {model.name} needs a column for {absent[0]}; the data have {listed(frame.columns)}; "
            f"add --column {absent[0]}=NAME."
        )


def _one_outcome(roles: Mapping[str, str], columns: Mapping[str, str], frame: pd.DataFrame) -> dict[str, str]:
    """``roles`` without the roles of the outcome's other form; what was asked for decides, then ``y``."""
    exact, bounds = ([role for role in form if role in columns] for form in (EXACT, BOUNDS))
    if exact and bounds:
        raise UsageError(
            f"{listed([*exact, *bounds])} were all named; an outcome is y (with event) or lower and upper; "
            "leave one form out."
        )
    if not exact and not bounds:
        if "y" in roles and set(BOUNDS) <= set(roles):
            raise DataError(
                "the data have columns y, lower and upper; say which are the outcome with --column y=y, "
                "or with --column lower=lower --column upper=upper."
            )
        bounds = [] if "y" in roles else [role for role in BOUNDS if role in roles]
    if bounds:
        for role in BOUNDS:
            if role not in roles and role not in columns:
                raise DataError(
                    f"{bounds[0]} is given without {role}; the data have {listed(frame.columns)}; "
                    f"add --column {role}=NAME, a column whose empty cells mean no bound."
                )
    dropped = EXACT if bounds else BOUNDS
    return {role: name for role, name in roles.items() if role not in dropped}


def _only_numeric(frame: pd.DataFrame, taken: Iterable[str]) -> str:
    """The outcome where nothing says which: the only column of numbers that has no other role."""
    strange = {name: converted(frame[name])[1] for name in frame.columns}
    numeric = [name for name, place in strange.items() if place is None and frame[name].notna().any()]
    numeric = [name for name in numeric if not is_row_number(frame[name])] or numeric
    if not numeric:
        name = str(frame.columns[0])
        place = strange[name]
        seen = "is empty" if place is None else f"is {shown(frame[name].iloc[place])} in row {frame.index[place]}"
        raise DataError(
            f"the data have no numeric column for y (of {listed(frame.columns)}, {name} {seen}); "
            "code the outcome as numbers."
        )
    free = [name for name in numeric if name not in set(taken)]
    if len(free) != 1:
        raise DataError(f"the model needs a column for y; the data have {listed(frame.columns)}; add --column y=NAME.")
    return free[0]
