"""What is drawn at random where a likelihood must say the same of the same parameters at every call.

An observed variable that is another handful of rows each time (``pm.Minibatch``), a density that simulates
(``pm.Simulator``) or draws in its ``logp``: a search compares values that differ by luck, and what it returns is no
maximum. Graphs tell by the random generators upstream; a black box only by being called twice at one point.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelError
from ...quiet import quiet
from .densities import Graphs

if TYPE_CHECKING:
    import pymc

Array = NDArray[np.float64]

_SAME = 1e-9
"""Relative difference up to which two evaluations at one point are the same: threads may add in another order."""
_WAY_OUT = "observe all of the data, and write a density that is the same at every call"


def is_random(variable: Any) -> bool:
    """Whether anything random lies upstream of a variable, or it is random itself."""
    from pymc.distributions.distribution import SymbolicRandomVariable
    from pytensor.graph.traversal import ancestors
    from pytensor.tensor.random.op import RandomVariable
    from pytensor.tensor.random.type import RandomType

    kinds = (RandomVariable, SymbolicRandomVariable)
    return any(
        isinstance(node.type, RandomType) or (node.owner is not None and isinstance(node.owner.op, kinds))
        for node in ancestors([variable])
    )


def check_observed(program: "pymc.Model") -> None:
    """Refuse observed values that are drawn anew at every evaluation.

    Raises
    ------
    ModelError
        Naming the variable.
    """
    for rv in program.observed_RVs:
        if is_random(program.rvs_to_values[rv]):
            raise ModelError(
                f"what the variable {rv.name} observes is drawn at random at every evaluation, as by pm.Minibatch, so "
                f"that no estimate would be the data's; {_WAY_OUT}."
            )


def check_densities(graphs: Graphs, name: str) -> None:
    """Refuse a likelihood or a prior that draws random numbers.

    Raises
    ------
    ModelError
        Naming the term; or in PyMC's own words that it has no density.
    """
    densities = {**_written(lambda: graphs.terms, name), **_written(lambda: {"the prior": graphs.log_prior}, name)}
    for term, density in densities.items():
        if is_random(density):
            raise ModelError(_drawn(f"the density of {term}", name))


def _written(of: Callable[[], dict[str, Any]], name: str) -> dict[str, Any]:
    """The densities, or a sentence where PyMC refuses to write one: it looks for random numbers in some itself."""
    try:
        with quiet():
            return of()
    except (NotImplementedError, RuntimeError, ValueError) as error:
        words = str(error).partition("\n")[0].rstrip(".")
        if "andom variables" in words:
            raise ModelError(_drawn("a density", name)) from error
        raise ModelError(
            f"PyMC has no density of {name} ({words}); give the variable a logp= or another distribution."
        ) from error


def _drawn(what: str, name: str) -> str:
    return (
        f"{what} draws random numbers at every evaluation, as that of pm.Simulator does, so that {name} has no "
        f"maximum; {_WAY_OUT}."
    )


def check_repeats(first: Array, second: Array, what: str) -> None:
    """Refuse ``what`` where two evaluations at one point differ, which shows what a black box draws.

    Raises
    ------
    ModelError
        With both values.
    """
    if not np.allclose(first, second, rtol=_SAME, atol=0, equal_nan=True):
        place = int(np.argmax(np.abs(np.nan_to_num(first - second, nan=np.inf))))
        values = f"{np.ravel(first)[place]:.6g} and then {np.ravel(second)[place]:.6g}"
        raise ModelError(f"two evaluations of {what} at one point gave {values}, so that it is random; {_WAY_OUT}.")
