"""From what a person types to a frame: a file, standard input, or an example.

The ending says the format, since content alone cannot tell a CSV of one column from anything else;
standard input has no ending and is told apart by its first characters.
"""

import gzip
import json
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...errors import DataError
from ...words import listed, nearest
from . import examples, tables
from .delimited import encoding_of

HEAD = 4096
"""Bytes whose first sign shows what a text is."""


def _of_text(content: bytes, name: str) -> pd.DataFrame:
    """JSON, or a table whose separator its first lines show."""
    begins = content[:HEAD].decode(encoding_of(content), errors="replace").lstrip()
    return (tables.from_json if begins[:1] in ("{", "[") else tables.from_csv)(content, name)


READERS = {
    ".csv": tables.from_csv,
    ".tsv": tables.from_tsv,
    ".txt": _of_text,
    ".json": tables.from_json,
    ".parquet": tables.from_parquet,
}
"""Ending → reader of bytes; any of them may be followed by ``.gz``."""


def read(source: str) -> pd.DataFrame:
    """The table at ``source``: a path, ``-`` for standard input, or ``example:NAME``.

    Raises
    ------
    DataError
        Nothing there, nothing in it, or not the format that its ending says.
    UsageError
        No such example.
    """
    if source.startswith("example:"):
        return examples.load(source.removeprefix("example:"))
    if source == "-":
        name, content, ending = "standard input", sys.stdin.buffer.read(), None
    else:
        name, content, ending = source, _content(Path(source)), _ending(source)
    if not content or content.isspace():
        raise DataError(f"{name} is empty; it must hold a line of column names and rows of data.")
    return _with_rows((READERS[ending] if ending else _of_text)(content, name), name)


def contents(source: str) -> bytes:
    """The bytes at a path, decompressed.

    Raises
    ------
    DataError
        Nothing there, or nothing that can be read.
    """
    return _content(Path(source))


def _ending(source: str) -> str:
    """The key of `READERS` that fits; a trailing ``.gz`` and letter case do not matter."""
    ending = Path(source.lower().removesuffix(".gz")).suffix
    if ending not in READERS:
        raise DataError(
            f'{source} ends in "{ending}", not in {listed(READERS)}; save the data in one of these formats.'
        )
    return ending


def _content(path: Path) -> bytes:
    """The bytes of the file, decompressed."""
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if path.suffix.lower() == ".gz" else content
    except FileNotFoundError:
        raise DataError(f"there is no file {path}{_neighbour(path)}; check the path.") from None
    except IsADirectoryError:
        raise DataError(f"{path} is a directory; name a file in it.") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{path} is not a whole gzip file ({error}); compress it again.") from None
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path} cannot be read ({getattr(error, 'strerror', None) or error}); check the file."
        ) from None


def _neighbour(path: Path) -> str:
    """The nearest name in the same directory, which is what a typing mistake needs."""
    try:
        return nearest(path.name, [other.name for other in path.parent.iterdir()])
    except (OSError, ValueError):
        return ""


def _with_rows(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    if frame.empty:
        seen = f"columns ({listed(frame.columns)}) but no rows" if len(frame.columns) else "neither columns nor rows"
        raise DataError(f"{name} has {seen}; add rows of data, there is nothing to fit.")
    return frame


def read_arrays(source: str) -> dict[str, Any] | None:
    """A JSON file as a dictionary of arrays, as Stan and posteriordb keep data; None where the source is a table.

    A table has another ending, or is a list of rows. Numbers stay numbers, lists become arrays of whole numbers or
    floats, ``null`` in them NaN; what is neither (text, lists of unequal length) stays as it is.

    Raises
    ------
    DataError
        No such file, or not JSON.
    """
    if not source.lower().removesuffix(".gz").endswith(".json"):
        return None
    try:
        content = json.loads(contents(source).decode("utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{source} is not JSON ({error}); correct the file.") from None
    if isinstance(content, list):
        return None
    if not isinstance(content, dict) or not content:
        raise DataError(f"{source} holds no names with values; write it like " + '{"N": 2, "y": [1.5, 2]}.')
    return {str(name): _array(value) for name, value in content.items()}


def _array(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    try:
        array = np.array(value)
    except ValueError:  # lists of unequal length
        return value
    if array.dtype == object:
        try:
            return array.astype(float)
        except (TypeError, ValueError):
            return value
    return array
