"""Functions of θ compiled from a program's graphs: exact derivatives where there are any, differences where not.

An operation may raise where others give NaN (a covariance that is not positive definite): a search that has run off
must see NaN. Some operations have no second derivative, some cannot be vectorised (scans, black boxes): of the ways
to a Hessian the first that works is taken.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...compile_cache import UNCHECKED, compiled, has_loops, quick
from ...quiet import quiet, without_warnings

Array = NDArray[np.float64]
Of = Callable[[Array], Any]

_LARGE = 1000
"""Operations of a gradient whose own gradient takes minutes to compile; differences of it are as good."""
GRADIENT_STEP, _HESSIAN, _TWICE = 4e-4, 1e-3, 1e-2
"""Steps of central differences in standard errors, which err by their square over six: for a gradient, for a Hessian
from an exact gradient, and from one of differences, whose rounding counts more. Where no standard error is known yet
they are taken for hundredths of the values."""

_POINTS, _ROUNDING = 8, 1e-13
"""Values on either side from which scatter is told, and what of them is rounding."""


@cache
def refusals() -> tuple[type[Exception], ...]:
    """What PyTensor raises where it cannot differentiate, vectorise or evaluate (``LinAlgError`` is a ValueError)."""
    from pytensor.graph.utils import MethodNotDefined

    usual = (ArithmeticError, AssertionError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError)
    return (*usual, MethodNotDefined)


def function(vector: Any, outputs: Any) -> Of:
    """A compiled function of one vector without PyMC's checks of parameters; it may raise."""
    return function_of([vector], outputs)


def function_of(inputs: Sequence[Any], outputs: Any) -> Callable[..., Any]:
    """A compiled function of several inputs without PyMC's checks of parameters; it may raise."""
    mode = quick().including(UNCHECKED)
    with quiet():
        return compiled(inputs, outputs, mode)


def guarded(of: Of, shape: tuple[int, ...]) -> Callable[[Array], Array]:
    """``of`` with NaN ``shape`` where it raises."""

    def values(theta: Array) -> Array:
        try:
            with np.errstate(all="ignore"), without_warnings():
                return np.asarray(of(np.asarray(theta, dtype=float)), dtype=float)
        except refusals():
            return np.full(shape, np.nan)

    return values


@dataclass(frozen=True, eq=False)
class Derivatives:
    """Gradient ``(p,)`` and Hessian ``(p, p)`` of a scalar graph of a vector.

    ``exact`` says whether the gradient is, ``scale`` ``(p,)`` is about one standard error of each element, for
    differences where there is nothing better. ``first`` and ``second`` are compiled, None where there are none; the
    differences are those of ``first``, else of ``value``.
    """

    value: Of | None
    first: Of | None
    second: Of | None
    exact: bool
    scale: Array

    def __call__(self, theta: Array) -> tuple[Array, Array]:
        return self.gradient(theta), self.hessian(theta)

    @property
    def looping(self) -> bool:
        """Whether elements of the gradient are loops."""
        return self.first is not None and has_loops(self.first)

    @property
    def hessian_gradients(self) -> int:
        """How many gradients a Hessian costs at most."""
        return len(self.scale) * (1 if self.second is not None else 2)

    def with_scale(self, scale: Array) -> "Derivatives":
        """These derivatives with other steps ``(p,)`` of the differences."""
        return replace(self, scale=scale)

    def gradient(self, theta: Array) -> Array:
        return guarded(self._gradient, (len(self.scale),))(theta)

    def hessian(self, theta: Array) -> Array:
        return guarded(self._hessian, (len(self.scale),) * 2)(theta)

    def scatter(self, theta: Array) -> float:
        """By how much the value scatters about a smooth function of θ ``(p,)``, at steps of the gradient's differences.

        It takes ``2 _POINTS + 1`` values, and is 0 where all of it is the rounding of the value itself.
        """
        assert self.value is not None
        steps = np.arange(-_POINTS, _POINTS + 1)[:, None] * GRADIENT_STEP * self.scale
        with np.errstate(all="ignore"), without_warnings():
            values = np.array([float(self.value(theta + step)) for step in steps])
        # Fourth differences of a smooth function are the step to the fourth power, far below rounding. Of independent
        # errors with variance σ² they have the variance (1 + 16 + 36 + 16 + 1) σ².
        scatter = float(np.sqrt(np.mean(np.diff(values, 4) ** 2) / 70))
        return scatter if scatter > _ROUNDING * (1 + np.max(np.abs(values))) else 0.0

    def _gradient(self, theta: Array) -> Any:
        if self.first is not None:
            return self.first(theta)
        assert self.value is not None
        return differences(self.value, theta, GRADIENT_STEP * self.scale)

    def _hessian(self, theta: Array) -> Any:
        hessian = None if self.second is None else np.asarray(self.second(theta))
        if hessian is not None and np.all(np.isfinite(hessian)):
            return hessian
        # The second derivative of a power of 0, say, is not a number in PyTensor, where that of differences is.
        hessian = differences(self._gradient, theta, (_HESSIAN if self.exact else _TWICE) * self.scale)
        return (hessian + hessian.T) / 2


