"""Functions of θ compiled from a stranger's graphs: exact derivatives where there are any, differences where not.

An operation may raise where others give NaN (a covariance that is not positive definite): a search that has run off
must see NaN. Some operations have no second derivative, some cannot be vectorised (scans, black boxes): of the ways
to a Hessian the first that works is taken.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...density.compile_cache import MODE
from ...density.quiet import quiet

Array = NDArray[np.float64]
Of = Callable[[Array], Any]

_OPERANDS = 32
"""NumPy's limit on what a ufunc takes, results included."""
LOOP_MODE = "NUMBA"
"""For values that are loops in each element."""
_LARGE = 1000
"""Operations of a gradient whose own gradient takes minutes to compile; differences of it are as good."""
_GRADIENT, _HESSIAN, _TWICE = 4e-4, 1e-3, 1e-2
"""Steps of central differences in standard errors, which err by their square over six: for a gradient, for a Hessian
from an exact gradient, and from one of differences, whose rounding counts more. Where no standard error is known yet
they are taken for hundredths of the values."""


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
    """The same of several inputs.

    Compiled by Numba where an element's value is a loop (derivatives of incomplete beta and gamma functions), which
    Python walks through element by element: the gradient of a hurdle model of 300 rows took 0.7 s, and so takes 0.2 ms.
    """
    from pytensor.compile.mode import get_mode

    mode = get_mode(MODE).including("local_remove_check_parameter")
    found = _compiled(inputs, outputs, mode)
    if _too_wide(found):
        return _compiled(inputs, outputs, mode.excluding("canonicalize"))
    if not has_loops(found):
        return found
    return Looping(found, _compiled(inputs, outputs, get_mode(LOOP_MODE).including("local_remove_check_parameter")))


def _compiled(inputs: Sequence[Any], outputs: Any, mode: Any) -> Callable[..., Any]:
    import pytensor

    with quiet():
        found: Callable[..., Any] = pytensor.function(list(inputs), outputs, mode=mode, on_unused_input="ignore")
    return found


class Looping:
    """A function whose elements are loops: by Numba, which compiles at the first call, or in Python if it cannot."""

    def __init__(self, python: Any, numba: Any) -> None:
        self.maker, self._python, self._numba = python.maker, python, numba

    def __call__(self, *values: Array) -> Any:
        from numba.core.errors import NumbaError

        if self._numba is not None:
            try:
                return self._numba(*values)
            except NumbaError:
                self._numba = None
        return self._python(*values)


def has_loops(compiled: Any) -> bool:
    """Whether elements of a compiled function's values are loops, which Python should not walk through."""
    from pytensor.scalar.loop import ScalarLoop

    return any(
        isinstance(getattr(node.op, "scalar_op", None), ScalarLoop) for node in compiled.maker.fgraph.apply_nodes
    )


def _too_wide(compiled: Any) -> bool:
    """Whether a sum of many terms (a recursion written out) was made one operation that Python cannot perform."""
    return any(len(node.inputs) >= _OPERANDS for node in compiled.maker.fgraph.apply_nodes if _is_elementwise(node))


def _is_elementwise(node: Any) -> bool:
    return hasattr(node.op, "scalar_op")


def guarded(of: Of, shape: tuple[int, ...]) -> Callable[[Array], Array]:
    """``of`` with NaN ``shape`` where it raises."""

    def values(theta: Array) -> Array:
        try:
            with np.errstate(all="ignore"), quiet():
                return np.asarray(of(np.asarray(theta, dtype=float)), dtype=float)
        except refusals():
            return np.full(shape, np.nan)

    return values


