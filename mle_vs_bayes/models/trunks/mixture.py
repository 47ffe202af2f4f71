"""The trunk of mixtures: shares of components, both likelihoods, EM, and maxima that stand on too few values.

``theta`` holds ``weight`` and the arguments of the family, each ``(K,)`` in the order of the components.
"""

from typing import Any

import numpy as np
import scipy

from ...data.column import Column
from ...data.dataset import Dataset
from ...errors import UsageError
from ...model.families import Family
from ...model.model import Model
from ...model.parameter import Parameter, of_argument
from ...model.prior import Prior
from ...model.support import simplex
from .plain import mean_of

FEW = 5
"""Values: a component that holds fewer is two or three that happen to lie close together, more often than a group."""


class Mixture(Model):
    """Each y comes from one of K components of one ``family``, that nobody labelled.

    A leaf gives ``along``, what each argument of the family is along the components (support, prior, typical values),
    and ``maximised``, the maximum likelihood estimate of the components when the chances of membership are known.
    The first location rises with the component, so that components cannot change places.
    """

    family: Family
    kind: str
    single: str
    """The names of the leaf and of the model of one component."""
    offers = frozenset({"em_step", "doubtful", "in_order"})

    def __init__(self, components=2):
        if components < 2:
            raise UsageError(
                f"components is {components}; a mixture has at least 2 (for one take the model {self.single})."
            )
        self.name = self.kind if components == 2 else f"{self.kind}(components={components})"
        self.components, dims = components, ("component",)
        shares = tuple((np.arange(components) + 1) / np.sum(np.arange(components) + 1))
        prior = Prior("Dirichlet", a=(1,) * components)
        weight = Parameter("weight", "w", simplex, prior, shares, dims, meaning="the share of a component")
        along = self.along(np.arange(components))
        self.parameters = (weight, *(of_argument(a, **{"dims": dims, **along[a.row]}) for a in self.family.arguments))
        self.columns = (Column("y", self.family.values),)

    def along(self, components) -> dict[str, dict[str, Any]]:
        """What, by parameter, is other than in the table of distributions, for ``components`` 0 … K − 1."""
        raise NotImplementedError

    def maximised(self, y, chances, count) -> dict[str, Any]:
        """The components' parameters ``(K,)`` by name, for ``chances`` ``(n, K)`` with sums ``count`` ``(K,)``."""
        raise NotImplementedError

    def coords(self, data):
        return {**data.coords, "component": tuple(str(k + 1) for k in range(self.components))}

    def arguments(self, theta):
        return {argument.name: theta[argument.row] for argument in self.family.arguments}

    def design(self, n, rng):
        return Dataset({"unit": np.arange(float(n))})

    def simulate(self, theta, design, rng):
        component = rng.choice(self.components, size=design.n, p=theta["weight"])
        arguments = self.arguments(theta).items()
        each = {name: np.broadcast_to(value, self.components)[component] for name, value in arguments}
        return Dataset({"y": self.family.random(rng, design.n, each)})

    def log_joint(self, theta, y):
        """Log of weight × density of each value in each component, ``(n, K)``."""
        return np.log(theta["weight"]) + self.family.logp(y[:, None], self.arguments(theta))

    def log_likelihood(self, theta, data):
        return scipy.special.logsumexp(self.log_joint(theta, data["y"]), axis=1)

    def likelihood(self, theta, data):
        import pymc as pm

        return pm.Mixture("y", theta["weight"], self.family.dist(self.arguments(theta)), observed=data["y"])

    def mean_response(self, theta, data):
        """One number for all rows: the components' means, weighted by their shares."""
        each = np.broadcast_to(mean_of(self.family, self.arguments(theta)), np.shape(theta["weight"]))
        return np.full(data.n, float(np.sum(theta["weight"] * each)))

    def em_step(self, theta, data):
        """Each value's chances of each component, then the likeliest components; their locations rise. [1]_

        .. [1] Dempster, Laird & Rubin (1977), Maximum likelihood from incomplete data via the EM algorithm, Journal of
           the Royal Statistical Society B 39(1), 1–38.
        """
        chances = scipy.special.softmax(self.log_joint(theta, data["y"]), axis=1) * data.counts[:, None]
        count = chances.sum(axis=0)
        components = self.maximised(data["y"], chances, count)
        return self.in_order({"weight": count / count.sum(), **components})

    def in_order(self, theta):
        location = next(a.row for a in self.family.arguments if a.name == self.family.location)
        rising = np.argsort(theta[location], axis=-1)
        each = {p.name for p in self.parameters if p.dims}
        return {name: np.take_along_axis(v, rising, axis=-1) if name in each else v for name, v in theta.items()}

    def doubtful(self, theta, data):
        """The component that holds the fewest values, if they are fewer than `FEW`: as a rule a spurious maximum. [1]_

        .. [1] McLachlan & Peel (2000), Finite Mixture Models.
        """
        k, n = int(np.argmin(theta["weight"])), data.size
        held, last = n * theta["weight"][k], [p.name for p in self.parameters if p.dims][-1]
        words = f"component {k + 1} ({last} = {theta[last][k]:.3g}) stands on {held:.1f} of {n} values"
        return words if held < FEW else None

    def unusable(self, data):
        spread = np.ptp(data["y"])
        return None if spread > 0 else f"every y is {data['y'][0]:g}; groups cannot be told apart in one value"
