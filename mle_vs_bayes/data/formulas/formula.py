"""From a formula such as ``y ~ x1 + C(x2)`` and a frame to a response and a design matrix, by formulaic.

Formulaic codes categories and names the terms. It reports errors as tracebacks of many kinds, leaves
integers as integers (x**10 overflows in silence) and drops a category of one level without a word, so
everything that a person may get wrong is looked at here, before and after.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import DataError, UsageError
from ...words import in_rows, listed, shown
from ..values import converted, numbers, refuse_dates, repetitions
from .rank import check_terms
from .symbols import Parsed, complaint, parse

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DesignMatrix:
    """Both sides of a formula: y ``(n,)`` called ``response``, and X ``(n, k)`` with its terms."""

    response: str
    y: Array
    X: Array
    terms: tuple[str, ...]
    classes: tuple[str, ...] = ()
    """Of an outcome of classes, whose codes y are."""


def design_matrix(formula: str, frame: pd.DataFrame, strict: bool = True, weights: Array | None = None) -> DesignMatrix:
    """Evaluate ``formula`` on ``frame``; errors call rows by the frame's index.

    Text and categories become 0/1 columns, one level left out beside an intercept; terms are named
    as formulaic names them. Unless ``strict``, values may be infinite and terms collinear. Rows may have frequency
    ``weights`` ``(n,)``: what looks at a whole column (poly, center, np.mean) then sees each row as often.

    Raises
    ------
    UsageError
        The formula does not parse, has no left side or more than one response, or cannot be computed.
    DataError
        Unknown column, response that is not a number, more terms than rows, values that are not
        finite, covariates that are constant or collinear.
    """
    parsed = parse(formula, list(frame.columns))
    ready = _ready(parsed, frame)
    if weights is None or not parsed.reads_columns:
        response, covariates = _evaluated(parsed, ready)
    else:
        response, covariates = (_one_per_row(side, parsed, weights) for side in _written_out(parsed, ready, weights))
    name, terms = str(response.columns[0]), tuple(str(term) for term in covariates.columns)
    if name in terms:
        raise UsageError(f'formula "{formula}" has {name} on both sides; leave it out on the right.')
    if not terms:
        raise UsageError(f'formula "{formula}" has no terms on the right; write 1 for an intercept alone.')
    design_values = covariates.to_numpy(dtype=float)
    if strict:
        if len(frame) < len(terms):
            raise DataError(
                f"{len(frame)} rows cannot tell {len(terms)} terms apart ({listed(terms, 6)}); use fewer terms."
            )
        for side in (response, covariates):
            _check_finite(side, parsed, frame)
        check_terms(design_values, terms)
    return DesignMatrix(name, response.to_numpy(dtype=float)[:, 0], design_values, terms)


def _ready(parsed: Parsed, frame: pd.DataFrame) -> pd.DataFrame:
    """The columns that the formula reads: numbers as float64, categories without unused levels."""
    columns = {name: _covariate(frame[name], name in parsed.in_c) for name in parsed.covariates}
    for name in parsed.response:
        is_text = converted(frame[name])[1] is not None
        if is_text and not parsed.bare_response:
            columns.setdefault(name, frame[name])  # such as {case == "yes"}
        else:
            columns[name] = pd.Series(numbers(frame[name], "y"), frame.index)
    return pd.DataFrame(columns, index=frame.index)


def _covariate(column: pd.Series, in_c: bool) -> pd.Series:
    """Numbers as float64, so that no power overflows, except inside ``C()``, where they name the terms."""
    if not in_c:  # inside C() someone has asked for one term per day
        refuse_dates(column, f"covariate {column.name}")
    if isinstance(column.dtype, pd.CategoricalDtype):
        column, in_c = column.cat.remove_unused_categories(), True
    if not in_c and _holds_numbers(column):
        return pd.Series(converted(column)[0], column.index)
    return column


def _holds_numbers(column: pd.Series) -> bool:
    """Whether there is no text; numbers written as text are taken for categories, as someone put them in quotes."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return True
    return converted(column)[1] is None and not any(isinstance(value, str) for value in column)


