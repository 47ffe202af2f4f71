"""The tables of a finished study, as a figure of its own reads them."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .pairs import split

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Tables:
    """``performance`` has one line per measure and group; the others one per replicate, read when asked for."""

    folder: Path
    performance: "pandas.DataFrame"

    @cached_property
    def rows(self) -> "pandas.DataFrame":
        """Every estimate, with the columns of `rows.Row`."""
        return self._read("rows")

    @cached_property
    def functionals(self) -> "pandas.DataFrame":
        """Every value of the functionals: name, part (where it gives several), value and the replicate's key."""
        table = self._read("functionals")
        name, part = split(table["name"])
        return table.assign(name=name, part=part)

    def _read(self, table: str) -> "pandas.DataFrame":
        import pandas

        return pandas.concat(map(pandas.read_parquet, sorted((self.folder / table).glob("*.parquet"))))
