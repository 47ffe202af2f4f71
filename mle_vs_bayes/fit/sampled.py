"""What draws of R posteriors say: summaries of every quantity, ends of intervals, and how each was reached."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..estimators.estimate import Estimate
from ..intervals.credible import OF_DRAWS
from ..sampling.diagnostics import Diagnostics, diagnose
from ..sampling.draws import by_label

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Functional = Callable[[Array, int], float]
"""Draws of all quantities ``(C, D, q)`` and the replicate's place among the data sets → a number."""


@dataclass(frozen=True)
class Reading:
    """What is read from the draws besides their summaries: positions are places among the data sets given."""

    level: float
    kinds: tuple[str, ...] = ("eti",)
    keep: Collection[int] = ()
    functionals: Mapping[str, Functional] = field(default_factory=dict)


@dataclass
class Sampled:
    """Summaries of R posteriors, ``(R, q)`` each; NaN where there is none."""

    labels: tuple[str, ...]
    """Of the quantities."""
    reading: Reading
    positions: Index
    """Places ``(R,)`` among the data sets given."""
    summaries: Diagnostics
    divergences: NDArray[np.int64]
    draws: NDArray[np.int64]
    path: list[str]
    status: list[str]
    reason: list[str | None]
    concerns: list[set[str]]
    ends: dict[str, tuple[Array, Array]]
    """Lower and upper ends by kind of interval."""
    functionals: dict[str, Array]
    kept: dict[int, Array] = field(default_factory=dict)
    """Draws ``(C, D, q)`` by place among the R."""
    steps: int = 0
    """Gradient evaluations × replicates."""

    @classmethod
    def blank(cls, labels: tuple[str, ...], positions: Index, reading: Reading) -> Self:
        """Nothing yet of any data set."""
        count = len(positions)

        def nothing() -> Array:
            return np.full((count, len(labels)), np.nan)

        return cls(
            labels,
            reading,
            positions,
            summaries=Diagnostics(**{each.name: nothing() for each in fields(Diagnostics)}),
            divergences=np.zeros(count, dtype=np.int64),
            draws=np.zeros(count, dtype=np.int64),
            path=["single"] * count,
            status=["ok"] * count,
            reason=[None] * count,
            concerns=[set() for _ in range(count)],
            ends={kind: (nothing(), nothing()) for kind in reading.kinds},
            functionals={name: np.full(count, np.nan) for name in reading.functionals},
        )

    def record(self, index: Index, draws: Array, diagnostics: Diagnostics, path: str) -> None:
        """Take the draws ``(r, C, D, q)`` of the data sets at these places, and their diagnostics ``(r, q)``."""
        if not index.size:
            return
        for name, values in vars(diagnostics).items():
            getattr(self.summaries, name)[index] = values
        flat = draws.reshape(len(draws), -1, draws.shape[-1])
        for kind, (lower, upper) in self.ends.items():
            lower[index], upper[index] = OF_DRAWS[kind](flat, self.reading.level)
        self.draws[index] = flat.shape[1]
        for place, each in zip(index, draws, strict=True):
            self.path[place] = path
            position = int(self.positions[place])
            if position in self.reading.keep:
                self.kept[int(place)] = each
            for name, of in self.reading.functionals.items():
                self.functionals[name][place] = of(each, position)

    def put(self, place: int, estimate: Estimate) -> None:
        """Take the posterior of a data set that was sampled by itself, or why there is none."""
        self.status[place], self.reason[place] = estimate.status, estimate.reason
        self.concerns[place] = {concern.code for concern in estimate.concerns}
        if estimate.tree is not None:
            by = by_label(estimate.tree)
            draws = np.stack([by[label] for label in self.labels], axis=-1)
            with np.errstate(all="ignore"):  # a correlation with itself is 1 in every draw
                scalars = diagnose(np.moveaxis(draws, 2, 0))
            diagnostics = Diagnostics(**{name: values[None] for name, values in vars(scalars).items()})
            known = estimate.results.loc[list(self.labels), "mcse_mean"].notna().to_numpy() | (scalars.mcse == 0)
            diagnostics.mcse[:, ~known] = np.nan  # a mean that is nothing to go by has none; a constant's is 0
            self.record(np.array([place]), draws[None], diagnostics, "single")
            self.divergences[place] = int(estimate.tree["sample_stats"]["diverging"].sum())