def _evaluated(parsed: Parsed, frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both sides as frames; what does not come out finite is looked at afterwards, so nothing is to warn here."""
    sides = _computed(parsed, lambda: parsed.sides.get_model_matrix(frame, context={}, na_action="ignore"))
    if len(sides.lhs.columns) != 1:
        seen = listed(sides.lhs.columns, 5)
        raise UsageError(f'formula "{parsed.text}" has {seen} on the left; write one response that is a number.')
    _check_levels(sides.rhs.model_spec.term_indices, parsed, frame)
    return pd.DataFrame(sides.lhs), pd.DataFrame(sides.rhs)


def _computed(parsed: Parsed, compute: Callable[[], Any]) -> Any:
    """What formulaic makes of a formula and data, or one sentence."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return compute()
    except Exception as error:  # noqa: BLE001 - the formula runs Python that the person wrote
        raise UsageError(f'formula "{parsed.text}" cannot be computed ({complaint(error)}); correct it.') from None


@dataclass(frozen=True, eq=False)
class NewDesign:
    """The right side of a formula on new rows: X ``(m, k)`` with its terms, and what of a row was not in the fit.

    ``unseen`` has, by row, levels of a category that the fit did not see (X is NaN there); ``beyond`` numbers outside
    the range in the fit.
    """

    X: Array
    terms: tuple[str, ...]
    unseen: Mapping[int, list[str]]
    beyond: Mapping[int, list[str]]


def on_new_rows(formula: str, seen: pd.DataFrame, new: pd.DataFrame) -> NewDesign:
    """Evaluate the right side of ``formula`` on ``new`` rows as it was on those ``seen`` in the fit.

    Categories keep the fit's levels, and transforms that look at a whole column (center, poly, bs) keep what they
    took from the fit's.

    Raises
    ------
    UsageError, DataError
        As `design_matrix`; a column that is not in ``new``, or that has text where the fit had numbers.
    """
    parsed = parse(formula, list(seen.columns))
    ready = _ready(parsed, seen)
    frame, unseen, beyond = _as_in_fit(parsed, ready, new)
    first = _computed(parsed, lambda: parsed.sides.get_model_matrix(ready, context={}, na_action="ignore")).rhs
    again = _computed(parsed, lambda: first.model_spec.get_model_matrix(frame, context={}, na_action="ignore"))
    values = pd.DataFrame(again, index=new.index)
    _check_finite(values, parsed, frame)
    X = values.to_numpy(dtype=float).copy()
    X[list(unseen)] = np.nan
    terms = tuple(str(term) for term in values.columns)
    return NewDesign(X, terms, unseen, beyond)


Notes = dict[int, list[str]]


def _as_in_fit(parsed: Parsed, ready: pd.DataFrame, new: pd.DataFrame) -> tuple[pd.DataFrame, Notes, Notes]:
    """The columns read, with some level of the fit in the place of each unseen one, and what was not in the fit."""
    columns: dict[str, pd.Series] = {}
    unseen: Notes = {}
    beyond: Notes = {}
    for name in parsed.covariates:
        values, seen = _like(ready[name], new[name], name in parsed.in_c), ready[name]
        category = _is_category(seen, name in parsed.in_c)
        for row, words in (_not_among if category else _outside)(values, seen).items():
            (unseen if category else beyond).setdefault(row, []).append(words)
        columns[name] = values.where(values.isin(seen), seen.iloc[0]) if category else values
    return pd.DataFrame(columns, index=new.index), unseen, beyond


def _is_category(column: pd.Series, in_c: bool) -> bool:
    return in_c or not pd.api.types.is_numeric_dtype(column.dtype)


def _like(seen: pd.Series, new: pd.Series, in_c: bool) -> pd.Series:
    """New values of the type that the fit had: numbers, or the names of levels."""
    if not _is_category(seen, in_c):
        return pd.Series(numbers(new, str(new.name)), new.index, name=new.name)
    return new.astype(object)


def _not_among(new: pd.Series, seen: pd.Series) -> dict[int, str]:
    """A level, by its row, that the fit did not see."""
    places = np.flatnonzero(~new.isin(seen).to_numpy())
    return {int(place): f"{new.name} is {shown(new.iloc[place])}, a level not seen in the fit" for place in places}


def _outside(new: pd.Series, seen: pd.Series) -> dict[int, str]:
    """A number, by its row, outside the range in the fit."""
    low, high = float(seen.min()), float(seen.max())
    places = np.flatnonzero(((new < low) | (new > high)).to_numpy())
    return {int(p): f"{new.name} is {new.iloc[p]:g}, outside {low:g} to {high:g} in the fit" for p in places}


def _written_out(parsed: Parsed, ready: pd.DataFrame, weights: Array) -> tuple[pd.DataFrame, pd.DataFrame]:
    return _evaluated(parsed, ready.iloc[repetitions(weights, "weights")])


def _one_per_row(side: pd.DataFrame, parsed: Parsed, weights: Array) -> pd.DataFrame:
    """A side that was evaluated on repeated rows, one line per row again.

    Raises
    ------
    UsageError
        A transform, such as a lag, gives the copies of one row different values.
    """
    times = weights.astype(np.intp)
    first, values = np.cumsum(times) - times, side.to_numpy(dtype=float)
    if not np.array_equal(values, np.repeat(values[first], times, axis=0), equal_nan=True):
        raise UsageError(
            f'formula "{parsed.text}" depends on the order of rows, which weighted ones have not; write the rows out, '
            "or leave that transform out."
        )
    return side.iloc[first]


def _check_levels(term_columns: Mapping[Any, Sequence[int]], parsed: Parsed, frame: pd.DataFrame) -> None:
    """Refuse a category with one level, for which formulaic makes no column."""
    for term, places in term_columns.items():
        if not places:
            constant = [name for name in parsed.covariates if name in str(term) and frame[name].nunique() == 1]
            seen = listed(f"{name} is {shown(frame[name].iloc[0])} in every row" for name in constant)
            where = f" ({seen})" if seen else ""
            raise DataError(
                f"covariate {term} has one level only{where} and says nothing; leave it out of the formula."
            )


def _check_finite(side: pd.DataFrame, parsed: Parsed, frame: pd.DataFrame) -> None:
    """Refuse what the formula made of good values, such as log(x) at x = 0."""
    finite = np.isfinite(side.to_numpy(dtype=float))
    for place, term in enumerate(side.columns):
        bad = list(dict.fromkeys(side.index[~finite[:, place]]))
        if bad:
            made_of = [name for name in parsed.variables if name in str(term)] or parsed.variables
            row = frame[frame.index == bad[0]].iloc[0]
            seen = listed(f"{name} is {shown(row[name])}" for name in made_of)
            raise DataError(f"{term} is not finite in {in_rows(bad)}, where {seen}; change the formula or the data.")
