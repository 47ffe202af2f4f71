"""Which models take groups in their formula, and the mixed model of each."""

from ....data.column import exposure, offset, trials
from ....model import families, links
from .normal import MixedNormal
from .quadrature import MixedQuadrature


def grouped(model, groups=None):
    """The mixed model of the outcome of a plain or regression ``model``, or None where its family has none."""
    if model.family.name == families.normal.name:
        return MixedNormal(model.name, families.normal, links.identity, groups, (offset,))
    if model.family.name == families.binomial.name:
        return MixedQuadrature(model.name, families.binomial, links.logit, groups, (trials, offset))
    if model.family.name == families.poisson.name:
        return MixedQuadrature(model.name, families.poisson, links.log, groups, (exposure, offset))
    return None
