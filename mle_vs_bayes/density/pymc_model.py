"""A PyMC model built from a leaf: data nodes, priors, likelihood.

Real parameters are given an affine transform, so that samplers and optimisers see numbers of
order one whatever the units of the data and however collinear the covariates: PyMC's optimiser
and NUTS work on the transformed values, the model and its density on the model scale stay as written.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..model import jeffreys
from ..model.layout import Layout
from ..model.model import Model
from ..model.parameter import Parameter
from ..model.prior import Prior
from ..model.support import Support
from .coordinates import root_of_inverse

if TYPE_CHECKING:
    import pymc

Array = NDArray[np.float64]
Affine = Mapping[str, tuple[Any, Any]]


def build(
    model: Model,
    layout: Layout,
    data: Dataset,
    priors: Mapping[str, Prior],
    affine: Affine,
    latent: bool = False,
    symbolic: bool = False,
    power: float = 1.0,
    likelihood: Callable[..., Any] | None = None,
) -> "pymc.Model":
    """The model with its priors, ready for ``pymc.find_MAP``, or with its ``latent`` variables for ``pymc.sample``.

    ``symbolic`` makes the numbers of the priors nodes like the data's own (`prior_nodes`), so that one graph
    serves many data sets; a parameter whose support follows the data then has no transform.

    ``likelihood`` stands in the place of the model's own, in another wording.

    ``power`` raises the priors of the parameters, and not those of latent variables, to a power (up to a constant).

    ``affine`` maps a real or rising parameter to (centre, scale): scalars, or ``(k,)`` and ``(k, k)``.
    Rising values have the density of their prior as if they were free, so without the constant (K! under one
    prior for all) that would make up for the orders left out: it is in none of the models here.
    Transforms keep every parameter inside its support, so that PyMC's own checks would only cost.
    """
    with _opened(layout, data.n, check_bounds=False) as built:
        theta, supports = {}, model.supports(data)
        for parameter in layout.parameters:
            keywords: dict[str, Any] = {"name": parameter.name, "dims": parameter.dims or None}
            prior = jeffreys.flat(parameter, priors[parameter.name])
            if parameter.support.rising:
                keywords["default_transform"] = _rising(prior.support, affine.get(parameter.name))
            elif (transform := parameter.support.transform(len(layout.labels_of[parameter.name]))) is not None:
                keywords["default_transform"] = transform
            elif parameter.name in affine:
                keywords["default_transform"] = _affine(*affine[parameter.name])
            follows = parameter.name in supports
            if parameter.support.closed or follows:
                keywords["default_transform"] = None if symbolic and follows else _within(parameter.support)
            numbers = prior_nodes(parameter.name, prior) if symbolic else None
            theta[parameter.name] = prior.pymc(numbers, shape=layout.shapes[parameter.name], **keywords)
        nodes = data_nodes(data)
        if jeffreys.asked(priors):
            jeffreys.add_potential(model, theta, nodes)
        _raise_priors(built, power)
        (model.latent if latent else likelihood or model.likelihood)(theta, nodes)
        if model.weighted and "weights" in data and not symbolic and (latent or model.unit == "row"):
            _count_rows(built, nodes["weights"])
    return built


def _count_rows(built: "pymc.Model", weights: Any) -> None:
    """The likelihood of each row as often as it was observed: once as it is, and the other times as a Potential.

    It is written in the values that the sampler moves, where PyMC has taken censored variables apart already.
    """
    import pymc

    (units,) = built.logp(vars=built.observed_RVs, sum=False, jacobian=False)
    pymc.Potential("weights", ((weights - 1) * units).sum())


def standardising(
    layout: Layout, priors: Mapping[str, Prior], start: Array, linear: Array, hessian: Array
) -> dict[str, tuple[Any, Any]]:
    """Centre and scale of every real and every rising parameter, as `build` takes them.

    The centre is the start θ ``(p,)``. With H the ``hessian`` ``(p, p)`` of the log posterior in w there, θ = M w and
    M = ``linear``, the scale of a block is M L, L Lᵀ = (−H)⁻¹: numbers of order one whose curvature is the identity.
    """
    affine: dict[str, tuple[Any, Any]] = {}
    for parameter in layout.parameters:
        block = layout.slices[parameter.name]
        if parameter.support.rising:  # one scale for all, which keeps their order
            values = start[block]
            affine[parameter.name] = np.full_like(values, values.mean()), np.std(values) * np.eye(len(values))
        elif parameter.support.name == "real" and priors[parameter.name].support.name == "real":
            scale = linear[block, block] @ root_of_inverse(-hessian[block, block])
            centre = start[block].reshape(layout.shapes[parameter.name])
            affine[parameter.name] = centre, scale if parameter.dims else scale[0, 0]
    return affine


def build_likelihood(model: Model, layout: Layout, data: Dataset) -> "pymc.Model":
    """The likelihood alone: every parameter flat and untransformed."""
    import pymc

    with _opened(layout, data.n) as built:
        flat = {p.name: pymc.Flat(p.name, dims=p.dims or None) for p in layout.parameters}
        model.likelihood(flat, data_nodes(data))
    return built


def build_priors(
    model: Model,
    layout: Layout,
    data: Dataset,
    priors: Mapping[str, Prior],
    symbolic: bool = False,
    power: float = 1.0,
) -> "pymc.Model":
    """The priors alone, on the model scale; ``symbolic`` and ``power`` as in `build`."""
    with _opened(layout, data.n) as built:
        theta = {}
        for p in layout.parameters:
            prior = jeffreys.flat(p, priors[p.name])
            numbers = prior_nodes(p.name, prior) if symbolic else None
            keywords: dict[str, Any] = {"name": p.name, "dims": p.dims or None, "default_transform": None}
            theta[p.name] = prior.pymc(numbers, shape=layout.shapes[p.name], **keywords)
        if jeffreys.asked(priors):
            jeffreys.add_potential(model, theta, data_nodes(data))
        _raise_priors(built, power)
    return built


def _raise_priors(built: "pymc.Model", power: float) -> None:
    """The priors in the open model to this power, by (power − 1) · log prior as a Potential."""
    import pymc

    if power != 1:
        terms = [*(pymc.logp(rv, rv).sum() for rv in built.free_RVs), *(p.sum() for p in built.potentials)]
        pymc.Potential("prior_power", (power - 1) * sum(terms))


def prior_nodes(parameter: str, prior: Prior) -> dict[str, Any]:
    """A prior's numbers by argument as ``pm.Data`` nodes ``prior_PARAMETER_ARGUMENT``."""
    import pymc

    return {
        name: pymc.Data(prior_node(parameter, name), np.asarray(value, dtype=float))
        for name, value in prior.arguments.items()
    }


