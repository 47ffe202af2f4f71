"""The log density of one data set: log-likelihood + α · log prior, its gradient and its Hessian.

α = 0 is maximum likelihood, α = 1 the MAP, and the path between them scales the prior by a power. There are two kinds:
`model_density.ModelDensity` of a `Model` under resolved priors, and `program.program_density.ProgramDensity` of the
user's program. This class holds what they have in common: the maps between θ, w and z (`coordinates`), and how
derivatives with respect to θ or w become derivatives with respect to z.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..concerns import Concern
from ..data.dataset import Dataset
from ..model.layout import Layout
from ..model.model import Model
from ..model.prior import Prior
from .coordinates import Coordinates

if TYPE_CHECKING:
    import pymc

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Evaluation:
    """A log density at z with its gradient ``(p,)`` and Hessian ``(p, p)`` with respect to z."""

    value: float
    gradient: Array
    hessian: Array


class Density(ABC):
    """The log-likelihood and the log prior of one data set, with their derivatives.

    ``layout`` orders the parameters of ``model``, ``coordinates`` maps between θ (the model scale), w (working
    coordinates) and z (unconstrained coordinates). ``prior_power`` is what the prior is raised to wherever a density
    has it: its α = 1 is the prior to this power.
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

    foreign: bool
    """Whether the PyMC model is the user's: it may not compile everywhere or be drawn from, and has its own names."""
    sampler: str
    """PyMC's name of what draws the posterior."""
    likelihood_graph: Any
    prior_graph: Any

    # what each kind says

    @property
    @abstractmethod
    def start(self) -> Array:
        """The starting point of searches and chains on the model scale, shape ``(p,)``."""

    @property
    @abstractmethod
    def two_likelihoods(self) -> bool:
        """Whether NumPy's and PyMC's likelihood were written independently, so that comparing them says something."""

    @abstractmethod
    def log_likelihood_units(self, theta: Array) -> Array:
        """The log-likelihood of each unit at θ on the model scale, shape ``(units,)``."""

    @abstractmethod
    def working_units(self, w: Array) -> Array:
        """The same from working coordinates: no digits are lost to the design matrix."""

    @abstractmethod
    def pymc_units(self, w: Array) -> Array:
        """PyMC's log-likelihood of each unit, shape ``(units,)``, as a function of w."""

    @abstractmethod
    def working_derivatives(self, w: Array) -> tuple[Array, Array]:
        """Gradient ``(p,)`` and Hessian ``(p, p)`` of the log-likelihood with respect to w."""

    @abstractmethod
    def likelihood_derivatives(self, theta: Array) -> tuple[Array, Array]:
        """Gradient ``(p,)`` and Hessian ``(p, p)`` of the log-likelihood on the model scale."""

    @abstractmethod
    def score_units(self, theta: Array) -> Array:
        """Gradient of each unit's log-likelihood on the model scale, shape ``(units, p)``."""

    @abstractmethod
    def log_prior_value(self, theta: Array) -> float:
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

    def replicated_graph(self) -> tuple[Any, Any, dict[str, Any]]:
        """Of the user's program: its likelihood with a symbol for each observed variable's values."""
        raise NotImplementedError

    def unconstrained_graph(self) -> Any:
        """Of the user's program: its posterior on the unconstrained scale."""
        raise NotImplementedError

    # what follows from it

    def remarks(self, estimator: str) -> tuple[Concern, ...]:
        """What is of concern about ``mle``, ``map`` or ``posterior`` before anything is fitted."""
        return ()

    @cached_property
    def units(self) -> int:
        """Number of independent units: rows, or whole groups."""
        return len(self.log_likelihood_units(self.start))

    @cached_property
    def quantity_labels(self) -> tuple[str, ...]:
        """Labels of all parameters and then all derived quantities: the order of rows and intervals."""
        return self.layout.quantity_labels(self.model.functions)

    @cached_property
    def quantity_names(self) -> tuple[str, ...]:
        """Variables that hold all quantities: parameters and derived ones."""
        return (*self.layout.slices, *(function.name for function in self.model.functions))

    def evaluate(self, z: Array, power: float) -> Evaluation:
        """Log-likelihood + power · log prior on the model scale (no Jacobian), as a function of z."""
        with np.errstate(all="ignore"):  # on its way to an edge a search overflows
            w = self.coordinates.working(z)
            value = float(np.sum(self.working_units(w)))
            gradient, hessian = self.working_derivatives(w)
            if power:
                log_prior, prior_gradient, prior_hessian = self._working_prior(w)
                value += power * log_prior
                gradient, hessian = gradient + power * prior_gradient, hessian + power * prior_hessian
            return Evaluation(value, *self.coordinates.pull_back(z, gradient, hessian))

    def working_hessian(self, w: Array, power: float) -> Array:
        """Hessian ``(p, p)`` with respect to w of log-likelihood + power · log prior."""
        hessian = np.asarray(self.working_derivatives(w)[1])
        return hessian + power * self._working_prior(w)[2] if power else hessian

    def _working_prior(self, w: Array) -> tuple[float, Array, Array]:
        """The log prior density (of θ) with its derivatives with respect to w: θ = M w, so ∇_w = Mᵀ∇_θ."""
        linear = self.coordinates.linear
        value, gradient, hessian = self.prior_derivatives(linear @ w)
        return float(value), linear.T @ gradient, linear.T @ hessian @ linear

    def log_prior(self, theta: Array) -> float:
        """The log prior density at θ on the model scale, by the function that a search has compiled."""
        return float(self.prior_derivatives(theta)[0])

    def log_prior_of_draws(self, draws: Array) -> Array:
        """The log prior density at each of many θ, ``(draws, p)`` → ``(draws,)``, without its derivatives."""
        return np.array([self.log_prior_value(theta) for theta in draws])

    def prior_gradient(self, theta: Array) -> Array:
        """∇ log π at θ on the model scale, shape ``(p,)``."""
        return np.asarray(self.prior_derivatives(theta)[1])


def root_of_inverse(information: Array) -> Array:
    """A matrix L with L Lᵀ = |information|⁻¹, eigenvalues bounded away from 0."""
    values, vectors = np.linalg.eigh(information)
    size = np.maximum(np.abs(values), 1e-8 * np.max(np.abs(values), initial=1e-300))
    return vectors / np.sqrt(size)
