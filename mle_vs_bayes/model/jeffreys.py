"""Jeffreys' prior: the root of the determinant of the Fisher information, one density over all parameters.

π(θ) = √det I(θ), with I the expected information of the whole sample given its design. [1]_ In PyMC
it is a flat prior on each parameter and one Potential called ``jeffreys``. In logistic regression
log-likelihood + log π is Firth's penalised likelihood: its maximum exists under separation. [2]_

.. [1] Jeffreys (1946), An invariant form for the prior probability in estimation problems,
   Proceedings of the Royal Society A 186, 453–461.
.. [2] Firth (1993), Bias reduction of maximum likelihood estimates, Biometrika 80(1), 27–38.
"""

from collections.abc import Mapping
from typing import Any

from ..data.dataset import Dataset
from ..errors import UsageError
from .censoring import uncensored
from .model import Model
from .parameter import Parameter
from .prior import Prior

FAMILY = "Jeffreys"
NAME = "jeffreys"
"""Name of the Potential in PyMC models and of the variable in the group ``log_prior``."""

_FLAT = {"real": Prior("Flat"), "positive": Prior("HalfFlat"), "unit": Prior("Uniform", lower=0, upper=1)}


def asked(priors: Mapping[str, Prior]) -> bool:
    """Whether the priors are Jeffreys' (`check` has made sure that then all are)."""
    return any(prior.family == FAMILY for prior in priors.values())


def check(model: Model, priors: Mapping[str, Prior], data: Dataset) -> None:
    """Refuse Jeffreys' prior where it is not given for all parameters or the information is not known.

    Under censoring the expected information depends on when each unit would have been censored, which
    the data do not say of those whose end was seen.

    Raises
    ------
    UsageError
        With the reason and what to do.
    """
    if not asked(priors):
        return
    others = [name for name, prior in priors.items() if prior.family != FAMILY]
    if others:
        raise UsageError(
            f"jeffreys is one prior over all parameters of {model.name}, but {others[0]} has "
            f"{priors[others[0]]}; write {' '.join(f'--prior {name}=jeffreys' for name in priors)}."
        )
    if "fisher_information" not in model.offers:
        raise UsageError(f"the Fisher information of {model.name} is not known here; choose another prior.")
    if not uncensored(data):
        raise UsageError("jeffreys needs lifetimes without censoring; choose another prior.")


def flat(parameter: Parameter, prior: Prior) -> Prior:
    """What the parameter's PyMC variable is drawn from: ``prior``, or a flat one where the Potential is the prior."""
    return _FLAT[parameter.support.name] if prior.family == FAMILY else prior


def add_potential(model: Model, theta: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    """½ log det I(θ) into the open PyMC model; ``theta`` holds variables and ``data`` nodes by name.

    Coefficients are turned by the design, X = QR and γ = Rβ, so that collinear covariates cost no
    digits: det I(β) = det I(γ) (det R)².
    """
    import pymc
    import pytensor.tensor as pt

    turned, log_volume = dict(theta), 0.0
    if "X" in data:
        q, r = pt.linalg.qr(data["X"], mode="reduced")
        data = {**data, "X": q}
        for parameter in model.parameters:
            if parameter.dims == ("term",):
                turned[parameter.name] = r @ theta[parameter.name]
                log_volume = log_volume + pt.log(pt.abs(pt.diagonal(r))).sum()
    information = pt.as_tensor(model.fisher_information(turned, data))
    # By the factor I = L Lᵀ, which is NaN where a step far out makes I singular to the last digit: the slope of the
    # determinant itself needs an inverse, which then raises, for all data sets at once.
    root = pt.diagonal(pt.linalg.cholesky(information)) if information.ndim == 2 else pt.sqrt(information)
    pymc.Potential(NAME, pt.log(root).sum() + log_volume)
