"""The log density of a `Model` on one data set under resolved priors.

Values of the log-likelihood come from NumPy, derivatives from the model's PyMC likelihood (`parity` has made sure that
both say the same). Everything is compiled when first needed, in PyTensor's ``FAST_COMPILE`` mode: a Numba compile would
cost more than the whole fit. A compiled function reads data and priors' numbers as inputs, so that it serves every data
set of its kind.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..model import jeffreys
from ..model.layout import Layout
from ..model.model import Model
from ..model.prior import Prior
from . import pymc_model
from .compile_cache import bound
from .coordinates import Coordinates
from .density import Density, root_of_inverse

if TYPE_CHECKING:
    import pymc

Array = NDArray[np.float64]


@final
class ModelDensity(Density):
    """The densities of one model on one data set under resolved priors, raised to ``prior_power``."""

    def __init__(self, model: Model, data: Dataset, priors: Mapping[str, Prior], prior_power: float = 1.0) -> None:
        layout = Layout(model, data)
        super().__init__(model, data, priors, layout, Coordinates(layout, data), prior_power)

    two_likelihoods = True

    sampler = "nutpie"
    foreign = False

    @cached_property
    def start(self) -> Array:
        """The model's starting point on the model scale, shape ``(p,)``."""
        return self.layout.join(self.model.start(self.data))

    def quantities(self, theta: Array) -> Array:
        named, leading = self.layout.split(theta), theta.shape[:-1]
        derived = [np.asarray(function.of(named)).reshape(*leading, -1) for function in self.model.functions]
        return np.concatenate([theta, *derived], axis=-1)

    # the likelihood

    def log_likelihood_units(self, theta: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.asarray(self.model.log_likelihood(self.layout.split(theta), self.data), dtype=float)

    def working_units(self, w: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.asarray(self.model.log_likelihood(self.layout.split(w), self.coordinates.data), dtype=float)

    def pymc_units(self, w: Array) -> Array:
        return np.asarray(self._pymc_units(w))

    def working_derivatives(self, w: Array) -> tuple[Array, Array]:
        gradient, hessian = self._likelihood_derivatives(w)
        return gradient, hessian

    def likelihood_derivatives(self, theta: Array) -> tuple[Array, Array]:
        inverse = self.coordinates.inverse
        gradient, hessian = self._likelihood_derivatives(inverse @ theta)
        return inverse.T @ gradient, inverse.T @ hessian @ inverse

    def score_units(self, theta: Array) -> Array:
        return np.asarray(self._unit_scores(self.coordinates.inverse @ theta)).T @ self.coordinates.inverse

    @cached_property
    def _pymc_units(self) -> Callable[[Array], Array]:
        return self._of_likelihood("units", lambda vector, units: units)

    @cached_property
    def _likelihood_derivatives(self) -> Callable[[Array], tuple[Array, Array]]:
        return self._of_likelihood("derivatives", lambda vector, units: _gradient_and_hessian(units.sum(), vector))

    @cached_property
    def _unit_scores(self) -> Callable[[Array], Array]:
        """Derivatives ``(p, units)`` of the units along every axis at once: one graph, however many parameters."""
        return self._of_likelihood("scores", _along_every_axis)

    @cached_property
    def _likelihood_model(self) -> "pymc.Model":
        """The likelihood alone in PyMC, in working coordinates."""
        return pymc_model.build_likelihood(self.model, self.layout, self.coordinates.data)

    def _of_likelihood(self, name: str, outputs: Callable[[Any, Any], Any]) -> Callable[[Array], Any]:
        """A compiled function of w; of the data only their shape is in it."""

        def make() -> tuple[Any, Any, Any]:
            model = self._likelihood_model
            units = model.logp(vars=model.observed_RVs, sum=False, jacobian=False)[0]
            vector, units = self._on_vector(model, units)
            return model, vector, outputs(vector, units)

        key = (name, *self._kind, self.model.likelihood.__func__)  # type: ignore[attr-defined]
        return bound(key, make, {pymc_model.data_node(role): v for role, v in self.coordinates.data.items()})

    # the prior

    def log_prior_value(self, theta: Array) -> float:
        return float(self._log_prior_value(theta))

    def prior_derivatives(self, theta: Array) -> tuple[float, Array, Array]:
        value, gradient, hessian = self._prior_derivatives(theta)
        return value, gradient, hessian

    @cached_property
    def _log_prior_value(self) -> Callable[[Array], Array]:
        return self._of_prior("value", lambda vector, log_prior: log_prior)

    @cached_property
    def _prior_derivatives(self) -> Callable[[Array], tuple[float, Array, Array]]:
        return self._of_prior("derivatives", lambda vector, prior: [prior, *_gradient_and_hessian(prior, vector)])

    def _of_prior(self, name: str, outputs: Callable[[Any, Any], Any]) -> Callable[[Array], Any]:
        """A compiled function of θ; of the priors only their families are in it."""

        def make() -> tuple[Any, Any, Any]:
            given = self.model, self.layout, self.data, self.priors
            model = pymc_model.build_priors(*given, symbolic=True, power=self.prior_power)
            terms = model.logp(vars=[*model.free_RVs, *model.potentials], sum=False, jacobian=False)
            vector, log_prior = self._on_vector(model, sum(term.sum() for term in terms))
            return model, vector, outputs(vector, log_prior)

        flat = {p.name: jeffreys.flat(p, self.priors[p.name]) for p in self.layout.parameters}
        families = tuple((p, prior.family, *_lengths(prior.arguments)) for p, prior in flat.items())
        values: dict[str, Any] = {
            pymc_model.prior_node(p, a): v for p, prior in flat.items() for a, v in prior.arguments.items()
        }
        values |= {pymc_model.data_node(role): v for role, v in self.data.items()}
        information = self.model.fisher_information.__func__ if jeffreys.asked(self.priors) else None  # type: ignore[attr-defined]
        return bound((name, *self._kind, families, information, self.prior_power), make, values)

    # PyMC's models

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
                centre = self.start[block].reshape(self.layout.shapes[parameter.name])
                affine[parameter.name] = centre, scale if parameter.dims else scale[0, 0]
        return affine

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
