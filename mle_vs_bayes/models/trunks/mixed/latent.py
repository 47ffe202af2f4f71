"""Mixed models of outcomes that are not normal, with their effects as latent variables: what is sampled of all of them.

Of one grouping with two effects the effects are integrated out by `quadrature`. It would take nodes for all groupings
together, or a power of them for more effects: then they are not integrated out, and only the posterior can be had.

Where a level's rows say much of its effect they say how large it and the coefficient of its column are together, and
hardly how large each is. What is drawn there is that sum. [1]_

.. [1] Gelfand, Sahu & Carlin (1995), Efficient parametrisations for normal linear mixed models, Biometrika 82, 479–488.
"""

from typing import Any

import numpy as np

from ....data import counts
from ....data.dataset import Dataset
from ....data.formulas.parts import effect, level
from ....errors import ModelError
from ....model import families, links
from ....model.censoring import middle
from ....words import listed
from .trunk import BESIDE_SIGMA, Mixed

MOST_EFFECTS = 2
"""Of one grouping, that quadrature integrates."""
STEP = 1e-3
"""Of differences of a row's log density, in units of η, or of y's spread where those are η's."""
INFORMATIVE = 10.0
"""Of a level's information over that of its prior, above which its effect is drawn about its coefficient.

Measured by the least effective draws of 4,000, the median of data sets, and how many had concerns. Yes or no in groups
of five: 913 and 9 of 24 where the bound was 1, 1,239 and 0 at 3 and above. Sixteen groups of binomial counts: at a
ratio of 8 it is 500 and 1 of 4 as a multiple of sd, 2,777 and none about the coefficient; at 40 it is 279 and 4 of 4,
then 2,697 and none. Of six groups about the coefficient 3 of 4 had concerns at 8, and none at 16.
"""
LARGEST_START, SMALLEST_START = 2.0, 0.1
"""Of an SD in units of the link, and of its square over the squared error of an effect of an average group."""


