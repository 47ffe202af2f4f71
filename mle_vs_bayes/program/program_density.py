"""The densities of a stranger's PyMC program, in the shape in which every estimator reads them.

θ is what the program's free variables hold; working coordinates w turn and scale those that run over the whole line
by the likelihood's curvature at the start, so that units and collinear covariates do not matter to a search.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..concerns import Concern
from ..data.dataset import Dataset
from ..density.compile_cache import MODE
from ..density.density import Program, root_of_inverse
from ..model.prior import Prior
from .graphs.densities import Graphs
from .graphs.differentiate import LOOP_MODE, Derivatives, function, function_of, guarded, refusals, scores
from .program_model import OwnModel

if TYPE_CHECKING:
    import pymc

Array = NDArray[np.float64]


class OwnProgram(Program):
    """A `Program` whose every density comes from one PyMC model, which is sampled as it stands."""

    model: OwnModel
    foreign = True

    def __init__(self, model: OwnModel, data: Dataset, priors: Mapping[str, Prior]) -> None:
        super().__init__(model, data, priors)
        self.graphs = Graphs(model.program, self.layout)
        self.two_likelihoods = model.companions.log_likelihood is not None
        model.units = self._units_of
        self.notes: list[tuple[tuple[str, ...], Concern]] = []
        """Concerns known before anything is fitted, and the estimators that they are about."""

    @property
    def search_mode(self) -> str:
        return LOOP_MODE if self.theta_derivatives.looping else MODE

    def standardise(self) -> None:
        """Turn and scale the coordinates that run over the whole line by the curvature at the start."""
        hessian = self.theta_derivatives.hessian(self.start)
        for derivatives in (self.theta_derivatives, self._prior_slopes):
            derivatives.scale = _errors(hessian, derivatives.scale)
        if not self.theta_derivatives.exact:
            hessian = self.theta_derivatives.hessian(self.start)  # with the steps that its first version says
        lines = [p for p in self.layout.parameters if p.support.name == "real"]
        own = [place for p in lines for place in range(*self.layout.slices[p.name].indices(self.layout.size))]
        block = np.ix_(own, own)
        if own and np.all(np.isfinite(hessian[block])):
            scale = np.sqrt(np.abs(np.diag(hessian[block])))
            scale = np.where(scale > 0, scale, 1.0)
            root = root_of_inverse(-hessian[block] / np.outer(scale, scale)) / scale[:, None]
            self.coordinates.linear[block] = root
            self.coordinates.inverse[block] = np.linalg.inv(root)

    def remarks(self, estimator: str) -> tuple[Concern, ...]:
        return tuple(note for about, note in self.notes if estimator in about)

    # values

    @cached_property
    def units(self) -> int:
        return len(self.unit_values(self.start))

    @cached_property
    def unit_values(self) -> Any:
        """The compiled log-likelihood of each unit ``(units,)`` at θ."""
        of = function(self.graphs.vector, self.graphs.units)
        return guarded(of, (1,))

    def log_likelihood_units(self, theta: Array) -> Array:
        told = self.model.companions.log_likelihood
        if told is None:
            return np.asarray(self.unit_values(theta))
        with np.errstate(all="ignore"):
            return np.ravel(np.asarray(told(self.layout.split(theta), self.model.companions.data), dtype=float))

    def _units_of(self, theta: Mapping[str, Any], data: Mapping[str, Array]) -> Array:
        """Of the units of ``data`` where each observed variable has a column there, else of the program's own."""
        point, observed = self.layout.join(theta), self.model.observed
        if data is self.data or not observed.keys() <= data.keys():
            return self.log_likelihood_units(point)
        return np.asarray(self._units_elsewhere(point, *(data[name] for name in observed)))

    @cached_property
    def _units_elsewhere(self) -> Any:
        """The log-likelihood ``(units,)`` at θ of other values of the observed variables, in their order."""
        vector, units, symbols = self.replicated_graph()
        of = function_of([vector, *symbols.values()], units)
        inverse = np.linalg.inv(self.coordinates.linear)
        return lambda theta, *values: of(inverse @ theta, *values)

    def working_units(self, w: Array) -> Array:
        return self.log_likelihood_units(self.coordinates.linear @ w)

    @property
    def pymc_units(self) -> Any:
        return lambda w: self.unit_values(self.coordinates.linear @ w)

    def quantities(self, theta: Array) -> Array:
        if theta.ndim > 1 and not self.model.functions:
            return theta
        if theta.ndim > 1:
            points = theta.reshape(-1, theta.shape[-1])
            silent = self.model.companions.functions is None
            told = np.zeros((len(points), 0)) if silent else np.stack([self.told(each) for each in points])
            found = np.concatenate([points, self._deterministics_of_many(points), told], axis=1)
            return found.reshape(*theta.shape[:-1], found.shape[1])
        return np.concatenate([theta, self._deterministics(theta), self.told(theta)])

    @cached_property
    def _deterministics(self) -> Any:
        own = self.model.deterministics
        if not own:
            return lambda theta: np.zeros(0)
        graph = self.graphs.deterministics(own)
        sizes = [len(self.layout.function_labels(f)) for f in self.model.functions[: len(own)]]
        return guarded(function(self.graphs.vector, graph), (sum(sizes),))

    @cached_property
    def _deterministics_of_many(self) -> Any:
        """The same at points ``(m, p)``: in one graph where a stranger's takes another axis, else one by one."""
        import pytensor.tensor as pt
        from pytensor.graph.replace import vectorize_graph

        if not self.model.deterministics:
            return lambda points: np.zeros((len(points), 0))

        def one_by_one(points: Array) -> Array:
            return np.stack([self._deterministics(each) for each in points])

        try:
            points = pt.matrix("points", shape=(None, self.layout.size), dtype="float64")
            graph = self.graphs.deterministics(self.model.deterministics)
            of = function(points, vectorize_graph(graph, {self.graphs.vector: points}))
            probe = np.stack([self.start, self.start])
            same = np.allclose(of(probe), one_by_one(probe), rtol=1e-10, atol=0, equal_nan=True)
        except refusals():
            same = False
        if not same:
            return one_by_one

        def at_once(points: Array) -> Array:
            try:
                with np.errstate(all="ignore"):
                    return np.asarray(of(points))
            except refusals():  # one point of many may have no value, as a matrix without a root
                return one_by_one(points)

        return at_once

    def told(self, theta: Array) -> Array:
        """The quantities ``(t,)`` that the function beside the program derives."""
        of = self.model.companions.functions
        if of is None:
            return np.zeros(0)
        with np.errstate(all="ignore"):
            found = of(self.layout.split(theta))
            return np.concatenate([np.ravel(np.asarray(value, dtype=float)) for value in found.values()])

    # derivatives

    @cached_property
    def theta_derivatives(self) -> Derivatives:
        """Gradient and Hessian of the log-likelihood in θ."""
        return Derivatives(self.graphs.vector, self.graphs.units.sum(), self.start)

    @property
    def _likelihood_derivatives(self) -> Any:
        def derivatives(w: Array) -> tuple[Array, Array]:
            linear = self.coordinates.linear
            gradient, hessian = self.theta_derivatives(linear @ w)
            return linear.T @ gradient, linear.T @ hessian @ linear

        return derivatives

    def likelihood_derivatives(self, theta: Array) -> tuple[Array, Array]:
        return self.theta_derivatives(theta)

    @cached_property
    def _theta_scores(self) -> Any:
        of = scores(self.graphs.vector, self.graphs.units, self.start, self.theta_derivatives.scale)
        return guarded(of, (self.units, self.layout.size))

    def score_units(self, theta: Array) -> Array:
        return np.asarray(self._theta_scores(theta))

    # priors

    @cached_property
    def _log_prior_value(self) -> Any:
        return guarded(function(self.graphs.vector, self.graphs.log_prior), ())

    @cached_property
    def _prior_slopes(self) -> Derivatives:
        return Derivatives(self.graphs.vector, self.graphs.log_prior, self.start)

    @property
    def _prior_derivatives(self) -> Any:
        return lambda theta: (float(self._log_prior_value(theta)), *self._prior_slopes(theta))

    # graphs, for many replicates at once

    @cached_property
    def likelihood_graph(self) -> tuple[Any, Any]:
        """A vector of w and the likelihood's units in it."""
        import pytensor.tensor as pt
        from pytensor.graph.replace import graph_replace

        vector = pt.vector("vector", shape=(self.layout.size,), dtype="float64")
        theta: Any = self.graphs.vector.type.filter_variable(pt.constant(self.coordinates.linear) @ vector)
        return vector, graph_replace(self.graphs.units, [(self.graphs.vector, theta)], strict=False)

    @cached_property
    def prior_graph(self) -> tuple[Any, Any]:
        return self.graphs.vector, self.graphs.log_prior

    def replicated_graph(self) -> tuple[Any, Any, dict[str, Any]]:
        """`likelihood_graph` with a symbol for what each observed variable observes, and those symbols by name."""
        import pytensor.tensor as pt
        from pytensor.graph.replace import graph_replace

        symbols = self._symbols()
        graphs = Graphs(self.model.program, self.layout, symbols)
        vector = pt.vector("vector", shape=(self.layout.size,), dtype="float64")
        theta: Any = graphs.vector.type.filter_variable(pt.constant(self.coordinates.linear) @ vector)
        return vector, graph_replace(graphs.units, [(graphs.vector, theta)], strict=False), symbols

    def unconstrained_graph(self) -> Any:
        """The log posterior on PyMC's unconstrained scale with such symbols, and the maps to θ and back."""
        from .graphs.unconstrained import unconstrained

        return unconstrained(self.model.program, self.layout, self._symbols())

    def _symbols(self) -> dict[str, Any]:
        import pytensor.tensor as pt

        shapes = {name: np.shape(values) for name, values in self.model.observed.items()}
        return {name: pt.tensor(f"data_{name}", dtype="float64", shape=shape) for name, shape in shapes.items()}

    # PyMC's

    @property
    def pymc_model(self) -> "pymc.Model":
        return self.model.program

    @property
    def sampled_model(self) -> "pymc.Model":
        return self.model.program


def _errors(hessian: Array, otherwise: Array) -> Array:
    """About one standard error of each parameter ``(p,)``, where its curvature is known."""
    curvature = np.abs(np.diag(hessian))
    known = np.isfinite(curvature) & (curvature > 0)
    return np.where(known, 1 / np.sqrt(np.where(known, curvature, 1.0)), otherwise)
