"""Where the search of a regression starts: weighted least squares, then the other parameters one by one."""

from itertools import product

import numpy as np

from ...data import counts
from ...model.censoring import middle
from ...model.support import positive, unit

STEPS = 4
"""Steps of weighted least squares: a start has to be near, no more."""
GRID = 2.0 ** np.arange(-6, 7)
"""Multiples of a typical value that are tried."""


def weighted_least_squares(model, data):
    """Coefficients ``(k,)`` near those of the location: a few steps of Fisher's scoring from y itself.

    Each regresses the working outcome η + (y − μ)/μ′(η) with weights μ′(η)²/V(μ). [1]_ Steps that leave the domain
    of the link, or lower the likelihood, are not taken.

    .. [1] McCullagh & Nelder (1989), Generalized Linear Models, 2nd ed., section 2.5.
    """
    link, weights = model.link, data.counts
    y, size = _outcome(data)
    offset = data.get("offset", np.zeros(data.n))
    mean = _inside(model, y, float(np.average(y, weights=weights * size)))
    beta = _solved(data["X"], link.link(mean) - offset, weights * size)
    best = [_constant(model, data, float(np.average(mean, weights=weights * size)), offset)]
    for _ in range(STEPS):
        best.append(beta)
        with np.errstate(all="ignore"):
            # Fisher's scoring is least squares of η + (y − μ)/μ′ with these weights, whatever family and link.
            eta = data["X"] @ beta + offset
            mean, slope = link.inverse(eta), link.derivative(eta)
            working = eta - offset + (y - mean) / slope
            scale = weights * size * slope**2 / _variance(model, mean)
        if not np.all(np.isfinite(working) & np.isfinite(scale)):
            break
        beta = _solved(data["X"], working, scale)
    values = [_log_likelihood(model, {**_others(model, data), "beta": each}, data) for each in best]
    return best[int(np.argmax(values))]


def of_constants(model, values, data):
    """The start at ``values`` of the location and the other parameters, by row, where no covariate has an effect."""
    beta = _constant(model, data, values[model.family.location], data.get("offset", np.zeros(data.n)))
    others = [_at(model, argument, values[argument.row], data) for argument in model.family.others]
    return {"beta": beta} | {name: value for each in others for name, value in each.items()}


def others_at(model, theta, data):
    """``theta`` with each other parameter at the best of some multiples of a typical value, twice over.

    How heavy tails are is left at its typical value: the likelihood is flat where they are light.
    """
    theta = {**theta, **_others(model, data)}
    scalars = [
        argument for argument in model.family.others if argument.support.lower == 0 and argument.prior != "tails"
    ]
    for _, argument in product(range(2), scalars):
        centre = _typical(argument, data)
        inside = [value for value in centre * GRID if argument.support.contains(value)]
        points = [{**theta, **_at(model, argument, value, data)} for value in inside]
        theta = points[int(np.argmax([_log_likelihood(model, point, data) for point in points]))]
    return theta


def _others(model, data):
    return {
        name: value
        for argument in model.family.others
        for name, value in _at(model, argument, _typical(argument, data), data).items()
    }


def _typical(argument, data):
    """A value of usual size: in the unit of y, or per unit of it, where the parameter has one."""
    if argument.prior in ("scale", "spread"):
        return float(counts.spread(data, middle(data)))
    power = {"large size": 1, "slope": -1}.get(argument.prior)
    return argument.typical if power is None else float(counts.mean(data, np.abs(middle(data)))) ** power


def _at(model, argument, value, data):
    """A parameter at a value in every row: itself, or coefficients that come nearest."""
    from ...model.links import LINKS

    if argument.row not in model.further:
        return {argument.row: value}
    design = data[f"X_{argument.row}"]
    eta = np.full(data.n, float(LINKS[argument.link].link(value)))
    return {f"beta_{argument.row}": _solved(design, eta, data.counts)}


def _outcome(data):
    """y for each trial or unit of exposure ``(n,)``, and how many of them there are."""
    for role in ("trials", "exposure"):
        if role in data:
            return data["y"] / data[role], data[role]
    return middle(data), np.ones(data.n)


def _inside(model, y, mean):
    """y drawn a little towards its mean, and inside where the link has values."""
    means = model.link.means
    if means is positive:
        least = 0.1 * (mean if mean > 0 else np.std(y)) or 0.5 / len(y)  # of zeros alone: half an event
        return np.maximum(0.9 * y + 0.1 * mean, least)
    edge = 0.5 / (len(y) + 1)
    return np.clip(0.9 * y + 0.1 * mean, edge, 1 - edge) if means is unit else y


def _constant(model, data, mean, offset):
    return _solved(data["X"], model.link.link(np.full(data.n, mean)) - offset, data.counts)


def _variance(model, mean):
    """V(μ) of families whose variance follows from the mean alone; constant on the scale of the link for others."""
    family = model.family
    if family.variance is None or family.others:
        return model.link.derivative(model.link.link(mean)) ** 2
    one = {"n": 1.0} if "n" in family.names else {}  # of one trial
    return family.variance(**one, **family.around_location(mean, {}))


def _solved(design, outcome, weights):
    roots = np.sqrt(weights)
    return np.linalg.lstsq(design * roots[:, None], outcome * roots, rcond=None)[0]


def _log_likelihood(model, theta, data):
    with np.errstate(all="ignore"):
        value = counts.total(data, np.asarray(model.log_likelihood(theta, data)))
    return value if np.isfinite(value) else -np.inf
