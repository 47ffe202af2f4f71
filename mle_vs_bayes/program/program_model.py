"""A stranger's PyMC program as a `Model` of this suite: parameters, supports, derived quantities, names.

One parameter per free variable, labelled as ArviZ labels it; a derived quantity per small deterministic. What a
catalogue model says in NumPy is compiled from the program, unless the file beside it says it, too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..data.column import Column
from ..data.dataset import Dataset
from ..density.quiet import quiet
from ..model.model import Model, Theta
from ..model.parameter import Function, Parameter
from .graphs.supports import support_of
from .program_prior import OwnPrior, own_prior

if TYPE_CHECKING:
    import pymc

Array = NDArray[np.float64]
MOST_ELEMENTS = 400
"""Deterministics larger than this stay in the DataTree and have no rows."""
MOST_FITTED = 20
"""So do those with an element for each of more observations than this, unless they are effects: fitted values."""


@dataclass(frozen=True)
class Companions:
    """What a file may say beside the PyMC program: the contract's own functions, by their names there."""

    log_likelihood: Callable[..., Any] | None = None
    functions: Callable[..., Any] | None = None
    design: Callable[..., Any] | None = None
    simulate: Callable[..., Any] | None = None
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


class OwnModel(Model):
    """A PyMC program with everything that the suite reads of a model."""

    columns: tuple[Column, ...] = ()  # type: ignore[misc]

    def __init__(self, program: "pymc.Model", name: str, observed: Mapping[str, Array], companions: Companions) -> None:
        self.program, self.name, self.companions = program, name, companions
        self.observed = observed
        """Values ``(…)`` of every observed variable, by its name."""
        self.units: Callable[[Theta, Mapping[str, Array]], Array] = lambda theta, data: np.zeros(0)
        self.point = initial_point(program)
        self.axes = axes_of(program, {rv: np.shape(self.point[rv]) for rv in self.point})
        self.own_priors: dict[str, OwnPrior] = {}
        self.parameters = tuple(self._parameter(rv) for rv in program.free_RVs)
        self.refusals = Refusals()
        self.effects: Mapping[str, str] = {}
        """Latent variables, by name: why they are."""
        self.deterministics: tuple[Any, ...] = ()
        self.functions: tuple[Function, ...] = ()  # type: ignore[misc]
        self.edges = {  # type: ignore[misc]
            f"{p.name} runs to {end:g}": "a bound of its prior, beyond which the likelihood may be higher still"
            for p in self.parameters
            for end in (p.support.lower, p.support.upper)
            if np.isfinite(end) and not (end == 0 or (p.support.lower, p.support.upper) == (0, 1))
        }

    def _parameter(self, rv: Any) -> Parameter:
        shape = self.axes.shapes[rv.name]
        support = support_of(self.program, rv, shape)
        prior = own_prior(self.program, rv, support)
        self.own_priors[rv.name] = prior
        typical = tuple(np.ravel(self.point[rv.name]).tolist())
        dims = self.axes.dims[rv.name]
        return Parameter(rv.name, rv.name, support, prior, typical if dims else typical[0], dims)

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

    def log_likelihood(self, theta: Theta, data: Mapping[str, Array]) -> Array:
        """Of each unit, compiled by whoever opened the program: of its own data, or ``data`` with all it observes."""
        return self.units(theta, data)

    def no_optimum(self, data: Dataset, power: float) -> str | None:
        return self.refusals.map if power else self.refusals.mle


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
        given = program.named_vars_to_dims.get(name) or (None,) * len(shape)
        own = [dim if dim is not None else f"{name}_dim_{axis}" for axis, dim in enumerate(given)]
        dims[name] = tuple(str(dim) for dim in own)
        lengths |= dict(zip(dims[name], shape, strict=True))
    coords = {dim: _names(program.coords.get(dim), length) for dim, length in lengths.items()}
    return Axes(dims, coords, shapes)


def _names(values: Any, length: int) -> tuple[Any, ...]:
    return tuple(range(length)) if values is None else tuple(np.asarray(values).tolist())
