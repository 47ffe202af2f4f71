"""Outcomes of a PyMC program: drawn from it with its parameters fixed, or others put in their place."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..model.model import Theta
from ..quiet import quiet

if TYPE_CHECKING:
    import pymc

Array = NDArray[np.float64]
Draw = Callable[[Theta, np.random.Generator], Mapping[str, Array]]


def undrawable(program: "pymc.Model") -> str | None:
    """Why no data can be drawn from a program, said of it, or None.

    A Potential that reads data is a likelihood without a way to draw them; one of parameters alone (a constraint) has
    no part in the data.
    """
    beside = "write simulate(theta, design, rng) beside the model"
    if not program.observed_RVs:
        return f"observes no variable that data could be drawn for; {beside}"
    reading = [str(potential.name) for potential in program.potentials if _reads_data(program, potential)]
    if reading:
        return f"has a Potential that reads data ({', '.join(reading)}), from which none can be drawn; {beside}"
    return None


def _reads_data(program: "pymc.Model", potential: Any) -> bool:
    from pytensor.compile.sharedvalue import SharedVariable
    from pytensor.graph.basic import Constant
    from pytensor.graph.traversal import ancestors

    inputs = ancestors([potential], blockers=program.free_RVs)
    values = [v.data for v in inputs if isinstance(v, Constant)]
    values += [v.get_value(borrow=True) for v in inputs if isinstance(v, SharedVariable)]
    return any(isinstance(value, np.ndarray) and value.ndim > 0 for value in values)


def sampler(program: "pymc.Model") -> Draw:
    """A compiled function from parameters and a generator to one draw of every observed variable."""
    import pymc
    import pytensor
    from pymc.pytensorf import reseed_rngs

    nodes = {rv.name: pytensor.shared(np.asarray(value), name=f"at_{rv.name}") for rv, value in _points(program)}
    with quiet(), without_initial_values(program):
        fixed = pymc.do(program, nodes)
        outputs = [fixed[rv.name] for rv in program.observed_RVs]
        function = pymc.compile([], outputs, mode="FAST_COMPILE")
    names = [str(rv.name) for rv in program.observed_RVs]
    generators = [v for v in function.get_shared() if isinstance(v.get_value(borrow=True), np.random.Generator)]

    def draw(theta: Theta, rng: np.random.Generator) -> dict[str, Array]:
        for name, node in nodes.items():
            node.set_value(np.asarray(theta[name], dtype=node.get_value().dtype))
        seed = int(rng.integers(2**31))
        reseed_rngs(generators, np.random.SeedSequence(seed).generate_state(1)[0])
        return dict(zip(names, function(), strict=True))

    return draw


def with_observed(program: "pymc.Model", values: Mapping[str, Array]) -> "pymc.Model":
    """A copy of a program with other observed values."""
    import pytensor.tensor as pt
    from pymc.model.fgraph import clone_model

    with without_initial_values(program) as initial:
        copy = clone_model(program)
    copy.rvs_to_initial_values.update({copy[name]: value for name, value in initial.items()})
    for rv in copy.observed_RVs:
        old = copy.rvs_to_values[rv]
        new = pt.as_tensor(np.asarray(values[str(rv.name)], dtype=old.dtype), name=rv.name)
        copy.rvs_to_values[rv] = new
        copy.values_to_rvs.pop(old, None)
        copy.values_to_rvs[new] = rv
    for kind in ("free_RVs", "observed_RVs", "potentials", "deterministics"):  # whose order cloning does not keep
        order = [variable.name for variable in getattr(program, kind)]
        getattr(copy, kind).sort(key=lambda variable, order=order: order.index(variable.name))
    return copy


@contextmanager
def without_initial_values(program: "pymc.Model") -> Iterator[dict[str, Any]]:
    """The program as one whose author chose no starting points, which PyMC does not copy; gives them by name."""
    chosen = dict(program.rvs_to_initial_values)
    program.rvs_to_initial_values.update(dict.fromkeys(chosen))
    try:
        yield {str(rv.name): value for rv, value in chosen.items() if value is not None}
    finally:
        program.rvs_to_initial_values.update(chosen)


def _points(program: "pymc.Model") -> list[tuple[Any, Any]]:
    from .program_model import initial_point

    point = initial_point(program)
    return [(rv, point[rv.name].astype(rv.dtype)) for rv in program.free_RVs]