def prior_signature(parameter: Parameter, prior: Prior) -> tuple[str, ...]:
    """Family and argument names, with their shapes, and the ends of a bounded prior under an order.

    One number and an array with one element are two graphs.
    """
    ends = (str(prior.support),) if parameter.support.rising else ()
    shapes = tuple(f"{name}:{np.asarray(value).shape}" for name, value in prior.arguments.items())
    return (parameter.name, prior.family, parameter.support.name, *shapes, *ends)


def prior_node(parameter: str, argument: str) -> str:
    return f"prior_{parameter}_{argument}"


def end_node(parameter: str, side: str) -> str:
    """``side`` is lower or upper."""
    return f"{side}_end_{parameter}"


def data_node(role: str) -> str:
    return f"data_{role}"


def data_nodes(data: Dataset) -> dict[str, Any]:
    """One float64 ``pm.Data`` node per column; integers would overflow silently (DESIGN, section 10).

    Each holds the column itself: PyMC's copy of a million rows is let go.
    """
    import pymc

    dims = {role: ("unit", data.designs[role]) if role in data.designs else ("unit",) for role in data}
    columns = {role: np.asarray(values, dtype=float) for role, values in data.items()}
    nodes = {role: pymc.Data(data_node(role), values, dims=dims[role]) for role, values in columns.items()}
    for role, node in nodes.items():
        node.set_value(columns[role], borrow=True)
    return nodes


def _opened(layout: Layout, n: int, **options: Any) -> "pymc.Model":
    """A model with the axes of its parameters, and ``unit``: PyMC would keep n names of it as a tuple of numbers."""
    import pymc

    built = pymc.Model(coords={name: list(values) for name, values in layout.coords.items()}, **options)
    built.add_coord("unit", length=int(n))
    return built


def _within(support: Support) -> Any:
    """The transform from a support that the prior does not know: logarithms of distances from its finite ends."""
    from pymc.distributions.transforms import Interval

    return Interval(support.ends.get("lower"), support.ends.get("upper"))


def _rising(within: Support, affine: tuple[Any, Any] | None) -> Any:
    """First value and logarithms of the gaps: of numbers of order one, or of what maps a prior's interval to the line.

    Every map that comes first rises, so that order is kept.
    """
    from pymc.distributions.transforms import Interval, ordered
    from pymc.logprob.transforms import ChainedTransform

    if not np.isfinite([within.lower, within.upper]).any():
        return ordered if affine is None else ChainedTransform([_affine(*affine), ordered])
    ends = [end if np.isfinite(end) else None for end in (within.lower, within.upper)]
    return ChainedTransform([Interval(*ends), ordered])


def _affine(centre: Any, scale: Any) -> Any:
    import pytensor.tensor as pt
    from pymc.logprob.transforms import Transform

    vector, matrix, shape = np.ndim(scale) == 2, np.ndim(centre) > 1, np.shape(centre)
    inverse = np.linalg.inv(scale) if vector else 1 / scale

    def times(factor: Any, value: Any) -> Any:
        """A matrix parameter is turned as one long vector."""
        return pt.dot(factor, value.ravel()).reshape(shape) if matrix else pt.dot(factor, value)

    log_determinant = np.linalg.slogdet(scale)[1] if vector else np.log(scale)

    class Affine(Transform):
        """value = centre + scale · z."""

        name = "affine"

        def forward(self, value: Any, *inputs: Any) -> Any:
            return times(inverse, value - centre) if vector else (value - centre) * inverse

        def backward(self, value: Any, *inputs: Any) -> Any:
            return centre + (times(scale, value) if vector else value * scale)

        def log_jac_det(self, value: Any, *inputs: Any) -> Any:
            total = pt.constant(log_determinant, dtype="float64")
            return total if not vector else pt.zeros_like(value) + total / len(scale)

    return Affine()
