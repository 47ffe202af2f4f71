"""A table of estimates as SQL that says the same of every table: what failed is NULL, every number is a double.

A replicate has failed where its status says so or its estimate is missing, NaN or infinite. An interval has failed
where its own status says so, or both its ends are missing; with one end missing it is open on that side.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...errors import DataError
from ...words import listed, shown
from .roles import Roles
from .source import TABLE, quoted, text

if TYPE_CHECKING:
    import duckdb

SUCCEEDED = ("ok", "converged", "success", "successful", "succeeded", "true", "1", "1.0", "yes")
FAILED = (
    *("failed", "fail", "failure", "error", "divergent", "diverged", "not_applicable", "not_converged"),
    *("not converged", "nonconverged", "false", "0", "0.0", "no"),
)
Truth = float | Mapping[str, float] | None
"""One true value for every row, one for each parameter by its name, or None where a column has it."""
NUMBERS = ("estimate", "se", "lower", "upper", "truth", "df", "level", "rank", "draws", "prior_sd")
_KINDS = ("INT", "DOUBLE", "FLOAT", "DECIMAL", "REAL", "NULL")


def check_numbers(connection: "duckdb.DuckDBPyConnection", roles: Roles, types: Mapping[str, str]) -> None:
    """Refuse a column that should hold numbers and holds words.

    Raises
    ------
    DataError
        With the column and the first value that is no number.
    """
    for role in NUMBERS:
        name = roles.columns.get(role)
        if name is None or any(kind in types[name] for kind in _KINDS):
            continue
        cell = quoted(name)
        query = f"SELECT {cell} FROM {TABLE} WHERE {cell} IS NOT NULL AND TRY_CAST({cell} AS DOUBLE) IS NULL LIMIT 1"
        line = connection.execute(query).fetchone()
        if line is not None:
            raise DataError(
                f'column "{name}" ({role}) holds {shown(line[0])}, which is no number; correct it, '
                f"or name another column with --column {role}=NAME."
            )


def first(roles: Roles, truth: Truth) -> str:
    """SQL of every row: keys ``k0 …`` (the method last), replicate, estimate, truth, statuses that nobody knows."""
    unknown = [f"{_unknown(roles, role)} AS unknown_{role}" for role in STATUSES if role in roles]
    estimate = f"CASE WHEN {_fitted(roles)} THEN {number(roles, 'estimate')} END AS estimate"
    answered = f"coalesce({_fitted(roles)}, FALSE) AS answered"
    columns = [*_keys(roles), estimate, answered, f"{_known(roles, truth)} AS truth", *unknown]
    return f"SELECT {', '.join(columns)} FROM {TABLE}"


def fitted(roles: Roles, truth: Truth) -> str:
    """SQL of the rows that did not fail: keys, replicate and every number; see the module on what is NULL."""
    ended = _success(roles, "interval_status")
    ends = [
        f"CASE WHEN {ended} AND NOT isnan({number(roles, end)}) THEN {number(roles, end)} END AS {end}" for end in ENDS
    ]
    columns = [
        *_keys(roles),
        f"{_finite(number(roles, 'estimate'))} AS estimate",
        f"{_known(roles, truth)} AS truth",
        *(f"{_finite(number(roles, role))} AS {role}" if role in roles else f"{NULL} AS {role}" for role in REST),
        *ends,
        f"{ended} AS ended",
    ]
    return f"SELECT {', '.join(columns)} FROM {TABLE} WHERE {_fitted(roles)}"


def _keys(roles: Roles) -> list[str]:
    method = quoted(roles.columns["method"]) if "method" in roles else "CAST(NULL AS VARCHAR)"
    replicate = quoted(roles.columns["replicate"]) if "replicate" in roles else "NULL"
    keys = [*(quoted(name) for name in roles.keys), method]
    return [*(f"{key} AS k{place}" for place, key in enumerate(keys)), f"{replicate} AS replicate"]


def _fitted(roles: Roles) -> str:
    """An estimate, or the median of a posterior without a mean; failed and absent ones are NULL or false."""
    number_there = " OR ".join(f"isfinite({number(roles, role)})" for role in ("estimate", "median"))
    return f"({number_there}) AND {_success(roles, 'status')}"


STATUSES = ("status", "interval_status")
ENDS = ("lower", "upper")
REST = ("se", "df", "rank", "draws", "prior_sd")
NULL = "CAST(NULL AS DOUBLE)"


def number(roles: Roles, role: str) -> str:
    """SQL of a role's number; NULL where there is no such column."""
    name = roles.columns.get(role)
    return NULL if name is None else f"CAST({quoted(name)} AS DOUBLE)"


def check_status(values: list[str], role: str, roles: Roles) -> None:
    """Refuse words of success or failure that nobody knows.

    Raises
    ------
    DataError
        With the words seen, and those that are known.
    """
    if values:
        raise DataError(
            f'column "{roles.columns[role]}" ({role}) holds {shown(values[0])}, which says neither success '
            f"({listed(SUCCEEDED[:3])}) nor failure ({listed(FAILED[:5])}); write it so."
        )


def _known(roles: Roles, truth: Truth) -> str:
    if isinstance(truth, Mapping):
        cell = f"CAST({quoted(roles.columns['parameter'])} AS VARCHAR)"
        cases = (f"WHEN {text(name)} THEN CAST({float(value)!r} AS DOUBLE)" for name, value in truth.items())
        return f"CASE {cell} {' '.join(cases)} END"
    if truth is not None:
        return f"CAST({float(truth)!r} AS DOUBLE)"
    return _finite(number(roles, "truth")) if "truth" in roles else NULL


def _finite(cell: str) -> str:
    return f"CASE WHEN isfinite({cell}) THEN {cell} END"


def _word(name: str) -> str:
    return f"lower(CAST({quoted(name)} AS VARCHAR))"


def _success(roles: Roles, role: str) -> str:
    name = roles.columns.get(role)
    return "TRUE" if name is None else f"coalesce({_word(name)} IN {SUCCEEDED}, TRUE)"


def _unknown(roles: Roles, role: str) -> str:
    name = roles.columns.get(role)
    known = (*SUCCEEDED, *FAILED)
    return "CAST(NULL AS VARCHAR)" if name is None else f"CASE WHEN {_word(name)} NOT IN {known} THEN {_word(name)} END"
