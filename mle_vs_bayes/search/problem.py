"""What is maximised: R log densities, each log-likelihood + power · log prior as a function of its own z ``(f,)``.

One data set is R = 1. Thousands of data sets of one shape share a compiled density and are climbed together; everything
in this room takes a `Problem` and does not ask which of the two it is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial

import numpy as np
from numpy.typing import NDArray

from ..compile_cache import MODE
from ..density.batch_density import Derivatives, penalised_likelihood
from ..density.coordinates import Coordinates
from ..density.density import Density
from ..density.pymc_model import end_node
from ..density.stack import Stack, of_replicates
from ..model.layout import Layout

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = NDArray[np.intp]
Evaluate = Callable[[Array, Index], tuple[Array, Array, Array]]
"""z ``(r, f)`` of the data sets ``(r,)`` → value ``(r,)``, gradient ``(r, f)``, Hessian ``(r, f, f)``."""

MOST_STEPS = 60
"""Newton steps of one search; a regular likelihood takes some five, and what takes as many more has run off."""
CELLS = 300_000
"""Data sets × rows × parameters that are evaluated together: an array of this size takes 2.4 MB."""


@dataclass(frozen=True, eq=False)
class Problem:
    """R log densities that are maximised side by side.

    ``evaluator`` gives the evaluation under any power of the prior, ``density`` the density of one data set alone, for
    what has no form for many (a step of EM, words). All have the model, the layout and the kinds of priors of
    ``program``. ``together`` is how many data sets are evaluated in one call.
    """

    power: float
    count: int
    program: Density
    coordinates: Coordinates
    evaluator: Callable[[float], Evaluate]
    density: Callable[[int], Density]
    together: int = 1
    held: Bools | None = None
    """Coordinates ``(f,)`` that keep their start."""
    steps: int = MOST_STEPS
    unclimbed: set[int] = field(default_factory=set)
    """Data sets on whose kinks a search spent its evaluations: searches from further starts leave them alone."""

    @property
    def layout(self) -> Layout:
        """Of each data set."""
        return self.program.layout

    @property
    def fixed(self) -> Bools:
        """Which coordinates are held ``(f,)``."""
        return np.zeros(self.layout.free_size, dtype=np.bool_) if self.held is None else self.held

    @property
    def kinked(self) -> bool | None:
        """Whether there are kinks or ends that follow the data, where no derivative is 0; None if that is unknown.

        Of differences of a black box none are believed: a solver's rounding looks like kinks wherever it is seen.
        """
        model, priors = self.program.model, self.program.priors.values()
        if model.smooth is None:
            return None if self.program.exact_gradient else False
        ends = not model.regular or bool(model.supports(self.program.data))
        kinks = not model.smooth or bool(self.power and not all(prior.smooth for prior in priors))
        return ends or kinks

    @cached_property
    def evaluate(self) -> Evaluate:
        """Value, gradient and Hessian of some of the data sets at this problem's power."""
        return self.evaluator(self.power)

    def at_power(self, power: float) -> "Problem":
        """The same data sets under another power of the prior."""
        return self if power == self.power else replace(self, power=power)

    def some(self, places: Index) -> "Problem":
        """Some of the data sets, in this order."""
        return replace(
            self,
            count=len(places),
            coordinates=self.coordinates.some(places),
            evaluator=lambda power: among(self.evaluator(power), places),
            density=lambda i: self.density(int(places[i])),
        )

    def alone(self, i: int) -> Evaluate:
        """The evaluation of one of the data sets, whose index is then 0."""
        return among(self.evaluate, np.array([i], dtype=np.intp))


def among(evaluate: Evaluate, places: Index) -> Evaluate:
    """The evaluation of the data sets at these places alone, which are then counted from 0."""
    return lambda z, index: evaluate(z, places[index])


