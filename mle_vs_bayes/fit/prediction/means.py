"""The mean of the outcome at θ, from the records of families: no family has a line of its own here.

Of an outcome that is a class it is the chance of each class: the mean of K numbers that are 1 for the class and else 0.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import Dataset
from ...data.formulas.parts import effect
from ...errors import UsageError
from ...model.families import Family
from ...model.model import Model
from ...models.trunks.fixed import Fixed
from ...models.trunks.mixed.trunk import Mixed
from ...models.trunks.mixture import Mixture
from ...models.trunks.plain import Plain

Array = NDArray[np.float64]
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(40)
"""The rule of the integral over a standard normal effect; its weights sum to √(2π)."""


def check(model: Model) -> None:
    """Refuse a model whose outcome has no mean that a row of covariates determines.

    Raises
    ------
    UsageError
        Series, values that belong to their own groups, the user's own program; a family without a mean.
    """
    if predicts_classes(model):
        return
    model = of_rows(model)
    if not isinstance(model, Plain | Mixture):
        raise UsageError(
            f"the outcome of {model.name} has no mean that one new row determines; predict from a model of one family."
        )
    if model.family.mean is None:
        raise UsageError(f"the family {model.family.name} of {model.name} has no mean in a formula; take another.")


def whole(model: Model) -> Model:
    """The model without any of its parameters held."""
    return model.larger if isinstance(model, Fixed) else model


def of_rows(model: Model) -> Model:
    """The model of rows whose effects of groups are known."""
    model = whole(model)
    rows: Model = model.rows if isinstance(model, Mixed) else model
    return rows


def has_mean(model: Model) -> bool:
    """Whether `mean_response` has a formula that gives one number."""
    model = of_rows(model)
    return isinstance(model, Plain | Mixture) and model.family.mean is not None


def predicts_classes(model: Model) -> bool:
    """Whether the outcome is a class, so that `mean_response` gives the chance of each."""
    return "class_chances" in of_rows(model).offers


def classes(model: Model, data: Dataset) -> tuple[str, ...]:
    """The names of the K classes that the outcome of ``data`` may be, of which there are none where it is a number."""
    return data.coords["outcome"] if predicts_classes(model) else ()


def shape_of(model: Model, data: Dataset, count: int) -> tuple[int, ...]:
    """The shape of the means of ``count`` rows: ``(count,)``, or ``(count, K)`` where y is one of K classes."""
    names = classes(model, data)
    return (count, len(names)) if names else (count,)


def mean_response(model: Model, theta: Mapping[str, Any], data: Dataset) -> Array:
    """E(y) of each row of ``data`` at θ; NaN or infinite where the family has no mean there.

    ``(n,)``, and of classes ``(n, K)``: the chance of each.
    """
    if isinstance(model, Fixed):
        return mean_response(model.larger, model.full(theta), data)
    if isinstance(model, Mixed):
        return _over_effects(model, theta, data)
    if predicts_classes(model):
        return model.class_chances(theta, data)
    if isinstance(model, Mixture):
        each = np.broadcast_to(_of_family(model.family, model.arguments(theta)), np.shape(theta["weight"]))
        return np.full(data.n, float(np.sum(theta["weight"] * each)))
    assert isinstance(model, Plain)
    return np.broadcast_to(_of_family(model.family, model.arguments(theta, data)), data.n).astype(float)


def _of_family(family: Family, arguments: Mapping[str, Any]) -> Any:
    assert family.mean is not None
    with np.errstate(all="ignore"):
        return family.mean(**family.in_first_form(arguments))


def _over_effects(model: Mixed, theta: Mapping[str, Any], data: Dataset) -> Array:
    """The mean over effects of new members: Σ z u is normal, so that one integral per row is enough.

    With u = L v and v independent standard normal its variance is Σ_j (Σ_i z_i L_ij)².
    """
    root, values = model.root(theta), [data[effect(label)] for label in model.groups.effects]
    size = len(root)
    along = [
        np.sum([values[i] * root[i][j] for i in range(size) if root[i][j] is not None], axis=0) for j in range(size)
    ]
    spread = np.sqrt(np.sum(np.square(along), axis=0))
    means = [mean_response(model.rows, theta, _moved(model, data, spread * node)) for node in NODES]
    return np.tensordot(WEIGHTS, means, axes=1) / np.sqrt(2 * np.pi)


def _moved(model: Mixed, data: Dataset, added: Array) -> Dataset:
    return Dataset(model.moved(data, added), data.coords)
