"""Posteriors of many replicates: each standardised at its own mode, then sampled by NUTS as one problem.

The joint problem's blocks know nothing of each other, so its draws are draws of every replicate's own posterior. What
differs between replicates in place, scale and correlation is gone before sampling (`joint_density`). A replicate whose
draws do not pass the gate is sampled again with few others, then alone; its path says which.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..density import graphs
from ..density.batch_density import with_derivatives
from ..density.compile_cache import MODE, kept, quick
from ..density.stack import Stack, of_replicates
from ..search.newton import Evaluate, climb
from .joint_density import CENTRE, ROOT, joint_density
from .nutpie import NOWHERE, Schedule, Target, sample, tree

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = NDArray[np.intp]
CHUNK = 2_000_000
"""Draws × scalars that are mapped to the model scale together: 16 MB."""


@dataclass(frozen=True)
class Standard:
    """Where each replicate's posterior is, on the unconstrained scale: mode ``(R, f)``, root of its covariance there.

    ``found`` ``(R,)`` is False where there is no mode to stand on.
    """

    centre: Array
    root: Array
    found: Bools


class Posteriors:
    """The posteriors of a stack: compiled once per shape, standardised once, sampled in batches."""

    def __init__(self, stack: Stack, start: Array) -> None:
        """Starts ``(R, p)`` of the search for the modes, on the model scale."""
        self.stack, self.inputs = stack, stack.inputs
        self.graph = kept(("graph", stack.shape), lambda: graphs.unconstrained_posterior(stack))
        self.density = joint_density(stack, self.graph)
        self._known = self.density.prepare(self.inputs)
        self._to_theta = kept(("theta", stack.shape), lambda: self._compile_map(self.graph.density, self.graph.theta))
        self.standard = self._standardise(start)

    def draw(self, index: Index, schedule: Schedule, seed: int) -> tuple[Array, NDArray[np.int64], int]:
        """θ ``(R, C, D, p)`` of the replicates at ``index``, their divergences ``(R,)``, gradient evaluations.

        Raises
        ------
        RuntimeError
            The sampler could not start or stopped.
        """
        drawn = sample(self._target(index), schedule, seed)
        u = drawn.u.reshape(-1, len(index), self.standard.centre.shape[1])
        theta = self._theta(self._z(u, index), index)
        divergences = self._blame(drawn.jumps, index)
        theta = theta.reshape(schedule.chains, schedule.draws, len(index), -1)
        return np.moveaxis(theta, 2, 0), divergences, drawn.steps

    def draw_one(self, schedule: Schedule, seed: int, progress: bool = False) -> tuple[Array, "xarray.DataTree"]:
        """θ ``(C, D, p)`` of the only replicate, and nutpie's own tree of the draws, in which they are standardised.

        Raises
        ------
        RuntimeError
            As of `draw`.
        """
        only = np.zeros(1, dtype=np.intp)
        drawn = tree(self._target(only), schedule, seed, progress)
        u = drawn["posterior"]["u"].to_numpy()
        theta = self._theta(self._z(u.reshape(-1, 1, u.shape[-1]), only), only)
        return theta.reshape(*u.shape[:2], -1), drawn

    def _target(self, index: Index) -> Target:
        known = of_replicates(self._known, self.density.stacked, index)
        inputs = known | {CENTRE: self.standard.centre[index], ROOT: self.standard.root[index]}
        return self.density.target(inputs, len(index) * self.standard.centre.shape[1])

    def _at(self, index: Index) -> dict[str, Array]:
        return of_replicates(self.inputs, self.stack.shape.stacked, index)

    def _z(self, u: Array, index: Index) -> Array:
        turned = np.einsum("rij,srj->sri", self.standard.root[index], u)
        return np.asarray(self.standard.centre[index] + turned)

    def _theta(self, z: Array, index: Index) -> Array:
        """θ ``(S, R, p)`` of draws z ``(S, R, f)``."""
        given, step = self._at(index), max(1, CHUNK // max(1, z[0].size))
        return np.concatenate([self._to_theta(z[first : first + step], given) for first in range(0, len(z), step)])

    def _standardise(self, start: Array) -> Standard:
        """Newton's method from the starts, on the unconstrained scale."""
        backward = kept(("z", self.stack.shape), self._compile_backward)
        everyone = np.arange(self.stack.count)
        with np.errstate(all="ignore"):
            z = np.asarray(backward(start[None], self._at(everyone)))[0]
        away = ~np.all(np.isfinite(z), axis=1)
        z[away] = 0.0

        def evaluate_all(at: Array, index: Index) -> Any:
            with np.errstate(all="ignore"):
                return self._derivatives(at, self._at(index))

        evaluate = evaluate_all if self.stack.count > 1 else numerical(self._plain().evaluator())
        here, found, _ = climb(evaluate, z, self.stack.program.layout.bounded)
        root = np.broadcast_to(np.eye(z.shape[1]), here.hessian.shape).copy()
        for replicate in np.flatnonzero(found):
            root[replicate] = np.linalg.cholesky(np.linalg.inv(-here.hessian[replicate]))
        return Standard(here.z, root, found & ~away)

    def _plain(self) -> Target:
        """The density of the only replicate in coordinates that are not standardised: z itself."""
        size = self.graph.density.vector.type.shape[0]
        return self.density.target(self._known | {CENTRE: np.zeros((1, size)), ROOT: np.eye(size)[None]}, size)

    @cached_property
    def _derivatives(self) -> Any:
        return kept(("posterior", self.stack.shape), self._compile_derivatives)

    def _blame(self, jumps: Any, index: Index) -> NDArray[np.int64]:
        """Divergences of each replicate: a jump is counted where the log density fell most, or is not a number."""
        counts, size = np.zeros(len(index), dtype=np.int64), self.standard.centre.shape[1]
        for start, end in jumps:
            if not (start.size and end.size):
                counts += 1  # nobody knows whose
                continue
            values = [self._value(at.reshape(1, len(index), size), index) for at in (start, end)]
            fall = np.nan_to_num(values[0] - values[1], nan=np.inf)
            counts[fall >= 0.5 * np.max(fall)] += 1
        return counts

    def _value(self, u: Array, index: Index) -> Array:
        with np.errstate(all="ignore"):
            return np.asarray(self._derivatives(self._z(u, index)[0], self._at(index))[0])

    def _compile_derivatives(self) -> Any:
        return with_derivatives(self.graph.density, self.stack.shape.stacked, MODE)

    def _compile_backward(self) -> Any:
        return self._compile_map(replace(self.graph.density, vector=self.graph.point), self.graph.z)

    def _compile_map(self, graph: Any, output: Any) -> Any:
        """A map between z and θ for draws ``(S, R, ·)``."""
        import pytensor

        inputs, batched = graphs.vectorised(graph, [output], self.stack.shape.stacked, draws=True)
        function = pytensor.function(list(inputs.values()), batched[0], mode=quick(), on_unused_input="ignore")
        names = list(inputs)[1:]
        return lambda vectors, given: function(vectors, *(given[name] for name in names))


