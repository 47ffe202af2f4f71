"""A PyMC program that data sets are drawn from, and fitted by the thousand: what studies need of a stranger's model.

Data are drawn from the program itself with its parameters at the truth, unless the file says ``simulate`` beside it.
Covariates are those of its ``design``, else the data's own, rows drawn anew with replacement for another n: once, so
that all replicates of one n have the same.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..data.column import Column
from ..data.dataset import Dataset
from ..errors import ModelError, UsageError
from ..model.model import Model, Theta
from .graphs.densities import units_at
from .opening import observed_values, open_program
from .origin import Origin, fixed
from .program_density import OwnProgram
from .program_model import Companions
from .simulate import Draw, sampler, undrawable, with_observed

if TYPE_CHECKING:
    import pymc

Array = NDArray[np.float64]


class Replicable(Model):
    """A program as a model of the contract, of which only drawing data sets is asked; `program_for` fits them."""

    columns: ClassVar[tuple[Column, ...]] = ()

    def __init__(self, name: str, origin: Origin, beside: Companions | None = None, own: OwnProgram | None = None):
        """``own`` is the program of the data as they are, where it has been opened already."""
        self.name, self.origin = name, origin
        self._beside = Companions(functions=beside.functions) if beside else Companions()
        self._opened: dict[Any, OwnProgram] = {}
        self._draws: dict[int, Draw] = {}
        own = self._keep(own or self._open(origin.first()))
        self.parameters, self._coords = own.model.parameters, own.model.axes.coords
        self.functions = own.model.functions  # type: ignore[misc]

    def coords(self, data: Dataset) -> dict[str, tuple[Any, ...]]:
        return dict(self._coords)

    def least_rows(self, data: Dataset) -> int:
        """A stranger's priors may say what few rows do not, and effects come with rows."""
        return 1

    def design(self, n: int, rng: np.random.Generator) -> Dataset:
        return Dataset({"unit": np.arange(float(n))})

    def simulate(self, theta: Theta, design: Dataset, rng: np.random.Generator) -> Dataset:
        """What is observed, one column per observed variable, drawn at theta.

        Raises
        ------
        ModelError
            No data can be drawn from the program, or those of the file's ``simulate`` are not such as it observes.
        """
        if design.n not in self._draws:
            self._draws[design.n] = self._draw(design.n, theta)
        drawn = self._draws[design.n](theta, rng)
        return Dataset({name: np.asarray(values, dtype=float) for name, values in drawn.items()})

    def program_for(self, data: Dataset) -> OwnProgram:
        """The program of the data's shape, whose own data are others; its graphs take those of replicates."""
        shape = _shape(dict(data))
        if shape not in self._opened:
            self._keep(self._open(self.origin.build(self.origin.sized(data.n))))
        if shape not in self._opened:
            raise UsageError(f"{self.name} has no observed variables of these names and sizes: {shape}.")
        return self._opened[shape]

    def bound_to(self, data: Dataset, allow_joint: bool = False) -> OwnProgram:
        """The program with these data in the place of its own."""
        template = self.program_for(data).model.program
        return self._open(with_observed(template, dict(data)), allow_joint)

    def _draw(self, n: int, theta: Theta) -> Draw:
        """What draws data sets of n rows; the program of that size is kept for fitting them."""
        data = self.origin.sized(n)
        program = self.origin.build(data)
        own = self._keep(self._open(program))
        if self.origin.simulate is None:
            if reason := undrawable(program):
                raise ModelError(f"{self.name} {reason}.")
            return sampler(program)
        self._check_simulated(own, self.origin.drawn(theta, data, np.random.default_rng(n)), theta)
        return lambda theta, rng: observed_values(self.origin.drawn(theta, data, rng))

    def _check_simulated(self, own: OwnProgram, drawn: "pymc.Model", theta: Theta) -> None:
        """Refuse outcomes of another shape, and those that the program reads elsewhere than where it observes."""
        values = observed_values(drawn)
        if _shape(values) != _shape(own.model.observed):
            raise ModelError(f"with the data of simulate {self.name} observes other variables, or others in number.")
        swapped = with_observed(own.model.program, values)
        points = own.layout.join(theta), own.start  # at the first an effect may be 0
        whole, part = ([units_at(program, own.layout, at) for at in points] for program in (drawn, swapped))
        if not np.allclose(whole, part, rtol=1e-8, atol=0, equal_nan=True):
            raise ModelError(
                f"simulate of {self.name} changes data that the model reads beside what it observes; many data sets "
                "are fitted at once only where nothing but observed variables differs: keep the others in design."
            )

    def _open(self, program: "pymc.Model", allow_joint: bool = False) -> OwnProgram:
        return open_program(program, self.name, self._beside, allow_joint)

    def _keep(self, opened: OwnProgram) -> OwnProgram:
        self._opened.setdefault(_shape(opened.model.observed), opened)
        return opened


@lru_cache(maxsize=8)
def under_own_covariates(program: OwnProgram) -> Replicable:
    """An opened program as a model that data sets are drawn from and fitted with, under its own covariates."""
    beside = program.model.companions
    origin = fixed(program.model.program)
    if beside.build is not None and beside.simulate is not None:
        origin = Origin(beside.build, beside.data, simulate=beside.simulate, of_one_size=True)
    return Replicable(program.model.name, origin, beside, program)


def draw_many(program: OwnProgram, points: Sequence[Array], rng: np.random.Generator) -> list[Dataset]:
    """One data set at each of the points θ ``(p,)``, under the program's own covariates."""
    own = under_own_covariates(program)
    design = own.design(program.data.n, rng)
    return [own.simulate(program.layout.split(theta), design, rng) for theta in points]


def _shape(values: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(sorted((name, np.shape(each)) for name, each in values.items()))
