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
"""Of the posterior, evenly thinned."""
_HIGHER = 1e-6
"""Of a log density: less is rounding."""
_FITS = {"mle": (0.0, maximum_likelihood.fit), "map": (1.0, maximum_a_posteriori.fit)}


def second_look(program: Density, estimates: Mapping[str, Estimate], settings: Settings) -> dict[str, Estimate]:
    """The estimates, those of MLE and MAP fitted again where another estimator's points lead higher."""
    found = dict(estimates)
    for name, (power, fit) in _FITS.items():
        estimate = estimates.get(name)
        if estimate is None or estimate.status == "not_applicable" or not program.model.fixed_priors:
            continue
        height = _height(program, estimate.point, power) if estimate.converged else -np.inf
        more = [z for z in _elsewhere(program, estimates, name, power, height) if _leads(program, power, z, height)]
        if more:
            again = fit(program, settings.seed, settings.starts, [z[None] for z in more])
            found[name] = again if again.converged else estimate
    return found


def _elsewhere(
    program: Density, estimates: Mapping[str, Estimate], name: str, power: float, height: float
) -> list[Array]:
    """z ``(f,)`` of points that other estimators know and that are higher than ``height``."""
    points = [e.point for other, e in estimates.items() if other in _FITS and other != name and e.converged]
    points += _highest_draw(program, estimates.get("posterior"), power)
    with np.errstate(all="ignore"):
        each = [program.coordinates.z(point) for point in points if _height(program, point, power) > height]
    return [z for z in each if np.all(np.isfinite(z))]


def _highest_draw(program: Density, posterior: Estimate | None, power: float) -> list[Array]:
    if posterior is None or posterior.tree is None:
        return []
    draws = by_label(posterior.tree)
    every = np.stack([np.ravel(draws[label]) for label in program.layout.labels], axis=-1)
    points = every[:: max(1, len(every) // _DRAWS)]
    heights = [_height(program, point, power) for point in points]
    return [points[int(np.nanargmax(heights))]] if np.isfinite(heights).any() else []


def _leads(program: Density, power: float, z: Array, height: float) -> bool:
    with np.errstate(all="ignore"):
        optimum = maximum(program, power, z)
    least = height + _HIGHER * (1 + abs(height)) if np.isfinite(height) else -np.inf
    return optimum.status == "ok" and optimum.evaluation.value > least


def _height(program: Density, theta: Array, power: float) -> float:
    with np.errstate(all="ignore"):
        height = program.log_likelihood(theta) + (power * program.log_prior_value(theta) if power else 0.0)
    return float(height) if np.isfinite(height) else -np.inf
