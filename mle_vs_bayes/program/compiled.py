"""Functions of θ compiled from a program's graphs, each when it is first needed."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..density.graphs import LikelihoodGraph
from ..model.layout import Layout
from ..model.model import Theta
from .graphs.densities import Graphs
from .graphs.differentiate import Derivatives, derivatives, function, function_of, guarded, refusals, scores

if TYPE_CHECKING:
    from .program_model import ProgramModel

Array = NDArray[np.float64]


class Compiled:
    """The log-likelihood of each unit, the log prior and the derived quantities of a program, at θ ``(p,)``."""

    def __init__(self, model: "ProgramModel", layout: Layout, data: Dataset) -> None:
        """``data`` are the program's own, all that it observes in one column."""
        self.program, self.observed, self.hooks = model.program, model.observed, model.hooks
        self.layout, self.data = layout, data
        self.graphs = Graphs(model.program, layout)
        self._deterministics = model.deterministics
        functions = model.functions[: len(model.deterministics)]
        self._sizes = [len(layout.function_labels(each)) for each in functions]

    # the likelihood

    @cached_property
    def unit_values(self) -> Callable[[Array], Array]:
        """PyMC's log-likelihood of each unit ``(units,)`` at θ."""
        return guarded(function(self.graphs.vector, self.graphs.units), (1,))

    def log_likelihood(self, theta: Array) -> Array:
        """The log-likelihood of each unit ``(units,)``, by the file's ``log_likelihood``, else by PyMC."""
        written = self.hooks.log_likelihood
        if written is None:
            return np.asarray(self.unit_values(theta))
        with np.errstate(all="ignore"):
            return np.ravel(np.asarray(written(self.layout.split(theta), self.hooks.data), dtype=float))

    def log_likelihood_on(self, theta: Theta, data: Mapping[str, Array]) -> Array:
        """Of the units of ``data`` where each observed variable has a column there, else of the program's own."""
        point = self.layout.join(theta)
        if data is self.data or not self.observed.keys() <= data.keys():
            return self.log_likelihood(point)
        return np.asarray(self._units_on(point, *(data[name] for name in self.observed)))

    @cached_property
    def symbols(self) -> dict[str, Any]:
        """A symbol for what each observed variable observes, by its name."""
        import pytensor.tensor as pt

        shapes = {name: np.shape(values) for name, values in self.observed.items()}
        return {name: pt.tensor(f"data_{name}", dtype="float64", shape=shape) for name, shape in shapes.items()}

    @cached_property
    def _symbolic(self) -> Graphs:
        return Graphs(self.program, self.layout, self.symbols)

    @cached_property
    def _units_on(self) -> Callable[..., Any]:
        return function_of([self._symbolic.vector, *self.symbols.values()], self._symbolic.units)

    def likelihood_graph(self, linear: Array, symbolic: bool) -> LikelihoodGraph:
        """The units as a graph of w, θ = M w."""
        import pytensor.tensor as pt
        from pytensor.graph.replace import graph_replace

        graphs = self._symbolic if symbolic else self.graphs
        vector = pt.vector("vector", shape=(self.layout.size,), dtype="float64")
        theta: Any = graphs.vector.type.filter_variable(pt.constant(linear) @ vector)
        units = graph_replace(graphs.units, [(graphs.vector, theta)], strict=False)
        nodes = {str(symbol.name): symbol for symbol in self.symbols.values()} if symbolic else {}
        return LikelihoodGraph(vector, [units], nodes)

    def observed_excluded(self, theta: Array) -> bool:
        """Whether the density of an observed variable, and not only a Potential, is 0 at θ."""
        observed = [self.graphs.terms[rv.name] for rv in self.program.observed_RVs]
        values = [np.asarray(function(self.graphs.vector, term)(theta)) for term in observed]
        return not all(np.all(np.isfinite(value)) for value in values)

    def scores(self, point: Array, scale: Array) -> Callable[[Array], Array]:
        """Gradients of the units ``(units, p)`` at θ; tried at ``point``, with the ``scale`` of `Derivatives`."""
        units = len(self.unit_values(point))
        of = scores([self.graphs.vector], self.graphs.units, [point], scale)
        return guarded(of, (units, self.layout.size))

    def scores_on(self, point: Array, scale: Array) -> Callable[..., Array]:
        """`scores` as a function of θ and of the values of every observed variable, in their order."""
        inputs = [self._symbolic.vector, *self.symbols.values()]
        return scores(inputs, self._symbolic.units, [point, *self.observed.values()], scale)

    # the prior

    @cached_property
    def log_prior(self) -> Callable[[Array], Array]:
        return guarded(function(self.graphs.vector, self.graphs.log_prior), ())

    # derived quantities

    def quantities(self, theta: Array) -> Array:
        """Derived quantities ``(…, d)`` at θ ``(…, p)``: the deterministics, then what the file's function derives."""
        points = theta.reshape(-1, theta.shape[-1])
        many = self._at_many if theta.ndim > 1 else self._at_each
        silent = self.hooks.functions is None
        beside = np.zeros((len(points), 0)) if silent else np.stack([self._beside(each) for each in points])
        derived = np.concatenate([many(points), beside], axis=1)
        return derived.reshape(*theta.shape[:-1], derived.shape[1])

    def _beside(self, theta: Array) -> Array:
        """The quantities ``(t,)`` that the function beside the program derives."""
        assert self.hooks.functions is not None
        with np.errstate(all="ignore"):
            derived = self.hooks.functions(self.layout.split(theta))
            return np.concatenate([np.ravel(np.asarray(value, dtype=float)) for value in derived.values()])

    @cached_property
    def _at_one(self) -> Callable[[Array], Array]:
        if not self._deterministics:
            return lambda theta: np.zeros(0)
        graph = self.graphs.deterministics(self._deterministics)
        return guarded(function(self.graphs.vector, graph), (sum(self._sizes),))

    def _at_each(self, points: Array) -> Array:
        return np.stack([self._at_one(each) for each in points])

    @cached_property
    def _at_many(self) -> Callable[[Array], Array]:
        """At points ``(m, p)``: in one graph where the program's takes another axis, else one by one."""
        import pytensor.tensor as pt
        from pytensor.graph.replace import vectorize_graph

        if not self._deterministics:
            return self._at_each
        try:
            points = pt.matrix("points", shape=(None, self.layout.size), dtype="float64")
            graph = self.graphs.deterministics(self._deterministics)
            of = function(points, vectorize_graph(graph, {self.graphs.vector: points}))
        except refusals():
            return self._at_each

        checked: list[bool] = []

        def at_once(points: Array) -> Array:
            try:
                with np.errstate(all="ignore"):
                    values = np.asarray(of(points))
            except refusals():  # one point of many may have no value, as a matrix without a root
                return self._at_each(points)
            if not checked:  # that the further axis changes nothing
                few = points[:2]
                same = np.allclose(values[:2], self._at_each(few), rtol=1e-10, atol=0, equal_nan=True)
                checked.append(same)
            return values if checked[0] else self._at_each(points)

        return at_once


