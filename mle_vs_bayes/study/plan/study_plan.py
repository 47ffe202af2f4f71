"""The design of a study as it was planned: everything that determines its rows, kept in ``design.json``."""

import difflib
import json
import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ...errors import OutputError, UsageError
from ...model.prior import Prior
from ..keep import disk
from ..run.unit import WorkUnit
from ..vocabulary.source import Source
from .cells import Cell

NAME, COPY = "design.json", "study.py"
PACKAGES = (
    "mle-vs-bayes",
    "numpy",
    "scipy",
    "pandas",
    "pyarrow",
    "pymc",
    "pytensor",
    "nutpie",
    "numba",
    "statsmodels",
)
"""Whose versions may change a row."""


@dataclass(frozen=True)
class PlannedCell:
    """One cell with its priors in plain numbers and what the pilot has decided about its fits."""

    model: str
    scenario: str
    n: int
    variant: str
    priors: Mapping[str, Mapping[str, Any]]
    plan: Mapping[str, Any] | None
    replicates: int | None = None
    """Of its own; None where it has as many as the design."""

    @property
    def cell(self) -> Cell:
        return Cell(self.model, self.scenario, self.n)


@dataclass(frozen=True)
class StudyPlan:
    """What `run` follows; ``replicates`` is the one number that a later run may raise (topping up)."""

    study: str
    file: str
    sha256: str
    seed: int
    quick: bool
    batch: int
    replicates: int
    target_mcse: Mapping[str, float]
    cells: tuple[PlannedCell, ...]
    seconds_per_unit: float | None
    versions: Mapping[str, str]
    command: str
    format: int = 1
    resamples: int | None = None
    """Refits of a bootstrap in a quick run; None where the study's own number holds."""
    plan_sha256: str = field(default="")

    @property
    def batches(self) -> int:
        """Batches of the cell that has most."""
        return max(self.batches_of(cell) for cell in self.cells)

    def batches_of(self, cell: PlannedCell) -> int:
        """Batches of one cell: its replicates, in whole batches."""
        return -(-(cell.replicates or self.replicates) // self.batch)

    @property
    def units(self) -> int:
        """Units of work, over all cells."""
        return sum(self.batches_of(cell) for cell in self.cells)

    @property
    def total(self) -> int:
        """Replicates over all cells."""
        return self.units * self.batch

    def jobs(self, source: Source, batches: range | None = None) -> Iterator[WorkUnit]:
        """Every unit of work, batch by batch over all cells."""
        for batch in range(self.batches) if batches is None else batches:
            for cell in self.cells:
                if batch < self.batches_of(cell):
                    yield self.job(source, cell, batch)

    def job(self, source: Source, cell: PlannedCell, batch: int) -> WorkUnit:
        """One unit of work."""
        priors = {name: prior(record) for name, record in cell.priors.items()}
        first = batch * self.batch
        place = (source, cell.cell, cell.variant, priors, cell.plan, self.seed)
        return WorkUnit(*place, batch, first, self.batch, self.resamples)

    def topped_up(self, replicates: int | None) -> "StudyPlan":
        """The same design with more replicates, if that is what is asked for."""
        if replicates is None:
            return self
        cells = [
            c if c.replicates is None else replace(c, replicates=max(c.replicates, replicates)) for c in self.cells
        ]
        return replace(self, replicates=max(self.replicates, replicates), cells=tuple(cells))

    def hashed(self) -> "StudyPlan":
        """The same with the hash of what determines the rows: all but replicates, command, place and pilot's time."""
        free = {"replicates", "command", "file", "seconds_per_unit", "plan_sha256", "target_mcse"}
        fixed = {name: value for name, value in asdict(self).items() if name not in free}
        if self.resamples is None:
            del fixed["resamples"]
        fixed["cells"] = [{k: v for k, v in cell.items() if k != "replicates"} for cell in fixed["cells"]]
        return replace(self, plan_sha256=disk.digest(json.dumps(fixed, sort_keys=True).encode()))


def record(prior: Prior) -> dict[str, Any]:
    """A prior of plain numbers as JSON holds it, with every digit."""
    return {"family": prior.family, **prior.arguments}


def prior(record: Mapping[str, Any]) -> Prior:
    """The prior that `record` wrote."""
    arguments = {name: value for name, value in record.items() if name != "family"}
    return Prior(record["family"], **arguments)


def save(design: StudyPlan, source: Source, folder: Path) -> None:
    """Write the copy of the study file, then the design."""
    disk.write(folder / COPY, source.text.encode())
    disk.write(folder / NAME, (json.dumps(asdict(design.hashed()), indent=1, allow_nan=False) + "\n").encode())


def load(folder: Path) -> StudyPlan:
    """The design in a folder.

    Raises
    ------
    UsageError
        There is none, or it does not read.
    """
    path = folder / NAME
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        found["cells"] = tuple(PlannedCell(**cell) for cell in found["cells"])
        design = StudyPlan(**found)
    except FileNotFoundError as error:
        raise UsageError(f'there is no study in "{folder}": it has no {NAME}; give the folder of a run.') from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsageError(
            f'"{path}" does not read ({error}); restore it, or run the study into a new folder.'
        ) from error
    if design.hashed().plan_sha256 != design.plan_sha256:
        raise UsageError(f'"{path}" was edited after the study was planned; restore it, or choose a new folder.')
    return design


def check_free(folder: Path) -> None:
    """Refuse a folder with something else in it: a study's files would be lost among the others.

    Raises
    ------
    OutputError
        The folder is a file or has other files.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f'"{folder}" is a file; choose another folder for --out.')
    found = sorted(path.name for path in folder.glob("*")) if folder.exists() else []
    others = [name for name in found if name != COPY and not name.startswith(".")]
    if others:
        raise OutputError(f'"{folder}" has no study but other files ({others[0]} …); choose an empty folder for --out.')


def check_source(folder: Path, source: Source) -> None:
    """Refuse a study file that is not the one the rows were made with.

    Raises
    ------
    UsageError
        The sentence and the difference, line by line.
    """
    before = (folder / COPY).read_text(encoding="utf-8")
    if before == source.text:
        return
    lines = difflib.unified_diff(
        before.splitlines(), source.text.splitlines(), "when the rows were made", "now", lineterm="", n=1
    )
    shown = "\n".join(lines) or "(only line ends differ)"
    raise UsageError(
        f'mle-vs-bayes: {source.path} has changed since the rows in "{folder}" were made; '
        f"undo the change, or choose another --out.\n{shown}"
    )


def check_versions(design: StudyPlan, folder: Path) -> None:
    """Refuse to mix rows of different versions or machines.

    Raises
    ------
    UsageError
        The sentence names what differs.
    """
    here = versions()
    before = design.versions
    names = sorted(here.keys() | before.keys())
    changed = [f"{k} {before.get(k)} → {here.get(k)}" for k in names if before.get(k) != here.get(k)]
    if changed:
        raise UsageError(
            f'the rows in "{folder}" were made with other versions ({", ".join(changed)}), which may change the last '
            "digits; restore them, or choose another --out."
        )


def versions() -> dict[str, str]:
    """Python, machine and packages, by name."""
    found = {"python": platform.python_version(), "machine": f"{platform.system()} {platform.machine()}"}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found
