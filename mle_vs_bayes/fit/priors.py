"""The priors of one fit: the model's defaults with the user's in their place, resolved into numbers."""

import re
from collections.abc import Mapping

import numpy as np

from ..data.dataset import Dataset
from ..errors import UsageError
from ..model import jeffreys
from ..model.families import PRIORS
from ..model.model import Model
from ..model.parameter import Parameter, labels
from ..model.prior import Prior, parse

Given = Mapping[str, Prior | str]


def resolve(model: Model, assignments: Given, data: Dataset) -> dict[str, Prior]:
    """Plain-number priors by parameter name; ``assignments`` may name a parameter or one element, ``beta[x1]``.

    Raises
    ------
    UsageError
        A name the model does not have, a prior that does not parse, or whose support is not the parameter's; any other
        than the model's own where those are fixed.
    """
    fixed = {p.name: p.prior for p in model.parameters}
    if model.fixed_priors:
        if others := [name for name, prior in assignments.items() if prior is not fixed.get(name)]:
            raise UsageError(f"{model.name} says its own priors; leave out those for {', '.join(others)}.")
        return fixed
    chosen = {key: parse(value) if isinstance(value, str) else value for key, value in assignments.items()}
    known = [*(p.name for p in model.parameters), *_element_labels(model, data)]
    for key in chosen:
        if key not in known:
            raise UsageError(f'{model.name} has no parameter "{key}" for a prior; it has {", ".join(known)}.')
    resolved = {p.name: _prior_of(p, chosen, data, model.coords(data)) for p in model.parameters}
    jeffreys.check(model, resolved, data)
    return resolved


def of_subset(
    priors: Mapping[str, Prior], model: Model, names: Mapping[str, tuple[str, ...]], subset: Dataset
) -> dict[str, Prior]:
    """The same numbers for the groups of a subset: what was said of a group (of all in ``names``) goes with it."""
    chosen = dict(priors)
    for axis, parameter in ((p.dims[0], p) for p in model.parameters if p.dims and p.dims[0] in subset):
        kept = [names[axis].index(name) for name in subset.coords[axis]]
        prior = priors[parameter.name]
        picked = {k: tuple(v[i] for i in kept) if isinstance(v, tuple) else v for k, v in prior.arguments.items()}
        chosen[parameter.name] = Prior(prior.family, **picked)
    return chosen


def variant(assignments: Given, power: float = 1.0) -> str:
    """The label of these priors in rows: ``default``, or what replaced the defaults, and ``prior^2`` for a power.

    Raises
    ------
    UsageError
        A power that leaves no prior.
    """
    if not 0 < power < np.inf:
        raise UsageError(f"prior-power is {power:g}; it must be above 0: 1 is the prior as it is, 2 two of them.")
    words = [
        f"{key} ~ {parse(value) if isinstance(value, str) else value}" for key, value in sorted(assignments.items())
    ]
    if power != 1:
        words.append(f"prior^{power:g}")
    return "; ".join(words) or "default"


def _element_labels(model: Model, data: Dataset) -> list[str]:
    return [label for p in model.parameters if p.dims for label in labels(p.name, p.dims, model.coords(data))]


def _prior_of(
    parameter: Parameter, chosen: Mapping[str, Prior], data: Dataset, coords: Mapping[str, tuple[str, ...]]
) -> Prior:
    prior = chosen.get(parameter.name, parameter.prior).resolve(_as_seen_by(parameter, data))
    _check_support(parameter, parameter.name, prior)
    if not parameter.dims:
        return prior
    names = labels(parameter.name, parameter.dims, coords)
    prior = _spread(_symmetric(prior, len(names)), tuple(len(coords[dim]) for dim in parameter.dims))
    if prior.family == "LKJ" and parameter.eta_beyond:
        prior = Prior("LKJ", eta=tuple((np.asarray(prior.arguments["eta"]) + parameter.eta_beyond).tolist()))
    for position, label in enumerate(names):
        if label in chosen:
            _check_support(parameter, label, chosen[label])
            prior = _with_element(prior, chosen[label], position, len(names))
    _check_length(parameter, prior, len(names))
    return prior


def _as_seen_by(parameter: Parameter, data: Dataset) -> Dataset:
    """The data whose X is the design of this parameter's own formula, if it has one: ``1/sd(x)`` means its terms."""
    for role, axis in data.designs.items():
        if axis in parameter.dims and role != "X":
            return Dataset({**data, "X": data[role]}, {**data.coords, "term": data.coords[axis]})
    return data


def _check_support(parameter: Parameter, label: str, prior: Prior) -> None:
    if parameter.support.holds(prior.support) or prior.family == jeffreys.FAMILY:
        return
    fitting = [name for name, family in PRIORS.items() if parameter.support.holds(family.support) and family.proper]
    raise UsageError(
        f"prior {prior} of {label} has mass outside {label}'s support ({parameter.support.name}: "
        f"{parameter.support.lower:g} to {parameter.support.upper:g}); "
        f"choose one inside it, such as {', '.join(fitting[:3])}."
    )


def _symmetric(prior: Prior, length: int) -> Prior:
    """``Dirichlet(2)``: the same number for every share, of which PyMC wants one each."""
    a = prior.arguments.get("a")
    return Prior(prior.family, a=(a,) * length) if prior.family == "Dirichlet" and isinstance(a, float) else prior


def _spread(prior: Prior, shape: tuple[int, ...]) -> Prior:
    """Of a matrix, one number per column given for each row: ``Normal(0, [2, 3])`` for two terms of every class."""
    if len(shape) == 1:
        return prior
    arguments = {
        name: tuple(np.broadcast_to(value, shape).ravel().tolist())
        if isinstance(value, tuple) and len(value) == shape[-1]
        else value
        for name, value in prior.arguments.items()
    }
    return Prior(prior.family, **arguments)


def _with_element(prior: Prior, element: Prior, position: int, length: int) -> Prior:
    """One element of a vector prior replaced; all elements share a family, as a PyMC vector does."""
    if prior.signature != element.signature:
        raise UsageError(
            f"elements of one vector share a family: the others are {prior.family}({', '.join(prior.arguments)}), "
            f"this is {element}; give the whole vector a {element.family} prior first."
        )
    arguments = {}
    for name, value in prior.arguments.items():
        values = np.broadcast_to(np.asarray(value, dtype=float), (length,)).copy()
        values[position] = element.arguments[name]
        arguments[name] = tuple(values.tolist())
    return Prior(prior.family, **arguments)


def _check_length(parameter: Parameter, prior: Prior, length: int) -> None:
    for name, value in prior.arguments.items():
        if isinstance(value, tuple) and len(value) != length:
            raise UsageError(
                f"prior of {parameter.name} has {len(value)} values for {name}; {parameter.name} has {length} elements."
            )


def split_assignment(text: str) -> tuple[str, str]:
    """``shape=Gamma(2, 1)`` → (``shape``, ``Gamma(2, 1)``); names may hold brackets and ``=`` inside them.

    Raises
    ------
    UsageError
        No ``=`` outside brackets.
    """
    match = re.match(r"^\s*([^=\[\]()]+(?:\[.*?\](?==|\s*=))?)\s*=\s*(.+)$", text)
    if match is None:
        raise UsageError(f'"{text}" is not NAME=VALUE.')
    return match.group(1).strip(), match.group(2).strip()
