"""Posteriors whose likelihood has formulas for its derivatives, evaluated by NumPy: nothing is compiled.

A likelihood that is itself an integral over effects of groups takes minutes to compile, and milliseconds to evaluate.
"""

import numpy as np
from numpy.typing import NDArray

from ...density.stack import Stack
from ...model.support import Support
from ...search.problem import of_stack
from ...search.standardised import Space, whitening_of
from ..unconstrained_mode import in_unconstrained_coordinates, log_volume

Array = NDArray[np.float64]
Index = NDArray[np.intp]


class ByFormulas(Space):
    """The posteriors of a stack whose model has `derivatives`, from starts ``(R, p)`` on the model scale."""

    def __init__(self, stack: Stack, start: Array) -> None:
        self.stack = stack
        problem = in_unconstrained_coordinates(of_stack(stack, 1.0))
        with np.errstate(all="ignore"):
            z = problem.coordinates.z(start)
        self.whitening = whitening_of(problem.evaluate, z, problem.layout.bounded)

    def theta(self, u: Array, index: Index) -> Array:
        return self.stack.program.coordinates.theta(self.z(u, index))

    def value(self, u: Array, index: Index) -> Array:
        program, z = self.stack.program, self.z(u, index)
        theta = program.coordinates.theta(z)
        with np.errstate(all="ignore"):
            likelihoods = np.stack([self._log_likelihoods(theta[:, k], int(i)) for k, i in enumerate(index)], axis=1)
        priors = program.log_prior_of_draws(theta.reshape(-1, theta.shape[-1])).reshape(likelihoods.shape)
        slices = program.layout.free_slices
        volumes = sum(_volumes(support, z[..., slices[name]]) for name, support in program.coordinates.supports.items())
        # θ = M w with w the values whose support is mapped: dθ = |det M| dw.
        return np.asarray(likelihoods + priors + volumes + np.linalg.slogdet(program.coordinates.linear)[1])

    def _log_likelihoods(self, points: Array, i: int) -> Array:
        """Log-likelihoods of one of the data sets at points ``(S, p)``."""
        stack, program = self.stack, self.stack.program
        data = program.data.replace(**{role: values[i] for role, values in stack.columns.items()})
        weights = 1.0 if stack.weights is None else stack.weights[i]
        thetas = [program.layout.split(point) for point in points]
        return np.array([np.sum(weights * units) for units in program.model.log_likelihoods(thetas, data)])


def _volumes(support: Support, u: Array) -> Array:
    """log |dw/dz| ``(S, r)`` of one parameter's coordinates u ``(S, r, f)``."""
    if support.elementwise:
        return np.asarray(np.sum(np.log(np.abs(support.slope(u))), axis=-1))
    return np.apply_along_axis(lambda point: log_volume(support, point)[0], -1, u)


def has_formulas(stack: Stack) -> bool:
    """Whether the posteriors of a stack can be evaluated like this: priors that differ among them have no place."""
    return not stack.numbers and stack.program.model.has_derivatives
