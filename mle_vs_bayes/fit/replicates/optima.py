"""Maximum likelihood and MAP of a stack: every replicate from the starts a single fit has, judged as one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...density.batch_density import penalised_likelihood
from ...density.compile_cache import MODE
from ...density.density import Program
from ...density.stack import Stack
from ...estimators import maximum_a_posteriori, maximum_likelihood
from ...estimators.estimate import Estimate
from ...model.model import Model
from ...search import expectation_maximisation as em
from ...search.audit import APART
from ...search.batch import BatchOptima, optima
from ...search.batch_coordinates import BatchCoordinates
from ...search.flat_direction import FLAT, SINGULAR
from ...search.optimum import spreads
from .stacking import Member

Array = NDArray[np.float64]


@dataclass
class Fitted:
    """One estimator on R replicates: θ ``(R, p)`` and covariances ``(R, p, p)``, NaN where ``status`` is not ok."""

    theta: Array
    covariance: Array
    status: list[str]
    reason: list[str | None]
    concerns: list[set[str]]
    iterations: NDArray[np.intp]
    gradient: Array
    path: list[str]


def maximum_likelihoods(stack: Stack, members: Sequence[Member], start: Array, seed: int) -> Fitted:
    """The maximum likelihood estimates; starts ``(R, p)`` on the model scale."""
    model = stack.program.model
    if reason := model.no_optimum(stack.program.data, 0.0):
        return _refused(stack, reason)
    with_em = em.available(stack.program)
    count = maximum_likelihood.STARTS_WITH_EM if with_em else maximum_likelihood.STARTS
    begins = _starts(stack, start, count, seed)
    searches = [optima(stack, begin, 0.0) for begin in begins]
    if with_em:
        searches += [optima(stack, _by_em(stack, members, begin), 0.0) for begin in begins]
    fitted = _best(stack, searches)
    _explain(stack, members, fitted, searches, lambda m: maximum_likelihood.fit(m.program(model), seed))
    if type(model).doubtful is not Model.doubtful:
        layout = stack.program.layout
        for i in _ok(fitted):
            if model.doubtful(layout.split(fitted.theta[i]), members[i].data):
                fitted.concerns[i].add("spurious")
    return fitted


def modes(stack: Stack, members: Sequence[Member], start: Array, seed: int) -> Fitted:
    """The MAPs, on the model scale without a Jacobian."""
    model = stack.program.model
    if reason := model.no_optimum(stack.program.data, 1.0):
        return _refused(stack, reason)
    begins = _starts(stack, start, maximum_a_posteriori.STARTS, seed)
    searches = [optima(stack, begin, 1.0) for begin in begins]
    fitted = _best(stack, searches)
    _explain(stack, members, fitted, (), lambda m: maximum_a_posteriori.fit(m.program(model), seed))
    return fitted


def _refused(stack: Stack, reason: str) -> Fitted:
    """No optimum of any replicate: a joint mode of latent variables is not called an estimate."""
    count, size = stack.count, stack.program.layout.size
    return Fitted(
        theta=np.full((count, size), np.nan),
        covariance=np.full((count, size, size), np.nan),
        status=["not_applicable"] * count,
        reason=[reason] * count,
        concerns=[set() for _ in range(count)],
        iterations=np.zeros(count, dtype=np.intp),
        gradient=np.full(count, np.nan),
        path=["joint"] * count,
    )


def _starts(stack: Stack, start: Array, count: int, seed: int) -> list[Array]:
    """What `optimum.starts` gives each replicate, θ ``(R, p)`` each."""
    coordinates, program = BatchCoordinates(stack), stack.program
    with np.errstate(all="ignore"):
        centre = coordinates.z(start)
        of = penalised_likelihood(stack, 0.0, MODE)
        _, gradient, hessian = of(coordinates.working(centre), stack.working)
        hessian = coordinates.pull_back(centre, gradient, hessian)[1]
    spread = spreads(np.diagonal(hessian, axis1=1, axis2=2), program.layout.bounded)
    generator = np.random.default_rng(seed)
    moves = [generator.standard_normal(centre.shape[1]) for _ in range(count - 1)]
    with np.errstate(all="ignore"):
        return [start, *(coordinates.theta(centre + spread * move) for move in moves)]


def _by_em(stack: Stack, members: Sequence[Member], begin: Array) -> Array:
    """Where EM ends from each start, θ ``(R, p)``."""
    model = stack.program.model
    found = []
    for each, theta in zip(members, begin, strict=True):
        program = each.program(model)
        found.append(program.coordinates.theta(em.iterate(program, program.coordinates.z(theta))[0]))
    return np.array(found)


def _best(stack: Stack, searches: Sequence[BatchOptima]) -> Fitted:
    """Of each replicate the accepted optimum with the highest density, the earliest of equals (`optimum.best`)."""
    converged = np.stack([s.converged for s in searches])
    value = np.where(converged, np.stack([s.value for s in searches]), -np.inf)
    with np.errstate(invalid="ignore"):
        nearly = value.max(axis=0) - 1e-9 * (1 + np.abs(value.max(axis=0)))
    first = np.argmax(converged & (value >= nearly), axis=0)
    everyone = np.arange(stack.count)

    def chosen(name: str) -> Array:
        return np.asarray(np.stack([getattr(s, name) for s in searches])[first, everyone])

    ok = converged.any(axis=0)
    z, covariance = chosen("z"), chosen("covariance")
    fitted = Fitted(
        theta=chosen("theta"),
        covariance=covariance,
        status=["ok" if each else "failed" for each in ok],
        reason=[None] * stack.count,
        concerns=[set() for _ in everyone],
        iterations=chosen("iterations").astype(np.intp),
        gradient=np.where(ok, chosen("decrement"), np.nan),
        path=["joint"] * stack.count,
    )
    _audit(stack, fitted, searches, z, ok)
    return fitted


def _audit(stack: Stack, fitted: Fitted, searches: Sequence[BatchOptima], z: Array, ok: NDArray[np.bool_]) -> None:
    """What `audit.concerns` says of a single fit, of every replicate."""
    program = stack.program
    edge = np.isneginf(z).any(axis=1)
    with np.errstate(all="ignore"):
        se = np.sqrt(np.diagonal(fitted.covariance, axis1=1, axis2=2))
        far = [np.max(np.nan_to_num(np.abs(s.theta - fitted.theta) / se, posinf=0.0), axis=1) for s in searches]
        elsewhere = np.any([s.converged & (d > APART) for s, d in zip(searches, far, strict=True)], axis=0)
        ratio = _flatness(fitted.covariance)
    for i in np.flatnonzero(ok):
        found = fitted.concerns[i]
        if elsewhere[i]:
            found.add("several_modes")
        if edge[i]:
            found.add("boundary")
        elif program.layout.free_size == program.layout.size and ratio[i] >= FLAT:
            found.add("ill_conditioned" if ratio[i] > SINGULAR else "flat_direction")
    for i in np.flatnonzero(ok & ~np.all([s.converged for s in searches], axis=0)):
        lost = [s for s in searches if not s.converged[i]]
        if any(s.runaway(program, int(i)) for s in lost):
            fitted.concerns[i].add("ran_off")


def _flatness(covariance: Array) -> Array:
    """1/√λ of the smallest eigenvalue of each information scaled to a unit diagonal; 0 where there is none."""
    known = np.all(np.isfinite(covariance), axis=(1, 2))
    size = covariance.shape[1]
    se = np.sqrt(np.abs(np.diagonal(covariance, axis1=1, axis2=2)))
    scaled = np.where(known[:, None, None], covariance / (se[:, :, None] * se[:, None, :]), np.eye(size))
    information = np.linalg.pinv(scaled, hermitian=True)
    root = np.sqrt(np.abs(np.diagonal(information, axis1=1, axis2=2)))
    values = np.linalg.eigvalsh(information / (root[:, :, None] * root[:, None, :]))
    return np.where(known, 1 / np.sqrt(np.maximum(values[:, 0], np.finfo(float).eps)), 0.0)


def _explain(
    stack: Stack,
    members: Sequence[Member],
    fitted: Fitted,
    likelihood: Sequence[BatchOptima],
    alone: Callable[[Member], Estimate],
) -> None:
    """Why a replicate has no optimum, where that is known; else it is fitted alone, as `compare` would.

    ``likelihood`` are the searches of maximum likelihood, whose maximum may lie at infinity.
    """
    for i in np.flatnonzero([status != "ok" for status in fitted.status]).tolist():
        foreign = stack.program.foreign  # which says nothing of its data that their number does not
        program = stack.program if foreign else members[i].program(stack.program.model)
        reason = _direction(program, likelihood, i)
        if reason is not None:
            fitted.status[i], fitted.reason[i] = "divergent", reason
            fitted.concerns[i].add("divergent")
            continue
        estimate = alone(members[i])
        fitted.path[i] = "single"
        fitted.theta[i], fitted.status[i], fitted.reason[i] = estimate.point, estimate.status, estimate.reason
        if estimate.covariance is not None:
            fitted.covariance[i] = estimate.covariance
        fitted.concerns[i] = {concern.code for concern in estimate.concerns}
        fitted.iterations[i] = estimate.iterations or 0
        fitted.gradient[i] = np.nan if estimate.gradient is None else estimate.gradient


def _direction(program: Program, searches: Sequence[BatchOptima], i: int) -> str | None:
    """Where the likelihood runs off to: what the leaf knows, or where every search has gone."""
    known = program.model.divergence(program.data) if searches else None
    gone = [search.runaway(program, i) for search in searches]
    return known or (gone[0] if gone and all(gone) else None)


def _ok(fitted: Fitted) -> list[int]:
    return [i for i, status in enumerate(fitted.status) if status == "ok"]
