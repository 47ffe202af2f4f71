"""Text in columns to a frame: the separator read off the first lines, names, and numbers with commas."""

import codecs
import csv
import io
import re
import warnings
from typing import Any

import pandas as pd

from ...errors import DataError
from ...words import in_rows, listed, shown
from . import numerals

_SEPARATOR = re.compile(r'"?sep=(?P<separator>[,;\t|])"?[,;\t|]*(\n|$)', re.IGNORECASE)
"""A first line that names the separator and is no data."""
SEPARATORS = "\t;|,"
BEGINNING = 1_000_000
"""Bytes that hold the names and the first row."""
_MARKS = {
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
"""Byte order marks of encodings, the longer ones first; that of UTF-8 is taken off by its codec."""


def encoding_of(content: bytes) -> str:
    """UTF-8 unless a byte order mark says otherwise."""
    return next((of for mark, of in _MARKS.items() if content.startswith(mark)), "utf-8-sig")


def in_utf8(content: bytes, name: str) -> bytes:
    """The text in UTF-8 without a byte order mark, with line feeds only and without blank lines at its ends.

    Raises
    ------
    DataError
        It is none in its encoding.
    """
    encoding = encoding_of(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        byte = f"byte 0x{content[error.start]:02x} at position {error.start}"
        known = encoding.removesuffix("-sig").upper()
        raise DataError(f"{name} is not text in {known} ({byte}); save it as UTF-8.") from None
    clean = b"\r" not in content and not content.startswith((codecs.BOM_UTF8, b"\n")) and not content.endswith(b"\n\n")
    if clean and encoding == "utf-8-sig":
        return content  # no copy of what may be large
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").encode()


def delimited(text: bytes, usual: str, name: str) -> pd.DataFrame:
    """The table in a text in UTF-8 whose columns the ``usual`` sign separates, or what the first lines show to do so.

    Exact decimal parsing; a row longer than the header is an error instead of a shifted index.

    Raises
    ------
    DataError
        No table, no names, or numbers that can be read in two ways.
    """
    named = _SEPARATOR.match(_beginning(text))
    if named:  # what Excel writes and reads before the names
        text, separator = text[len(named[0].encode()) :].lstrip(b"\n"), named["separator"]
    else:
        separator = _separator(_beginning(text), usual)
    header = _header(_beginning(text), separator, name)
    frame, decimal_commas = numerals.read_commas(_parsed(text, separator, header, name), free=separator != ",")
    if decimal_commas:
        floats = [column for column in frame.columns if pd.api.types.is_float_dtype(frame[column].dtype)]
        numerals.check_points(_parsed(text, separator, header, name, dtype=str)[floats], name)
    return frame


def _beginning(text: bytes) -> str:
    """Enough of it to hold the names and the first row."""
    return text[:BEGINNING].decode(errors="ignore")


def _parsed(text: bytes, separator: str, header: list[str], name: str, **how: Any) -> pd.DataFrame:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                io.BytesIO(text),  # a StringIO takes four bytes for each character
                sep=separator,
                names=header,
                header=0,
                index_col=False,
                skipinitialspace=True,
                skip_blank_lines=len(header) > 1,  # in a single column a blank line is a missing value
                low_memory=False,
                **how,
            )
    except pd.errors.ParserWarning:
        seen = f"{len(header)} columns ({listed(header)})"
        raise DataError(f"{name} has {seen} and rows with more cells than that; correct them there.") from None
    except (pd.errors.ParserError, ValueError) as error:
        raise DataError(f"{name} is not a well-formed table ({first_line(error)}); correct it there.") from None


def _separator(text: str, usual: str) -> str:
    """The sign that divides names and first row into equally many cells; the usual one where none does.

    A comma comes last, as it may also stand in names and before decimals. Of a short first row it is enough that both
    are divided, where the usual sign does not divide the names.
    """
    counts = {sign: [len(cells) for cells in _first_rows(text, sign)] for sign in SEPARATORS}
    several = [sign for sign, cells in counts.items() if min(cells, default=0) > 1]
    even = [sign for sign in several if len({*counts[sign]}) == 1]
    return next(iter([*even, *(several if counts[usual][:1] == [1] else ()), usual]))


def _first_rows(text: str, separator: str) -> list[list[str]]:
    """The cells of the first two lines that are not blank; none where they are no table."""
    rows = filter(None, csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True))
    try:
        return [cells for cells, _ in zip(rows, range(2), strict=False)]
    except csv.Error:
        return []


def _header(text: str, separator: str, name: str) -> list[str]:
    """The first line's names; pandas would rename repeated ones, and take a line of numbers for names."""
    try:
        beginning = io.StringIO(text)
        first = next(filter(None, csv.reader(beginning, delimiter=separator, skipinitialspace=True)), [])
    except csv.Error as error:
        raise DataError(f"{name} is not a well-formed table ({error}); correct it there.") from None
    if not first:
        raise DataError(f"{name} is empty; it must hold a line of column names and rows of data.")
    header = [cell.strip() or f"unnamed_{place}" for place, cell in enumerate(first, start=1)]
    places = [place for place, cell in enumerate(header, start=1) if header.count(cell) > 1]
    if places:
        where = in_rows(places).replace("row", "column", 1)
        raise DataError(f"{name} names more than one column {header[places[0] - 1]} ({where}); give each its own name.")
    if all(map(_is_number, header)):
        seen = shown(", ".join(header))
        raise DataError(f"{name} begins with numbers, {seen}, not with column names; add a line of names.")
    return header


def _is_number(cell: str) -> bool:
    """Whether a name is a number, with a decimal point or comma."""
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def first_line(error: Exception) -> str:
    """What an error says, on one line."""
    return str(error).strip().split("\n")[0].rstrip(".").removeprefix("Error tokenizing data. C error: ")
