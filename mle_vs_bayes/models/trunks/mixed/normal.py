"""Mixed models of normal outcomes: the marginal likelihood is exact for any groupings, nested or crossed.

With V = σ² I + Z Σ Zᵀ and u = L v, v standard normal: log |V| and the quadratic form follow from
A = I + Lᵀ Zᵀ Z L / σ², which has a row per effect and level, by the identities of Sylvester and Woodbury. [1]_ It is
worded twice: in SciPy by a sparse factorisation of A and the penalised least squares that A solves, in PyTensor by
elimination.

.. [1] Bates, Mächler, Bolker & Walker (2015), Journal of Statistical Software 67(1), 1–48.
"""

import numpy as np

from ....data import counts
from ....data.formulas.parts import effect, level
from ..regression import least_squares
from . import effects, elimination
from .law import Law
from .sparse import factorised, sparse_forms
from .trunk import BESIDE_SIGMA, Mixed


class MixedNormal(Mixed):
    """A normal outcome whose mean is linear in covariates and in effects of groups.

        beta  ~ Normal(mean(y) at Intercept else 0, 2.5 × sd(y)/sd(x))
        sd    ~ HalfNormal(2.5 × sd(y)/sd(effect))     one for each effect of a grouping
        cor   ~ LKJ(2)                                 one for each two effects of a term
        sigma ~ Exponential(1/sd(y))
        u[j]  ~ Normal(0, Σ)                           j = 1 … levels, Σ made of sd and cor
        y[i]  ~ Normal(X[i] · beta + z[i] · u[group[i]], sigma)

    Maximum likelihood, MAP and the sampler have u integrated out; u is drawn given the parameters. The independent unit
    is a set of rows that no grouping connects.
    """

    offers = frozenset({"latent", "draw_latent"})

    def start(self, data):
        """Least squares, and effects half as large as what that leaves over."""
        y = data["y"] - data.get("offset", 0.0)
        beta = least_squares(data, y)
        left = np.sqrt(counts.mean(data, (y - data["X"] @ beta) ** 2)) or 1.0
        sizes = [np.sqrt(counts.mean(data, data[effect(label)] ** 2)) for label in self.groups.effects]
        theta = {"beta": beta, "sd": 0.5 * left / np.array(sizes), "sigma": 0.7 * left}
        return theta | ({self.together: np.zeros(len(self.groups.pairs))} if self.groups.pairs else {})

    def log_likelihood(self, theta, data):
        sparse = sparse_forms(self.groups, data)
        sigma, weights = theta["sigma"], data.get("weights", np.ones(len(data["y"])))
        left = (data["y"] - self.predictor(theta, data)) / sigma
        z, factor = factorised(sparse, self.root(theta), sigma)
        v = factor.solve(z.T @ (weights * left))
        # The quadratic form as the least sum of squares, in which nothing cancels.
        blocks = sparse.of_rows.max() + 1
        squares = np.bincount(sparse.of_rows, weights * (left - z @ v) ** 2, blocks)
        squares += np.bincount(sparse.of_columns, v**2, blocks)
        pivots = np.bincount(sparse.of_columns, np.log(factor.U.diagonal())[factor.perm_c], blocks)
        rows = np.bincount(sparse.of_rows, weights, blocks)
        return -0.5 * (rows * np.log(2 * np.pi * sigma**2) + pivots + squares)

    def likelihood(self, theta, data):
        return elimination.observed(self, theta, data)

    def latent(self, theta, data):
        import pymc as pm

        eta = self.predictor(theta, data)
        groups = self.groups
        factors = [groups.factors[place] for place in groups.factor_of]
        v = [pm.Normal(f"z[{e}]", dims=level(f)) for e, f in zip(groups.effects, factors, strict=True)]
        for i, row in enumerate(self.root(theta)):
            value = sum(factor * v[j] for j, factor in enumerate(row) if factor is not None)
            name, axis = groups.effects[i], level(factors[i])
            u = pm.Deterministic(f"u[{name}]", value, dims=axis)
            eta = eta + data[effect(name)] * u[data[axis].astype("int64")]
        return pm.Normal("y", eta, theta["sigma"], observed=data["y"])

    def restriction(self, theta, data):
        """−½ log |Xᵀ V⁻¹ X| + ½ k log 2π, by V⁻¹ = (W − W z A⁻¹ zᵀ W)/σ²."""
        sparse = sparse_forms(self.groups, data)
        z, factor = factorised(sparse, self.root(theta), theta["sigma"])
        weighted = data["X"] * data.get("weights", np.ones(data.n))[:, None]
        across = (z.T @ weighted).astype(z.dtype)
        information = (data["X"].T @ weighted - across.T @ factor.solve(across)) / theta["sigma"] ** 2
        # A complex determinant has its phase in the sign.
        sign, size = np.linalg.slogdet(information)
        return -0.5 * (size + np.log(sign)) + 0.5 * data["X"].shape[1] * np.log(2 * np.pi)

    def lost_in_single_rows(self, data):
        return BESIDE_SIGMA

    def law_of_seen(self, theta, data, rows, places):
        """v ~ Normal(A⁻¹ b, A⁻¹) as in `effects`, so that c · v is normal with variance c A⁻¹ c."""
        sparse, sigma = sparse_forms(self.groups, data), theta["sigma"]
        z, factor = factorised(sparse, self.root(theta), sigma)
        left = (data["y"] - self.predictor(theta, data)) / sigma
        v = factor.solve(z.T @ (data.get("weights", np.ones(len(left))) * left))
        across = np.zeros((rows.n, len(v)))
        for i, label in enumerate(self.groups.effects):
            place = places[self.groups.factors[self.groups.factor_of[i]]]
            seen = np.flatnonzero(place >= 0)
            across[seen, sparse.first[i] + place[seen]] = rows[effect(label)][seen]
        across = across @ sparse.root(self.root(theta))
        return Law.normal(across @ v, np.sum(across * factor.solve(across.T).T, axis=1))

    def draw_latent(self, theta, data, rng):
        return effects.draw(self, theta, data, rng)
