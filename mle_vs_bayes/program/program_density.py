"""The densities of a user's PyMC program, in the shape in which every estimator reads them.

θ is what the program's free variables hold; working coordinates w turn and scale those that run over the whole line
by the likelihood's curvature at the start, so that units and collinear covariates do not matter to a search.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import NDArray

from ..compile_cache import LOOP_MODE, MODE
from ..concerns import Concern
from ..data.dataset import Dataset
from ..density.coordinates import Coordinates, root_of_inverse
from ..density.density import Density, Evaluation, Index
from ..density.graphs import LikelihoodGraph, PosteriorGraph
from ..density.pymc_model import data_node
from ..errors import UsageError
from ..model.layout import Layout
from ..model.prior import Prior
from .budget import BESIDE, EvaluationBudget
from .compiled import Compiled, Slopes
from .graphs.densities import unconstrained
from .graphs.differentiate import refusals
from .program_model import ProgramModel
from .simulate import undrawable, with_observed

if TYPE_CHECKING:
    import pymc

Array = NDArray[np.float64]
OPENING, MANY = 10, 500
"""Evaluations that opening a program with other data takes, and the fits of a hundred data sets together, about."""
Notes = tuple[tuple[tuple[str, ...], Concern], ...]
"""Concerns known before anything is fitted, and the estimators that they are about."""


@final
class ProgramDensity(Density):
    """A `Density` that comes from one PyMC model in every part, which is sampled as it stands."""

    model: ProgramModel
    standardised = False
    prior_by_parameter = False  # PyMC may not be able to take it apart
    start_reads_data = False
    has_subsets = False

    def __init__(
        self,
        model: ProgramModel,
        data: Dataset,
        compiled: Compiled,
        slopes: Slopes,
        coordinates: Coordinates,
        opened: "Callable[[pymc.Model], ProgramDensity]",
        samplers: tuple[str, ...] = ("nutpie", "pymc"),
        notes: Notes = (),
        budget: EvaluationBudget | None = None,
    ) -> None:
        """``opened`` gives the density of a program like this one on other data; ``budget`` is for optional parts."""
        super().__init__(model, data, model.priors, coordinates.layout, coordinates)
        self.compiled, self.slopes, self.samplers = compiled, slopes, samplers
        self._opened, self._notes, self.budget = opened, notes, budget or EvaluationBudget(BESIDE)
        self.exact_gradient = slopes.likelihood.exact
        self.two_likelihoods = model.hooks.log_likelihood is not None
        self.draws_from_likelihood = model.hooks.simulate is None
        self.pymc_failures = refusals()

    @property
    def search_mode(self) -> str:
        return LOOP_MODE if self.slopes.likelihood.looping else MODE

    @cached_property
    def start(self) -> Array:
        return self.layout.join(self.model.point)

    def remarks(self, estimator: str) -> tuple[Concern, ...]:
        return tuple(note for about, note in self._notes if estimator in about)

    def quantities(self, theta: Array) -> Array:
        return np.concatenate([theta, self.compiled.quantities(theta)], axis=-1) if self.model.functions else theta

    # the likelihood

    @cached_property
    def units(self) -> int:
        return len(self.compiled.unit_values(self.start))

    def evaluate(self, z: Array, power: float) -> Evaluation:
        self.budget.charge(1)
        return super().evaluate(z, power)

    def log_likelihood_units(self, theta: Array) -> Array:
        self.budget.charge(values=1)
        return self.compiled.log_likelihood(theta)

    def working_units(self, w: Array, rows: Index | None = None) -> Array:
        units = self.compiled.log_likelihood(self.coordinates.linear @ w)
        return units if rows is None else units[rows]

    def excludes(self, theta: Array) -> bool:
        """Whether observed data cannot occur; what a Potential excludes may be no matter of data."""
        return self.compiled.observed_excluded(theta)

    def pymc_units(self, w: Array, rows: Index | None = None) -> Array:
        units = np.asarray(self.compiled.unit_values(self.coordinates.linear @ w))
        return units if rows is None else units[rows]

    def working_derivatives(self, w: Array) -> tuple[Array, Array]:
        linear = self.coordinates.linear
        gradient, hessian = self.slopes.likelihood(linear @ w)
        return linear.T @ gradient, linear.T @ hessian @ linear

    def likelihood_derivatives(self, theta: Array) -> tuple[Array, Array]:
        return self.slopes.likelihood(theta)

    def score_units(self, theta: Array) -> Array:
        return np.asarray(self._scores(theta))

    @cached_property
    def _scores(self) -> Callable[[Array], Array]:
        return self.compiled.scores(self.start, self.slopes.likelihood.scale)

    # the prior

    def log_prior(self, theta: Array) -> float:
        return float(self.compiled.log_prior(theta))

    def prior_derivatives(self, theta: Array) -> tuple[float, Array, Array]:
        return (self.log_prior(theta), *self.slopes.prior(theta))

    def draw_prior(self, count: int, generator: np.random.Generator) -> list[Array]:
        import pymc

        free = self.model.program.free_RVs
        drawn = pymc.draw(free, draws=count, random_seed=int(generator.integers(2**31)), mode=MODE)
        each = {str(rv.name): values for rv, values in zip(free, drawn, strict=True)}
        return [self.layout.join({name: values[i] for name, values in each.items()}) for i in range(count)]

    # other data

    def on(self, data: Dataset, priors: Mapping[str, Prior] | None = None) -> "ProgramDensity":
        if priors is not None and priors != self.priors:
            raise UsageError(f"{self.model.name} says its own priors; write others in the program.")
        if data is self.data:
            return self
        self.budget.charge(OPENING)
        return self._opened(with_observed(self.model.program, dict(data)))

    def score_units_on(self, data: Dataset) -> Callable[[Array], Array]:
        values = [data[name] for name in self.model.observed]
        return lambda theta: np.asarray(self._scores_on(theta, *values))

    @cached_property
    def _scores_on(self) -> Callable[..., Array]:
        return self.compiled.scores_on(self.start, self.slopes.likelihood.scale)

    @property
    def undrawable(self) -> str | None:
        reason = None if self.model.hooks.simulate else undrawable(self.model.program)
        return None if reason is None else f"the program {reason}"

    def outcomes(self, theta: Array, count: int, generator: np.random.Generator) -> dict[str, Array]:
        named, design = self.layout.split(theta), self.model.design(self.data.n, generator)
        drawn = [self.model.simulate(named, design, generator) for _ in range(count)]
        return {role: np.stack([each[role] for each in drawn]) for role in drawn[0]}

    def with_outcomes(self, outcomes: Mapping[str, Array]) -> Dataset:
        return Dataset(outcomes)

    # graphs for many data sets

    @property
    def signature(self) -> "ProgramDensity":
        """Itself: its graphs are like no other's."""
        return self

    @cached_property
    def node_values(self) -> Mapping[str, Array]:
        return {data_node(name): values for name, values in self.model.observed.items()}

    def in_working_coordinates(self, values: Mapping[str, Array]) -> dict[str, Array]:
        return dict(values)

    def likelihood_graph(self, symbolic: bool) -> LikelihoodGraph:
        self.budget.charge(MANY)
        return self.compiled.likelihood_graph(self.coordinates.linear, symbolic)

    def prior_graph(self, w: Any, nodes: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        import pytensor.tensor as pt
        from pytensor.graph.replace import graph_replace

        graphs = self.compiled.graphs
        theta = graphs.vector.type.filter_variable(pt.constant(self.coordinates.linear) @ w)
        return graph_replace(graphs.log_prior, [(graphs.vector, theta)], strict=False), {}

    def posterior_graph(self) -> PosteriorGraph:
        return unconstrained(self.model.program, self.layout, self.compiled.symbols)

    # PyMC's

    def condensed(self) -> tuple[Density, Array | None]:
        return self, None

    def latent_names(self, sampled: Iterable[str]) -> list[str]:
        """None: effects are parameters, and fitted values stay where PyMC puts them."""
        return []

    @property
    def pymc_model(self) -> "pymc.Model":
        return self.model.program

    @property
    def sampled_model(self) -> "pymc.Model":
        return self.model.program


def standardised(layout: Layout, data: Dataset, start: Array, slopes: Slopes) -> tuple[Coordinates, Slopes]:
    """Coordinates over the whole line turned and scaled by the curvature at the start; differences step by it, too."""
    hessian = slopes.likelihood.hessian(start)
    slopes = slopes.with_errors(hessian)
    if not slopes.likelihood.exact:
        hessian = slopes.likelihood.hessian(start)  # with the steps that its first version says
    coordinates = Coordinates(layout, data)
    lines = [p for p in layout.parameters if p.support.name == "real"]
    places = [place for p in lines for place in range(*layout.slices[p.name].indices(layout.size))]
    block = np.ix_(places, places)
    if not places or not np.all(np.isfinite(hessian[block])):
        return coordinates, slopes
    # The Hessian is first scaled to a unit diagonal, so that parameters in different units lose no digits.
    scale = np.sqrt(np.abs(np.diag(hessian[block])))
    straight = scale == 0  # a density made of straight pieces has no curvature to say a unit
    scale = np.where(straight, 1.0, scale)
    root = root_of_inverse(np.diag(straight.astype(float)) - hessian[block] / np.outer(scale, scale)) / scale[:, None]
    linear, inverse = np.eye(layout.size), np.eye(layout.size)
    linear[block], inverse[block] = root, np.linalg.inv(root)
    return coordinates.with_linear(linear, inverse), slopes
