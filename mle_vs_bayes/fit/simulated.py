"""Data from the model itself, at a truth the rows can carry."""

from collections.abc import Mapping

import numpy as np

from ..data.dataset import Dataset
from ..density.model_density import density_of
from ..errors import UsageError
from ..model.layout import Layout
from ..model.model import Model
from ..model.prior import Prior


def simulated(model: Model, n: int, truth: Mapping[str, float], seed: int) -> tuple[Dataset, dict[str, float]]:
    """A data set of n units and the truth of every quantity by label.

    Parameters that ``truth`` does not name take their typical value.

    Raises
    ------
    UsageError
        Too few units, an unknown name, or a value outside the parameter's support.
    """
    if n < 2:
        raise UsageError(f"the number of units to simulate is {n}; a comparison needs at least 2.")
    return drawn(model, n, truth, np.random.default_rng([seed, n]))


def drawn(
    model: Model, n: int, truth: Mapping[str, float], generator: np.random.Generator, design: Dataset | None = None
) -> tuple[Dataset, dict[str, float]]:
    """The same from a generator of random numbers, as a study has one for each replicate.

    Under the ``design``, or that of the model's own for n units.

    Raises
    ------
    UsageError
        Too few units for the model, an unknown name, or a value outside the parameter's support.
    """
    design = model.design(n, generator) if design is None else design
    if n < (least := model.least_rows(design)):
        raise UsageError(f"the number of units to simulate is {n}; {model.name} needs at least {least}.")
    layout = Layout(model, design)
    theta = layout.split(_truth(model, layout, truth))
    data = filled(model, model.simulate(theta, design, generator))
    named = {label: float(value) for label, value in zip(layout.labels, layout.join(theta), strict=True)}
    for function in model.functions:
        values = np.ravel(function.of(theta))
        named |= {label: float(v) for label, v in zip(layout.function_labels(function), values, strict=True)}
    return data, named


def from_priors(
    model: Model, design: Dataset, priors: Mapping[str, Prior], generator: np.random.Generator
) -> dict[str, float]:
    """A truth by label, drawn from priors of plain numbers; as many elements as the model has under the ``design``.

    Raises
    ------
    ModelError
        A prior is improper, or cannot be drawn from.
    """
    layout = Layout(model, design)
    (theta,) = density_of(model, filled(model, design), priors).draw_prior(1, generator)
    return {label: float(value) for label, value in zip(layout.labels, theta, strict=True)}


def filled(model: Model, data: Dataset) -> Dataset:
    """The data with every optional column that has a default."""
    absent = [c for c in model.columns if c.role not in data and c.default is not None]
    return model.completed(data.replace(**{c.role: np.full(data.n, c.default) for c in absent}))


def _truth(model: Model, layout: Layout, truth: Mapping[str, float]) -> np.ndarray:
    typical = [np.broadcast_to(p.typical, len(layout.labels_of[p.name])) for p in model.parameters]
    values = [float(value) for each in typical for value in each]
    for key, value in truth.items():
        if key not in layout.labels:
            raise UsageError(f'{model.name} has no parameter "{key}" for a truth; it has {", ".join(layout.labels)}.')
        values[layout.labels.index(key)] = value
    theta = np.asarray(values, dtype=float)
    for parameter in model.parameters:
        block, support = theta[layout.slices[parameter.name]], parameter.support
        ends = [getattr(support, side) for side in support.closed]  # a spread of 0 is a truth
        if not all(map(support.contains, np.setdiff1d(block, ends) if ends else [block])):
            raise UsageError(
                f"truth {parameter.name}={_text(block)} lies outside its support ({support.name}); "
                f"a typical value is {_text(np.atleast_1d(parameter.typical))}."
            )
    return theta


def _text(values: np.ndarray) -> str:
    """``2`` or ``[0.2, 0.8]``."""
    shown = ", ".join(f"{value:.3g}" for value in values)
    return f"[{shown}]" if len(values) > 1 else f"{values[0]:g}"
