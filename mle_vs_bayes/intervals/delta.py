"""The delta method: standard errors of derived quantities from the parameters' covariance."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import rounding
from ..density.density import Density

Array = NDArray[np.float64]
STEP = 1e-3
"""Step, in standard errors, along each principal direction: central differences err by its square."""


def standard_errors(program: Density, point: Array, covariance: Array) -> Array:
    """Standard errors ``(…, q)`` of all quantities: exact for parameters, √(∇g Σ ∇gᵀ) for derived ones.

    ``point`` is ``(…, p)`` and ``covariance`` ``(…, p, p)``: one fit, or one per replicate. A derived quantity has
    none where a parameter that it depends on has none: with a variance of groups on its edge, coefficients keep theirs,
    and so do their ratios.
    """
    parameters = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    if not program.model.functions:
        return parameters
    lacking = ~np.isfinite(parameters)
    held = held_still(covariance, lacking)
    known = np.all(np.isfinite(held), axis=(-2, -1)) & ~np.all(lacking, axis=-1)
    safe = np.where(known[..., None, None], held, np.eye(covariance.shape[-1]))
    with np.errstate(all="ignore"):  # of a replicate that has none
        slopes = directional(lambda theta: derived(program, theta), point, safe)
        without = ~known[..., None] | _moved(program, point, lacking)
    errors = np.where(without, np.nan, np.linalg.norm(slopes, axis=-1))
    return np.concatenate([parameters, errors], axis=-1)


def held_still(covariance: Array, lacking: NDArray[np.bool_]) -> Array:
    """The covariance ``(…, p, p)`` with a row and a column of zeros, no direction to move in, of what has no error."""
    return np.where(lacking[..., :, None] | lacking[..., None, :], 0.0, covariance)


def _moved(program: Density, point: Array, lacking: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether derived quantities ``(…, q)`` change with the parameters ``(…, p)`` that are ``lacking`` an error."""
    if not lacking.any():
        return np.asarray(False)
    # What moves with a parameter without a standard error has none either: without that parameter's share it would be
    # too small.
    step = np.where(lacking, STEP * np.maximum(np.abs(point), 1.0), 0.0)
    values = derived(program, point)
    sides = [derived(program, np.where(lacking, point + sign * step, point)) for sign in (1, -1)]
    return np.any([np.isfinite(side) & (side != values) for side in sides], axis=0)


def derived(program: Density, theta: Array) -> Array:
    """The derived quantities alone at θ ``(…, p)``."""
    return program.quantities(theta)[..., theta.shape[-1] :]


def slopes(program: Density, point: Array, covariance: Array) -> Array:
    """∇g L of all quantities, shape ``(…, q, p)``: exact for parameters, whose digits a difference may lose.

    A mean of 1.7e15 microseconds with an error of 245 moves by less than a spacing of float64 numbers per `STEP`.
    """
    of_derived = directional(lambda theta: derived(program, theta), point, covariance)
    return np.concatenate([root(covariance), of_derived], axis=-2)


def moves(program: Density, point: Array, errors: Array) -> NDArray[np.bool_]:
    """Whether each quantity ``(q,)`` moves with the parameters at all: its standard error is more than rounding.

    A parameter's error is exact, so that any above 0 is one: 245 at 1.7e15 microseconds. A derived quantity's is a
    central difference, whose rounding is that of two values over twice the step (a correlation with itself is 1
    everywhere).
    """
    lost = rounding(np.abs(program.quantities(point))) * np.sqrt(len(point)) / STEP
    lost[: len(point)] = 0.0
    return np.asarray(errors > lost)


def directional(
    of: Callable[[Array], Array], point: Array, covariance: Array, steps: Sequence[float] = (STEP,)
) -> Array:
    """∇g L, shape ``(…, q, p)``, where L Lᵀ = Σ: how g moves per standard error in each direction.

    Of several ``steps`` the first is taken whose ends are inside the support, where all values are finite, or the last.
    """
    # The length of a row of ∇g L is √(∇g Σ ∇gᵀ), the standard error, and no product of large numbers is in it.
    columns = []
    for direction in np.moveaxis(root(covariance), -1, 0):
        for step in steps:
            slope = (of(point + step * direction) - of(point - step * direction)) / (2 * step)
            if np.all(np.isfinite(slope)):
                break
        columns.append(slope)
    return np.stack(columns, axis=-1)


def root(covariance: Array) -> Array:
    """L with L Lᵀ = Σ, shape ``(…, p, p)``, its columns the principal directions in units of standard errors.

    Units matter: between shares near one and means in the millions rounding would be as large as a share.
    """
    scale, values, vectors = _principal(covariance)
    return np.asarray(scale[..., :, None] * vectors * np.sqrt(values)[..., None, :])


def along(covariance: Array, shift: Array) -> Array:
    """The shortest x ``(p,)`` with L x = ``shift`` ``(p,)``: a shift in standard errors along `root`'s columns."""
    scale, values, vectors = _principal(covariance)
    # Shares that sum to one have no direction in which the sum grows: there the eigenvalue is rounding.
    inside = values > 4 * len(values) * np.finfo(float).eps * values[-1]
    return np.where(inside, vectors.T @ (shift / scale), 0.0) / np.sqrt(np.where(inside, values, 1.0))


def _principal(covariance: Array) -> tuple[Array, Array, Array]:
    """Standard errors ``(…, p)``, and the correlations' eigenvalues in ascending order with their vectors."""
    # Of correlations and not of covariances: these have eigenvalues that depend on units, and small ones drown in
    # rounding.
    scale = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    scale = np.where(scale > 0, scale, 1.0)
    values, vectors = np.linalg.eigh(covariance / (scale[..., :, None] * scale[..., None, :]))
    return scale, np.maximum(values, 0.0), vectors
