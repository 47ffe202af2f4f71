"""From a PyMC model to a program that can be fitted, or the sentence that says why not and what to do."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..concerns import Concern
from ..data.dataset import Dataset
from ..errors import DataError, ModelError
from .graphs.derived import add_quantities
from .graphs.latent import in_likelihood, latent, parents
from .graphs.randomness import check_densities, check_observed, check_repeats
from .program_density import OwnProgram
from .program_model import Companions, OwnModel, Refusals
from .starts.allowance import Allowance
from .starts.closed_edges import close_edges
from .starts.identification import POINTS, flat_direction
from .starts.starting_point import climbed, usable_start

if TYPE_CHECKING:
    import pymc

Array = NDArray[np.float64]

MOST = 400
"""Unconstrained coordinates up to which curvature is looked at for directions without any: f³ operations."""


def open_program(
    program: "pymc.Model",
    name: str = "pymc_model",
    companions: Companions | None = None,
    allow_joint: bool = False,
    sampler: str = "nutpie",
    allowance: Allowance | None = None,
) -> OwnProgram:
    """Everything the suite needs of a PyMC model; ``allow_joint`` insists on joint modes of latent variables.

    ``allowance`` bounds what is spent in derivatives before anything is fitted.

    Raises
    ------
    DataError
        An observed variable has missing values.
    ModelError
        Nothing is observed, a free variable is discrete, values or density are random, no start has a finite density,
        the posterior is improper.
    """
    allowance = allowance or Allowance()
    observed = observed_values(program)
    check(program, name)
    model = OwnModel(program, name, observed, companions or Companions())
    model.effects = latent(program, dict(model.axes.shapes), {k: np.shape(v) for k, v in observed.items()})
    add_quantities(model)
    opened = OwnProgram(model, _data(program, observed), model.own_priors)
    check_densities(opened.graphs, name)
    start = usable_start(opened)
    check_repeats(opened.unit_values(start), opened.unit_values(start), "the likelihood")
    model.point = opened.layout.split(start)
    opened.__dict__.pop("start", None)  # which was read of the first point
    parameters = close_edges(opened, start)
    if parameters != model.parameters:
        model.parameters = parameters
        opened = OwnProgram(model, opened.data, model.own_priors)
    opened.sampler = sampler
    joint = _joint(model)
    if joint is not None and not allow_joint:
        model.refusals = Refusals(mle=joint, map=joint)
        _check_proper(opened, allowance)
    else:
        _prepare_optima(opened, allowance)
    _note(opened, joint if allow_joint else None, allowance)
    return opened


def _prepare_optima(opened: OwnProgram, allowance: Allowance) -> None:
    """A start near a mode, coordinates standardised there, and directions that nothing is known of."""
    model = opened.model
    _measure(opened, allowance)
    model.point = opened.layout.split(climbed(opened, opened.start, allowance))
    del opened.start
    _check_proper(opened, allowance)
    model.refusals = Refusals(mle=_unidentified(opened, allowance))
    if allowance.affords(2, "coordinates scaled by the curvature"):
        opened.standardise()


def _measure(opened: OwnProgram, allowance: Allowance) -> None:
    """What a gradient costs; its first evaluation compiles, and two at one point show whether a black box draws."""
    derivatives, start = opened.theta_derivatives, opened.start
    first, again = derivatives.gradient(start), []
    allowance.measure(lambda: again.append(derivatives.gradient(start)), derivatives.hessian_gradients)
    check_repeats(first, again[0], "the gradient")


def observed_values(program: "pymc.Model") -> dict[str, Array]:
    """The values of every observed variable, by name.

    Raises
    ------
    DataError
        Some are missing: PyMC would draw them, and they would be parameters.
    ModelError
        They are drawn at random.
    """
    check_observed(program)
    free = {rv.name for rv in program.free_RVs}
    found = {}
    for rv in program.observed_RVs:
        name = str(rv.name)
        whole = name.removesuffix("_observed")
        if whole != name and f"{whole}_unobserved" in free:
            missing = np.size(program.initial_point()[program.rvs_to_values[program[f"{whole}_unobserved"]].name])
            raise DataError(_missing(whole, int(missing)))
        values = program.rvs_to_values[rv]
        found[name] = np.asarray(values.data if hasattr(values, "data") else values.eval(mode="FAST_COMPILE"), float)
        if np.isnan(found[name]).any():
            raise DataError(_missing(name, int(np.isnan(found[name]).sum())))
    return found


def _missing(name: str, count: int) -> str:
    return (
        f"the observed variable {name} has {count} missing value{'s' if count > 1 else ''}, which PyMC would make "
        "parameters of; drop those rows, or model what is missing as a variable of its own."
    )


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


def _joint(model: OwnModel) -> str | None:
    """Why the optimum would be a joint mode, as a sentence, or None."""
    if not model.effects:
        return None
    names = list(model.effects)
    first = f"{names[0]} is latent ({model.effects[names[0]]})"
    others = f", and so {'are' if len(names) > 2 else 'is'} {', '.join(names[1:4])}" if len(names) > 1 else ""
    more = " and more" if len(names) > 4 else ""
    return (
        f"{first}{others}{more}: the joint mode of effects and what governs them estimates neither; integrate the "
        "effects out of the likelihood, read the posterior, or insist with --allow-joint"
    )


def _unidentified(opened: OwnProgram, allowance: Allowance) -> str | None:
    """Why the likelihood alone has no single maximum, or None."""
    model = opened.model
    read = in_likelihood(model.program)
    governing = {parent for rv in read for parent in parents(model.program, rv)}
    unread = [str(rv.name) for rv in model.program.free_RVs if rv not in read | governing]
    way = "leave it out, or read the MAP and the posterior"
    if unread:
        return f"the likelihood does not depend on {', '.join(unread)}; {way}"
    flat = _flat_direction(opened, 0.0, allowance)
    return None if flat is None else f"the likelihood does not change along {flat}, which only a prior can tell; {way}"


def _flat_direction(opened: OwnProgram, power: float, allowance: Allowance) -> str | None:
    """`flat_direction` where it can be afforded."""
    if opened.layout.free_size > MOST:
        return None
    if not allowance.measured:
        _measure(opened, allowance)
    what = "whether the prior leaves a direction open" if power else "whether the data leave a direction open"
    return flat_direction(opened, power) if allowance.affords(1 + POINTS, what) else None


def _check_proper(opened: OwnProgram, allowance: Allowance) -> None:
    """Refuse a posterior that has a direction in which neither likelihood nor prior changes.

    Raises
    ------
    ModelError
        Naming the direction and the flat priors.
    """
    flat = [name for name, prior in opened.priors.items() if not prior.proper]
    direction = _flat_direction(opened, 1.0, allowance) if flat else None
    if direction is not None:
        raise ModelError(
            f"the posterior of {opened.model.name} is improper: neither the data nor a prior say anything along "
            f"{direction}; give {' or '.join(flat)} a proper prior, such as pm.Normal(0, 10), or drop a parameter."
        )


def _note(opened: OwnProgram, joint: str | None, allowance: Allowance) -> None:
    """Concerns that are there before anything is fitted."""
    potentials = [str(potential.name) for potential in opened.model.program.potentials]
    if potentials:
        opened.notes.append((("mle",), Concern("potential", ", ".join(potentials))))
    if joint is not None:
        opened.notes.append((("mle", "map"), Concern("joint_mode", joint.split(":")[0])))
    opened.notes += [(("mle", "map", "posterior"), concern) for concern in allowance.concern]


def is_pymc_model(model: Any) -> bool:
    """Whether this is a ``pymc.Model``; PyMC is not imported to find out."""
    import sys

    pymc = sys.modules.get("pymc")
    return pymc is not None and isinstance(model, pymc.Model)
