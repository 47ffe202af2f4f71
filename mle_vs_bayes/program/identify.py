"""What a program says too little of: joint modes that are no estimates, and directions in which a density is flat.

Such a direction is a straight line in unconstrained coordinates along which gradient and curvature vanish wherever one
looks: a + b known and a − b not, exactly collinear covariates, a parameter that is not read. (Bent ones, such as a · b,
show at the optimum, whose information is singular.)
"""

import numpy as np
from numpy.typing import NDArray

from ..density.density import Evaluation
from ..errors import ModelError
from ..model.layout import combination
from .budget import EvaluationBudget
from .graphs.latent import in_likelihood, parents
from .program_density import ProgramDensity
from .program_model import ProgramModel

Array = NDArray[np.float64]

MOST = 400
"""Unconstrained coordinates up to which curvature is looked at for directions without any: f³ operations."""
POINTS = 3
_EXACT, _APPROXIMATE = 2e-14, 1e-5
"""Relative to the largest curvature: what rounding leaves of 0, and what differences do."""
_FARTHEST, _LOGARITHMS = 10, 20.0
"""Powers of ten that a line is followed; in coordinates that are logarithms no farther than so many units."""
_SLOPE = 1e-7
"""Share of the gradient's length: more is a slope, which a density without a bound has."""


def joint_mode(model: ProgramModel) -> str | None:
    """Why the optimum would be a joint mode, as a sentence, or None."""
    if not model.effects:
        return None
    names = list(model.effects)
    first = f"{names[0]} is latent ({model.effects[names[0]]})"
    others = f", and so {'are' if len(names) > 2 else 'is'} {', '.join(names[1:4])}" if len(names) > 1 else ""
    more = " and more" if len(names) > 4 else ""
    return (
        f"{first}{others}{more}: the joint mode of effects and what governs them estimates neither; integrate the "
        "effects out of the likelihood, read the posterior, or insist with --allow-joint"
    )


def unidentified(density: ProgramDensity, budget: EvaluationBudget) -> str | None:
    """Why the likelihood alone has no single maximum, or None."""
    model = density.model
    read = in_likelihood(model.program)
    governing = {parent for rv in read for parent in parents(model.program, rv)}
    unread = [str(rv.name) for rv in model.program.free_RVs if rv not in read | governing]
    way = "leave it out, or read the MAP and the posterior"
    if unread:
        return f"the likelihood does not depend on {', '.join(unread)}; {way}"
    flat = _flat_direction(density, 0.0, budget)
    return None if flat is None else f"the likelihood does not change along {flat}, which only a prior can tell; {way}"


def check_proper(density: ProgramDensity, budget: EvaluationBudget) -> None:
    """Refuse a posterior that has a direction in which neither likelihood nor prior changes.

    Raises
    ------
    ModelError
        Naming the direction and the flat priors.
    """
    flat = [name for name, prior in density.priors.items() if not prior.proper]
    direction = _flat_direction(density, 1.0, budget) if flat else None
    if direction is not None:
        raise ModelError(
            f"the posterior of {density.model.name} is improper: neither the data nor a prior say anything along "
            f"{direction}; give {' or '.join(flat)} a proper prior, such as pm.Normal(0, 10), or drop a parameter."
        )


def _flat_direction(density: ProgramDensity, power: float, budget: EvaluationBudget) -> str | None:
    """In words, a combination of parameters that log-likelihood + ``power`` · log prior does not depend on, or None."""
    if density.layout.free_size > MOST:
        return None
    budget.price.measure(density.slopes.likelihood, density.start)
    if not budget.affords(1 + POINTS, f"whether {'the prior leaves' if power else 'the data leave'} a direction open"):
        return None
    evaluations = [density.evaluate(z, power) for z in _points(density)]
    usable = [e for e in evaluations if np.all(np.isfinite(e.hessian)) and np.all(np.isfinite(e.gradient))]
    if len(usable) < 2:
        return None
    tolerance = _EXACT if density.exact_gradient else _APPROXIMATE
    direction = _common_null(usable, tolerance)
    if direction is None or _ends(density, direction):
        return None
    shares = direction / np.linalg.norm(direction)
    labels = density.layout.free_labels
    return combination(labels, direction, shares)


def _points(density: ProgramDensity) -> list[Array]:
    """The start and points around it, in z."""
    generator = np.random.default_rng(0)
    z = density.coordinates.z(density.start)
    curvature = np.abs(np.diag(density.evaluate(z, 1.0).hessian))
    usual = np.where(np.isfinite(curvature) & (curvature > 0), 1 / np.sqrt(np.maximum(curvature, 1e-300)), 1.0)
    # A standard error is far enough for derivatives to be others; a logarithm moves by half at most, as densities that
    # are far out are 0 or overflow.
    spread = np.where(density.layout.bounded, np.minimum(usual, 0.5), usual)
    return [z, *(z + spread * generator.standard_normal(len(z)) for _ in range(POINTS - 1))]


def _ends(density: ProgramDensity, direction: Array) -> bool:
    """Whether the data cannot occur somewhere along a line: level until a support ends that follows a parameter."""
    bounded = np.max(np.abs(direction), where=density.layout.bounded, initial=0.0)
    lengths = 10.0 ** np.arange(-3, _FARTHEST) / np.max(np.abs(direction))
    lengths = lengths[lengths * bounded <= _LOGARITHMS]
    z = density.coordinates.z(density.start)
    with np.errstate(all="ignore"):
        thetas = [density.coordinates.theta(z + way * length * direction) for length in lengths for way in (1, -1)]
        return any(np.isneginf(density.log_likelihood(theta)) for theta in thetas)


def _common_null(evaluations: list[Evaluation], tolerance: float) -> Array | None:
    """A direction ``(f,)`` in which no Hessian and no gradient of them all has a component."""
    hessians, gradients = np.array([e.hessian for e in evaluations]), np.array([e.gradient for e in evaluations])
    # All Hessians one below the other have a null vector exactly if each of them has it: a singular value of 0.
    # Columns have unit curvature first, so that a parameter in small units is not taken for one that does nothing.
    scale = np.sqrt(np.max(np.abs(np.diagonal(hessians, axis1=1, axis2=2)), axis=0))
    scale = np.where(scale > 0, scale, 1.0)
    scaled = (hessians / scale[:, None] / scale).reshape(-1, len(scale))
    _, values, vectors = np.linalg.svd(scaled, full_matrices=True)
    padded = np.concatenate([values, np.zeros(len(scale) - len(values))])
    for vector in vectors[padded <= tolerance * max(padded[0], 1e-300)]:
        slopes = np.abs(gradients / scale @ vector)
        if np.all(slopes <= _SLOPE * np.maximum(1.0, np.linalg.norm(gradients / scale, axis=1))):
            return np.asarray(vector / scale)
    return None
