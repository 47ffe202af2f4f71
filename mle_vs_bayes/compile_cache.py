"""Functions compiled once per kind of model and used with any data: data and priors' numbers are inputs, not constants.

A function of a catalogue's model is compiled once in a process, however many data sets are fitted one after the other.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .machine_code import one_machine_code

if TYPE_CHECKING:
    import pymc

Array = NDArray[np.float64]
MODE = "FAST_COMPILE"
UNCHECKED = "local_remove_check_parameter"
"""Without PyMC's checks of parameters, which raise: where a search has run to sigma = 0 the answer is NaN."""
LOOP_MODE = "NUMBA"
"""For values that are loops in each element."""
MOST_TERMS = 16
"""Terms at most of one sum or product: NumPy takes 32 arrays at once, results among them."""
MOST = 200
"""Functions that are kept; the least recently used is forgotten."""

_kept: dict[Any, Any] = {}


def quick(name: str = MODE) -> Any:
    """PyTensor's mode of this name; `MODE` `unfolded`, without its ``Second``, which copies one by one in Python.

    Gradients are full of ``Second`` (fill like another array): a half of what a batch of replicates costs. Parts of
    filled arrays are not looked through: of each, PyTensor works out the shape by a walk through the graph. A look at
    the fit of two crossed groupings took 25 s of the processor with these looked through, and takes 19 without.
    """
    from pytensor.compile.mode import get_mode

    mode = get_mode(name)
    if name != MODE:
        return mode
    return unfolded(mode.including("local_second_to_alloc").excluding("local_subtensor_of_alloc"))


def compiled(inputs: Sequence[Any], outputs: Any, mode: Any) -> Callable[..., Any]:
    """PyTensor's function, by Numba where elements of its values are loops: derivatives of incomplete beta functions.

    Python walks through those element by element: the gradient of a hurdle model of 300 rows took 0.7 s, and by Numba
    takes 0.2 ms, once that has compiled for some seconds.
    """
    import pytensor
    from pytensor.compile.mode import get_mode

    def of(mode: Any) -> Any:
        return pytensor.function(list(inputs), outputs, mode=mode, on_unused_input="ignore")

    function = of(_divided(get_mode(mode)))
    return Looping(function, of(get_mode(LOOP_MODE).including(UNCHECKED))) if has_loops(function) else function


def unfolded(mode: Any) -> Any:
    """The mode, with graphs that PyTensor keeps as one operation (log-sum-exp, softmax, x log y) opened.

    Along an axis of replicates such an operation is called for one replicate after the other, and in `MODE` a C
    compiler compiles what is in it, one operation after the other: the first two fits of six normal mixtures took 17 s,
    and take 4 s. The position is as in PyTensor 3.3.8: after what would make x log y unstable (1.5), and before
    fillings are removed (1.51). Where PyTensor has moved a name, they stay closed: the values are the same.
    """
    try:
        from pytensor.compile.builders import OpFromGraph
        from pytensor.compile.rewriting import inline_ofg_node
        from pytensor.graph.replace import vectorize_graph
        from pytensor.graph.rewriting.basic import in2out, node_rewriter
        from pytensor.tensor.blockwise import Blockwise
    except ImportError:
        return mode

    def unfold(_graph: Any, node: Any) -> Any:
        if isinstance(node.op, OpFromGraph):
            return inline_ofg_node(node)
        if not isinstance(node.op.core_op, OpFromGraph):
            return False
        inner = node.op.core_op.fgraph.unfreeze()
        return vectorize_graph(inner.outputs, dict(zip(inner.inputs, node.inputs, strict=True)))

    return mode.register((in2out(node_rewriter([OpFromGraph, Blockwise])(unfold), name="unfold"), 1.505))


