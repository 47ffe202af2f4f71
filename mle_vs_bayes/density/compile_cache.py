"""Functions compiled once per kind of model and used with any data: data and priors' numbers are inputs, not constants.

A function of a catalogue's model is compiled once in a process, however many data sets are fitted one after the other.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pymc

Array = NDArray[np.float64]
MODE = "FAST_COMPILE"
MOST = 200
"""Functions that are kept; the least recently used is forgotten."""

_kept: dict[Any, Any] = {}


def quick(name: str = MODE) -> Any:
    """PyTensor's mode of this name; `MODE` without its ``Second``, which copies element by element in Python.

    Gradients are full of ``Second`` (fill like another array): a half of what a batch of replicates costs.
    """
    from pytensor.compile.mode import get_mode

    mode = get_mode(name)
    return mode.including("local_second_to_alloc") if name == MODE else mode


def kept(key: Any, make: Callable[[], Any]) -> Any:
    """What was compiled for this key, or what ``make`` compiles now; the least recently used is forgotten."""
    found = _kept.pop(key, None)
    _kept[key] = make() if found is None else found
    if len(_kept) > MOST:
        del _kept[next(iter(_kept))]
    return _kept[key]


def bound(
    key: Any, make: Callable[[], tuple["pymc.Model", Any, Any]], values: Mapping[str, Array]
) -> Callable[[Array], Any]:
    """A function of a vector ``(p,)`` at these ``values`` of the model's data nodes, by their names.

    ``make`` gives the PyMC model whose data nodes are read, the vector and the outputs; it is called where nothing is
    kept under ``key``, which must say everything that the graph depends on.
    """
    function, names = kept(("bound", key), lambda: _compiled(*make()))
    given = [np.asarray(values[name], dtype=float) for name in names]
    return lambda vector: function(vector, *given)


def _compiled(model: "pymc.Model", vector: Any, outputs: Any) -> tuple[Any, tuple[str, ...]]:
    import pytensor
    from pytensor.graph.replace import graph_replace

    inputs = {node: node.type.__call__(name=node.name) for node in model.data_vars}
    several = outputs if isinstance(outputs, list) else [outputs]
    replaced = graph_replace(several, inputs, strict=False)
    # Without PyMC's checks of parameters, which raise: where a search has run to sigma = 0 the answer is NaN.
    mode = quick().including("local_remove_check_parameter")
    function = pytensor.function(
        [vector, *inputs.values()],
        replaced if isinstance(outputs, list) else replaced[0],
        mode=mode,
        on_unused_input="ignore",
    )
    return function, tuple(node.name for node in inputs)
