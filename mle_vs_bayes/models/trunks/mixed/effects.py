"""The law of the effects of groups given y and the parameters, which for normal outcomes is normal.

With u = L v it is v ~ Normal(A⁻¹ b, A⁻¹), A = I + Lᵀ Zᵀ W Z L / σ² and b = Lᵀ Zᵀ W (y − X β) / σ².
"""

import numpy as np

from ....data.formulas.parts import effect, level
from .sparse import factorised, sparse_forms


def draw(model, theta, data, rng):
    """Draws of ``z[…]``, the standardised effects, and ``u[…]``, the effects: ``(C, D, levels)`` each by name."""
    groups = model.groups
    shape = np.shape(theta["sigma"])
    flat = {
        name: np.reshape(values, (int(np.prod(shape)), *np.shape(values)[len(shape) :]))
        for name, values in theta.items()
    }
    of = _of_one_grouping if len(groups.factors) == 1 else _of_several
    v = of(model, flat, data, rng)
    root = model.root(
        {name: np.moveaxis(values, -1, 0) if values.ndim > 1 else values for name, values in flat.items()}
    )
    drawn = {}
    for i, row in enumerate(root):
        u = sum((np.asarray(f)[:, None] * v[j] for j, f in enumerate(row) if f is not None), np.zeros(1))
        for letter, values in (("z", v[i]), ("u", u)):
            drawn[f"{letter}[{groups.effects[i]}]"] = values.reshape(*shape, -1)
    return drawn


def _of_one_grouping(model, theta, data, rng):
    """Draws of one grouping: A is a matrix ``(E, E)`` for each level, so that all draws are solved at once."""
    groups = model.groups
    size, of = len(groups.effects), data[level(groups.factors[0])].astype(np.intp)
    z = np.column_stack([data[effect(name)] for name in groups.effects])
    weights = data.get("weights", np.ones(len(z)))

    def summed(values):
        """Σ w values of each level, of ``(n, …)``."""
        total = np.zeros((int(of.max()) + 1, *values.shape[1:]))
        np.add.at(total, of, weights.reshape(-1, *(1,) * (values.ndim - 1)) * values)
        return total

    # The rows enter A and b by Σ w z zᵀ, Σ w z y and Σ w z xᵀ of each level alone: summed once, they serve all draws.
    square = summed(z[:, :, None] * z[:, None, :])
    y, x = summed(z * (data["y"] - data.get("offset", 0.0))[:, None]), summed(z[:, :, None] * data["X"][:, None, :])
    points = ({name: values[d] for name, values in theta.items()} for d in range(len(theta["sigma"])))
    draws = [_solved(model, point, square, y, x, rng) for point in points]
    return np.moveaxis(np.stack(draws), -1, 0).reshape(size, len(draws), -1)


def _solved(model, theta, square, y, x, rng):
    """One draw of v ``(levels, E)``."""
    root = model.root_matrix(theta)
    turned = root / theta["sigma"]
    system = np.eye(len(root)) + turned.T @ square @ turned
    toward = (y - x @ theta["beta"]) @ turned / theta["sigma"]
    factor = np.linalg.cholesky(system)
    # A = C Cᵀ, so that C⁻ᵀ ε has the covariance C⁻ᵀ C⁻¹ = A⁻¹.
    noise = np.linalg.solve(np.swapaxes(factor, -1, -2), rng.standard_normal(toward.shape)[..., None])
    return (np.linalg.solve(system, toward[..., None]) + noise)[..., 0]


def _of_several(model, theta, data, rng):
    """Of several groupings each draw solves A v = b + η with η from Normal(0, A), which makes v's covariance A⁻¹.

    η = η₁ + Lᵀ Zᵀ W^½ η₂ / σ with η₁ and η₂ standard normal has that covariance. [1]_

    .. [1] Papandreou & Yuille (2010), Gaussian sampling by local perturbations, NIPS 23.
    """
    sparse = sparse_forms(model.groups, data)
    weights = data.get("weights", np.ones(len(data["y"])))
    draws = []
    for d in range(len(theta["sigma"])):
        at = {name: values[d] for name, values in theta.items()}
        z, factor = factorised(sparse, model.root(at), at["sigma"])
        left = (data["y"] - model.predictor(at, data)) / at["sigma"]
        moved = weights * left + np.sqrt(weights) * rng.standard_normal(len(left))
        draws.append(factor.solve(z.T @ moved + rng.standard_normal(z.shape[1])))
    return np.split(np.stack(draws), sparse.first[1:-1], axis=1)