def of_density(density: Density, power: float) -> Problem:
    """One data set: R = 1. Several of its points are evaluated as those of a stack, where it can be one."""

    def evaluator(power: float) -> Evaluate:
        def evaluate(z: Array, index: Index) -> Derivatives:
            if len(z) > 1 and density.compiles_many:
                return many()(z, index)
            each = [density.evaluate(point, power) for point in z]
            values = np.array([one.value for one in each])
            return values, np.stack([one.gradient for one in each]), np.stack([one.hessian for one in each])

        @cache
        def many() -> Evaluate:
            weights = None if density.weights is None else density.weights[None]
            return evaluator_of(Stack(density, 1, {}, weights), power)

        return evaluate

    together = max(1, CELLS // (density.data.n * density.layout.size))
    return Problem(power, 1, density, density.coordinates, evaluator, lambda i: density, together)


def of_stack(
    stack: Stack,
    power: float,
    alone: Callable[[int], Density] | None = None,
    *,
    mode: str = MODE,
    held: Bools | None = None,
    steps: int = MOST_STEPS,
) -> Problem:
    """R data sets of one shape; ``alone`` gives the density of each, the stack's own unless given."""
    program = stack.program
    return Problem(
        power,
        stack.count,
        program,
        coordinates_of(stack),
        lambda power: evaluator_of(stack, power, mode=mode),
        alone or (lambda i: program),
        max(1, CELLS // (stack.rows * program.layout.size)),
        held,
        steps,
    )


def coordinates_of(stack: Stack, index: Index | None = None) -> Coordinates:
    """The maps between z, w and θ of all data sets of a stack, or of those at ``index``."""
    layout, numbers = stack.program.layout, stack.numbers
    nodes = {(p.name, side): end_node(p.name, side) for p in layout.parameters for side in ("lower", "upper")}
    ends = {place: numbers[node] for place, node in nodes.items() if node in numbers}
    chosen = ends if index is None else {place: values[index] for place, values in ends.items()}
    return stack.program.coordinates.with_ends(chosen)


def evaluator_of(stack: Stack, power: float, *, mode: str = MODE) -> Evaluate:
    """Σ weight × unit + ``power`` · log prior with gradient and Hessian, of z ``(r, f)`` of some data sets."""
    if not (power and stack.numbers) and stack.program.model.has_derivatives:
        return partial(_of_formulas, stack, power)
    inputs, replicated = stack.working, stack.shape.stacked
    of = penalised_likelihood(stack, power, mode)

    def evaluate(z: Array, index: Index) -> Derivatives:
        with np.errstate(all="ignore"):  # on its way to an edge a search overflows
            coordinates = coordinates_of(stack, index)
            value, gradient, hessian = of(coordinates.working(z), of_replicates(inputs, replicated, index))
            return (value, *coordinates.pull_back(z, gradient, hessian))

    return evaluate


def _of_formulas(stack: Stack, power: float, z: Array, index: Index) -> Derivatives:
    """An evaluation by formulas, of some data sets after others; each row of a likelihood counts once per node."""
    model, size = stack.program.model, stack.program.layout.size
    nodes = 1 if model.groups is None else (model.quadrature or 1) ** len(model.groups.effects)
    step = max(1, CELLS // (stack.rows * size * nodes))
    with np.errstate(all="ignore"):  # as above
        coordinates = coordinates_of(stack, index)
        w = coordinates.working(z)
        parts = [_at(stack, power, w[k : k + step], index[k : k + step]) for k in range(0, len(w), step)]
        value, gradient, hessian = (np.concatenate(each) for each in zip(*parts, strict=True))
        return (value, *coordinates.pull_back(z, gradient, hessian))


def _at(stack: Stack, power: float, w: Array, index: Index) -> Derivatives:
    """Values and derivatives of some data sets in their working coordinates; NaN where a coordinate is no number."""
    program = stack.program
    linear, count, size = program.coordinates.linear, *w.shape
    # w = linear⁻¹ θ turns coefficients so that columns of the design are orthonormal. Formulas are in θ, so the
    # gradient is taken to w by linearᵀ and the Hessian by linearᵀ H linear: the map is linear and adds no curvature.
    thetas = w @ linear.T
    value, gradient, hessian = (np.full((count, *(size,) * axes), np.nan) for axes in range(3))
    finite = np.flatnonzero(np.all(np.isfinite(thetas), axis=1))
    if not finite.size:
        return value, gradient, hessian
    columns = [{role: values[i] for role, values in stack.columns.items()} for i in index[finite]]
    datasets = [program.data.replace(**each) for each in columns]
    weights = None if stack.weights is None else stack.weights[index[finite]]
    known = program.model.derivatives([program.layout.split(thetas[i]) for i in finite], datasets, weights)
    units, scores, hessian[finite] = known
    times = np.ones_like(units) if weights is None else weights
    value[finite], gradient[finite] = np.sum(times * units, axis=1), np.einsum("ru,rup->rp", times, scores)
    for i in finite if power else ():
        log_prior, slope, bend = program.prior_derivatives(thetas[i])
        value[i] += power * log_prior
        gradient[i] += power * slope
        hessian[i] += power * bend
    return value, gradient @ linear, linear.T @ hessian @ linear
