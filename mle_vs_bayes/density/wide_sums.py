"""Sums and products of many terms, as sums of few, each of fewer: NumPy takes 32 arrays at once at most.

PyTensor joins all terms of a sum in one operation, and those of a Hessian are many; its Python linker then refuses
them. Below PyTensor's public names: the rewrite is registered in a copy of a mode (tried with 3.3.8;
`tests/density/test_rewrites.py` names it).
"""

from typing import Any

MOST = 16
"""Terms of one operation."""
POSITION = 49.5
"""After every rewrite that joins sums."""


def divided(mode: Any) -> Any:
    """The mode, with sums and products of many terms divided at last."""
    from pytensor.graph.rewriting.basic import in2out, node_rewriter
    from pytensor.tensor.elemwise import Elemwise

    rewriter = in2out(node_rewriter([Elemwise])(_divided), name="divided")
    return mode.register((rewriter, POSITION))


def _divided(_graph: Any, node: Any) -> Any:
    if type(node.op.scalar_op).__name__ not in ("Add", "Mul") or len(node.inputs) <= MOST:
        return False
    parts = [node.inputs[place : place + MOST] for place in range(0, len(node.inputs), MOST)]
    return [node.op(*(node.op(*part) if len(part) > 1 else part[0] for part in parts))]
