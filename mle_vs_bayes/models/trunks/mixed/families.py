"""Which models take groups in their formula, and the mixed model of each."""

from ....errors import UsageError
from ....model import families, links
from ....model.specification import OUTCOME, Specification
from ....model.support import real
from ....words import listed
from ..family_model import FamilyRegression
from ..plain import Plain
from ..regression import Regression
from .latent import MixedSampled
from .normal import MixedNormal
from .quadrature import MixedQuadrature


def grouped(model, groups=None):
    """The mixed model of the outcome of a plain or regression ``model``, or None where it has no formula.

    Normal outcomes have an exact likelihood. A density with kinks is none that quadrature integrates.

    Raises
    ------
    UsageError
        A link under which normal effects would leave the predictors that it takes.
    """
    if isinstance(model, Plain) and not isinstance(model, Regression):
        if not (model.family.location and model.family.location_links):
            return None
        nodes = model.nodes
        model = FamilyRegression(model, Specification(model.name, formula=(OUTCOME,), nodes=nodes))
        model.nodes = nodes
    _check_link(model)
    if _is_normal(model):
        return MixedNormal(model, groups, model.nodes)
    return (MixedQuadrature if model.smooth else MixedSampled)(model, groups, model.nodes)


def _is_normal(model):
    if not isinstance(model, Regression) or model.further or model.censorable:
        return False
    return model.family.name == families.normal.name and model.link is links.identity


def _check_link(model):
    """Refuse predictors that have an end, which the sum with a normal effect has not."""
    family = model.family
    if family is None or _open(family, model.link):
        return
    known = [name for name in family.location_links if _open(family, links.LINKS[name])]
    raise UsageError(
        f"under the link {model.link.name} of {model.name} not every predictor has an outcome, and with effects of "
        f"groups, which are normal, a predictor may be any number; take {listed(known)}."
    )


def _open(family, link):
    """Whether every predictor gives a location inside its support."""
    within, means = family.location_support, link.means
    return link.predictors is real and within.lower <= means.lower and means.upper <= within.upper
