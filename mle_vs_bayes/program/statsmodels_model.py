"""A statsmodels ``GenericLikelihoodModel`` as it is: MAP and posterior of a likelihood written in NumPy."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..concerns import Concern
from ..density.black_box import black_box
from ..errors import ModelError, UsageError
from ..model.jeffreys import FAMILY
from ..model.prior import Prior, Scaled, parse
from ..quiet import quiet
from .opening import open_program
from .program_density import ProgramDensity

if TYPE_CHECKING:
    import pymc
    from statsmodels.base.model import GenericLikelihoodModel

Array = NDArray[np.float64]


def from_statsmodels(
    model: "GenericLikelihoodModel", priors: Mapping[str, Prior | str], *, name: str | None = None
) -> ProgramDensity:
    """A program to give to `compare`: the model's likelihood under these priors.

    PyMC calls the likelihood through a wrapped operation, with ``score_obs`` (or ``score``) for its gradient where the
    model has one of its own, with central differences otherwise. Sampling calls it thousands of times in Python.

    Parameters
    ----------
    model : GenericLikelihoodModel
        An instance with its data; ``loglikeobs``, ``nloglikeobs`` or ``loglike`` is its likelihood.
    priors : mapping
        A `Prior` or text, e.g. ``"Normal(0, 10)"``, for every parameter by its statsmodels name.
    name : str, optional
        Of the model in rows; the class's unless given.

    Raises
    ------
    UsageError
        A parameter without prior, a prior without parameter, or one that needs more than plain numbers.
    ModelError
        The likelihood raises at the start.
    """
    model = getattr(model, "model", model)  # results know theirs
    names = [str(label) for label in model.exog_names]
    chosen = _chosen(names, priors)
    units, scores, exact = _functions(model)
    start = _start(model, len(names))
    seconds, count = _tried(units, start, type(model).__name__)
    endog = np.ravel(np.asarray(model.endog, dtype=float))
    built = _build(endog, chosen, start, black_box(units, scores), per_row=count == endog.size)
    how = "with its own score" if exact else "with a gradient by differences"
    note = Concern("black_box", f"{how}, {1000 * seconds:.2g} ms per call")
    name = name or type(model).__name__
    return open_program(built, name, samplers=("pymc",), notes=((("map", "posterior"), note),))


def _chosen(names: list[str], priors: Mapping[str, Prior | str]) -> dict[str, Prior]:
    parsed = {key: parse(value) if isinstance(value, str) else value for key, value in priors.items()}
    unknown, absent = [key for key in parsed if key not in names], [key for key in names if key not in parsed]
    if unknown:
        raise UsageError(f'the model has no parameter "{unknown[0]}" for a prior; it has {", ".join(names)}.')
    if absent:
        raise UsageError(f'there is no prior for {" and ".join(absent)}; give one, or "Flat()" to say nothing.')
    for key, prior in parsed.items():
        if prior.family == FAMILY or any(isinstance(value, Scaled) for value in prior.arguments.values()):
            raise UsageError(f"prior {prior} of {key} needs more than plain numbers; write it like Normal(0, 10).")
    return {key: parsed[key] for key in names}


def _functions(model: Any) -> tuple[Callable[[Array], Array], Callable[[Array], Array], bool]:
    """Units ``(n,)``, scores ``(n, p)``, and whether the scores are the model's own."""
    from statsmodels.base.model import GenericLikelihoodModel as Generic
    from statsmodels.tools.numdiff import approx_fprime

    def overrides(method: str) -> bool:
        return getattr(type(model), method, None) is not getattr(Generic, method, None) or method in vars(model)

    by_unit = overrides("loglikeobs") or overrides("nloglikeobs")

    def units(theta: Array) -> Array:
        return np.atleast_1d(model.loglikeobs(theta) if by_unit else model.loglike(theta))

    def score(theta: Array) -> Array:
        return np.atleast_2d(model.score_obs(theta) if by_unit else model.score(theta))

    exact = overrides("score_obs") if by_unit else overrides("score")

    def differences(theta: Array) -> Array:
        return np.reshape(approx_fprime(theta, units, centered=True), (-1, len(theta)))

    return units, score if exact else differences, exact


def _start(model: Any, size: int) -> Array:
    """The model's own start, else statsmodels' usual one."""
    with quiet():
        try:
            start = np.asarray(model.start_params, dtype=float)
        except (AttributeError, NotImplementedError, TypeError, ValueError):
            start = np.zeros(0)
    return start if start.shape == (size,) else np.full(size, 0.1)


def _tried(units: Callable[[Array], Array], start: Array, name: str) -> tuple[float, int]:
    """Seconds that one call takes, and how many units it gives."""
    began = time.perf_counter()
    try:
        with np.errstate(all="ignore"):
            count = units(start).size
    except Exception as error:  # whatever a user's likelihood raises is reported
        raise ModelError(f"the likelihood of {name} raised {type(error).__name__}: {error}; correct it.") from error
    return time.perf_counter() - began, count


def _build(endog: Array, priors: Mapping[str, Prior], start: Array, box: Any, per_row: bool) -> "pymc.Model":
    """The PyMC model: a parameter per name, and one observed variable whose density is the black box's.

    PyMC repeats the parameters of a row's density for each row. A likelihood that comes as one number is the density of
    all rows together.
    """
    import pymc
    import pytensor.tensor as pt

    with pymc.Model() as built:
        theta = [
            prior.pymc(name=name, initval=at if prior.support.contains(at) else None)
            for (name, prior), at in zip(priors.items(), start, strict=True)
        ]
        vector = pt.stack(theta).astype("float64")
        inputs: list[Any] = [vector] if per_row else [vector, endog]
        signature = "(p)->()" if per_row else "(p),(n)->(n)"

        def logp(_value: Any, theta: Any, *_endog: Any) -> Any:
            units = box(theta[0] if theta.ndim == 2 else theta)
            return units if per_row else units.sum()

        pymc.CustomDist("y", *inputs, logp=logp, signature=signature, observed=endog)
    return built
