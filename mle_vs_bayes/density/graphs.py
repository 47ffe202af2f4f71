"""The densities of a model as graphs of symbols, and their form for many replicates at once.

The scalar of one data set is written from the leaf's PyMC likelihood with a symbol for everything that may differ
between data sets, and is given a leading replicate axis (`pytensor.graph.replace.vectorize_graph`) over those that do.
Nothing is asked of the leaf. Parameter checks are stripped first: one replicate outside the support would raise for
all, and they cost more than the density.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..model import jeffreys
from . import pymc_model
from .density import Program
from .pymc_model import end_node
from .stack import LINEAR, WEIGHTS, Stack

if TYPE_CHECKING:
    import pymc


MOST_TERMS = 12
"""Of a design matrix whose product is unrolled: compiling takes longer with each."""


@dataclass(frozen=True)
class Graph:
    """A scalar as a function of ``vector`` and of the ``nodes`` of one data set, by their names."""

    vector: Any
    scalar: Any
    nodes: Mapping[str, Any]


def penalised_likelihood(stack: Stack, power: float) -> Graph:
    """Σ weight × unit + ``power`` · log prior of θ = M w, as a function of working coordinates w ``(p,)``."""
    import pytensor.tensor as pt

    program = stack.program
    if program.foreign:
        return _foreign(stack, power)
    vector = pt.vector("vector", shape=(program.layout.size,), dtype="float64")
    likelihood = pymc_model.build_likelihood(program.model, program.layout, program.data)
    total, nodes = _weighted(stack, likelihood), _nodes(likelihood)
    total = _on(program.layout.split(vector), likelihood, total)
    if power:
        nodes[LINEAR] = pt.matrix(LINEAR, shape=(program.layout.size,) * 2, dtype="float64")
        prior, others = _prior(program, nodes, nodes[LINEAR] @ vector)
        total, nodes = total + power * prior, {**others, **nodes}
    return _complete(stack, vector, total, nodes)


def _foreign(stack: Stack, power: float) -> Graph:
    """The same of a stranger's program, which says its graphs itself."""
    import pytensor.tensor as pt
    from pytensor.graph.replace import graph_replace

    nodes: dict[str, Any] = {}
    if stack.columns:
        vector, units, symbols = stack.program.replicated_graph()
        nodes = {str(symbol.name): symbol for symbol in symbols.values()}
    else:
        vector, units = stack.program.likelihood_graph
    weights = pt.vector(WEIGHTS, dtype="float64")
    total = (units if stack.weights is None else units * weights).sum()
    if power:
        own, prior = stack.program.prior_graph
        theta = own.type.filter_variable(pt.constant(stack.program.coordinates.linear) @ vector)
        total = total + power * graph_replace(prior, {own: theta}, strict=False)
    return _complete(stack, vector, total, nodes)


def _prior(program: Program, nodes: Mapping[str, Any], theta: Any) -> tuple[Any, dict[str, Any]]:
    """The log prior as a graph of ``theta``; one that reads the design reads the turned one, turned back."""
    import pytensor.tensor as pt
    from pytensor.graph.replace import graph_replace

    given = program.model, program.layout, program.data, program.priors
    model = pymc_model.build_priors(*given, symbolic=True, power=program.prior_power)
    terms = model.logp(vars=[*model.free_RVs, *model.potentials], sum=False, jacobian=False)
    prior = _on(program.layout.split(theta), model, sum(term.sum() for term in terms))
    own = _nodes(model)
    read = {node: nodes[name] for name, node in own.items() if name in nodes}
    if jeffreys.asked(program.priors) and "X" in program.data:
        x = pymc_model.data_node("X")
        block = next(program.layout.slices[p.name] for p in program.layout.parameters if p.dims == ("term",))
        read[own[x]] = nodes[x] @ pt.linalg.inv(nodes[LINEAR][block, block])
    return graph_replace(prior, read, strict=False), own


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
    import pytensor.tensor as pt

    program, layout = stack.program, stack.program.layout
    if program.foreign:
        own = program.unconstrained_graph()
        symbols = {str(symbol.name): symbol for symbol in own.symbols.values()}
        return Unconstrained(_complete(stack, own.vector, own.density, symbols), own.theta, own.point, own.z)
    given = program.model, layout, program.data, program.priors
    model = pymc_model.build(*given, {}, symbolic=True, power=program.prior_power)
    vector, point = (
        pt.vector(name, shape=(n,), dtype="float64") for name, n in (("z", layout.free_size), ("theta", layout.size))
    )
    parts = {
        p.name: vector[layout.free_slices[p.name]] if p.dims else vector[layout.free_slices[p.name].start]
        for p in layout.parameters
    }
    named, free, ends = layout.split(point), {rv.name: rv for rv in model.free_RVs}, _ends(stack)
    # PyMC has no transform from a bound that is a symbol: value = end + exp(z), with log dvalue/dz = z.
    jacobian = sum(parts[name] for name in ends)
    values = {name: ends[name] + pt.exp(part) if name in ends else part for name, part in parts.items()}
    terms = model.logp(vars=[*model.free_RVs, *model.potentials], sum=False, jacobian=True)
    total = _on(values, model, _weighted(stack, model) + sum(term.sum() for term in terms)) + jacobian
    forward, backward = [], []
    for name, value in values.items():
        transform, inputs, given = model.rvs_to_transforms[free[name]], free[name].owner.inputs, named[name]
        backward.append(pt.atleast_1d(value if transform is None else transform.backward(value, *inputs)))
        given = pt.log(given - ends[name]) if name in ends else given
        forward.append(pt.atleast_1d(given if transform is None else transform.forward(given, *inputs)))
    nodes = _nodes(model) | {end_node(name): end for name, end in ends.items()}
    graph = _complete(stack, vector, total, nodes)
    return Unconstrained(graph, pt.concatenate(backward), point, pt.concatenate(forward))