def _divided(mode: Any) -> Any:
    """The mode, with sums and products of many terms as sums of sums: NumPy takes 32 arrays at once at most.

    PyTensor joins all terms of a sum in one operation, those of a Hessian are many, and its Python linker then refuses
    them. `Mode.register` and the position, after every rewrite that joins sums, are as in PyTensor 3.3.8.
    """
    from pytensor.graph.rewriting.basic import in2out, node_rewriter
    from pytensor.tensor.elemwise import Elemwise

    def divide(_graph: Any, node: Any) -> Any:
        if type(node.op.scalar_op).__name__ not in ("Add", "Mul") or len(node.inputs) <= MOST_TERMS:
            return False
        parts = [node.inputs[place : place + MOST_TERMS] for place in range(0, len(node.inputs), MOST_TERMS)]
        return [node.op(*(node.op(*part) if len(part) > 1 else part[0] for part in parts))]

    return mode.register((in2out(node_rewriter([Elemwise])(divide), name="divide"), 49.5))


def in_numpy(outputs: Sequence[Any]) -> list[Any]:
    """Graphs in which scalar functions without a NumPy form are said in those that have one.

    PyTensor's Python linker evaluates them element by element in Python, a hundred times slower.
    """
    from pytensor.graph.fg import FunctionGraph
    from pytensor.graph.rewriting.basic import in2out, node_rewriter

    graph = FunctionGraph(outputs=list(outputs), clone=False)
    in2out(node_rewriter(None)(_numpy_form), name="in_numpy").rewrite(graph)
    return list(graph.outputs)


def _numpy_form(_graph: Any, node: Any) -> Any:
    import pytensor.tensor as pt

    forms: dict[str, Callable[[Any], Any]] = {
        # Mächler (2012), Accurately computing log(1 − exp(−|a|)), eq. 7
        "Log1mexp": lambda x: pt.switch(x < -np.log(2.0), pt.log1p(-pt.exp(x)), pt.log(-pt.expm1(x))),
        "Softplus": lambda x: pt.maximum(x, 0.0) + pt.log1p(pt.exp(-pt.abs(x))),
        "TriGamma": lambda x: pt.polygamma(1, x),
    }
    name = type(getattr(node.op, "scalar_op", None)).__name__
    return [forms[name](*node.inputs)] if name in forms else False


class Looping:
    """A function whose elements are loops: by Numba, which compiles at the first call, or in Python if it cannot.

    Whoever compiles it first has the same numbers as those who find it compiled.
    """

    def __init__(self, python: Any, numba: Any) -> None:
        self.maker, self._python, self._numba = python.maker, python, numba

    def __call__(self, *values: Array) -> Any:
        from numba.core.errors import NumbaError

        if self._numba is not None:
            try:
                with one_machine_code():
                    return self._numba(*values)
            except NumbaError:
                self._numba = None
        return self._python(*values)


def has_loops(function: Any) -> bool:
    """Whether elements of a compiled function's values are loops."""
    from pytensor.scalar.loop import ScalarLoop

    return any(isinstance(getattr(n.op, "scalar_op", None), ScalarLoop) for n in function.maker.fgraph.apply_nodes)


def kept(key: Any, make: Callable[[], Any]) -> Any:
    """What was compiled for this key, or what ``make`` compiles now; the least recently used is forgotten."""
    result = _kept.pop(key, None)
    _kept[key] = make() if result is None else result
    if len(_kept) > MOST:
        del _kept[next(iter(_kept))]
    return _kept[key]


def bound(
    key: Any, make: Callable[[], tuple["pymc.Model", Any, Any]], values: Mapping[str, Array]
) -> Callable[[Array], Any]:
    """A function of a vector ``(p,)`` at these ``values`` of the model's data nodes, by their names.

    ``make`` gives the PyMC model whose data nodes are read, the vector and the outputs; it is called where nothing is
    kept under ``key``, which must say everything that the graph depends on.
    """
    function, names = kept(("bound", key), lambda: _compiled(*make()))
    arguments = [np.asarray(values[name], dtype=float) for name in names]
    return lambda vector: function(vector, *arguments)


def _compiled(model: "pymc.Model", vector: Any, outputs: Any) -> tuple[Any, tuple[str, ...]]:
    from pytensor.graph.replace import graph_replace

    inputs = {node: node.type.__call__(name=node.name) for node in model.data_vars}
    several = outputs if isinstance(outputs, list) else [outputs]
    replaced = graph_replace(several, inputs, strict=False)
    targets = replaced if isinstance(outputs, list) else replaced[0]
    function = compiled([vector, *inputs.values()], targets, quick().including(UNCHECKED))
    return function, tuple(node.name for node in inputs)
