"""The log density of a `Model` on one data set under resolved priors.

Values of the log-likelihood come from NumPy, derivatives from the model's PyMC likelihood (`parity` has made sure that
both say the same). Everything is compiled when first needed, in PyTensor's ``FAST_COMPILE`` mode: a Numba compile would
cost more than the whole fit. A compiled function reads data and priors' numbers as inputs, so that it serves every data
set of its kind.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import NDArray

from ..compile_cache import bound
from ..data.dataset import Dataset
from ..errors import ModelError
from ..model import jeffreys
from ..model.censoring import drawn_again
from ..model.layout import Layout
from ..model.model import Model
from ..model.parameter import Parameter
from ..model.prior import Prior
from . import black_box, model_graphs, pymc_model, stack
from .batch_density import condensed
from .coordinates import Coordinates
from .density import Density, Index
from .graphs import LikelihoodGraph, PosteriorGraph

if TYPE_CHECKING:
    import pymc

Array = NDArray[np.float64]
FEW_ROWS = 5_000
"""Rows that a graph is written from, where there are more: PyMC copies them."""


@final
class ModelDensity(Density):
    """The densities of one model on one data set under resolved priors, raised to ``prior_power``."""

    def __init__(self, model: Model, data: Dataset, priors: Mapping[str, Prior], prior_power: float = 1.0) -> None:
        layout = Layout(model, data)
        super().__init__(model, data, priors, layout, Coordinates(layout, data), prior_power)
        self.prior_by_parameter = prior_power == 1
        self.two_likelihoods = self.standardised = model.marginal
        self.has_subsets = not data.coords.keys() & data.keys()

    exact_gradient, samplers = True, ("nutpie",)
    pymc_failures = ()
    draws_from_likelihood, start_reads_data = False, True

    @cached_property
    def start(self) -> Array:
        """The model's starting point on the model scale, shape ``(p,)``."""
        return self.layout.join(self.model.start(self.data))

    def quantities(self, theta: Array) -> Array:
        named, leading = self.layout.split(theta), theta.shape[:-1]
        with np.errstate(all="ignore"):  # on an edge: the odds of p = 1
            derived = [np.asarray(function.of(named)).reshape(*leading, -1) for function in self.model.functions]
        return np.concatenate([theta, *derived], axis=-1)

    def log_likelihood_units(self, theta: Array) -> Array:
        return self._units(theta, self.data)

    def working_units(self, w: Array, rows: Index | None = None) -> Array:
        return self._units(w, self._turned(rows))

    def _units(self, point: Array, data: Dataset) -> Array:
        with np.errstate(all="ignore"):
            return np.asarray(self.model.log_likelihood(self.layout.split(point), data), dtype=float)

    def pymc_units(self, w: Array, rows: Index | None = None) -> Array:
        return np.asarray(self._of_likelihood("units", lambda vector, units: units, rows)(w))

    def _turned(self, rows: Index | None) -> Dataset:
        """All rows, or some, in working coordinates."""
        return self.coordinates.data if rows is None else self.coordinates.rows(rows)

    def working_likelihood(self, w: Array) -> tuple[float, Array, Array]:
        return self._known(w) or super().working_likelihood(w)

    def working_derivatives(self, w: Array) -> tuple[Array, Array]:
        known = self._known(w)
        return self._likelihood_derivatives(w) if known is None else known[1:]

    def _known(self, w: Array) -> tuple[float, Array, Array] | None:
        """Value and derivatives from sufficient statistics or by formulas; None where a graph of all rows is needed."""
        if self._few_rows is not None:
            return self._few_rows.derivatives(w)
        known = self._by_formulas(w)
        return None if known is None else (self.total(known[0]), known[1].sum(axis=0), known[2])

    def score_units(self, theta: Array) -> Array:
        w = self.coordinates.inverse @ theta
        known = self._by_formulas(w)
        scores = np.asarray(self._unit_scores(w)).T if known is None else known[1]
        return scores @ self.coordinates.inverse

    def _by_formulas(self, w: Array) -> tuple[Array, Array, Array] | None:
        """Units, their scores and their sum's Hessian where the model has formulas of them; else a graph is needed."""
        if not self.model.has_derivatives:
            return None
        units, scores, hessians = self.model.derivatives([self.layout.split(w)], [self.coordinates.data])
        return units[0], scores[0], hessians[0]

    def log_likelihood_of_draws(self, draws: Array) -> Array:
        with np.errstate(all="ignore"):
            units = self.model.log_likelihoods([*map(self.layout.split, draws)], self.data)
            return np.array([*map(self.total, units)])

    _few_rows = cached_property(condensed)

    @cached_property
    def _likelihood_derivatives(self) -> Callable[[Array], tuple[Array, Array]]:
        def outputs(vector: Any, units: Any) -> Any:
            counts = 1.0 if self.weights is None else self._likelihood_model[pymc_model.data_node("weights")]
            return model_graphs.gradient_and_hessian((counts * units).sum(), vector)

        return self._of_likelihood("derivatives", outputs)

    @cached_property
    def _unit_scores(self) -> Callable[[Array], Array]:
        """Derivatives ``(p, units)`` of the units along every axis at once: one graph, however many parameters."""
        return self._of_likelihood("scores", model_graphs.along_every_axis)

    @cached_property
    def _likelihood_model(self) -> "pymc.Model":
        """The likelihood alone in PyMC, in working coordinates. What is compiled from it takes any number of rows."""
        few = self.has_subsets and self.model.unit == "row" and self.data.n > FEW_ROWS
        data = self._turned(np.arange(FEW_ROWS) if few else None)
        return pymc_model.build_likelihood(self.model, self.layout, data)

    def _of_likelihood(self, name: str, outputs: Callable[[Any, Any], Any], rows: Index | None = None) -> Any:
        """A compiled function of w; of the data only their shape is in it."""

        def make() -> tuple[Any, Any, Any]:
            model = self._likelihood_model
            units = model.logp(vars=model.observed_RVs, sum=False, jacobian=False)[0]
            vector, units = model_graphs.on_vector(self.layout, model, units)
            return model, vector, outputs(vector, units)

        key = (name, *self._kind, self.model.likelihood.__func__)  # type: ignore[attr-defined]
        return bound(key, make, {pymc_model.data_node(role): v for role, v in self._turned(rows).items()})

    def log_prior(self, theta: Array) -> float:
        return float(self.log_prior_of_draws(np.asarray(theta)[None])[0])

    def log_prior_of_draws(self, draws: Array) -> Array:
        return np.asarray(self._log_prior(draws))

    def prior_derivatives(self, theta: Array) -> tuple[float, Array, Array]:
        value, gradient, hessian = self._prior_derivatives(theta)
        return value, gradient, hessian

    @cached_property
    def _log_prior(self) -> Callable[[Array], Array]:
        return self._of_prior("values", model_graphs.at_many)

    @cached_property
    def _prior_derivatives(self) -> Callable[[Array], tuple[float, Array, Array]]:
        return self._of_prior(
            "derivatives", lambda vector, prior: (vector, [prior, *model_graphs.gradient_and_hessian(prior, vector)])
        )

    def _of_prior(self, name: str, outputs: Callable[[Any, Any], tuple[Any, Any]]) -> Callable[[Array], Any]:
        """A compiled function of θ, or of what ``outputs`` gives with them; of the priors only families are in it."""

        def make() -> tuple[Any, Any, Any]:
            subject = self.model, self.layout, self.data, self.priors
            model = pymc_model.build_priors(*subject, symbolic=True, power=self.prior_power)
            terms = model.logp(vars=[*model.free_RVs, *model.potentials], sum=False, jacobian=False)
            vector, log_prior = model_graphs.on_vector(self.layout, model, sum(term.sum() for term in terms))
            return model, *outputs(vector, log_prior)

        families = tuple(pymc_model.prior_signature(parameter, prior) for parameter, prior in self._flat)
        information = self.model.fisher_information.__func__ if jeffreys.asked(self.priors) else None  # type: ignore[attr-defined]
        return bound((name, *self._kind, families, information, self.prior_power), make, self.node_values)

    def condensed(self) -> tuple[Density, Array | None]:
        if jeffreys.asked(self.priors):  # it reads every row
            return self, self.weights
        data, weights = self._few_data
        return (self if weights is None else ModelDensity(self.model, data, self.priors, self.prior_power)), weights

    @cached_property
    def _few_data(self) -> tuple[Dataset, Array | None]:
        return stack.condensed(self.model, self.data)

    def draw_prior(self, count: int, generator: np.random.Generator) -> list[Array]:
        """As SciPy draws it: a second wording, which shows an error in PyMC's."""
        for name, prior in self.priors.items():
            if not prior.proper:
                raise ModelError(f"the prior {prior} of {name} is improper: no truth can be drawn from it")
            if not prior.worded_twice:
                raise ModelError(f"no second wording of {prior}")
        each = [(self.priors[p.name], p.support, len(self.layout.labels_of[p.name])) for p in self.layout.parameters]
        drawn = ([prior.draw_in(support, size, generator) for prior, support, size in each] for _ in range(count))
        return [np.concatenate(values) for values in drawn]

    def on(self, data: Dataset, priors: Mapping[str, Prior] | None = None) -> "ModelDensity":
        chosen = self.priors if priors is None else priors
        if data is self.data and chosen is self.priors:
            return self
        return ModelDensity(self.model, data, chosen, self.prior_power)

    def score_units_on(self, data: Dataset) -> Callable[[Array], Array]:
        return self.on(data).score_units

    @property
    def undrawable(self) -> str | None:
        return "when units were inspected is not known of those seen exactly" if "upper" in self.data else None

    def outcomes(self, theta: Array, count: int, generator: np.random.Generator) -> dict[str, Array]:
        simulate = partial(self.model.simulate, self.layout.split(theta))
        return drawn_again(simulate, self.data, count, generator, self._abreast)

    @property
    def _abreast(self) -> bool:
        """Whether copies of the design, one below the other, can be drawn as one data set."""
        labelled = any(dim in self.data for parameter in self.layout.parameters for dim in parameter.dims)
        return self.model.unit == "row" and "group" not in self.data and not labelled

    def with_outcomes(self, outcomes: Mapping[str, Array]) -> Dataset:
        return self.data.replace(**outcomes)

    @cached_property
    def signature(self) -> Hashable:
        model = self.model
        wording = getattr(model.likelihood, "__func__", None), getattr(model.latent, "__func__", None)
        priors = [pymc_model.prior_signature(p, prior) for p, prior in self._flat]
        return self._kind, wording, tuple(priors), jeffreys.asked(self.priors), self.prior_power

    @property
    def _flat(self) -> list[tuple[Parameter, Prior]]:
        """Each parameter with what it is drawn from; none where only the likelihood is of interest."""
        return [(p, jeffreys.flat(p, self.priors[p.name])) for p in self.layout.parameters if p.name in self.priors]

    @cached_property
    def node_values(self) -> Mapping[str, Array]:
        columns = {pymc_model.data_node(role): values for role, values in self.data.items()}
        numbers = {pymc_model.prior_node(p.name, a): v for p, prior in self._flat for a, v in prior.arguments.items()}
        supports = self.model.supports(self.data)
        ends = {pymc_model.end_node(name, side): end for name, s in supports.items() for side, end in s.ends.items()}
        return columns | {name: np.asarray(value) for name, value in {**numbers, **ends}.items()}

    def in_working_coordinates(self, values: Mapping[str, Array]) -> dict[str, Array]:
        turns = {pymc_model.data_node(role): turn for role, turn in self.coordinates.turns.items()}
        return {**values, **{name: values[name] @ turn for name, turn in turns.items()}}

    def likelihood_graph(self, symbolic: bool) -> LikelihoodGraph:
        return model_graphs.likelihood(self)

    def prior_graph(self, w: Any, nodes: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        return model_graphs.prior(self, w, nodes)

    def posterior_graph(self) -> PosteriorGraph:
        return model_graphs.posterior(self)

    def latent_names(self, sampled: Iterable[str]) -> list[str]:
        names = set(self.quantity_names)
        return [name for name in sampled if name not in names]

    @cached_property
    def pymc_model(self) -> "pymc.Model":
        """The PyMC model whose mode is the MAP: latent variables integrated out, real parameters standardised."""
        return self._built(latent=False)

    @cached_property
    def sampled_model(self) -> "pymc.Model":
        """What is sampled: `pymc_model`, or the same posterior with latent variables where the leaf has them."""
        if not self.model.has_latent:
            return self.pymc_model
        return self._built(latent=True)

    def _built(self, latent: bool) -> "pymc.Model":
        affine = {}
        if self.model.marginal:
            hessian = self.working_hessian(self.coordinates.inverse @ self.start, power=1.0)
            affine = pymc_model.standardising(self.layout, self.priors, self.start, self.coordinates.linear, hessian)
        subject = self.model, self.layout, self.data, self.priors, affine
        # By formulas where it has them: find_MAP would compile the graph of an integral anew from every start.
        formulas = self.model.has_derivatives and not latent
        likelihood = black_box.observed(self.log_likelihood_units, self.score_units) if formulas else None
        return pymc_model.build(*subject, latent=latent, power=self.prior_power, likelihood=likelihood)

    @property
    def _kind(self) -> tuple[Any, ...]:
        """What a graph depends on besides numbers: the model, and the lengths of named axes."""
        sizes = tuple((name, len(names)) for name, names in self.layout.coords.items())
        integrals = self.model.groups, self.model.quadrature
        return type(self.model), self.model.name, *integrals, sizes, tuple(self.data)


def density_of(model: Model, data: Dataset, priors: Mapping[str, Prior], prior_power: float = 1.0) -> Density:
    """The density of a model on data: its own where it has one (a user's program), else that of its likelihoods."""
    density: Density | None = model.own_density(data)
    return ModelDensity(model, data, priors, prior_power) if density is None else density.on(data)
