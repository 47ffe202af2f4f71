"""The densities of a `Model` as graphs, with a symbol for all that may differ between data sets.

They are written from the model's PyMC likelihood and its priors; nothing more is asked of the model.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..model import jeffreys
from ..model.layout import Layout
from . import pymc_model
from .density import Density
from .graphs import LikelihoodGraph, PosteriorGraph
from .pymc_model import end_node
from .stack import LINEAR

if TYPE_CHECKING:
    import pymc


def likelihood(density: Density) -> LikelihoodGraph:
    """The units' log-likelihood in working coordinates w ``(p,)``."""
    import pytensor.tensor as pt

    vector = pt.vector("vector", shape=(density.layout.size,), dtype="float64")
    model = pymc_model.build_likelihood(density.model, density.layout, density.data)
    units = model.logp(vars=model.observed_RVs, sum=False, jacobian=False)
    return LikelihoodGraph(vector, _on(density.layout.split(vector), model, units), _nodes(model))


def prior(density: Density, w: Any, nodes: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The log prior of θ = M w as a graph of w ``(p,)``, and its symbols; those among ``nodes`` are shared.

    A prior that reads the design reads the turned one of ``nodes``, turned back.
    """
    import pytensor.tensor as pt
    from pytensor.graph.replace import graph_replace

    linear = pt.matrix(LINEAR, shape=(density.layout.size,) * 2, dtype="float64")
    subject = density.model, density.layout, density.data, density.priors
    model = pymc_model.build_priors(*subject, symbolic=True, power=density.prior_power)
    terms = model.logp(vars=[*model.free_RVs, *model.potentials], sum=False, jacobian=False)
    total = _on(density.layout.split(linear @ w), model, sum(term.sum() for term in terms))
    symbols = _nodes(model)
    read = {node: nodes[name] for name, node in symbols.items() if name in nodes}
    if jeffreys.asked(density.priors) and "X" in density.data:
        x = pymc_model.data_node("X")
        block = next(density.layout.slices[p.name] for p in density.layout.parameters if p.dims == ("term",))
        read[symbols[x]] = nodes[x] @ pt.linalg.inv(linear[block, block])
    return graph_replace(total, read, strict=False), {**symbols, LINEAR: linear}


def posterior(density: Density) -> PosteriorGraph:
    """The posterior of unconstrained coordinates z ``(f,)`` by PyMC's own transforms and Jacobians."""
    import pytensor.tensor as pt

    layout = density.layout
    subject = density.model, layout, density.data, density.priors
    model = pymc_model.build(*subject, {}, symbolic=True, power=density.prior_power)
    vector, point = (
        pt.vector(name, shape=(n,), dtype="float64") for name, n in (("z", layout.free_size), ("theta", layout.size))
    )
    parts = {p.name: _shaped(vector[layout.free_slices[p.name]], layout.shapes[p.name]) for p in layout.parameters}
    named, free, ends = layout.split(point), {rv.name: rv for rv in model.free_RVs}, _ends(density)
    values = {name: _from_ends(part, ends[name]) if name in ends else part for name, part in parts.items()}
    units = model.logp(vars=model.observed_RVs, sum=False, jacobian=False)
    terms = model.logp(vars=[*model.free_RVs, *model.potentials], sum=False, jacobian=True)
    *units, prior = _on(values, model, [*units, sum(term.sum() for term in terms)])
    # PyMC's terms have the Jacobian of its own transforms; of an end that follows the data it is ours to add.
    jacobian = sum(_log_slope(parts[name], sides) for name, sides in ends.items())
    forward, backward = [], []
    for name, value in values.items():
        transform, inputs, on_model_scale = model.rvs_to_transforms[free[name]], free[name].owner.inputs, named[name]
        backward.append(_line(value if transform is None else transform.backward(value, *inputs)))
        moved = _to_line(on_model_scale, ends[name]) if name in ends else on_model_scale
        forward.append(_line(moved if transform is None else transform.forward(moved, *inputs)))
    nodes = _nodes(model) | {str(end.name): end for sides in ends.values() for end in sides.values()}
    return PosteriorGraph(
        vector, units, prior + jacobian, nodes, pt.concatenate(backward), point, pt.concatenate(forward)
    )


def _shaped(block: Any, shape: tuple[int, ...]) -> Any:
    """A parameter's unconstrained coordinates ``(f,)`` as PyMC has them: a scalar, a vector, or a matrix."""
    if not shape:
        return block[0]
    return block if len(shape) == 1 else block.reshape(shape)


def _line(values: Any) -> Any:
    """A scalar, vector or matrix as a vector."""
    import pytensor.tensor as pt

    return values.ravel() if values.ndim > 1 else pt.atleast_1d(values)


def _ends(density: Density) -> dict[str, dict[str, Any]]:
    """A symbol for each end that follows the data, by parameter and side."""
    import pytensor.tensor as pt

    supports = density.model.supports(density.data)
    return {
        name: {side: pt.scalar(end_node(name, side), dtype="float64") for side in support.ends}
        for name, support in supports.items()
    }


# PyMC has no transform from a bound that is a symbol. With one end a value is z = log distance from it; with two, z is
# the log odds of its place between them.


def _from_ends(z: Any, ends: Mapping[str, Any]) -> Any:
    import pytensor.tensor as pt

    if len(ends) == 2:
        return ends["lower"] + (ends["upper"] - ends["lower"]) * pt.sigmoid(z)
    return ends["lower"] + pt.exp(z) if "lower" in ends else ends["upper"] - pt.exp(z)


def _to_line(value: Any, ends: Mapping[str, Any]) -> Any:
    import pytensor.tensor as pt

    if len(ends) == 2:
        return pt.log(value - ends["lower"]) - pt.log(ends["upper"] - value)
    return pt.log(value - ends["lower"]) if "lower" in ends else pt.log(ends["upper"] - value)


def _log_slope(z: Any, ends: Mapping[str, Any]) -> Any:
    """log |dvalue/dz|."""
    import pytensor.tensor as pt

    # Of s(z) = 1/(1 + exp(−z)) the slope is s(z) s(−z), whose logarithm is −softplus(−z) − softplus(z); that of exp z
    # is exp z.
    if len(ends) == 2:
        return (pt.log(ends["upper"] - ends["lower"]) - pt.softplus(z) - pt.softplus(-z)).sum()
    return z.sum()


def _on(parts: Mapping[str, Any], model: "pymc.Model", graph: Any) -> Any:
    """The graph with a model's free values replaced by parts of a vector, and lengths of named axes by numbers.

    The graph of a vector with one element reads the length of its axis; it is part of what a graph is kept under.
    """
    import pytensor.tensor as pt
    from pytensor.graph.replace import graph_replace

    values = {model.rvs_to_values[rv]: parts[rv.name] for rv in model.free_RVs}
    named = {name: length for name, length in model.dim_lengths.items() if name != "unit"}
    lengths = {length: pt.constant(len(model.coords[name]), dtype=length.type.dtype) for name, length in named.items()}
    return graph_replace(graph, {**lengths, **values}, strict=False)


def _nodes(model: "pymc.Model") -> dict[str, Any]:
    return {node.name: node for node in model.data_vars}


def gradient_and_hessian(scalar: Any, vector: Any) -> list[Any]:
    """Graphs of the gradient ``(p,)`` and the Hessian ``(p, p)`` of a scalar."""
    from pytensor.gradient import grad, jacobian

    gradient = grad(scalar, vector, disconnected_inputs="ignore")
    return [gradient, jacobian(gradient, vector, vectorize=True, disconnected_inputs="ignore")]


def at_many(vector: Any, scalar: Any) -> tuple[Any, Any]:
    """A symbol for many vectors ``(R, p)`` and the graph of the scalar at each ``(R,)``."""
    import pytensor.tensor as pt
    from pytensor.graph.replace import vectorize_graph

    vectors = pt.matrix("vectors", shape=(None, *vector.type.shape), dtype="float64")
    return vectors, vectorize_graph(scalar, {vector: vectors})


def along_every_axis(vector: Any, units: Any) -> Any:
    """The graph of derivatives ``(p, units)`` of every unit along every axis."""
    import pytensor.tensor as pt
    from pytensor.gradient import pushforward
    from pytensor.graph.replace import vectorize_graph

    direction = pt.vector("direction", shape=vector.type.shape, dtype="float64")
    along: Any = pushforward(units, vector, direction)
    return vectorize_graph(along, {direction: pt.eye(vector.type.shape[0])})


def on_vector(layout: Layout, model: "pymc.Model", graph: Any) -> tuple[Any, Any]:
    """A vector ``(p,)``, and a graph of the model's parameters as one of that vector."""
    import pytensor.tensor as pt

    vector = pt.vector("vector", shape=(layout.size,), dtype="float64")
    return vector, _on(layout.split(vector), model, graph)
