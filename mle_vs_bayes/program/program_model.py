"""A user's PyMC program as a `Model` of this suite: parameters, supports, derived quantities, names.

One parameter per free variable, labelled as ArviZ labels it; a derived quantity per small deterministic. What a
catalogue model says in NumPy is compiled from the program, unless the file beside it says it, too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..errors import DataError
from ..model.model import Model, Theta
from ..model.parameter import Function, Parameter
from ..model.prior import Prior
from ..quiet import quiet
from ..words import counted
from .graphs.program_prior import prior_of
from .graphs.randomness import check_observed
from .graphs.supports import support_of

if TYPE_CHECKING:
    import pymc

    from .origin import Siblings
    from .program_density import ProgramDensity

Array = NDArray[np.float64]
MOST_ELEMENTS = 400
"""Deterministics larger than this stay in the DataTree and have no rows."""
MOST_FITTED = 20
"""So do those with an element for each of more observations than this, unless they are effects: fitted values."""


@dataclass(frozen=True)
class Hooks:
    """What a file may say beside the PyMC program: the contract's own functions, by their names there."""

    log_likelihood: Callable[..., Any] | None = None
    functions: Callable[..., Any] | None = None
    design: Callable[..., Any] | None = None
    simulate: Callable[..., Any] | None = None
    no_mean: Mapping[str, str] = field(default_factory=dict)
    """Derived quantities whose posterior has no mean, and why: a program's tails are for its author to know."""
    data: Any = None
    """What the functions are given as ``data``: what the program was made from."""
    build: Callable[[Any], Any] | None = None
    """What made it."""


@dataclass(frozen=True)
class Refusals:
    """Why there is no ``mle`` or no ``map``; None where there is."""

    mle: str | None = None
    map: str | None = None


@dataclass(frozen=True)
class Axes:
    """The names along every axis: ``dims`` of each variable, ``coords`` of each dim, ``shapes`` of free variables."""

    dims: Mapping[str, tuple[str, ...]]
    coords: Mapping[str, tuple[Any, ...]]
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@final
@dataclass(frozen=True, eq=False)
class ProgramModel(Model):
    """A PyMC program with everything that the suite reads of a model.

    ``observed`` has the values ``(…)`` of every observed variable by name, ``rows`` counts the elements of the data,
    ``point`` is where searches begin, by variable. ``effects`` are latent variables, with why they are.
    """

    name: str
    program: "pymc.Model"
    hooks: Hooks
    observed: Mapping[str, Array]
    rows: int
    point: Mapping[str, Array]
    axes: Axes
    parameters: tuple[Parameter, ...]
    functions: tuple[Function, ...] = ()
    deterministics: tuple[Any, ...] = ()
    """The program's own, which the first functions are of."""
    effects: Mapping[str, str] = field(default_factory=dict)
    refusals: Refusals = Refusals()
    units: Callable[[Theta, Mapping[str, Array]], Array] | None = None
    """The compiled log-likelihood of each unit."""
    siblings: "Siblings | None" = None
    """The program with other data."""

    columns = ()
    fixed_priors = True
    smooth = None

    @property
    def priors(self) -> dict[str, Prior]:
        return {p.name: p.prior for p in self.parameters}

    @property
    def edges(self) -> dict[str, str]:  # type: ignore[override]
        """A constant bound of a prior is no end of the likelihood."""
        return {
            f"{p.name} runs to {end:g}": "a bound of its prior, beyond which the likelihood may be higher still"
            for p in self.parameters
            for end in (p.support.lower, p.support.upper)
            if np.isfinite(end) and not (end == 0 or (p.support.lower, p.support.upper) == (0, 1))
        }

    @property
    def size(self) -> int:
        """Number of observed elements."""
        return sum(np.size(values) for values in self.observed.values())

    @property
    def has_latent(self) -> bool:
        return bool(self.effects)

    def coords(self, data: Dataset) -> dict[str, tuple[Any, ...]]:
        return dict(self.axes.coords)

    def start(self, data: Dataset) -> dict[str, Any]:
        return dict(self.point)

    def least_rows(self, data: Dataset) -> int:
        """Priors may say what few rows do not, and effects come with rows."""
        return 1

    def log_likelihood(self, theta: Theta, data: Mapping[str, Array]) -> Array:
        """Of each unit of ``data`` where they have all that the program observes, else of its own."""
        assert self.units is not None
        return self.units(theta, data)

    def no_optimum(self, data: Dataset, power: float) -> str | None:
        return self.refusals.map if power else self.refusals.mle

    def condense(self, data: Dataset) -> tuple[Dataset, None]:
        """Nobody knows what the program does with equal rows."""
        return data, None

    def own_density(self, data: Dataset) -> "ProgramDensity":
        assert self.siblings is not None
        return self.siblings.density_for(data)

    def design(self, n: int, rng: np.random.Generator) -> Dataset:
        """The units alone: covariates are in the data that the program is made from."""
        assert self.siblings is not None
        return Dataset({"unit": np.arange(float(self.rows if self.siblings.origin.of_one_size else n))})

    def simulate(self, theta: Theta, design: Dataset, rng: np.random.Generator) -> Dataset:
        """What is observed, one column per observed variable, drawn at theta.

        Raises
        ------
        ModelError
            No data can be drawn from the program, or those of the file's ``simulate`` are not such as it observes.
        """
        assert self.siblings is not None
        drawn = self.siblings.draw(design.n, theta, rng)
        return Dataset({name: np.asarray(values, dtype=float) for name, values in drawn.items()})


