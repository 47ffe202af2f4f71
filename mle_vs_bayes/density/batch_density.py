"""Compiled densities with their gradients and Hessians for many replicates at once, kept for the life of the process.

One function per `stack.Shape`: it serves every n, every chunk and every data set of that shape.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compile_cache import MODE, compiled, in_numpy, kept, quick
from . import graphs
from .density import Density
from .graphs import Graph
from .stack import Stack

Array = NDArray[np.float64]
MOST_ELEMENTS = 24
"""Of a part of a vector whose derivatives are written out one by one."""
Derivatives = tuple[Array, Array, Array]
"""Value ``(R,)``, gradient ``(R, k)`` and Hessian ``(R, k, k)``."""
BatchDensity = Callable[[Array, Mapping[str, Array]], Derivatives]
"""Takes the vectors ``(R, k)`` and the inputs of a stack by name."""


def penalised_likelihood(stack: Stack, power: float, mode: str) -> BatchDensity:
    """Σ weight × unit + ``power`` · log prior of working coordinates ``(R, p)``; takes ``stack.working``.

    ``mode`` is PyTensor's: ``FAST_COMPILE`` is ready within a second, ``NUMBA`` is three to ten times faster once it
    has compiled.
    """

    def make() -> BatchDensity:
        return with_derivatives(graphs.penalised_likelihood(stack, power), stack.shape.stacked, mode)

    density: BatchDensity = kept(("likelihood", stack.shape, power, mode), lambda: _refusing(stack.program, make))
    return density


def _refusing(program: Density, make: Callable[[], BatchDensity]) -> BatchDensity:
    """The graph with a replicate axis, where PyTensor can give it one; else a ValueError that says so."""
    refusal = f"the likelihood of {program.model.name} cannot be evaluated for many replicates at once"
    try:
        density = make()
    except program.pymc_failures as error:
        raise ValueError(refusal) from error

    def evaluate(vectors: Array, numbers: Mapping[str, Array]) -> Derivatives:
        try:
            return density(vectors, numbers)
        except program.pymc_failures as error:
            raise ValueError(refusal) from error

    return evaluate


def with_derivatives(graph: Graph, stacked: frozenset[str], mode: str) -> BatchDensity:
    """A graph's value, gradient and Hessian, compiled with a replicate axis."""
    import pytensor.tensor as pt

    size = graph.vector.type.shape[0]
    direction = pt.vector("direction", shape=(size,), dtype="float64")
    outputs = _derived(graph.scalar, graph.vector, direction)
    # Replicates lie along the first axis; the second is that of the directions, which only the Hessian has.
    inputs, batched = graphs.vectorised(graph, outputs, stacked, along={direction: pt.eye(size)})
    value, gradient, hessian = batched
    function = compiled(list(inputs.values()), [value[:, 0], gradient[:, 0], hessian], quick(mode))
    names = list(inputs)[1:]

    def evaluate(vectors: Array, numbers: Mapping[str, Array]) -> Derivatives:
        value, gradient, hessian = function(vectors, *(numbers[name] for name in names))
        return value, gradient, hessian

    return evaluate


def _derived(scalar: Any, vector: Any, direction: Any) -> list[Any]:
    """The scalar, its gradient and its Hessian times ``direction`` ``(k,)``, in functions that NumPy and SciPy have."""
    from pytensor.gradient import grad
    from pytensor.graph.fg import FunctionGraph
    from pytensor.graph.rewriting.basic import in2out, node_rewriter
    from pytensor.tensor.subtensor import IncSubtensor

    gradient: Any = grad(scalar, vector, disconnected_inputs="ignore")
    column: Any = grad((gradient * direction).sum(), vector, disconnected_inputs="ignore")
    graph = FunctionGraph(outputs=in_numpy([scalar, gradient, column]), clone=False)
    in2out(node_rewriter([IncSubtensor])(_as_multiples), name="as_multiples").rewrite(graph)
    return list(graph.outputs)


def _as_multiples(_fgraph: Any, node: Any) -> Any:
    """The derivative by some elements of a vector, zeros elsewhere, as multiples of unit vectors.

    Of zeros into which values are written PyTensor works out the shape among the replicates, at every such place by
    another walk through the graph: for two formulas that took 10 s, and for a likelihood with nodes minutes.
    """
    from pytensor.tensor.basic import get_underlying_scalar_constant_value
    from pytensor.tensor.exceptions import NotScalarConstantError
    from pytensor.tensor.subtensor import get_constant_idx

    zeros, values = node.inputs[:2]
    size = zeros.type.shape[0] if zeros.type.ndim == 1 else None
    try:
        if size is None or get_underlying_scalar_constant_value(zeros) != 0:
            return False
        places = np.arange(size)[get_constant_idx(node.op.idx_list, [zeros, *node.inputs[2:]])[0]]
    except NotScalarConstantError:
        return False
    units = np.eye(size)
    if values.type.ndim == 0 and places.ndim == 0:
        return [values * units[places]]
    if values.type.ndim == 0 or places.size > MOST_ELEMENTS:
        return False
    return [sum(values[k] * units[place] for k, place in enumerate(places))]


MANY_ROWS, FEWER = 20_000, 10
"""Rows from which a copy of them, or a pass over them, costs more than what it takes to do without: derivatives are
taken of sufficient statistics where these are so many times fewer rows."""


class Condensed:
    """The likelihood of many rows from few that say the same, in the coordinates of the many.

    Sufficient statistics leave out a number without parameters in it; it is the difference of both at one point.
    """

    def __init__(self, whole: Density, few: Density, weights: Array) -> None:
        self.stack = Stack(few, 1, {}, weights[None])
        # θ = M w of either data set, so that w of the few is M₁⁻¹ M w of the many.
        self.turn = few.coordinates.inverse @ whole.coordinates.linear
        self.density = penalised_likelihood(self.stack, 0.0, MODE)
        self.left_out = 0.0
        w = whole.coordinates.inverse @ whole.start
        self.left_out = whole.log_likelihood(whole.start) - self.derivatives(w)[0]

    def derivatives(self, w: Array) -> tuple[float, Array, Array]:
        """Value, gradient ``(p,)`` and Hessian ``(p, p)`` in w ``(p,)``."""
        (value,), (gradient,), (hessian,) = self.density((self.turn @ w)[None], self.stack.working)
        return float(value) + self.left_out, self.turn.T @ gradient, self.turn.T @ hessian @ self.turn


def condensed(whole: Density) -> Condensed | None:
    """The same likelihood on far fewer rows, or None where that is no gain."""
    if whole.data.n < MANY_ROWS:
        return None
    few, weights = whole.condensed()
    return Condensed(whole, few, weights) if weights is not None and FEWER * few.data.n <= whole.data.n else None
