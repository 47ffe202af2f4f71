"""One log density with its gradient and Hessian for many replicates at once, derived from a leaf's PyMC likelihood.

The scalar Σ weight × unit + α · log prior of one data set is differentiated symbolically and then given a leading
replicate axis (`pytensor.graph.replace.vectorize_graph`) over the parameters, the columns that differ between
replicates and the weights. Nothing is asked of the leaf. Parameter checks are stripped first: one replicate outside
the support would raise for all.
"""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from ..contract.program import Program

Array = NDArray[np.float64]
Derivatives = tuple[Array, Array, Array]
"""Value ``(R,)``, gradient ``(R, p)`` and Hessian ``(R, p, p)``."""
BatchDensity = Callable[..., Derivatives]
"""Takes w ``(R, p)``, each stacked column ``(R, n, …)`` in the order of its roles, and weights if there are any."""

_compiled: "WeakKeyDictionary[Program, dict[Any, BatchDensity]]" = WeakKeyDictionary()


def density(program: Program, roles: tuple[str, ...], weighted: bool, power: float, mode: str) -> BatchDensity:
    """The compiled density of working coordinates; kept as long as the program lives.

    ``roles`` are the columns that differ between replicates; the others are the program's own, in working
    coordinates. ``mode`` is PyTensor's: ``FAST_COMPILE`` is ready within a second, ``NUMBA`` is three to ten times
    faster once it has compiled.
    """
    kept = _compiled.setdefault(program, {})
    key = (roles, weighted, power, mode)
    if key not in kept:
        kept[key] = (_told if program.foreign else _compile)(program, roles, weighted, power, mode)
    return kept[key]


def _told(program: Program, roles: tuple[str, ...], weighted: bool, power: float, mode: str) -> BatchDensity:
    """A stranger's graph with a replicate axis, where PyTensor can give it one; else a ValueError that says so."""
    failures = (AssertionError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError)
    refusal = f"the likelihood of {program.model.name} cannot be evaluated for many replicates at once"
    try:
        compiled = _compile(program, roles, weighted, power, mode)
    except failures as error:
        raise ValueError(refusal) from error

    def evaluate(*arrays: Array) -> Derivatives:
        try:
            return compiled(*arrays)
        except failures as error:
            raise ValueError(refusal) from error

    return evaluate


def _compile(program: Program, roles: tuple[str, ...], weighted: bool, power: float, mode: str) -> BatchDensity:
    import pytensor
    import pytensor.tensor as pt
    from pytensor.graph.replace import vectorize_graph

    vector, weights = pt.vector("vector", shape=(program.layout.size,), dtype="float64"), pt.vector("weights")
    units = _units(program, vector)
    total = (units * weights if weighted else units).sum()
    if power:
        total = total + power * _log_prior(program, vector)
    nodes = [program.likelihood_model[f"data_{role}"] for role in roles]
    singles = [vector, *nodes, *([weights] if weighted else [])]
    stacked = [pt.tensor(node.name, dtype="float64", shape=(None, *node.type.shape)) for node in singles]
    direction = pt.vector("direction", shape=vector.type.shape)
    # Replicates lie along the first axis; the second is that of the directions, which only the Hessian has.
    batched: dict[Any, Any] = {direction: pt.eye(program.layout.size)}
    batched |= {single: many[:, None] for single, many in zip(singles, stacked, strict=True)}
    outputs: Any = vectorize_graph(_with_derivatives(total, vector, direction), batched)
    value, gradient, hessian = outputs
    compiled: BatchDensity = pytensor.function(
        stacked, [value[:, 0], gradient[:, 0], hessian], mode=mode, on_unused_input="ignore"
    )
    return compiled


def _units(program: Program, vector: Any) -> Any:
    """The log-likelihood of each unit as a graph of w ``(p,)`` without parameter checks."""
    from pytensor.graph.replace import graph_replace
    from pytensor.graph.rewriting.utils import rewrite_graph

    own, units = program.likelihood_graph
    replaced = graph_replace(units, {own: vector}, strict=False)
    return rewrite_graph(replaced, include=("canonicalize", "local_remove_check_parameter"))


def _log_prior(program: Program, vector: Any) -> Any:
    """The log prior density of θ = M w as a graph of w; priors that read data read the program's own."""
    import pytensor.tensor as pt
    from pytensor.graph.replace import graph_replace

    own, log_prior = program.prior_graph
    theta = own.type.filter_variable(pt.constant(program.coordinates.linear) @ vector)
    return graph_replace(log_prior, {own: theta}, strict=False)


def _with_derivatives(scalar: Any, vector: Any, direction: Any) -> list[Any]:
    """The scalar, its gradient and its Hessian times ``direction`` ``(p,)``, in functions that NumPy and SciPy have."""
    from pytensor.gradient import grad
    from pytensor.graph.fg import FunctionGraph
    from pytensor.graph.rewriting.basic import in2out, node_rewriter

    gradient: Any = grad(scalar, vector, disconnected_inputs="ignore")
    column: Any = grad((gradient * direction).sum(), vector, disconnected_inputs="ignore")
    graph = FunctionGraph(outputs=[scalar, gradient, column], clone=False)
    in2out(node_rewriter(None)(_in_numpy), name="in_numpy").rewrite(graph)
    return list(graph.outputs)


def _in_numpy(_fgraph: Any, node: Any) -> Any:
    """Scalar functions without a NumPy form, said in those that have one.

    PyTensor's Python linker evaluates them element by element in Python, a hundred times slower.
    """
    import pytensor.tensor as pt

    forms: dict[str, Callable[[Any], Any]] = {
        # Mächler (2012), Accurately computing log(1 − exp(−|a|)), eq. 7
        "Log1mexp": lambda x: pt.switch(x < -np.log(2.0), pt.log1p(-pt.exp(x)), pt.log(-pt.expm1(x))),
        "Softplus": lambda x: pt.maximum(x, 0.0) + pt.log1p(pt.exp(-pt.abs(x))),
        "TriGamma": lambda x: pt.polygamma(1, x),
    }
    name = type(getattr(node.op, "scalar_op", None)).__name__
    return [forms[name](*node.inputs)] if name in forms else False
