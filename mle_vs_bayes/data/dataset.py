"""The data a model is fitted to: float columns by role, and the names of their other axes."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
TERMS = 64
"""Rounded operations that a value may be made of: each is off by half a spacing of float64 numbers at most."""


@dataclass(frozen=True, eq=False)
class Dataset(Mapping[str, Array]):
    """Columns by role, each ``(n,)`` or ``(n, k)`` float64, immutable; ``data["y"]`` is a column.

    ``coords`` names the elements of further axes: ``{"term": ("Intercept", "x1")}`` for the
    design matrix ``X`` of a regression, whose columns are the terms. A column of labels holds codes
    into the coords of its own role: ``{"group": ("A", "B")}`` beside a column ``group`` of 0 and 1.
    An outcome of classes holds codes into the coords ``outcome``, all of which are kept whichever rows are.
    A design is a Dataset without ``y``. A column ``weights`` says how often each row was observed.
    """

    columns: Mapping[str, Array]
    coords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __getitem__(self, role: str) -> Array:
        return self.columns[role]

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(next(iter(self.columns.values())))

    @property
    def size(self) -> int:
        """Number of observations: of rows, each as often as its frequency weight says."""
        return int(self.columns["weights"].sum()) if "weights" in self.columns else self.n

    @property
    def counts(self) -> Array:
        """How often each row ``(n,)`` was observed."""
        return self.columns.get("weights", np.ones(self.n))

    def spelled_out(self) -> "Dataset":
        """One row per observation, without weights; the data themselves where they have none."""
        if "weights" not in self.columns:
            return self
        everything = Dataset({role: v for role, v in self.columns.items() if role != "weights"}, self.coords)
        return everything.rows(np.repeat(np.arange(self.n), self.counts.astype(np.intp)))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of columns and labels: the same for the same numbers under the same roles, whatever file had them."""
        digest = hashlib.sha256()
        for role in sorted(self.columns):
            values = np.ascontiguousarray(self.columns[role], dtype="<f8")
            digest.update(f"{role}{values.shape}".encode() + values.tobytes())
        digest.update(repr(sorted(self.coords.items())).encode())
        return digest.hexdigest()

    @property
    def designs(self) -> dict[str, str]:
        """Design matrices by role, with the axis of their columns: ``X``: ``term``, ``X_sigma``: ``term_sigma``."""
        roles = [role for role, values in self.columns.items() if values.ndim == 2 and role.partition("_")[0] == "X"]
        return {role: role.replace("X", "term", 1) for role in roles}

    def rows(self, index: NDArray[np.intp]) -> "Dataset":
        """The rows at ``index``, in that order, repeats included; labels that none of them has are forgotten."""
        columns, coords = {role: values[index] for role, values in self.columns.items()}, dict(self.coords)
        for role in coords.keys() & columns.keys():
            present, codes = np.unique(columns[role], return_inverse=True)
            columns[role], coords[role] = codes.astype(float), tuple(coords[role][int(code)] for code in present)
        return Dataset(columns, coords)

    def replace(self, **columns: Array) -> "Dataset":
        """A copy with these columns put in place or added."""
        added = {role: np.asarray(values, dtype=float) for role, values in columns.items()}
        return Dataset({**self.columns, **added}, self.coords)


def below(datasets: Sequence[Dataset]) -> Dataset:
    """The rows of all data sets of one design, one below the other; labels of one are not those of another.

    Codes tell them apart, and each name stands as often as there are data sets.
    """
    first, *others = datasets
    if not others:
        return first
    columns = {role: np.concatenate([data[role] for data in datasets]) for role in first}
    place = np.repeat(np.arange(float(len(datasets))), [data.n for data in datasets])
    labelled = [role for role in first if role in first.coords]
    columns |= {role: columns[role] + place * len(first.coords[role]) for role in labelled}
    return Dataset(columns, {**first.coords, **{role: first.coords[role] * len(datasets) for role in labelled}})


def rounding(size: Any) -> Any:
    """How far values of this absolute ``size`` may differ that would be equal without rounding; same shape."""
    return TERMS * np.finfo(float).eps / 2 * size
