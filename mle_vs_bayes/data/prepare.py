"""From a frame to the `Dataset` that a model reads: roles, missing rows, values, weights, formula."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError
from ..words import in_rows, listed
from . import bounds, roles
from .column import classes, label
from .counts import total
from .dataset import Array, Dataset
from .formulas import group_terms, request
from .formulas.parts import Formulas, parameter_of, several
from .labels import class_codes, coded, successes
from .values import check, numbers, present, repetitions

if TYPE_CHECKING:
    from ..model.model import Model
    from .formulas.formula import DesignMatrix


Mask = NDArray[np.bool_]


OUTCOME = "outcome"
"""The coords that hold an outcome's classes."""
_CODED = {label.name: coded, classes.name: class_codes}


@dataclass(frozen=True, eq=False)
class Prepared:
    """The data, which column (or left side of a formula) plays each role, and how many rows were dropped.

    ``model`` is the one that was asked for, with the groups of its formula where that has some.
    """

    data: Dataset
    columns: dict[str, str]
    dropped: int
    model: "Model"


def prepare(
    frame: pd.DataFrame,
    model: "Model",
    *,
    columns: Mapping[str, str] | None = None,
    formula: Formulas = None,
    drop_missing: bool = False,
) -> Prepared:
    """The data set that ``model`` reads out of ``frame``.

    Parameters
    ----------
    columns : mapping of role to column name
        What is not named here is looked for under the role's own name; ``y`` of a model without
        formula may also be the only numeric column.
    formula : str or sequence of str
        For models that take one: ``"y ~ x1 + C(x2)"``, and for further parameters ``"sigma ~ x1"``.
    drop_missing : bool
        Leave out rows with a missing or infinite value in a column that is used.

    Raises
    ------
    UsageError
        Unknown role, a formula too few or too many, a formula that does not parse.
    DataError
        Anything in the data that the model cannot use; rows are counted from 1.
    """
    arrangement = arranged(frame, model, columns=columns, formula=formula, drop_missing=drop_missing, strict=True)
    _check_terms(arrangement.data)
    _check_classes(arrangement.data)
    reason = arrangement.model.unusable(arrangement.data)
    if reason is not None:
        raise DataError(f"{reason}.")
    return arrangement


def arranged(
    frame: pd.DataFrame,
    model: "Model",
    *,
    columns: Mapping[str, str] | None = None,
    formula: Formulas = None,
    drop_missing: bool = False,
    strict: bool = False,
) -> Prepared:
    """The same without judging what the columns hold, unless ``strict``: of a simulated data set its rows tell it.

    Raises
    ------
    UsageError, DataError
        A column or formula that does not fit, text where numbers should be, missing values, a category of one level.
    """
    frame, asked = _numbered(frame), dict(columns or {})
    formulas, terms = group_terms.split_first(several(formula))
    plain, model = model, model.with_groups() if terms else model
    request.check_groups(model, terms)
    request.check_formula(model, frame, asked, formulas)
    bounded = bool(formulas) and roles.between_bounds(model, frame, asked, parameter_of(formulas[0]))
    if bounded:
        frame, formulas = request.with_stand_in(frame, formulas)
    response = formulas[0].partition("~")[0] if formulas else ""
    in_formula = tuple(
        dict.fromkeys(
            [*request.read_by_formulas(formulas, frame), *group_terms.read_by(terms, response, list(frame.columns))]
        )
    )
    chosen = roles.assign(model, frame, asked, in_formula, None if bounded else "y")
    frame = _with_successes(frame, chosen.get("y", response.strip()), plain)
    numeric = _by_role(frame, chosen, model)
    masks = {name: absent(frame[name]) for name in in_formula} | _missing(numeric, chosen, model)
    keep = usable_rows(masks, frame.index, drop_missing or model.unit == "series")
    if model.unit == "series":
        _check_series(keep, chosen)
    frame, numeric = _weighted(frame[keep], numeric[keep], chosen, model)
    if strict:
        _check_rows(numeric, model)
    weights = numeric["weights"].to_numpy() if "weights" in numeric else None
    designs = request.designs(formulas, frame, asked, model, strict, weights)
    if designs and not bounded:
        numeric, chosen = numeric.assign(y=designs["X"].y), {"y": designs["X"].response, **chosen}
    if strict:
        _check_values(numeric, chosen, model)
    data = _dataset(numeric, {role: frame[name] for role, name in chosen.items() if name in frame}, model, designs)
    data = model.completed(data)
    if terms:
        data, groups = group_terms.with_groups(data, terms, response, frame, weights, model.left_out)
        model = plain if groups is None else model.with_groups(groups)
    return Prepared(data, chosen, int(np.sum(~keep)), model.suited(data))


