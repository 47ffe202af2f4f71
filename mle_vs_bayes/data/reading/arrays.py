"""JSON as a dictionary of arrays: the shape in which Stan and posteriordb keep data.

Numbers stay numbers, lists become arrays of whole numbers or floats, ``null`` in them NaN; what is neither (text,
lists of unequal length) stays as it is.
"""

import json
from typing import Any

import numpy as np

from ...errors import DataError
from .read import contents


def read_arrays(source: str) -> dict[str, Any] | None:
    """The dictionary in a JSON file; None where the source is a table (another ending, or a list of rows).

    Raises
    ------
    DataError
        No such file, or not JSON.
    """
    if not source.lower().removesuffix(".gz").endswith(".json"):
        return None
    try:
        found = json.loads(contents(source).decode("utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{source} is not JSON ({error}); correct the file.") from None
    if isinstance(found, list):
        return None
    if not isinstance(found, dict) or not found:
        raise DataError(f"{source} holds no names with values; write it like " + '{"N": 2, "y": [1.5, 2]}.')
    return {str(name): _array(value) for name, value in found.items()}


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
