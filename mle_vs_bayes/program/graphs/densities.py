"""The densities of a PyMC program as graphs of one vector: likelihood units, log prior, derived quantities.

Everything is said on the model scale, so value transforms are left out; PyMC's own conversion from random to value
variables does the work. A ``pm.Potential`` cannot be told from a likelihood and counts as one.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

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

        found = self._on_vector(self._replaced(variables))
        return pt.concatenate([pt.atleast_1d(value).ravel().astype("float64") for value in found])

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
