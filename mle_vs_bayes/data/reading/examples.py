"""Real data sets that ship inside statsmodels, by name: ``example:heart`` needs no file and no network."""

import pkgutil
from importlib import import_module

import pandas as pd

from ...errors import UsageError
from ...words import nearest

_NOT_DATA = {"template_data", "tests", "utils"}
"""What else lies in ``statsmodels.datasets``."""


def names() -> tuple[str, ...]:
    """The names that `load` knows, in alphabetical order."""
    import statsmodels.datasets

    names = (module.name for module in pkgutil.iter_modules(statsmodels.datasets.__path__))
    return tuple(sorted(name for name in names if name not in _NOT_DATA))


def load(name: str) -> pd.DataFrame:
    """The data set called ``name``; rows named in the source (states, dates) get a column of their own.

    Raises
    ------
    UsageError
        No such data set; the sentence names the nearest and lists all.
    """
    known = names()
    if name not in known:
        raise UsageError(
            f'there is no example data set "{name}"{nearest(name, known)}; '
            f"write example: and one of {', '.join(known)}."
        )
    frame: pd.DataFrame = import_module(f"statsmodels.datasets.{name}").load_pandas().data
    if isinstance(frame.index, pd.RangeIndex):
        return frame
    named: pd.DataFrame = frame.rename_axis(index=str(frame.index.name or "row")).reset_index()
    return named