def parameters_of(program: "pymc.Model", point: Mapping[str, Array], axes: Axes) -> tuple[Parameter, ...]:
    """One per free variable, with its support and its prior; ``point`` is typical of it."""

    def parameter(rv: Any) -> Parameter:
        support = support_of(program, rv, axes.shapes[rv.name])
        typical, dims = tuple(np.ravel(point[rv.name]).tolist()), axes.dims[rv.name]
        prior = prior_of(program, rv, support)
        return Parameter(rv.name, rv.name, support, prior, typical if dims else typical[0], dims)

    return tuple(parameter(rv) for rv in program.free_RVs)


def observed_values(program: "pymc.Model") -> dict[str, Array]:
    """The values of every observed variable, by name.

    Raises
    ------
    DataError
        Some are missing: PyMC would draw them, and they would be parameters.
    ModelError
        They are drawn at random.
    """
    check_observed(program)
    free = {rv.name for rv in program.free_RVs}
    values = {}
    for rv in program.observed_RVs:
        name = str(rv.name)
        whole = name.removesuffix("_observed")
        if whole != name and f"{whole}_unobserved" in free:
            missing = np.size(program.initial_point()[program.rvs_to_values[program[f"{whole}_unobserved"]].name])
            raise DataError(_missing(whole, int(missing)))
        node = program.rvs_to_values[rv]
        values[name] = np.asarray(node.data if hasattr(node, "data") else node.eval(mode="FAST_COMPILE"), float)
        if np.isnan(values[name]).any():
            raise DataError(_missing(name, int(np.isnan(values[name]).sum())))
    return values


def _missing(name: str, count: int) -> str:
    return (
        f"the observed variable {name} has {counted(count, 'missing value')}, which PyMC would make "
        "parameters of; drop those rows, or model what is missing as a variable of its own."
    )


def initial_point(program: "pymc.Model", strategy: str = "support_point", seed: int = 0) -> dict[str, Array]:
    """PyMC's own starting point, or a draw from the prior (``strategy="prior"``), on the model scale by name."""
    import pytensor
    from pymc.initial_point import make_initial_point_fn

    with pytensor.config.change_flags(mode="FAST_COMPILE"), quiet():
        of = make_initial_point_fn(model=program, default_strategy=strategy, return_transformed=False)
        point = of(seed)
    return {rv.name: np.asarray(point[rv.name], dtype=float) for rv in program.free_RVs}


def axes_of(program: "pymc.Model", shapes: Mapping[str, tuple[int, ...]]) -> Axes:
    """Dims as ArviZ names them: the program's own, ``theta_dim_0`` where it has none."""
    lengths: dict[str, int] = {}
    dims: dict[str, tuple[str, ...]] = {}
    for name, shape in shapes.items():
        named = program.named_vars_to_dims.get(name) or (None,) * len(shape)
        full = [dim if dim is not None else f"{name}_dim_{axis}" for axis, dim in enumerate(named)]
        dims[name] = tuple(str(dim) for dim in full)
        lengths |= dict(zip(dims[name], shape, strict=True))
    coords = {dim: _names(program.coords.get(dim), length) for dim, length in lengths.items()}
    return Axes(dims, coords, shapes)


def _names(values: Any, length: int) -> tuple[Any, ...]:
    return tuple(range(length)) if values is None else tuple(np.asarray(values).tolist())
