"""Who depends on whom in a PyMC program, and which variables are latent.

A free variable is latent where its prior depends on another one that the likelihood does not read itself, where its
prior depends on others and no observation on it (a missing value), where it has an element per observation beside
parameters that all observations share, or where it only enters the likelihood times a scale of its own (a hierarchy
written non-centred). The joint mode of latent variables and what governs them
is no maximum likelihood estimate: with every datum there is more to estimate [1]_, and as a scale goes to 0 the
density may have no bound. [2]_

.. [1] Neyman & Scott (1948), Consistent estimates based on partially consistent observations, Econometrica 16, 1–32.
.. [2] Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., sections 5.4 and 13.5.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ...words import listed

if TYPE_CHECKING:
    import pymc

Shapes = Mapping[str, tuple[int, ...]]

_VECTOR = 3
"""Elements from which a vector may be a set of effects; two that are multiplied by a parameter may be anything."""
_FEWEST = 4
"""Observations from which as many elements are no coincidence."""


def read_by(model: "pymc.Model", variables: Iterable[Any], blockers: Iterable[Any] = ()) -> set[Any]:
    """The free variables that these variables read themselves, and not through other free variables."""
    from pytensor.graph.traversal import ancestors

    free = set(model.free_RVs)
    blocking = [*free, *blockers]
    upstream = [source for v in variables for source in ([v] if v not in free or v.owner is None else v.owner.inputs)]
    return {source for source in ancestors(upstream, blockers=blocking) if source in free}


def parents(model: "pymc.Model", rv: Any) -> set[Any]:
    """The free variables that the prior of one reads."""
    return read_by(model, [rv]) - {rv}


def in_likelihood(model: "pymc.Model") -> set[Any]:
    """The free variables that observed variables and potentials read themselves."""
    return read_by(model, [*model.observed_RVs, *model.potentials])


def latent(model: "pymc.Model", shapes: Shapes, observed: Shapes) -> dict[str, str]:
    """Name → why it is latent, of every latent free variable; ``shapes`` of free, ``observed`` of observed ones."""
    observations = {int(np.prod(_batch(model[name], shape))) for name, shape in observed.items()}
    direct = in_likelihood(model)
    scaled = _non_centred(model, direct, shapes)
    each = {str(rv.name): [n for n in shapes[rv.name] if n >= _FEWEST and n in observations] for rv in model.free_RVs}
    shared = any(not each[str(rv.name)] for rv in model.free_RVs)  # else the model is saturated, and its MLE is one
    reasons = {}
    for rv in model.free_RVs:
        above = parents(model, rv)
        governing = sorted(str(parent.name) for parent in above - direct)
        if governing:
            reasons[str(rv.name)] = f"its prior depends on {' and '.join(governing)}"
        elif above and rv not in direct:
            names = listed(sorted(str(parent.name) for parent in above))
            reasons[str(rv.name)] = f"its density depends on {names}, and no observation on it"
        elif (many := each[str(rv.name)]) and shared:
            reasons[str(rv.name)] = f"it has an element for each of the {many[0]} observations"
        elif rv in scaled:
            reasons[str(rv.name)] = f"it enters the likelihood times {scaled[rv]}"
    return reasons


def _batch(rv: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of independent observations: without the axes along which one vector or matrix lies."""
    return shape[: len(shape) - int(getattr(rv.owner.op, "ndim_supp", 0))]


def _non_centred(model: "pymc.Model", direct: set[Any], shapes: Shapes) -> dict[Any, str]:
    """Real vectors that the likelihood reads only times a scale, which it reads nowhere else; and that scale's name."""
    from pytensor.graph.traversal import ancestors

    roots = [*model.observed_RVs, *model.potentials]
    nodes = {v.owner for v in ancestors(roots, blockers=model.free_RVs) if v.owner is not None and _is_product(v.owner)}
    vectors = [rv for rv in direct if model.rvs_to_transforms.get(rv) is None and np.prod(shapes[rv.name]) >= _VECTOR]
    scales = [rv for rv in direct if model.rvs_to_transforms.get(rv) is not None]
    scale_of = {}
    for vector in vectors:
        for node in nodes:
            sides = [_reads(model, side) for side in node.inputs]
            if not any(vector in side for side in sides):
                continue
            others = {rv for side in sides if vector not in side for rv in side if rv in scales}
            alone = others - read_by(model, roots, blockers=node.outputs)
            if alone:
                scale_of[vector] = " and ".join(sorted(str(rv.name) for rv in alone))
    return scale_of


def _reads(model: "pymc.Model", side: Any) -> set[Any]:
    """The free variables on one side of a product: itself, if it is one."""
    return {side} if side in set(model.free_RVs) else read_by(model, [side])


def _is_product(node: Any) -> bool:
    from pytensor.scalar.basic import Mul
    from pytensor.tensor.blockwise import Blockwise
    from pytensor.tensor.math import Dot

    op = node.op
    core = op.core_op if isinstance(op, Blockwise) else op
    return isinstance(core, Dot) or isinstance(getattr(op, "scalar_op", None), Mul)
