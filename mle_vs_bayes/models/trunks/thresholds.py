"""The trunk of classes in an order: a latent variable between two thresholds, log (F(b) − F(a)) by links.

With the log odds o(x) of F(x), log F = −log(1 + exp(−o)) and log (1 − F) = −log(1 + exp(o)): neither tail loses digits.
"""

from functools import cached_property, partial

import numpy as np

from ...data import counts
from ...data.column import Column, classes, offset
from ...data.dataset import Dataset
from ...data.formulas.parts import FormulaRule
from ...model import links
from ...model.model import Model
from ...model.parameter import Function, Parameter
from ...model.prior import DEFAULTS
from ...model.support import ordered, positive, real
from . import falls, separation
from .censored import MIDDLE, log_less, symbolic_log_between
from .regression import linear
from .with_groups import mixed_model


class Cumulative(Model):
    """P(y ≤ k) = F(cutpoints[k] − X β − offset), F⁻¹ being the link; ``order`` names classes that are text."""

    offers = frozenset({"class_chances"})
    weighted = True
    takes_order = needs_order = True
    takes_links = ("logit", "probit", "cloglog", "loglog")
    link = links.logit
    columns = (Column("y", classes), offset)
    formula = FormulaRule(intercept=False)
    parameters = (
        Parameter("beta", "β", real, DEFAULTS["coefficients"], 0.5, ("term",), "how much the latent variable grows"),
        Parameter(
            "cutpoints", "c", ordered, DEFAULTS["cutpoints"], (-0.5, 1.0), ("cut",), "above it lies the next class of y"
        ),
    )

    @cached_property
    def functions(self):
        odds = Function("odds_ratio", lambda theta: np.exp(theta["beta"]), ("term",), positive, self.ratio_moments)
        return (odds,) if self.link is links.logit else ()

    def ratio_moments(self, tails, data):
        both = *tails["beta"], *tails["cutpoints"]
        return separation.ratios(partial(self._falls, data), both, len(tails["beta"]))

    def moments(self, tails, data):
        """Under every link the likelihood stays level where the classes are separated."""
        both, count = (*tails["beta"], *tails["cutpoints"]), len(tails["beta"])
        known = separation.coefficients(partial(self._falls, data), both)
        return {"beta": known[:count], "cutpoints": known[count:]}

    def _falls(self, data):
        return falls.of_order(data, len(data.coords["outcome"]) - 1)

    def coords(self, data):
        """Cutpoints 1 … K − 1: the first lies above the lowest class."""
        cuts = tuple(str(k) for k in range(1, len(data.coords["outcome"])))
        return {**data.coords, "cut": cuts}

    def design(self, n, rng):
        X = np.column_stack([rng.normal(size=n), rng.permutation(np.arange(n) % 2)])
        names = {"term": ("x1", "x2"), "outcome": self.order or ("0", "1", "2")}
        return Dataset({"X": X, "offset": np.zeros(n)}, names)

    def predictor(self, theta, data):
        return linear(theta, data)

    def simulate(self, theta, design, rng):
        latent = self.predictor(theta, design) + self.link.link(rng.uniform(size=design.n))
        return design.replace(y=np.searchsorted(np.asarray(theta["cutpoints"]), latent).astype(float))

    def log_likelihood(self, theta, data):
        return self._log_chances(theta, data, data["y"].astype(int))

    def class_chances(self, theta, data):
        count = len(theta["cutpoints"]) + 1
        return np.exp(np.stack([self._log_chances(theta, data, k) for k in range(count)], axis=1))

    def _log_chances(self, theta, data, y):
        """The log chance of class ``y`` in each row: one for all, or one each."""
        ends = np.concatenate([[-np.inf], theta["cutpoints"], [np.inf]])
        eta = self.predictor(theta, data)
        return between(self.link, ends[y] - eta, ends[y + 1] - eta)

    def log_density(self, theta, data):
        return symbolic_between(self.link, data["y"], self.predictor(theta, data), theta["cutpoints"])

    def likelihood(self, theta, data):
        """The classes as a sum over cutpoints of those that a row lies below: an index that differs between rows."""
        import pymc as pm

        def draw(eta, cutpoints, rng=None, size=None):
            latent = eta + self.link.link(rng.uniform(size=size))
            return np.sum(latent[..., None] > cutpoints, axis=-1).astype(float)

        def log_density(y, eta, cutpoints):
            return symbolic_between(self.link, y, eta, cutpoints)

        arguments = self.predictor(theta, data), theta["cutpoints"]
        return pm.CustomDist("y", *arguments, logp=log_density, random=draw, signature="(),(k)->()", observed=data["y"])

    def with_groups(self, groups=None):
        return mixed_model(self, groups)

    def start(self, data):
        """No covariate has an effect, and the cutpoints are those of the shares of the classes."""
        shares = [counts.mean(data, data["y"] <= k) for k in range(len(data.coords["outcome"]) - 1)]
        return {"beta": np.zeros(data["X"].shape[1]), "cutpoints": self.link.link(np.array(shares))}

    def divergence(self, data):
        return separation.divergence(self, data, self._falls(data), "the classes")

    def unusable(self, data):
        absent = set(range(len(data.coords["outcome"]))) - set(data["y"].astype(int))
        return f"no y is {data.coords['outcome'][min(absent)]}, whose cutpoint nothing tells" if absent else None


def between(link, lower, upper):
    """log P(lower < ε ≤ upper) ``(n,)``; the ends may be infinite.

    Above the median as a difference of survival functions, below it of distribution functions.
    """
    with np.errstate(all="ignore"):
        first, last = link.odds(lower), link.odds(upper)
        first, last = np.where(np.isneginf(lower), -np.inf, first), np.where(np.isposinf(upper), np.inf, last)
        start, end = -np.logaddexp(0, first), -np.logaddexp(0, last)
        before, after = -np.logaddexp(0, -first), -np.logaddexp(0, -last)
        above, below = log_less(start, end), log_less(after, before)
    return np.where(end > MIDDLE, below, above)


def symbolic_between(link, y, eta, cutpoints):
    """`between` in PyTensor: of classes ``y`` ``(n,)``, predictors ``(n,)`` and cutpoints ``(…, K − 1)``."""
    import pytensor.tensor as pt

    places = pt.arange(cutpoints.shape[-1])
    lowest, highest = pt.eq(y, 0), pt.eq(y, cutpoints.shape[-1])
    upper = (pt.eq(y[..., None], places) * cutpoints).sum(axis=-1) - eta
    lower = (pt.eq(y[..., None], places + 1) * cutpoints).sum(axis=-1) - eta
    # A branch that is not taken needs ends, too, between which there is room.
    first = link.odds(pt.switch(lowest, upper - 1.0, lower))
    last = link.odds(pt.switch(highest, lower + 1.0, upper))
    start, end = -pt.softplus(first), -pt.softplus(last)
    before, after = -pt.softplus(-first), -pt.softplus(-last)
    inside = symbolic_log_between(start, end, before, after)
    return pt.switch(lowest, after, pt.switch(highest, start, inside))
