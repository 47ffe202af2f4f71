"""Arrow tables of a study and their bytes as Parquet, the same for the same rows: no dates, no order of writing."""

import types
from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, get_args

from ...rows import Row

if TYPE_CHECKING:
    import pandas
    import pyarrow

FUNCTIONAL = {
    "study": str,
    "model": str,
    "variant": str,
    "scenario": str,
    "n": int,
    "replicate": int,
    "name": str,
    "value": float,
    "status": str,
    "reason": str,
}
"""Columns of the second tidy table: the replicate's key, the functional's name and value."""
TIMING = {"study": str, "model": str, "scenario": str, "n": int, "batch": int, "replicates": int, "seconds": float}
"""Columns of the third: what cannot repeat."""


@cache
def row_schema() -> "pyarrow.Schema":
    """The Arrow schema of rows: the columns of `rows.Row`."""
    return _schema({field.name: _kind(field.type) for field in fields(Row)})


@cache
def functional_schema() -> "pyarrow.Schema":
    """The Arrow schema of functionals."""
    return _schema(FUNCTIONAL)


@cache
def timing_schema() -> "pyarrow.Schema":
    """The Arrow schema of timings."""
    return _schema(TIMING)


def of_frame(frame: "pandas.DataFrame") -> "pyarrow.Table":
    """Rows in a pandas frame as an Arrow table; NaN is missing."""
    import pyarrow

    return pyarrow.Table.from_pandas(frame, schema=row_schema(), preserve_index=False).replace_schema_metadata(None)


def of_rows(rows: Iterable[Row]) -> "pyarrow.Table":
    """Rows as an Arrow table; what is not finite is missing."""
    import pyarrow

    schema = row_schema()
    lines = [itemgetter(*schema.names)(vars(row)) for row in rows]
    columns = zip(*lines, strict=True) if lines else [()] * len(schema)
    arrays = [_finite(pyarrow.array(column, f.type)) for column, f in zip(columns, schema, strict=True)]
    return pyarrow.Table.from_arrays(arrays, schema=schema)


def _finite(column: Any) -> Any:
    """NaN and infinities have no JSON form, and become missing."""
    import pyarrow
    from pyarrow import compute

    if not pyarrow.types.is_floating(column.type):
        return column
    return compute.if_else(compute.is_finite(column), column, None)


def of_records(records: Iterable[Mapping[str, Any]], schema: "pyarrow.Schema") -> "pyarrow.Table":
    """Records as an Arrow table of a schema; a column that a record lacks is missing."""
    import pyarrow

    listed = list(records)
    columns = [pyarrow.array([record.get(f.name) for record in listed], type=f.type) for f in schema]
    return pyarrow.Table.from_arrays(columns, schema=schema)


def parquet(table: "pyarrow.Table") -> bytes:
    """The table as one Parquet file."""
    import pyarrow
    import pyarrow.parquet

    sink = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(table, sink, compression="zstd", write_page_checksum=True)
    return bytes(sink.getvalue())


def _schema(columns: Mapping[str, type]) -> "pyarrow.Schema":
    import pyarrow

    arrow = {str: pyarrow.string(), int: pyarrow.int64(), float: pyarrow.float64(), bool: pyarrow.bool_()}
    return pyarrow.schema([(name, arrow[kind]) for name, kind in columns.items()])


def _kind(annotation: Any) -> type:
    """``int`` of ``int | None``."""
    if isinstance(annotation, types.UnionType):
        return next(kind for kind in get_args(annotation) if kind is not type(None))
    kind: type = annotation
    return kind