class MixedOther(Mixed):
    """The latent form, which quadrature and sampling have in common."""

    offers = frozenset({"latent"})

    def latent(self, theta, data):
        import pymc as pm

        coords = {name: tuple(names) for name, names in pm.modelcontext(None).coords.items() if name != "unit"}
        seen = Dataset({role: node.get_value() for role, node in data.items()}, coords)
        centred = self.informative(seen)
        centre_of = self.centres(seen, centred)
        groups, added = self.groups, 0.0
        v: list[Any] = []
        for i, row in enumerate(self.root(theta)):
            # Given the effects before it an effect is normal with this mean and this standard deviation.
            name, mean = groups.effects[i], sum((f * v[k] for k, f in enumerate(row[:i]) if f is not None), 0.0)
            diagonal, axis = row[i], level(groups.factors[groups.factor_of[i]])
            centre = theta["beta"][centre_of[i]] if i in centre_of else 0.0
            scale = pm.math.switch(centred[i], diagonal, 1.0)
            z = pm.Normal(f"z[{name}]", pm.math.switch(centred[i], centre + mean, 0.0), scale, dims=axis)
            u = pm.Deterministic(f"u[{name}]", pm.math.switch(centred[i], z - centre, mean + diagonal * z), dims=axis)
            v.append(pm.math.switch(centred[i], (z - centre - mean) / diagonal, z))
            added = added + data[effect(name)] * u[data[axis].astype("int64")]
        return self.rows.likelihood(theta, self.moved(data, added))

    def informative(self, data):
        """Whether an effect's information in a level is above `INFORMATIVE` times that of its prior, at the start."""
        theta = self.start(data)
        _, information = self._by_level(self.rows.start(data), data)
        return [each * sd**2 > INFORMATIVE for each, sd in zip(information, theta["sd"], strict=True)]

    def centres(self, data, centred):
        """By effect with ``centred`` levels the place of the coefficient that these vary about: that of its column.

        Of several groupings a coefficient is the centre of the one with the fewest levels. The mean of the others'
        effects is nearer to 0 by their prior, and can make up for less of the coefficient.
        """
        centre_of: dict[int, int] = {}
        for i in sorted(range(len(centred)), key=lambda i: len(centred[i])):
            column = data[effect(self.groups.effects[i])]
            terms = data["X"].T if "X" in data else ()
            free = [k for k, term in enumerate(terms) if np.all(term == column) and k not in centre_of.values()]
            if free and np.any(centred[i]):
                centre_of[i] = free[0]
        return centre_of

    def start(self, data):
        """The estimates without effects, and SDs of these by moments.

        With S the sum of a level's scores in its effect, whose information is I, S² is I + I² sd² in the mean.
        """
        theta, squares = self.rows.start(data), []
        for score, information in zip(*self._by_level(theta, data), strict=True):
            total = np.sum(information**2)
            square = max(np.sum(score**2 - information), SMALLEST_START * np.sum(information)) / total
            squares.append(square if np.isfinite(square) and square > 0 else 1.0)
        sizes = np.sqrt(np.average(self.effects_of(data) ** 2, axis=0, weights=data.counts))
        most = np.inf if self.link is links.identity else LARGEST_START / sizes
        beta, *others = theta
        theta = {beta: theta[beta], "sd": np.minimum(np.sqrt(squares), most), **{name: theta[name] for name in others}}
        return theta | ({self.together: np.zeros(len(self.groups.pairs))} if self.groups.pairs else {})

    def lost_in_single_rows(self, data):
        """A class of two or more says nothing of spreads; a normal effect adds to errors that are normal themselves."""
        family = self.family.name if self.family else ""
        if self.needs_order or (family == families.binomial.name and np.all(data["trials"] == 1)):
            return "of whose single outcome a spread between groups says nothing that coefficients do not"
        normal = (family, self.link.name) in (("Normal", "identity"), ("LogNormal", "log"))
        return BESIDE_SIGMA if normal and not self.rows.further else None

    def _by_level(self, theta, data):
        """The score and the information of each effect in each of its levels, where all effects are 0."""
        groups = self.groups
        first, second = self._slopes(theta, data)
        of = [data[level(groups.factors[factor])].astype(np.intp) for factor in groups.factor_of]
        z, counts = self.effects_of(data).T, data.counts
        scores = [np.bincount(of[i], counts * first * z[i]) for i in range(len(of))]
        return scores, [np.bincount(of[i], counts * second * z[i] ** 2) for i in range(len(of))]

    def _slopes(self, theta, data):
        """Each row's first derivative in its predictor, and the second with the sign changed, by differences.

        They are for a start: what a step leaves out does not matter. Of kinks the second is the square of the first,
        whose mean is the information, too.
        """
        columns, step = self.known(theta, data), STEP
        if self.link is links.identity and self.family is not None:
            step *= counts.spread(data, middle(data)) or 1.0
        below, at, above = (self.rows.log_likelihood(theta, self.moved(columns, move)) for move in (-step, 0.0, step))
        first = (above - below) / (2 * step)
        second = (2 * at - above - below) / step**2 if self.smooth else first**2
        first, second = (np.where(np.isfinite(each), each, 0.0) for each in (first, second))
        return first, np.maximum(second, 0.0)


class MixedSampled(MixedOther):
    """Outcomes with a formula, whose predictor has effects of several groupings in it.

        sd   ~ HalfNormal(2.5/sd(effect))     one for each effect of a grouping; of identity links times sd(y)
        cor  ~ LKJ(2)                         of two effects of a term
        u[j] ~ Normal(0, Σ)                   j = 1 … levels, Σ made of sd and cor
        y[i] ~ the model without groups, its predictor X[i] · beta + Σ z[i] · u[group[i]]

    There is no likelihood of its parameters alone, and so no maximum likelihood and no MAP. The sampler draws u with
    the parameters: with the coefficient of its column added where a level's rows say far more of it than its prior
    does, else as a multiple of sd.
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
        if not self.smooth:
            return (
                f"the density of {self.name} has kinks, and quadrature integrates effects of groups out of smooth ones "
                "only; read the posterior, or take another family"
            )
        return (
            f"the effects of {self.beyond} are not integrated out of the likelihood, which is done for one grouping "
            "with up to two effects; read the posterior, or leave some out"
        )

    def log_likelihood(self, theta, data):
        """Not known of any set of rows."""
        return np.full(len(data.coords["group"]), np.nan)

    def likelihood(self, theta, data):
        raise ModelError(f"{self.name} has no likelihood of its parameters alone: {self.no_optimum(data, 0.0)}.")
