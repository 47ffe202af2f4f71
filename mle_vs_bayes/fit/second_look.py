"""Whether another estimator knows a higher optimum: what MLE and MAP were not near, a posterior may have walked to.

The searches of MLE and MAP are tried again from the other's optimum, and from the highest of the posterior's draws. A
better optimum is then the estimate.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..density.density import Density
from ..estimators import Settings, maximum_a_posteriori, maximum_likelihood
from ..estimators.estimate import Estimate
from ..sampling.draws import by_label
from ..search.optimum import maximum

Array = NDArray[np.float64]
_DRAWS = 400
"""Draws of the posterior that are looked at, evenly thinned."""
_HIGHER = 1e-6
"""Relative rise of a log density: less is rounding."""
_FITS = {"mle": (0.0, maximum_likelihood.fit), "map": (1.0, maximum_a_posteriori.fit)}


def second_look(program: Density, estimates: Mapping[str, Estimate], settings: Settings) -> dict[str, Estimate]:
    """The estimates, those of MLE and MAP fitted again where another estimator's points lead higher."""
    improved = dict(estimates)
    if program.start_reads_data:
        return improved
    draws = _thinned(program, estimates.get("posterior"))
    with np.errstate(all="ignore"):
        likelihoods = program.log_likelihood_of_draws(draws)
    for name, (power, fit) in _FITS.items():
        estimate = estimates.get(name)
        if estimate is None or estimate.status == "not_applicable":
            continue
        height = _height(program, estimate.point, power) if estimate.converged else -np.inf
        points = [e.point for other, e in estimates.items() if other in _FITS and other != name and e.converged]
        points += _highest(program, draws, likelihoods, power)
        more = [z for z in _above(program, points, power, height) if _leads(program, power, z, height)]
        if more:
            again = fit(program, settings.seed, settings.starts, [z[None] for z in more])
            improved[name] = again if again.converged else estimate
    return improved


def _above(program: Density, points: list[Array], power: float, height: float) -> list[Array]:
    """z ``(f,)`` of those of the points that are higher than ``height``."""
    with np.errstate(all="ignore"):
        each = [program.coordinates.z(point) for point in points if _height(program, point, power) > height]
    return [z for z in each if np.all(np.isfinite(z))]


def _thinned(program: Density, posterior: Estimate | None) -> Array:
    """Some draws of the posterior ``(draws, p)``; none without one."""
    if posterior is None or posterior.tree is None:
        return np.empty((0, len(program.layout.labels)))
    draws = by_label(posterior.tree)
    every = np.stack([np.ravel(draws[label]) for label in program.layout.labels], axis=-1)
    return every[:: max(1, len(every) // _DRAWS)]


def _highest(program: Density, draws: Array, likelihoods: Array, power: float) -> list[Array]:
    """The draw with the highest target, given the log-likelihood of each."""
    if not len(draws):
        return []
    with np.errstate(all="ignore"):
        heights = likelihoods + (power * program.log_prior_of_draws(draws) if power else 0.0)
    heights = np.where(np.isfinite(heights), heights, -np.inf)
    return [draws[int(np.argmax(heights))]] if np.isfinite(heights).any() else []


def _leads(program: Density, power: float, z: Array, height: float) -> bool:
    with np.errstate(all="ignore"):
        optimum = maximum(program, power, z)
    least = height + _HIGHER * (1 + abs(height)) if np.isfinite(height) else -np.inf
    return optimum.status == "ok" and optimum.evaluation.value > least


def _height(program: Density, theta: Array, power: float) -> float:
    with np.errstate(all="ignore"):
        height = program.log_likelihood(theta) + (power * program.log_prior(theta) if power else 0.0)
    return float(height) if np.isfinite(height) else -np.inf
