"""One replicate: what a functional and an estimator of a study's own look at."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ...data.dataset import Dataset
    from ...density.density import Density
    from ...model.model import Model
    from ...model.prior import Prior

Array = NDArray[np.float64]
Objective = Callable[[Array], tuple[float, Array, Array]]
"""θ ``(p,)`` on the model scale → value, gradient ``(p,)`` and Hessian ``(p, p)``."""


@dataclass(frozen=True, eq=False)
class Replicate:
    """The data of one replicate, its truth by label, and what has been estimated of it so far.

    A functional sees the rows of every estimator; an estimator of the study's own those of the package's and of its
    own before it. ``at`` is where the scenario lies on the study's axes.
    """

    data: Any
    """The `Dataset`; of a study without a model, the mapping that its function has made."""
    truth: Mapping[str, float]
    n: int
    at: Mapping[str, Any]
    model: "Model | None"
    priors: "Mapping[str, Prior]"
    draw: Callable[[int, np.random.Generator], Any] = field(repr=False)
    """A data set of some size from the truth of this one."""
    seeded: Callable[..., np.random.Generator] = field(repr=False)
    """A generator for a key, the replicate's own part of the study's seed."""
    rows: Sequence[Mapping[str, Any]] = ()
    labels: Sequence[str] = ()
    all_draws: Array | None = None

    def __getitem__(self, role: str) -> Any:
        """A column of the data, ``replicate["y"]``."""
        return self.data[role]

    # the rows so far

    def column(self, column: str, estimator: str, parameter: str) -> Any:
        """A column of `rows.Row`, such as ``iterations``; NaN where there is none."""
        values = [r[column] for r in self.rows if (r["estimator"], r["parameter"]) == (estimator, parameter)]
        missing = not values or values[0] is None or values[0] != values[0]
        return float("nan") if missing else values[0]

    def estimate(self, estimator: str, parameter: str) -> float:
        """The estimate; NaN where there is none."""
        return float(self.column("estimate", estimator, parameter))

    def se(self, estimator: str, parameter: str) -> float:
        """The standard error or posterior standard deviation; NaN where there is none."""
        return float(self.column("se", estimator, parameter))

    def theta(self, estimator: str) -> Array:
        """The estimates ``(p,)`` of all parameters in the order of the model; NaN where there is none."""
        return np.array([self.estimate(estimator, label) for label in self.density.layout.labels])

    # the posterior's draws

    def draws(self, parameter: str) -> Array:
        """Posterior draws ``(chains, draws)`` of one quantity.

        Raises
        ------
        LookupError
            There is no posterior, or no such quantity.
        """
        if self.all_draws is None or parameter not in self.labels:
            raise LookupError(f"there are no draws of {parameter}")
        return np.asarray(self.all_draws[:, :, list(self.labels).index(parameter)])

    def rank(self, parameter: str, thin: int = 1) -> float:
        """The truth's place among the posterior draws, in (0, 1): uniform over replicates whose truths are the prior's.

        The rank r among L draws gives (r + ½)/(L + 1). Every ``thin``-th draw of a chain is taken, as ranks among draws
        that depend on each other are not uniform.

        Raises
        ------
        LookupError
            There is no posterior, no such quantity, or no truth of it.
        """
        if parameter not in self.truth:
            raise LookupError(f"there is no truth of {parameter}")
        draws = self.draws(parameter)[:, ::thin]
        return (float(np.sum(draws < self.truth[parameter])) + 0.5) / (draws.size + 1)

    # the density

    @cached_property
    def density(self) -> "Density":
        """The log-likelihood and log prior of the data with their derivatives.

        Raises
        ------
        LookupError
            The study has no model.
        """
        return self.density_of(self.data)

    def density_of(self, data: "Dataset", prior_power: float = 1.0) -> "Density":
        """The density of other data of the model, under its priors to a power.

        Raises
        ------
        LookupError
            The study has no model.
        """
        from ...density.model_density import density_of

        if self.model is None:
            raise LookupError("a study without a model has no likelihood")
        return density_of(self.model, data, self.priors, prior_power)

    def log_likelihood(self, theta: Array | Mapping[str, float], data: "Dataset | None" = None) -> float:
        """The log-likelihood, constants included, at θ ``(p,)`` or by label, of these data or of others."""
        density = self.density if data is None else self.density_of(data)
        return density.log_likelihood(self._vector(theta))

    def objective(self, power: float = 0.0) -> Objective:
        """log-likelihood + power · log prior as a function of θ on the model scale, with its derivatives."""
        density = self.density

        def at(theta: Array) -> tuple[float, Array, Array]:
            point = np.asarray(theta, dtype=float)
            with np.errstate(all="ignore"):  # an optimiser may step outside the support
                value = density.log_likelihood(point)
                gradient, hessian = density.likelihood_derivatives(point)
                if power:
                    prior, slope, bend = density.prior_derivatives(point)
                    value, gradient, hessian = value + power * prior, gradient + power * slope, hessian + power * bend
            return float(value), np.asarray(gradient), np.asarray(hessian)

        return at

    def standard_errors_from(self, points: Array, estimator: str = "mle") -> Array:
        """How far points θ ``(k, p)`` are from an estimate: √((θ − θ̂)ᵀH(θ − θ̂)), H the observed information there."""
        away = np.asarray(points, dtype=float) - self.theta(estimator)
        information = -self.objective()(self.theta(estimator))[2]
        return np.sqrt(np.einsum("ki,ij,kj->k", away, information, away))

    def _vector(self, theta: Array | Mapping[str, float]) -> Array:
        if isinstance(theta, Mapping):
            return np.array([theta[label] for label in self.density.layout.labels], dtype=float)
        return np.asarray(theta, dtype=float)

    # more of the same

    def fresh(self, n: int | None = None, again: int = 0) -> Any:
        """New data of n units (as many as these) from the same truth; other ones for each number ``again``."""
        size = self.n if n is None else n
        return self.draw(size, self.generator("fresh", size, again))

    def generator(self, *key: str | int) -> np.random.Generator:
        """Random numbers for a function of the study's own: the same for the same replicate and key."""
        return self.seeded(*key)
