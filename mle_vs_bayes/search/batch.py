"""Maximum likelihood (or MAP) estimates of many replicates at once: one compiled density, one Newton's method.

What a bootstrap and a simulation study need: data sets of one design and size, or one data set under many weights.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..density.batch_density import Derivatives, penalised_likelihood
from ..density.compile_cache import MODE
from ..density.density import Program
from ..density.stack import Stack, of_replicates
from .batch_coordinates import BatchCoordinates
from .edges import FAR, runaway
from .newton import Bools, Climb, Evaluate, Index, climb

Array = NDArray[np.float64]
CELLS = 300_000
"""Replicates × rows × parameters that are evaluated together: an array of this size takes 2.4 MB."""


@dataclass(frozen=True)
class BatchOptima:
    """The optima of R replicates, each with its own verdict; numbers are NaN where there is no optimum.

    ``theta`` is ``(R, p)`` on the model scale, ``covariance`` ``(R, p, p)`` from the exact Hessians there, ``value``
    ``(R,)`` the log density. Where each search began and ended: ``start`` and ``z`` ``(R, f)`` in working coordinates,
    ``decrement`` ``(R,)`` the gradient's length in SE, ``iterations`` ``(R,)`` the steps tried.
    """

    theta: Array
    covariance: Array
    value: Array
    converged: Bools
    iterations: Index
    decrement: Array
    z: Array
    start: Array

    def runaway(self, program: Program, replicate: int) -> str | None:
        """Which parameter one search has run off with, in words, if one has."""
        return runaway(program, self.z[replicate], self.start[replicate])


def fit_batch(
    program: Program,
    columns: Mapping[str, Array] | None = None,
    weights: Array | None = None,
    *,
    start: Array | None = None,
    power: float = 0.0,
    mode: str = MODE,
) -> BatchOptima:
    """The optimum of Σ weight × unit + ``power`` · log prior for every replicate.

    Parameters
    ----------
    columns : mapping of role to array (R, n, …)
        Columns that differ between replicates, on the model's scale. The others are the program's own.
    weights : array (R, units)
        Of each unit in each replicate; the data's own unless given.
    start : array (p,) or (R, p)
        On the model scale; the leaf's start for the program's own data unless given.

    A replicate that is not a number, or has no maximum, is not converged and does not touch the others.

    Raises
    ------
    ValueError
        Neither columns nor weights, arrays that do not agree on R, or a model whose support follows the data.
    """
    count = _replicates(program, columns or {}, weights)
    if weights is None and program.weights is not None:
        weights = np.tile(program.weights, (count, 1))
    theta = np.broadcast_to(program.start if start is None else start, (count, program.layout.size))
    return optima(Stack(program, count, columns or {}, weights), theta, power, mode=mode)


def optima(stack: Stack, start: Array, power: float, *, mode: str = MODE) -> BatchOptima:
    """The optimum of Σ weight × unit + ``power`` · log prior for every replicate of a stack, from starts ``(R, p)``."""
    program, evaluate = stack.program, evaluator(stack, power, mode=mode)
    coordinates = BatchCoordinates(stack)
    z = _starts(program, coordinates, start)
    size = max(1, CELLS // (stack.rows * program.layout.size))
    chunks = [np.arange(first, min(first + size, stack.count)) for first in range(0, stack.count, size)]
    return _joined(coordinates, z, [_climb(program, evaluate, z[chunk], chunk) for chunk in chunks])


def evaluator(stack: Stack, power: float, *, mode: str = MODE) -> Evaluate:
    """Σ weight × unit + ``power`` · log prior with gradient and Hessian, of z ``(r, f)`` of some replicates."""
    inputs, replicated = stack.working, stack.shape.stacked
    of = penalised_likelihood(stack, power, mode)

    def evaluate(z: Array, index: Index) -> Derivatives:
        with np.errstate(all="ignore"):
            coordinates = BatchCoordinates(stack, index)
            value, gradient, hessian = of(coordinates.working(z), of_replicates(inputs, replicated, index))
            return (value, *coordinates.pull_back(z, gradient, hessian))

    return evaluate


def why_not(program: Program, optima: BatchOptima, replicate: int, data: Dataset) -> str:
    """Why a replicate with these data has no estimate, in words."""
    model = program.model
    known = model.unusable(data) or model.divergence(data) or optima.runaway(program, replicate)
    if known is None and np.isnan(optima.decrement[replicate]):
        return "Newton's method stopped where the density is not a number or not curved downwards"
    return known or f"Newton's method stopped {optima.decrement[replicate]:.2g} SE from a zero gradient"


def _replicates(program: Program, columns: Mapping[str, Array], weights: Array | None) -> int:
    counts = {len(values) for values in (*columns.values(), *(() if weights is None else (weights,)))}
    if len(counts) != 1:
        raise ValueError(f"columns and weights must have one number of replicates, not {sorted(counts) or 'none'}")
    if program.model.supports(program.data):
        raise ValueError(f"the support of {program.model.name} follows the data: give its ends in a stack")
    return counts.pop()


def _starts(program: Program, coordinates: BatchCoordinates, theta: Array) -> Array:
    """z ``(R, f)`` of the starts; a coordinate on an edge of its support, where no search begins, from the leaf's."""
    with np.errstate(all="ignore"):
        z = coordinates.z(theta)
    return np.where(np.isinf(z), program.coordinates.z(program.start), z)


def _climb(program: Program, evaluate: Evaluate, start: Array, chunk: Index) -> tuple[Climb, Bools, Index]:
    """The climb of one chunk; where it runs to an edge that belongs to the support, again from that edge."""
    bounded = program.layout.bounded
    here, converged, tried = climb(lambda z, index: evaluate(z, chunk[index]), start, bounded)
    closed = [program.layout.parameter_of(label).support.closed for label in program.layout.free_labels]
    leaving = ~converged[:, None] & np.asarray(closed) & (here.z < start - FAR)
    lost = np.flatnonzero(leaving.any(axis=1))
    if lost.size:
        on_edge = np.where(leaving[lost], -np.inf, here.z[lost])
        there, found, more = climb(lambda z, index: evaluate(z, chunk[lost[index]]), on_edge, bounded)
        found &= there.value >= here.value[lost] - 1e-9
        here.put(lost, there, found)
        converged[lost], tried[lost] = found, tried[lost] + more
    return here, converged, tried


def _joined(coordinates: BatchCoordinates, start: Array, found: list[tuple[Climb, Bools, Index]]) -> BatchOptima:
    """The chunks' climbs as one result on the model scale."""
    z, hessian, value, length = (
        np.concatenate([getattr(each[0], name) for each in found]) for name in ("z", "hessian", "value", "length")
    )
    converged, tried = np.concatenate([each[1] for each in found]), np.concatenate([each[2] for each in found])
    p = coordinates.layout.size
    theta, covariance = np.full((len(z), p), np.nan), np.full((len(z), p, p), np.nan)
    if converged.any():
        theta[converged] = coordinates.theta(z[converged])
        covariance[converged] = coordinates.covariance(z[converged], hessian[converged])
    return BatchOptima(theta, covariance, np.where(converged, value, np.nan), converged, tried, length, z, start)
