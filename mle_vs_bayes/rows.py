"""The tidy row: one per (study, model, variant, scenario, n, replicate, estimator, parameter, interval).

``Row`` is the one list of columns; everything that reads or writes rows takes it from here.
Missing is ``None`` in a row, ``NaN``/``NA`` in a frame, an empty cell in CSV and ``null`` in JSON.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas

MODEL_SCALE = "model"
STATUSES = ("ok", "failed", "divergent", "not_applicable")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One estimate of one quantity with one interval; all lengths are one, units are the quantity's own."""

    study: str | None = None
    model: str
    variant: str = "default"
    scenario: str | None = None
    n: int
    replicate: int | None = None
    estimator: str
    """One of mle, reml, map, posterior, mle_exact, posterior_exact."""
    scale: str = MODEL_SCALE
    """The scale on which the mode or the mean was taken: ``model`` or ``unconstrained``."""
    parameter: str
    """In ArviZ's style: ``shape``, ``beta[Intercept]``, or the name of a derived quantity."""
    truth: float | None = None
    estimate: float | None = None
    se: float | None = None
    """Standard error (mle, map) or posterior standard deviation; missing with a ``reason`` where there is none."""
    interval: str = "none"
    level: float | None = None
    lower: float | None = None
    upper: float | None = None
    status: str = "ok"
    reason: str | None = None
    concerns: str = ""
    """Codes of ``concerns.py``, separated by spaces."""
    mcse: float | None = None
    """Monte-Carlo standard error of ``estimate``."""
    ess_bulk: float | None = None
    ess_tail: float | None = None
    rhat: float | None = None
    divergences: int | None = None
    converged: bool | None = None
    iterations: int | None = None
    gradient: float | None = None
    """Length of the gradient at the optimum in standard errors (the Newton decrement)."""
    path: str | None = None
    """How the number was reached: ``single`` here, other names where fits are batched."""
    seed: int | None = None
    median: float | None = None
    """The posterior's. Where the posterior has no mean, ``estimate`` and ``se`` are missing, ``reason`` says why, and
    this is what there is."""


COLUMNS = tuple(field.name for field in fields(Row))
LATER = ("median",)
"""Columns that came after files were written: a table of rows may be without them."""

_DTYPES: dict[Any, str] = {int | None: "Int64", bool | None: "boolean", float | None: "float64", int: "int64"}


def frame(rows: Iterable[Row]) -> "pandas.DataFrame":
    """Rows as a pandas frame with the columns of `Row` in order, and their dtypes whatever is missing."""
    import pandas

    return _typed(pandas.DataFrame([asdict(row) for row in rows], columns=list(COLUMNS)))


def frame_of(columns: Mapping[str, Any]) -> "pandas.DataFrame":
    """A frame of rows from whole columns, for very many rows; columns that are not given have their defaults."""
    import pandas

    defaults = {f.name: None if f.default is MISSING else f.default for f in fields(Row)}
    table = pandas.DataFrame(dict(columns))
    return _typed(table.assign(**{name: defaults[name] for name in COLUMNS if name not in columns})[list(COLUMNS)])


def rows_of(columns: Mapping[str, Any]) -> list[Row]:
    """Rows as records, for few of them: columns are arrays, in which a missing number is NaN."""
    lists = [[_present(value) for value in values.tolist()] for values in columns.values()]
    return [Row(**dict(zip(columns, line, strict=True))) for line in zip(*lists, strict=True)]


def _present(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def _typed(table: "pandas.DataFrame") -> "pandas.DataFrame":
    """The columns' dtypes; a missing text is None, which pandas may have turned into NaN."""
    typed = table.astype({f.name: _DTYPES.get(f.type, "object") for f in fields(Row)})
    texts = [name for name in COLUMNS if typed[name].dtype == object]
    return typed.assign(**{name: typed[name].where(typed[name].notna(), None) for name in texts})


def records(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Rows as dictionaries that JSON can hold: NaN and infinities become ``None``."""
    return [{name: plain(value) for name, value in asdict(row).items()} for row in rows]


def plain(value: Any) -> Any:
    """A number as JSON may hold it: NaN and infinities have no JSON form and become ``None``."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
