"""The densities of a model as graphs of symbols, and their form for many replicates at once.

The scalar of one data set is written from the leaf's PyMC likelihood with a symbol for everything that may differ
between data sets, and is given a leading replicate axis (`pytensor.graph.replace.vectorize_graph`) over those that do.
Nothing is asked of the leaf. Parameter checks are stripped first: one replicate outside the support would raise for
all, and they cost more than the density.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import pymc_model
from .stack import LINEAR, WEIGHTS, Stack

MOST_TERMS = 12
"""Of a design matrix whose product is unrolled: compiling takes longer with each."""


@dataclass(frozen=True)
class LikelihoodGraph:
    """The log-likelihood as a graph of ``vector``, w ``(p,)``: ``units`` of each observed variable.

    ``nodes`` are the symbols of what may differ between data sets, by name.
    """

    vector: Any
    units: Sequence[Any]
    nodes: Mapping[str, Any]


@dataclass(frozen=True)
class PosteriorGraph:
    """The log posterior as a graph of ``vector``, unconstrained coordinates z ``(f,)``, and the maps to θ and back.

    It is the sum of the ``units`` of each observed variable and of ``prior``, which has the Jacobian in it.
    ``theta`` ``(p,)`` is a graph of z, and ``z`` ``(f,)`` one of the symbol ``point``, θ ``(p,)``.
    """

    vector: Any
    units: Sequence[Any]
    prior: Any
    nodes: Mapping[str, Any]
    theta: Any
    point: Any
    z: Any


@dataclass(frozen=True)
class Graph:
    """A scalar as a function of ``vector`` and of the ``nodes`` of one data set, by their names."""

    vector: Any
    scalar: Any
    nodes: Mapping[str, Any]


def penalised_likelihood(stack: Stack, power: float) -> Graph:
    """Σ weight × unit + ``power`` · log prior of θ = M w, as a function of working coordinates w ``(p,)``."""
    density = stack.program
    likelihood = density.likelihood_graph(bool(stack.columns))
    total, nodes = _weighted(stack, likelihood.units), dict(likelihood.nodes)
    if power:
        prior, others = density.prior_graph(likelihood.vector, nodes)
        total, nodes = total + power * prior, {**others, **nodes}
    return _complete(stack, likelihood.vector, total, nodes)


@dataclass(frozen=True)
class Unconstrained:
    """The log posterior of unconstrained coordinates z ``(f,)``, Jacobian included, and the maps to θ and back."""

    density: Graph
    theta: Any
    """θ ``(p,)`` as a graph of z."""
    point: Any
    """The symbol θ ``(p,)`` …"""
    z: Any
    """… and z ``(f,)`` as a graph of it."""


def unconstrained_posterior(stack: Stack) -> Unconstrained:
    """What is sampled: PyMC's own transforms and Jacobians, latent variables integrated out."""
    posterior = stack.program.posterior_graph()
    total = _weighted(stack, posterior.units) + posterior.prior
    graph = _complete(stack, posterior.vector, total, posterior.nodes)
    return Unconstrained(graph, posterior.theta, posterior.point, posterior.z)


def vectorised(
    graph: Graph,
    outputs: Any,
    stacked: frozenset[str],
    *,
    along: Mapping[Any, Any] | None = None,
    draws: bool = False,
    vector: bool = True,
) -> tuple[dict[str, Any], Any]:
    """The outputs with a leading replicate axis over the vector and the ``stacked`` nodes, and the inputs by name.

    The vector's input is called ``vector``, unless it is left out; nodes that are not stacked keep their shape.
    ``along`` gives symbols that vary along a second leading axis; with ``draws`` there is one before that of the
    replicates, over the vector alone.
    """
    import pytensor.tensor as pt
    from pytensor.graph.replace import graph_replace, vectorize_graph

    inputs: dict[str, Any] = {}
    batched, plain = dict(along or {}), {}
    copies = max((values.type.shape[0] for values in batched.values()), default=0) if _lays_out(graph) else 0
    for name, node in {**({"vector": graph.vector} if vector else {}), **graph.nodes}.items():
        several, trailing = name == "vector" or name in stacked, tuple(node.type.shape)
        leading = (None, None) if draws and name == "vector" else (None,) if several else ()
        inputs[name] = pt.tensor(name, dtype="float64", shape=(*leading, *trailing))
        if not several:
            plain[node] = inputs[name]
        elif along:
            batched[node] = inputs[name][:, None]
            if copies and not (name == WEIGHTS or name.startswith(pymc_model.data_node(""))):
                batched[node] = pt.repeat(batched[node], copies, axis=1)
        else:
            batched[node] = inputs[name][None] if draws and name != "vector" else inputs[name]
    return inputs, vectorize_graph(graph_replace(outputs, plain, strict=False), batched)


