"""The columns of a table that is open in DuckDB: their roles, and which text tells scenarios apart."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from . import clean
from .roles import Roles, assign
from .source import TABLE, quoted, types

if TYPE_CHECKING:
    import duckdb

__all__ = ["Roles", "assigned"]

MOST = 100
"""Distinct values of a text that is taken for a scenario."""
_REMARKS = (
    "reason",
    "message",
    "error",
    "warning",
    "warnings",
    "concerns",
    "note",
    "notes",
    "comment",
    "status",
    "path",
)
"""Names of text that tells about one fit."""


def assigned(connection: "duckdb.DuckDBPyConnection", said: Mapping[str, str], scenario: Sequence[str]) -> Roles:
    """Roles of the table's columns.

    Raises
    ------
    UsageError
        No such role, or a column with two.
    DataError
        No such column, none for the estimate, or words where numbers should be.
    """
    present = types(connection)
    roles = assign(list(present), said, scenario, ())
    if not roles.own and not scenario:
        free = [name for name in present if name not in {*roles.columns.values(), *roles.scenario}]
        texts = [name for name in free if _is_text(present[name]) and name.lower() not in _REMARKS]
        roles = assign(list(present), said, scenario, _few(connection, texts))
    clean.check_numbers(connection, roles, present)
    if not roles.own and _truth_tells_scenarios(connection, roles):
        return replace(roles, scenario=(*roles.scenario, roles.columns["truth"]))
    return roles


def _truth_tells_scenarios(connection: "duckdb.DuckDBPyConnection", roles: Roles) -> bool:
    """Whether the truth names scenarios: rows repeat a replicate, and no longer do beside the truth.

    Where nothing numbers the replicates, a truth that comes more than once in every group names them, too. A truth
    that differs from replicate to replicate repeats none of them, and stays a truth.
    """
    truth = roles.columns.get("truth")
    if truth is None or truth in roles.keys or not _few(connection, [truth]):
        return False
    names = [*roles.keys, *(roles.columns[role] for role in ("method", "replicate") if role in roles)]
    if "replicate" in roles:
        counted = f"SELECT count(*) AS total, count(DISTINCT {quoted(truth)}) AS truths FROM {TABLE} {_grouped(names)}"
        tells = "bool_or(total > 1) AND bool_and(total = truths)"
    else:
        counted = f"SELECT count(*) AS total FROM {TABLE} {_grouped([*names, truth])}"
        tells = "bool_and(total > 1)"
    answer = connection.execute(f"SELECT {tells} FROM ({counted})").fetchone()
    return bool(answer and answer[0])


def _grouped(names: Sequence[str]) -> str:
    return f"GROUP BY {', '.join(map(quoted, names))}" if names else ""


def unused(connection: "duckdb.DuckDBPyConnection", roles: Roles) -> list[str]:
    """Columns without a role that hold few values, so that they may be scenarios."""
    other = {name for role, name in roles.columns.items() if role != "truth"}
    return _few(connection, [name for name in types(connection) if name not in {*other, *roles.keys}])


def without_role(connection: "duckdb.DuckDBPyConnection", roles: Roles) -> tuple[str, ...]:
    """Columns that nothing is made of, remarks and numbers of rows aside."""
    free = [name for name in types(connection) if name not in {*roles.columns.values(), *roles.keys}]
    return tuple(
        name for name in free if name and name.lower() not in (*_REMARKS, "x", "column0", "unnamed: 0", "unnamed_1")
    )


def _few(connection: "duckdb.DuckDBPyConnection", names: Sequence[str]) -> list[str]:
    """Those of ``names`` with at most `MOST` distinct values, and more than one."""
    if not names:
        return []
    counts = ", ".join(f"approx_count_distinct({quoted(name)})" for name in names)
    distinct = connection.execute(f"SELECT {counts} FROM {TABLE}").fetchone()
    assert distinct is not None
    return [name for name, count in zip(names, distinct, strict=True) if 1 < count <= MOST]


def _is_text(kind: str) -> bool:
    return kind.startswith(("VARCHAR", "ENUM", "BOOLEAN"))
