"""Named regressions whose intercepts differ between the groups of a column."""

from dataclasses import replace

import numpy as np

from ....data.column import group
from ....data.formulas.parts import Groups, effect, level
from .quadrature import MixedQuadrature

OWN = Groups(("Intercept|group",), ("group",), (0,), (), (0,))


class RandomIntercepts(MixedQuadrature):
    """The mixed model of ``y ~ x + (1 | group)``, whose groups are a column and not in the formula."""

    groups = OWN

    def __init__(self):
        pass

    @property
    def columns(self):  # type: ignore[override]
        return tuple(replace(each, optional=False) if each is group else each for each in super().columns)

    def with_groups(self, groups=None):
        """Groups in the formula stand in the place of the column."""
        others = tuple(each for each in self.beside if each is not group)
        return MixedQuadrature(self.name, self.family, self.link, None, others, self.nodes).with_groups(groups)

    def completed(self, data):
        """The column of ones that the intercepts are multiplied by, and the levels that they belong to."""
        factor, (label,) = level(OWN.factors[0]), OWN.effects
        if factor in data or "group" not in data:
            return data
        coords = {**data.coords, factor: data.coords["group"], "effect": OWN.effects}
        return type(data)({**data, effect(label): np.ones(data.n), factor: data["group"]}, coords)
