"""The columns of a table that is open in DuckDB: their roles, and which text tells scenarios apart."""

from collections.abc import Mapping, Sequence
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
    return roles


def unused(connection: "duckdb.DuckDBPyConnection", roles: Roles) -> list[str]:
    """Columns without a role that hold few values, so that they may be scenarios."""
    free = [name for name in types(connection) if name not in {*roles.columns.values(), *roles.keys}]
    return _few(connection, free)


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
    found = connection.execute(f"SELECT {counts} FROM {TABLE}").fetchone()
    assert found is not None
    return [name for name, count in zip(names, found, strict=True) if 1 < count <= MOST]


def _is_text(kind: str) -> bool:
    return kind.startswith(("VARCHAR", "ENUM", "BOOLEAN"))
