"""From a file, a folder of Parquet chunks or a table in memory to a table that DuckDB can scan."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import DataError

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
