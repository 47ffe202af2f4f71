"""A study as it was planned: everything that determines its rows, kept in ``design.json`` (`keep.plan_file`)."""

import hashlib
import json
import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ...errors import UsageError
from ...model.prior import Prior
from ..vocabulary.source import Source
from .cells import Cell
from .work import WorkUnit

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
    batch: int | None = None
    """Replicates of its units, where a quick run has chosen them for it or it has no more than these of its own."""

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
    looks: int = 1
    """Batches of a quick run, after each of which it stops if its verdict is settled; one where it does not ask."""
    plan_sha256: str = field(default="")

    @property
    def batches(self) -> int:
        """Batches of the cell that has most."""
        return max(self.batches_of(cell) for cell in self.cells)

    def batches_of(self, cell: PlannedCell) -> int:
        """Batches of one cell: its replicates, in whole batches."""
        return -(-self.replicates_of(cell) // self.batch_of(cell))

    def replicates_of(self, cell: PlannedCell) -> int:
        """Replicates of one cell, before they are rounded up to whole batches: its own, or those of all."""
        return cell.replicates or self.replicates

    def batch_of(self, cell: PlannedCell) -> int:
        """Replicates of a unit of one cell."""
        return cell.batch or self.batch

    @property
    def units(self) -> int:
        """Units of work, over all cells."""
        return sum(self.batches_of(cell) for cell in self.cells)

    @property
    def total(self) -> int:
        """Replicates over all cells."""
        return sum(self.batches_of(cell) * self.batch_of(cell) for cell in self.cells)

    def jobs(self, source: Source, batches: range | None = None) -> Iterator[WorkUnit]:
        """Every unit of work, batch by batch over all cells."""
        for batch in range(self.batches) if batches is None else batches:
            for cell in self.cells:
                if batch < self.batches_of(cell):
                    yield self.job(source, cell, batch)

    def job(self, source: Source, cell: PlannedCell, batch: int) -> WorkUnit:
        """One unit of work."""
        priors = {name: prior(record) for name, record in cell.priors.items()}
        size = self.batch_of(cell)
        place = (source.shipment, cell.cell, cell.variant, priors, cell.plan, self.seed)
        return WorkUnit(*place, batch, batch * size, size, self.resamples)

    def topped_up(self, replicates: int | None) -> "StudyPlan":
        """The same design with more replicates, if that is what is asked for."""
        if replicates is None:
            return self
        cells = [
            c if c.replicates is None else replace(c, replicates=max(c.replicates, replicates)) for c in self.cells
        ]
        return replace(self, replicates=max(self.replicates, replicates), cells=tuple(cells))

    def hashed(self) -> "StudyPlan":
        """The plan with the hash of what determines the rows: all but replicates, command, place and pilot's time."""
        free = {"replicates", "looks", "command", "file", "seconds_per_unit", "plan_sha256", "target_mcse"}
        fixed = {name: value for name, value in asdict(self).items() if name not in free}
        if self.resamples is None:
            del fixed["resamples"]
        for cell in fixed["cells"]:
            del cell["replicates"]
            if cell["batch"] is None:
                del cell["batch"]
        return replace(self, plan_sha256=hashlib.sha256(json.dumps(fixed, sort_keys=True).encode()).hexdigest())


def record(prior: Prior) -> dict[str, Any]:
    """A prior of plain numbers as JSON holds it, with every digit."""
    return {"family": prior.family, **prior.arguments}


def prior(record: Mapping[str, Any]) -> Prior:
    """The prior that `record` wrote."""
    arguments = {name: value for name, value in record.items() if name != "family"}
    return Prior(record["family"], **arguments)


def check_versions(design: StudyPlan, folder: Path) -> None:
    """Refuse to mix rows of different versions or machines.

    Raises
    ------
    UsageError
        The sentence names what differs.
    """
    current = versions()
    before = design.versions
    names = sorted(current.keys() | before.keys())
    changed = [f"{k} {before.get(k)} → {current.get(k)}" for k in names if before.get(k) != current.get(k)]
    if changed:
        raise UsageError(
            f'the rows in "{folder}" were made with other versions ({", ".join(changed)}), which may change the last '
            "digits; restore them, or choose another --out."
        )


def versions() -> dict[str, str]:
    """Python, machine and packages, by name."""
    known = {"python": platform.python_version(), "machine": f"{platform.system()} {platform.machine()}"}
    for package in PACKAGES:
        try:
            known[package] = version(package)
        except PackageNotFoundError:
            known[package] = "absent"
    return known
