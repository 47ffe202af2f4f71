"""The trunk of regressions with effects that differ between groups: ``y ~ x + (x | g)``.

A row's predictor is η = X β + Σ z u with a normal effect u for each level of a grouping: ``sd`` are the effects'
standard deviations and ``cor`` the correlations of those of one term. Maximum likelihood and MAP have u integrated out.
"""

from functools import cached_property
from typing import Any

import numpy as np
import scipy

from ....data import counts
from ....data.dataset import Dataset
from ....data.formulas.parts import effect, level
from ....errors import UsageError
from ....model import links
from ....model.parameter import Parameter
from ....model.prior import DEFAULTS
from ....model.support import correlation, nonnegative
from .. import separation
from ..regression import Regression, least_squares


class Mixed(Regression):
    """The regression of a ``family`` under a ``link`` with the effects of ``groups``; ``name`` is the model's."""

    groups: Any
    unit = "group"
    weighted = True

    def __init__(self, name, family, link, groups=None, columns=(), nodes=None):
        self.name, self.family, self.link, self.groups, self.beside = name, family, link, groups, columns
        self.smooth = family.smooth
        self.nodes = nodes

    def with_groups(self, groups=None):
        if groups is not None:
            _refuse_wide(groups)
        return type(self)(self.name, self.family, self.link, groups, self.beside, self.nodes)

    @cached_property
    def parameters(self):  # type: ignore[override]
        beta, *others = super().parameters
        kind = "effects of y" if self.link is links.identity else "effects"
        words = "how much an effect differs between groups (SD)"
        sd = Parameter("sd", "τ", nonnegative, DEFAULTS[kind], 1.0, ("effect",), words)
        words = "how two effects of a group go together"
        cor = Parameter("cor", "ρ", correlation, DEFAULTS["correlation"], 0.2, ("pair",), words)
        return (beta, sd, *((cor,) if self.groups and self.groups.pairs else ()), *others)

    def ratio_moments(self, tails, data):
        """By the prior alone: effects of groups may follow a coefficient."""
        return separation.by_prior(tails, data)

    def moments(self, tails, data):
        return {}

    def root(self, theta):
        """L ``(E, E)`` as a list of lists, u = L v with v independent and standard normal; None where it is 0."""
        groups, sd = self.groups, theta["sd"]
        size = len(groups.effects)
        root = [[sd[i] if i == j else None for j in range(size)] for i in range(size)]
        for place, (i, j) in enumerate(groups.pairs):
            cor = theta["cor"][place]
            root[j][i], root[j][j] = cor * sd[j], sd[j] * _left_over(cor)
        return root

    def root_matrix(self, theta):
        """L as numbers ``(E, E)``, for NumPy."""
        return np.array([[0.0 if factor is None else factor for factor in row] for row in self.root(theta)])

    def meaningless(self, theta, data):
        """What does not vary has no correlation."""
        groups, found = self.groups, {}
        for pair, label in zip(groups.pairs, groups.pair_labels, strict=True):
            still = [groups.effects[i] for i in pair if theta["sd"][i] == 0]
            if still:
                found[f"cor[{label}]"] = f"sd[{still[0]}] is 0, and what does not vary has no correlation"
        return found

    def offsets(self, data):
        """What is added to X β: ``offset``, and the logarithm of ``exposure``."""
        total = data.get("offset", 0.0)
        if "exposure" not in data:
            return total
        import pytensor.tensor as pt

        exposure = data["exposure"]
        return total + (pt.log(exposure) if links.symbolic(exposure) else np.log(exposure))

    def predictor(self, theta, data):
        return data["X"] @ theta["beta"] + self.offsets(data)

    def at(self, eta, data):
        """The arguments of the distribution of each y at a predictor η."""
        if "trials" in data:
            return {"n": data["trials"].astype("int64"), "logit_p": self.link.odds(eta)}
        return {self.family.location: self.link.mean(eta)}

    def design(self, n, rng):
        """An intercept and two covariates, in groups of five."""
        plain = super().design(n, rng)
        of = (np.arange(n) * max(2, n // 5) // n).astype(float)
        names = tuple(str(name) for name in range(1, int(of.max()) + 2))
        values = {label: np.ones(n) for label in self.groups.effects}
        columns = {effect(label): value for label, value in values.items()}
        columns |= {level(factor): of for factor in self.groups.factors}
        coords = {level(factor): names for factor in self.groups.factors} | {"effect": self.groups.effects}
        return Dataset({**plain, **columns, "group": of}, {**plain.coords, **coords, "group": names})

    def simulate(self, theta, design, rng):
        moved = design.replace(offset=self.offsets(design) + self.drawn_effects(theta, design, rng))
        bare = Dataset({r: v for r, v in moved.items() if r != "exposure"}, moved.coords)
        y = self.family.random(rng, design.n, self.arguments(theta, bare))
        return design.replace(y=y)

    def drawn_effects(self, theta, design, rng):
        """Σ z u of each row ``(n,)`` with new u for every level."""
        levels = [design[level(self.groups.factors[f])].astype(np.intp) for f in self.groups.factor_of]
        v = [rng.standard_normal(int(of.max()) + 1) for of in levels]
        total = np.zeros(design.n)
        for i, row in enumerate(self.root(theta)):
            u = sum(factor * v[j] for j, factor in enumerate(row) if factor is not None)
            total += design[effect(self.groups.effects[i])] * u[levels[i]]
        return total

    def law_of_seen(self, theta, data, rows, places):
        """The `Law` of Σ z u of new ``rows`` over effects of members that ``data`` have seen, given θ and the data.

        ``places``: by grouping, the place ``(m,)`` of each row's member, −1 for a new one, which adds nothing.
        """
        raise NotImplementedError

    def start(self, data):
        """Least squares on the scale of the link, and effects half as large as what that leaves over."""
        y = self.working_outcome(data)
        beta = least_squares(data, y)
        left = np.sqrt(counts.mean(data, (y - data["X"] @ beta) ** 2)) or 1.0
        sizes = [np.sqrt(counts.mean(data, data[effect(label)] ** 2)) for label in self.groups.effects]
        rest = {p.name: p.typical for p in self.parameters if not p.dims}
        if "sigma" in rest:
            rest["sigma"] = 0.7 * left
        theta = {"beta": beta, "sd": 0.5 * left / np.array(sizes), **rest}
        return theta | ({"cor": np.zeros(len(self.groups.pairs))} if self.groups.pairs else {})

    def working_outcome(self, data):
        """y on the scale of the link, as far from the ends of what a mean can be as half an observation."""
        y = data["y"]
        if self.link.means is links.identity.means:
            return y - self.offsets(data)
        if "trials" in data:
            return scipy.special.logit((y + 0.5) / (data["trials"] + 1)) - self.offsets(data)
        return self.link.link(y + 0.5) - self.offsets(data)

    def divergence(self, data):
        return None

    def unusable(self, data):
        if np.ptp(data["y"]) == 0:
            return f"every y is {data['y'][0]:g}; nothing can be said of how groups differ"
        return self.unidentified(data)

    def unidentified(self, data):
        """Why the groups say nothing of how effects differ, as a sentence, or None."""
        for factor in self.groups.factors:
            names = data.coords[level(factor)]
            if len(names) < 2:
                return f"every row is in group {names[0]} of {factor}, which shows no spread between groups"
        return None


def _left_over(cor):
    """√(1 − cor²), whose slope is taken for 0 at ±1, where it has none and cor stands still."""
    tiny = np.finfo(float).tiny
    if not links.symbolic(cor):
        return np.sqrt(np.maximum(1 - cor**2, tiny))
    import pytensor.tensor as pt

    left = 1 - cor**2
    return pt.sqrt(pt.switch(left > tiny, left, tiny))


def _refuse_wide(groups):
    """At most two effects of a term may be correlated: the support of more correlations is no box."""
    for i, _ in groups.pairs:
        if sum(i in pair for pair in groups.pairs) > 1:
            factor = groups.factors[groups.factor_of[i]]
            raise UsageError(
                f"more than two effects of {factor} are to be correlated; write them without correlations, "
                f"as (… || {factor}), or each in a term of its own."
            )
