"""The support of a PyMC variable, from its value transform: the catalogue's where it has one, else the transform's own.

Logarithms, log odds, intervals with constant ends, simplexes and rising values are supports of the contract. Of every
other transform (circular, Cholesky factors, correlations, zero-sum, chained …) the graphs are compiled: the map, its
Jacobian and its second derivatives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...model.support import SIDES, Above, Below, Between, Support, correlation, ordered, positive, real, simplex, unit
from .differentiate import derivatives, differences, function

if TYPE_CHECKING:
    import pymc

Array = NDArray[np.float64]

_STEP = 1e-4
"""Step in u for second derivatives: differences err by 1e-9 of the third."""


class Maps:
    """A transform's graphs on one variable: u ``(f,)`` to θ ``(k,)`` and back, compiled when first needed."""

    def __init__(self, rv: Any, transform: Any, shape: tuple[int, ...]) -> None:
        import pytensor.tensor as pt

        inputs = rv.owner.inputs
        self.theta = pt.tensor("theta", dtype="float64", shape=shape)
        forward = transform.forward(self.theta, *inputs)
        self.free_shape = tuple(int(n) for n in function(self.theta, forward.shape)(np.ones(shape)))
        self.shape, self.size = shape, int(np.prod(self.free_shape))
        self.u = pt.vector("u", dtype="float64", shape=(self.size,))
        value = self.u.reshape(self.free_shape)
        self._graphs = forward.ravel(), transform.backward(value, *inputs).ravel()
        self._volume = transform.log_jac_det(value, *inputs).sum()

    @cached_property
    def forward(self) -> Any:
        return function(self.theta, self._graphs[0])

    @cached_property
    def backward(self) -> Any:
        return function(self.u, self._graphs[1])

    @cached_property
    def jacobian(self) -> Any:
        """∂θ/∂u ``(k, f)``."""
        from pytensor.gradient import jacobian

        return function(self.u, jacobian(self._graphs[1], self.u, vectorize=True, disconnected_inputs="ignore"))

    def curvatures(self, u: Array) -> Array:
        """∂²θ/∂u∂uᵀ ``(k, f, f)`` at u: central differences of the exact Jacobian.

        Its own graph takes ten seconds to compile for a matrix of correlations. At an optimum it counts for nothing,
        as the gradient is 0 there.
        """
        return np.moveaxis(differences(self.jacobian, u, np.full(self.size, _STEP)), 0, -1)

    @cached_property
    def volume(self) -> Any:
        """log |dθ/du| as PyMC counts it, and its gradient ``(f,)``."""
        value = function(self.u, self._volume)
        slopes = derivatives(self.u, self._volume, np.zeros(self.size))
        return lambda u: (float(value(u)), slopes.gradient(u))


@dataclass(frozen=True)
class Transformed(Support):
    """Any support that a PyMC transform maps to; elements are tied together as far as anybody knows."""

    elementwise: ClassVar[bool] = False
    maps: Maps | None = field(default=None, compare=False, repr=False)
    runs_off: bool = True
    """Whether an unconstrained coordinate that runs off goes to an edge; angles only go round."""
    each: tuple[Support, ...] = ()
    """The support of each element alone, where that is known."""

    def element(self, place: int, size: int) -> Support:
        return self.each[place] if self.each else real

    def contains(self, theta: Array | float) -> bool:
        values = np.ravel(np.asarray(theta, dtype=float))
        with np.errstate(all="ignore"):
            u = self.unconstrain(values)
            return bool(np.all(np.isfinite(u)) and np.allclose(self.constrain(u), values, atol=1e-8))

    def free(self, size: int) -> int:
        return self._maps.size

    def bounded(self, size: int) -> tuple[bool, ...]:
        return (self.runs_off,) * size

    def unconstrain(self, theta: Array) -> Array:
        return np.asarray(self._maps.forward(np.reshape(theta, self._maps.shape)), dtype=float)

    def constrain(self, u: Array) -> Array:
        return np.asarray(self._maps.backward(u), dtype=float)

    def jacobian(self, u: Array) -> Array:
        return np.asarray(self._maps.jacobian(u), dtype=float)

    def curvature(self, u: Array, gradient: Array) -> Array:
        return np.asarray(np.tensordot(gradient, self._maps.curvatures(u), axes=1))

    def log_volume(self, u: Array) -> tuple[float, Array]:
        value, gradient = self._maps.volume(u)
        return value, gradient

    @property
    def _maps(self) -> Maps:
        assert self.maps is not None
        return self.maps


