"""From a PyMC model to a density that can be fitted, or the sentence that says why not and what to do."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import optional_parts
from ..concerns import Concern
from ..data.dataset import Dataset
from ..density.coordinates import Coordinates
from ..errors import ModelError
from ..machine_code import one_machine_code
from ..model.layout import Layout
from ..search.newton import GRADIENT_TOLERANCE
from .budget import BESIDE, OPENING, EvaluationBudget
from .compiled import Compiled, Slopes, slopes
from .graphs.differentiate import GRADIENT_STEP, Derivatives
from .graphs.latent import latent
from .graphs.quantities import with_quantities
from .graphs.randomness import check_densities, check_repeats
from .identify import check_proper, joint_mode, unidentified
from .origin import Origin, Siblings, fixed
from .program_density import Notes, ProgramDensity, standardised
from .program_model import Hooks, ProgramModel, Refusals, axes_of, initial_point, observed_values, parameters_of
from .start import climbed, close_edges, usable_start

if TYPE_CHECKING:
    import pymc

Array = NDArray[np.float64]
_ROUGH = 3
"""Evaluations, of the six values each that one parameter's differences take at least, for a look at their errors."""


@one_machine_code()
def open_program(
    program: "pymc.Model",
    name: str = "pymc_model",
    hooks: Hooks | None = None,
    allow_joint: bool = False,
    samplers: tuple[str, ...] = ("nutpie", "pymc"),
    notes: Notes = (),
    origin: Origin | None = None,
    opening: EvaluationBudget | None = None,
    beside: EvaluationBudget | None = None,
) -> ProgramDensity:
    """Everything the suite needs of a PyMC model.

    Parameters
    ----------
    program : pymc.Model
        With its data inside.
    name : str
        Of the model in rows.
    hooks : Hooks, optional
        What its file says beside it.
    allow_joint : bool
        Insist on joint modes of latent variables.
    samplers : tuple of str
        PyMC's names of what draws the posterior, the next where one cannot.
    notes : tuple
        Concerns known beforehand, and the estimators that they are about.
    origin : Origin, optional
        What makes the program from other data; it stays as it is unless given.
    opening : EvaluationBudget, optional
        Of what is done before anything is fitted.
    beside : EvaluationBudget, optional
        Of the parts beside the estimates, where it is that of another program.

    Raises
    ------
    DataError
        An observed variable has missing values.
    ModelError
        Nothing is observed, a free variable is discrete, values or density are random, no start has a finite density,
        the posterior is improper.
    """
    observed = observed_values(program)
    check(program, name)
    hooks, opening = hooks or Hooks(), opening or EvaluationBudget(OPENING)

    def opened(other: "pymc.Model") -> ProgramDensity:
        """With other data: of the file's functions only what it derives from θ still holds."""
        of_file = Hooks(functions=hooks.functions)
        shared = budget if optional_parts.spending() else None  # a replicate of a study has its own
        return open_program(other, name, of_file, allow_joint, samplers, notes, beside=shared)

    data, budget = _data(program, observed), beside or EvaluationBudget(BESIDE, opening.price)
    model, compiled = _described(program, name, hooks, observed, data)
    siblings = Siblings(name, origin or _under_own_covariates(program, hooks), opened)
    model = replace(model, siblings=siblings)
    model, starting = _started(model, data, compiled, opened)
    joint = joint_mode(model)
    refused = None if allow_joint else joint
    near, data, compiled, slopes, coordinates = _prepared(model, data, compiled, starting, opened, refused, opening)
    rough = () if refused else _rough(slopes.likelihood, compiled.layout.join(near.point), opening)
    slow = tuple((("mle", "map", "posterior"), concern) for concern in opening.concern)
    notes = (*_notes(program, joint if allow_joint else None), *slow, *rough, *notes)
    density = ProgramDensity(
        near, data, compiled, slopes, coordinates, opened=opened, samplers=samplers, notes=notes, budget=budget
    )
    return siblings.keep(density)


def _described(
    program: "pymc.Model", name: str, hooks: Hooks, observed: Mapping[str, Array], data: Dataset
) -> tuple[ProgramModel, Compiled]:
    """Parameters, supports, latent variables and derived quantities, at PyMC's own point."""
    point = initial_point(program)
    axes = axes_of(program, {variable: np.shape(values) for variable, values in point.items()})
    parameters = parameters_of(program, point, axes)
    effects = latent(program, dict(axes.shapes), {variable: np.shape(values) for variable, values in observed.items()})
    bare = ProgramModel(name, program, hooks, observed, data.n, point, axes, parameters, effects=effects)
    model = with_quantities(bare)
    compiled = Compiled(model, Layout(model, data), data)
    check_densities(compiled.graphs, name)
    return replace(model, units=compiled.log_likelihood_on), compiled


