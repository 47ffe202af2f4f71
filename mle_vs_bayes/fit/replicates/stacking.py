"""Data sets sorted by shape, condensed where that loses nothing, and stacked side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import Dataset
from ...density.density import Density
from ...density.model_density import ModelDensity, density_of
from ...density.pymc_model import data_node, end_node, prior_node
from ...density.stack import Stack, condensed
from ...model import jeffreys
from ...model.model import Model
from ...model.prior import Prior
from .. import priors as prior_choice
from .data_checks import unusable

Array = NDArray[np.float64]
Priors = Mapping[str, Prior]


@dataclass(frozen=True, eq=False)
class Member:
    """One usable data set: its place among those given, as it was given, and what is fitted."""

    position: int
    data: Dataset
    priors: Priors
    condensed: Dataset
    weights: Array | None

    @property
    def likeness(self) -> tuple[Any, ...]:
        """A key that is equal for data sets with the same likelihood, number of rows and priors."""
        columns = tuple((role, values.tobytes()) for role, values in self.condensed.items())
        weights = None if self.weights is None else self.weights.tobytes()
        return self.data.size, columns, weights, tuple(str(prior) for prior in self.priors.values())

    def program(self, model: Model) -> Density:
        """The program of this data set alone, as it was given."""
        return density_of(model, self.data, self.priors)


@dataclass(frozen=True)
class Refused:
    """A data set that no estimator can use, and why."""

    position: int
    reason: str


def sorted_out(
    model: Model, datasets: Sequence[Dataset], assignments: prior_choice.Given
) -> tuple[list[Member], list[Refused]]:
    """The data sets that can be fitted, and the others with their reasons."""
    members, refused = [], []
    for position, data in enumerate(datasets):
        reason = unusable(model, data)
        if reason is not None:
            refused.append(Refused(position, reason))
        else:
            members.append(member(model, position, data, prior_choice.resolve(model, assignments, data)))
    return members, refused


def member(model: Model, position: int, data: Dataset, priors: Priors) -> Member:
    """A data set ready to be stacked; Jeffreys' prior reads every row, so that nothing is condensed under it."""
    if jeffreys.asked(priors):
        small, weights = data, data.get("weights") if model.unit == "row" else None
    else:
        small, weights = condensed(model, data)
    return Member(position, data, priors, small, weights)


def by_shape(model: Model, members: Sequence[Member]) -> list[list[Member]]:
    """Members that one stack can hold together, in the order of their first."""
    shapes: dict[Any, list[Member]] = {}
    for each in members:
        shapes.setdefault(_shape(model, each), []).append(each)
    return list(shapes.values())


def _shape(model: Model, each: Member) -> Any:
    data = each.condensed
    labels = tuple(data[role].tobytes() for role in data.coords if role in data)
    rows = "any" if each.weights is not None and "weights" not in data else data.n
    priors = tuple((name, prior.family, *map(_length, prior.arguments.items())) for name, prior in each.priors.items())
    sizes = tuple((name, len(names)) for name, names in model.coords(data).items())
    return tuple(sorted(data)), sizes, labels, rows, priors


def _length(argument: Any) -> tuple[str, int]:
    name, value = argument
    return name, int(np.size(value))


def stacked(model: Model, members: Sequence[Member]) -> Stack:
    """One stack of members of one shape: what is the same in all is kept once, short data get rows of weight 0."""
    first = members[0]
    rows = max(each.condensed.n for each in members)
    columns = {role: np.stack([_padded(m.condensed[role], rows) for m in members]) for role in first.condensed}
    density: Density = model.own_density(first.data) or ModelDensity(model, first.condensed, first.priors)
    shared = density.node_values
    varying = {role: values for role, values in columns.items() if not _all_are(values, shared[data_node(role)])}
    weights = None
    if first.weights is not None:
        weights = np.stack([np.pad(m.weights, (0, rows - len(m.weights))) for m in members if m.weights is not None])
    return Stack(density, len(members), varying, weights, _numbers(model, density, members))


def _all_are(values: Array, value: Array) -> bool:
    """Whether every replicate ``(R, …)`` has this value ``(…)``, NaN being none."""
    return values.shape[1:] == value.shape and bool(np.all(values == value))


def _padded(values: Array, rows: int) -> Array:
    return np.concatenate([values, np.repeat(values[:1], rows - len(values), axis=0)])


def _numbers(model: Model, program: Density, members: Sequence[Member]) -> dict[str, Array]:
    """Numbers of priors, and ends of supports, that differ between members, by node."""
    numbers = {}
    for p in program.layout.parameters:
        priors = [jeffreys.flat(p, m.priors[p.name]) for m in members]
        for name in priors[0].arguments:
            values = np.array([prior.arguments[name] for prior in priors], dtype=float)
            if np.any(values != values[0]):
                numbers[prior_node(p.name, name)] = values
    for name, support in model.supports(program.data).items():
        for side in support.ends:
            ends = [model.supports(m.condensed)[name].ends[side] for m in members]
            numbers[end_node(name, side)] = np.array(ends)
    return numbers
