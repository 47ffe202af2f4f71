"""What does not depend on the parameters is computed once, and not in every evaluation of a density.

In log (n choose y) + y log p + …, the first term is as dear as all others and the same for every p. Every largest piece
of a graph that no parameter enters becomes an input of its own: its value is computed beforehand, from the data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .graphs import Graph

PREFIX = "known_"


@dataclass(frozen=True)
class Hoisted:
    """A graph that reads ``known`` pieces, and those as graphs of the data's nodes, by name."""

    graph: Graph
    known: Mapping[str, Any]
    stacked: frozenset[str]
    """Inputs of the graph that differ between replicates."""


def hoisted(graph: Graph, stacked: frozenset[str]) -> Hoisted:
    """The graph with its largest pieces that ``vector`` does not enter in the place of what they are made from."""
    import pytensor.tensor as pt
    from pytensor.graph.replace import graph_replace
    from pytensor.graph.traversal import ancestors

    moving = _descendants(graph)
    known: dict[str, Any] = {}
    symbols: dict[Any, Any] = {}
    several = set()
    nodes = {node: name for name, node in graph.nodes.items()}
    for piece in _frontier(graph, moving):
        name = f"{PREFIX}{len(known)}"
        symbols[piece] = pt.tensor(name, dtype="float64", shape=piece.type.shape)
        known[name] = piece
        if any(nodes.get(each) in stacked for each in ancestors([piece])):
            several.add(name)
    cast = {piece: _as(symbol, piece) for piece, symbol in symbols.items()}
    scalar = graph_replace(graph.scalar, cast, strict=False) if cast else graph.scalar
    read = set(ancestors([scalar]))
    left = {name: node for name, node in graph.nodes.items() if node in read}
    inputs = {**{str(symbol.name): symbol for symbol in symbols.values()}, **left}
    return Hoisted(Graph(graph.vector, scalar, inputs), known, frozenset(several | (stacked & left.keys())))


def _descendants(graph: Graph) -> set[Any]:
    """Variables that the vector enters."""
    from pytensor.graph.traversal import toposort

    moving = {graph.vector}
    for node in toposort([graph.scalar]):
        if any(each in moving for each in node.inputs):
            moving.update(node.outputs)
    return moving


def _frontier(graph: Graph, moving: set[Any]) -> list[Any]:
    """The largest float pieces that are computed, that the vector does not enter, and that meet what it does."""
    from pytensor.graph.traversal import toposort
    from pytensor.tensor.elemwise import DimShuffle

    found: dict[Any, None] = {}
    for node in toposort([graph.scalar]):
        if not any(each in moving for each in node.outputs):
            continue
        for each in node.inputs:
            piece = each
            while piece.owner is not None and isinstance(piece.owner.op, DimShuffle):
                piece = piece.owner.inputs[0]
            if piece not in moving and piece.owner is not None and _reads_data(piece, graph) and _is_number(piece):
                found[piece] = None
    return list(found)


def _reads_data(piece: Any, graph: Graph) -> bool:
    from pytensor.graph.traversal import ancestors

    return bool(set(graph.nodes.values()) & set(ancestors([piece])))


def _is_number(piece: Any) -> bool:
    """Whether it can be handed over as floating-point numbers and still mean the same: no position, no length."""
    from pytensor.tensor.elemwise import Elemwise

    counted = piece.type.dtype in ("int64", "bool") and isinstance(piece.owner.op, Elemwise) and piece.ndim > 0
    return counted or piece.type.dtype == "float64"


def _as(symbol: Any, piece: Any) -> Any:
    import pytensor.tensor as pt

    return symbol if piece.type.dtype == "float64" else pt.cast(symbol, piece.type.dtype)
