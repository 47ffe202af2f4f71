"""One compiled program per model, data and priors: log-likelihood + α · log prior, gradient and Hessian.

α = 0 is maximum likelihood, α = 1 the MAP, the road between them prior power-scaling. Values of
the log-likelihood come from NumPy, derivatives from the leaf's PyMC likelihood (`parity` has made
sure that both say the same). Everything is compiled when first needed, in PyTensor's
``FAST_COMPILE`` mode: a Numba compile would cost more than the whole fit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..concerns import Concern
from ..data.dataset import Dataset
from ..model import jeffreys
from ..model.layout import Layout
from ..model.model import Model
from ..model.prior import Prior
from . import pymc_model
from .compile_cache import bound
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


class Program:
    """The densities of one model on one data set under resolved priors."""

    prior_power: float = 1.0
    """What the prior is raised to, wherever a density has it: its α = 1 is the prior to this power."""

    def __init__(self, model: Model, data: Dataset, priors: Mapping[str, Prior], prior_power: float = 1.0) -> None:
        self.model, self.data, self.priors, self.prior_power = model, data, priors, prior_power
        self.layout = Layout(model, data)
        self.coordinates = Coordinates(self.layout, data)

    @cached_property
    def start(self) -> Array:
        """The leaf's starting point on the model scale, shape ``(p,)``."""
        return self.layout.join(self.model.start(self.data))

    two_likelihoods = True
    """Whether NumPy's and PyMC's likelihood were written independently, so that comparing them says something."""
    foreign = False
    """Whether the PyMC model is a stranger's: it may not compile everywhere or be drawn from, and has its own names."""
    sampler = "nutpie"
    """PyMC's name of what draws the posterior."""

    def replicated_graph(self) -> tuple[Any, Any, dict[str, Any]]:
        """Of a stranger's model: its likelihood with a symbol for each observed variable's values."""
        raise NotImplementedError

    def unconstrained_graph(self) -> Any:
        """Of a stranger's model: its posterior on the unconstrained scale."""
        raise NotImplementedError

    def remarks(self, estimator: str) -> tuple[Concern, ...]:
        """What is of concern about ``mle``, ``map`` or ``posterior`` before anything is fitted."""
        return ()

    @cached_property
    def quantity_labels(self) -> tuple[str, ...]:
        """Labels of all parameters and then all derived quantities: the order of rows and intervals."""
        return self.layout.quantity_labels(self.model.functions)

    @cached_property
    def quantity_names(self) -> tuple[str, ...]:
        """Variables that hold all quantities: parameters and derived ones."""
        return (*self.layout.slices, *(function.name for function in self.model.functions))

    def quantities(self, theta: Array) -> Array:
        """Parameters and derived quantities ``(…, q)`` at θ ``(…, p)``, in the order of `quantity_labels`."""
        named, leading = self.layout.split(theta), theta.shape[:-1]
        derived = [np.asarray(function.of(named)).reshape(*leading, -1) for function in self.model.functions]
        return np.concatenate([theta, *derived], axis=-1)

    def log_likelihood_units(self, theta: Array) -> Array:
        """NumPy's log-likelihood of each unit at θ on the model scale, shape ``(units,)``."""
        with np.errstate(all="ignore"):
            return np.asarray(self.model.log_likelihood(self.layout.split(theta), self.data), dtype=float)

    @cached_property
    def units(self) -> int:
        """Number of independent units: rows, or whole groups."""
        return len(self.log_likelihood_units(self.start))

    @cached_property
    def weights(self) -> Array | None:
        """How often each unit ``(units,)`` was observed; None where once, or where a leaf counts rows of its groups."""
        if self.foreign or self.model.unit != "row":
            return None
        return self.data.get("weights")

    def total(self, units: Array) -> float:
        """The sum over observations of values ``(units,)``."""
        return float(np.sum(units if self.weights is None else self.weights * units))

    def log_likelihood(self, theta: Array) -> float:
        """NumPy's log-likelihood of all observations at θ on the model scale."""
        return self.total(self.log_likelihood_units(theta))

    def working_units(self, w: Array) -> Array:
        """The same from working coordinates: no digits are lost to the design matrix."""
        with np.errstate(all="ignore"):
            return np.asarray(self.model.log_likelihood(self.layout.split(w), self.coordinates.data), dtype=float)

    def evaluate(self, z: Array, power: float) -> Evaluation:
        """Log-likelihood + power · log prior on the model scale (no Jacobian), as a function of z."""
        with np.errstate(all="ignore"):  # on its way to an edge a search overflows
            w = self.coordinates.working(z)
            value = self.total(self.working_units(w))
            gradient, hessian = self._likelihood_derivatives(w)
            if power:
                log_prior, prior_gradient, prior_hessian = self._working_prior(w)
                value += power * log_prior
                gradient, hessian = gradient + power * prior_gradient, hessian + power * prior_hessian
            return Evaluation(value, *self.coordinates.pull_back(z, gradient, hessian))

    def working_hessian(self, w: Array, power: float) -> Array:
        """Hessian ``(p, p)`` with respect to w of log-likelihood + power · log prior."""
        hessian = np.asarray(self._likelihood_derivatives(w)[1])
        return hessian + power * self._working_prior(w)[2] if power else hessian

    def _working_prior(self, w: Array) -> tuple[float, Array, Array]:
        """The log prior density (of θ) with its derivatives with respect to w."""
        linear = self.coordinates.linear
        value, gradient, hessian = self._prior_derivatives(linear @ w)
        return float(value), linear.T @ gradient, linear.T @ hessian @ linear

    def log_prior(self, theta: Array) -> float:
        """The log prior density at θ on the model scale."""
        return float(self._prior_derivatives(theta)[0])

    def log_prior_of_draws(self, draws: Array) -> Array:
        """The log prior density at each of many θ, ``(draws, p)`` → ``(draws,)``, without its derivatives."""
        return np.array([self._log_prior_value(theta) for theta in draws])

    def prior_gradient(self, theta: Array) -> Array:
        """∇ log π at θ on the model scale, shape ``(p,)``."""
        return np.asarray(self._prior_derivatives(theta)[1])

    def likelihood_derivatives(self, theta: Array) -> tuple[Array, Array]:
        """Gradient ``(p,)`` and Hessian ``(p, p)`` of the log-likelihood on the model scale."""
        inverse = self.coordinates.inverse
        gradient, hessian = self._likelihood_derivatives(inverse @ theta)
        return inverse.T @ gradient, inverse.T @ hessian @ inverse

    def score_units(self, theta: Array) -> Array:
        """Gradient of each unit's log-likelihood on the model scale, shape ``(units, p)``."""
        return np.asarray(self._unit_scores(self.coordinates.inverse @ theta)).T @ self.coordinates.inverse

    @cached_property
    def pymc_model(self) -> "pymc.Model":
        """The PyMC model whose mode is the MAP: latent variables integrated out, real parameters standardised."""
        return self._built(latent=False)

    @cached_property
    def sampled_model(self) -> "pymc.Model":
        """What is sampled: `pymc_model`, or the same posterior with latent variables where the leaf has them."""
        if not self.model.has_latent or self.weights is not None:  # of each copy of a row there is a latent variable
            return self.pymc_model
        return self._built(latent=True)

    def _built(self, latent: bool) -> "pymc.Model":
        given = (self.model, self.layout, self.data, self.priors, self._affine())
        return pymc_model.build(*given, latent=latent, power=self.prior_power)

    def _affine(self) -> dict[str, tuple[Any, Any]]:
        hessian = self.working_hessian(self.coordinates.inverse @ self.start, power=1.0)
        affine: dict[str, tuple[Any, Any]] = {}
        for parameter in self.layout.parameters:
            block = self.layout.slices[parameter.name]
            if parameter.support.name == "ordered":  # one scale for all, which keeps their order
                start = self.start[block]
                affine[parameter.name] = np.full_like(start, start.mean()), np.std(start) * np.eye(len(start))
            elif parameter.support.name == "real" and self.priors[parameter.name].support.name == "real":
                scale = self.coordinates.linear[block, block] @ root_of_inverse(-hessian[block, block])
                centre = self.start[block]
                affine[parameter.name] = (centre, scale) if parameter.dims else (centre[0], scale[0, 0])
        return affine

    @cached_property
    def likelihood_model(self) -> "pymc.Model":
        """The likelihood alone in PyMC, in working coordinates."""
        return pymc_model.build_likelihood(self.model, self.layout, self.coordinates.data)

    @cached_property
    def likelihood_graph(self) -> tuple[Any, Any]:
        model = self.likelihood_model
        return self._on_vector(model, model.logp(vars=model.observed_RVs, sum=False, jacobian=False)[0])

    @cached_property
    def pymc_units(self) -> Callable[[Array], Array]:
        """PyMC's log-likelihood of each unit as a function of w, shape ``(units,)``."""
        return self._of_likelihood("units", lambda vector, units: units)

    @cached_property
    def _likelihood_derivatives(self) -> Callable[[Array], tuple[Array, Array]]:
        def outputs(vector: Any, units: Any) -> Any:
            counts = 1.0 if self.weights is None else self.likelihood_model[pymc_model.data_node("weights")]
            return _gradient_and_hessian((counts * units).sum(), vector)

        return self._of_likelihood("derivatives", outputs)

    @cached_property
    def _unit_scores(self) -> Callable[[Array], Array]:
        """Derivatives ``(p, units)`` of the units along every axis at once: one graph, however many parameters."""
        return self._of_likelihood("scores", _along_every_axis)

    @cached_property
    def prior_graph(self) -> tuple[Any, Any]:
        """A vector of θ and the log prior density in it."""
        model = self._prior_model
        terms = model.logp(vars=[*model.free_RVs, *model.potentials], sum=False, jacobian=False)
        return self._on_vector(model, sum(term.sum() for term in terms))

    @cached_property
    def _prior_model(self) -> "pymc.Model":
        return pymc_model.build_priors(
            self.model, self.layout, self.data, self.priors, symbolic=True, power=self.prior_power
        )

    @cached_property
    def _log_prior_value(self) -> Callable[[Array], Array]:
        return self._of_prior("value", lambda vector, log_prior: log_prior)

    @cached_property
    def _prior_derivatives(self) -> Callable[[Array], tuple[Array, Array, Array]]:
        return self._of_prior("derivatives", lambda vector, prior: [prior, *_gradient_and_hessian(prior, vector)])

    def _of_likelihood(self, name: str, outputs: Callable[[Any, Any], Any]) -> Callable[[Array], Any]:
        """A compiled function of w; of the data only their shape is in it."""

        def make() -> tuple[Any, Any, Any]:
            vector, units = self.likelihood_graph
            return self.likelihood_model, vector, outputs(vector, units)

        key = (name, *self._kind, self.model.likelihood.__func__)  # type: ignore[attr-defined]
        return bound(key, make, {pymc_model.data_node(role): v for role, v in self.coordinates.data.items()})

    def _of_prior(self, name: str, outputs: Callable[[Any, Any], Any]) -> Callable[[Array], Any]:
        """A compiled function of θ; of the priors only their families are in it."""

        def make() -> tuple[Any, Any, Any]:
            vector, log_prior = self.prior_graph
            return self._prior_model, vector, outputs(vector, log_prior)

        flat = {p.name: jeffreys.flat(p, self.priors[p.name]) for p in self.layout.parameters}
        families = tuple((p, prior.family, *_lengths(prior.arguments)) for p, prior in flat.items())
        values: dict[str, Any] = {
            pymc_model.prior_node(p, a): v for p, prior in flat.items() for a, v in prior.arguments.items()
        }
        values |= {pymc_model.data_node(role): v for role, v in self.data.items()}
        information = self.model.fisher_information.__func__ if jeffreys.asked(self.priors) else None  # type: ignore[attr-defined]
        return bound((name, *self._kind, families, information, self.prior_power), make, values)

    @property
    def _kind(self) -> tuple[Any, ...]:
        """What a graph depends on besides numbers: the model, and the lengths of named axes."""
        sizes = tuple((name, len(names)) for name, names in self.layout.coords.items())
        return type(self.model), self.model.name, sizes, tuple(self.data)

    def _on_vector(self, model: "pymc.Model", graph: Any) -> tuple[Any, Any]:
        import pytensor.tensor as pt
        from pytensor.graph.replace import graph_replace

        vector = pt.vector("vector", shape=(self.layout.size,), dtype="float64")
        parts = self.layout.split(vector)
        values = {model.rvs_to_values[rv]: parts[rv.name] for rv in model.free_RVs}
        return vector, graph_replace(graph, values, strict=False)


def _gradient_and_hessian(scalar: Any, vector: Any) -> list[Any]:
    from pytensor.gradient import grad, jacobian

    gradient = grad(scalar, vector, disconnected_inputs="ignore")
    return [gradient, jacobian(gradient, vector, vectorize=True, disconnected_inputs="ignore")]


def _along_every_axis(vector: Any, units: Any) -> Any:
    import pytensor.tensor as pt
    from pytensor.gradient import pushforward
    from pytensor.graph.replace import vectorize_graph

    direction = pt.vector("direction", shape=vector.type.shape, dtype="float64")
    along: Any = pushforward(units, vector, direction)
    return vectorize_graph(along, {direction: pt.eye(vector.type.shape[0])})


def _lengths(arguments: Mapping[str, Any]) -> list[tuple[str, int]]:
    return [(name, int(np.size(value))) for name, value in arguments.items()]


def root_of_inverse(information: Array) -> Array:
    """A matrix L with L Lᵀ = |information|⁻¹, eigenvalues bounded away from 0."""
    values, vectors = np.linalg.eigh(information)
    size = np.maximum(np.abs(values), 1e-8 * np.max(np.abs(values), initial=1e-300))
    return vectors / np.sqrt(size)
