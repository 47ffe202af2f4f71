"""How exact a likelihood's numerical integrals must be, which is known once its optimum is.

A model that says `Model.settled` is asked at the maximum of the likelihood, or where there is none at the MAP, before
any estimator is fitted: all of them, their intervals and their bootstraps then have one density.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..density.density import Density
from ..density.model_density import ModelDensity
from ..model.model import Model
from ..search.optimum import maximise
from ..search.problem import Problem, of_density, of_stack
from .replicates.stacking import Member, stacked

Array = NDArray[np.float64]


def settled(program: Density) -> Density:
    """The density whose integrals are exact enough for these data; the same where they are already."""

    def density(model: Model) -> Density:
        if model is program.model:
            return program
        return ModelDensity(model, program.data, program.priors, program.prior_power)

    def search(model: Model) -> tuple[Problem, Array]:
        return of_density(density(model), 0.0), program.start[None]

    return density(_settled(program.model, [search]))


def settled_for(model: Model, groups: Sequence[Sequence[Member]]) -> Model:
    """The model whose integrals are exact enough for all of many data sets, which are divided by shape."""

    def search(members: Sequence[Member], model: Model) -> tuple[Problem, Array]:
        stack = stacked(model, members)
        start = np.array([stack.program.layout.join(model.start(each.data)) for each in members])
        alone = [each.program(model) for each in members]
        return of_stack(stack, 0.0, alone.__getitem__), start

    return _settled(model, [partial(search, members) for members in groups])


def _settled(model: Model, searches: Sequence[Callable[[Model], tuple[Problem, Array]]]) -> Model:
    """The model that is exact enough at the optima of all of these problems, searched from θ ``(R, p)`` each."""
    if "settled" not in model.offers:
        return model
    enough = model
    for search in searches:
        enough = _at_optima(enough, *search(enough))
    return model if enough.quadrature == model.quadrature else _settled(enough, searches)


def _at_optima(model: Model, problem: Problem, start: Array) -> Model:
    """The model that is exact enough at the optimum of each of R data sets, searched from θ ``(R, p)``."""
    z = problem.coordinates.z(start)
    tops = [maximise(problem, z, rescue=False)]
    if not tops[0].converged.all():
        tops.append(maximise(problem.at_power(1.0), z, rescue=False))
    for i in range(problem.count):
        top = next((top for top in tops if top.converged[i]), None)
        if top is not None:
            model = model.settled(problem.layout.split(top.theta[i]), problem.density(i).data)
    return model
