"""Which models take groups in their formula, and the mixed model of each."""

from ....data.column import exposure, offset, trials
from ....model import families, links
from .normal import MixedNormal
from .quadrature import MixedQuadrature


def grouped(model, groups=None):
    """The mixed model of the outcome of a plain or regression ``model``, or None where its family has none."""
    family, link = model.family, getattr(model, "link", None)
    if getattr(model, "further", ()):
        return None
    if family.name == families.normal.name and link in (None, links.identity):
        return MixedNormal(model.name, family, links.identity, groups, (offset,), model.nodes)
    if family.name == families.binomial.name:
        return MixedQuadrature(model.name, family, link or links.logit, groups, (trials, offset), model.nodes)
    if family.name == families.poisson.name and link in (None, links.log):
        return MixedQuadrature(model.name, family, links.log, groups, (exposure, offset), model.nodes)
    return None
