"""Maximum a posteriori: PyMC's ``find_MAP`` from several starts, finished and audited by Newton steps.

The mode is that of the density on the model scale, without a Jacobian: ``find_MAP`` walks on the
unconstrained scale but leaves the Jacobian out. It stops early without saying so where the data's
units are far from one (measured for PyMC 6.4: μ off by 100 % with y in the millions and
``success=True``), so its result is a starting point here: exact Newton steps finish it, and its own
``success`` and covariance are never reported.
"""

import time
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..concerns import Concern
from ..density.compile_cache import MODE
from ..density.density import Program
from ..density.quiet import quiet
from ..search.audit import concerns, searches_of
from ..search.optimum import Optimum, best, covariance, maximise, polished, starts
from . import laplace_check
from .estimate import Estimate, missing

Array = NDArray[np.float64]
NAME = "maximum_a_posteriori"
STARTS = 2
_STOPPED = (ArithmeticError, AttributeError, NotImplementedError, RuntimeError, TypeError, ValueError)
"""What ``find_MAP`` may raise on a model that is not ours: an operation without gradient, a matrix without a root."""


def fit(program: Program, seed: int = 0, count: int | None = None) -> Estimate:
    """The posterior's mode on the model scale with its Laplace covariance −H⁻¹, from ``count`` starts."""
    began = time.perf_counter()
    if refusal := program.model.no_optimum(program.data, power=1.0):
        return missing(NAME, program.layout.labels, "not_applicable", refusal, seconds=time.perf_counter() - began)
    begins = starts(program, count or STARTS, seed)
    found = [_from_start(program, start) for start in begins]
    optima = [optimum for optimum, _ in found]
    top = best(optima)
    if top.status != "ok":
        top = _along_the_road(program)
    if top.status != "ok":
        return _missing(program, top, began)
    theta = program.coordinates.theta(top.z)
    estimate = Estimate(
        estimator=NAME,
        labels=program.layout.labels,
        point=theta,
        covariance=covariance(program, top),
        log_likelihood=program.total(program.working_units(program.coordinates.working(top.z))),
        concerns=(*concerns(program, 1.0, top, optima), *_stayed(program, begins, found)),
        iterations=top.iterations,
        gradient=top.decrement,
        searches=searches_of("find_MAP", optima),
        results=found[int(np.argmax([o is top for o in optima]))][1],
    )
    shape = laplace_check.concern(laplace_check.pareto_shape(program, estimate, seed))
    return replace(estimate, concerns=(*estimate.concerns, *shape), seconds=time.perf_counter() - began)


def _from_start(program: Program, start: Array) -> tuple[Optimum, Any]:
    """``find_MAP`` from one start, then Newton steps from where it ended."""
    tree = find_map(program, program.coordinates.theta(start))
    if tree is None:
        return maximise(program, 1.0, start), None
    z = _ended(program, tree)
    if not np.all(np.isfinite(z)):
        return maximise(program, 1.0, start), tree
    return polished(program, 1.0, z, int(tree["optimizer_result"]["nit"])), tree


def _ended(program: Program, tree: Any) -> Array:
    """z where ``find_MAP`` ended."""
    draw = {name: tree["posterior"][name].to_numpy()[0, 0] for name in program.layout.slices}
    with np.errstate(all="ignore"):
        return program.coordinates.z(program.layout.join(draw))


def _stayed(program: Program, begins: list[Array], found: list[tuple[Optimum, Any]]) -> tuple[Concern, ...]:
    """A concern where ``find_MAP`` returned its own start although the mode it was finished to lies elsewhere."""
    stayed = [
        place
        for place, (start, (optimum, tree)) in enumerate(zip(begins, found, strict=True))
        if tree is not None
        and np.allclose(_ended(program, tree), start, rtol=1e-9, atol=1e-12)
        and not np.allclose(optimum.z, start, rtol=1e-3, atol=1e-3)
    ]
    return (Concern("did_not_move", f"from {len(stayed)} of {len(begins)} starts"),) if stayed else ()


def _along_the_road(program: Program) -> Optimum:
    """The mode followed from the likelihood's as the prior's power grows from almost 0 to 1.

    Used where ``find_MAP`` and Newton fail from the start: a prior so strong that mode and start
    are thousands of posterior standard deviations apart (raw powers of x).
    """
    z = program.coordinates.z(program.start)
    for power in np.logspace(-12, 0, 25):
        optimum = maximise(program, float(power), z)
        z = optimum.z if np.all(np.isfinite(optimum.z)) else z
    return optimum


def find_map(program: Program, theta: Array) -> Any:
    """PyMC's answer from a start on the model scale, or None where it raises.

    Its warnings ("did not converge") are not passed on: the audit that follows decides.
    """
    import pymc
    from pytensor.graph.utils import MethodNotDefined

    initial = {name: np.asarray(value) for name, value in program.layout.split(theta).items()}
    with quiet():
        try:
            return pymc.find_MAP(
                model=program.pymc_model,
                initvals=initial,
                jitter=False,
                return_inferencedata=True,
                progressbar=False,
                compile_kwargs={"mode": MODE},
            )
        except (*_STOPPED, MethodNotDefined, pymc.exceptions.SamplingError):
            return None


def _missing(program: Program, top: Optimum, began: float) -> Estimate:
    theta, labels = program.coordinates.theta(top.z), program.layout.labels
    edge = [label for label, value in zip(labels, theta, strict=True) if abs(value) < 1e-3]
    at = f" ({edge[0]} = {theta[labels.index(edge[0])]:.2g})" if edge else ""
    reason = f"the posterior has no interior mode: {top.reason}{at}"
    concern = Concern("boundary" if top.status == "divergent" else "gradient", reason)
    details = {"iterations": top.iterations, "gradient": top.decrement, "seconds": time.perf_counter() - began}
    return missing(NAME, labels, top.status, reason, concerns=(concern,), **details)
