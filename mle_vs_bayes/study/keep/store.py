"""A study's folder: one Parquet file per finished unit and table, and a ledger entry with their checksums.

::

    design.json, study.py       what was planned; the study file as it was then
    rows/UNIT.parquet           tidy rows, readable with one glob; functionals/, timings/ and draws/ likewise
    ledger/UNIT.json            written last: the unit is finished, and these are its files' checksums

A unit without a ledger entry does not exist: what a killed run left of it is removed and made again, byte for byte.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..plan.work import FinishedUnit, WorkUnit
from . import disk

TABLES = ("rows", "functionals", "timings", "draws")
LEDGER = "ledger"
CORRUPT = ".corrupt"


@dataclass(frozen=True)
class Entry:
    """One finished unit: its replicates and fits, and how many of these failed, with the reasons."""

    replicates: int
    fits: int
    failed: int
    files: Mapping[str, str]
    """Folder → SHA-256 of the unit's file in it."""
    problems: Mapping[str, int] = field(default_factory=dict)
    without: int = 0
    """Fits that have not failed and have no estimate."""


class Store:
    """The finished units of a study in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, table: str, unit: str) -> Path:
        """Where a unit's file of one table is."""
        return self.folder / table / f"{unit}.parquet"

    def commit(self, job: WorkUnit, result: FinishedUnit) -> Entry:
        """Write a unit's files and then its ledger entry.

        Raises
        ------
        OutputError
            The disk is full or the folder cannot be written: the unit is not finished then.
        """
        for table, content in result.files.items():
            disk.write(self.path(table, job.name), content)
        hashes = {table: disk.digest(content) for table, content in result.files.items()}
        entry = Entry(result.replicates, result.fits, result.failed, hashes, dict(result.problems), result.without)
        disk.write(self._ledger(job.name), (json.dumps(vars(entry), indent=1) + "\n").encode())
        disk.sync_folder(self.folder / LEDGER)
        return entry

    def finished(self) -> dict[str, Entry]:
        """Entries of the ledger by unit, as they say; see `damaged` for whether the files agree."""
        entries = {}
        for path in sorted((self.folder / LEDGER).glob("*.json")):
            try:
                entries[path.stem] = Entry(**json.loads(path.read_bytes()))
            except (ValueError, TypeError):
                continue  # an entry that does not read is none: `damaged` names it
        return entries

    def damaged(self) -> dict[str, str]:
        """Units whose files are not what the ledger says, with what is wrong."""
        entries = self.finished()
        unread = (path.stem for path in (self.folder / LEDGER).glob("*.json") if path.stem not in entries)
        problems = dict.fromkeys(unread, "its ledger entry does not read")
        for unit, entry in entries.items():
            wrong = [why for table, sha in entry.files.items() if (why := self._wrong(table, unit, sha))]
            if wrong:
                problems[unit] = "; ".join(wrong)
        return problems

    def repair(self) -> dict[str, str]:
        """Set damaged units aside under ``.corrupt`` and clear what unfinished ones left; the damaged, with reasons."""
        damaged = self.damaged()
        for unit in damaged:
            for path in (*(self.path(table, unit) for table in TABLES), self._ledger(unit)):
                if path.exists():
                    path.replace(path.with_name(path.name + CORRUPT))
        finished = set(self.finished())
        for table in (*TABLES, LEDGER):
            for path in (self.folder / table).glob(f".*{disk.PARTIAL}"):
                path.unlink()
            for path in (self.folder / table).glob("*.parquet"):
                if path.stem not in finished:
                    path.unlink()
        return damaged

    def files(self, table: str) -> Iterator[Path]:
        """The finished units' files of one table, in the order of their names."""
        for unit, entry in self.finished().items():
            if table in entry.files:
                yield self.path(table, unit)

    def _wrong(self, table: str, unit: str, sha: str) -> str | None:
        path = self.path(table, unit)
        try:
            same = disk.digest(path.read_bytes()) == sha
        except OSError as error:
            return f"{table}/{path.name} cannot be read ({(error.strerror or 'unknown').lower()})"
        return None if same else f"{table}/{path.name} is not what was written"

    def _ledger(self, unit: str) -> Path:
        return self.folder / LEDGER / f"{unit}.json"
