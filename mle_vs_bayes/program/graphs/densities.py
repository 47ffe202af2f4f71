"""The densities of a PyMC program as graphs of one vector: likelihood units, log prior, derived quantities.

Everything is said on the model scale, so value transforms are left out; PyMC's own conversion from random to value
variables does the work. A ``pm.Potential`` cannot be told from a likelihood and counts as one.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ...density.graphs import PosteriorGraph
from ...model.layout import Layout

if TYPE_CHECKING:
    import pymc


class Graphs:
    """Graphs of ``vector``, θ ``(p,)`` in the order of the layout's labels."""

    def __init__(self, model: "pymc.Model", layout: Layout, observed: Mapping[str, Any] | None = None) -> None:
        """``observed`` may hold symbols in the place of observed values, by the variables' names."""
        import pytensor.tensor as pt

        self.model = model
        self._observed = {
            rv: observed[rv.name].astype(model.rvs_to_values[rv].dtype) for rv in model.observed_RVs if observed
        }
        self.vector = pt.vector("theta", shape=(layout.size,), dtype="float64")
        parts = layout.split(self.vector)
        self._values = {rv: rv.type(f"{rv.name}_value") for rv in model.free_RVs}
        """Value variables of our own, which a graph is built of before the vector takes their place."""
        self._parts = {
            value: value.type.filter_variable(parts[rv.name].astype(value.type.dtype), allow_convert=True)
            for rv, value in self._values.items()
        }

    @cached_property
    def terms(self) -> dict[str, Any]:
        """The log-likelihood of each observed variable and Potential, by name, in its own shape."""
        observed = self._log_densities(self.model.observed_RVs)
        potentials = self._replaced(self.model.potentials)
        names = [variable.name for variable in (*self.model.observed_RVs, *self.model.potentials)]
        return dict(zip(names, self._on_vector([*observed, *potentials]), strict=True))

    @cached_property
    def units(self) -> Any:
        """The log-likelihood of every unit ``(units,)``: the terms' elements one after another."""
        import pytensor.tensor as pt

        return pt.concatenate([pt.atleast_1d(term).ravel().astype("float64") for term in self.terms.values()])

    @cached_property
    def log_prior(self) -> Any:
        """The log density of all free variables, a scalar."""
        return sum(term.sum() for term in self._on_vector(self._log_densities(self.model.free_RVs)))

    def one(self, variable: Any) -> Any:
        """One deterministic in its own shape."""
        return self._on_vector(self._replaced([variable]))[0]

    def deterministics(self, variables: Sequence[Any]) -> Any:
        """These deterministics' elements one after another, shape ``(d,)``."""
        import pytensor.tensor as pt

        values = self._on_vector(self._replaced(variables))
        return pt.concatenate([pt.atleast_1d(value).ravel().astype("float64") for value in values])

    def _log_densities(self, variables: Sequence[Any]) -> list[Any]:
        from pymc.logprob.basic import transformed_conditional_logp

        if not variables:
            return []
        values = {**self.model.rvs_to_values, **self._values, **self._observed}
        return list(transformed_conditional_logp(variables, rvs_to_values=values, rvs_to_transforms={}, jacobian=False))

    def _replaced(self, variables: Sequence[Any]) -> list[Any]:
        from pymc.logprob.utils import replace_rvs_by_values

        values = {**self.model.rvs_to_values, **self._values}
        none = dict.fromkeys(values)
        return list(replace_rvs_by_values(list(variables), rvs_to_values=values, rvs_to_transforms=none))

    def _on_vector(self, graphs: list[Any]) -> list[Any]:
        from pytensor.graph.replace import graph_replace

        return list(graph_replace(graphs, self._parts, strict=False)) if graphs else []


def units_at(model: "pymc.Model", layout: Layout, theta: Any) -> Any:
    """The log-likelihood of every unit ``(units,)`` at θ ``(p,)``, computed once."""
    from .differentiate import function, guarded

    graphs = Graphs(model, layout)
    return guarded(function(graphs.vector, graphs.units), (1,))(theta)


def unconstrained(model: "pymc.Model", layout: Layout, symbols: Mapping[str, Any]) -> PosteriorGraph:
    """The posterior on PyMC's unconstrained scale with ``symbols`` in the place of observed values."""
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
    prior = sum(term.sum() for term in terms[: len(model.free_RVs)])
    whole = pt.concatenate([each.ravel() for each in theta])
    units = [*terms[len(model.free_RVs) :], *potentials]
    *units, prior, backward = graph_replace([*units, prior, whole], parts, strict=False)
    point = pt.vector("theta", shape=(layout.size,), dtype="float64")
    nodes = {str(symbol.name): symbol for symbol in symbols.values()}
    return PosteriorGraph(vector, units, prior, nodes, backward, point, _forward(model, layout, point))


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
    values = {rv: rv.type.filter_variable(named[rv.name].astype(rv.dtype), allow_convert=True) for rv in model.free_RVs}
    parts = []
    for rv, value in values.items():
        transform = model.rvs_to_transforms[rv]
        moved = value if transform is None else transform.forward(value, *rv.owner.inputs)
        parts.append(graph_replace(moved, values, strict=False).ravel())
    return pt.concatenate(parts)
