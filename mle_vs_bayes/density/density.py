"""The log density of one data set: log-likelihood + α · log prior, its gradient and its Hessian.

α = 0 is maximum likelihood, α = 1 the MAP. A `ModelDensity` is of a `Model`, a `ProgramDensity` of a user's program.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..compile_cache import MODE
from ..concerns import Concern
from ..data.dataset import Dataset
from ..model.layout import Layout
from ..model.model import Model
from ..model.moments import Missing, missing
from ..model.prior import Prior
from .coordinates import Coordinates

if TYPE_CHECKING:
    import pymc

    from .graphs import LikelihoodGraph, PosteriorGraph

Array = NDArray[np.float64]
Index = NDArray[np.intp]


@dataclass(frozen=True)
class Evaluation:
    """A log density at z with its gradient ``(p,)`` and Hessian ``(p, p)`` with respect to z."""

    value: float
    gradient: Array
    hessian: Array


class Density(ABC):
    """The log-likelihood and the log prior of one data set, with their derivatives.

    ``layout`` orders the parameters of ``model``; ``coordinates`` maps between θ (the model scale), w (working) and z
    (unconstrained). Wherever a density has the prior, it is raised to ``prior_power``: α = 1 is that power of it.
    """

    def __init__(
        self,
        model: Model,
        data: Dataset,
        priors: Mapping[str, Prior],
        layout: Layout,
        coordinates: Coordinates,
        prior_power: float = 1.0,
    ) -> None:
        self.model, self.data, self.priors, self.prior_power = model, data, priors, prior_power
        self.layout, self.coordinates = layout, coordinates

    two_likelihoods: bool
    """Whether NumPy's and PyMC's likelihood were written independently, so that comparing them says something."""
    exact_gradient: bool
    """Whether the gradient of the likelihood is exact, and not made of differences."""
    samplers: tuple[str, ...]
    """PyMC's names of what draws the posterior; the next where one cannot."""
    standardised: bool
    """Whether `sampled_model` draws numbers of order one that are turned by their curvature."""
    prior_by_parameter: bool
    """Whether PyMC's log prior is a sum of one term per parameter, and no power of it."""
    pymc_failures: tuple[type[Exception], ...]
    """What PyMC and PyTensor may raise where a user's program is beyond them; of a model of ours it is a fault."""
    draws_from_likelihood: bool
    """Whether data are drawn from the very likelihood that is fitted, so that the two cannot differ."""
    start_reads_data: bool
    """Whether ``start`` is made from the data; else a search may need other starts (`search.starts`)."""
    has_subsets: bool
    """Whether rows may be left out: no parameter comes with them, and they are all in ``data``."""

    @property
    def search_mode(self) -> str:
        """PyTensor's mode for gradients that a search evaluates some hundred times."""
        return MODE

    @property
    @abstractmethod
    def start(self) -> Array:
        """The starting point of searches and chains on the model scale, shape ``(p,)``."""

    @abstractmethod
    def log_likelihood_units(self, theta: Array) -> Array:
        """The log-likelihood of each unit at θ on the model scale, shape ``(units,)``."""

    @abstractmethod
    def working_units(self, w: Array, rows: Index | None = None) -> Array:
        """The same from working coordinates, of all units or some ``rows``: no digits are lost to the design matrix."""

    @abstractmethod
    def pymc_units(self, w: Array, rows: Index | None = None) -> Array:
        """PyMC's log-likelihood of each unit ``(units,)``, or of some ``rows``, as a function of w."""

    @abstractmethod
    def working_derivatives(self, w: Array) -> tuple[Array, Array]:
        """Gradient ``(p,)`` and Hessian ``(p, p)`` of the log-likelihood with respect to w."""

    def working_likelihood(self, w: Array) -> tuple[float, Array, Array]:
        """The log-likelihood and its `working_derivatives`."""
        return self.total(self.working_units(w)), *self.working_derivatives(w)

    @abstractmethod
    def score_units(self, theta: Array) -> Array:
        """Gradient of each unit's log-likelihood on the model scale, shape ``(units, p)``."""

    @abstractmethod
    def log_prior(self, theta: Array) -> float:
        """The log prior density at θ on the model scale, without its derivatives: for many θ."""

    @abstractmethod
    def prior_derivatives(self, theta: Array) -> tuple[float, Array, Array]:
        """The log prior density at θ with its gradient ``(p,)`` and Hessian ``(p, p)``."""

    @abstractmethod
    def quantities(self, theta: Array) -> Array:
        """Parameters and derived quantities ``(…, q)`` at θ ``(…, p)``, in the order of `quantity_labels`."""

    @property
    @abstractmethod
    def pymc_model(self) -> "pymc.Model":
        """The PyMC model whose mode is the MAP."""

    @property
    @abstractmethod
    def sampled_model(self) -> "pymc.Model":
        """The PyMC model that is sampled: `pymc_model`, or the same posterior with latent variables."""

    @abstractmethod
    def on(self, data: Dataset, priors: Mapping[str, Prior] | None = None) -> "Density":
        """The density of other data, as `replicate` draws them or a subset of the rows; under these priors if given."""

    @abstractmethod
    def score_units_on(self, data: Dataset) -> Callable[[Array], Array]:
        """`score_units` of other data of the same shape, as a function of θ."""

    @property
    @abstractmethod
    def undrawable(self) -> str | None:
        """Why no data can be drawn under the design of these (covariates, groups, censoring), or None."""

    @abstractmethod
    def outcomes(self, theta: Array, count: int, generator: np.random.Generator) -> dict[str, Array]:
        """Outcomes ``(count, …)`` by role, drawn at θ ``(p,)`` under the design; a larger count begins alike."""

    @abstractmethod
    def with_outcomes(self, outcomes: Mapping[str, Array]) -> Dataset:
        """The data with one data set's outcomes, by role, in the place of their own."""

    # graphs for many data sets: symbols in the place of all that may differ between them

    @property
    @abstractmethod
    def signature(self) -> Hashable:
        """What the graphs depend on besides numbers: densities that share it share compiled functions."""

    @property
    @abstractmethod
    def node_values(self) -> Mapping[str, Array]:
        """Values of the graphs' symbols by name: the columns, the numbers of priors, the ends of supports."""

    @abstractmethod
    def in_working_coordinates(self, values: Mapping[str, Array]) -> dict[str, Array]:
        """Values of symbols as `likelihood_graph` reads them: what w turns is turned."""

    @abstractmethod
    def likelihood_graph(self, symbolic: bool) -> "LikelihoodGraph":
        """The likelihood in w; with the columns as symbols if they are to differ between data sets."""

    @abstractmethod
    def prior_graph(self, w: Any, nodes: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        """The log prior of θ as a graph of w, and its own symbols; those among ``nodes`` are shared."""

    @abstractmethod
    def posterior_graph(self) -> "PosteriorGraph":
        """The posterior on PyMC's unconstrained scale."""

    @abstractmethod
    def condensed(self) -> tuple["Density", Array | None]:
        """The same likelihood from fewer rows, with weights ``(units,)`` of its units; itself where there is none."""

    @abstractmethod
    def latent_names(self, sampled: Iterable[str]) -> list[str]:
        """Which of the variables that were sampled are latent ones that the likelihood has integrated out."""

    @abstractmethod
    def draw_prior(self, count: int, generator: np.random.Generator) -> list[Array]:
        """``count`` points θ ``(p,)`` from the prior.

        Raises
        ------
        ModelError
            Nobody can draw from it, and why.
        """

    def replicate(self, thetas: Sequence[Array], generator: np.random.Generator) -> list[Dataset]:
        """One data set at each θ ``(p,)``, drawn under the design of these data."""
        drawn = (self.outcomes(theta, 1, generator) for theta in thetas)
        return [self.with_outcomes({role: values[0] for role, values in each.items()}) for each in drawn]

    @property
    def compiles_many(self) -> bool:
        """Whether its graphs are known to take many data sets at once."""
        return not self.pymc_failures

    def remarks(self, estimator: str) -> tuple[Concern, ...]:
        """What is of concern about ``mle``, ``map`` or ``posterior`` before anything is fitted."""
        return ()

    @cached_property
    def units(self) -> int:
        """Number of independent units: rows, or whole groups."""
        return len(self.log_likelihood_units(self.start))

    @cached_property
    def weights(self) -> Array | None:
        """How often each unit ``(units,)`` was observed; None where once, or where a leaf counts rows of its groups."""
        return self.data.get("weights") if self.model.weighted and self.model.unit == "row" else None

    def total(self, units: Array) -> float:
        """The sum over observations of values ``(units,)``."""
        return float(np.sum(units if self.weights is None else self.weights * units))

    def excludes(self, theta: Array) -> bool:
        """Whether the data cannot occur at θ."""
        return not np.isfinite(self.log_likelihood(theta))

    def log_likelihood(self, theta: Array) -> float:
        """NumPy's log-likelihood of all observations at θ on the model scale."""
        return self.total(self.log_likelihood_units(theta))

    @cached_property
    def written_out(self) -> "Density":
        """The density with one row per observation: copies of a row draw outcomes of their own."""
        return self.on(self.data.spelled_out()) if self.model.weighted and "weights" in self.data else self

    @cached_property
    def quantity_labels(self) -> tuple[str, ...]:
        """Labels of all parameters and then all derived quantities: the order of rows and intervals."""
        return self.layout.quantity_labels(self.model.functions)

    @cached_property
    def missing_moments(self) -> tuple[Missing, ...]:
        """Why a quantity has no posterior mean or standard deviation, in that order."""
        return missing(self.model, self.layout, self.data, self.priors, self.prior_power)

    @cached_property
    def quantity_names(self) -> tuple[str, ...]:
        """Variables that hold all quantities: parameters and derived ones."""
        return (*self.layout.slices, *(function.name for function in self.model.functions))

    def evaluate(self, z: Array, power: float) -> Evaluation:
        """Log-likelihood + power · log prior on the model scale (no Jacobian), as a function of z."""
        with np.errstate(all="ignore"):  # on its way to an edge a search overflows
            w = self.coordinates.working(z)
            value, gradient, hessian = self.working_likelihood(w)
            if power:
                log_prior, prior_gradient, prior_hessian = self._working_prior(w)
                value += power * log_prior
                gradient, hessian = gradient + power * prior_gradient, hessian + power * prior_hessian
            return Evaluation(value, *self.coordinates.pull_back(z, gradient, hessian))

    def likelihood_derivatives(self, theta: Array) -> tuple[Array, Array]:
        """Gradient ``(p,)`` and Hessian ``(p, p)`` of the log-likelihood on the model scale."""
        inverse = self.coordinates.inverse
        # w = M⁻¹ θ is linear in θ, so that ∇_θ = M⁻ᵀ ∇_w and no second derivative of the map is left over.
        gradient, hessian = self.working_derivatives(inverse @ theta)
        return inverse.T @ gradient, inverse.T @ hessian @ inverse

    def working_hessian(self, w: Array, power: float) -> Array:
        """Hessian ``(p, p)`` with respect to w of log-likelihood + power · log prior."""
        hessian = np.asarray(self.working_derivatives(w)[1])
        return hessian + power * self._working_prior(w)[2] if power else hessian

    def _working_prior(self, w: Array) -> tuple[float, Array, Array]:
        """The log prior density (of θ) with its derivatives with respect to w: θ = M w, so ∇_w = Mᵀ∇_θ."""
        linear = self.coordinates.linear
        value, gradient, hessian = self.prior_derivatives(linear @ w)
        return float(value), linear.T @ gradient, linear.T @ hessian @ linear

    def log_prior_of_draws(self, draws: Array) -> Array:
        """The log prior density at each of many θ, ``(draws, p)`` → ``(draws,)``, without its derivatives."""
        return np.array([self.log_prior(theta) for theta in draws])

    def log_likelihood_of_draws(self, draws: Array) -> Array:
        """The log-likelihood at each of many θ, ``(draws, p)`` → ``(draws,)``."""
        return np.array([self.log_likelihood(theta) for theta in draws])

    def prior_gradient(self, theta: Array) -> Array:
        """∇ log π at θ on the model scale, shape ``(p,)``."""
        return np.asarray(self.prior_derivatives(theta)[1])
