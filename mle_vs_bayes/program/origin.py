"""Where a user's program comes from, and the program with other data: of another size, or drawn from it.

What its function is given is a DataFrame, or a mapping of arrays and counts. With other rows, a mapping's arrays of
full length follow, and so does a count that says that length (``N`` beside N values).

Data are drawn from the program itself with its parameters at the truth, unless the file says ``simulate`` beside it.
Covariates are those of its ``design``, else the data's own, rows drawn anew with replacement for another n: once, so
that all replicates of one n have the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..errors import DataError, ModelError, UsageError
from ..model.model import Theta
from .graphs.densities import units_at
from .program_model import observed_values
from .simulate import Draw, sampler, undrawable, with_observed

if TYPE_CHECKING:
    import pymc

    from .program_density import ProgramDensity

Array = NDArray[np.float64]
Index = NDArray[np.intp]

PROBE = 100
"""Rows of the design that a program is first made from where there are no data."""


@dataclass(frozen=True)
class Origin:
    """``build`` makes the program from data like ``data``; ``design`` and ``simulate`` are the contract's own.

    ``design(n, rng)`` gives the columns of n rows that are no outcome, ``simulate(theta, design, rng)`` the outcomes;
    both in any form that is read by name. What neither of them says is the data's own.
    """

    build: Callable[[Any], "pymc.Model"]
    data: Any = None
    design: Callable[..., Any] | None = None
    simulate: Callable[..., Any] | None = None
    of_one_size: bool = False
    """Whether the data stay as they are, whatever n is asked for."""

    def sized(self, n: int | None) -> Any:
        """Data of n rows, or the data as they are: the same ones at every call."""
        if self.of_one_size:
            return self.data
        if n is None and self.data is None and self.design is not None:
            n = PROBE
        if n is None or self.design is None:
            return of_size(self.data, n)
        return merged(of_size(self.data, n), self.design(n, np.random.default_rng(n)))

    def first(self) -> "pymc.Model":
        """The program of the data as they are.

        Raises
        ------
        DataError
            It reads what the data, or the design in their place, do not have.
        """
        try:
            return self.build(self.sized(None))
        except DataError as error:
            if self.data is not None or self.design is None:
                raise
            raise DataError(
                f"{str(error).rstrip('.')}; without data there is what design gives, so give data, "
                "or let design hold any values of it."
            ) from error

    def drawn(self, theta: Any, data: Any, rng: np.random.Generator) -> "pymc.Model":
        """The program made from ``data`` with outcomes that `simulate` draws at theta."""
        assert self.simulate is not None
        return self.build(merged(data, self.simulate(theta, data, rng)))


def fixed(program: "pymc.Model") -> Origin:
    """The origin of a program that is there already: it has the one size."""
    return Origin(lambda _data: program, of_one_size=True)


class Siblings:
    """The program with data of other shapes: each is made, opened and drawn from once."""

    def __init__(self, name: str, origin: Origin, opened: "Callable[[pymc.Model], ProgramDensity]") -> None:
        """``opened`` gives the density of a program like this one."""
        self.name, self.origin, self._open = name, origin, opened
        self._densities: dict[Any, ProgramDensity] = {}
        self._draws: dict[int, Draw] = {}

    def keep(self, density: "ProgramDensity") -> "ProgramDensity":
        """The density that is known by the shape of its data from now on."""
        self._densities.setdefault(_shape(density.model.observed), density)
        return density

    def density_for(self, data: Dataset) -> "ProgramDensity":
        """A density of the data's shape, whose own data are others; its graphs take those of replicates.

        Raises
        ------
        UsageError
            The program observes no such variables.
        """
        shape = _shape(dict(data))
        if shape not in self._densities:
            self.keep(self._open(self.origin.build(self.origin.sized(data.n))))
        if shape not in self._densities:
            raise UsageError(f"{self.name} has no observed variables of these names and sizes: {shape}.")
        return self._densities[shape]

    def draw(self, n: int, theta: Theta, rng: np.random.Generator) -> Mapping[str, Array]:
        """The values of every observed variable of one data set of n rows, drawn at theta.

        Raises
        ------
        ModelError
            Nothing can be drawn from the program, or ``simulate`` gives what it does not observe.
        """
        if n not in self._draws:
            self._draws[n] = self._drawer(n, theta)
        return self._draws[n](theta, rng)

    def _drawer(self, n: int, theta: Theta) -> Draw:
        """What draws data sets of n rows; the program of that size is kept for fitting them."""
        data = self.origin.sized(n)
        if self.origin.of_one_size and self._densities:
            density = next(iter(self._densities.values()))
        else:
            density = self.keep(self._open(self.origin.build(data)))
        if self.origin.simulate is None:
            if reason := undrawable(density.model.program):
                raise ModelError(f"{self.name} {reason}.")
            return sampler(density.model.program)
        self._check_simulated(density, self.origin.drawn(theta, data, np.random.default_rng(n)), theta)
        return lambda theta, rng: observed_values(self.origin.drawn(theta, data, rng))

    def _check_simulated(self, density: "ProgramDensity", drawn: "pymc.Model", theta: Theta) -> None:
        """Refuse outcomes of another shape, and those that the program reads elsewhere than where it observes."""
        values = observed_values(drawn)
        if _shape(values) != _shape(density.model.observed):
            raise ModelError(f"with the data of simulate {self.name} observes other variables, or others in number.")
        swapped = with_observed(density.model.program, values)
        points = density.layout.join(theta), density.start  # at the first an effect may be 0
        whole, part = ([units_at(program, density.layout, at) for at in points] for program in (drawn, swapped))
        if not np.allclose(whole, part, rtol=1e-8, atol=0, equal_nan=True):
            raise ModelError(
                f"simulate of {self.name} changes data that the model reads beside what it observes; many data sets "
                "are fitted at once only where nothing but observed variables differs: keep the others in design."
            )


def _shape(values: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(sorted((name, np.shape(each)) for name, each in values.items()))


def rows_of(data: Any) -> int:
    """The number of rows: of a mapping, of its longest array."""
    if not isinstance(data, Mapping):
        return len(data)
    return max((len(value) for value in data.values() if np.ndim(value) > 0), default=0)


def taken(data: Any, index: Index) -> Any:
    """The rows at ``index``, in that order."""
    if not isinstance(data, Mapping):
        return data.iloc[index].reset_index(drop=True)
    rows = rows_of(data)
    return {name: _resized(value, rows, index) for name, value in data.items()}


def of_size(data: Any, n: int | None) -> Any:
    """The data with n rows drawn from theirs, with replacement; as they are where they have n or n is None."""
    if data is None or n is None or n == (rows := rows_of(data)):
        return data
    return taken(data, np.random.default_rng(n).integers(rows, size=n))


def merged(data: Any, columns: Any) -> Any:
    """``data`` with ``columns`` (a mapping or DataFrame) put in place or added; those alone where there are none."""
    if data is None:
        return dict(columns) if isinstance(columns, Mapping) else columns
    new = {str(name): columns[name] for name in columns}
    if isinstance(data, Mapping):
        return {**data, **new}
    return data.assign(**{name: np.asarray(values) for name, values in new.items()})


def _resized(value: Any, rows: int, index: Index) -> Any:
    if np.ndim(value) == 0:
        return type(value)(len(index)) if value == rows else value
    return np.asarray(value)[index] if len(value) == rows else value