def numerical(gradient_at: Callable[[Array], tuple[float, Array]]) -> Evaluate:
    """Value, gradient and Hessian of one replicate, the Hessian from differences of gradients.

    Good to some six digits, which is plenty to standardise with, and 2 f + 1 evaluations in machine code: a compiled
    Hessian takes PyTensor a second to write, and NumPy minutes of a million rows. Steps are a ten-thousandth of a
    standard error as far as it is known.
    """
    known: dict[str, Array] = {}

    def hessian(z: Array) -> Array:
        steps = np.diag(known.get("steps", 1e-4 * np.maximum(np.abs(z), 1e-2)))
        rises = [gradient_at(z + step)[1] - gradient_at(z - step)[1] for step in steps]
        found = np.array(rises) / (2 * np.diag(steps)[:, None])
        return (found + found.T) / 2

    def evaluate(z: Array, _index: Index) -> tuple[Array, Array, Array]:
        value, gradient = gradient_at(z[0])
        found = hessian(z[0])
        curvature = np.abs(np.diag(found))
        if np.all(np.isfinite(curvature) & (curvature > 0)):
            known["steps"] = 1e-4 / np.sqrt(curvature)
            found = hessian(z[0])
        return np.array([value if value > NOWHERE else np.nan]), gradient[None], found[None]

    return evaluate
