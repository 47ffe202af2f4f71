"""Mixed models of other outcomes: one grouping with up to two effects, integrated by adaptive Gauss–Hermite quadrature.

A group's likelihood is the integral over v, standard normal, of the product of its rows' densities at
η + z L v. Its nodes are put around the mode of the integrand and scaled by its curvature there. [1]_ In NumPy here, in
PyTensor in `quadrature_graph`.

.. [1] Pinheiro & Bates (1995), Journal of Computational and Graphical Statistics 4(1), 12–35.
"""

from copy import copy
from functools import lru_cache
from itertools import product

import numpy as np
import scipy

from ....errors import UsageError
from ....words import listed
from . import quadrature_graph
from .latent import MOST_EFFECTS, MixedOther, MixedSampled
from .law import Law

NODES = {1: 21, 2: 15}
"""Nodes along each effect, by the number of effects, from which they are doubled until that changes nothing.

The log-likelihood of 60 groups of 2 or 7 yes-or-no rows moved, when four times as many were taken, by 1e-10 (one
effect) and 2e-6 (two) where the SD of effects was 1 in log odds, but by 4e-3 and 2e-2 where it was 4.
"""
CHANGE, CHANGE_AT_ENDS = 1e-5, 1e-3
"""Of the log-likelihood, when nodes are doubled: at its maximum, and where spreads are twice as large, near the end of
their intervals. The first is below what is printed of a log-likelihood or its ratio, and the second moves an end of an
interval by less than a thousandth of a standard error, as the log-likelihood there falls by 2 per standard error."""
MOST_CELLS = 10_000_000
"""Rows × nodes that a graph holds: each of its arrays has so many numbers."""
SLICE = 2_000_000
"""Rows × nodes that NumPy looks at together."""
STEPS, SHORT = 100, 1e-11


@lru_cache
def _grid(nodes, effects):
    """Gauss and Hermite's rule in as many dimensions as there are effects; a search asks for it at every point.

    Of hundreds of nodes the outermost have weights that are 0 in double precision; they are left out.
    """
    x, w = scipy.special.roots_hermite(nodes)
    x, w = x[w > 0], w[w > 0]
    places = np.array(list(product(range(len(x)), repeat=effects)))
    return x[places], np.sum(np.log(w)[places] + x[places] ** 2, axis=1)


class MixedQuadrature(MixedOther):
    """An outcome whose mean is, under a link, linear in covariates and in effects of groups.

        beta ~ Normal(0, 2.5/sd(x))
        sd   ~ HalfNormal(2.5/sd(effect))     one for each effect
        cor  ~ LKJ(2)                         of two effects of a term
        u[j] ~ Normal(0, Σ)                   j = 1 … groups, Σ made of sd and cor
        y[i] ~ family(mean = link⁻¹(X[i] · beta + z[i] · u[group[i]]))

    Maximum likelihood and MAP have u integrated out by quadrature. The sampler draws u with the parameters: as it is
    where a group's rows say more of it than its prior does, else as a multiple of sd.
    """

    offers = frozenset({"latent", "settled"})
    enough: int | None = None
    """Nodes that `settled` has found to be enough."""

    def with_groups(self, groups=None):
        """What has no quadrature is sampled alone: it would take nodes for all groupings together."""
        if groups is None or (len(groups.factors) == 1 and len(groups.effects) <= MOST_EFFECTS):
            return super().with_groups(groups)
        if self.nodes is not None:
            raise UsageError(
                f"nodes={self.nodes} is for one grouping with up to {MOST_EFFECTS} effects, and the formula has "
                f"{listed(groups.effects)}; leave nodes out, or some of the effects."
            )
        sampled = MixedSampled(self.name, self.family, self.link, None, self.beside)
        return sampled.with_groups(groups)

    @property
    def quadrature(self):  # type: ignore[override]
        """Nodes along each effect: those that were asked for, or as many as are enough; None before data are read."""
        if self.groups is None:
            return None
        return self.nodes or self.enough or NODES[len(self.groups.effects)]

    @property
    def grid(self):
        """Nodes x ``(K, E)`` and their logarithmic weights ``(K,)``: Σ w f(x) is the integral of f."""
        return _grid(self.quadrature, len(self.groups.effects))

    def with_nodes(self, count):
        """The same model with so many nodes along each effect, as far as a graph can hold them."""
        more = copy(self)
        more.enough = count
        return more

    def settled(self, theta, data):
        """With nodes doubled until the log-likelihood at θ, and where spreads are twice as large, stays as it is."""
        model, wide = self, {**theta, "sd": 2 * theta["sd"]}
        while self.nodes is None:
            doubled = model.with_nodes(2 * model.quadrature)
            change = model.change(doubled, theta, data)
            if change <= CHANGE and model.change(doubled, wide, data) <= CHANGE_AT_ENDS:
                break
            if data.n * doubled.quadrature ** len(self.groups.effects) > MOST_CELLS:
                model.unsettled = (
                    f"{model.quadrature} nodes along each effect are the most that these data have room for, and the "
                    f"log-likelihood changes by {change:.2g} when they are doubled"
                )
                break
            model = doubled
        return model

    def change(self, other, theta, data):
        """How far two numbers of nodes are apart in the log-likelihood of all groups."""
        return abs(float(np.sum(other.log_likelihood(theta, data) - self.log_likelihood(theta, data))))

    def log_likelihood(self, theta, data):
        _, heights, size = self._integrated(theta, data)
        return scipy.special.logsumexp(heights, axis=1) + size

    def _integrated(self, theta, data):
        """Nodes of every group's v ``(G, K, E)``, the logarithm of the integrand by weight there, and of the volume."""
        z, of = self.effects_of(data), data["group"].astype(np.intp)
        root = self._root(theta)
        integrand = _Integrand(self, data, self.predictor(theta, data), z @ root, of)
        v = integrand.mode()
        information = integrand.derivatives(v)[1]
        # v = mode + √2 C x with C Cᵀ the inverse of the information, so that dv = 2^(E/2) |C| dx.
        x, log_weights = self.grid
        half = np.linalg.inv(np.linalg.cholesky(information))
        nodes = v[:, None, :] + np.sqrt(2) * x @ half
        heights = integrand.heights(nodes) + log_weights
        size = root.shape[0] / 2 * np.log(2) - 0.5 * np.linalg.slogdet(information)[1]
        return nodes, heights, size

    def _root(self, theta):
        return np.array([[0.0 if factor is None else factor for factor in row] for row in self.root(theta)])

    def law_of_seen(self, theta, data, rows, places):
        """The nodes of the likelihood's own integral, each with its share of it."""
        nodes, heights, _ = self._integrated(theta, data)
        place = places[self.groups.factors[0]]
        at = np.maximum(place, 0)
        along = np.where((place >= 0)[:, None], self.effects_of(rows) @ self._root(theta), 0.0)
        return Law(np.einsum("mke,me->mk", nodes[at], along), scipy.special.softmax(heights, axis=1)[at])

    def likelihood(self, theta, data):
        return quadrature_graph.observed(self, theta, data)


