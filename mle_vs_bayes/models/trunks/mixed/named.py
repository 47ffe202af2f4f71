"""Named regressions whose intercepts differ between the groups of a column."""

from dataclasses import replace
from typing import Any

import numpy as np

from ....data.column import group
from ....data.formulas.parts import Groups, effect, level
from .quadrature import MixedQuadrature

OWN = Groups(("Intercept|group",), ("group",), (0,), (), (0,))


class RandomIntercepts(MixedQuadrature):
    """The mixed model ``y ~ x + (1 | group)`` of the regression ``of``, with a column of groups."""

    name: str
    of: Any

    def __init__(self):
        rows = self.of()
        rows.name = self.name
        super().__init__(rows, OWN)

    @property
    def columns(self):
        outcome, *others = self.rows.columns
        return (outcome, replace(group, optional=False), *others)

    def with_groups(self, groups=None):
        """Groups in the formula stand in the place of the column."""
        return MixedQuadrature(self.rows, None, self.nodes).with_groups(groups)

    def completed(self, data):
        """The column of ones that the intercepts are multiplied by, and the levels that they belong to."""
        factor, (label,) = level(OWN.factors[0]), OWN.effects
        if factor in data or "group" not in data:
            return data
        coords = {**data.coords, factor: data.coords["group"], "effect": OWN.effects}
        return type(data)({**data, effect(label): np.ones(data.n), factor: data["group"]}, coords)
