"""Many data sets of one shape, side by side: what a compiled density with a replicate axis is evaluated on.

R data sets have one shape where the same graph serves them all: the same model, axes of the same lengths, the same
columns, priors of the same families. What differs between them has a leading axis R (``columns``, ``weights``,
``numbers``); the rest is the program's own. Names of inputs are those of the nodes in the PyMC model.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..model.model import Model
from .density import Density
from .pymc_model import data_node

Array = NDArray[np.float64]
Index = NDArray[np.intp]
WEIGHTS, LINEAR = "weights", "linear"
"""Names of symbols: of the units' weights, and of M in θ = M w."""
LOOK, MANY = 200, 10_000
"""Rows that are looked at for equal ones before all of them are sorted: more of so many times more, as a thousand
distinct ones among a million are hardly ever equal among the first few."""


@dataclass(frozen=True)
class Shape:
    """What replicates share that one compiled function serves: everything that decides about its graph."""

    signature: Hashable
    """What the density's graphs depend on besides numbers."""
    inputs: tuple[str, ...]
    stacked: frozenset[str]


@dataclass(frozen=True, eq=False)
class Stack:
    """R replicates: ``program`` is the first of them, or the one data set that they vary.

    ``columns`` by role ``(R, n, …)``, on the model's scale; ``weights`` of the units ``(R, units)``, 1 unless given;
    ``numbers`` of priors and data-dependent ends by node name, ``(R,)`` or ``(R, k)``.
    """

    program: Density
    count: int
    columns: Mapping[str, Array] = field(default_factory=dict)
    weights: Array | None = None
    numbers: Mapping[str, Array] = field(default_factory=dict)

    def of(self, index: Index) -> "Stack":
        """Some of the replicates."""
        columns, numbers = (
            {name: values[index] for name, values in each.items()} for each in (self.columns, self.numbers)
        )
        weights = None if self.weights is None else self.weights[index]
        return Stack(self.program, len(index), columns, weights, numbers)

    @cached_property
    def shape(self) -> Shape:
        """The key of the compiled functions."""
        return Shape(self.program.signature, tuple(sorted(self.inputs)), frozenset(self.stacked))

    @cached_property
    def stacked(self) -> dict[str, Array]:
        """Inputs with a replicate axis, by node name."""
        inputs = {data_node(role): values for role, values in self.columns.items()}
        if self.weights is not None:
            inputs[WEIGHTS] = self.weights
        return inputs | dict(self.numbers)

    @cached_property
    def shared(self) -> dict[str, Array]:
        """Inputs that are the same for all, by node name."""
        return {name: value for name, value in self.program.node_values.items() if name not in self.stacked}

    @property
    def rows(self) -> int:
        """Rows of each replicate."""
        return max([self.program.data.n, *(values.shape[1] for values in self.columns.values())])

    @property
    def inputs(self) -> dict[str, Array]:
        """Every input by node name: `stacked`, then `shared`."""
        return self.stacked | self.shared

    @cached_property
    def working(self) -> dict[str, Array]:
        """The inputs in working coordinates: the design matrix turned (`Coordinates`), and the map back to θ."""
        return self.program.in_working_coordinates(self.inputs) | {LINEAR: self.program.coordinates.linear}


def of_replicates(inputs: Mapping[str, Array], stacked: frozenset[str], index: Index) -> dict[str, Array]:
    """The inputs of the replicates at ``index``; those that are not ``stacked`` are the same for all."""
    return {name: values[index] if name in stacked else values for name, values in inputs.items()}


def condensed(model: Model, data: Dataset) -> tuple[Dataset, Array | None]:
    """Fewer rows with the same likelihood and their weights ``(rows,)``, or the data as they are and None.

    They are sufficient statistics where the model knows them, else equal rows counted once. Both are exact: the
    likelihood of the condensed data is that of the data times a number without parameters in it. Frequency weights are
    such weights already.
    """
    if "weights" in data and model.unit != "row":  # the model counts the rows of its groups
        return data, None
    bare = Dataset({role: values for role, values in data.items() if role != "weights"}, data.coords)
    weights = data.get("weights")
    if data.coords.keys() & data.keys():  # rows of labelled groups belong together
        return bare, weights
    known = model.condense(data)
    if model.unit == "series":  # equal values at two times are not the same row twice
        return (data, None) if known is None else known
    return _counted(model, bare, weights) if known is None else known


def _counted(model: Model, data: Dataset, weights: Array | None) -> tuple[Dataset, Array | None]:
    """Distinct rows, in the columns that the model reads, with how often each is there, if they are at most half."""
    roles = [*data.designs, *(column.role for column in model.columns)]  # design matrices are no columns of a file
    read = [data[role] for role in roles if role in data]
    if not read:
        return data, weights
    used = np.column_stack([values.reshape(data.n, -1) for values in read])
    look = MANY if data.n > 2 * MANY else LOOK
    if data.n > look and len(np.unique(used[:look], axis=0)) > look / 2:
        return data, weights
    _, index, place = np.unique(used, axis=0, return_index=True, return_inverse=True)
    if 2 * len(index) > data.n:
        return data, weights
    counts = np.bincount(place.ravel(), weights).astype(float)
    return Dataset({role: values[index] for role, values in data.items()}, data.coords), counts
