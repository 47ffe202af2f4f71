"""Gauss and Hermite's nodes, put around the mode of each group's integrand and scaled by its curvature there."""

from functools import lru_cache
from itertools import product

import numpy as np
import scipy


@lru_cache
def grid(nodes, effects):
    """Gauss and Hermite's nodes x ``(K, E)`` and their logarithmic weights ``(K,)``, kept for every point of a search.

    Of hundreds of nodes the outermost have weights that are 0 in double precision; they are left out.
    """
    x, w = scipy.special.roots_hermite(nodes)
    x, w = x[w > 0], w[w > 0]
    places = np.array(list(product(range(len(x)), repeat=effects)))
    return x[places], np.sum(np.log(w)[places] + x[places] ** 2, axis=1)


class Rule:
    """v = mode + √2 C x with C Cᵀ the inverse of the information, so that dv = 2^(E/2) |C| dx.

    ``scale`` is C ``(G, E, E)``, an upper triangle, and ``size`` the logarithm of dv/dx ``(G,)``.
    """

    def __init__(self, integrand, points):
        self.mode, self.information = integrand.mode()
        self.points = points
        self.scale = np.swapaxes(_inverse_root(self.information), 1, 2)
        # (G, K, E)
        self.nodes = self.mode[:, None, :] + np.sqrt(2) * points @ np.swapaxes(self.scale, 1, 2)
        self.size = points.shape[1] / 2 * np.log(2) - 0.5 * np.linalg.slogdet(self.information)[1]


def _inverse_root(information):
    """R⁻¹ of information = R Rᵀ; no numbers where a search has run so far off that one has none."""
    try:
        return np.linalg.inv(np.linalg.cholesky(information))
    except np.linalg.LinAlgError:
        return np.full_like(information, np.nan)