def _numbered(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with rows called 1, 2, …: names that they keep whatever is dropped or repeated later."""
    names = [str(name) for name in frame.columns]
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        raise DataError(f"more than one column is called {repeated}; give each its own name.")
    if frame.empty:
        seen = f"columns ({listed(names)}) but no rows" if names else "no columns"
        raise DataError(f"the data have {seen}; add rows of data, there is nothing to fit.")
    return frame.set_axis(names, axis="columns").set_axis(pd.RangeIndex(1, len(frame) + 1), axis="index")


def _with_successes(frame: pd.DataFrame, outcome: str, model: "Model") -> pd.DataFrame:
    """The frame with an outcome of two classes, where the model counts successes, as 0 and 1."""
    counted = model.takes_order and any(column.role == "trials" for column in model.columns)
    return frame.assign(**{outcome: successes(frame[outcome], model.order)}) if counted and outcome in frame else frame


def _by_role(frame: pd.DataFrame, chosen: Mapping[str, str], model: "Model") -> pd.DataFrame:
    """A float64 column per role, labels as codes, open ends of intervals filled in."""
    known = roles.known(model)
    values = {
        role: _CODED[known[role].kind.name](frame[name])[0]
        if known[role].kind.name in _CODED
        else numbers(frame[name], role)
        for role, name in chosen.items()
    }
    numeric = pd.DataFrame(values, index=frame.index)
    return bounds.with_open_ends(numeric, known["lower"]) if "lower" in numeric else numeric


def _missing(numeric: pd.DataFrame, chosen: Mapping[str, str], model: "Model") -> dict[str, Mask]:
    """Where each column that plays a role has no usable value; an infinite bound is one."""
    known = roles.known(model)
    masks: dict[str, Mask] = {}
    for role, name in chosen.items():
        values = numeric[role].to_numpy()
        missing = np.isnan(values) if known[role].unbounded else ~np.isfinite(values)
        masks[name] = masks.get(name, False) | missing
    return masks


def _weighted(
    frame: pd.DataFrame, numeric: pd.DataFrame, chosen: Mapping[str, str], model: "Model"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Without rows of weight 0; written out for a leaf whose formulas do not count by weights."""
    if "weights" not in numeric:
        return frame, numeric
    kept = present(numeric["weights"].to_numpy(), chosen["weights"], frame.index)
    frame, numeric = frame.iloc[kept], numeric.iloc[kept]
    if model.weighted:
        return frame, numeric
    positions = repetitions(numeric["weights"].to_numpy(), chosen["weights"])
    return frame.iloc[positions], numeric.drop(columns="weights").iloc[positions]


def _check_values(numeric: pd.DataFrame, chosen: Mapping[str, str], model: "Model") -> None:
    known = roles.known(model)
    for role in numeric.columns:
        check(numeric[role].to_numpy(), known[role], chosen[role], numeric.index)
    if "lower" in numeric:
        bounds.check_order(numeric, chosen)
    if "entry" in numeric:
        bounds.check_entry(numeric, chosen)
    if "trials" in known:
        bounds.check_successes(numeric, chosen)


def _dataset(
    numeric: pd.DataFrame, texts: Mapping[str, pd.Series], model: "Model", designs: "Mapping[str, DesignMatrix]"
) -> Dataset:
    """Columns by role in the model's order, defaults for what was left out, and the design matrices.

    Labels are coded again from ``texts``, now that rows have been dropped: all of them are in use.
    """
    values: dict[str, Array] = {}
    coords: dict[str, tuple[str, ...]] = {}
    for column in roles.known(model).values():
        if column.kind is label and column.role in texts:
            values[column.role], coords[column.role] = coded(texts[column.role])
        elif column.kind is classes and column.role in texts:
            codes = class_codes(texts[column.role], model.order, model.needs_order)
            values[column.role], coords[OUTCOME] = codes
        elif column.role in numeric:
            values[column.role] = numeric[column.role].to_numpy(dtype=float)
        elif column.default is not None:
            values[column.role] = np.full(len(numeric), column.default)
    for role, design in designs.items():
        values[role], coords[role.replace("X", "term", 1)] = design.X, design.terms
        if design.classes:
            coords[OUTCOME] = design.classes
    return model.arranged(Dataset(values, coords))


def _check_series(keep: Mask, chosen: Mapping[str, str]) -> None:
    """Refuse what would take rows out of a series, or put them there twice."""
    if not keep.all():
        gap = int(np.argmin(keep)) + 1
        raise DataError(f"row {gap} has no value, and a series must have no gaps; fill it or give a part without gaps.")
    if "weights" in chosen:
        raise DataError(
            f"column {chosen['weights']} says how often each row counts, but in a series each row is one time; "
            "leave the weights out."
        )


def _check_classes(data: Dataset) -> None:
    names = data.coords.get(OUTCOME)
    if names is not None and len(names) < 2:
        raise DataError(f"every y is {names[0]}; one class cannot be told apart from others.")


def _check_rows(numeric: pd.DataFrame, model: "Model") -> None:
    """One count of events in some years tells a rate; whatever has a second parameter cannot be told by one row."""
    if len(model.parameters) == 1 and not model.parameters[0].dims and model.formula is None:
        return
    observations = (numeric.get("trials", 1.0) * numeric.get("weights", 1.0) * np.ones(len(numeric))).sum()
    if observations < 2:
        raise DataError("the data have one row, and no spread can be seen in one; give at least 2.")


def _check_terms(data: Dataset) -> None:
    """More observations than terms; a row with trials holds as many observations."""
    observations = int(total(data, data["trials"])) if "trials" in data else data.size
    terms = [term for axis in data.designs.values() for term in data.coords[axis]]
    if observations <= len(terms):
        raise DataError(
            f"{observations} rows are not more than the {len(terms)} terms of the formula ({listed(terms, 6)}); "
            "use fewer terms."
        )


def absent(column: pd.Series) -> Mask:
    """Where a covariate of any kind is missing or infinite, ``(n,)``."""
    missing: Mask = column.isna().to_numpy(dtype=bool)
    if pd.api.types.is_numeric_dtype(column.dtype):
        missing = missing | np.isinf(column.to_numpy(dtype=float, na_value=np.nan))
    return missing


def usable_rows(masks: Mapping[str, Mask], rows: pd.Index, drop_missing: bool) -> Mask:
    """Which rows to keep, given where each used column is missing or infinite.

    Raises
    ------
    DataError
        There are such rows and they are not to be dropped, or no row would be left.
    """
    somewhere: Mask = np.logical_or.reduce(list(masks.values()))
    if not somewhere.any():
        return ~somewhere
    seen = listed(_counted(name, rows[mask]) for name, mask in masks.items() if mask.any())
    if somewhere.all():
        raise DataError(f"no row is complete: {seen}; fill these cells or use other columns.")
    if not drop_missing:
        raise DataError(f"{seen}; fill these cells, or go on without these rows by adding --drop-missing.")
    return ~somewhere


def _counted(name: str, rows: pd.Index) -> str:
    values = "1 missing or infinite value" if len(rows) == 1 else f"{len(rows)} missing or infinite values"
    return f"column {name} has {values} (in {in_rows(list(rows))})"
