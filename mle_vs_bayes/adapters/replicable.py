"""A PyMC program that data sets are drawn from, and fitted by the thousand: what studies need of a stranger's model.

Data are drawn from the program itself with its parameters at the truth. For another n its rows are drawn anew, with
replacement, once: all replicates of one n have the same covariates.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..contract.column import Column
from ..contract.data import Dataset
from ..contract.model import Model, Theta
from ..contract.quiet import quiet
from ..errors import UsageError
from .opening import open_program
from .own_program import OwnProgram

if TYPE_CHECKING:
    import pymc

Array = NDArray[np.float64]


class Replicable(Model):
    """A program as a model of the contract, of which only drawing data sets is asked; `program_for` fits them."""

    columns: ClassVar[tuple[Column, ...]] = ()

    def __init__(self, name: str, build: Callable[[int | None], "pymc.Model"]) -> None:
        """``build`` makes the program for n rows of data, or for the data as they are."""
        self.name, self._build = name, build
        self._opened: dict[Any, OwnProgram] = {}
        self._draws: dict[int, Any] = {}
        own = self._open(build(None))
        self.parameters, self._coords = own.model.parameters, own.model.axes.coords

    def coords(self, data: Dataset) -> dict[str, tuple[Any, ...]]:
        return dict(self._coords)

    def design(self, n: int, rng: np.random.Generator) -> Dataset:
        return Dataset({"unit": np.arange(float(n))})

    def simulate(self, theta: Theta, design: Dataset, rng: np.random.Generator) -> Dataset:
        """What is observed, one column per observed variable, drawn from the program with its parameters at theta."""
        if design.n not in self._draws:
            program = self._build(design.n)
            self._open(program)
            self._draws[design.n] = _sampler(program)
        drawn = self._draws[design.n](theta, int(rng.integers(2**31)))
        return Dataset({name: np.asarray(values, dtype=float) for name, values in drawn.items()})

    def program_for(self, data: Dataset) -> OwnProgram:
        """The program of the data's shape, whose own data are others; its graphs take those of replicates."""
        shape = _shape(dict(data))
        if shape not in self._opened:
            self._open(self._build(data.n))
        if shape not in self._opened:
            raise UsageError(f"{self.name} has no observed variables of these names and sizes: {shape}.")
        return self._opened[shape]

    def bound_to(self, data: Dataset) -> OwnProgram:
        """The program with these data in the place of its own."""
        template = self.program_for(data).model.program
        return open_program(with_observed(template, dict(data)), self.name)

    def _open(self, program: "pymc.Model") -> OwnProgram:
        opened = open_program(program, self.name)
        self._opened.setdefault(_shape(opened.model.observed), opened)
        return opened


def _shape(values: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(sorted((name, np.shape(each)) for name, each in values.items()))


def with_observed(program: "pymc.Model", values: Mapping[str, Array]) -> "pymc.Model":
    """A copy of a program with other observed values."""
    import pytensor.tensor as pt
    from pymc.model.fgraph import clone_model

    copy = clone_model(program)
    for rv in copy.observed_RVs:
        old = copy.rvs_to_values[rv]
        new = pt.as_tensor(np.asarray(values[str(rv.name)], dtype=old.dtype), name=rv.name)
        copy.rvs_to_values[rv] = new
        copy.values_to_rvs.pop(old, None)
        copy.values_to_rvs[new] = rv
    order = [rv.name for rv in program.free_RVs]  # which cloning does not keep
    copy.free_RVs.sort(key=lambda rv: order.index(rv.name))
    return copy


def _sampler(program: "pymc.Model") -> Callable[[Theta, int], dict[str, Array]]:
    """A compiled function from parameters and a seed to one draw of every observed variable."""
    import pymc
    import pytensor
    from pymc.pytensorf import reseed_rngs

    nodes = {rv.name: pytensor.shared(np.asarray(value), name=f"at_{rv.name}") for rv, value in _points(program)}
    with quiet():
        fixed = pymc.do(program, nodes)
        outputs = [fixed[rv.name] for rv in program.observed_RVs]
        function = pymc.compile([], outputs, mode="FAST_COMPILE")
    names = [str(rv.name) for rv in program.observed_RVs]
    generators = [v for v in function.get_shared() if isinstance(v.get_value(borrow=True), np.random.Generator)]

    def draw(theta: Theta, seed: int) -> dict[str, Array]:
        for name, node in nodes.items():
            node.set_value(np.asarray(theta[name], dtype=node.get_value().dtype))
        reseed_rngs(generators, np.random.SeedSequence(seed).generate_state(1)[0])
        return dict(zip(names, function(), strict=True))

    return draw


def _points(program: "pymc.Model") -> list[tuple[Any, Any]]:
    from .own_model import initial_point

    point = initial_point(program)
    return [(rv, point[rv.name].astype(rv.dtype)) for rv in program.free_RVs]


def of_size(data: Any, n: int | None) -> Any:
    """The data with n rows drawn from theirs; a mapping's arrays of full length and its counts follow."""
    if data is None or n is None:
        return data
    rows = _rows(data)
    if n == rows:
        return data
    index = np.random.default_rng(n).integers(rows, size=n)
    if not isinstance(data, Mapping):
        return data.iloc[index].reset_index(drop=True)
    return {name: _resized(value, rows, index) for name, value in data.items()}


def _resized(value: Any, rows: int, index: NDArray[np.intp]) -> Any:
    if np.ndim(value) == 0:
        return type(value)(len(index)) if value == rows else value
    return np.asarray(value)[index] if len(value) == rows else value


def _rows(data: Any) -> int:
    if not isinstance(data, Mapping):
        return len(data)
    return max((len(value) for value in data.values() if np.ndim(value) > 0), default=0)
