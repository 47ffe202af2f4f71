"""Derivatives of each group's quadrature in the parameters, for outcomes under their canonical link.

With w the rule's share of each node in a group's integral, the score is Σ w s of the nodes' scores s of all rows, and
the Hessian Σ w (s − s̄)(s − s̄)ᵀ − Σ w (information). [1]_ Both are of nodes that stay where they are. They move with
the parameters, which adds nothing but the quadrature's own error: the score has it added, so that it is the derivative
of the sum that is maximised, and the Hessian has not.

.. [1] Louis (1982), Journal of the Royal Statistical Society B 44(2), 226–233.
"""

import numpy as np

from .integrand import Integrand


class GroupDerivatives:
    """Of Σ over nodes at the entries ψ = (β, L's) that η = X β + Z L v is linear in.

    ``places`` are the (i, j) of L's entries: η has the derivative z_i v_j in them.
    """

    def __init__(self, model, theta, data, grid, places):
        self.integrand, self.places = Integrand(model, theta, data), places
        points, log_weights = grid
        self.rule = self.integrand.rule(points)
        self.cumulants = self.integrand.cumulants(self.rule.nodes)
        heights = self.integrand.heights_of(self.rule.nodes, self.cumulants) + log_weights
        top = heights.max(axis=1, keepdims=True)
        parts = np.exp(heights - top)
        total = parts.sum(axis=1, keepdims=True)
        self.units, self.shares = (np.log(total) + top)[:, 0] + self.rule.size, parts / total
        self.x, self.z, self.of = data["X"], self.integrand.effects, self.integrand.of
        columns = np.column_stack([self.x, self.z])
        self.sums = self.integrand.summing(self.integrand.weights[:, None] * columns)
        self.terms, self.count = self.x.shape[1], columns.shape[1]

    def scores_and_hessian(self, times):
        """Scores of groups ``(G, q)`` and the Hessian ``(q, q)`` of their sum, each so many ``times`` ``(G,)``."""
        nodes, shares = self.rule.nodes, self.shares
        of_x, of_z = self._by_column(self.integrand.data["y"][:, None] - self.cumulants.mean)
        of_root = [of_z[i] * nodes[:, :, j] for i, j in self.places]
        each = np.stack([*of_x, *of_root], axis=2)
        mean = np.einsum("gk,gkq->gq", shares, each)
        scatter = (np.sqrt(times[:, None] * shares)[:, :, None] * (each - mean[:, None])).reshape(-1, each.shape[2])
        return mean + self._of_moving_nodes(of_z), scatter.T @ scatter - self._information(times)

    def _by_column(self, values):
        """Sums by group of rows' values ``(n, …)`` times each column of X ``(p, G, …)`` and of Z ``(E, G, …)``."""
        total = self.sums @ values
        total = total.reshape(self.count, -1, *total.shape[1:])
        return total[: self.terms], total[self.terms :]

    def _information(self, times):
        """Σ over rows and nodes, by the nodes' shares, of t b″ D Dᵀ with D the derivatives of η."""
        x, z, shares, v = self.x, self.z, times[:, None] * self.shares, self.rule.nodes
        terms, effects = self.terms, range(self.rule.nodes.shape[2])
        total = np.zeros((terms + len(self.places),) * 2)
        total[:terms, :terms] = x.T @ (self._mean(shares)[:, None] * x)
        first = [self._mean(shares * v[:, :, j]) for j in effects]
        second = {(j, m): self._mean(shares * v[:, :, j] * v[:, :, m]) for j in effects for m in effects if m <= j}
        for a, (i, j) in enumerate(self.places, start=terms):
            total[a, :terms] = total[:terms, a] = x.T @ (first[j] * z[:, i])
            for b, (k, m) in enumerate(self.places, start=terms):
                total[a, b] = np.sum(second[max(j, m), min(j, m)] * z[:, i] * z[:, k])
        return total

    def _mean(self, by_node):
        """Σ over nodes of weight × t b″ of each row ``(n,)`` times the values ``(G, K)`` of its group."""
        values = np.take(by_node, self.of, axis=0)
        return self.integrand.weights * np.einsum("nk,nk->n", self.cumulants.variance, values)

    def _of_moving_nodes(self, of_z):
        """What the motion of the nodes with ψ adds to the scores ``(G, q)``; ``of_z`` is Σ (y − t μ) z at the nodes.

        The information is 1 + Σ t b″ a aᵀ with a = Zᵢ L and b″ at the mode, which moves by information⁻¹ d(gradient).
        """
        integrand, mode = self.integrand, self.rule.mode
        slopes = np.einsum("egk,ej->gkj", of_z, integrand.root) - self.rule.nodes
        turned = np.einsum("njl,nl->nj", self._by_information(slopes)[self.of], integrand.slope)
        b = integrand.canonical.at(integrand.eta + np.sum(integrand.slope * mode[self.of], axis=1))
        variance = integrand.trials * b.variance
        by_eta = integrand.trials * integrand.canonical.third(b) * np.sum(turned * integrand.slope, axis=1)
        by_mode = np.einsum("gk,gkj->gj", self.shares, slopes) + integrand.sums @ (by_eta[:, None] * integrand.slope)
        moved = np.linalg.solve(self.rule.information, by_mode[..., None])[..., 0]
        along_x, along_z = self._by_column(by_eta - variance * np.sum(integrand.slope * moved[self.of], axis=1))
        _, left = self._by_column(integrand.data["y"] - integrand.trials * b.mean)
        _, bent = self._by_column(variance[:, None] * turned)
        of_root = [along_z[i] * mode[:, j] + left[i] * moved[:, j] + 2 * bent[i][:, j] for i, j in self.places]
        return np.column_stack([*along_x, *of_root])

    def _by_information(self, slopes):
        """The derivative of each group's sum in its information ``(G, E, E)``, from the slopes in v at the nodes.

        Of C Cᵀ = information⁻¹ follows dC = −C Φ(Cᵀ d(information) C) with Φ the upper triangle and half the diagonal.
        """
        scale = self.rule.scale
        transposed = np.swapaxes(scale, 1, 2)
        by_scale = np.sqrt(2) * np.einsum("gk,gkj,kl->gjl", self.shares, slopes, self.rule.points)
        by_scale += np.swapaxes(np.linalg.inv(scale), 1, 2)  # of log |C|
        upper = np.triu(transposed @ by_scale)
        upper -= 0.5 * np.eye(scale.shape[1]) * upper
        by_information = -scale @ upper @ transposed
        return (by_information + np.swapaxes(by_information, 1, 2)) / 2
