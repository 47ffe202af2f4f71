"""A likelihood that is computed in Python as an operation of PyTensor's, which PyMC can put a prior beside."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def black_box(units: Callable[[Array], Array], scores: Callable[[Array], Array]) -> Any:
    """An operation from θ ``(p,)`` to ``units`` ``(n,)``, differentiated by ``scores`` ``(n, p)``.

    Both are called in Python, so it compiles in every mode that can, and not in Numba.
    """
    from pytensor.graph.basic import Apply
    from pytensor.graph.op import Op
    from pytensor.tensor.type import dmatrix, dvector

    class RowScores(Op):
        """∂units/∂θ."""

        __props__ = ()
        is_black_box = True

        def make_node(self, *inputs: Any) -> Apply:
            return Apply(self, list(inputs), [dmatrix()])

        def perform(self, node: Any, inputs: Any, outputs: Any) -> None:
            outputs[0][0] = np.asarray(scores(np.asarray(inputs[0], dtype=float)), dtype=float)

    class Units(Op):
        """The log-likelihood of each unit."""

        __props__ = ()
        is_black_box = True

        def make_node(self, *inputs: Any) -> Apply:
            return Apply(self, list(inputs), [dvector()])

        def perform(self, node: Any, inputs: Any, outputs: Any) -> None:
            with np.errstate(all="ignore"):
                outputs[0][0] = np.asarray(units(np.asarray(inputs[0], dtype=float)), dtype=float)

        def pullback(self, inputs: Any, outputs: Any, cotangents: Any) -> list[Any]:
            return [cotangents[0] @ RowScores()(inputs[0])]

    return Units()


def observed(units: Callable[[Array], Array], scores: Callable[[Array], Array]) -> Callable[..., Any]:
    """The likelihood of θ ``(p,)`` as what writes it into the open PyMC model, from parameters and data nodes."""
    import pymc
    import pytensor.tensor as pt

    box = black_box(units, scores)

    def likelihood(theta: Mapping[str, Any], nodes: Mapping[str, Any]) -> Any:
        point = pt.concatenate([pt.atleast_1d(value).ravel() for value in theta.values()]).astype("float64")
        y = nodes["upper" if "upper" in nodes else "y"]
        arguments = {"logp": lambda _y, point, _data: box(point).sum(), "signature": "(p),(n)->(n)"}
        return pymc.CustomDist("y", point, y, **arguments, observed=y)

    return likelihood
