"""Bytes to frames, one function per format; what is malformed becomes a `DataError`, never a traceback."""

import io
import json
from collections.abc import Callable
from typing import Any

import pandas as pd

from ...errors import DataError
from ...words import listed, shown
from .delimited import delimited, first_line, in_utf8

Reader = Callable[[bytes, str], pd.DataFrame]
"""``(content, name of the source) → frame``."""


def from_csv(content: bytes, name: str) -> pd.DataFrame:
    """Comma-separated values with a header line."""
    return delimited(in_utf8(content, name), ",", name)


def from_tsv(content: bytes, name: str) -> pd.DataFrame:
    """Tab-separated values with a header line."""
    return delimited(in_utf8(content, name), "\t", name)


def from_parquet(content: bytes, name: str) -> pd.DataFrame:
    """Parquet; a named index, which pandas stores apart, becomes a column again.

    Raises
    ------
    DataError
        It cannot be read; ``name`` is the file's in the sentence.
    """
    try:
        frame = pd.read_parquet(io.BytesIO(content), engine="pyarrow")
    except Exception as error:  # noqa: BLE001 - pyarrow raises from a dozen classes, OSError and ValueError among them
        raise DataError(f"{name} is not a readable Parquet file ({first_line(error)}); write it again.") from None
    named = [level for level in frame.index.names if level is not None]
    return frame.reset_index(level=named) if named else frame


def from_json(content: bytes, name: str) -> pd.DataFrame:
    """A list of records, or a dictionary of columns.

    Raises
    ------
    DataError
        It is no JSON, or neither of these.
    """
    try:
        table = json.loads(in_utf8(content, name), object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{name} is not valid JSON ({first_line(error)}); correct it there.") from None
    if isinstance(table, list) and all(isinstance(record, dict) for record in table):
        return pd.DataFrame(table)
    if isinstance(table, dict) and table and all(isinstance(column, list) for column in table.values()):
        return _from_columns(table, name)
    if isinstance(table, dict) and table and all(isinstance(column, dict) for column in table.values()):
        return pd.DataFrame(table).reset_index(drop=True)  # what ``DataFrame.to_json`` writes
    seen = shown(json.dumps(table)).strip('"')
    raise DataError(f'{name} holds {seen}; JSON data are records, [{{"y": 1}}, ...], or columns, {{"y": [1, ...]}}.')


def _from_columns(table: dict[str, list[Any]], name: str) -> pd.DataFrame:
    lengths = {column: len(values) for column, values in table.items()}
    if len(set(lengths.values())) > 1:
        seen = listed(f"{column} has {length}" for column, length in lengths.items())
        raise DataError(f"{name} has columns of different lengths ({seen} values); make them equally long.")
    return pd.DataFrame(table)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Python would keep the last of two equal names in silence."""
    keys = [key for key, _ in pairs]
    repeated = [key for key in dict.fromkeys(keys) if keys.count(key) > 1]
    if repeated:
        raise ValueError(f"the name {repeated[0]} occurs twice in one object")
    return dict(pairs)
