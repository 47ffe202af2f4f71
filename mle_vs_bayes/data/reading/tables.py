"""Bytes to frames, one function per format; what is malformed becomes a `DataError`, never a traceback."""

import csv
import io
import json
import re
import warnings
from collections.abc import Callable
from typing import Any

import pandas as pd

from ...errors import DataError
from ...words import in_rows, listed, shown

_SEPARATOR = re.compile(r'"?sep=(?P<separator>[,;\t|])"?[,;\t|]*(\n|$)', re.IGNORECASE)
"""A first line that names the separator and is no data."""
Reader = Callable[[bytes, str], pd.DataFrame]
"""``(content, name of the source) → frame``."""


def from_csv(content: bytes, name: str) -> pd.DataFrame:
    """Comma-separated values with a header line."""
    return _delimited(_text(content, name), ",", name)


def from_tsv(content: bytes, name: str) -> pd.DataFrame:
    """Tab-separated values with a header line."""
    return _delimited(_text(content, name), "\t", name)


def from_parquet(content: bytes, name: str) -> pd.DataFrame:
    """Parquet; a named index, which pandas stores apart, becomes a column again."""
    try:
        frame = pd.read_parquet(io.BytesIO(content), engine="pyarrow")
    except Exception as error:  # noqa: BLE001 - pyarrow raises from a dozen classes, OSError and ValueError among them
        raise DataError(f"{name} is not a readable Parquet file ({_first_line(error)}); write it again.") from None
    named = [level for level in frame.index.names if level is not None]
    return frame.reset_index(level=named) if named else frame


def from_json(content: bytes, name: str) -> pd.DataFrame:
    """A list of records, or a dictionary of columns."""
    try:
        table = json.loads(_text(content, name), object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{name} is not valid JSON ({_first_line(error)}); correct it there.") from None
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


def _text(content: bytes, name: str) -> str:
    """UTF-8 with line feeds only, without blank lines at its ends."""
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    except UnicodeDecodeError as error:
        byte = f"byte 0x{content[error.start]:02x} at position {error.start}"
        raise DataError(f"{name} is not text in UTF-8 ({byte}); save it as UTF-8.") from None


def _delimited(text: str, separator: str, name: str) -> pd.DataFrame:
    """Exact decimal parsing; a row longer than the header is an error instead of a shifted index."""
    told = _SEPARATOR.match(text)
    if told:  # what Excel writes and reads before the names
        text, separator = text[told.end() :].lstrip("\n"), told["separator"]
    header = _header(text, separator, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                io.StringIO(text),
                sep=separator,
                names=header,
                header=0,
                index_col=False,
                skipinitialspace=True,
                skip_blank_lines=len(header) > 1,  # in a single column a blank line is a missing value
                low_memory=False,
            )
    except pd.errors.ParserWarning:
        seen = f"{len(header)} columns ({listed(header)})"
        raise DataError(f"{name} has {seen} and rows with more cells than that; correct them there.") from None
    except (pd.errors.ParserError, ValueError) as error:
        raise DataError(f"{name} is not a well-formed table ({_first_line(error)}); correct it there.") from None


def _header(text: str, separator: str, name: str) -> list[str]:
    """The first line's names; pandas would rename repeated ones, and take a line of numbers for names."""
    try:
        first = next(filter(None, csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True)), [])
    except csv.Error as error:
        raise DataError(f"{name} is not a well-formed table ({error}); correct it there.") from None
    if not first:
        raise DataError(f"{name} is empty; it must hold a line of column names and rows of data.")
    header = [cell.strip() or f"unnamed_{place}" for place, cell in enumerate(first, start=1)]
    if separator == "," and len(header) == 1 and ";" in header[0]:
        raise DataError(f'{name} is separated by ";" ({shown(header[0])}); save it with commas and decimal points.')
    places = [place for place, cell in enumerate(header, start=1) if header.count(cell) > 1]
    if places:
        where = in_rows(places).replace("row", "column", 1)
        raise DataError(f"{name} names more than one column {header[places[0] - 1]} ({where}); give each its own name.")
    if all(map(_is_number, header)):
        seen = shown(", ".join(header))
        raise DataError(f"{name} begins with numbers, {seen}, not with column names; add a line of names.")
    return header


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0].rstrip(".").removeprefix("Error tokenizing data. C error: ")
