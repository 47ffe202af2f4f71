"""The posterior of a stranger's program on PyMC's own unconstrained scale, as graphs of one vector."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ...model.layout import Layout

if TYPE_CHECKING:
    import pymc


@dataclass(frozen=True)
class UnconstrainedGraph:
    """``density`` and ``theta`` ``(p,)`` are graphs of ``vector`` z ``(f,)``, ``z`` is one of ``point`` θ ``(p,)``."""

    vector: Any
    density: Any
    theta: Any
    point: Any
    z: Any
    symbols: Mapping[str, Any]


def unconstrained(model: "pymc.Model", layout: Layout, symbols: Mapping[str, Any]) -> UnconstrainedGraph:
    """With ``symbols`` in the place of observed values."""
    import pytensor.tensor as pt
    from pymc.logprob.basic import transformed_conditional_logp
    from pymc.logprob.utils import replace_rvs_by_values
    from pytensor.graph.replace import graph_replace

    values = {rv: model.rvs_to_values[rv] for rv in model.free_RVs}
    observed = {rv: symbols[rv.name].astype(model.rvs_to_values[rv].dtype) for rv in model.observed_RVs}
    mapped = {"rvs_to_values": {**values, **observed}, "rvs_to_transforms": model.rvs_to_transforms}
    terms = transformed_conditional_logp([*model.free_RVs, *model.observed_RVs], **mapped, jacobian=True)
    potentials = replace_rvs_by_values(list(model.potentials), **mapped)
    theta = replace_rvs_by_values(list(model.free_RVs), **mapped)
    vector, parts = _parts(model, values)
    total = sum(term.sum() for term in (*terms, *potentials))
    whole = pt.concatenate([each.ravel() for each in theta])
    density, backward = graph_replace([total, whole], parts, strict=False)
    point = pt.vector("theta", shape=(layout.size,), dtype="float64")
    return UnconstrainedGraph(vector, density, backward, point, _forward(model, layout, point), symbols)


def _parts(model: "pymc.Model", values: Mapping[Any, Any]) -> tuple[Any, dict[Any, Any]]:
    """A vector of all unconstrained values, and each value variable as a piece of it."""
    import pytensor.tensor as pt

    start = model.initial_point()
    shapes = {rv: np.shape(start[value.name]) for rv, value in values.items()}
    size = sum(int(np.prod(shape)) for shape in shapes.values())
    vector = pt.vector("z", shape=(size,), dtype="float64")
    parts, offset = {}, 0
    for rv, value in values.items():
        length = int(np.prod(shapes[rv]))
        piece = vector[offset : offset + length].reshape(shapes[rv])
        parts[value] = value.type.filter_variable(piece.astype(value.dtype), allow_convert=True)
        offset += length
    return vector, parts


def _forward(model: "pymc.Model", layout: Layout, point: Any) -> Any:
    """z of θ: each variable's transform, whose own inputs may be other variables."""
    import pytensor.tensor as pt
    from pytensor.graph.replace import graph_replace

    named = layout.split(point)
    given = {rv: rv.type.filter_variable(named[rv.name].astype(rv.dtype), allow_convert=True) for rv in model.free_RVs}
    found = []
    for rv, value in given.items():
        transform = model.rvs_to_transforms[rv]
        moved = value if transform is None else transform.forward(value, *rv.owner.inputs)
        found.append(graph_replace(moved, given, strict=False).ravel())
    return pt.concatenate(found)
