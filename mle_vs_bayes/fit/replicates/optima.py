"""Maximum likelihood and MAP of a stack: the driver of single fits, on all data sets side by side."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ...density.density import Density
from ...density.stack import Stack
from ...estimators import maximum_a_posteriori, maximum_likelihood
from ...estimators.estimate import Estimate
from ...estimators.modes import MAXIMUM_A_POSTERIORI, MAXIMUM_LIKELIHOOD, Method, Modes, modes
from ...search.problem import of_stack

Array = NDArray[np.float64]
_ALONE: dict[str, Callable[..., Estimate]] = {
    MAXIMUM_LIKELIHOOD.name: maximum_likelihood.fit,
    MAXIMUM_A_POSTERIORI.name: maximum_a_posteriori.fit,
}


def optima(method: Method, stack: Stack, alone: Callable[[int], Density], start: Array, seed: int) -> Modes:
    """The estimates of one method; starts ``(R, p)`` on the model scale. ``alone`` gives the density of one data set.

    A search that failed is made once more by the path of `compare`, which also asks ``find_MAP`` and, of a user's
    program, starts where that program's own data say.
    """
    problem = of_stack(stack, method.power, alone)
    found = modes(method, problem, start, seed)
    for i, status in enumerate(found.status):
        if status == "failed":
            found.put(i, _ALONE[method.name](alone(i), seed))
    return found