def _ends(stack: Stack) -> dict[str, Any]:
    """A symbol for each lower end that follows the data, by parameter."""
    import pytensor.tensor as pt

    program = stack.program
    return {name: pt.scalar(end_node(name), dtype="float64") for name in program.model.supports(program.data)}


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
    for name, node in {**({"vector": graph.vector} if vector else {}), **graph.nodes}.items():
        several, own = name == "vector" or name in stacked, tuple(node.type.shape)
        leading = (None, None) if draws and name == "vector" else (None,) if several else ()
        inputs[name] = pt.tensor(name, dtype="float64", shape=(*leading, *own))
        if not several:
            plain[node] = inputs[name]
        elif along:
            batched[node] = inputs[name][:, None]
        else:
            batched[node] = inputs[name][None] if draws and name != "vector" else inputs[name]
    return inputs, vectorize_graph(graph_replace(outputs, plain, strict=False), batched)


def _weighted(stack: Stack, model: "pymc.Model") -> Any:
    """The log-likelihood's sum over units, each times its weight where the stack has weights."""
    import pytensor.tensor as pt

    units = model.logp(vars=model.observed_RVs, sum=False, jacobian=False)
    if stack.weights is None:
        return sum(each.sum() for each in units)
    return (units[0] * pt.vector(WEIGHTS, dtype="float64")).sum()


def _on(parts: Mapping[str, Any], model: "pymc.Model", graph: Any) -> Any:
    """The graph with a model's free values replaced by parts of a vector."""
    from pytensor.graph.replace import graph_replace

    values = {model.rvs_to_values[rv]: parts[rv.name] for rv in model.free_RVs}
    return graph_replace(graph, values, strict=False)


def _nodes(model: "pymc.Model") -> dict[str, Any]:
    return {node.name: node for node in model.data_vars}


def _complete(stack: Stack, vector: Any, total: Any, nodes: Mapping[str, Any]) -> Graph:
    """The graph without parameter checks, with the symbols that it really reads."""
    from pytensor.graph.rewriting.utils import rewrite_graph
    from pytensor.graph.traversal import ancestors

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
    from pytensor.tensor.math import Dot

    x = nodes.get(pymc_model.data_node("X"))
    if x is None:
        return total
    terms = len(stack.program.layout.coords["term"])

    def unroll(_graph: Any, node: Any) -> Any:
        if node.inputs[0] is not x or node.inputs[1].type.shape[1] != 1 or terms > MOST_TERMS:
            return False
        beta = node.inputs[1][:, 0]  # PyTensor multiplies by a vector as by a matrix of one column
        return [sum(x[:, j] * beta[j] for j in range(terms))[:, None]]

    graph = FunctionGraph(outputs=[total], clone=False)
    in2out(node_rewriter([Dot])(unroll), name="unroll").rewrite(graph)
    return graph.outputs[0]