class _Integrand:
    """The logarithm of the integrand of every group: ``slope`` ``(n, E)`` is that of each row's η in v ``(G, E)``."""

    def __init__(self, model, data, eta, slope, of):
        self.model, self.data, self.eta, self.slope, self.of = model, data, eta, slope, of
        self.weights = data.get("weights", np.ones(len(eta)))
        n = len(eta)
        self.sums = scipy.sparse.csr_array((self.weights, (of, np.arange(n))), shape=(int(of.max()) + 1, n))

    def derivatives(self, v):
        """Gradient ``(G, E)`` and information ``(G, E, E)`` at v."""
        eta = self.eta + np.sum(self.slope * v[self.of], axis=1)
        first, second = self.model.slopes(eta, self.data)
        square = self.slope[:, :, None] * self.slope[:, None, :] * second[:, None, None]
        size = self.slope.shape[1]
        information = (self.sums @ square.reshape(len(eta), -1)).reshape(-1, size, size) + np.eye(size)
        return self.sums @ (self.slope * first[:, None]) - v, information

    def heights(self, nodes):
        """The logarithm of the integrand ``(G, K)`` at nodes ``(G, K, E)``, a slice of the nodes after another."""
        count = nodes.shape[1]
        step = max(1, min(count, SLICE // len(self.eta)))
        return np.concatenate([self._heights(nodes[:, k : k + step]) for k in range(0, count, step)], axis=1)

    def _heights(self, nodes):
        moved = self.eta[:, None] + np.einsum("ne,nke->nk", self.slope, nodes[self.of])
        columns = {role: values[:, None] if np.ndim(values) == 1 else values for role, values in self.data.items()}
        densities = self.model.family.logp(columns["y"], self.model.at(moved, columns))
        normal = -0.5 * np.sum(nodes**2, axis=2) - nodes.shape[2] / 2 * np.log(2 * np.pi)
        return self.sums @ densities + normal

    def mode(self):
        """Where each group's integrand is highest ``(G, E)``: Newton's steps, halved until it rises."""
        v = np.zeros((self.sums.shape[0], self.slope.shape[1]))
        height = self.heights(v[:, None])[:, 0]
        for _ in range(STEPS):
            gradient, information = self.derivatives(v)
            step = np.linalg.solve(information, gradient[..., None])[..., 0]
            for _ in range(30):
                trial = self.heights((v + step)[:, None])[:, 0]
                worse = ~(trial >= height - 1e-12 * (1 + np.abs(height)))
                if not worse.any():
                    break
                step[worse] /= 2
            v, height = v + step, trial
            if not np.any(np.abs(step) > SHORT):
                break
        return v