def _started(model: ProgramModel, data: Dataset, compiled: Compiled, opened: Any) -> tuple[ProgramModel, Slopes]:
    """The model at a point with a finite density, with the ends of its supports, and derivatives tried there."""
    point = compiled.layout.join(model.point)
    tried = slopes(compiled.graphs, point)
    draft = _draft(model, data, compiled, tried, opened)
    start = usable_start(draft)
    check_repeats(compiled.unit_values(start), compiled.unit_values(start), "the likelihood")
    usable = replace(model, point=compiled.layout.split(start), parameters=close_edges(draft, start))
    return usable, tried if np.array_equal(start, point) else slopes(compiled.graphs, start)


def _draft(model: ProgramModel, data: Dataset, compiled: Compiled, slopes: Slopes, opened: Any) -> ProgramDensity:
    """The density in coordinates that nothing has standardised."""
    return ProgramDensity(model, data, compiled, slopes, Coordinates(Layout(model, data), data), opened)


def _prepared(
    model: ProgramModel,
    data: Dataset,
    compiled: Compiled,
    slopes: Slopes,
    opened: Any,
    joint: str | None,
    budget: EvaluationBudget,
) -> tuple[ProgramModel, Dataset, Compiled, Slopes, Coordinates]:
    """What the finished density is made of: a start near a mode, coordinates standardised there, what is refused.

    ``joint`` says why optima are refused; then there is no mode to look for.
    """
    layout = Layout(model, data)
    draft = _draft(model, data, compiled, slopes, opened)
    if joint is not None:
        check_proper(draft, budget)
        return replace(model, refusals=Refusals(mle=joint, map=joint)), data, compiled, slopes, draft.coordinates
    budget.price.measure(draft.slopes.likelihood, draft.start)
    start = climbed(draft, draft.start, budget)
    near = replace(model, point=layout.split(start))
    draft = _draft(near, data, compiled, slopes, opened)
    check_proper(draft, budget)
    refusals, coordinates = Refusals(mle=unidentified(draft, budget)), draft.coordinates
    if budget.affords(2, "coordinates scaled by the curvature"):
        coordinates, slopes = standardised(layout, data, start, slopes)
    return replace(near, refusals=refusals), data, compiled, slopes, coordinates


def _under_own_covariates(program: "pymc.Model", hooks: Hooks) -> Origin:
    """Where data sets of the program's own size come from: its file's ``simulate``, or itself."""
    if hooks.build is not None and hooks.simulate is not None:
        return Origin(hooks.build, hooks.data, simulate=hooks.simulate, of_one_size=True)
    return fixed(program)


def check(program: "pymc.Model", name: str) -> None:
    """Refuse programs that have no likelihood, nothing to estimate, or discrete unknowns.

    Raises
    ------
    ModelError
        With the way out.
    """
    if not program.observed_RVs and not program.potentials:
        raise ModelError(
            f"{name} has no observed variable, so there is no likelihood; give one of its variables observed=data."
        )
    if not program.free_RVs:
        raise ModelError(f"{name} has no free variable, so there is nothing to estimate; give a parameter a prior.")
    discrete = [str(rv.name) for rv in program.free_RVs if str(rv.dtype).startswith(("int", "uint", "bool"))]
    if discrete:
        raise ModelError(
            f"{name} has discrete free variables ({', '.join(discrete)}), which have no gradient; marginalise them: "
            "write their sum as pm.Mixture, or as the logp of a pm.CustomDist."
        )


def _data(program: "pymc.Model", observed: Mapping[str, Array]) -> Dataset:
    """What is observed as one column; of a program of potentials alone, as many rows as its longest data have."""
    if observed:
        return Dataset({"y": np.concatenate([np.ravel(values) for values in observed.values()])})
    shapes = [np.shape(node.get_value()) for node in program.data_vars if hasattr(node, "get_value")]
    return Dataset({"y": np.zeros(max((shape[0] for shape in shapes if shape), default=1))})


def _notes(program: "pymc.Model", joint: str | None) -> Notes:
    """Concerns that are there before anything is fitted."""
    potentials = ", ".join(str(potential.name) for potential in program.potentials)
    notes: Notes = ((("mle",), Concern("potential", potentials)),) if potentials else ()
    return notes if joint is None else (*notes, (("mle", "map"), Concern("joint_mode", joint.split(":")[0])))


def _rough(likelihood: Derivatives, point: Array, budget: EvaluationBudget) -> Notes:
    """A concern where a solver's errors are ten times as large in a gradient at θ ``(p,)`` as a search allows there."""
    if likelihood.first is not None or not budget.affords(_ROUGH, "a look at the errors of differences"):
        return ()
    scatter = likelihood.scatter(point)
    if scatter <= 10 * GRADIENT_TOLERANCE * GRADIENT_STEP:
        return ()
    return ((("mle", "map"), Concern("rough_density", f"it scatters by {scatter:.2g} about a smooth curve")),)


def is_pymc_model(model: Any) -> bool:
    """Whether this is a ``pymc.Model``; PyMC is not imported to find out."""
    import sys

    pymc = sys.modules.get("pymc")
    return pymc is not None and isinstance(model, pymc.Model)
