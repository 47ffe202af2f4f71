"""The sum of many replicates' log posteriors as one function that nutpie's sampler calls in machine code.

Each replicate's z = ẑ + L u: with ẑ its mode and L a root of its covariance there, u is near a standard normal, so that
no time goes into learning scales. The function takes u ``(R f,)`` of any number R of replicates. Everything else is
handed over as two flat arrays, numbers and lengths, behind one pointer: one compilation serves every R and n.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.column import positive
from ..density import graphs
from ..density.cheaper import cheaper
from ..density.compile_cache import MODE, kept
from ..density.graphs import Graph, Unconstrained
from ..density.hoisting import Hoisted, hoisted
from ..density.pymc_model import data_node
from ..density.quiet import quiet
from ..density.stack import Stack
from .machine_code import by_address

Array = NDArray[np.float64]
CENTRE, ROOT = "centre", "root"
NOWHERE = -1e300
"""The log density where it, or its gradient, is not a number: a divergence whose end nutpie keeps, as it does not where
a density fails."""


@dataclass(frozen=True)
class JointDensity:
    """A compiled density: ``function`` is Numba's C callback, ``order`` the names of its inputs.

    ``prepare`` computes from a stack's inputs what no parameter enters (`hoisting`), and ``stacked`` names the inputs
    that have a replicate axis.
    """

    function: Any
    order: tuple[str, ...]
    prepare: Callable[[Mapping[str, Array]], dict[str, Array]]
    stacked: frozenset[str]

    def packed(self, inputs: dict[str, Array]) -> tuple[Array, NDArray[np.int64]]:
        """The inputs as one array of numbers and one of lengths: R, then every input's own."""
        given = [np.asarray(inputs[name], dtype=float) for name in self.order]
        lengths = [length for values in given for length in values.shape]
        return np.concatenate([values.ravel() for values in given]), np.array(lengths, dtype=np.int64)


def joint_density(stack: Stack, graph: Unconstrained) -> JointDensity:
    """The compiled density of the stack's shape, kept for the process; PyTensor keeps its kernel on disk."""
    found: JointDensity = kept(("joint", stack.shape), lambda: _compile(stack, graph))
    return found


def _compile(stack: Stack, graph: Unconstrained) -> JointDensity:
    import pytensor
    import pytensor.tensor as pt
    from pytensor.graph.replace import graph_replace

    scalar = cheaper(graph.density.scalar, _positive(stack, graph.density))
    less = hoisted(replace(graph.density, scalar=scalar), stack.shape.stacked)
    inputs, batched = graphs.vectorised(less.graph, [less.graph.scalar], less.stacked)
    size = graph.density.vector.type.shape[0]
    u, numbers, lengths = pt.vector("u"), pt.vector("numbers"), pt.lvector("lengths")
    symbols = {
        CENTRE: pt.tensor(CENTRE, dtype="float64", shape=(None, size)),
        ROOT: pt.tensor(ROOT, dtype="float64", shape=(None, size, size)),
        **{name: symbol for name, symbol in inputs.items() if name != "vector"},
    }
    pieces = _unpacked(numbers, lengths, {name: symbol.type.shape for name, symbol in symbols.items()})
    z = pieces[CENTRE] + (pieces[ROOT] * u.reshape((-1, 1, size))).sum(axis=-1)
    given = {symbols[name]: piece for name, piece in pieces.items() if name not in (CENTRE, ROOT)}
    total: Any = graph_replace(batched[0], {inputs["vector"]: z, **given}).sum()
    outputs: Any = [total, pytensor.grad(total, u)]
    function = pytensor.function([u, numbers, lengths], outputs, mode="NUMBA", trust_input=True)
    return JointDensity(_callback(function), tuple(symbols), _preparation(graph.density, less, stack), less.stacked)


def _positive(stack: Stack, graph: Graph) -> list[Any]:
    """Nodes of the columns that the model takes positive values in only."""
    roles = [column.role for column in stack.program.model.columns if column.kind is positive]
    return [graph.nodes[data_node(role)] for role in roles if data_node(role) in graph.nodes]


def _preparation(graph: Graph, less: Hoisted, stack: Stack) -> Callable[[Mapping[str, Array]], dict[str, Array]]:
    """A function from a stack's inputs to those of the graph without what no parameter enters."""
    import pytensor

    own = [name for name in less.graph.nodes if name not in less.known]
    inputs, values = graphs.vectorised(graph, list(less.known.values()), stack.shape.stacked, vector=False)
    function = pytensor.function(list(inputs.values()), values, mode=MODE, on_unused_input="ignore")

    def prepare(given: Mapping[str, Array]) -> dict[str, Array]:
        found = function(*(given[name] for name in inputs))
        return {**{name: given[name] for name in own}, **dict(zip(less.known, found, strict=True))}

    return prepare


def _unpacked(numbers: Any, lengths: Any, shapes: dict[str, tuple[int | None, ...]]) -> dict[str, Any]:
    """Every input out of the flat array, in order, by its lengths."""
    import pytensor.tensor as pt

    found, offset, place = {}, pt.constant(0, dtype="int64"), 0
    for name, shape in shapes.items():
        own = [lengths[place + axis] if length is None else length for axis, length in enumerate(shape)]
        total: Any = pt.constant(1, dtype="int64")
        for length in own:
            total = total * length
        found[name] = numbers[offset : offset + total].reshape(own) if own else numbers[offset]
        offset, place = offset + total, place + len(shape)
    return found


def _callback(function: Any) -> Any:
    """The compiled function behind nutpie's C signature: dimension, u, gradient, value, pointer → 0 or an error."""
    import numba
    from nutpie.compile_pymc import address_as_void_pointer

    inner = by_address(function.vm.jit_fn)
    number = numba.types.CPointer(numba.types.double)
    signature = numba.types.int64(numba.types.uint64, number, number, number, numba.types.voidptr)

    def density(dimension, u_, gradient_, value_, data_):  # type: ignore[no-untyped-def]
        header = numba.carray(data_, (4,), np.int64)
        u, gradient = numba.carray(u_, (dimension,)), numba.carray(gradient_, (dimension,))
        numbers = numba.carray(address_as_void_pointer(header[0]), (header[1],), np.float64)
        lengths = numba.carray(address_as_void_pointer(header[2]), (header[3],), np.int64)
        total, slope = inner(u, numbers, lengths)
        sound = np.isfinite(total[()])
        for i in range(dimension):  # and not one assignment, for whose error message Numba compiles seconds
            gradient[i] = slope[i]
            sound = sound and np.isfinite(slope[i])
        value = numba.carray(value_, (1,))
        value[0] = total[()] if sound else NOWHERE
        if not sound:
            for i in range(dimension):
                gradient[i] = 0.0
        return 0

    with quiet():  # "cannot cache, as it uses dynamic globals"
        return numba.cfunc(signature)(density)


@cache
def identity() -> Any:
    """nutpie's other C callback, which writes what shall be kept of a draw: u itself."""
    import numba

    number = numba.types.CPointer(numba.types.double)
    signature = numba.types.int64(numba.types.uint64, numba.types.uint64, number, number, numba.types.voidptr)

    def keep(dimension, _size, u, kept_, _data):  # type: ignore[no-untyped-def]
        for i in range(dimension):
            kept_[i] = u[i]
        return 0

    return numba.cfunc(signature)(keep)
