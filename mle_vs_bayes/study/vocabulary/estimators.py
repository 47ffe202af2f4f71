"""Estimators with options, as values: modes under another prior power or on another scale, EM, optimisers by name.

Each is called with a `Replicate` like any function of a study's own, and has a ``name`` for its rows.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import UsageError
from . import descent
from .descent import Path
from .replicate import Replicate

Array = NDArray[np.float64]
SCALES = ("model", "unconstrained")


@dataclass(frozen=True)
class Mode:
    """The mode of likelihood × prior^power: power 0 is the MLE, 1 the MAP.

    On the scale ``unconstrained`` the density of log θ or log odds has the factor |dθ/dz|, which moves its mode.
    """

    power: float = 1.0
    scale: str = "model"

    def __post_init__(self) -> None:
        if self.scale not in SCALES:
            raise UsageError(f'the scale of a mode is "{self.scale}"; choose {" or ".join(SCALES)}.')
        if not 0 <= self.power < np.inf:
            raise UsageError(f"the power of a mode's prior is {self.power:g}; it must be 0 or above.")

    @property
    def name(self) -> str:
        """``map``, ``map^0.5`` or ``map_unconstrained``."""
        power = "" if self.power == 1 else f"^{self.power:g}"
        return f"map{power}{'' if self.scale == 'model' else '_unconstrained'}"

    def __call__(self, replicate: Replicate) -> Mapping[str, Any]:
        density = replicate.density
        optimum: Any
        if self.scale == "model":
            from ...search.optimum import maximum

            optimum = maximum(density, self.power, density.coordinates.z(density.start))
            point = density.coordinates.theta(optimum.z)
        else:
            from ...estimators.unconstrained_mode import mode

            powered = replicate.density_of(replicate.data, self.power)
            optimum = mode(powered, powered.start)
            point = optimum.point
        columns = {"status": optimum.status, "reason": optimum.reason, "iterations": optimum.iterations}
        return _rows(replicate, point, columns)


@dataclass(frozen=True)
class Search(ABC):
    """A way up the likelihood whose every step can be seen.

    ``start`` has values by label, in place of the model's own, or is a whole point θ ``(p,)`` in the model's order.
    """

    start: Mapping[str, float] | Sequence[float] | Array = field(default_factory=dict, kw_only=True)

    @property
    @abstractmethod
    def name(self) -> str:
        """The name in rows."""

    @abstractmethod
    def path(self, replicate: Replicate) -> Path:
        """All points that the search visited, in order."""

    def begin(self, replicate: Replicate) -> Array:
        """Where it starts, θ ``(p,)``."""
        if not isinstance(self.start, Mapping):
            return np.array(self.start, dtype=float)
        density = replicate.density
        labels = density.layout.labels
        return np.array([self.start.get(label, value) for label, value in zip(labels, density.start, strict=True)])

    def __call__(self, replicate: Replicate) -> Mapping[str, Any]:
        path = self.path(replicate)
        return _rows(replicate, path.points[-1], {"iterations": len(path.points) - 1})


@dataclass(frozen=True)
class ExpectationMaximisation(Search):
    """EM steps of a model that says them, until one gains less than ``gain`` in log-likelihood."""

    steps: int = 500
    gain: float = 1e-9

    @property
    def name(self) -> str:
        return "em"

    def path(self, replicate: Replicate) -> Path:
        density = replicate.density
        if "em_step" not in density.model.offers:
            raise UsageError(f"{density.model.name} does not say a step of EM; take an optimiser.")
        points = [self.begin(replicate)]
        values = [density.log_likelihood(points[0])]
        for _ in range(self.steps):
            points.append(density.layout.join(density.model.em_step(density.layout.split(points[-1]), density.data)))
            values.append(density.log_likelihood(points[-1]))
            if not values[-1] - values[-2] > self.gain:
                break
        return Path(np.array(points), np.array(values), np.arange(len(points), dtype=float))


@dataclass(frozen=True)
class Optimiser(Search):
    """An optimiser of the log-likelihood + power · log prior on the model scale, by name; see `descent.METHODS`.

    ``budget`` is in evaluations of the whole data set; ``rate`` and ``rows`` (of a mini-batch) are of those that take
    steps of a length of their own.
    """

    method: str
    power: float = 0.0
    budget: float = 1000.0
    rate: float | None = None
    rows: int | None = None

    def __post_init__(self) -> None:
        if self.method not in descent.METHODS:
            raise UsageError(f'there is no optimiser "{self.method}"; choose from {", ".join(descent.METHODS)}.')

    @property
    def name(self) -> str:
        return self.method

    def path(self, replicate: Replicate) -> Path:
        problem = descent.Descent(replicate, self.power, self.begin(replicate), self.budget, self.rate, self.rows)
        with np.errstate(all="ignore"):
            return descent.METHODS[self.method](problem)


def _rows(replicate: Replicate, theta: Array, columns: Mapping[str, Any]) -> dict[str, Any]:
    """The estimates of all parameters and derived quantities by label."""
    density = replicate.density
    if columns.get("status", "ok") != "ok":
        return {label: {"estimate": None, **columns} for label in density.quantity_labels}
    values = density.quantities(theta)
    return {label: {"estimate": v, **columns} for label, v in zip(density.quantity_labels, values, strict=True)}
