"""Mixed models of other outcomes: one grouping with up to two effects, integrated by adaptive Gauss–Hermite quadrature.

A group's likelihood is the integral over v, standard normal, of the product of its rows' densities at η + z L v. Its
nodes are put where the integrand is and scaled as wide as it is (`rule`). [1]_ In NumPy here, in PyTensor in
`quadrature_graph`.

.. [1] Pinheiro & Bates (1995), Journal of Computational and Graphical Statistics 4(1), 12–35.
"""

from copy import copy

import numpy as np
import scipy

from ....data.dataset import below
from ....errors import UsageError
from ....words import listed
from .integrand import canonical, quadrature_graph
from .integrand.derivatives import GroupDerivatives
from .integrand.integrand import Integrand
from .integrand.rule import LOCATING, ZOOMS, grid
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
ROWS = 20_000
"""Rows of the copies of the data that are integrated together."""
MOST_CELLS = 10_000_000
"""Rows × nodes that a graph holds: each of its arrays has so many numbers."""


class MixedQuadrature(MixedOther):
    """Outcomes with a formula, whose predictor has effects of groups in it.

        sd   ~ HalfNormal(2.5/sd(effect))     one for each effect; of identity links times sd(y)
        cor  ~ LKJ(2)                         of two effects of a term
        u[j] ~ Normal(0, Σ)                   j = 1 … groups, Σ made of sd and cor
        y[i] ~ the model without groups, its predictor X[i] · beta + z[i] · u[group[i]]

    Maximum likelihood and MAP have u integrated out by quadrature. The sampler draws u with the parameters: with the
    coefficient of its column added where a group's rows say far more of it than its prior does, else as a multiple of
    sd.
    """

    offers = frozenset({"latent", "settled", "derivatives"})
    enough: int | None = None
    """Nodes that `settled` has found to be enough."""

    def __init__(self, rows, groups=None, nodes=None):
        """There are formulas of derivatives unless the nodes are fewer than usual: then their motion counts."""
        super().__init__(rows, groups, nodes)
        if groups is None or not self.enough_nodes:
            self.offers -= {"derivatives"}

    def with_groups(self, groups=None):
        """What has no quadrature is sampled alone: it would take nodes for all groupings together."""
        if groups is None or (len(groups.factors) == 1 and len(groups.effects) <= MOST_EFFECTS):
            return super().with_groups(groups)
        if self.nodes is not None:
            raise UsageError(
                f"nodes={self.nodes} is for one grouping with up to {MOST_EFFECTS} effects, and the formula has "
                f"{listed(groups.effects)}; leave nodes out, or some of the effects."
            )
        return MixedSampled(self.rows).with_groups(groups)

    @property
    def quadrature(self):
        """Nodes along each effect: those that were asked for, or as many as are enough; None before data are read."""
        if self.groups is None:
            return None
        return self.nodes or self.enough or NODES[len(self.groups.effects)]

    @property
    def evaluations(self):
        """At the nodes, and at those that find where these lie; a mode is found in a few steps."""
        if self.groups is None:
            return 1
        effects = len(self.groups.effects)
        located = 0 if canonical.of(self) else ZOOMS * LOCATING[effects] ** effects
        return self.quadrature**effects + located

    @property
    def enough_nodes(self):
        """Whether there are as many as usual, so that where they are makes no difference but the quadrature's error."""
        return self.quadrature >= NODES[len(self.groups.effects)]

    @property
    def grid(self):
        """Nodes x ``(K, E)`` and their logarithmic weights ``(K,)``: Σ w f(x) is the integral of f."""
        return grid(self.quadrature, len(self.groups.effects))

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

    @property
    def can_be_below(self):
        """Whether all parameters but coefficients are numbers, in which rows of several data sets may differ."""
        coefficients = {design.replace("X", "beta", 1) for design in self.formula.designs}
        return all(parameter.name in coefficients or not parameter.dims for parameter in self.rows.parameters)

    def log_likelihood(self, theta, data):
        return next(self.log_likelihoods([theta], data))

    def log_likelihoods(self, thetas, data):
        """The groups' log-likelihoods at each θ, of copies of the data that lie one below the other, some at a time."""
        step = max(1, ROWS // data.n) if self.can_be_below else 1
        for first in range(0, len(thetas), step):
            some = thetas[first : first + step]
            _, heights, size = self._integrated(some, below([data] * len(some)))
            yield from (scipy.special.logsumexp(heights, axis=1) + size).reshape(len(some), -1)

    def derivatives(self, thetas, datasets, weights=None):
        """By the formulas of `GroupDerivatives`."""
        if len(thetas) > 1 and not self.can_be_below:
            times = [None] * len(thetas) if weights is None else weights[:, None]
            each = [self.derivatives([t], [d], w) for t, d, w in zip(thetas, datasets, times, strict=True)]
            return tuple(np.concatenate(parts) for parts in zip(*each, strict=True))
        places = [(i, j) for i, row in enumerate(self.root(thetas[0])) for j, f in enumerate(row) if f is not None]
        at = GroupDerivatives(self, thetas, below(datasets), self.grid, places)
        units = at.units.reshape(len(thetas), -1)
        times = np.ones_like(units) if weights is None else weights
        scores, hessians = at.scores_and_hessian(times.ravel())
        scores = scores.reshape(*units.shape, -1)
        terms, end = len(thetas[0]["beta"]), len(thetas[0]["beta"]) + len(places)
        first, second = (np.stack(each) for each in zip(*(self._bends(t, places) for t in thetas), strict=True))
        spreads = slice(terms, terms + first.shape[2])
        # `GroupDerivatives` counts in the entries of L. With J their derivatives in SDs and correlations the scores
        # become s J and the Hessian Jᵀ H J + Σ s ∂²L, whose second term is there because L is not linear in them.
        turn = np.stack([scipy.linalg.block_diag(np.eye(terms), f, np.eye(scores.shape[2] - end)) for f in first])
        whole = np.swapaxes(turn, 1, 2) @ hessians @ turn
        whole[:, spreads, spreads] += np.einsum("rg,rgi,rijk->rjk", times, scores[:, :, terms:end], second)
        return units, scores @ turn, whole

    def _bends(self, theta, places):
        """First and second derivatives of the entries of L at ``places`` in the SDs and the correlations.

        An entry is the SD of its row times 1, a correlation ρ or √(1 − ρ²), whose slope at ±1 is taken for 0.
        """
        groups, count = self.groups, len(self.groups.effects)
        first = np.zeros((len(places), count + len(groups.pairs)))
        second = np.zeros((*first.shape, first.shape[1]))
        pair_of = {later: place for place, (_, later) in enumerate(groups.pairs)}
        for place, (i, j) in enumerate(places):
            factor, slope, bend = 1.0, 0.0, 0.0
            if i in pair_of:
                cor = theta["cor"][pair_of[i]]
                left = np.sqrt(max(1 - cor**2, 0.0))
                of_left = (left, -cor / left, -1 / left**3) if left else (0.0, 0.0, 0.0)
                factor, slope, bend = of_left if i == j else (cor, 1.0, 0.0)
                at = count + pair_of[i]
                first[place, at], second[place, at, at] = theta["sd"][i] * slope, theta["sd"][i] * bend
                second[place, i, at] = second[place, at, i] = slope
            first[place, i] = factor
        return first, second

    def _integrated(self, thetas, data):
        """The nodes ``(G, K, E)`` of every group's v, the logarithm of the integrand by weight there, of the volume."""
        integrand = Integrand(self, thetas, data)
        points, log_weights = self.grid
        rule = integrand.rule(points)
        return rule.nodes, integrand.heights(rule.nodes) + log_weights, rule.size

    def law_of_seen(self, theta, data, rows, places):
        """The nodes of the likelihood's own integral, each with its share of it."""
        nodes, heights, _ = self._integrated([theta], data)
        place = places[self.groups.factors[0]]
        at = np.maximum(place, 0)
        along = np.where((place >= 0)[:, None], self.effects_of(rows) @ self.root_matrix(theta), 0.0)
        return Law(np.einsum("mke,me->mk", nodes[at], along), scipy.special.softmax(heights, axis=1)[at])

    def likelihood(self, theta, data):
        return quadrature_graph.observed(self, theta, data)