def derivatives(vector: Any, scalar: Any, point: Array) -> Derivatives:
    """The derivatives of a scalar graph of a vector ``(p,)``: of the ways to each the first that works at ``point``."""
    from pytensor.gradient import grad

    scale = 0.01 * np.maximum(np.abs(point), 1e-2 * np.max(np.abs(point), initial=0.0))
    scale = np.where(scale > 0, scale, 0.01)
    try:
        first: Any = function(vector, grad(scalar, vector, disconnected_inputs="ignore"))
        first(point)
    except refusals():
        return Derivatives(function(vector, scalar), None, None, exact=False, scale=scale)
    exact = not _has_black_box(scalar)
    small = len(first.maker.fgraph.apply_nodes) <= _LARGE
    second = _second(vector, scalar, point) if exact and small else None
    return Derivatives(None, first, second, exact, scale)


def _second(vector: Any, scalar: Any, point: Array) -> Of | None:
    """The compiled Hessian, or None where there is none."""
    for graph in _hessians(vector, scalar):
        try:
            of = function(vector, graph())
            of(point)
        except refusals():
            continue
        return of
    return None


def _hessians(vector: Any, scalar: Any) -> Iterator[Callable[[], Any]]:
    """Ways to the same Hessian, the fastest first."""
    from pytensor.gradient import grad, jacobian

    def by(vectorize: bool) -> Any:
        gradient: Any = grad(scalar, vector, disconnected_inputs="ignore")
        return jacobian(gradient, vector, vectorize=vectorize, disconnected_inputs="ignore")

    yield lambda: by(vectorize=True)
    yield lambda: by(vectorize=False)


def scores(inputs: Sequence[Any], units: Any, at: Sequence[Array], scale: Array) -> Callable[..., Array]:
    """Gradients of all units ``(units, p)`` in the first of the ``inputs``, θ ``(p,)``, as a function of them all.

    One graph where the units can be pushed forward ``at`` these values, else differences.
    """
    import pytensor.tensor as pt
    from pytensor.gradient import pushforward
    from pytensor.graph.replace import vectorize_graph

    try:
        direction = pt.vector("direction", shape=inputs[0].type.shape, dtype="float64")
        along: Any = pushforward(units, inputs[0], direction)
        exact = function_of(inputs, vectorize_graph(along, {direction: pt.eye(len(scale))}))
        if np.asarray(exact(*at)).shape[0] == len(scale):
            return lambda *values: np.asarray(exact(*values)).T
    except refusals():
        pass
    of = function_of(inputs, units)
    return lambda theta, *rest: differences(lambda moved: of(moved, *rest), theta, GRADIENT_STEP * scale).T


def differences(of: Of, theta: Array, steps: Array) -> Array:
    """Central differences along each axis with ``steps`` ``(p,)``, shape ``(p, …)``."""
    slopes = []
    for position, step in enumerate(steps):
        up, down = np.array(theta, dtype=float), np.array(theta, dtype=float)
        up[position] += step
        down[position] -= step
        slopes.append((np.asarray(of(up)) - np.asarray(of(down))) / (up[position] - down[position]))
    return np.asarray(slopes)


def _has_black_box(graph: Any) -> bool:
    """Whether a black box (`density.black_box`) is in the graph: its gradient may be one of differences."""
    from pytensor.graph.traversal import ancestors

    nodes = [variable.owner for variable in ancestors([graph]) if variable.owner is not None]
    return any(getattr(node.op, "is_black_box", False) for node in nodes)