def _lays_out(graph: Graph) -> bool:
    """Whether the graph joins or reshapes arrays, as those of matrix parameters do.

    PyTensor then forgets that an added axis has length 1, and refuses to broadcast along it: everything but the data is
    copied along the axis.
    """
    from pytensor.graph.traversal import toposort
    from pytensor.tensor.basic import Join
    from pytensor.tensor.shape import Reshape

    return any(isinstance(node.op, Join | Reshape) for node in toposort([graph.scalar]))


def of_one(graph: Graph, stacked: frozenset[str]) -> tuple[dict[str, Any], Any]:
    """The scalar as it is, of the vector and of inputs of which the ``stacked`` ones have an axis of one replicate.

    Nothing needs to take another axis, so that any graph can be evaluated so.
    """
    import pytensor.tensor as pt
    from pytensor.graph.replace import graph_replace

    inputs, read = {"vector": graph.vector.type("vector")}, {}
    read[graph.vector] = inputs["vector"]
    for name, node in graph.nodes.items():
        shape = tuple(node.type.shape)
        inputs[name] = pt.tensor(name, dtype="float64", shape=(1, *shape) if name in stacked else shape)
        read[node] = node.type.filter_variable(inputs[name][0] if name in stacked else inputs[name], allow_convert=True)
    return inputs, graph_replace(graph.scalar, read, strict=False)


def _weighted(stack: Stack, units: Sequence[Any]) -> Any:
    """The log-likelihood's sum over units, each times its weight where the stack has weights."""
    import pytensor.tensor as pt

    if stack.weights is None:
        return sum(each.sum() for each in units)
    whole = units[0] if len(units) == 1 else pt.concatenate([each.ravel() for each in units])
    return (whole * pt.vector(WEIGHTS, dtype="float64")).sum()


def _complete(stack: Stack, vector: Any, total: Any, nodes: Mapping[str, Any]) -> Graph:
    """The graph without parameter checks, with the symbols that it really reads."""
    from pytensor.graph.rewriting.utils import rewrite_graph
    from pytensor.graph.traversal import ancestors

    # Stabilised before axes are added: log (1 + x) and the like are patterns of one data set's graph.
    total = rewrite_graph(total, include=("canonicalize", "stabilize", "local_remove_check_parameter"))
    total = _unrolled(stack, total, nodes)
    read = set(ancestors([total]))
    known = {node: name for name, node in nodes.items()}
    used = {known[node]: node for node in read if node in known}
    used |= {str(node.name): node for node in read if node.name == WEIGHTS}
    order = [name for name in (*stack.inputs, LINEAR) if name in used]
    return Graph(vector, total, {name: used[name] for name in order})


def _unrolled(stack: Stack, total: Any, nodes: Mapping[str, Any]) -> Any:
    """X β as Σ_j X_j β_j: terms that fuse with what follows, where a product per replicate would be a call each."""
    from pytensor.graph.fg import FunctionGraph
    from pytensor.graph.rewriting.basic import in2out, node_rewriter
    from pytensor.tensor.elemwise import DimShuffle
    from pytensor.tensor.math import Dot

    coords, designs = stack.program.layout.coords, stack.program.data.designs
    named = {pymc_model.data_node(role): len(coords[axis]) for role, axis in designs.items()}
    sizes = {nodes[name]: terms for name, terms in named.items() if name in nodes}
    if not sizes:
        return total

    def unroll(_graph: Any, node: Any) -> Any:
        x, terms = node.inputs[0], sizes.get(node.inputs[0], 0)
        if not 0 < terms <= MOST_TERMS or node.inputs[1].type.shape[1] != 1:
            return False
        # PyTensor multiplies by a vector as by a matrix of one column, and of that one does not know the length.
        column = node.inputs[1]
        beta = column.owner.inputs[0] if isinstance(getattr(column.owner, "op", None), DimShuffle) else column[:, 0]
        return [sum(x[:, j] * beta[j] for j in range(terms))[:, None]]

    graph = FunctionGraph(outputs=[total], clone=False)
    in2out(node_rewriter([Dot])(unroll), name="unroll").rewrite(graph)
    return graph.outputs[0]
