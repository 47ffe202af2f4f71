"""Posteriors of R data sets in coordinates in which each is nearly a standard normal: z = ẑ + L u.

ẑ is the mode on the unconstrained scale and L a root of the covariance there. What differs between data sets in place,
scale and correlation is gone: one set of nodes or one step size serves all of them.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compile_cache import MODE, compiled, kept, quick
from ..density import graphs
from ..density.batch_density import with_derivatives
from ..density.graphs import Unconstrained
from ..density.stack import Stack, of_replicates
from .newton import Evaluate, newton_ascent

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = NDArray[np.intp]
CHUNK = 2_000_000
"""Draws × scalars that are mapped to the model scale together: 16 MB."""


@dataclass(frozen=True)
class Whitening:
    """Where each posterior is, on the unconstrained scale: mode ``(R, f)``, root of its covariance there.

    ``has_mode`` ``(R,)`` is False where the search found none.
    """

    centre: Array
    root: Array
    has_mode: Bools


def unconstrained(stack: Stack) -> Unconstrained:
    """The graph of the log posterior of z, once per shape."""
    graph: Unconstrained = kept(("graph", stack.shape), lambda: graphs.unconstrained_posterior(stack))
    return graph


@dataclass(frozen=True)
class Precision:
    """How finely posteriors are integrated: the first ``step``, of a standard deviation, and ``reach``, in steps.

    ``enough`` is the change on halving the step, in posterior standard deviations, at which it is fine enough.
    """

    step: float
    reach: int
    enough: float


FINE = Precision(step=0.7, reach=8, enough=1e-7)
"""The first step gives a standard normal's total to 1e-10, and reaches 7.6 standard deviations to either side."""
COARSE = Precision(step=0.8, reach=6, enough=1e-4)
"""As the digits double with each halving, numbers that then still moved by 1e-4 are right to some 1e-8."""


class Space(ABC):
    """The posteriors of a ``stack``, each with its own map from u to z and θ."""

    stack: Stack
    whitening: Whitening

    @property
    def size(self) -> int:
        """Free coordinates f of each data set."""
        return self.whitening.centre.shape[1]

    @property
    def precision(self) -> Precision:
        """Coarser where every node is dear: with effects of groups each likelihood is an integral over them itself."""
        return FINE if self.stack.program.model.groups is None else COARSE

    def z(self, u: Array, index: Index) -> Array:
        """z ``(S, r, f)`` of u ``(S, r, f)``."""
        turned = np.einsum("rij,srj->sri", self.whitening.root[index], u)
        return np.asarray(self.whitening.centre[index] + turned)

    @abstractmethod
    def theta(self, u: Array, index: Index) -> Array:
        """θ ``(S, r, p)`` of u ``(S, r, f)``."""

    @abstractmethod
    def value(self, u: Array, index: Index) -> Array:
        """The log density ``(S, r)`` of z at u ``(S, r, f)``."""


def whitening_of(evaluate: Evaluate, z: Array, bounded: Bools) -> Whitening:
    """Where posteriors are by Newton's method from starts z ``(R, f)``, those that are not finite from 0."""
    away = ~np.all(np.isfinite(z), axis=1)
    end, accepted, _ = newton_ascent(evaluate, np.where(away[:, None], 0.0, z), bounded)
    # L Lᵀ = (−H)⁻¹ at the mode: z = ẑ + L u then has the covariance of a normal approximation, u the identity's.
    root = np.broadcast_to(np.eye(z.shape[1]), end.hessian.shape).copy()
    for replicate in np.flatnonzero(accepted):
        root[replicate] = np.linalg.cholesky(np.linalg.inv(-end.hessian[replicate]))
    return Whitening(end.z, root, accepted & ~away)


class Standardised(Space):
    """Posteriors whose density and maps are compiled, once per shape."""

    def __init__(self, stack: Stack, start: Array, evaluate: Evaluate | None = None) -> None:
        """Starts ``(R, p)`` of the search for the modes, on the model scale.

        ``evaluate`` gives the density's derivatives in z in the place of compiled ones.
        """
        self.stack, self.inputs, self.graph = stack, stack.inputs, unconstrained(stack)
        self._to_theta = kept(("theta", stack.shape), lambda: self._compile_map(self.graph.density, self.graph.theta))
        backward = kept(("z", stack.shape), self._compile_backward)
        with np.errstate(all="ignore"):
            self.start = np.asarray(backward(start[None], self.at(np.arange(stack.count))))[0]
        self.whitening = whitening_of(evaluate or self._evaluate, self.start, stack.program.layout.bounded)

    def at(self, index: Index) -> dict[str, Array]:
        """The inputs of the data sets at ``index``."""
        return of_replicates(self.inputs, self.stack.shape.stacked, index)

    def theta(self, u: Array, index: Index) -> Array:
        z, inputs = self.z(u, index), self.at(index)
        step = max(1, CHUNK // max(1, z[0].size))
        return np.concatenate([self._to_theta(z[first : first + step], inputs) for first in range(0, len(z), step)])

    def value(self, u: Array, index: Index) -> Array:
        z = self.z(u, index)
        # Copies of the data sets lie along the replicate axis.
        with np.errstate(all="ignore"):
            values = self._value(z.reshape(-1, z.shape[-1]), self.at(np.tile(index, len(z))))
        return np.asarray(values).reshape(z.shape[:2])

    def _evaluate(self, z: Array, index: Index) -> Any:
        with np.errstate(all="ignore"):
            return self.derivatives(z, self.at(index))

    @cached_property
    def derivatives(self) -> Any:
        """Value, gradient and Hessian of z ``(R, f)`` at some inputs."""
        return kept(
            ("posterior", self.stack.shape),
            lambda: with_derivatives(self.graph.density, self.stack.shape.stacked, MODE),
        )

    @cached_property
    def _value(self) -> Any:
        return kept(("posterior value", self.stack.shape), self._compile_value)

    def _compile_value(self) -> Any:
        graph, stacked = self.graph.density, self.stack.shape.stacked
        inputs, batched = graphs.vectorised(graph, [graph.scalar], stacked)
        function = compiled(list(inputs.values()), batched[0], quick())
        names = list(inputs)[1:]
        return lambda vectors, values: function(vectors, *(values[name] for name in names))

    def _compile_backward(self) -> Any:
        return self._compile_map(replace(self.graph.density, vector=self.graph.point), self.graph.z)

    def _compile_map(self, graph: Any, output: Any) -> Callable[[Array, dict[str, Array]], Array]:
        """A map between z and θ for draws ``(S, R, ·)``."""
        inputs, batched = graphs.vectorised(graph, [output], self.stack.shape.stacked, draws=True)
        function = compiled(list(inputs.values()), batched[0], quick())
        names = list(inputs)[1:]
        return lambda vectors, values: np.asarray(function(vectors, *(values[name] for name in names)))
