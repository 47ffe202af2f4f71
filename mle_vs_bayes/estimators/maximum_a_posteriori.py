"""Maximum a posteriori: PyMC's ``find_MAP``, finished and audited by Newton steps, and those from other starts.

The mode is that of the density on the model scale, without a Jacobian: ``find_MAP`` walks on the
unconstrained scale but leaves the Jacobian out. It stops early without saying so where the data's
units are far from one (measured for PyMC 6.4: μ off by 100 % with y in the millions and
``success=True``), so its result is a starting point here: exact Newton steps finish it, and its own
``success`` and covariance are never reported.
"""

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import optional_parts
from ..compile_cache import quick
from ..concerns import Concern
from ..density.batch_density import MANY_ROWS
from ..density.density import Density
from ..quiet import quiet
from ..search.problem import of_density
from . import laplace_check
from .estimate import Estimate
from .modes import MAXIMUM_A_POSTERIORI, modes

Array = NDArray[np.float64]
NAME = MAXIMUM_A_POSTERIORI.name
_STOPPED = (ArithmeticError, AttributeError, NotImplementedError, RuntimeError, TypeError, ValueError)
"""What ``find_MAP`` may raise on a user's model: an operation without gradient, a matrix without a root."""


def fit(program: Density, seed: int = 0, count: int | None = None, more: Sequence[Array] = ()) -> Estimate:
    """The posterior's mode on the model scale with its Laplace covariance −H⁻¹, from ``count`` starts.

    ``find_MAP`` walks from the first of them alone: whatever it walks it compiles anew. ``more`` are further starts z
    ``(1, f)``.
    """
    began = time.perf_counter()
    tree: Any = None
    ended: Array | None = None

    def from_find_map(start: Array) -> tuple[Array, NDArray[np.intp]]:
        nonlocal tree, ended
        tree = find_map(program, program.coordinates.theta(start[0]))
        ended = None if tree is None else _ended(program, tree)
        if ended is None or not np.all(np.isfinite(ended)):
            return start, np.array([0])
        return ended[None], np.array([int(tree["optimizer_result"]["nit"])])

    problem = of_density(program, 1.0)
    optimum = modes(MAXIMUM_A_POSTERIORI, problem, program.start[None], seed, count, from_find_map, more)
    estimate = optimum.estimate(program.layout.labels)
    if estimate.converged:
        first, *others = estimate.searches
        best = optimum.which is None or optimum.which[0] == 0
        estimate = replace(
            estimate,
            log_likelihood=program.log_likelihood(estimate.point),
            concerns=(*estimate.concerns, *_stayed(program, ended, estimate.point)),
            searches=(replace(first, method="find_MAP"), *others),
            results=tree if best else None,
        )
        check = partial(laplace_check.pareto_shape, program, estimate, seed)
        shape = laplace_check.concern(optional_parts.afforded(check, lambda reason: None))
        estimate = replace(estimate, concerns=(*estimate.concerns, *shape))
    return replace(estimate, seconds=time.perf_counter() - began)


def _ended(program: Density, tree: Any) -> Array:
    """z where ``find_MAP`` ended."""
    draw = {name: tree["posterior"][name].to_numpy()[0, 0] for name in program.layout.slices}
    with np.errstate(all="ignore"):
        return program.coordinates.z(program.layout.join(draw))


def _stayed(program: Density, ended: Array | None, point: Array) -> tuple[Concern, ...]:
    """A concern where ``find_MAP`` returned its own start although the mode lies elsewhere."""
    with np.errstate(all="ignore"):
        start, mode = program.coordinates.z(program.start), program.coordinates.z(point)
    unmoved = ended is not None and np.allclose(ended, start, rtol=1e-9, atol=1e-12)
    if unmoved and not np.allclose(mode, start, rtol=1e-3, atol=1e-3):
        return (Concern("did_not_move", "from the model's own start"),)
    return ()


def find_map(program: Density, theta: Array) -> Any:
    """PyMC's answer from a start on the model scale, or None where it raises.

    Its warnings ("did not converge") are not passed on: the audit that follows decides.
    """
    import pymc
    from pytensor.graph.utils import MethodNotDefined

    initial = {name: np.asarray(value) for name, value in program.layout.split(theta).items()}
    many = program.data.n >= MANY_ROWS
    with quiet(), _collected() if many else nullcontext():
        try:
            tree = pymc.find_MAP(
                model=program.pymc_model,
                initvals=initial,
                jitter=False,
                return_inferencedata=True,
                progressbar=False,
                compile_kwargs={"mode": quick(program.search_mode)},
            )
        except (*_STOPPED, MethodNotDefined, pymc.exceptions.SamplingError):
            return None
        if many:
            tree = tree.drop_nodes("constant_data", errors="ignore")
    return tree


@contextmanager
def _collected() -> Iterator[None]:
    """Garbage is collected at its end: what PyMC compiles, and its tree with a copy of the data, are circles.

    Objects from before are not looked at, which would take 0.4 s. What the caller has frozen stays so.
    """
    frozen = gc.get_freeze_count()
    gc.freeze()
    try:
        yield
        gc.collect()
    finally:
        if not frozen:
            gc.unfreeze()
