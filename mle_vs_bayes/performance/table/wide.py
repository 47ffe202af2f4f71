"""Wide tables, one column per method, made long: ``estimate=b_*`` with ``se=se_*``, the star being the method."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...errors import DataError, UsageError
from ...words import listed
from .source import TABLE, quoted, text, types

if TYPE_CHECKING:
    import duckdb

STAR = "*"
WIDE = "wide_estimates"
"""The name in SQL of the table as it was given."""


def made_long(connection: "duckdb.DuckDBPyConnection", said: Mapping[str, str]) -> dict[str, str]:
    """Column by role after a wide table, if it is one, has been made long: `TABLE` then has a column ``method``.

    Raises
    ------
    DataError
        No column fits a pattern, or the methods of one lack a column of another.
    UsageError
        A pattern with several stars, or a wide table that names its method as well.
    """
    patterns = {role: name for role, name in said.items() if STAR in name}
    if not patterns:
        return dict(said)
    present = list(types(connection))
    if "method" in said or "method" in present:
        raise UsageError('a pattern such as estimate=b_* takes its star for the method; leave out the column "method".')
    found = {role: _fitting(role, pattern, present) for role, pattern in patterns.items()}
    methods = list(next(iter(found.values())))
    for role, columns in found.items():
        if set(columns) != set(methods):
            raise DataError(
                f"{role}={patterns[role]} stands for {listed(columns)}, another pattern for {listed(methods)}; "
                "each method must have each column."
            )
    taken = {name for columns in found.values() for name in columns.values()}
    others = [quoted(name) for name in present if name not in taken and name not in found]
    selects = []
    for method in methods:
        own = [f"{quoted(columns[method])} AS {quoted(role)}" for role, columns in found.items()]
        selects.append(f"SELECT {', '.join([*others, f'{text(method)} AS method', *own])} FROM {WIDE}")
    connection.execute(f"ALTER VIEW {TABLE} RENAME TO {WIDE}")
    connection.execute(f"CREATE VIEW {TABLE} AS {' UNION ALL '.join(selects)}")
    return {role: role if role in found else name for role, name in said.items()} | {"method": "method"}


def _fitting(role: str, pattern: str, present: list[str]) -> dict[str, str]:
    """Column by method."""
    if pattern.count(STAR) > 1:
        raise UsageError(f"--column {role}={pattern} has several stars; one stands for the method.")
    start, end = pattern.split(STAR)
    fits = [n for n in present if n.startswith(start) and n.endswith(end) and len(n) > len(start) + len(end)]
    if not fits:
        raise DataError(f"no column is like {pattern} ({role}); the columns are {listed(present)}.")
    return {name[len(start) : len(name) - len(end)]: name for name in fits}
