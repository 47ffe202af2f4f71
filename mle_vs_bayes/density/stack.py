"""Many data sets of one shape, side by side: what a compiled density with a replicate axis is evaluated on.

R data sets have one shape where the same graph serves them all: the same model, axes of the same lengths, the same
columns, priors of the same families. What differs between them has a leading axis R (``columns``, ``weights``,
``numbers``); the rest is the program's own. Names of inputs are those of the nodes in the PyMC model.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..model import jeffreys
from ..model.parameter import Parameter
from ..model.prior import Prior
from .density import Program
from .pymc_model import data_node, end_node, prior_node

Array = NDArray[np.float64]
Index = NDArray[np.intp]
WEIGHTS, LINEAR = "weights", "linear"


@dataclass(frozen=True)
class Shape:
    """What replicates share that one compiled function serves: everything that decides about its graph."""

    model: str
    wording: tuple[Any, ...]
    """The class of the leaf and its PyMC likelihoods, which a test may have replaced."""
    sizes: tuple[tuple[str, int], ...]
    """Lengths of the axes that have names."""
    roles: tuple[str, ...]
    priors: tuple[tuple[str, ...], ...]
    """Family and argument names of each parameter, with the ends of a bounded prior under an order."""
    stacked: frozenset[str]
    own: Program | None = None
    """A stranger's program, whose graph is like no other."""


@dataclass(frozen=True, eq=False)
class Stack:
    """R replicates: ``program`` is the first of them, or the one data set that they vary.

    ``columns`` by role ``(R, n, …)``, on the model's scale; ``weights`` of the units ``(R, units)``, 1 unless given;
    ``numbers`` of priors and data-dependent ends by node name, ``(R,)`` or ``(R, k)``.
    """

    program: Program
    count: int
    columns: Mapping[str, Array] = field(default_factory=dict)
    weights: Array | None = None
    numbers: Mapping[str, Array] = field(default_factory=dict)

    @cached_property
    def shape(self) -> Shape:
        """The key of the compiled functions."""
        layout, model = self.program.layout, self.program.model
        priors = []
        for parameter, prior in _flat(self.program):
            ends = (str(prior.support),) if parameter.support.name == "ordered" else ()
            lengths = tuple(f"{name}:{np.size(np.asarray(value))}" for name, value in prior.arguments.items())
            priors.append((parameter.name, prior.family, parameter.support.name, *lengths, *ends))
        if jeffreys.asked(self.program.priors):
            priors.append((jeffreys.NAME,))
        if self.program.prior_power != 1:
            priors.append((f"to the power {self.program.prior_power}",))
        sizes = tuple(sorted((name, len(names)) for name, names in layout.coords.items()))
        roles, own = tuple(sorted(self.program.data)), self.program if self.program.foreign else None
        kind = type(model)
        wording = kind, getattr(model.likelihood, "__func__", None), getattr(model.latent, "__func__", None)
        return Shape(model.name, wording, sizes, roles, tuple(priors), frozenset(self.stacked), own)

    @cached_property
    def stacked(self) -> dict[str, Array]:
        """Inputs with a replicate axis, by node name."""
        found = {data_node(role): values for role, values in self.columns.items()}
        if self.weights is not None:
            found[WEIGHTS] = self.weights
        return found | dict(self.numbers)

    @cached_property
    def shared(self) -> dict[str, Array]:
        """Inputs that are the same for all, by node name."""
        program = self.program
        found = {data_node(role): values for role, values in program.data.items() if role not in self.columns}
        own = {prior_node(p.name, a): np.asarray(v) for p, prior in _flat(program) for a, v in prior.arguments.items()}
        own |= {end_node(name): np.asarray(s.lower) for name, s in program.model.supports(program.data).items()}
        return found | {name: value for name, value in own.items() if name not in self.numbers}

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
        inputs, x = dict(self.inputs), data_node("X")
        if x in inputs and not self.program.foreign:
            block = next(self.program.layout.slices[p.name] for p in self.program.layout.parameters if _on_x(p.dims))
            inputs[x] = inputs[x] @ self.program.coordinates.linear[block, block]
        return inputs | {LINEAR: self.program.coordinates.linear}


def of_replicates(inputs: Mapping[str, Array], stacked: frozenset[str], index: Index) -> dict[str, Array]:
    """The inputs of the replicates at ``index``; those that are not ``stacked`` are the same for all."""
    return {name: values[index] if name in stacked else values for name, values in inputs.items()}


def _flat(program: Program) -> list[tuple[Parameter, Prior]]:
    """Each parameter with what it is drawn from; none where the program has no priors of ours."""
    if program.foreign:
        return []
    given = [p for p in program.layout.parameters if p.name in program.priors]
    return [(p, jeffreys.flat(p, program.priors[p.name])) for p in given]


def _on_x(dims: tuple[str, ...]) -> bool:
    return dims == ("term",)