def support_of(model: "pymc.Model", rv: Any, shape: tuple[int, ...]) -> Support:
    """Where a free variable's values lie, with the map to unconstrained coordinates that PyMC samples it in.

    Where the ends of an interval depend on other parameters, those that are constant count, and the density is 0
    beyond the others.
    """
    from pymc.logprob import transforms

    transform = model.rvs_to_transforms.get(rv)
    if transform is None:
        return real
    simple = {transforms.LogTransform: positive, transforms.LogOddsTransform: unit}
    if type(transform) in simple:
        return simple[type(transform)]
    if isinstance(transform, transforms.IntervalTransform):
        return _interval(rv, transform, shape)
    if isinstance(transform, transforms.SimplexTransform) and len(shape) == 1:
        return simplex
    if type(transform).__name__ == "Ordered" and len(shape) == 1:
        return ordered
    if type(transform).__name__ == "CholeskyCorrTransform":  # of a factor whose rows have length 1
        each = (correlation,) * int(np.prod(shape))
        return Transformed(str(transform.name), maps=Maps(rv, transform, shape), each=each)
    circular = isinstance(transform, transforms.CircularTransform)
    return Transformed(str(transform.name), maps=Maps(rv, transform, shape), runs_off=not circular)


def _interval(rv: Any, transform: Any, shape: tuple[int, ...]) -> Support:
    ends = [constant(end) for end in transform.args_fn(*rv.owner.inputs)]
    lower, upper = (side if end is None else end for end, side in zip(ends, (-np.inf, np.inf), strict=True))
    if max(np.ptp(_finite(lower)), np.ptp(_finite(upper))) > 0:
        pairs = zip(*(np.broadcast_to(end, shape).ravel() for end in (lower, upper)), strict=True)
        each = tuple(_between(float(low), float(high)) for low, high in pairs)
        return Transformed(str(transform.name), maps=Maps(rv, transform, shape), each=each)
    return _between(float(np.min(lower)), float(np.max(upper)))


def _between(low: float, high: float) -> Support:
    # 0, and 1 of a share, are ends of what there can be; other bounds are the prior's, and none of the likelihood.
    natural = [end == 0 or (low, high) == (0, 1) for end in (low, high)]
    attainable = tuple(side for side, reached in zip(SIDES, natural, strict=True) if reached)
    if np.isfinite(low) and np.isfinite(high):
        return Between(f"{low:g} to {high:g}", low, high, attainable=attainable)
    if np.isfinite(high):
        return Below(f"below {high:g}", upper=high, attainable=attainable)
    return Above(f"above {low:g}", low, attainable=attainable) if np.isfinite(low) else real


def _finite(values: Any) -> Array:
    """The values, an infinite one as the largest float: a spread of one kind has width 0, of two not."""
    return np.nan_to_num(np.asarray(values, dtype=float))


def constant(variable: Any) -> Array | None:
    """The value of a graph in which nothing is random, else None."""
    from pytensor.graph.basic import Variable

    from .randomness import is_random

    if variable is None:
        return None
    if not isinstance(variable, Variable):
        return np.asarray(variable, dtype=float)
    if is_random(variable):
        return None
    return np.asarray(variable.eval(mode="FAST_COMPILE"), dtype=float)


_OF_ANYTHING: dict[str, Support] = {"Exp": positive, "Softplus": positive, "Cosh": positive, "Sigmoid": unit}
"""Operations whose values have a support whatever their arguments are."""
_OF_POSITIVE = ("Mul", "TrueDiv", "Add", "Reciprocal", "Sqrt", "Sqr", "Abs", "Gamma", "Log1p", "Expm1", "Max", "Sum")
_SAME = ("ViewOp", "DimShuffle", "Identity", "Reshape", "Subtensor", "AdvancedSubtensor", "Cast", "SpecifyShape")
"""Operations that leave values as they are."""


def of_quantity(graph: Any, known: Mapping[Any, Support]) -> Support:
    """Where the values of a graph lie for certain: above 0, in (0, 1), or else on the line.

    ``known`` has the supports of the variables that it is made from. Certain is what exponentials and sigmoids give,
    products, ratios and sums of what is above 0, and products and complements of shares; not that a difference happens
    to be positive at an estimate.
    """
    if graph in known:
        return _sign(known[graph].lower, known[graph].upper)
    if graph.owner is None:
        values = np.asarray(getattr(graph, "data", np.nan), dtype=float)
        return positive if values.size and values.min() > 0 else real
    operation = type(getattr(graph.owner.op, "scalar_op", graph.owner.op)).__name__
    if operation in _OF_ANYTHING:
        return _OF_ANYTHING[operation]
    inputs = [of_quantity(each, known) for each in graph.owner.inputs]
    if operation in _SAME:
        return inputs[0]
    if operation == "Sub":
        one = np.asarray(getattr(graph.owner.inputs[0], "data", np.nan), dtype=float)
        return unit if inputs[1] is unit and bool(np.all(one == 1.0)) else real
    if operation == "Mul" and all(each is unit for each in inputs):
        return unit
    used = inputs[:1] if operation in ("Pow", "Sum", "Max") else inputs
    return positive if operation in (*_OF_POSITIVE, "Pow") and all(each is not real for each in used) else real


def _sign(lower: float, upper: float) -> Support:
    return real if lower < 0 else unit if upper <= 1 else positive