class Slopes:
    """Derivatives of log-likelihood and log prior in θ, each compiled when it is first needed."""

    def __init__(self, likelihood: Callable[[], Derivatives], prior: Callable[[], Derivatives]) -> None:
        self._likelihood, self._prior = likelihood, prior

    @cached_property
    def likelihood(self) -> Derivatives:
        return self._likelihood()

    @cached_property
    def prior(self) -> Derivatives:
        return self._prior()

    def with_errors(self, hessian: Array) -> "Slopes":
        """These derivatives, with differences in steps of a standard error by this Hessian of the likelihood."""

        def rescaled(of: Derivatives) -> Derivatives:
            curvature = np.abs(np.diag(hessian))
            known = np.isfinite(curvature) & (curvature > 0)
            return of.with_scale(np.where(known, 1 / np.sqrt(np.where(known, curvature, 1.0)), of.scale))

        return Slopes(lambda: rescaled(self.likelihood), lambda: rescaled(self.prior))


def slopes(graphs: Graphs, point: Array) -> Slopes:
    """The derivatives, tried at ``point`` ``(p,)`` and compiled when first needed."""
    return Slopes(
        lambda: derivatives(graphs.vector, graphs.units.sum(), point),
        lambda: derivatives(graphs.vector, graphs.log_prior, point),
    )
