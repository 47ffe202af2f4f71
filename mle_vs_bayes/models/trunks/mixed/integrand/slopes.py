"""Derivatives of each row's log density in its predictor and in whatever else it depends on, for any family.

A slot is a number of which every row has its own: the predictor of each formula, and every parameter without one. The
derivatives in slots are those of the density's graph, element by element, which is compiled once for a family and its
link: data, groups, nodes and parameters are its inputs.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .....compile_cache import UNCHECKED, compiled, in_numpy, kept, quick

Array = NDArray[np.float64]


class RowSlopes(NamedTuple):
    """Of rows × nodes ``(n, K)``: first derivatives by slot, and second ones by two, with the sign changed."""

    first: Sequence[Array]
    information: Mapping[tuple[int, int], Array]

    def where(self, counted: Any) -> "RowSlopes":
        """0 at nodes that have no share in an integral: there the density may be 0, and have no derivative."""
        first = [np.where(counted, each, 0.0) for each in self.first]
        return RowSlopes(first, {pair: np.where(counted, each, 0.0) for pair, each in self.information.items()})


class Slot(NamedTuple):
    """A parameter, or one element of a vector, or the predictor whose coefficients ``parameter`` are of a design."""

    parameter: str
    element: int | None = None
    design: str | None = None

    @property
    def offset(self) -> str:
        """The column that the predictor is."""
        return str(self.design).replace("X", "offset", 1)

    def columns(self, data: Any) -> Array:
        """The derivatives of the slot in its parameters ``(n, c)``."""
        return np.asarray(data[self.design]) if self.design else np.ones((data.n, 1))


def slots(model: Any, theta: Mapping[str, Any]) -> list[Slot]:
    """Of a mixed model, in the order of the parameters of its rows; the first is the location's predictor."""
    designs = {design.replace("X", "beta", 1): design for design in model.formula.designs}
    in_order: list[Slot] = []
    for parameter in model.rows.parameters:
        name = parameter.name
        if name in designs or not parameter.dims:
            in_order.append(Slot(name, design=designs.get(name)))
        else:
            in_order += [Slot(name, element) for element in range(len(theta[name]))]
    return in_order


def slopes(
    model: Any, theta: Mapping[str, Any], columns: Mapping[str, Array], eta: Array, among: list[Slot]
) -> RowSlopes:
    """Of rows whose ``columns`` ``(n,)`` have every X β in an offset, that of the location being ``eta`` ``(n, K)``."""
    rows = model.rows
    predictors = {slot.offset for slot in among if slot.design}
    read = [c.role for c in rows.columns if c.role in columns and c.role not in predictors]
    key = ("slopes", type(rows), rows.name, rows.link.name, tuple(read), tuple(among))
    function = kept(key, lambda: _compiled(rows, read, among))
    values = [eta, *(_value(slot, theta, columns) for slot in among[1:])]
    each = function(*(columns[role][:, None] for role in read), *(np.broadcast_to(v, eta.shape) for v in values))
    each = [np.broadcast_to(derivative, eta.shape) for derivative in each]
    return RowSlopes(each[: len(among)], dict(zip(_pairs(among), each[len(among) :], strict=True)))


def _value(slot: Slot, theta: Mapping[str, Any], columns: Mapping[str, Array]) -> Any:
    if slot.design:
        return columns[slot.offset][:, None]
    return theta[slot.parameter] if slot.element is None else theta[slot.parameter][slot.element]


def _pairs(among: list[Slot]) -> list[tuple[int, int]]:
    return [(i, j) for i in range(len(among)) for j in range(i + 1)]


def _compiled(rows: Any, read: list[str], among: list[Slot]) -> Any:
    """Every slot is an array of rows × nodes, so that a sum's derivative in it is that of each element."""
    import pymc  # noqa: F401  it registers the rewrite that leaves out checks of parameters
    import pytensor.tensor as pt
    from pytensor.gradient import grad

    columns = {role: pt.tensor(role, shape=(None, 1), dtype="float64") for role in read}
    each = [pt.matrix(f"slot_{place}", dtype="float64") for place in range(len(among))]
    numbers: dict[str, Any] = {}
    for slot, values in zip(among, each, strict=True):
        if slot.design:
            columns[slot.offset] = values
        else:
            numbers[slot.parameter] = [*numbers.get(slot.parameter, ()), values]
    vectors = {slot.parameter for slot in among if slot.element is not None}
    theta = {name: pt.stack(v, axis=-1) if name in vectors else v[0] for name, v in numbers.items()}
    first: Any = grad(rows.log_density(theta, columns).sum(), each, disconnected_inputs="ignore")
    rows_of: Any = [grad(first[i].sum(), each[: i + 1], disconnected_inputs="ignore") for i in range(len(each))]
    second = [-bend for bends in rows_of for bend in bends]
    inputs = [*(columns[role] for role in read), *each]
    return compiled(inputs, in_numpy([*first, *second]), quick().including(UNCHECKED))
