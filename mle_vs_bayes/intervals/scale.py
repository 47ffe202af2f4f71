"""The scale of every quantity: the support whose map to the whole line its interval is built on."""

from ..density.density import Density
from ..model.support import Support, real, unit

_OF_ONE = {(real.lower, real.upper): real, (unit.lower, unit.upper): unit}
"""An element of a rising vector runs over the line, one of shares that sum to one over (0, 1)."""


def supports(program: Density) -> tuple[Support, ...]:
    """One support per quantity, in the order of ``program.quantity_labels``.

    A parameter has its own. A derived quantity has the one its `Function` declares, the line unless it says
    otherwise: whether an estimate happens to be positive is no reason for a logarithm, because the next
    sample's may not be, and the interval would change its kind with the data.
    """
    layout = program.layout
    own = [of_one(p.support) for p in layout.parameters for _ in layout.labels_of[p.name]]
    derived = [f.support for f in program.model.functions for _ in layout.function_labels(f)]
    return (*own, *derived)


def of_one(support: Support) -> Support:
    """The support of one element alone."""
    return support if support.elementwise else _OF_ONE.get((support.lower, support.upper), real)
