"""A table of estimates as SQL that says the same of every table: what failed is NULL, every number is a double.

A replicate has failed where its status says so or its estimate is missing, NaN or infinite. An interval has failed
where its own status says so, or both its ends are missing; with one end missing it is open on that side.
"""

from collections.abc import Mapping

from ..errors import DataError
from ..ingestion.wording import listed, shown
from .roles import Roles
from .source import TABLE, quoted

SUCCEEDED = ("ok", "converged", "success", "successful", "succeeded", "true", "1", "1.0", "yes")
FAILED = (
    *("failed", "fail", "failure", "error", "divergent", "diverged", "not_applicable", "not_converged"),
    *("not converged", "nonconverged", "false", "0", "0.0", "no"),
)
NUMBERS = ("estimate", "se", "lower", "upper", "truth", "df", "level", "rank", "draws", "prior_sd")
_KINDS = ("INT", "DOUBLE", "FLOAT", "DECIMAL", "REAL", "NULL")


def check_numbers(connection, roles: Roles, types: Mapping[str, str]) -> None:  # type: ignore[no-untyped-def]
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
        found = connection.execute(query).fetchone()
        if found is not None:
            raise DataError(
                f'column "{name}" ({role}) holds {shown(found[0])}, which is no number; correct it, '
                f"or name another column with --column {role}=NAME."
            )


def select(roles: Roles, truth: float | None) -> str:
    """SQL: keys ``k0 …`` (the method last), replicate and every number; see the module on what is NULL."""
    keys = [f"{quoted(name)} AS k{place}" for place, name in enumerate(roles.keys)]
    method = quoted(roles.columns["method"]) if "method" in roles else "CAST(NULL AS VARCHAR)"
    estimate = number(roles, "estimate")
    done = f"isfinite({estimate}) AND {_success(roles, 'status')}"
    ended = f"{done} AND {_success(roles, 'interval_status')}"
    columns = [
        *keys,
        f"{method} AS k{len(roles.keys)}",
        f"{quoted(roles.columns['replicate']) if 'replicate' in roles else 'NULL'} AS replicate",
        f"CASE WHEN {done} THEN {estimate} END AS estimate",
        f"CASE WHEN {done} AND isfinite({number(roles, 'se')}) THEN {number(roles, 'se')} END AS se",
        f"{_given(number(roles, 'truth'), truth)} AS truth",
        *(f"CASE WHEN {ended} AND NOT isnan({number(roles, e)}) THEN {number(roles, e)} END AS {e}" for e in ENDS),
        f"CASE WHEN {ended} THEN 1 END AS ended",
        *(f"CASE WHEN isfinite({number(roles, r)}) THEN {number(roles, r)} END AS {r}" for r in REST),
        *(f"{_unknown(roles, role)} AS unknown_{role}" for role in ("status", "interval_status")),
    ]
    return f"SELECT {', '.join(columns)} FROM {TABLE}"


ENDS = ("lower", "upper")
REST = ("df", "rank", "draws", "prior_sd")


def number(roles: Roles, role: str) -> str:
    """SQL of a role's number; NULL where there is no such column."""
    name = roles.columns.get(role)
    return "CAST(NULL AS DOUBLE)" if name is None else f"CAST({quoted(name)} AS DOUBLE)"


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


def _given(column: str, truth: float | None) -> str:
    known = f"CASE WHEN isfinite({column}) THEN {column} END"
    return known if truth is None else f"CAST({truth!r} AS DOUBLE)"


def _word(name: str) -> str:
    return f"lower(CAST({quoted(name)} AS VARCHAR))"


def _success(roles: Roles, role: str) -> str:
    name = roles.columns.get(role)
    return "TRUE" if name is None else f"coalesce({_word(name)} IN {SUCCEEDED}, TRUE)"


def _unknown(roles: Roles, role: str) -> str:
    name = roles.columns.get(role)
    known = (*SUCCEEDED, *FAILED)
    return "CAST(NULL AS VARCHAR)" if name is None else f"CASE WHEN {_word(name)} NOT IN {known} THEN {_word(name)} END"
