"""The unit of work between planning and running: what a worker is sent, and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...model.prior import Prior
from ..vocabulary.source import Shipment
from ..vocabulary.study import Study
from .cells import Cell


@dataclass(frozen=True)
class WorkUnit:
    """One batch of replicates of one cell, as data: a study's objects by value, plain text and numbers."""

    shipment: Shipment
    cell: Cell
    variant: str
    priors: Mapping[str, Prior]
    plan: Mapping[str, Any] | None
    seed: int
    batch: int
    first: int
    count: int
    resamples: int | None = None
    """Refits of a bootstrap, where they are not as many as the study says."""

    @property
    def study(self) -> Study:
        """The study that was planned."""
        return self.shipment.study

    @property
    def name(self) -> str:
        """The unit's name in files."""
        return f"{self.cell.slug}-b{self.batch:04d}"

    @property
    def key(self) -> str:
        """The unit's name for people."""
        return f"{self.cell.key}, replicates {self.first} to {self.first + self.count - 1}"

    @property
    def columns(self) -> dict[str, Any]:
        """What all rows of the unit have in common."""
        cell = self.cell
        return {"study": self.shipment.name, "model": cell.model, "scenario": cell.scenario, "n": cell.n}


@dataclass(frozen=True)
class FinishedUnit:
    """A finished unit: the bytes of its files by folder, how many fits it holds, and how many of them failed."""

    files: Mapping[str, bytes]
    replicates: int
    fits: int
    failed: int
    problems: Mapping[str, int] = field(default_factory=dict)
    """Reasons of failed fits and how often each was met."""
    without: int = 0
    """Fits that have not failed and have no estimate: there is no maximum, or the estimator does not apply."""