class Derivatives:
    """Gradient ``(p,)`` and Hessian ``(p, p)`` of a scalar graph of a vector; tried at ``point`` first.

    ``exact`` says whether the gradient is, ``looping`` whether its elements are loops, ``hessian_gradients`` how many
    gradients a Hessian costs at most, ``scale`` ``(p,)`` about one standard error of each element, for
    differences where there is nothing better.
    """

    def __init__(self, vector: Any, scalar: Any, point: Array) -> None:
        size, self.large, self.looping, self.hessian_gradients = len(point), False, False, len(point)
        self.scale = 0.01 * np.maximum(np.abs(point), 1e-2 * np.max(np.abs(point), initial=0.0))
        self.scale = np.where(self.scale > 0, self.scale, 0.01)
        self.exact, of = self._gradient(vector, scalar, point)
        self.gradient = guarded(of, (size,))
        self.hessian = guarded(self._hessian(vector, scalar, point, of), (size, size))

    def __call__(self, theta: Array) -> tuple[Array, Array]:
        return self.gradient(theta), self.hessian(theta)

    def _gradient(self, vector: Any, scalar: Any, point: Array) -> tuple[bool, Of]:
        from pytensor.gradient import grad

        try:
            found = function(vector, grad(scalar, vector, disconnected_inputs="ignore"))
            found(point)
        except refusals():
            value = function(vector, scalar)
            return False, lambda theta: differences(value, theta, _GRADIENT * self.scale)
        self.large = len(found.maker.fgraph.apply_nodes) > _LARGE  # type: ignore[attr-defined]
        self.looping = has_loops(found)
        return not _has_black_box(scalar), found

    def _hessian(self, vector: Any, scalar: Any, point: Array, gradient: Of) -> Of:
        def by_differences(theta: Array) -> Array:
            hessian = differences(gradient, theta, (_HESSIAN if self.exact else _TWICE) * self.scale)
            return (hessian + hessian.T) / 2

        for graph in _hessians(vector, scalar) if self.exact and not self.large else ():
            try:
                found = function(vector, graph())
                found(point)
            except refusals():
                continue
            return lambda theta: _finite_or(found(theta), by_differences, theta)
        self.hessian_gradients = 2 * len(point)
        return by_differences


def _finite_or(hessian: Any, otherwise: Of, theta: Array) -> Any:
    """The second derivative of a power of 0, say, is not a number in PyTensor, where that of differences is."""
    return hessian if np.all(np.isfinite(hessian)) else otherwise(theta)


def _hessians(vector: Any, scalar: Any) -> Iterator[Callable[[], Any]]:
    """Ways to the same Hessian, the fastest first."""
    from pytensor.gradient import grad, jacobian

    def by(vectorize: bool) -> Any:
        gradient: Any = grad(scalar, vector, disconnected_inputs="ignore")
        return jacobian(gradient, vector, vectorize=vectorize, disconnected_inputs="ignore")

    yield lambda: by(vectorize=True)
    yield lambda: by(vectorize=False)


def scores(vector: Any, units: Any, point: Array, scale: Array) -> Of:
    """Gradients of all units ``(units, p)``: one graph where the units can be pushed forward, else differences."""
    import pytensor.tensor as pt
    from pytensor.gradient import pushforward
    from pytensor.graph.replace import vectorize_graph

    try:
        direction = pt.vector("direction", shape=vector.type.shape, dtype="float64")
        along: Any = pushforward(units, vector, direction)
        found = function(vector, vectorize_graph(along, {direction: pt.eye(len(point))}))
        if np.asarray(found(point)).shape[0] == len(point):
            return lambda theta: np.asarray(found(theta)).T
    except refusals():
        pass
    values = function(vector, units)
    return lambda theta: differences(values, theta, _GRADIENT * scale).T


def differences(of: Of, theta: Array, steps: Array) -> Array:
    """Central differences along each axis with ``steps`` ``(p,)``, shape ``(p, …)``."""
    found = []
    for position, step in enumerate(steps):
        up, down = np.array(theta, dtype=float), np.array(theta, dtype=float)
        up[position] += step
        down[position] -= step
        found.append((np.asarray(of(up)) - np.asarray(of(down))) / (up[position] - down[position]))
    return np.asarray(found)


def _has_black_box(graph: Any) -> bool:
    """Whether a black box (``black_box.py``) is in the graph: its gradient may be one of differences."""
    from pytensor.graph.traversal import ancestors

    nodes = [variable.owner for variable in ancestors([graph]) if variable.owner is not None]
    return any(getattr(node.op, "is_black_box", False) for node in nodes)
