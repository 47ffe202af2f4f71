"""Gauss and Hermite's nodes, put where each group's integrand is and scaled as wide as it is there.

Any place and scale make a rule that ends in the integral as its nodes become more. Of a density with a canonical link
they are the integrand's mode and its curvature there, which have formulas; of any other its mean and variance, which
need no derivative, and of an integrand with two modes lie between them. [1]_ [2]_

.. [1] Naylor & Smith (1982), Applied Statistics 31(3), 214–225.
.. [2] Rabe-Hesketh, Skrondal & Pickles (2005), Journal of Econometrics 128(2), 301–323.
"""

from functools import lru_cache
from itertools import product

import numpy as np
import scipy

LOCATING = {1: 9, 2: 7}
"""Nodes along each effect that find mean and variance, by the number of effects."""
ZOOMS = 7
ZOOM = 1 / 36
"""Of a variance that is kept when it is found again, so that it never shrinks by more than that at once: a group with
so many rows that one node has all of the integral would else have none."""


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
    """v = centre + √2 C x with C ``(G, E, E)``, a triangle, the ``scale``, so that dv = 2^(E/2) |C| dx.

    ``nodes`` are ``(G, K, E)``, and ``size`` the logarithm of dv/dx ``(G,)``.
    """

    def __init__(self, centre, scale, points):
        self.scale, self.points = scale, points
        self.nodes = centre[:, None, :] + np.sqrt(2) * points @ np.swapaxes(scale, 1, 2)
        diagonal = np.diagonal(scale, axis1=1, axis2=2)
        self.size = points.shape[1] / 2 * np.log(2) + np.sum(np.log(diagonal), axis=1)


class ModeRule(Rule):
    """Around the mode, C Cᵀ being the inverse of the information there and C an upper triangle."""

    def __init__(self, integrand, points):
        self.mode, self.information = integrand.mode()
        super().__init__(self.mode, np.swapaxes(_inverse_root(self.information), 1, 2), points)


class MomentRule(Rule):
    """Around the mean, C Cᵀ being the covariance and C a lower triangle: found from nodes around those before."""

    def __init__(self, integrand, points):
        size = points.shape[1]
        x, log_weights = grid(LOCATING[size], size)
        mean, scale = np.zeros((integrand.count, size)), np.tile(np.eye(size), (integrand.count, 1, 1))
        for _ in range(ZOOMS):
            nodes = mean[:, None, :] + np.sqrt(2) * x @ np.swapaxes(scale, 1, 2)
            heights = integrand.heights(nodes)
            shares = scipy.special.softmax(np.where(np.isnan(heights), -np.inf, heights) + log_weights, axis=1)
            mean = np.einsum("gk,gke->ge", shares, nodes)
            left = nodes - mean[:, None, :]
            covariance = np.einsum("gk,gke,gkf->gef", shares, left, left) + ZOOM * scale @ np.swapaxes(scale, 1, 2)
            scale = _root(covariance)
        # What is kept at every turn adds up to ZOOM / (1 − ZOOM) of the variance, and is taken off.
        super().__init__(mean, np.sqrt(1 - ZOOM) * scale, points)


def _inverse_root(information):
    """R⁻¹ of information = R Rᵀ; no numbers where a search has run so far off that one has none."""
    return np.linalg.inv(_root(information))


def _root(matrix):
    try:
        return np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return np.full_like(matrix, np.nan)
