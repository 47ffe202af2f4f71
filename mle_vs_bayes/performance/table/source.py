"""From a file, a folder of Parquet chunks or a table in memory to a table that DuckDB can scan."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import DataError, UsageError
from ...words import listed

if TYPE_CHECKING:
    import duckdb

TABLE = "estimates"
"""The name of the table of estimates in SQL."""
ALONE = 2_000_000
"""Rows up to which one thread sums: in one order, so that the same table gives the same bytes. With more rows threads
share the work, and last digits may differ from run to run."""


def connect(table: Any) -> "duckdb.DuckDBPyConnection":
    """A connection of its own, in memory, in which `TABLE` is ``table``.

    Parameters
    ----------
    table
        A pandas frame, a PyArrow table, a path (CSV, TSV, Parquet or JSON; a folder with ``rows/*.parquet`` or
        ``*.parquet``), a glob of Parquet files, or a list of them.

    Raises
    ------
    DataError
        Nothing there, nothing in it, or nothing that can be read.
    """
    import duckdb

    connection = duckdb.connect(config={"autoinstall_known_extensions": False})
    try:
        if isinstance(table, str | Path):
            _open(connection, str(table))
        elif isinstance(table, list):
            _scan(connection, "[" + ", ".join(text(str(path)) for path in table) + "]")
        else:
            connection.register(TABLE, table)
        counted = connection.execute(f"SELECT count(*) FROM {TABLE}").fetchone()
    except (duckdb.Error, TypeError) as error:
        name = str(table) if isinstance(table, str | Path) else "the table"
        raise DataError(f"{name} cannot be read ({_first_line(error)}); write it again.") from None
    rows = counted[0] if counted else 0
    if rows == 0:
        raise DataError("the table of estimates has no rows; there is nothing to summarise.")
    if rows <= ALONE:
        connection.execute("SET threads = 1")
    return connection


def types(connection: "duckdb.DuckDBPyConnection") -> Mapping[str, str]:
    """Type of every column by its name, in DuckDB's words."""
    return {line[0]: str(line[1]) for line in connection.execute(f"DESCRIBE {TABLE}").fetchall()}


def quoted(name: str) -> str:
    """A column's name as SQL wants it."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text as SQL wants it."""
    return "'" + value.replace("'", "''") + "'"


def _open(connection: "duckdb.DuckDBPyConnection", source: str) -> None:
    pattern = _parquet(source)
    if pattern is None:
        from ...data.reading.read import read

        connection.register(TABLE, read(source))
        return
    _scan(connection, text(pattern))


def _scan(connection: "duckdb.DuckDBPyConnection", files: str) -> None:
    """A view of Parquet files, said in SQL."""
    connection.execute(f"CREATE VIEW {TABLE} AS SELECT * FROM read_parquet({files}, union_by_name = true)")


def _parquet(source: str) -> str | None:
    """The glob of Parquet files that ``source`` stands for; None where it is another kind of file, or not there."""
    path = Path(source)
    if path.is_dir():
        for pattern in ("rows/*.parquet", "*.parquet"):
            if next(path.glob(pattern), None) is not None:
                return str(path / pattern)
        raise DataError(f"{source} is a folder without Parquet files (*.parquet or rows/*.parquet); name a file.")
    if path.is_file():
        return source if path.suffix.lower() == ".parquet" else None
    if any(mark in source for mark in "*?["):
        parent = Path(path.anchor or ".")
        if next(parent.glob(str(path.relative_to(path.anchor) if path.anchor else path)), None) is None:
            raise DataError(f"no file fits {source}; check the pattern.")
        return source
    return None


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0].rstrip(".")


STAR = "*"
WIDE = "wide_estimates"
"""The name in SQL of the table as it was given."""


def made_long(connection: "duckdb.DuckDBPyConnection", said: Mapping[str, str]) -> dict[str, str]:
    """Column by role after a wide table, if it is one, has been made long: `TABLE` then has a column ``method``.

    A wide table has one column per method: ``estimate=b_*`` with ``se=se_*``, the star being the method.

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
    by_role = {role: _fitting(role, pattern, present) for role, pattern in patterns.items()}
    methods = list(next(iter(by_role.values())))
    for role, columns in by_role.items():
        if set(columns) != set(methods):
            raise DataError(
                f"{role}={patterns[role]} stands for {listed(columns)}, another pattern for {listed(methods)}; "
                "each method must have each column."
            )
    taken = {name for columns in by_role.values() for name in columns.values()}
    others = [quoted(name) for name in present if name not in taken and name not in by_role]
    selects = []
    for method in methods:
        renamed = [f"{quoted(columns[method])} AS {quoted(role)}" for role, columns in by_role.items()]
        selects.append(f"SELECT {', '.join([*others, f'{text(method)} AS method', *renamed])} FROM {WIDE}")
    connection.execute(f"ALTER VIEW {TABLE} RENAME TO {WIDE}")
    connection.execute(f"CREATE VIEW {TABLE} AS {' UNION ALL '.join(selects)}")
    return {role: role if role in by_role else name for role, name in said.items()} | {"method": "method"}


def _fitting(role: str, pattern: str, present: list[str]) -> dict[str, str]:
    """Column by method."""
    if pattern.count(STAR) > 1:
        raise UsageError(f"--column {role}={pattern} has several stars; one stands for the method.")
    start, end = pattern.split(STAR)
    fits = [n for n in present if n.startswith(start) and n.endswith(end) and len(n) > len(start) + len(end)]
    if not fits:
        raise DataError(f"no column is like {pattern} ({role}); the columns are {listed(present)}.")
    return {name[len(start) : len(name) - len(end)]: name for name in fits}
