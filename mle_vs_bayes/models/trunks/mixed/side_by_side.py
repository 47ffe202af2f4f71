"""The likelihood at many θ as one of many rows: each copy of the data has the predictor and effects of its own θ."""

import numpy as np

from ....data.formulas.parts import effect


def log_likelihoods(model, thetas, data):
    """Log-likelihoods ``(S, G)`` of all groups at S mappings θ of a model whose parameters are beta, sd and cor.

    Under u = L v the predictor is X β + offset + Z L v: in a copy X β + offset is its offset, Z L are its effects, and
    L is the unit matrix.
    """
    count, groups, size = len(thetas), int(data["group"].max()) + 1, len(model.groups.effects)
    columns = {role: np.tile(values, count) for role, values in data.items() if values.ndim == 1}
    columns["X"] = np.zeros((count * data.n, 1))
    columns["offset"] = np.concatenate([model.predictor(theta, data) for theta in thetas])
    columns["group"] += np.repeat(np.arange(count) * float(groups), data.n)
    effects = model.effects_of(data)
    along = np.concatenate([effects @ model.root_matrix(theta) for theta in thetas])
    columns |= {effect(label): along[:, place] for place, label in enumerate(model.groups.effects)}
    plain = {"beta": np.zeros(1), "sd": np.ones(size), "cor": np.zeros(len(model.groups.pairs))}
    return model.log_likelihood(plain, type(data)(columns, data.coords)).reshape(count, groups)
