"""Derived quantities of a program: its small deterministics, and what the function beside it derives."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import Dataset
from ...errors import ModelError
from ...model.layout import Layout
from ...model.parameter import Function, Moments
from ...model.support import real
from ..program_model import MOST_ELEMENTS, MOST_FITTED, ProgramModel, axes_of
from .densities import Graphs
from .differentiate import function, guarded
from .randomness import is_random
from .supports import of_quantity

Array = NDArray[np.float64]


def with_quantities(model: ProgramModel) -> ProgramModel:
    """The model with its derived quantities, and their axes."""
    layout = Layout(model, Dataset({}))  # its axes do not come from the data
    shapes = _small(model, layout)
    small = {variable: shape for variable, shape in shapes.items() if np.prod(shape) <= MOST_ELEMENTS}
    derived = model.hooks.functions
    values = {} if derived is None else dict(derived(layout.split(layout.join(model.point))))
    named = {**{str(v.name): shape for v, shape in small.items()}, **{name: np.shape(v) for name, v in values.items()}}
    axes = axes_of(model.program, named)
    graphs = Graphs(model.program, layout)
    of = {str(v.name): _of(graphs, layout, [v], shape) for v, shape in small.items()}
    of |= {name: _one(derived, name) for name in values} if derived is not None else {}
    _check_declared(model, of)
    known = {model.program[p.name]: p.support for p in model.parameters}
    supports = {str(v.name): of_quantity(v, known) for v in small}
    return replace(
        model,
        axes=replace(model.axes, coords={**model.axes.coords, **axes.coords}),
        deterministics=tuple(small),
        functions=tuple(
            Function(name, f, axes.dims[name], supports.get(name, real), _moments(model, name))
            for name, f in of.items()
        ),
    )


def _check_declared(model: ProgramModel, known: Mapping[str, Any]) -> None:
    for name in model.hooks.no_mean:
        if name not in known:
            has = ", ".join(known) or "none"
            raise ModelError(f"no_mean of {model.name} names {name}, which is no derived quantity of it; it has {has}.")


def _moments(model: ProgramModel, name: str) -> Callable[[Any, Any], Moments] | None:
    """None of a quantity that the file says has no mean; of the others all are taken to exist."""
    if name not in model.hooks.no_mean:
        return None
    none = Moments(0.0, str(model.hooks.no_mean[name]), attained=True)
    return lambda _tails, _data: none


def _small(model: ProgramModel, layout: Layout) -> dict[Any, tuple[int, ...]]:
    """Deterministics that depend on a parameter and are no fitted values, with their shapes."""
    from .latent import read_by

    small = {}
    candidates = [d for d in model.program.deterministics if read_by(model.program, [d])]
    if candidates:
        graphs = Graphs(model.program, layout)
        point = layout.join(model.point)
        for variable in candidates:
            graph = graphs.one(variable)
            if is_random(graph):  # another number at every evaluation: it stays in the DataTree
                continue
            shape = np.shape(function(graphs.vector, graph)(point))
            fitted = model.size in (*shape, np.prod(shape)) and model.size > MOST_FITTED
            if not fitted or model.effects:
                small[variable] = shape
    return small


def _of(graphs: Graphs, layout: Layout, variables: list[Any], shape: tuple[int, ...]) -> Callable[[Any], Any]:
    """A deterministic as a function of named values, of one point or of an array of draws."""
    size = int(np.prod(shape))
    cell: dict[str, Callable[[Array], Array]] = {}

    def of(theta: Mapping[str, Any]) -> Any:
        if not cell:
            cell["of"] = guarded(function(graphs.vector, graphs.deterministics(variables)), (size,))
        first = layout.parameters[0]
        leading = np.shape(theta[first.name])[: np.ndim(theta[first.name]) - len(first.dims)]
        columns = [np.reshape(theta[p.name], (*leading, -1)) for p in layout.parameters]
        points = np.concatenate(columns, axis=-1).reshape(-1, layout.size)
        values = np.array([cell["of"](point) for point in points])
        return values.reshape(*leading, *shape) if leading or shape else values.reshape(())

    return of


def _one(derived: Callable[..., Any], name: str) -> Callable[[Any], Any]:
    return lambda theta: derived(theta)[name]
