"""The sum of many replicates' log posteriors as one function that nutpie's sampler calls in machine code.

Each replicate's z = ẑ + L u: with ẑ its mode and L a root of its covariance there, u is near a standard normal, so that
no time goes into learning scales. That map is the same for all densities (`c_callbacks`); the function takes z
``(R f,)`` of any number R of replicates. Everything else is handed over as two flat arrays, numbers and lengths: one
compilation serves every R and n.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compile_cache import kept, quick
from ..data.column import positive
from ..density import graphs, vector_functions
from ..density.graphs import Graph, Unconstrained
from ..density.pymc_model import data_node
from ..density.rewrites import Hoisted, cheaper, hoisted
from ..density.stack import Stack
from . import nutpie

Array = NDArray[np.float64]


@dataclass(frozen=True)
class JointDensity:
    """A compiled density: ``function`` is PyTensor's, of (z, numbers, lengths); ``order`` are the names of its inputs.

    ``prepare`` computes from a stack's inputs what no parameter enters (`rewrites`), and ``stacked`` names the inputs
    that have a replicate axis.
    """

    function: Any
    order: tuple[str, ...]
    prepare: Callable[[Mapping[str, Array]], dict[str, Array]]
    stacked: frozenset[str]

    @cached_property
    def address(self) -> int:
        """Where the function's machine code lies.

        Raises
        ------
        AttributeError, ImportError, TypeError
            A name below the public ones of nutpie, Numba or PyTensor is not where it was.
        """
        return nutpie.address(self.function)

    def target(self, inputs: Mapping[str, Array], centre: Array, root: Array) -> nutpie.Target:
        """What is sampled at these inputs, in coordinates of this centre ``(R, f)`` and root ``(R, f, f)``."""
        arguments = [np.asarray(inputs[name], dtype=float) for name in self.order]
        numbers = np.concatenate([np.zeros(0), *(values.ravel() for values in arguments)])
        begins = np.cumsum([0, *(values.size for values in arguments)])
        lengths = np.array([*begins, *(length for values in arguments for length in values.shape)], dtype=np.int64)
        placed = np.ascontiguousarray(centre), np.ascontiguousarray(root)
        return nutpie.Target(self.function, lambda: self.address, numbers, lengths, *placed)


def joint_density(stack: Stack, graph: Unconstrained) -> JointDensity:
    """The compiled density of the stack's shape, kept for the process; PyTensor keeps its kernel on disk."""
    density: JointDensity = kept(("joint", stack.shape, stack.count == 1), lambda: _compile(stack, graph))
    return density


def _compile(stack: Stack, graph: Unconstrained) -> JointDensity:
    import pytensor
    import pytensor.tensor as pt
    from pytensor.graph.replace import graph_replace

    scalar = cheaper(graph.density.scalar, _positive(stack, graph.density))
    less = hoisted(replace(graph.density, scalar=scalar), stack.shape.stacked)
    one = stack.count == 1
    inputs, values = graphs.of_one(less.graph, less.stacked) if one else _of_many(less)
    vector = inputs.pop("vector")
    inputs = dict(sorted(inputs.items(), key=lambda item: None in item[1].type.shape))  # first what is always as long
    z = vector.type("z") if one else pt.vector("z")
    numbers, lengths = pt.vector("numbers"), pt.lvector("lengths")
    pieces = _unpacked(numbers, lengths, {name: symbol.type.shape for name, symbol in inputs.items()})
    whole = z if one else vector.type.filter_variable(z.reshape((-1, vector.type.shape[1])))
    replaced = {symbol: pieces[name] for name, symbol in inputs.items()}
    # Replicates are independent, so that the gradient of the sum with respect to all z ``(R f,)`` is each one's own.
    total: Any = graph_replace(values, {vector: whole, **replaced}).sum()
    outputs: Any = [total, pytensor.grad(total, z)]
    function = pytensor.function(
        [z, numbers, lengths],
        outputs,
        mode=vector_functions.mode(scalars_apart=not one),
        trust_input=True,
        on_unused_input="ignore",  # of one data set whose axes all have names, no length is asked
    )
    return JointDensity(function, tuple(inputs), _preparation(graph.density, less, stack), less.stacked)


def _of_many(less: Hoisted) -> tuple[dict[str, Any], Any]:
    inputs, batched = graphs.vectorised(less.graph, [less.graph.scalar], less.stacked)
    return inputs, batched[0]


def _positive(stack: Stack, graph: Graph) -> list[Any]:
    """Nodes of the columns that the model takes positive values in only."""
    roles = [column.role for column in stack.program.model.columns if column.kind is positive]
    return [graph.nodes[data_node(role)] for role in roles if data_node(role) in graph.nodes]


def _preparation(graph: Graph, less: Hoisted, stack: Stack) -> Callable[[Mapping[str, Array]], dict[str, Array]]:
    """A function from a stack's inputs to those of the graph without what no parameter enters."""
    import pytensor

    names = [name for name in less.graph.nodes if name not in less.known]
    inputs, values = graphs.vectorised(graph, list(less.known.values()), stack.shape.stacked, vector=False)
    function = pytensor.function(list(inputs.values()), values, mode=quick(), on_unused_input="ignore")

    def prepare(columns: Mapping[str, Array]) -> dict[str, Array]:
        known = function(*(columns[name] for name in inputs))
        return {**{name: columns[name] for name in names}, **dict(zip(less.known, known, strict=True))}

    return prepare


def _unpacked(numbers: Any, lengths: Any, shapes: dict[str, tuple[int | None, ...]]) -> dict[str, Any]:
    """Every input out of the flat array, in order: ``lengths`` are the places where each begins, then their shapes.

    A place that is the same whatever the data is a constant: each kind of index costs a tenth of a second to compile.
    """
    arrays: dict[str, Any] = {}
    begin: Any = 0
    axis = len(shapes) + 1
    for place, (name, shape) in enumerate(shapes.items()):
        extent = [lengths[axis + k] if length is None else length for k, length in enumerate(shape)]
        axis += len(shape)
        known = isinstance(begin, int) and None not in shape
        end = begin + math.prod(length or 0 for length in shape) if known else lengths[place + 1]
        arrays[name] = numbers[begin:end].reshape(extent) if extent else numbers[begin]
        begin = end
    return arrays
