"""Derivatives of each group's quadrature in the parameters, from those of its rows at the nodes.

With w the rule's share of each node in a group's integral, the score is Σ w s of the nodes' scores s of all rows, and
the Hessian Σ w (s − s̄)(s − s̄)ᵀ − Σ w (information). [1]_ Both are of nodes that stay where they are. They move with
the parameters, which adds nothing but the quadrature's own error. Around the mode, under a canonical link, the score
has it added, so that it is the derivative of the sum that is maximised, and the Hessian has not.

.. [1] Louis (1982), Journal of the Royal Statistical Society B 44(2), 226–233.
"""

from typing import Any, NamedTuple

import numpy as np

from .integrand import Integrand


class Block(NamedTuple):
    """Parameters ``at`` these places of ψ, in which a slot has the derivatives ``columns`` ``(n, c)``, times v_j."""

    slot: int
    j: int | None
    columns: Any
    at: Any


class GroupDerivatives:
    """Of Σ over nodes in ψ: β, the entries of L, and what the rows' densities depend on beside the location.

    ``places`` are the (i, j) of L's entries: η = X β + Z L v has the derivative z_i v_j in them. ``data`` are those of
    R data sets, one below the other, each at its θ.
    """

    def __init__(self, model, thetas, data, grid, places):
        self.integrand, self.places = Integrand(model, thetas, data), places
        integrand, (points, log_weights) = self.integrand, grid
        self.rule = integrand.rule(points)
        heights, self.slopes = integrand.with_slopes(self.rule.nodes)
        # The largest height is taken off before exponentials are: a group of thousands of rows has heights that
        # overflow.
        heights = heights + log_weights
        top = heights.max(axis=1, keepdims=True)
        parts = np.exp(heights - top)
        total = parts.sum(axis=1, keepdims=True)
        self.units, self.shares = (np.log(total) + top)[:, 0] + self.rule.size, parts / total
        if integrand.canonical is None:
            self.slopes = self.slopes.where(np.take(self.shares > 0, integrand.of, axis=0))
        self.blocks = self._blocks(data)
        self.terms, x_and_z = data["X"].shape[1], np.column_stack([data["X"], integrand.effects])
        columns = [x_and_z, *(block.columns for block in self.blocks if block.slot)]
        self.sums = [integrand.summing(integrand.weights[:, None] * each) for each in columns]

    def _blocks(self, data):
        """By slot, in the order of ψ; those of L by the element of v."""
        blocks = [Block(0, None, data["X"], np.arange(data["X"].shape[1]))]
        size = len(blocks[0].at)
        for j in range(self.rule.nodes.shape[2]):
            entries = [place for place, (_, column) in enumerate(self.places) if column == j]
            z = self.integrand.effects[:, [self.places[place][0] for place in entries]]
            blocks.append(Block(0, j, z, size + np.array(entries)))
        size += len(self.places)
        for number, slot in enumerate(self.integrand.slots[1:], start=1):
            columns = slot.columns(data)
            blocks.append(Block(number, None, columns, size + np.arange(columns.shape[1])))
            size += columns.shape[1]
        return blocks

    def scores_and_hessian(self, times):
        """Scores of groups ``(G, q)``, and Hessians ``(R, q, q)`` of data sets, a group so many ``times`` ``(G,)``."""
        nodes, shares, first = self.rule.nodes, self.shares, self.slopes.first
        of_x, of_z = self._by_column(first[0])
        of_root = [of_z[i] * nodes[:, :, j] for i, j in self.places]
        others = [each for pair in zip(self.sums[1:], first[1:], strict=True) for each in self._summed(*pair)]
        each = np.stack([*of_x, *of_root, *others], axis=2)
        mean = np.einsum("gk,gkq->gq", shares, each)
        # Each factor takes the root of the share, so that one product of matrices sums (s − s̄)(s − s̄)ᵀ over nodes and
        # groups.
        scatter = np.sqrt(times[:, None] * shares)[:, :, None] * (each - mean[:, None])
        scatter = scatter.reshape(self.integrand.sets, -1, each.shape[2])
        if self.integrand.canonical is not None:
            mean = mean + self._of_moving_nodes(of_z)
        return mean, np.swapaxes(scatter, 1, 2) @ scatter - self._information(times)

    def _by_column(self, values):
        """Sums by group of rows' values ``(n, …)`` times each column of X ``(p, G, …)`` and of Z ``(E, G, …)``."""
        total = self._summed(self.sums[0], values)
        return total[: self.terms], total[self.terms :]

    def _summed(self, sums, values):
        """Sums by group and column ``(c, G, …)`` by a matrix ``(c G, n)``."""
        total = sums @ values
        return total.reshape(-1, self.integrand.count, *total.shape[1:])

    def _information(self, times):
        """Σ over rows and nodes, by the nodes' shares, of the slots' information times the derivatives of both."""
        shares, v, of_each = times[:, None] * self.shares, self.rule.nodes, self.integrand.of_each
        size = sum(len(block.at) for block in self.blocks)
        total = np.zeros((self.integrand.sets, size, size))
        for place, one in enumerate(self.blocks):
            for other in self.blocks[: place + 1]:
                by_node = shares
                for j in (one.j, other.j):
                    by_node = by_node if j is None else by_node * v[:, :, j]
                mean = self._mean(self.slopes.information[one.slot, other.slot], by_node)
                part = np.swapaxes(of_each(one.columns), 1, 2) @ of_each(mean[:, None] * other.columns)
                total[:, one.at[:, None], other.at] = part
                total[:, other.at[:, None], one.at] = np.swapaxes(part, 1, 2)
        return total

    def _mean(self, values, by_node):
        """Σ over nodes of weight × values ``(n, K)`` of each row ``(n,)`` times those ``(G, K)`` of its group."""
        return self.integrand.weights * np.einsum("nk,nk->n", values, np.take(by_node, self.integrand.of, axis=0))

    def _of_moving_nodes(self, of_z):
        """What the motion of the nodes with ψ adds to the scores ``(G, q)``; ``of_z`` is Σ (y − t μ) z at the nodes.

        The information is 1 + Σ t b″ a aᵀ with a = Zᵢ L and b″ at the mode, which moves by information⁻¹ d(gradient).
        """
        integrand, mode = self.integrand, self.rule.mode
        # A node is v = v̂ + √2 C p. The log integrand has the derivative Lᵀ Σ (y − t μ) z − v in it.
        of_each = of_z.reshape(len(of_z), integrand.sets, -1, of_z.shape[2])
        slopes = np.einsum("ergk,rej->rgkj", of_each, integrand.root).reshape(self.rule.nodes.shape) - self.rule.nodes
        # With D the sum's derivative in the information J, tr(D dJ) = Σ t b‴ (aᵀ D a) dη + 2 Σ t b″ (D a)ᵀ da.
        turned = np.einsum("njl,nl->nj", self._by_information(slopes)[integrand.of], integrand.slope)
        b = integrand.canonical.at(integrand.eta + np.sum(integrand.slope * mode[integrand.of], axis=1))
        variance = integrand.trials * b.variance
        by_eta = integrand.trials * integrand.canonical.third(b) * np.sum(turned * integrand.slope, axis=1)
        # The mode moves all nodes, and through η at the mode the information.
        by_mode = np.einsum("gk,gkj->gj", self.shares, slopes) + integrand.sums @ (by_eta[:, None] * integrand.slope)
        # J dv̂ = −Σ t b″ a dη + Σ (y − t b′) da: the gradient at the mode stays 0.
        moved = np.linalg.solve(self.rule.information, by_mode[..., None])[..., 0]
        along_x, along_z = self._by_column(by_eta - variance * np.sum(integrand.slope * moved[integrand.of], axis=1))
        _, left = self._by_column(integrand.data["y"] - integrand.trials * b.mean)
        _, bent = self._by_column(variance[:, None] * turned)
        # In L's entry (i, j), dη = zᵢ v̂ⱼ and daⱼ = zᵢ.
        of_root = [along_z[i] * mode[:, j] + left[i] * moved[:, j] + 2 * bent[i][:, j] for i, j in self.places]
        return np.column_stack([*along_x, *of_root])

    def _by_information(self, slopes):
        """The derivative of each group's sum in its information ``(G, E, E)``, from the slopes in v at the nodes.

        Of C Cᵀ = information⁻¹ follows dC = −C Φ(Cᵀ d(information) C) with Φ the upper triangle and half the diagonal.
        """
        scale = self.rule.scale
        transposed = np.swapaxes(scale, 1, 2)
        # The sum's derivative in C: through the nodes, and of log |C|, which is C⁻ᵀ.
        by_scale = np.sqrt(2) * np.einsum("gk,gkj,kl->gjl", self.shares, slopes, self.rule.points)
        by_scale += np.swapaxes(np.linalg.inv(scale), 1, 2)  # of log |C|
        # tr(by_scaleᵀ dC) with dC as above is tr(D dJ); dJ is symmetric, and so is the D that is returned.
        upper = np.triu(transposed @ by_scale)
        upper -= 0.5 * np.eye(scale.shape[1]) * upper
        by_information = -scale @ upper @ transposed
        return (by_information + np.swapaxes(by_information, 1, 2)) / 2
