"""Maximum likelihood: the likelihood alone, no prior anywhere, reported through statsmodels."""

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..density.density import Density
from ..search.problem import of_density
from .estimate import Estimate
from .modes import MAXIMUM_LIKELIHOOD, modes

Array = NDArray[np.float64]
NAME = MAXIMUM_LIKELIHOOD.name


def fit(program: Density, seed: int = 0, count: int | None = None, more: Sequence[Array] = ()) -> Estimate:
    """The maximum likelihood estimate, its covariance from the exact Hessian at the optimum, from ``count`` starts.

    ``more`` are further starts z ``(1, f)``.
    ``status`` is ``divergent`` where the likelihood has no maximum (separation, no event), with the
    direction in ``reason``; ``failed`` where no start reached a zero gradient.
    """
    from .likelihood_model import LikelihoodModel

    began = time.perf_counter()
    optimum = modes(MAXIMUM_LIKELIHOOD, of_density(program, 0.0), program.start[None], seed, count, more=more)
    estimate = optimum.estimate(program.layout.labels)
    if estimate.converged:
        results = LikelihoodModel(program).fit_at(estimate.point, estimate.covariance)
        estimate = replace(estimate, results=results)
    return replace(estimate, seconds=time.perf_counter() - began)
