"""Mixed models of outcomes that are not normal, with their effects as latent variables: what is sampled of all of them.

Of one grouping with two effects the effects are integrated out by `quadrature`. It would take nodes for all groupings
together, or a power of them for more effects: then nobody integrates, and only the posterior can be had.
"""

from typing import Any

import numpy as np

from ....data.dataset import Dataset
from ....data.formulas.parts import effect, level
from ....errors import ModelError
from ....model import links
from ....words import listed
from .trunk import Mixed

TINY = np.finfo(float).tiny
MOST_EFFECTS = 2
"""Of one grouping, that quadrature integrates."""


class MixedOther(Mixed):
    """The latent form, which quadrature and sampling have in common."""

    offers = frozenset({"latent"})

    def effects_of(self, data):
        """Z ``(n, E)``."""
        return np.column_stack([data[effect(name)] for name in self.groups.effects])

    def latent(self, theta, data):
        import pymc as pm

        groups, eta, centred = self.groups, self.predictor(theta, data), self.informative(data)
        v: list[Any] = []
        for i, row in enumerate(self.root(theta)):
            # Given the effects before it an effect is normal with this mean and this standard deviation.
            name, mean = groups.effects[i], sum((f * v[k] for k, f in enumerate(row[:i]) if f is not None), 0.0)
            own, axis = row[i], level(groups.factors[groups.factor_of[i]])
            scale = pm.math.switch(centred[i], own, 1.0)
            z = pm.Normal(f"z[{name}]", pm.math.switch(centred[i], mean, 0.0), scale, dims=axis)
            u = pm.Deterministic(f"u[{name}]", pm.math.switch(centred[i], z, mean + own * z), dims=axis)
            v.append(pm.math.switch(centred[i], (z - mean) / own, z))
            eta = eta + data[effect(name)] * u[data[axis].astype("int64")]
        return self.family.pymc("y", self.at(eta, data), observed=data["y"])

    def informative(self, data):
        """Whether each effect's information in each level of its grouping is above that of its prior, at the start."""
        groups, fixed = self.groups, Dataset({role: node.get_value() for role, node in data.items()})
        theta = self.start(fixed)
        second = self.slopes(self.predictor(theta, fixed), fixed)[1] * fixed.counts
        of = [fixed[level(groups.factors[factor])].astype(np.intp) for factor in groups.factor_of]
        z = self.effects_of(fixed).T
        return [np.bincount(of[i], second * z[i] ** 2) * theta["sd"][i] ** 2 > 1 for i in range(len(of))]

    def slopes(self, eta, data):
        """The first derivative of each row's log density in η, and its expected second one with the sign changed.

        Of trials with d the slope of their log odds: (y − n μ) d and n μ (1 − μ) d². Under a canonical link the
        second is not only expected.
        """
        mean, slope = self.link.mean(eta), self.link.slope(eta)
        if "trials" not in data:
            return data["y"] - mean, slope
        variance = mean * (1 - mean)
        if self.link is links.logit:
            return data["y"] - data["trials"] * mean, data["trials"] * variance
        odds = slope / (variance + TINY)
        return (data["y"] - data["trials"] * mean) * odds, data["trials"] * slope * odds


class MixedSampled(MixedOther):
    """An outcome whose mean is linear, under a link, in covariates and in effects of several groupings.

        beta ~ Normal(0, 2.5/sd(x))
        sd   ~ HalfNormal(2.5/sd(effect))     one for each effect of a grouping
        cor  ~ LKJ(2)                         of two effects of a term
        u[j] ~ Normal(0, Σ)                   j = 1 … levels, Σ made of sd and cor
        y[i] ~ family(mean = link⁻¹(X[i] · beta + Σ z[i] · u[group[i]]))

    There is no likelihood of its parameters alone, and so no maximum likelihood and no MAP. The sampler draws u with
    the parameters: as it is where a level's rows say more of it than its prior does, else as a multiple of sd.
    """

    marginal = False

    @property
    def beyond(self):
        """What quadrature does not integrate, in words."""
        groups = self.groups
        if len(groups.factors) > 1:
            return f"the {len(groups.factors)} groupings {listed(groups.factors)}"
        return f"the {len(groups.effects)} effects {listed(groups.effects)}"

    def no_optimum(self, data, power):
        return (
            f"the effects of {self.beyond} are not integrated out of the likelihood, which is done for one grouping "
            "with up to two effects; read the posterior, or leave some out"
        )

    def log_likelihood(self, theta, data):
        """Not known of any set of rows."""
        return np.full(len(data.coords["group"]), np.nan)

    def likelihood(self, theta, data):
        raise ModelError(f"{self.name} has no likelihood of its parameters alone: {self.no_optimum(data, 0.0)}.")
