"""Data sets of one design as one, whose likelihoods and derivatives are worked out together."""

import numpy as np


def below(datasets):
    """The rows of all data sets, one below the other, the groups of each being its own."""
    first = datasets[0]
    if len(datasets) == 1:
        return first
    columns = {role: np.concatenate([data[role] for data in datasets]) for role in first}
    groups = first["group"].max() + 1
    columns["group"] = columns["group"] + np.repeat(np.arange(len(datasets)) * groups, first.n)
    return type(first)(columns, first.coords)


def can_be_below(model):
    """Whether all parameters that are no coefficients are numbers, which rows of several data sets may differ in."""
    coefficients = {design.replace("X", "beta", 1) for design in model.formula.designs}
    return all(parameter.name in coefficients or not parameter.dims for parameter in model.rows.parameters)
