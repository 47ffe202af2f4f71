"""How far apart the estimators are, and how far apart theory expects them to be at this n.

In units of the MLE's standard error, to first order (ℓ the log-likelihood, π the prior, Σ = (−H)⁻¹):

    MAP − MLE   ≈ Σ ∇log π          the prior's pull
    mean − MAP  ≈ ½ Σ (∂³ℓ_π : Σ)   the skewness of the posterior

(Tierney & Kadane 1986, JASA 81, 82–86; Kass, Tierney & Kadane 1990.) Both fall as 1/n while a standard
error falls as 1/√n, so in these units the estimators merge as 1/√n.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from ..density.density import Density
from ..estimators.estimate import Estimate
from ..intervals.delta import along, derived, moves, root, slopes, standard_errors

Array = NDArray[np.float64]

PAIRS = (("map", "mle"), ("posterior", "map"), ("posterior", "mle"))
_STEP = 1e-2
"""Step, in standard errors: central differences of the exact Hessian err by 1e-4 of the third derivative."""
_MONTE_CARLO = 4.0
"""Monte-Carlo errors allowed: 6e-5 per comparison under normality, 1e-3 over a table of some 16."""


@dataclass(frozen=True)
class Agreement:
    """One pair of estimators for one quantity; everything but ``difference`` is in ``unit``.

    ``verdict`` is ``as expected``, ``unexplained`` or ``no prediction``.
    """

    parameter: str
    pair: str
    difference: float
    in_se: float
    expected: float | None
    monte_carlo_error: float
    tolerance: float | None
    verdict: str
    unit: str


def pairs_of(agreement: Sequence[Agreement]) -> list[str]:
    """The pairs that were compared for any quantity, in the order of `PAIRS`."""
    present = {each.pair for each in agreement}
    return [pair for a, b in PAIRS if (pair := f"{a} - {b}") in present]


@dataclass(frozen=True)
class Expected:
    """Expected shifts of all quantities ``(q,)`` in their own units, and the size of what is left out.

    ``remainder`` is relative to a standard error: the product of the two first-order shifts'
    sizes, which is the order (1/n) of the first neglected terms, and what an end of a support cuts off.
    """

    prior: Array
    skewness: Array
    remainder: float


def predict(program: Density, mode: Estimate, fitted: Estimate) -> Expected:
    """First-order shifts MLE → MAP and MAP → mean, from derivatives at the two optima."""
    theta, covariance = fitted.point, fitted.covariance
    assert covariance is not None and mode.covariance is not None
    prior = covariance @ program.prior_gradient(theta)
    skewness = _skewness_shift(program, mode.point, mode.covariance)
    bend = _curvature_shift(program, mode.point, mode.covariance)
    moved = program.quantities(theta + prior) - program.quantities(theta)
    slope = slopes(program, mode.point, mode.covariance)
    skewed = along(mode.covariance, skewness)
    strength = np.linalg.norm(along(covariance, prior)) + np.linalg.norm(skewed)
    # What an end cuts off is a shift that nothing predicts: it is left out itself, and with it its products.
    cut_off = _cut_off(program, mode)
    return Expected(moved, slope @ skewed + bend, float((strength + cut_off) ** 2) + cut_off)


def _cut_off(program: Density, mode: Estimate) -> float:
    """How far the mean of a normal around the mode moves, in its SD, when an end of a support cuts it off, at most.

    At a distance of d SD it is φ(d)/Φ(d), that of a truncated normal: no power of 1/n, and so in no term of a series.
    Of the SD of six groups of five rows, whose mean by summation lies above what is expected by 0.65 to 1.1 standard
    errors where d is 1.4 to 0.9, the products of the other shifts alone are 0.6.
    """
    assert mode.covariance is not None
    se = np.sqrt(np.diag(mode.covariance))
    shifts = [0.0]
    for name, support in program.coordinates.supports.items():
        place = program.layout.slices[name]
        for end in support.ends.values():
            # Φ(d) underflows where d is large, its logarithm does not.
            d = np.abs(mode.point[place] - end) / se[place]
            shifts += np.exp(-0.5 * d**2 - 0.5 * np.log(2 * np.pi) - log_ndtr(d)).tolist()
    return float(np.nanmax(shifts))


def agreements(
    program: Density, estimates: Mapping[str, Estimate], values: Mapping[str, Array], errors: Array
) -> list[Agreement]:
    """Every pair of `PAIRS` for every quantity; ``values`` and ``errors`` hold point and MCSE ``(q,)``.

    The list is empty where neither MLE nor MAP has a standard error to measure in; a quantity that has none, on an edge
    of its support, is not in it, and beside one nothing is expected. A pair is missing for a quantity
    that an estimator has no number for (a posterior mean that does not exist), and every pair for one that does not
    move with the parameters, such as a correlation of 1 with itself.
    """
    usable = [name for name in ("mle", "map") if name in estimates and estimates[name].has_some_errors]
    unit = next(iter(usable), None)
    if unit is None:
        return []
    point, covariance = estimates[unit].point, estimates[unit].covariance
    assert covariance is not None
    scale = standard_errors(program, point, covariance)
    scale = np.where(moves(program, point, scale), scale, np.nan)
    whole = len(usable) == 2 and all(estimates[name].has_errors for name in usable)
    prediction = predict(program, estimates["map"], estimates["mle"]) if whole else None
    pairs = [pair for pair in PAIRS if pair[0] in values and pair[1] in values]
    return [each for pair in pairs for each in _pair(program, pair, values, errors, scale, prediction, unit)]


def _pair(
    program: Density,
    pair: tuple[str, str],
    values: Mapping[str, Array],
    errors: Array,
    scale: Array,
    prediction: Expected | None,
    unit: str,
) -> list[Agreement]:
    difference = values[pair[0]] - values[pair[1]]
    # An optimum is found to its last digits, a posterior mean has the error of its draws.
    noise = errors if pair[0] == "posterior" else np.zeros_like(errors)
    expectation = None if prediction is None else _expected(pair, prediction) / scale
    name, rows = f"{pair[0]} - {pair[1]}", []
    for i in np.flatnonzero(np.isfinite(difference / scale) & np.isfinite(noise)):
        observed, error = float(difference[i] / scale[i]), float(noise[i] / scale[i])
        expected = None if expectation is None else float(expectation[i])
        tolerance = None if prediction is None else _MONTE_CARLO * error + prediction.remainder
        verdict = _verdict(observed, expected, tolerance)
        label, gap = program.quantity_labels[i], float(difference[i])
        rows.append(Agreement(label, name, gap, observed, expected, error, tolerance, verdict, f"{unit} se"))
    return rows


def _expected(pair: tuple[str, str], prediction: Expected) -> Array:
    parts = {("map", "mle"): prediction.prior, ("posterior", "map"): prediction.skewness}
    return parts.get(pair, prediction.prior + prediction.skewness)


def _verdict(observed: float, expected: float | None, tolerance: float | None) -> str:
    if expected is None or tolerance is None:
        return "no prediction"
    return "as expected" if abs(observed - expected) <= tolerance + 1e-6 else "unexplained"


def _skewness_shift(program: Density, point: Array, covariance_theta: Array) -> Array:
    """½ Σ (∂³ log posterior : Σ) at the mode, shape ``(p,)``, in working coordinates to keep digits."""
    coordinates = program.coordinates
    centre = coordinates.inverse @ point
    covariance = coordinates.inverse @ covariance_theta @ coordinates.inverse.T
    directions = root(covariance)

    def trace(w: Array) -> float:
        return float(np.sum(program.working_hessian(w, power=1.0) * covariance))

    # Mean − mode ≈ ½ Σ ∇tr(Σ ∇²ℓ): along the columns of L with L Lᵀ = Σ, central differences of the trace in SE.
    slopes = [(trace(centre + _STEP * step) - trace(centre - _STEP * step)) / (2 * _STEP) for step in directions.T]
    return coordinates.linear @ (0.5 * directions @ np.asarray(slopes))


def _curvature_shift(program: Density, point: Array, covariance: Array) -> Array:
    """½ tr(∇²g Σ): what the mean of a curved quantity adds to its value at the mean, shape ``(q,)``; parameters: 0."""
    centre, step = derived(program, point), 0.1
    around = [derived(program, point + step * c) + derived(program, point - step * c) for c in root(covariance).T]
    bend = 0.5 * np.sum([(pair - 2 * centre) / step**2 for pair in around], axis=0)
    return np.concatenate([np.zeros(len(point)), bend])
