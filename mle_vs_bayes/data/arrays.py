"""From arrays, as a study's function makes them, to the `Dataset` that a model reads."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import DataError, UsageError
from ..words import listed
from .column import count, label
from .dataset import Array, Dataset
from .formulas.parts import Formulas

if TYPE_CHECKING:
    from ..model.model import Model


def read(model: "Model", data: Any, formula: Formulas = None) -> "tuple[Model, Dataset]":
    """The data set in ``data``, a `Dataset`, a mapping of arrays by role or a frame, and the model that reads it.

    With a formula the columns of any of them are what it reads, and the model has the groups in it. Values that the
    model cannot use stay: whoever fits the data set says so of it alone.

    Raises
    ------
    UsageError
        A formula that does not parse, or is not for this model.
    DataError
        No table of numbers, a column too few, or a formula that does not fit the columns.
    """
    if not isinstance(data, Mapping) and not hasattr(data, "columns"):
        raise DataError(f"the data are a {type(data).__name__}; give a Dataset, a dictionary of arrays or a frame.")
    if formula is None and model.takes_formula and not isinstance(data, Mapping):
        raise UsageError(
            f'the model {model.name} needs a formula for the columns of a frame; give the study formula="y ~ x", in '
            "terms of its columns, or make a Dataset with a design matrix X."
        )
    if formula is not None or not isinstance(data, Mapping):
        import pandas

        from .prepare import arranged

        columns = {name: data[name] for name in data} if isinstance(data, Mapping) else data
        try:
            frame = pandas.DataFrame(columns)
        except ValueError as error:
            raise DataError(f"the data are no table ({error}); give columns of one length.") from None
        prepared = arranged(frame, model, formula=formula)
        return prepared.model, prepared.data
    dataset = named(model, data if isinstance(data, Dataset) else Dataset({str(role): data[role] for role in data}))
    if (lack := lacking(model, dataset)) is not None:
        raise DataError(f"the data have {lack}.")
    return model, dataset


def lacking(model: "Model", data: Dataset) -> str | None:
    """Which column that the model needs is not there, or None."""
    needed = [column.role for column in model.columns if not column.optional]
    known = [column.role for column in model.columns]
    absent = [role for role in needed if role not in data] or ([] if {*known} & {*data} else known[:1])
    if not absent:
        return None
    return f"no column {absent[0]} (there is {listed(data) or 'none'}); {model.name} reads {listed(known)}"


def named(model: "Model", data: Dataset) -> Dataset:
    """The data set with a name for each term of its design matrix and for each of its labels.

    Terms without names are called as a formula would call them: ``Intercept`` where every value is 1, else ``x1``,
    ``x2`` and so on.

    Raises
    ------
    DataError
        No rows, no numbers, columns of several lengths, no design matrix ``(n, k)`` for a model with a formula, or as
        many names as do not fit.
    """
    data = Dataset({role: _numbers(role, data[role]) for role in data}, data.coords)
    _check_lengths(data)
    data = _counted(model, data)
    columns, coords = dict(data.columns), dict(data.coords)
    for role, axis in () if model.formula is None else model.formula.designs.items():
        design = _design_matrix(model, data, role)
        columns[role], coords[axis] = design, coords.get(axis) or _terms(design)
        if len(coords[axis]) != design.shape[1]:
            terms = f"{len(coords[axis])} names of terms ({listed(coords[axis], 6)})"
            raise DataError(
                f"the data have {terms} and {role} has {design.shape[1]} columns; give each column one name."
            )
    for column in model.columns:
        if column.kind is label and column.role in columns and column.role not in coords:
            present, codes = np.unique(columns[column.role], return_inverse=True)
            columns[column.role], coords[column.role] = codes.astype(float), tuple(f"{value:g}" for value in present)
    return model.arranged(Dataset(columns, coords))


def _counted(model: "Model", data: Dataset) -> Dataset:
    """The data without rows of weight 0; written out for a leaf whose formulas do not count by weights."""
    if "weights" not in data or not np.all(np.isfinite(data["weights"]) & count.admits(data["weights"])):
        return data
    kept = np.flatnonzero(data["weights"])
    if not kept.size:
        raise DataError("the weights are 0 in every row; there is nothing to fit.")
    present = data if kept.size == data.n else data.rows(kept)
    return present if model.weighted else present.spelled_out()


def _check_lengths(data: Dataset) -> None:
    lengths = {role: len(values) for role, values in data.items()}
    if not lengths or 0 in lengths.values():
        raise DataError(f"the data have {'no rows' if lengths else 'no columns'}; there is nothing to fit.")
    if len(set(lengths.values())) > 1:
        seen = listed(f"{role} has {length}" for role, length in lengths.items())
        raise DataError(f"the columns have different lengths ({seen} rows); make them equally long.")


def _design_matrix(model: "Model", data: Dataset, role: str) -> Array:
    """``X``, or that of a further formula, as ``(n, k)``."""
    if role not in data:
        raise DataError(
            f"the data have {listed(data)}, and the model {model.name} reads a design matrix {role} (rows × terms); "
            f'give {role}, or the columns and a formula for them, such as formula="y ~ x".'
        )
    design = data[role]
    if design.ndim > 2:
        raise DataError(f"{role} has the shape {design.shape}; a design matrix has rows and columns.")
    return design.reshape(len(design), -1)


def _terms(design: Array) -> tuple[str, ...]:
    numbers = iter(range(1, design.shape[1] + 1))
    constant = np.all(design == 1, axis=0)
    first = int(np.argmax(constant)) if constant.any() else -1
    return tuple("Intercept" if place == first else f"x{next(numbers)}" for place in range(design.shape[1]))


def _numbers(role: Any, values: Any) -> Array:
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise DataError(f"{role} cannot be read as numbers ({error}); give an array of numbers.") from None
    if array.ndim == 0:
        raise DataError(f"{role} is one number, {array:g}; give an array with one value per row.")
    return array
