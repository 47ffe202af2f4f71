"""Optima of many data sets of one design, or of one data set under many weights: what bootstraps and studies refit."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..compile_cache import MODE
from ..data.dataset import Dataset
from ..density.density import Density
from ..density.stack import Stack
from .optimum import Optima, maximise
from .problem import MOST_STEPS, of_stack
from .starts import inside

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]


def fit_batch(
    program: Density,
    columns: Mapping[str, Array] | None = None,
    weights: Array | None = None,
    *,
    start: Array | None = None,
    power: float = 0.0,
    held: Bools | None = None,
    steps: int = MOST_STEPS,
    mode: str = MODE,
) -> Optima:
    """The optimum of Σ weight × unit + ``power`` · log prior for every replicate.

    Parameters
    ----------
    columns : mapping of role to array (R, n, …)
        Columns that differ between replicates, on the model's scale. The others are the program's own.
    weights : array (R, units)
        Of each unit in each replicate; the data's own unless given.
    start : array (p,) or (R, p)
        On the model scale; the leaf's start for the program's own data unless given.
    held : array (f,) of bool
        Coordinates that stay where ``start`` has them, on a closed edge of their support or inside it: the optimum
        of the model with tau = 0.
    steps : int
        Most Newton steps of a replicate.

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

    def alone(i: int) -> Density:
        outcomes = {role: values[i] for role, values in (columns or {}).items()}
        if weights is not None and weights.shape[1] == program.data.n:
            outcomes["weights"] = weights[i]
        return program.on(program.data.replace(**outcomes))

    problem = of_stack(Stack(program, count, columns or {}, weights), power, alone, mode=mode, held=held, steps=steps)
    # Where the density has kinks most maxima lie on one, and Newton's method alone finds none.
    return maximise(problem, inside(problem, theta, lambda _: program), rescue=bool(problem.kinked))


def why_not(program: Density, optima: Optima, replicate: int, data: Dataset) -> str:
    """Why a replicate with these data has no estimate, in words."""
    model = program.model
    return model.unusable(data) or model.divergence(data) or str(optima.reason(replicate))


def _replicates(program: Density, columns: Mapping[str, Array], weights: Array | None) -> int:
    counts = {len(values) for values in (*columns.values(), *(() if weights is None else (weights,)))}
    if len(counts) != 1:
        raise ValueError(f"columns and weights must have one number of replicates, not {sorted(counts) or 'none'}")
    if program.model.supports(program.data):
        raise ValueError(f"the support of {program.model.name} follows the data: give its ends in a stack")
    return counts.pop()
