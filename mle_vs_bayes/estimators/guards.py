"""Guards that the sampler does not need: PyMC's log(p^k) asks in every term whether p is exactly 0.

On the unconstrained scale p is 0 only where it has underflowed; without the guard the density is then not a number,
which a sampler takes for a divergence. The guards cost as much as the terms, and again in the gradient.
"""

from typing import Any


def unguarded(scalar: Any) -> Any:
    """The graph with ``switch(x == −∞ and k ≤ 0, …, k x)`` said as ``k x``."""
    from pytensor.graph.fg import FunctionGraph
    from pytensor.graph.rewriting.basic import in2out, node_rewriter

    graph = FunctionGraph(outputs=[scalar], clone=False)
    in2out(node_rewriter(None)(_take_the_product), name="unguarded").rewrite(graph)
    return graph.outputs[0]


def _take_the_product(_graph: Any, node: Any) -> Any:
    from pytensor.scalar.basic import AND, EQ, Switch

    if not isinstance(getattr(node.op, "scalar_op", None), Switch):
        return False
    both = node.inputs[0].owner
    if both is None or not isinstance(getattr(both.op, "scalar_op", None), AND):
        return False
    equal = [each.owner for each in both.inputs if each.owner is not None]
    guarded = any(isinstance(getattr(each.op, "scalar_op", None), EQ) and _minus_infinity(each) for each in equal)
    return [node.inputs[2].astype(node.outputs[0].dtype)] if guarded and _same(node) else False


def _same(node: Any) -> bool:
    return bool(node.inputs[2].type.broadcastable == node.outputs[0].type.broadcastable)


def _minus_infinity(equal: Any) -> bool:
    from pytensor.graph.basic import Constant

    values = [_constant(each) for each in equal.inputs]
    found = [each.data for each in values if isinstance(each, Constant)]
    return any(float(each.ravel()[0]) == float("-inf") for each in found if each.size)


def _constant(variable: Any) -> Any:
    """What a broadcast constant was before it was broadcast."""
    from pytensor.tensor.elemwise import DimShuffle

    while variable.owner is not None and isinstance(variable.owner.op, DimShuffle):
        variable = variable.owner.inputs[0]
    return variable
